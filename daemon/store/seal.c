#include "daemon/store/seal.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NONCES = 256, NONCE_MOST = 16, SM4_KEY_BYTES = 16, KEYS = 3, INFO_BYTES = 64 };
enum form { FORM_FIRST = 1, FORM_AES, FORM_SM4, FORMS };

/* What stands before and behind the text. */
static const struct shape {
    size_t id, nonce, tag;
} shapes[FORMS] = {
    [FORM_FIRST] = {0, 12, 16},
    [FORM_AES] = {SEAL_ID_BYTES, 12, 16},
    [FORM_SM4] = {SEAL_ID_BYTES, 16, 32},
};

static const char *const room_info[SEAL_ROOMS] = {
    [SEAL_STAGE] = "cebridge seal stage",       [SEAL_LINK] = "cebridge seal link",
    [SEAL_WRITE] = "cebridge seal write",       [SEAL_CONFLICT] = "cebridge seal conflict",
    [SEAL_DECISION] = "cebridge seal decision", [SEAL_SECRET] = "cebridge seal secret",
};

/* The contexts keep their key schedule: only the nonce is set for each text. Made when first used. */
struct room {
    EVP_CIPHER_CTX *closing, *opening; /* AES */
    EVP_CIPHER_CTX *stream;            /* SM4-CTR, which is its own inverse */
    EVP_MAC_CTX *mac;
};

struct ring {
    bool given;
    uint8_t key[SEAL_KEY_BYTES];
    uint8_t id[SEAL_ID_BYTES];
    struct room rooms[SEAL_ROOMS];
};

struct seal {
    struct ring rings[KEYS]; /* of the log key, the present one, the former one */
    struct ring *present;
    enum form form; /* of what is sealed */
    EVP_CIPHER *aes, *sm4;
    EVP_MAC *hmac;
    uint8_t nonces[NONCES][NONCE_MOST]; /* random, drawn many at a time */
    size_t nonce_next;
};

static enum status derive(struct slice key, const char *info, const char *hash, uint8_t *ret,
                          size_t size)
{
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *context = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
    char digest[16];
    (void)snprintf(digest, sizeof digest, "%s", hash);
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)key.at, key.size),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)info,
                                          strlen(info)),
        OSSL_PARAM_construct_end(),
    };
    enum status status = STATUS_NO_MEMORY;
    if (context != NULL)
        status = EVP_KDF_derive(context, ret, size, parameters) == 1 ? STATUS_OK : STATUS_INVALID;
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return status;
}

enum status seal_derive(struct slice log_key, const char *info, uint8_t ret[SEAL_KEY_BYTES])
{
    return derive(log_key, info, "SHA256", ret, SEAL_KEY_BYTES);
}

/* --- keys ------------------------------------------------------------------------------------- */

static struct slice key_of(const struct ring *ring)
{
    return (struct slice){(const char *)ring->key, sizeof ring->key};
}

static enum status ring_take(struct ring *ring, struct slice key)
{
    uint8_t id[SEAL_KEY_BYTES];
    if (slice_empty(key))
        return STATUS_OK;
    if (key.size != SEAL_KEY_BYTES)
        return STATUS_INVALID;
    enum status status = seal_derive(key, "cebridge seal: which key", id);
    if (status != STATUS_OK)
        return status;
    memcpy(ring->key, key.at, sizeof ring->key);
    memcpy(ring->id, id, sizeof ring->id);
    ring->given = true;
    return STATUS_OK;
}

static EVP_CIPHER_CTX *cipher_new(EVP_CIPHER *cipher, const uint8_t *key, bool encrypt)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    if (context != NULL && EVP_CipherInit_ex2(context, cipher, key, NULL, encrypt, NULL) == 1)
        return context;
    EVP_CIPHER_CTX_free(context);
    return NULL;
}

