/* One field of a linked pair, by its policy: the table of reconciliation.md, "Merging a field". */
#ifndef SYNC_MERGE_H
#define SYNC_MERGE_H

#include "mapping/field.h"

enum verdict {
    VERDICT_AGREED,
    VERDICT_TO_PROVINCIAL,   /* the municipal value is written to the provincial side */
    VERDICT_TO_MUNICIPAL,
    VERDICT_APART,           /* kept apart: policy ignore */
    VERDICT_FIELD_MISMATCH,  /* written to neither side */
    VERDICT_REVIEW_MISMATCH
};

struct field_case {
    enum field field;
    enum policy policy;
    struct slice value[SIDES];
    bool has_base;          /* the base names this field */
    struct slice base;
    int64_t changed_at[SIDES]; /* corrected instant of the version first seen to differ */
    bool clocks_trusted;
};

enum verdict merge_field(const struct field_case *field_case);

/* A step of a review: how far it is, -1 for rejected, -2 for what is no review. */
int merge_review_step(struct slice review);
/* Is `to` a step back from hrss (to anything lower or to rejected)? It counts as a revocation in the
 * guard and is logged as review_revoked. */
bool merge_review_revoked(struct slice from, struct slice to);

#endif
