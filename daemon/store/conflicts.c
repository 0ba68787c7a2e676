#include "daemon/store/conflict_row.h"

#include "daemon/store/statement.h"

enum { FIND, ADD, CHANGE, SET_STATE, DECIDE, GET, OF_SUBJECT };

/* Numbers of enum conflict_state in the texts: 0 open, 1 acknowledged, 2 decided, 3 applied,
 * 4 closed, 5 cleared; of enum decision: 4 accept. */
#define STILL_COUNTS "(state < 4 OR (state = 4 AND decision = 4))"

static const struct sql sql[] = {
    [FIND] = {"find a conflict", "SELECT " CONFLICT_COLUMNS " FROM conflict"
                                 " WHERE kind = ?1 AND subject = ?2 AND field = ?3"},
    [ADD] = {"log a conflict",
             "INSERT INTO conflict (number, severity, entity, reference, masked, owner, reason,"
             " municipal_id, provincial_id, person, region, year, run, last_seen, times, state,"
             " has_base, sealed, stands, first_seen, changed, kind, field, subject)"
             " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,"
             " ?17, ?18, ?19, ?14, ?14, ?20, ?21, ?22)"},
    [CHANGE] = {"log a conflict again",
                "UPDATE conflict SET severity = ?2, entity = ?3, reference = ?4, masked = ?5,"
                " owner = ?6, reason = ?7, municipal_id = ?8, provincial_id = ?9, person = ?10,"
                " region = ?11, year = ?12, run = ?13, last_seen = ?14, times = ?15,"
                " changed = CASE WHEN state = ?16 THEN changed ELSE ?14 END, state = ?16,"
                " has_base = ?17, sealed = ?18, stands = ?19 WHERE number = ?1"},
    [SET_STATE] = {"move a conflict",
                   "UPDATE conflict SET state = ?2, changed = ?3 WHERE number = ?1"},
    [DECIDE] = {"decide a conflict",
                "UPDATE conflict SET state = ?2, changed = ?3, decision = ?4, decided_at = ?3,"
                " decided = ?5 WHERE number = ?1"},
    [GET] = {"read a conflict", "SELECT " CONFLICT_COLUMNS " FROM conflict WHERE number = ?1"},
    [OF_SUBJECT] = {"find a subject's conflicts",
                    "SELECT " CONFLICT_COLUMNS " FROM conflict WHERE (reference = ?1"
                    " OR entity = ?2 AND municipal_id = ?3 OR entity = ?2 AND provincial_id = ?4)"
                    " AND " STILL_COUNTS " ORDER BY number"},
};

static struct hash subject_hash(struct store *store, const struct conflict *conflict)
{
    return store_hash(store, conflict->subject);
}

/* Takes what stands of (kind, subject, field); NOT_FOUND. */
static enum status find(struct store *store, const struct conflict *conflict, struct arena *arena,
                        struct conflict *ret)
{
    struct statement statement;
    struct hash subject = subject_hash(store, conflict);
    statement_open(&statement, store, &sql[FIND]);
    statement_bind_word(&statement, conflict->kind);
    statement_bind_hash(&statement, &subject);
    statement_bind_id(&statement, slice_of(conflict->field));
    return conflict_row_take(&statement, arena, ret);
}

static void bind_seen(struct statement *statement, const struct conflict *conflict)
{
    statement_bind_number(statement, conflict->number);
    statement_bind_number(statement, conflict->severity);
    statement_bind_number(statement, conflict->entity);
    statement_bind_word(statement, conflict->reference);
    statement_bind_text(statement, conflict->masked);
    statement_bind_text(statement, conflict->owner);
    statement_bind_text(statement, conflict->reason);
    statement_bind_text(statement, conflict->remote_id[MUNICIPAL]);
    statement_bind_text(statement, conflict->remote_id[PROVINCIAL]);
    statement_bind_hash(statement, &conflict->person);
    statement_bind_word(statement, conflict->region);
    statement_bind_number(statement, conflict->year);
    statement_bind_number(statement, conflict->run);
    statement_bind_number(statement, conflict->last_seen);
    statement_bind_number(statement, conflict->times);
    statement_bind_number(statement, conflict->state);
    statement_bind_number(statement, conflict->has_base);
}

