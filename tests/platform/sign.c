#include "tests/platform/sign.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

enum { PAIRS = 64, DIGEST_SIZE = 32 };

static void hex_text(const unsigned char digest[DIGEST_SIZE], bool upper, char ret[65])
{
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    for (size_t at = 0; at < DIGEST_SIZE; at++) {
        ret[at * 2] = digits[digest[at] >> 4];
        ret[at * 2 + 1] = digits[digest[at] & 15];
    }
    ret[64] = '\0';
}

void sign_digest(struct slice text, char ret[65])
{
    unsigned char digest[DIGEST_SIZE] = {0};
    EVP_Digest(text.at, text.size, digest, NULL, EVP_sha256(), NULL);
    hex_text(digest, false, ret);
}

bool sign_equal(const char *one, const char *other)
{
    size_t size = strlen(one);
    return size == strlen(other) && CRYPTO_memcmp(one, other, size) == 0;
}

static size_t name_size(struct slice pair)
{
    const char *equals = memchr(pair.at, '=', pair.size);
    return equals == NULL ? pair.size : (size_t)(equals - pair.at);
}

/* Appends the query with its pairs sorted by name; pairs of one name keep their order. */
static void sorted_query(struct buffer *buffer, const char *query)
{
    struct slice pairs[PAIRS];
    size_t count = 0;
    for (const char *at = query; at != NULL && *at != '\0' && count < PAIRS;) {
        size_t size = strcspn(at, "&");
        struct slice pair = {at, size};
        size_t place = count++;
        for (; place > 0; place--) {
            struct slice before = pairs[place - 1];
            if (slice_compare((struct slice){before.at, name_size(before)},
                              (struct slice){pair.at, name_size(pair)}) <= 0)
                break;
            pairs[place] = before;
        }
        pairs[place] = pair;
        at += size + (at[size] == '&');
    }
    for (size_t at = 0; at < count; at++) {
        buffer_text(buffer, at > 0 ? "&" : "");
        buffer_append(buffer, pairs[at]);
    }
}

static bool keyed(const EVP_MD *digest, const char *secret, struct buffer *text, bool upper,
                  char ret[65])
{
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    bool whole = text->status == STATUS_OK &&
                 HMAC(digest, secret, (int)strlen(secret), (const unsigned char *)text->at,
                      text->size, mac, &size) != NULL &&
                 size == DIGEST_SIZE;
    if (whole)
        hex_text(mac, upper, ret);
    buffer_free(text);
    return whole;
}

bool sign_municipal(const struct request *request, const char *secret, const char *timestamp,
                    const char *nonce, char ret[65])
{
    struct buffer text;
    char digest[65];
    buffer_init(&text, ANSWER_LIMIT);
    sign_digest(request->body, digest);
    buffer_printf(&text, "%s\n%s\n", request->method, request->path);
    sorted_query(&text, request->query);
    buffer_printf(&text, "\n%s\n%s\n%s", digest, timestamp, nonce);
    return keyed(EVP_sha256(), secret, &text, false, ret);
}

bool sign_provincial(const struct request *request, const char *secret, const char *timestamp,
                     const char *nonce, char ret[65])
{
    struct buffer text;
    buffer_init(&text, ANSWER_LIMIT);
    buffer_printf(&text, "%s%s%s", timestamp, nonce, request->method);
    buffer_text(&text, request->path);
    if (request->query != NULL && request->query[0] != '\0') {
        buffer_text(&text, "?");
        buffer_text(&text, request->query);
    }
    buffer_append(&text, request->body);
    return keyed(EVP_sm3(), secret, &text, true, ret);
}
