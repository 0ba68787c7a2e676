#include "daemon/sync/merge.h"

/* Closer than this, or with clocks not to be trusted, nobody can say which change was the later. */
enum { NEWEST_APART_SECONDS = 3, STEP_REJECTED = -1, STEP_NONE = -2, STEP_HRSS = 4 };

int merge_review_step(struct slice review)
{
    static const struct {
        const char *word;
        int step;
    } steps[] = {{"draft", 0},      {"submitted", 1}, {"employer", 2}, {"department", 3},
                 {"hrss", STEP_HRSS}, {"waiting", 0},   {"approved", 2}, {"rejected", STEP_REJECTED}};
    for (size_t index = 0; index < sizeof steps / sizeof *steps; index++) {
        if (slice_is(review, steps[index].word))
            return steps[index].step;
    }
    return STEP_NONE;
}

bool merge_review_revoked(struct slice from, struct slice to)
{
    return merge_review_step(from) == STEP_HRSS && merge_review_step(to) != STEP_HRSS;
}

static enum verdict to_side_of(enum side source)
{
    return source == MUNICIPAL ? VERDICT_TO_PROVINCIAL : VERDICT_TO_MUNICIPAL;
}

static enum verdict newest(const struct field_case *at)
{
    int64_t apart = at->changed_at[MUNICIPAL] - at->changed_at[PROVINCIAL];
    bool known = at->changed_at[MUNICIPAL] != 0 && at->changed_at[PROVINCIAL] != 0;
    if (!at->clocks_trusted || !known ||
        (apart < NEWEST_APART_SECONDS && apart > -NEWEST_APART_SECONDS))
        return VERDICT_FIELD_MISMATCH;
    return to_side_of(apart > 0 ? MUNICIPAL : PROVINCIAL);
}

/* Rejected beats what no one has reviewed yet; against a review that was given, people decide. */
static enum verdict chain(const struct field_case *at)
{
    int municipal = merge_review_step(at->value[MUNICIPAL]);
    int provincial = merge_review_step(at->value[PROVINCIAL]);
    if (municipal == STEP_NONE || provincial == STEP_NONE)
        return VERDICT_REVIEW_MISMATCH;
    if (municipal == STEP_REJECTED || provincial == STEP_REJECTED) {
        int other = municipal == STEP_REJECTED ? provincial : municipal;
        if (other > 1)
            return VERDICT_REVIEW_MISMATCH;
        return to_side_of(municipal == STEP_REJECTED ? MUNICIPAL : PROVINCIAL);
    }
    return to_side_of(municipal > provincial ? MUNICIPAL : PROVINCIAL);
}

static enum verdict larger(const struct field_case *at)
{
    int64_t municipal = 0;
    int64_t provincial = 0;
    if (!slice_integer(at->value[MUNICIPAL], &municipal) ||
        !slice_integer(at->value[PROVINCIAL], &provincial))
        return VERDICT_FIELD_MISMATCH;
    return to_side_of(municipal > provincial ? MUNICIPAL : PROVINCIAL);
}

static enum verdict both_changed(const struct field_case *at)
{
    switch (at->policy) {
    case POLICY_NEWEST: return newest(at);
    case POLICY_CHAIN: return chain(at);
    case POLICY_LARGER: return larger(at);
    case POLICY_CONFLICT:
    case POLICY_MUNICIPAL:
    case POLICY_PROVINCIAL:
    case POLICY_IGNORE:
    case POLICY_VALID:
    case POLICY_KEY:
    case POLICY_NEVER:
    case POLICIES:
    default: return VERDICT_FIELD_MISMATCH;
    }
}

enum verdict merge_field(const struct field_case *at)
{
    if (at->policy >= POLICY_IGNORE)
        return VERDICT_APART;
    if (slice_equal(at->value[MUNICIPAL], at->value[PROVINCIAL]))
        return VERDICT_AGREED;
    if (!at->has_base && slice_empty(at->value[MUNICIPAL]))
        return VERDICT_TO_MUNICIPAL;
    if (!at->has_base && slice_empty(at->value[PROVINCIAL]))
        return VERDICT_TO_PROVINCIAL;
    if (at->policy == POLICY_MUNICIPAL)
        return VERDICT_TO_PROVINCIAL;
    if (at->policy == POLICY_PROVINCIAL)
        return VERDICT_TO_MUNICIPAL;
    if (at->has_base && slice_equal(at->value[PROVINCIAL], at->base))
        return VERDICT_TO_PROVINCIAL;
    if (at->has_base && slice_equal(at->value[MUNICIPAL], at->base))
        return VERDICT_TO_MUNICIPAL;
    return both_changed(at);
}