static enum status put(struct store *store, const struct conflict *conflict, bool add)
{
    struct statement statement;
    struct slice sealed = {0};
    struct hash subject = subject_hash(store, conflict);
    enum status status = conflict_row_seal(store, conflict, &sealed);
    if (status != STATUS_OK)
        return status;
    statement_open(&statement, store, &sql[add ? ADD : CHANGE]);
    bind_seen(&statement, conflict);
    statement_bind_bytes(&statement, sealed);
    statement_bind_hash(&statement, &conflict->stands);
    if (add) {
        statement_bind_word(&statement, conflict->kind);
        statement_bind_id(&statement, slice_of(conflict->field));
        statement_bind_hash(&statement, &subject);
    }
    return statement_change(&statement);
}

static enum status write_decision(struct store *store, const struct conflict *conflict)
{
    struct statement statement;
    struct slice sealed = {0};
    enum status status = conflict_row_seal_decision(store, conflict, &sealed);
    if (status != STATUS_OK)
        return status;
    statement_open(&statement, store, &sql[DECIDE]);
    statement_bind_number(&statement, conflict->number);
    statement_bind_number(&statement, conflict->state);
    statement_bind_number(&statement, conflict->decided_at);
    statement_bind_number(&statement, conflict->decision);
    statement_bind_bytes(&statement, sealed);
    return statement_change(&statement);
}

/* Where there are no values, the records themselves tell whether a side changed. */
static bool same_values(const struct conflict *one, const struct conflict *other)
{
    bool none = slice_empty(other->value[MUNICIPAL]) && slice_empty(other->value[PROVINCIAL]);
    return slice_equal(one->value[MUNICIPAL], other->value[MUNICIPAL]) &&
           slice_equal(one->value[PROVINCIAL], other->value[PROVINCIAL]) &&
           (!none || hash_is_zero(one->stands) || hash_equal(one->stands, other->stands));
}

/* A decision was made on two values. Where a side moved on to anything but what was decided, people
 * look at it again. */
static bool decision_outdated(const struct conflict *stands, const struct conflict *conflict)
{
    struct slice wanted = stands->decision == DECISION_VALUE       ? stands->decision_value
                          : stands->decision == DECISION_MUNICIPAL ? stands->value[MUNICIPAL]
                                                                   : stands->value[PROVINCIAL];
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        if (!slice_equal(conflict->value[side], stands->value[side]) &&
            !slice_equal(conflict->value[side], wanted))
            return true;
    }
    return false;
}

static enum conflict_seen seen_as(const struct conflict *stands, const struct conflict *conflict)
{
    switch (stands->state) {
    case CONFLICT_OPEN:
    case CONFLICT_ACKNOWLEDGED: return CONFLICT_AGAIN;
    case CONFLICT_DECIDED:
    case CONFLICT_APPLIED:
        return decision_outdated(stands, conflict) ? CONFLICT_REOPENED : CONFLICT_AGAIN;
    case CONFLICT_CLOSED:
        return stands->decision == DECISION_ACCEPT && same_values(stands, conflict)
                   ? CONFLICT_STILL_ACCEPTED
                   : CONFLICT_REOPENED;
    case CONFLICT_CLEARED: break;
    }
    return CONFLICT_REOPENED;
}

static enum status see_new(struct store *store, struct conflict *conflict, int64_t now)
{
    enum status status = statement_number(store, "conflict", &conflict->number);
    conflict->state = CONFLICT_OPEN;
    conflict->decision = DECISION_NONE;
    conflict->times = 1;
    conflict->first_seen = conflict->last_seen = now;
    return status == STATUS_OK ? put(store, conflict, true) : status;
}

/* A reopened one has to be decided anew; who decided last, when and why stays to be read. */
static enum status see_again(struct store *store, struct conflict *conflict, int64_t now,
                             const struct conflict *stands, enum conflict_seen seen)
{
    conflict->number = stands->number;
    conflict->state = seen == CONFLICT_REOPENED ? CONFLICT_OPEN : stands->state;
    conflict->decision = stands->decision;
    conflict->times = stands->times + (conflict->run != stands->run || seen == CONFLICT_REOPENED);
    conflict->first_seen = stands->first_seen;
    conflict->last_seen = now > stands->last_seen ? now : stands->last_seen;
    enum status status = put(store, conflict, false);
    if (status != STATUS_OK || seen != CONFLICT_REOPENED || stands->decision == DECISION_NONE)
        return status;
    struct conflict reopened = *stands;
    conflict->decision = reopened.decision = DECISION_NONE;
    reopened.state = CONFLICT_OPEN;
    reopened.decision_value = (struct slice){0};
    return write_decision(store, &reopened);
}

