#include "connectors/signing.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { PAIRS_MOST = 64 };

const char *signing_part_name(enum signing_part_kind kind)
{
    static const char *const names[SIGNING_PARTS] = {
#define SIGNING_PART_NAME(name, text) text,
        SIGNING_PART_MAP(SIGNING_PART_NAME)
#undef SIGNING_PART_NAME
    };
    return names[kind];
}

const char *signing_digest_name(enum signing_digest digest)
{
    static const char *const names[] = {"md5", "sha1", "sha256", "sm3", ""};
    return names[digest < SIGNING_DIGESTS ? digest : SIGNING_DIGESTS];
}

/* As OpenSSL calls them. */
static const char *library_name(enum signing_digest digest)
{
    static const char *const names[SIGNING_DIGESTS] = {"MD5", "SHA1", "SHA256", "SM3"};
    return names[digest];
}

enum status signing_base64(struct slice bytes, struct arena *arena, struct slice *ret)
{
    size_t size = (bytes.size + 2) / 3 * 4;
    char *text = bytes.size > INT32_MAX / 2 ? NULL : arena_alloc(arena, size + 1);
    if (text == NULL)
        return STATUS_NO_MEMORY;
    (void)EVP_EncodeBlock((unsigned char *)text, (const unsigned char *)bytes.at, (int)bytes.size);
    *ret = (struct slice){text, size};
    return STATUS_OK;
}

static enum status encode(const unsigned char *bytes, size_t size, enum signing_encoding encoding,
                          struct arena *arena, struct slice *ret)
{
    if (encoding == SIGNING_BASE64)
        return signing_base64((struct slice){(const char *)bytes, size}, arena, ret);
    const char *digits = encoding == SIGNING_HEX_UPPER ? "0123456789ABCDEF" : "0123456789abcdef";
    char *text = arena_alloc(arena, size * 2 + 1);
    if (text == NULL)
        return STATUS_NO_MEMORY;
    for (size_t index = 0; index < size; index++) {
        text[index * 2] = digits[bytes[index] >> 4];
        text[index * 2 + 1] = digits[bytes[index] & 15];
    }
    *ret = (struct slice){text, size * 2};
    return STATUS_OK;
}

static enum status digest_text(enum signing_digest digest, struct slice text,
                               enum signing_encoding encoding, struct arena *arena,
                               struct slice *ret)
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    size_t size = 0;
    if (EVP_Q_digest(NULL, library_name(digest), NULL, text.at == NULL ? "" : text.at, text.size,
                     bytes, &size) != 1)
        return STATUS_UNSUPPORTED;
    return encode(bytes, size, encoding, arena, ret);
}

static enum status keyed_text(enum signing_digest digest, struct slice key, struct slice text,
                              enum signing_encoding encoding, struct arena *arena,
                              struct slice *ret)
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    size_t size = 0;
    if (EVP_Q_mac(NULL, "HMAC", NULL, library_name(digest), NULL, key.at == NULL ? "" : key.at,
                  key.size, (const unsigned char *)text.at, text.size, bytes, sizeof bytes,
                  &size) == NULL)
        return STATUS_UNSUPPORTED;
    return encode(bytes, size, encoding, arena, ret);
}

struct pair {
    struct slice text, name;
    size_t place;
};

static int pair_order(const void *one, const void *other)
{
    const struct pair *left = one, *right = other;
    int order = slice_compare(left->name, right->name);
    return order != 0 ? order : (left->place > right->place) - (left->place < right->place);
}

static size_t split_pairs(struct slice query, struct pair pairs[PAIRS_MOST])
{
    size_t count = 0;
    while (query.size > 0 && count < PAIRS_MOST) {
        const char *end = memchr(query.at, '&', query.size);
        size_t size = end == NULL ? query.size : (size_t)(end - query.at);
        const char *equals = memchr(query.at, '=', size);
        size_t name = equals == NULL ? size : (size_t)(equals - query.at);
        pairs[count] = (struct pair){{query.at, size}, {query.at, name}, count};
        count++;
        size_t step = end == NULL ? size : size + 1;
        query = (struct slice){query.at + step, query.size - step};
    }
    return query.size > 0 ? PAIRS_MOST + 1 : count;
}

