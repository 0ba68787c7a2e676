#include "daemon/work/nowhere.h"

#include "daemon/store/nowhere.h"
#include "daemon/work/create.h"
#include "daemon/work/people_of.h"

#include <stdio.h>

enum { NAMED_MOST = 2, NOTED_MOST = 4 };

#define REASON "nowhere"

static const struct {
    enum field field;
    const char *kind;
} references[NAMED_MOST] = {{FIELD_ACCOUNT_EMPLOYER, "employer"}, {FIELD_ACCOUNT_DEPARTMENT, "department"}};

struct missing {
    struct slice subjects[NAMED_MOST];
    size_t count;
    bool unread; /* not known yet */
};

/* Looked at afresh, or as this walk found it before. */
static enum status stands_somewhere(struct desk *desk, struct slice code, bool *ret)
{
    struct hash hash = desk_account_hash(desk, "organisation", code);
    enum status status = STATUS_OK;
    *ret = hashset_has(&desk->standing, hash);
    if (*ret)
        return STATUS_OK;
    for (enum side side = MUNICIPAL; status == STATUS_OK && !*ret && side < SIDES; side++) {
        enum person_standing standing = PERSON_UNKNOWN;
        status = person_organisation(desk, side, code, &standing);
        *ret = standing != PERSON_UNKNOWN;
    }
    return status == STATUS_OK && *ret ? hashset_add(&desk->standing, hash) : status;
}

/* The region prefix may hide it, so both sides are asked by its code. */
static enum status absent_for_sure(struct desk *desk, struct slice code, bool *ret)
{
    enum status status = STATUS_OK;
    *ret = true;
    for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES; side++) {
        bool asked = false;
        if (!desk->known_whole[side][ENTITY_ACCOUNT] || desk->side_failed[side]) {
            *ret = false;
            continue;
        }
        status = need_by_code(desk, side, ENTITY_ACCOUNT, true, code, &asked);
        *ret = *ret && !asked;
    }
    return status;
}

/* Only who is valid, readable and stands in the region names anybody. */
static enum status find_missing(struct desk *desk, const struct desk_copy *copy, struct missing *ret)
{
    *ret = (struct missing){.count = 0};
    if (copy->staged.state != STAGED_PRESENT || copy->staged.kind != 1)
        return STATUS_OK;
    for (size_t index = 0; index < NAMED_MOST; index++) {
        struct slice code = copy->decoded.record.value[references[index].field];
        bool there = slice_empty(code);
        bool known = true;
        enum status status = there ? STATUS_OK : stands_somewhere(desk, code, &there);
        if (status == STATUS_OK && !there)
            status = absent_for_sure(desk, code, &known);
        if (status != STATUS_OK)
            return status;
        ret->unread = ret->unread || !known;
        if (there || !known)
            continue;
        struct slice subject = arena_printf(&desk->arena, "%s:%.*s", references[index].kind,
                                            (int)code.size, code.at);
        if (subject.at == NULL)
            return STATUS_NO_MEMORY;
        ret->subjects[ret->count++] = subject;
    }
    return STATUS_OK;
}

/* Of what the log holds of the subject, this rule's alone is its business: once the organisation stands on one
 * side, the waiting rule has its own. */
static const struct conflict *keep_own(struct findings *findings)
{
    size_t kept = 0;
    for (size_t index = 0; index < findings->open_count; index++) {
        if (slice_is(slice_of(findings->open[index].kind), conflict_kind_name(KIND_missing_counterpart)) &&
            slice_is(findings->open[index].reason, REASON))
            findings->open[kept++] = findings->open[index];
    }
    findings->open_count = kept;
    return kept > 0 ? &findings->open[0] : NULL;
}