enum status conflict_see(struct store *store, struct conflict *conflict, int64_t now,
                         enum conflict_seen *ret)
{
    struct arena arena;
    struct conflict stands;
    struct conflict seen = *conflict;
    enum conflict_seen how = CONFLICT_NEW;
    arena_init(&arena, CONFLICT_ROW_BYTES);
    enum status status = find(store, conflict, &arena, &stands);
    if (status == STATUS_NOT_FOUND) {
        status = see_new(store, &seen, now);
    } else if (status == STATUS_OK) {
        how = seen_as(&stands, conflict);
        status = see_again(store, &seen, now, &stands, how);
    }
    arena_free(&arena);
    if (status != STATUS_OK)
        return status;
    *conflict = seen;
    *ret = how;
    return STATUS_OK;
}

enum status conflict_of_subject(struct store *store, const char *reference, enum entity entity,
                                struct slice municipal_id, struct slice provincial_id,
                                struct arena *arena, struct conflict *ret, size_t most,
                                size_t *ret_count)
{
    struct statement statement;
    size_t count = 0;
    statement_open(&statement, store, &sql[OF_SUBJECT]);
    statement_bind_word(&statement, reference);
    statement_bind_number(&statement, entity);
    statement_bind_text(&statement, municipal_id);
    statement_bind_text(&statement, provincial_id);
    enum status status = statement_row(&statement);
    while (status == STATUS_OK && count < most) {
        status = conflict_row_read(&statement, arena, &ret[count]);
        if (status != STATUS_OK)
            break;
        count++;
        status = statement_row(&statement);
    }
    (void)statement_close(&statement);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    *ret_count = count;
    return STATUS_OK;
}

enum status conflict_set_state(struct store *store, int64_t number, enum conflict_state state,
                               int64_t now)
{
    struct statement statement;
    statement_open(&statement, store, &sql[SET_STATE]);
    statement_bind_number(&statement, number);
    statement_bind_number(&statement, state);
    statement_bind_number(&statement, now);
    return statement_change(&statement);
}

enum status conflict_get(struct store *store, int64_t number, struct arena *arena,
                         struct conflict *ret)
{
    struct statement statement;
    statement_open(&statement, store, &sql[GET]);
    statement_bind_number(&statement, number);
    return conflict_row_take(&statement, arena, ret);
}

/* Also one that was accepted may be decided another way. */
static bool may_be_decided(const struct conflict *conflict)
{
    return conflict->state <= CONFLICT_DECIDED ||
           (conflict->state == CONFLICT_CLOSED && conflict->decision == DECISION_ACCEPT);
}

enum status conflict_decide(struct store *store, int64_t number, enum decision decision,
                            struct slice value, struct slice by, struct slice reason, int64_t now)
{
    struct arena arena;
    struct conflict conflict;
    arena_init(&arena, CONFLICT_ROW_BYTES);
    enum status status = conflict_get(store, number, &arena, &conflict);
    if (status == STATUS_OK && (decision == DECISION_NONE || !may_be_decided(&conflict)))
        status = STATUS_INVALID;
    if (status == STATUS_OK) {
        conflict.decision = decision;
        conflict.decision_value = value;
        conflict.decided_by = by;
        conflict.decision_reason = reason;
        conflict.decided_at = now;
        /* To accept changes nothing anywhere: there is nothing to apply and to verify. */
        conflict.state = decision == DECISION_ACCEPT ? CONFLICT_CLOSED : CONFLICT_DECIDED;
        status = write_decision(store, &conflict);
    }
    arena_free(&arena);
    return status;
}

const char *conflict_state_name(enum conflict_state state)
{
    static const char *const names[] = {"open",    "acknowledged", "decided",
                                        "applied", "closed",       "cleared"};
    return state <= CONFLICT_CLEARED ? names[state] : "";
}

const char *severity_name(enum severity severity)
{
    static const char *const names[] = {"info", "warning", "error", "critical"};
    return severity <= SEVERITY_CRITICAL ? names[severity] : "";
}

const char *decision_name(enum decision decision)
{
    static const char *const names[] = {"none", "municipal", "provincial", "value", "accept"};
    return decision <= DECISION_ACCEPT ? names[decision] : "";
}
