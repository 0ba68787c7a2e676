/* Whose hours these are: a code, in whatever spelling and however former, resolved to the account it
 * belongs to on its side, and to that account's counterpart (reconciliation.md, "Correlating": the
 * person of an hour record is compared as the account it belongs to, not as text). */
#ifndef WORK_PERSON_H
#define WORK_PERSON_H

#include "daemon/work/desk.h"

enum person_standing {
    PERSON_UNKNOWN,    /* no account on that side */
    PERSON_VALID,      /* exactly one valid account */
    PERSON_INVALID,    /* one account, marked invalid */
    PERSON_OUTSIDE,    /* stands outside the region */
    PERSON_DUPLICATE,  /* several valid accounts */
    PERSON_QUARANTINED
};

struct person {
    enum person_standing standing[SIDES];
    struct slice remote_id[SIDES]; /* of the account; empty: none */
    struct slice code[SIDES];      /* its present code on that side */
    struct slice former[SIDES];    /* its former codes there */
    struct slice name_code;        /* the municipal present code, else the provincial, else as given */
    struct slice employer, department, region; /* municipal where known, else provincial */
    struct slice stands[SIDES];    /* the region of its account there; empty: none */
    int64_t version[SIDES];
    bool linked;
};

/* Texts in the desk's arena. */
enum status person_resolve(struct desk *desk, enum side side, struct slice code, struct person *ret);
/* The account of an organisation on a side: standing as above; an invalid one still counts. */
enum status person_organisation(struct desk *desk, enum side side, struct slice code,
                                enum person_standing *ret);

/* The hour records of the person on a side, under the present code and every former one. Ids in the desk's
 * arena, at most `most` of them. */
enum status person_hours(struct desk *desk, enum side side, const struct person *person, size_t most,
                         struct slice *ret_ids, size_t *ret_count);

#endif
