#include "daemon/store/backup_file.h"

#include "daemon/store/seal.h"

#include <jansson.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAC_BYTES = CHAIN_HEX / 2, PIECE_BYTES = 256 * 1024 };

static const char begins[] = "\n{\"cebridge_backup\":";
static const char before_mac[] = ",\"mac\":\"";
static const char *const hash_names[] = {[DIGEST_SHA256] = "sha256", [DIGEST_SM3] = "sm3"};

struct backup_mac {
    EVP_MAC_CTX *context;
};

static void hex_of(const uint8_t *bytes, size_t size, char *ret)
{
    for (size_t index = 0; index < size; index++)
        (void)snprintf(ret + 2 * index, 3, "%02x", bytes[index]);
}

enum status backup_status_of(int code)
{
    return code == ENOSPC || code == EDQUOT                     ? STATUS_FULL
           : code == EACCES || code == EPERM || code == EROFS   ? STATUS_DENIED
           : code == ENOENT                                     ? STATUS_NOT_FOUND
                                                                : STATUS_IO;
}

enum status backup_mac_new(struct slice log_key, enum digest_kind hash, struct backup_mac **ret)
{
    char digest[] = "SHA256";
    uint8_t key[SEAL_KEY_BYTES];
    if (hash == DIGEST_SM3)
        (void)OPENSSL_strlcpy(digest, "SM3", sizeof digest);
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    enum status status = seal_derive(log_key, "cebridge backup", key);
    struct backup_mac *mac = calloc(1, sizeof *mac);
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    if (mac != NULL && hmac != NULL)
        mac->context = EVP_MAC_CTX_new(hmac);
    if (status == STATUS_OK && (mac == NULL || mac->context == NULL))
        status = STATUS_NO_MEMORY;
    if (status == STATUS_OK && EVP_MAC_init(mac->context, key, sizeof key, parameters) != 1)
        status = STATUS_UNSUPPORTED;
    EVP_MAC_free(hmac);
    OPENSSL_cleanse(key, sizeof key);
    if (status == STATUS_OK)
        *ret = mac;
    else
        backup_mac_free(mac);
    return status;
}

void backup_mac_free(struct backup_mac *mac)
{
    if (mac == NULL)
        return;
    EVP_MAC_CTX_free(mac->context);
    free(mac);
}

enum status backup_mac_add(struct backup_mac *mac, struct slice bytes)
{
    int added = EVP_MAC_update(mac->context, (const unsigned char *)bytes.at, bytes.size);
    return added == 1 ? STATUS_OK : STATUS_NO_MEMORY;
}

enum status backup_mac_end(struct backup_mac *mac, char ret[CHAIN_HEX + 1])
{
    uint8_t bytes[MAC_BYTES];
    size_t size = 0;
    if (EVP_MAC_final(mac->context, bytes, &size, sizeof bytes) != 1 || size != sizeof bytes)
        return STATUS_NO_MEMORY;
    hex_of(bytes, sizeof bytes, ret);
    return STATUS_OK;
}

/* Which log key it was made with, without saying anything of the key. */
static enum status key_mark(struct slice log_key, char ret[BACKUP_KEY_HEX + 1])
{
    uint8_t mark[SEAL_KEY_BYTES];
    enum status status = seal_derive(log_key, "cebridge backup: which key", mark);
    if (status == STATUS_OK)
        hex_of(mark, BACKUP_KEY_HEX / 2, ret);
    return status;
}

