/* A record as it stands in the state, and why (docs/json.md, "explain conflict, explain record"):
 * both copies with the requests that brought them, the base, each field with its rule and what
 * follows from it, and what the bridge did. */
#ifndef VIEW_EXPLAIN_ROW_H
#define VIEW_EXPLAIN_ROW_H

#include "daemon/view/view.h"

struct explained {
    enum entity entity;
    struct slice remote_id[SIDES]; /* empty: none */
    const char *reference;         /* subject_ref */
    bool full;                     /* values as they are; else masked */
    int64_t since; /* of writes: that were sent since, or never sent; 0: all */
};

/* New reference in *ret. Reads only. */
enum status explain_row(const struct view *view, const struct explained *what, struct arena *arena,
                        json_t **ret);

#endif
