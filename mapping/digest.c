#include "mapping/digest.h"

#include <endian.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { KEPT_BYTES = 16, REF_BYTES = 8 };

struct digest {
    EVP_MD *algorithm;
    EVP_MD_CTX *context;
};

struct keyed {
    EVP_MAC *algorithm;
    EVP_MAC_CTX *lookup;    /* HMAC-SHA256 */
    EVP_MAC_CTX *reference; /* HMAC-SM3 */
};

enum status digest_new(enum digest_kind kind, struct digest **ret)
{
    struct digest *digest = calloc(1, sizeof *digest);
    if (digest == NULL)
        return STATUS_NO_MEMORY;
    digest->algorithm = EVP_MD_fetch(NULL, kind == DIGEST_SM3 ? "SM3" : "SHA256", NULL);
    digest->context = EVP_MD_CTX_new();
    if (digest->algorithm == NULL || digest->context == NULL) {
        enum status status = digest->algorithm == NULL ? STATUS_UNSUPPORTED : STATUS_NO_MEMORY;
        digest_free(digest);
        return status;
    }
    *ret = digest;
    return STATUS_OK;
}

void digest_free(struct digest *digest)
{
    if (digest == NULL)
        return;
    EVP_MD_CTX_free(digest->context);
    EVP_MD_free(digest->algorithm);
    free(digest);
}

static bool begin(struct digest *digest)
{
    return EVP_DigestInit_ex2(digest->context, digest->algorithm, NULL) == 1;
}

static bool add(struct digest *digest, const void *bytes, size_t size)
{
    return EVP_DigestUpdate(digest->context, bytes, size) == 1;
}

/* All zero when memory ran out: the library allocates its state anew for each text. */
static enum status finish(struct digest *digest, bool fed, uint8_t ret[16])
{
    unsigned char whole[EVP_MAX_MD_SIZE];
    bool done = fed && EVP_DigestFinal_ex(digest->context, whole, NULL) == 1;
    memset(ret, 0, KEPT_BYTES);
    if (done)
        memcpy(ret, whole, KEPT_BYTES);
    return done ? STATUS_OK : STATUS_NO_MEMORY;
}

enum status digest_bytes(struct digest *digest, struct slice text, uint8_t ret[16])
{
    return finish(digest, begin(digest) && add(digest, text.at, text.size), ret);
}

void digest_quick(struct slice text, uint8_t ret[16])
{
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(text.at, text.size));
    memcpy(ret, canonical.digest, KEPT_BYTES);
}

enum status digest_record(struct digest *digest, const struct record *record, uint8_t ret[16])
{
    bool fed = begin(digest);
    for (enum field field = field_first(record->entity); fed && field < field_end(record->entity);
         field++) {
        struct slice value = record->value[field];
        uint64_t size = htole64(value.size); /* in front: no two records run together alike */
        fed = add(digest, &size, sizeof size) && add(digest, value.at, value.size);
    }
    return finish(digest, fed, ret);
}

static EVP_MAC_CTX *mac_new(EVP_MAC *algorithm, const char *name, struct slice key)
{
    char digest_name[16];
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(algorithm);
    strncpy(digest_name, name, sizeof digest_name - 1);
    digest_name[sizeof digest_name - 1] = '\0';
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name, 0),
        OSSL_PARAM_construct_end()};
    if (context != NULL &&
        EVP_MAC_init(context, (const unsigned char *)key.at, key.size, parameters) != 1) {
        EVP_MAC_CTX_free(context);
        return NULL;
    }
    return context;
}

enum status keyed_new(struct slice key, struct keyed **ret)
{
    if (slice_empty(key))
        return STATUS_INVALID; /* a hash that anyone can make hides nobody */
    struct keyed *keyed = calloc(1, sizeof *keyed);
    if (keyed == NULL)
        return STATUS_NO_MEMORY;
    keyed->algorithm = EVP_MAC_fetch(NULL, "HMAC", NULL);
    if (keyed->algorithm != NULL) {
        keyed->lookup = mac_new(keyed->algorithm, "SHA256", key);
        keyed->reference = mac_new(keyed->algorithm, "SM3", key);
    }
    if (keyed->lookup == NULL || keyed->reference == NULL) {
        enum status status = keyed->algorithm == NULL ? STATUS_UNSUPPORTED : STATUS_NO_MEMORY;
        keyed_free(keyed);
        return status;
    }
    *ret = keyed;
    return STATUS_OK;
}

void keyed_free(struct keyed *keyed)
{
    if (keyed == NULL)
        return;
    EVP_MAC_CTX_free(keyed->lookup);
    EVP_MAC_CTX_free(keyed->reference);
    EVP_MAC_free(keyed->algorithm);
    free(keyed);
}

/* All zero when memory ran out: the library copies the keyed state for each message. */
static enum status authenticate(EVP_MAC_CTX *context, struct slice text,
                                unsigned char ret[EVP_MAX_MD_SIZE])
{
    size_t size = 0;
    if (EVP_MAC_init(context, NULL, 0, NULL) == 1 && /* the same key once more */
        EVP_MAC_update(context, (const unsigned char *)text.at, text.size) == 1 &&
        EVP_MAC_final(context, ret, &size, EVP_MAX_MD_SIZE) == 1)
        return STATUS_OK;
    memset(ret, 0, EVP_MAX_MD_SIZE);
    return STATUS_NO_MEMORY;
}

enum status keyed_hash(struct keyed *keyed, struct slice text, uint8_t ret[16])
{
    unsigned char whole[EVP_MAX_MD_SIZE];
    enum status status = authenticate(keyed->lookup, text, whole);
    memcpy(ret, whole, KEPT_BYTES);
    return status;
}

enum status keyed_ref(struct keyed *keyed, struct slice subject, char ret[17])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char whole[EVP_MAX_MD_SIZE];
    enum status status = authenticate(keyed->reference, subject, whole);
    for (size_t index = 0; index < REF_BYTES; index++) {
        ret[index * 2] = digits[whole[index] >> 4];
        ret[index * 2 + 1] = digits[whole[index] & 15];
    }
    ret[REF_BYTES * 2] = '\0';
    return status;
}