static enum status add_file(struct backup_mac *mac, int file, int64_t size)
{
    enum status status = STATUS_OK;
    char *piece = malloc(PIECE_BYTES);
    if (piece == NULL)
        return STATUS_NO_MEMORY;
    for (int64_t done = 0; done < size && status == STATUS_OK;) {
        int64_t wanted = size - done < PIECE_BYTES ? size - done : PIECE_BYTES;
        ssize_t count = pread(file, piece, (size_t)wanted, done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            status = STATUS_IO;
        else
            status = backup_mac_add(mac, (struct slice){piece, (size_t)count});
        done += count > 0 ? count : 0;
    }
    free(piece);
    return status;
}

static enum status write_all(int file, struct slice text, int64_t at)
{
    while (text.size > 0) {
        ssize_t count = pwrite(file, text.at, text.size, at);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return backup_status_of(count == 0 ? ENOSPC : errno);
        text.at += count;
        text.size -= (size_t)count;
        at += count;
    }
    return STATUS_OK;
}

static enum status seal_trailer(int file, struct slice log_key, struct backup_facts *facts,
                                struct buffer *line)
{
    struct backup_mac *mac = NULL;
    enum status status = backup_mac_new(log_key, facts->hash, &mac);
    if (status == STATUS_OK)
        status = add_file(mac, file, facts->size);
    if (status == STATUS_OK)
        status = backup_mac_add(mac, buffer_slice(line));
    if (status == STATUS_OK)
        status = backup_mac_end(mac, facts->mac);
    backup_mac_free(mac);
    return status;
}

enum status backup_write_trailer(int file, struct slice log_key, struct backup_facts *facts)
{
    char key[BACKUP_KEY_HEX + 1];
    struct buffer line;
    enum status status = key_mark(log_key, key);
    if (status != STATUS_OK)
        return status;
    buffer_init(&line, BACKUP_TRAILER_BYTES);
    buffer_printf(&line, "%s%d,\"schema\":%d,\"size\":%lld,\"made\":%lld,\"run\":%lld", begins,
                  BACKUP_FORM, facts->schema, (long long)facts->size, (long long)facts->made,
                  (long long)facts->run);
    buffer_printf(&line, ",\"key\":\"%s\",\"hash\":\"%s\"", key, hash_names[facts->hash]);
    status = line.status;
    if (status == STATUS_OK)
        status = seal_trailer(file, log_key, facts, &line);
    buffer_printf(&line, "%s%s\"}\n", before_mac, facts->mac);
    if (status == STATUS_OK)
        status = line.status;
    if (status == STATUS_OK)
        status = write_all(file, buffer_slice(&line), facts->size);
    buffer_free(&line);
    return status;
}

static enum status take_members(json_t *line, struct backup_facts *ret, const char *wanted_key)
{
    json_int_t form = 0, size = 0, made = 0, run = 0;
    int schema = 0;
    const char *key = "", *hash = "", *mac = "";
    if (json_unpack(line, "{s:I,s:i,s:I,s:I,s:I,s:s,s:s,s:s}", "cebridge_backup", &form, "schema",
                    &schema, "size", &size, "made", &made, "run", &run, "key", &key, "hash", &hash,
                    "mac", &mac) != 0)
        return STATUS_INVALID;
    if (form != BACKUP_FORM)
        return STATUS_UNSUPPORTED;
    if (strcmp(key, wanted_key) != 0)
        return STATUS_DENIED;
    bool sm3 = strcmp(hash, hash_names[DIGEST_SM3]) == 0;
    if (strlen(mac) != CHAIN_HEX || (!sm3 && strcmp(hash, hash_names[DIGEST_SHA256]) != 0))
        return STATUS_INVALID;
    *ret = (struct backup_facts){.size = size, .made = made, .run = run, .schema = schema};
    ret->hash = sm3 ? DIGEST_SM3 : DIGEST_SHA256;
    memcpy(ret->mac, mac, CHAIN_HEX + 1);
    return STATUS_OK;
}

/* The last line of the file with the newline before it; where it begins. */
static enum status read_last(int file, char text[BACKUP_TRAILER_BYTES + 1], int64_t *ret_at,
                             char **ret_line)
{
    struct stat facts;
    if (fstat(file, &facts) != 0)
        return backup_status_of(errno);
    if (!S_ISREG(facts.st_mode))
        return STATUS_INVALID;
    int64_t from = facts.st_size > BACKUP_TRAILER_BYTES ? facts.st_size - BACKUP_TRAILER_BYTES : 0;
    ssize_t count = pread(file, text, BACKUP_TRAILER_BYTES, from);
    if (count < 0)
        return backup_status_of(errno);
    text[count] = '\0';
    if (count < 2 || text[count - 1] != '\n')
        return STATUS_INVALID;
    char *line = memrchr(text, '\n', (size_t)count - 1);
    if (line == NULL || strncmp(line, begins, sizeof begins - 1) != 0)
        return STATUS_INVALID;
    *ret_at = from + (line - text);
    *ret_line = line;
    return STATUS_OK;
}

enum status backup_read_trailer(int file, struct slice log_key, struct backup_facts *ret,
                                int64_t *ret_covered)
{
    char text[BACKUP_TRAILER_BYTES + 1];
    char key[BACKUP_KEY_HEX + 1];
    char *line = NULL;
    int64_t at = 0;
    enum status status = key_mark(log_key, key);
    if (status == STATUS_OK)
        status = read_last(file, text, &at, &line);
    if (status != STATUS_OK)
        return status;
    char *mac = strstr(line, before_mac);
    json_t *json = json_loads(line + 1, JSON_REJECT_DUPLICATES, NULL);
    status = json == NULL || mac == NULL ? STATUS_INVALID : take_members(json, ret, key);
    json_decref(json);
    if (status == STATUS_OK && ret->size != at)
        status = STATUS_CORRUPT;
    if (status == STATUS_OK)
        *ret_covered = at + (mac - line);
    return status;
}
