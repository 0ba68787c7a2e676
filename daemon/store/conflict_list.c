/* The conflict log as a work list: walks and counts by filter. */
#include "daemon/store/conflict_row.h"

#include <string.h>

/* Each condition counts only when its parameter is not NULL. */
#define FILTER                                                                                     \
    " AND (?2 IS NULL OR state = ?2) AND (?3 IS NULL OR kind = ?3)"                                \
    " AND (?4 IS NULL OR severity = ?4) AND (?5 IS NULL OR owner = ?5)"                            \
    " AND (?6 IS NULL OR substr(region, 1, length(?6)) = ?6) AND (?7 IS NULL OR year = ?7)"        \
    " AND (?8 IS NULL OR last_seen >= ?8)"
#define NEXT_BY(condition)                                                                         \
    "SELECT " CONFLICT_COLUMNS " FROM conflict WHERE number > ?1" condition FILTER                 \
    " ORDER BY number LIMIT 1"
#define COUNT_BY(condition)                                                                        \
    "SELECT severity, count(*) FROM conflict WHERE number > ?1 AND state < 4" condition FILTER     \
    " GROUP BY severity"

enum { NEXT, NEXT_OPEN, NEXT_PERSON, NEXT_OPEN_PERSON, COUNT, COUNT_PERSON, ANY, ANY_OF_KIND };

/* Open ones and a person's have an index of their own, so they are written as plain conditions. */
static const struct sql sql[] = {
    [NEXT] = {"walk the conflicts", NEXT_BY("")},
    [NEXT_OPEN] = {"walk the open conflicts", NEXT_BY(" AND state < 4")},
    [NEXT_PERSON] = {"walk a person's conflicts", NEXT_BY(" AND person = ?9")},
    [NEXT_OPEN_PERSON] = {"walk a person's open conflicts",
                          NEXT_BY(" AND +state < 4 AND person = ?9")},
    [COUNT] = {"count conflicts", COUNT_BY("")},
    [COUNT_PERSON] = {"count a person's conflicts", COUNT_BY(" AND person = ?9")},
    [ANY] = {"look for an open conflict", "SELECT 1 FROM conflict WHERE state < 4 LIMIT 1"},
    [ANY_OF_KIND] = {"look for an open conflict",
                     "SELECT 1 FROM conflict WHERE state < 4 AND kind = ?1 LIMIT 1"},
};

static void bind_above(struct statement *statement, int64_t number, int64_t none)
{
    if (number > none)
        statement_bind_number(statement, number);
    else
        statement_bind_null(statement);
}

static void open_filter(struct statement *statement, struct store *store, int which,
                        const struct conflict_filter *filter, int64_t after)
{
    statement_open(statement, store, &sql[which]);
    statement_bind_number(statement, after);
    bind_above(statement, filter->state, -1);
    statement_bind_word(statement, filter->kind);
    bind_above(statement, filter->severity, -1);
    statement_bind_text(statement, filter->owner);
    statement_bind_text(statement, filter->region);
    bind_above(statement, filter->year, 0);
    bind_above(statement, filter->since, 0);
    if (filter->has_person)
        statement_bind_hash(statement, &filter->person);
}

enum status conflict_next(struct store *store, const struct conflict_filter *filter,
                          struct arena *arena, struct conflict *ret)
{
    struct statement statement;
    int which = filter->has_person ? (filter->open_only ? NEXT_OPEN_PERSON : NEXT_PERSON)
                                   : (filter->open_only ? NEXT_OPEN : NEXT);
    open_filter(&statement, store, which, filter, filter->after);
    return conflict_row_take(&statement, arena, ret);
}

enum status conflict_count_open(struct store *store, const struct conflict_filter *filter,
                                int64_t ret_by_severity[4])
{
    struct statement statement;
    int64_t counts[SEVERITY_CRITICAL + 1] = {0};
    open_filter(&statement, store, filter->has_person ? COUNT_PERSON : COUNT, filter, 0);
    enum status status = statement_row(&statement);
    while (status == STATUS_OK) {
        int severity = statement_read_choice(&statement, SEVERITY_CRITICAL + 1);
        counts[severity] = statement_read_number(&statement);
        status = statement_row(&statement);
    }
    if (status != STATUS_NOT_FOUND)
        return status;
    memcpy(ret_by_severity, counts, sizeof counts);
    return STATUS_OK;
}

enum status conflict_any_open(struct store *store, const char *kind, bool *ret)
{
    struct statement statement;
    statement_open(&statement, store, &sql[kind == NULL ? ANY : ANY_OF_KIND]);
    if (kind != NULL)
        statement_bind_word(&statement, kind);
    enum status status = statement_row(&statement);
    *ret = status == STATUS_OK;
    (void)statement_close(&statement);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
