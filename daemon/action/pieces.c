#include "daemon/action/pieces.h"

#include <openssl/evp.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

json_t *piece_next(int file)
{
    json_t *row = NULL;
    unsigned char *bytes = malloc(PIECE_BYTES);
    unsigned char *text = malloc(PIECE_BYTES / 3 * 4 + 1);
    ssize_t size = -1;
    if (bytes != NULL && text != NULL) {
        do {
            size = read(file, bytes, PIECE_BYTES);
        } while (size < 0 && errno == EINTR);
    }
    if (size > 0) {
        int length = EVP_EncodeBlock(text, bytes, (int)size);
        row = json_pack("{s:s%}", "piece", (const char *)text, (size_t)length);
    }
    free(bytes);
    free(text);
    return row;
}

uint8_t *piece_bytes(json_t *row, size_t *ret_size)
{
    json_t *text = json_object_get(row, "piece");
    size_t length = json_string_length(text);
    if (length == 0 || length % 4 != 0 || length > PIECE_BYTES / 3 * 4) {
        return NULL;
    }
    const char *from = json_string_value(text);
    uint8_t *bytes = malloc(length / 4 * 3);
    int size = bytes == NULL ? -1 : EVP_DecodeBlock(bytes, (const unsigned char *)from, (int)length);
    if (size < 0) {
        free(bytes);
        return NULL;
    }
    *ret_size = (size_t)size - (from[length - 1] == '=') - (from[length - 2] == '=');
    return bytes;
}
