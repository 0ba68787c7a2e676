#include "tests/platform/token.h"

#include "tests/platform/index.h"

#include <stdio.h>
#include <string.h>

bool tokens_ask(struct tokens *tokens, int64_t now, int64_t *ret_wait)
{
    int64_t *oldest = &tokens->asked[tokens->asked_next];
    if (*oldest != 0 && now - *oldest < 60) {
        *ret_wait = 60 - (now - *oldest);
        return false;
    }
    *oldest = now;
    tokens->asked_next = (tokens->asked_next + 1) % TOKENS_A_MINUTE;
    return true;
}

const char *tokens_issue(struct tokens *tokens, int64_t now, int64_t lifetime, uint64_t seed)
{
    struct token *token = &tokens->list[tokens->next];
    uint64_t parts[3] = {seed, ++tokens->numbers, (uint64_t)now};
    uint64_t high = index_hash(parts, sizeof parts, 21),
             low = index_hash(parts, sizeof parts, high);
    snprintf(token->text, sizeof token->text, "tk%016llx%016llx", (unsigned long long)high,
             (unsigned long long)low);
    token->expires = now + lifetime;
    tokens->next = (tokens->next + 1) % TOKENS;
    return token->text;
}

bool tokens_alive(const struct tokens *tokens, const char *text, int64_t now)
{
    for (size_t at = 0; at < TOKENS; at++)
        if (tokens->list[at].expires > now && strcmp(tokens->list[at].text, text) == 0)
            return true;
    return false;
}

void tokens_revoke(struct tokens *tokens)
{
    for (size_t at = 0; at < TOKENS; at++)
        tokens->list[at].expires = 0;
}
