#include "daemon/sync/platform_sign.h"

enum {
    RECORDS_LET_PASS = 3, /* lower, or another's: so many can be single mishaps */
    SENTINELS_LET_PASS = 2,
    ACCOUNTS_LET_PASS = 5,
    ACCOUNTS_PERCENT = 2,
    SENTINELS_PERCENT = 10
};

static int64_t at_least(int64_t least, int64_t known, int64_t percent)
{
    int64_t share = known * percent / 100;
    return share > least ? share : least;
}

/* Of sentinels a few may have gone one by one: that is `vanished`, record by record. */
static bool many_sentinels(const struct platform_signs *at)
{
    return at->sentinels_gone > at_least(SENTINELS_LET_PASS, at->sentinels, SENTINELS_PERCENT);
}

static bool many_accounts(const struct platform_signs *at)
{
    return at->accounts_gone > at_least(ACCOUNTS_LET_PASS, at->accounts, ACCOUNTS_PERCENT);
}

/* What alone is a mishap, or a defect of one record, is a sign beside another. */
static enum platform_sign beside_another(const struct platform_signs *at)
{
    int kinds = (at->lower > 0) + (at->others > 0) + (at->sentinels_gone > 0) + at->time_fell;
    if (kinds < 2)
        return SIGN_NONE;
    return at->others > 0 ? SIGN_OTHERS : at->lower > 0 ? SIGN_VERSIONS : SIGN_SENTINELS;
}

enum platform_sign platform_sign(const struct platform_signs *at)
{
    if (at->lower_again > 0 || at->lower > RECORDS_LET_PASS)
        return SIGN_VERSIONS;
    if (at->others > RECORDS_LET_PASS)
        return SIGN_OTHERS;
    if (many_sentinels(at))
        return SIGN_SENTINELS;
    if (many_accounts(at))
        return SIGN_GONE;
    return beside_another(at);
}

bool platform_sign_doubtful(const struct platform_signs *at)
{
    return platform_sign(at) == SIGN_NONE && at->lower + at->lower_young > RECORDS_LET_PASS;
}

bool platform_sign_young(int64_t updated, int64_t now)
{
    return now - updated < PLATFORM_LAG_SECONDS;
}

int64_t platform_sign_stride(int64_t links)
{
    int64_t share = PLATFORM_SENTINELS / 2; /* of accounts and of hours half each */
    return links <= share ? 1 : (links + share - 1) / share;
}

const char *platform_sign_name(enum platform_sign sign)
{
    static const char *const names[] = {"", "versions_went_back", "other_records", "sentinels_gone",
                                        "accounts_gone"};
    return names[sign];
}