enum status signing_sort_query(struct slice query, struct arena *arena, struct slice *ret)
{
    struct pair pairs[PAIRS_MOST];
    size_t used = 0;
    size_t count = split_pairs(query, pairs);
    if (count > PAIRS_MOST)
        return STATUS_TOO_LARGE;
    char *text = arena_alloc(arena, query.size + 1);
    if (text == NULL)
        return STATUS_NO_MEMORY;
    if (count > 0)
        qsort(pairs, count, sizeof *pairs, pair_order);
    for (size_t index = 0; index < count; index++) {
        if (index > 0)
            text[used++] = '&';
        memcpy(text + used, pairs[index].text.at, pairs[index].text.size);
        used += pairs[index].text.size;
    }
    *ret = (struct slice){text, used};
    return STATUS_OK;
}

static enum status find_header(const struct message *message, struct slice name, struct slice *ret)
{
    for (size_t index = 0; index < message->header_count; index++) {
        struct slice other = message->headers[index].name;
        if (other.size == name.size && strncasecmp(other.at, name.at, name.size) == 0) {
            *ret = message->headers[index].value;
            return STATUS_OK;
        }
    }
    return STATUS_INVALID;
}

static enum status part_text(const struct signing *signing, const struct signing_part *part,
                             const struct signing_input *input, struct arena *arena,
                             struct slice *ret)
{
    const struct message *message = input->message;
    switch (part->kind) {
    case SIGNING_METHOD: *ret = message->method; return STATUS_OK;
    case SIGNING_PATH: *ret = input->path; return STATUS_OK;
    case SIGNING_TARGET: *ret = message->target; return STATUS_OK;
    case SIGNING_QUERY: *ret = input->query; return STATUS_OK;
    case SIGNING_SORTED_QUERY: return signing_sort_query(input->query, arena, ret);
    case SIGNING_BODY: *ret = message->body; return STATUS_OK;
    case SIGNING_BODY_DIGEST:
        return digest_text(signing->body_digest, message->body, SIGNING_HEX_LOWER, arena, ret);
    case SIGNING_TIMESTAMP: *ret = input->timestamp; return STATUS_OK;
    case SIGNING_NONCE: *ret = input->nonce; return STATUS_OK;
    case SIGNING_KEY_ID: *ret = input->key_id; return STATUS_OK;
    case SIGNING_SECRET: *ret = input->secret; return STATUS_OK;
    case SIGNING_TOKEN: *ret = input->token; return STATUS_OK;
    case SIGNING_HEADER: return find_header(message, part->text, ret);
    case SIGNING_TEXT: *ret = part->text; return STATUS_OK;
    case SIGNING_PARTS:
    default: return STATUS_INVALID;
    }
}

enum status signing_text(const struct signing *signing, const struct signing_input *input,
                         struct arena *arena, struct slice *ret)
{
    struct slice parts[SIGNING_PARTS_MOST] = {{0}};
    size_t size = 0, used = 0;
    for (size_t index = 0; index < signing->part_count; index++) {
        enum status status =
            part_text(signing, &signing->parts[index], input, arena, &parts[index]);
        if (status != STATUS_OK)
            return status;
        size += parts[index].size + signing->joiner.size;
    }
    char *text = arena_alloc(arena, size + 1);
    if (text == NULL)
        return STATUS_NO_MEMORY;
    for (size_t index = 0; index < signing->part_count; index++) {
        struct slice pieces[2] = {index > 0 ? signing->joiner : (struct slice){0}, parts[index]};
        for (size_t piece = 0; piece < 2; piece++) {
            if (pieces[piece].size > 0)
                memcpy(text + used, pieces[piece].at, pieces[piece].size);
            used += pieces[piece].size;
        }
    }
    *ret = (struct slice){text, used};
    return STATUS_OK;
}

enum status signing_sign(const struct signing *signing, const struct signing_input *input,
                         struct arena *arena, struct slice *ret)
{
    struct slice text = {0};
    enum status status = signing_text(signing, input, arena, &text);
    if (status != STATUS_OK)
        return status;
    return signing->keyed
               ? keyed_text(signing->digest, input->secret, text, signing->encoding, arena, ret)
               : digest_text(signing->digest, text, signing->encoding, arena, ret);
}