/* Raises, sees again or clears, by who is noted. region: of who names it; empty: as told before. */
static enum status settle(struct desk *desk, struct slice subject, struct slice region)
{
    struct findings findings = {.subject = {.entity = ENTITY_ACCOUNT, .text = subject}};
    int64_t count = 0;
    bool recent = false;
    enum status status = nowhere_count(desk->store, subject, &count, &recent);
    if (status == STATUS_OK)
        status = findings_begin(desk, &findings);
    if (status != STATUS_OK)
        return status;
    const struct conflict *own = keep_own(&findings);
    if (count == 0)
        return findings_end(desk, &findings);
    if (own != NULL && own->run == desk->run && own->state < CONFLICT_CLOSED &&
        (own->severity == SEVERITY_INFO) == !recent)
        return STATUS_OK; /* another who names it was judged before in this cycle */
    if (slice_empty(region) && own != NULL)
        region = slice_of(own->region);
    findings.subject.owner = finding_owner(desk, (struct slice){0}, (struct slice){0}, region);
    (void)snprintf(findings.subject.region, sizeof findings.subject.region, "%.*s", (int)region.size,
                   slice_empty(region) ? "" : region.at);
    findings_add(&findings, conflict_kind_name(KIND_missing_counterpart), recent ? -1 : SEVERITY_INFO, "",
                 NULL, NULL, REASON);
    return findings_put(desk, &findings);
}

static bool among(const struct missing *missing, struct slice subject)
{
    for (size_t index = 0; index < missing->count; index++) {
        if (slice_equal(missing->subjects[index], subject))
            return true;
    }
    return false;
}

static enum status judge_account(struct desk *desk, enum side side, const struct desk_copy *copy)
{
    const struct record *record = &copy->decoded.record;
    struct missing missing;
    struct slice noted[NOTED_MOST] = {{0}};
    size_t count = 0;
    enum status status = find_missing(desk, copy, &missing);
    if (status == STATUS_OK && missing.unread)
        return stage_set_dirty(desk->store, side, ENTITY_ACCOUNT, record->remote_id, true);
    if (status == STATUS_OK)
        status = nowhere_of(desk->store, side, record->remote_id, NOTED_MOST, &desk->arena, noted, &count);
    for (size_t index = 0; status == STATUS_OK && index < count; index++) {
        if (among(&missing, noted[index]))
            continue;
        status = nowhere_forget(desk->store, noted[index], side, record->remote_id);
        if (status == STATUS_OK)
            status = settle(desk, noted[index], (struct slice){0});
    }
    bool recent = create_account_severity(desk, record) < 0;
    for (size_t index = 0; status == STATUS_OK && index < missing.count; index++) {
        status = nowhere_note(desk->store, missing.subjects[index], side, record->remote_id, recent);
        if (status == STATUS_OK)
            status = settle(desk, missing.subjects[index], record->value[FIELD_ACCOUNT_REGION]);
    }
    return status;
}

enum status nowhere_judge(struct desk *desk, const struct pair *pair)
{
    enum status status = STATUS_OK;
    for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES; side++) {
        if (pair->entity == ENTITY_ACCOUNT && pair->has[side])
            status = judge_account(desk, side, &pair->copy[side]);
    }
    return status;
}

static enum status wake(struct desk *desk, enum side side, const struct record *person)
{
    return stage_set_dirty(desk->store, side, ENTITY_ACCOUNT, person->remote_id, true);
}

enum status nowhere_lost(struct desk *desk, struct slice code)
{
    bool there = slice_empty(code);
    hashset_clear(&desk->standing);
    enum status status = there ? STATUS_OK : stands_somewhere(desk, code, &there);
    for (enum side side = MUNICIPAL; status == STATUS_OK && !there && side < SIDES; side++)
        status = people_of(desk, side, code, wake);
    return status;
}

enum status nowhere_sweep(struct desk *desk)
{
    struct conflict_filter filter = {.open_only = true, .state = -1, .severity = -1,
                                     .kind = conflict_kind_name(KIND_missing_counterpart)};
    struct conflict conflict;
    enum status status = STATUS_OK;
    while (status == STATUS_OK) {
        int64_t count = 1;
        bool recent = false;
        arena_reset(&desk->arena);
        status = conflict_next(desk->store, &filter, &desk->arena, &conflict);
        if (status != STATUS_OK)
            break;
        filter.after = conflict.number;
        if (slice_is(conflict.reason, REASON))
            status = nowhere_count(desk->store, conflict.subject, &count, &recent);
        if (status == STATUS_OK && count == 0)
            status = settle(desk, conflict.subject, (struct slice){0});
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