static bool room_for_aes(const struct seal *seal, const struct ring *ring, enum seal_room which,
                         struct room *room)
{
    uint8_t key[SEAL_KEY_BYTES];
    if (room->opening != NULL)
        return true;
    if (seal_derive(key_of(ring), room_info[which], key) == STATUS_OK) {
        if (room->closing == NULL)
            room->closing = cipher_new(seal->aes, key, true);
        if (room->closing != NULL)
            room->opening = cipher_new(seal->aes, key, false);
    }
    OPENSSL_cleanse(key, sizeof key);
    return room->opening != NULL;
}

static EVP_MAC_CTX *mac_new(const struct seal *seal, const uint8_t *key)
{
    char digest[] = "SM3";
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(seal->hmac);
    if (context != NULL && EVP_MAC_init(context, key, SEAL_KEY_BYTES, parameters) == 1)
        return context;
    EVP_MAC_CTX_free(context);
    return NULL;
}

/* Two keys of one room, both by HKDF-SM3: one encrypts, one proves. */
static bool room_for_sm4(const struct seal *seal, const struct ring *ring, enum seal_room which,
                         struct room *room)
{
    char info[INFO_BYTES];
    uint8_t key[SEAL_KEY_BYTES];
    if (room->mac != NULL)
        return true;
    (void)snprintf(info, sizeof info, "%s, sm4", room_info[which]);
    if (room->stream == NULL && derive(key_of(ring), info, "SM3", key, SM4_KEY_BYTES) == STATUS_OK)
        room->stream = cipher_new(seal->sm4, key, true);
    (void)snprintf(info, sizeof info, "%s, hmac-sm3", room_info[which]);
    if (room->stream != NULL && derive(key_of(ring), info, "SM3", key, sizeof key) == STATUS_OK)
        room->mac = mac_new(seal, key);
    OPENSSL_cleanse(key, sizeof key);
    return room->mac != NULL;
}

static struct room *room_of(const struct seal *seal, struct ring *ring, enum form form,
                            enum seal_room which)
{
    struct room *room = &ring->rooms[which];
    bool good = form == FORM_SM4 ? room_for_sm4(seal, ring, which, room)
                                 : room_for_aes(seal, ring, which, room);
    return good ? room : NULL;
}

enum status seal_new(const struct seal_keys *keys, struct seal **ret)
{
    if (keys->log.size != SEAL_KEY_BYTES)
        return STATUS_INVALID;
    struct seal *seal = calloc(1, sizeof *seal);
    if (seal == NULL)
        return STATUS_NO_MEMORY;
    seal->nonce_next = NONCES;
    seal->form = keys->cipher == SEAL_SM4 ? FORM_SM4 : FORM_AES;
    seal->aes = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    seal->sm4 = EVP_CIPHER_fetch(NULL, "SM4-CTR", NULL);
    seal->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    bool fetched = seal->aes != NULL && seal->sm4 != NULL && seal->hmac != NULL;
    enum status status = fetched ? ring_take(&seal->rings[0], keys->log) : STATUS_NO_MEMORY;
    if (status == STATUS_OK)
        status = ring_take(&seal->rings[1], keys->seal);
    if (status == STATUS_OK)
        status = ring_take(&seal->rings[2], keys->former);
    seal->present = &seal->rings[seal->rings[1].given ? 1 : 0];
    if (status == STATUS_OK)
        *ret = seal;
    else
        seal_free(seal);
    return status;
}

void seal_free(struct seal *seal)
{
    if (seal == NULL)
        return;
    for (size_t index = 0; index < KEYS; index++) {
        for (enum seal_room which = 0; which < SEAL_ROOMS; which++) {
            struct room *room = &seal->rings[index].rooms[which];
            EVP_CIPHER_CTX_free(room->closing);
            EVP_CIPHER_CTX_free(room->opening);
            EVP_CIPHER_CTX_free(room->stream);
            EVP_MAC_CTX_free(room->mac);
        }
    }
    EVP_CIPHER_free(seal->aes);
    EVP_CIPHER_free(seal->sm4);
    EVP_MAC_free(seal->hmac);
    OPENSSL_cleanse(seal->rings, sizeof seal->rings);
    free(seal);
}

