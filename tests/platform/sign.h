/* The digests that requests are signed with. */
#ifndef PLATFORM_SIGN_H
#define PLATFORM_SIGN_H

#include "mapping/base/bytes.h"
#include "tests/platform/platform.h"

/* Municipal: lower-case hex of HMAC-SHA256 over the six lines (platforms.md, "Signing"). The caller
 * compares. False: out of memory. */
bool sign_municipal(const struct request *request, const char *secret, const char *timestamp,
                    const char *nonce, char ret[65]);
/* Provincial: upper-case hex of HMAC-SM3 over ts, nonce, method, target, body. */
bool sign_provincial(const struct request *request, const char *secret, const char *timestamp,
                     const char *nonce, char ret[65]);
/* Lower-case hex of the SHA-256 of the text. */
void sign_digest(struct slice text, char ret[65]);
/* In time that does not depend on where they differ. */
bool sign_equal(const char *one, const char *other);

#endif
