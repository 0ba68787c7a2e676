/* Signing a message (connectors.md, "signing"): ordered parts and a joiner, digested or keyed,
 * encoded, and put into a header or the query. SHA-256 and SM3 (GB/T 32905) are sound; MD5 and
 * SHA-1 are there because such platforms exist. */
#ifndef CONNECTORS_SIGNING_H
#define CONNECTORS_SIGNING_H

#include "connectors/message.h"
#include "mapping/base/arena.h"

/* HEADER and TEXT name what they take: {"header": "Date"}, {"text": "v1"}. */
#define SIGNING_PART_MAP(X)                                                                        \
    X(METHOD, "method")                                                                            \
    X(PATH, "path")                                                                                \
    X(TARGET, "target")                                                                            \
    X(QUERY, "query")                                                                              \
    X(SORTED_QUERY, "sorted_query")                                                                \
    X(BODY, "body")                                                                                \
    X(BODY_DIGEST, "body_digest")                                                                  \
    X(TIMESTAMP, "timestamp")                                                                      \
    X(NONCE, "nonce")                                                                              \
    X(KEY_ID, "key_id")                                                                            \
    X(SECRET, "secret")                                                                            \
    X(TOKEN, "token")                                                                              \
    X(HEADER, "header")                                                                            \
    X(TEXT, "text")

enum signing_part_kind {
#define SIGNING_PART_ENUM(name, text) SIGNING_##name,
    SIGNING_PART_MAP(SIGNING_PART_ENUM)
#undef SIGNING_PART_ENUM
        SIGNING_PARTS
};

enum signing_digest { SIGNING_MD5, SIGNING_SHA1, SIGNING_SHA256, SIGNING_SM3, SIGNING_DIGESTS };
enum signing_encoding { SIGNING_HEX_LOWER, SIGNING_HEX_UPPER, SIGNING_BASE64 };
enum signing_place { SIGNING_IN_HEADER, SIGNING_IN_QUERY };

struct signing_part {
    enum signing_part_kind kind;
    struct slice text; /* HEADER: its name; TEXT: itself */
};

enum { SIGNING_PARTS_MOST = 16 };

/* Texts are the definition's. */
struct signing {
    struct signing_part parts[SIGNING_PARTS_MOST];
    size_t part_count; /* 0: not signed */
    struct slice joiner;
    bool keyed; /* HMAC with the secret; else a plain digest */
    enum signing_digest digest;
    enum signing_encoding encoding;
    enum signing_digest body_digest; /* of BODY_DIGEST; its hex is lower case */
    enum signing_place place;
    struct slice name; /* of the header or query pair */
};

/* What the parts are taken from. `query` without the '?'. */
struct signing_input {
    const struct message *message; /* method, target, headers, body */
    struct slice path, query;
    struct slice timestamp, nonce, key_id, secret, token;
};

const char *signing_part_name(enum signing_part_kind kind);
/* "md5", "sha1", "sha256", "sm3". */
const char *signing_digest_name(enum signing_digest digest);

/* The text that is signed. NO_MEMORY; INVALID: a header that it names is not there; TOO_LARGE: more
 * than 64 pairs to sort. */
enum status signing_text(const struct signing *signing, const struct signing_input *input,
                         struct arena *arena, struct slice *ret);
/* The signature, encoded. As signing_text; UNSUPPORTED: the library lacks the digest. */
enum status signing_sign(const struct signing *signing, const struct signing_input *input,
                         struct arena *arena, struct slice *ret);
/* The query's pairs ordered by name as sent; pairs of one name stay in their order. */
enum status signing_sort_query(struct slice query, struct arena *arena, struct slice *ret);
/* Base64 with its padding, for HTTP Basic too. */
enum status signing_base64(struct slice bytes, struct arena *arena, struct slice *ret);

#endif