struct seal_mark seal_present(const struct seal *seal)
{
    struct seal_mark mark = {.cipher = seal->form == FORM_SM4 ? SEAL_SM4 : SEAL_AES_256_GCM};
    memcpy(mark.id, seal->present->id, sizeof mark.id);
    return mark;
}

struct seal_mark seal_first(const struct seal *seal)
{
    struct seal_mark mark = {.cipher = SEAL_AES_256_GCM};
    memcpy(mark.id, seal->rings[0].id, sizeof mark.id);
    return mark;
}

static struct ring *ring_of(const struct seal *seal, const uint8_t *id)
{
    for (size_t index = 0; index < KEYS; index++) {
        const struct ring *ring = &seal->rings[index];
        if (ring->given && memcmp(ring->id, id, SEAL_ID_BYTES) == 0)
            return (struct ring *)(uintptr_t)ring;
    }
    return NULL;
}

bool seal_has(const struct seal *seal, const uint8_t id[SEAL_ID_BYTES])
{
    return ring_of(seal, id) != NULL;
}

/* --- closing ---------------------------------------------------------------------------------- */

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

static bool aes_close(EVP_CIPHER_CTX *context, const uint8_t *nonce, struct slice bound,
                      struct slice text, uint8_t *body)
{
    int size = 0;
    return EVP_EncryptInit_ex2(context, NULL, NULL, nonce, NULL) == 1 &&
           EVP_EncryptUpdate(context, NULL, &size, (const uint8_t *)bound.at, (int)bound.size) ==
               1 &&
           (text.size == 0 || EVP_EncryptUpdate(context, body, &size, (const uint8_t *)text.at,
                                                (int)text.size) == 1) &&
           EVP_EncryptFinal_ex(context, body + text.size, &size) == 1 &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, (int)shapes[FORM_AES].tag,
                               body + text.size) == 1;
}

static bool sm4_stream(EVP_CIPHER_CTX *context, const uint8_t *nonce, struct slice text, uint8_t *to)
{
    int size = 0;
    return EVP_EncryptInit_ex2(context, NULL, NULL, nonce, NULL) == 1 &&
           (text.size == 0 || EVP_EncryptUpdate(context, to, &size, (const uint8_t *)text.at,
                                                (int)text.size) == 1);
}

/* Over what it is bound to, with its length first, and all that stands before the tag. */
static bool sm4_tag(EVP_MAC_CTX *context, struct slice bound, const uint8_t *sealed, size_t size,
                    uint8_t *ret)
{
    uint8_t length[8];
    size_t tag = 0;
    for (size_t index = 0; index < sizeof length; index++)
        length[index] = (uint8_t)((uint64_t)bound.size >> (8 * (sizeof length - 1 - index)));
    return EVP_MAC_init(context, NULL, 0, NULL) == 1 &&
           EVP_MAC_update(context, length, sizeof length) == 1 &&
           EVP_MAC_update(context, (const uint8_t *)bound.at, bound.size) == 1 &&
           EVP_MAC_update(context, sealed, size) == 1 &&
           EVP_MAC_final(context, ret, &tag, shapes[FORM_SM4].tag) == 1 &&
           tag == shapes[FORM_SM4].tag;
}

/* `to` has room for the whole. */
static bool close_into(struct seal *seal, struct room *room, const uint8_t *nonce,
                       struct slice bound, struct slice text, uint8_t *to)
{
    const struct shape *shape = &shapes[seal->form];
    size_t head = 1 + shape->id + shape->nonce;
    to[0] = (uint8_t)seal->form;
    memcpy(to + 1, seal->present->id, SEAL_ID_BYTES);
    memcpy(to + 1 + shape->id, nonce, shape->nonce);
    if (seal->form == FORM_AES)
        return aes_close(room->closing, nonce, bound, text, to + head);
    return sm4_stream(room->stream, nonce, text, to + head) &&
           sm4_tag(room->mac, bound, to, head + text.size, to + head + text.size);
}

static size_t extra_of(enum form form)
{
    return 1 + shapes[form].id + shapes[form].nonce + shapes[form].tag;
}

