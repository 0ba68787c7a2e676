#include "daemon/sync/guard.h"

enum { WHOLE = 10000 }; /* 100 % in hundredths of a percent */
enum { DRIFT_LEAST = 20, DRIFT_CENTI = 200, RELINKS_MOST = 20 };

static int64_t at_most(int64_t share_centi, int64_t least, int64_t known)
{
    int64_t share = known * share_centi / WHOLE;
    return share > least ? share : least;
}

enum guard_verdict guard_listing(const struct guard_limits *limits, int64_t listed, int64_t before)
{
    return before > 0 && listed * WHOLE < before * limits->min_listing_centi ? GUARD_LISTING_SHRANK
                                                                            : GUARD_PASSES;
}

enum guard_verdict guard_writes(const struct guard_limits *limits, const struct guard_counts *counts)
{
    if (counts->revocations >
        at_most(limits->max_revocations_centi, limits->min_revocations, counts->known))
        return GUARD_REVOCATIONS;
    if (!counts->first_complete &&
        counts->updates > at_most(limits->max_updates_centi, limits->min_updates, counts->known))
        return GUARD_UPDATES;
    return GUARD_PASSES;
}

bool guard_drifts(int64_t records, int64_t known)
{
    return records > at_most(DRIFT_CENTI, DRIFT_LEAST, known);
}

bool guard_relinks(int64_t relinks)
{
    return relinks > RELINKS_MOST;
}

const char *guard_verdict_name(enum guard_verdict verdict)
{
    switch (verdict) {
    case GUARD_LISTING_SHRANK: return "listing_shrank";
    case GUARD_REVOCATIONS: return "revocations";
    case GUARD_UPDATES: return "updates";
    case GUARD_RELINKS: return "relinks";
    case GUARD_PASSES:
    default: return "passes";
    }
}
