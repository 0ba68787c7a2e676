/* The bearer tokens of the provincial platform: at most ten a minute, each for two hours. */
#ifndef PLATFORM_TOKEN_H
#define PLATFORM_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TOKEN_TEXT = 48, TOKENS = 64, TOKENS_A_MINUTE = 10 };

struct token {
    char text[TOKEN_TEXT];
    int64_t expires; /* machine's seconds; 0: free or revoked */
};

struct tokens {
    struct token list[TOKENS];
    size_t next;
    int64_t asked[TOKENS_A_MINUTE]; /* when the last ones were asked for */
    size_t asked_next;
    uint64_t numbers;
};

/* False: asked too often; *ret_wait is then the seconds to wait. */
bool tokens_ask(struct tokens *tokens, int64_t now, int64_t *ret_wait);
/* A new token; its text belongs to the tokens. */
const char *tokens_issue(struct tokens *tokens, int64_t now, int64_t lifetime, uint64_t seed);
bool tokens_alive(const struct tokens *tokens, const char *text, int64_t now);
void tokens_revoke(struct tokens *tokens);

#endif