enum status seal_close(struct seal *seal, enum seal_room room, struct slice bound,
                       struct slice text, struct buffer *ret)
{
    const uint8_t *nonce = next_nonce(seal);
    struct room *within = room_of(seal, seal->present, seal->form, room);
    if (nonce == NULL)
        return STATUS_IO;
    if (within == NULL)
        return STATUS_NO_MEMORY;
    if (!fits(bound, text))
        return STATUS_TOO_LARGE;
    size_t start = ret->size;
    /* Room first, by appending as many bytes as the sealed text will have. */
    uint8_t blank[SEAL_EXTRA_BYTES] = {0};
    buffer_append(ret, (struct slice){(const char *)blank, extra_of(seal->form)});
    buffer_append(ret, text);
    if (ret->status != STATUS_OK)
        return ret->status;
    uint8_t *to = (uint8_t *)ret->at + start;
    return close_into(seal, within, nonce, bound, text, to) ? STATUS_OK : STATUS_INVALID;
}

/* --- opening ---------------------------------------------------------------------------------- */

static bool aes_open(EVP_CIPHER_CTX *context, const uint8_t *nonce, struct slice bound,
                     struct slice body, const uint8_t *tag, uint8_t *to)
{
    int size = 0;
    uint8_t kept[16];
    memcpy(kept, tag, sizeof kept);
    return EVP_DecryptInit_ex2(context, NULL, NULL, nonce, NULL) == 1 &&
           EVP_DecryptUpdate(context, NULL, &size, (const uint8_t *)bound.at, (int)bound.size) ==
               1 &&
           (body.size == 0 || EVP_DecryptUpdate(context, to, &size, (const uint8_t *)body.at,
                                                (int)body.size) == 1) &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, sizeof kept, kept) == 1 &&
           EVP_DecryptFinal_ex(context, to + body.size, &size) == 1;
}

static bool open_into(struct room *room, enum form form, struct slice bound, struct slice sealed,
                      uint8_t *to)
{
    const struct shape *shape = &shapes[form];
    const uint8_t *from = (const uint8_t *)sealed.at;
    size_t head = 1 + shape->id + shape->nonce;
    struct slice body = {sealed.at + head, sealed.size - head - shape->tag};
    const uint8_t *nonce = from + 1 + shape->id, *tag = from + head + body.size;
    uint8_t wanted[32];
    if (form != FORM_SM4)
        return aes_open(room->opening, nonce, bound, body, tag, to);
    return sm4_tag(room->mac, bound, from, sealed.size - shape->tag, wanted) &&
           CRYPTO_memcmp(wanted, tag, sizeof wanted) == 0 && sm4_stream(room->stream, nonce, body, to);
}

/* By which key and how it was sealed; NULL: it was not. */
static struct ring *sealed_by(struct seal *seal, struct slice sealed, enum form *ret_form)
{
    if (sealed.size == 0 || sealed.at[0] < FORM_FIRST || sealed.at[0] >= FORMS)
        return NULL;
    enum form form = (enum form)sealed.at[0];
    if (sealed.size < extra_of(form))
        return NULL;
    *ret_form = form;
    return form == FORM_FIRST ? &seal->rings[0] : ring_of(seal, (const uint8_t *)sealed.at + 1);
}

enum status seal_open(struct seal *seal, enum seal_room room, struct slice bound,
                      struct slice sealed, struct arena *arena, struct slice *ret)
{
    enum form form = FORM_FIRST;
    struct ring *ring = sealed_by(seal, sealed, &form);
    if (ring == NULL)
        return STATUS_CORRUPT;
    if (!fits(bound, sealed))
        return STATUS_TOO_LARGE;
    size_t size = sealed.size - extra_of(form);
    struct room *within = room_of(seal, ring, form, room);
    char *text = within == NULL ? NULL : arena_alloc(arena, size + 1);
    if (text == NULL)
        return STATUS_NO_MEMORY;
    if (!open_into(within, form, bound, sealed, (uint8_t *)text)) {
        OPENSSL_cleanse(text, size);
        return STATUS_CORRUPT;
    }
    text[size] = '\0';
    *ret = (struct slice){text, size};
    return STATUS_OK;
}
