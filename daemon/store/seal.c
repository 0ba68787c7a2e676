#include "daemon/store/seal.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { NONCE_BYTES = 12, TAG_BYTES = 16, FORM = 1, NONCES = 256 };

static const char *const room_info[SEAL_ROOMS] = {
    [SEAL_STAGE] = "cebridge seal stage",       [SEAL_LINK] = "cebridge seal link",
    [SEAL_WRITE] = "cebridge seal write",       [SEAL_CONFLICT] = "cebridge seal conflict",
    [SEAL_DECISION] = "cebridge seal decision", [SEAL_SECRET] = "cebridge seal secret",
};

/* The contexts keep their key schedule: only the nonce is set for each text. */
struct seal {
    EVP_CIPHER *cipher;
    EVP_CIPHER_CTX *closing[SEAL_ROOMS];
    EVP_CIPHER_CTX *opening[SEAL_ROOMS];
    uint8_t nonces[NONCES][NONCE_BYTES]; /* random, drawn many at a time */
    size_t nonce_next;
};

enum status seal_derive(struct slice log_key, const char *info, uint8_t ret[SEAL_KEY_BYTES])
{
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *context = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
    char digest[] = "SHA256";
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)log_key.at,
                                          log_key.size),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)info,
                                          strlen(info)),
        OSSL_PARAM_construct_end(),
    };
    enum status status = STATUS_NO_MEMORY;
    if (context != NULL)
        status = EVP_KDF_derive(context, ret, SEAL_KEY_BYTES, parameters) == 1 ? STATUS_OK
                                                                               : STATUS_INVALID;
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return status;
}

static enum status room_new(struct seal *seal, enum seal_room room, struct slice log_key)
{
    uint8_t key[SEAL_KEY_BYTES];
    enum status status = seal_derive(log_key, room_info[room], key);
    if (status != STATUS_OK)
        return status;
    seal->closing[room] = EVP_CIPHER_CTX_new();
    seal->opening[room] = EVP_CIPHER_CTX_new();
    if (seal->closing[room] == NULL || seal->opening[room] == NULL ||
        EVP_EncryptInit_ex2(seal->closing[room], seal->cipher, key, NULL, NULL) != 1 ||
        EVP_DecryptInit_ex2(seal->opening[room], seal->cipher, key, NULL, NULL) != 1)
        status = STATUS_NO_MEMORY;
    OPENSSL_cleanse(key, sizeof key);
    return status;
}

enum status seal_new(struct slice log_key, struct seal **ret)
{
    if (log_key.size != SEAL_KEY_BYTES)
        return STATUS_INVALID;
    struct seal *seal = calloc(1, sizeof *seal);
    if (seal == NULL)
        return STATUS_NO_MEMORY;
    seal->nonce_next = NONCES;
    seal->cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    enum status status = seal->cipher == NULL ? STATUS_NO_MEMORY : STATUS_OK;
    for (enum seal_room room = 0; room < SEAL_ROOMS && status == STATUS_OK; room++)
        status = room_new(seal, room, log_key);
    if (status != STATUS_OK) {
        seal_free(seal);
        return status;
    }
    *ret = seal;
    return STATUS_OK;
}

void seal_free(struct seal *seal)
{
    if (seal == NULL)
        return;
    for (enum seal_room room = 0; room < SEAL_ROOMS; room++) {
        EVP_CIPHER_CTX_free(seal->closing[room]);
        EVP_CIPHER_CTX_free(seal->opening[room]);
    }
    EVP_CIPHER_free(seal->cipher);
    free(seal);
}

static const uint8_t *next_nonce(struct seal *seal)
{
    if (seal->nonce_next == NONCES) {
        if (RAND_bytes(&seal->nonces[0][0], (int)sizeof seal->nonces) != 1)
            return NULL;
        seal->nonce_next = 0;
    }
    return seal->nonces[seal->nonce_next++];
}

static bool fits(struct slice bound, struct slice text)
{
    return bound.size <= INT_MAX && text.size <= INT_MAX - SEAL_EXTRA_BYTES;
}

/* form, nonce, text, tag; `to` has text.size + SEAL_EXTRA_BYTES. */
static bool close_into(EVP_CIPHER_CTX *context, const uint8_t *nonce, struct slice bound,
                       struct slice text, uint8_t *to)
{
    int size = 0;
    uint8_t *body = to + 1 + NONCE_BYTES;
    to[0] = FORM;
    memcpy(to + 1, nonce, NONCE_BYTES);
    return EVP_EncryptInit_ex2(context, NULL, NULL, nonce, NULL) == 1 &&
           EVP_EncryptUpdate(context, NULL, &size, (const uint8_t *)bound.at, (int)bound.size) ==
               1 &&
           (text.size == 0 || EVP_EncryptUpdate(context, body, &size, (const uint8_t *)text.at,
                                                (int)text.size) == 1) &&
           EVP_EncryptFinal_ex(context, body + text.size, &size) == 1 &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TAG_BYTES, body + text.size) == 1;
}

enum status seal_close(struct seal *seal, enum seal_room room, struct slice bound,
                       struct slice text, struct buffer *ret)
{
    const uint8_t *nonce = next_nonce(seal);
    if (nonce == NULL)
        return STATUS_IO;
    if (!fits(bound, text))
        return STATUS_TOO_LARGE;
    size_t start = ret->size;
    /* Room first, by appending as many bytes as the sealed text will have. */
    uint8_t blank[SEAL_EXTRA_BYTES] = {0};
    buffer_append(ret, (struct slice){(const char *)blank, sizeof blank});
    buffer_append(ret, text);
    if (ret->status != STATUS_OK)
        return ret->status;
    uint8_t *to = (uint8_t *)ret->at + start;
    return close_into(seal->closing[room], nonce, bound, text, to) ? STATUS_OK : STATUS_INVALID;
}

static bool open_into(EVP_CIPHER_CTX *context, struct slice bound, struct slice sealed, uint8_t *to)
{
    int size = 0;
    const uint8_t *from = (const uint8_t *)sealed.at;
    size_t text_size = sealed.size - SEAL_EXTRA_BYTES;
    const uint8_t *body = from + 1 + NONCE_BYTES;
    uint8_t tag[TAG_BYTES];
    memcpy(tag, body + text_size, TAG_BYTES);
    return EVP_DecryptInit_ex2(context, NULL, NULL, from + 1, NULL) == 1 &&
           EVP_DecryptUpdate(context, NULL, &size, (const uint8_t *)bound.at, (int)bound.size) ==
               1 &&
           (text_size == 0 || EVP_DecryptUpdate(context, to, &size, body, (int)text_size) == 1) &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, TAG_BYTES, tag) == 1 &&
           EVP_DecryptFinal_ex(context, to + text_size, &size) == 1;
}

enum status seal_open(struct seal *seal, enum seal_room room, struct slice bound,
                      struct slice sealed, struct arena *arena, struct slice *ret)
{
    if (sealed.size < SEAL_EXTRA_BYTES || sealed.at[0] != FORM)
        return STATUS_CORRUPT;
    if (!fits(bound, sealed))
        return STATUS_TOO_LARGE;
    size_t size = sealed.size - SEAL_EXTRA_BYTES;
    char *text = arena_alloc(arena, size + 1);
    if (text == NULL)
        return STATUS_NO_MEMORY;
    if (!open_into(seal->opening[room], bound, sealed, (uint8_t *)text)) {
        OPENSSL_cleanse(text, size);
        return STATUS_CORRUPT;
    }
    text[size] = '\0';
    *ret = (struct slice){text, size};
    return STATUS_OK;
}
