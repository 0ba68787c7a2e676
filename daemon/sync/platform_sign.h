/* Is this still the platform that was known? The signs of another one behind the same address: restored
 * from a backup, swapped for a test system, replaced by an empty one (reconciliation.md, "Guards").
 * Pure arithmetic on what one cycle saw of one side. */
#ifndef SYNC_PLATFORM_SIGN_H
#define SYNC_PLATFORM_SIGN_H

#include <stdbool.h>
#include <stdint.h>

/* For so long a replica that lags may answer with what was: seconds. */
enum { PLATFORM_LAG_SECONDS = 30 };
/* So many linked records of both entities together are looked at first where a listing lacks many. */
enum { PLATFORM_SENTINELS = 50 };

struct platform_signs {
    /* Records whose version, read by id, is lower than one already seen: the one seen is old enough
     * (`lower`), or so young that a lagging replica explains it (`lower_young`). */
    int64_t lower, lower_young;
    int64_t lower_again;    /* still lower by id, PLATFORM_LAG_SECONDS or more after it first was */
    int64_t others;         /* ids that name another person, organisation or origin than before */
    int64_t sentinels, sentinels_gone;
    int64_t accounts, accounts_gone; /* linked ones; gone by id in this cycle */
    bool time_fell;         /* the newest update time is before one already seen: only beside another */
};

enum platform_sign { SIGN_NONE, SIGN_VERSIONS, SIGN_OTHERS, SIGN_SENTINELS, SIGN_GONE };

enum platform_sign platform_sign(const struct platform_signs *signs);
/* More than three records are lower, and all so young that a lag explains them: to be read by id once more
 * when PLATFORM_LAG_SECONDS have passed. */
bool platform_sign_doubtful(const struct platform_signs *signs);
/* Could the version that was seen, of this update time, not have reached a replica yet? Both by the side's
 * clock. */
bool platform_sign_young(int64_t updated, int64_t now);
/* One link in so many of its entity is a sentinel; links: of that entity. */
int64_t platform_sign_stride(int64_t links);
/* "versions_went_back", "other_records", "sentinels_gone", "accounts_gone"; "" for none. Static. */
const char *platform_sign_name(enum platform_sign sign);

#endif
