#include "tests/sim/oracle.h"

#include "daemon/store/stage.h"
#include "tests/sim/oracle_inside.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* How a field is merged by the shipped mapping (reconciliation.md, "Merging a field"). */
enum rule { RULE_NONE, RULE_FREE, RULE_MUNICIPAL, RULE_PROVINCIAL };

static enum rule rule_of(int entity, int field)
{
    static const enum rule account[ACCOUNT_FIELDS] = {
        [ACCOUNT_NAME] = RULE_FREE,          [ACCOUNT_MOBILE] = RULE_FREE,
        [ACCOUNT_REGION] = RULE_MUNICIPAL,   [ACCOUNT_EMPLOYER] = RULE_MUNICIPAL,
        [ACCOUNT_DEPARTMENT] = RULE_MUNICIPAL, [ACCOUNT_TITLE] = RULE_PROVINCIAL,
        [ACCOUNT_REVIEW] = RULE_FREE,
    };
    if (entity == WORLD_ACCOUNT)
        return account[field];
    return field == HOURS_ORIGIN || field == HOURS_VALID ? RULE_NONE : RULE_FREE;
}

void oracle_say(bool *ok, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)fputs("  ", stderr);
    (void)vfprintf(stderr, format, arguments);
    (void)fputc('\n', stderr);
    va_end(arguments);
    *ok = false;
}

/* --- links ------------------------------------------------------------------------------------- */

/* By their link, or by their codes: of two accounts, of which one stands in another region, nothing is linked. */
static bool of_one_person(const struct standing *standing, const struct fact *one, const struct fact *other)
{
    const struct standing_link *link = standing_link(standing, WORLD_MUNICIPAL, WORLD_ACCOUNT, one->person_id);
    const struct fact *here = standing_fact(standing, WORLD_MUNICIPAL, WORLD_ACCOUNT, one->person_id);
    const struct fact *there = standing_fact(standing, WORLD_PROVINCIAL, WORLD_ACCOUNT, other->person_id);
    if (link != NULL)
        return link->is[WORLD_PROVINCIAL] != NULL && strcmp(link->is[WORLD_PROVINCIAL]->id, other->person_id) == 0;
    return here != NULL && there != NULL && standing_one_person(here, there);
}

static bool one_by_nature(const struct standing *standing, const struct fact *one,
                          const struct fact *other)
{
    bool course = one->value[HOURS_COURSE_CODE][0] != '\0';
    int by = course ? HOURS_COURSE_CODE : HOURS_EVIDENCE;
    return of_one_person(standing, one, other) && strcmp(one->value[HOURS_YEAR], other->value[HOURS_YEAR]) == 0 &&
           strcmp(one->value[HOURS_CATEGORY], other->value[HOURS_CATEGORY]) == 0 &&
           strcmp(one->value[by], other->value[by]) == 0 && one->value[by][0] != '\0' &&
           standing_one_day(one->value[HOURS_FINISHED], other->value[HOURS_FINISHED]);
}

static void look_at_link(const struct standing *standing, int entity,
                         const struct standing_link *link, bool *ok)
{
    const struct fact *one = link->is[WORLD_MUNICIPAL];
    const struct fact *other = link->is[WORLD_PROVINCIAL];
    if ((one == NULL || other == NULL) && !link->pretended)
        oracle_say(ok, "link %lld names a record that does not stand", (long long)link->number);
    else if (one == NULL || other == NULL)
        return;
    else if (entity == WORLD_ACCOUNT && !standing_one_person(one, other))
        oracle_say(ok, "accounts %s and %s are linked and are two", one->id, other->id);
    else if (entity == WORLD_HOURS &&
             strcmp(one->value[HOURS_ORIGIN], other->value[HOURS_ORIGIN]) != 0 &&
             !(link->natural && one_by_nature(standing, one, other)))
        oracle_say(ok, "hours %s and %s are linked and are two", one->id, other->id);
}

/* --- fields ------------------------------------------------------------------------------------ */

static bool same_person(const struct standing *standing, const struct standing_link *link)
{
    const struct standing_link *person = standing_link(standing, WORLD_MUNICIPAL, WORLD_ACCOUNT,
                                                       link->is[WORLD_MUNICIPAL]->person_id);
    return person != NULL && person->is[WORLD_PROVINCIAL] != NULL &&
           strcmp(person->is[WORLD_PROVINCIAL]->id, link->is[WORLD_PROVINCIAL]->person_id) == 0;
}

static bool agrees(const struct standing *standing, int entity, const struct standing_link *link,
                   int field)
{
    if (entity == WORLD_HOURS && field == HOURS_PERSON)
        return same_person(standing, link);
    return strcmp(link->is[0]->value[field], link->is[1]->value[field]) == 0;
}

static void note_agreed(const struct standing *standing, struct history *history, int entity,
                        const struct standing_link *link, int round)
{
    if (link->is[0] == NULL || link->is[1] == NULL || !link->is[0]->valid || !link->is[1]->valid ||
        link->number >= HISTORY_LINKS)
        return;
    for (int field = 0; field < fact_fields(entity); field++) {
        if (agrees(standing, entity, link, field))
            history->agreed[entity][link->number][field] |= 1U << round;
    }
}

bool oracle_after_cycle(struct store *store, struct history *history, int round)
{
    const struct standing *standing = standing_read(store);
    bool ok = true;
    for (int entity = 0; entity < WORLD_ENTITIES; entity++) {
        for (size_t index = 0; index < standing->link_count[entity]; index++) {
            const struct standing_link *link = &standing->links[entity][index];
            if (round >= 0 && history->clean[round])
                note_agreed(standing, history, entity, link, round);
            if (link->number <= history->last_link[entity])
                continue;
            look_at_link(standing, entity, link, &ok);
            history->last_link[entity] = link->number;
        }
    }
    return ok;
}

/* An update that names who does not stand on the target holds that field. */
static bool held(const struct standing *standing, int entity, const struct standing_link *link,
                 int field)
{
    if (entity == WORLD_HOURS && field == HOURS_PERSON) {
        for (int side = 0; side < WORLD_SIDES; side++) {
            const struct standing_link *person =
                standing_link(standing, side, WORLD_ACCOUNT, link->is[side]->person_id);
            if (person == NULL || person->is[0] == NULL || person->is[1] == NULL || !person->is[0]->valid ||
                !person->is[1]->valid)
                return true;
        }
        return false;
    }
    if (entity == WORLD_ACCOUNT && field == ACCOUNT_REGION) /* at the province it follows the employer's */
        return !agrees(standing, entity, link, ACCOUNT_EMPLOYER) &&
               held(standing, entity, link, ACCOUNT_EMPLOYER);
    if (entity != WORLD_ACCOUNT || (field != ACCOUNT_EMPLOYER && field != ACCOUNT_DEPARTMENT))
        return false;
    const char *kind = field == ACCOUNT_EMPLOYER ? "employer" : "department";
    for (int side = 0; side < WORLD_SIDES; side++) {
        const char *code = link->is[side]->value[field];
        if (code[0] != '\0' && standing_account(standing, 1 - side, kind, code) == NULL)
            return true;
    }
    return false;
}

static void look_at_field(const struct standing *standing, const struct history *history, int entity,
                          const struct standing_link *link, int field, bool *ok)
{
    const struct fact *one = link->is[WORLD_MUNICIPAL];
    const struct fact *other = link->is[WORLD_PROVINCIAL];
    const char *name = fact_name(entity, field);
    if (rule_of(entity, field) == RULE_NONE || held(standing, entity, link, field) ||
        standing_conflict(standing, entity, link->is, name) != NULL)
        return;
    if (!agrees(standing, entity, link, field))
        oracle_say(ok, "%s of %s %s/%s is not in step and in no conflict: '%s' and '%s'", name,
                   entity == WORLD_ACCOUNT ? "account" : "hours", one->id, other->id,
                   one->value[field], other->value[field]);
    else
        oracle_edit_kept(standing, history, entity, link, field,
                         rule_of(entity, field) == RULE_MUNICIPAL    ? WORLD_MUNICIPAL
                         : rule_of(entity, field) == RULE_PROVINCIAL ? WORLD_PROVINCIAL
                                                                     : WORLD_SIDES,
                         ok);
}

bool oracle_person_outside(const struct standing *standing, int side, const char *account_id)
{
    const struct fact *account = standing_fact(standing, side, WORLD_ACCOUNT, account_id);
    const struct standing_link *link =
        standing_link(standing, side, WORLD_ACCOUNT, account_id);
    if (account != NULL && standing_outside(account))
        return true;
    return link != NULL && link->is[1 - side] != NULL && standing_outside(link->is[1 - side]);
}

static bool out_of_region(const struct standing *standing, int entity,
                          const struct standing_link *link)
{
    for (int side = 0; side < WORLD_SIDES; side++) {
        if (entity == WORLD_ACCOUNT ? standing_outside(link->is[side])
                                    : oracle_person_outside(standing, side,
                                                            link->is[side]->person_id))
            return true;
    }
    return false;
}

static void look_at_pair(const struct standing *standing, const struct history *history, int entity,
                         const struct standing_link *link, bool *ok)
{
    const struct fact *one = link->is[WORLD_MUNICIPAL];
    const struct fact *other = link->is[WORLD_PROVINCIAL];
    if (one == NULL || other == NULL || !link->held || out_of_region(standing, entity, link))
        return;
    if (one->valid != other->valid) {
        if (standing_conflict(standing, entity, link->is, "valid") == NULL)
            oracle_say(ok, "%s %s/%s is valid on one side, and in no conflict",
                       entity == WORLD_ACCOUNT ? "account" : "hours", one->id, other->id);
        return;
    }
    for (int field = 0; one->valid && field < fact_fields(entity); field++)
        look_at_field(standing, history, entity, link, field, ok);
}

bool oracle_anyone_outside(void)
{
    static struct facts accounts;
    for (int side = 0; side < WORLD_SIDES; side++) {
        facts_read(side, WORLD_ACCOUNT, &accounts);
        for (size_t index = 0; index < accounts.count; index++) {
            if (standing_outside(&accounts.of[index]))
                return true;
        }
    }
    return false;
}

/* Whoever is named by a valid person and registered nowhere is told, and only that. */
static bool told_missing(const struct standing *standing, const char *subject)
{
    for (size_t index = 0; index < standing->conflict_count; index++) {
        const struct standing_conflict *conflict = &standing->conflicts[index];
        if (conflict->open && strcmp(conflict->kind, "missing_counterpart") == 0 &&
            strcmp(conflict->subject, subject) == 0)
            return true;
    }
    return false;
}

static bool stands_somewhere(const struct standing *standing, const char *code)
{
    for (int side = 0; side < WORLD_SIDES; side++) {
        if (standing_account(standing, side, "employer", code) != NULL ||
            standing_account(standing, side, "department", code) != NULL)
            return true;
    }
    return code[0] == '\0';
}

static bool names_anybody(const struct fact *account)
{
    return account->valid && !standing_outside(account) &&
           strcmp(account->value[ACCOUNT_KIND], "person") == 0;
}

static bool is_named(const struct standing *standing, int field, const char *code)
{
    for (int side = 0; side < WORLD_SIDES; side++) {
        const struct facts *accounts = &standing->facts[side][WORLD_ACCOUNT];
        for (size_t index = 0; index < accounts->count; index++) {
            if (names_anybody(&accounts->of[index]) &&
                strcmp(accounts->of[index].value[field], code) == 0)
                return true;
        }
    }
    return false;
}

static const struct {
    int field;
    const char *kind;
} named_kinds[] = {{ACCOUNT_EMPLOYER, "employer"}, {ACCOUNT_DEPARTMENT, "department"}};

/* holds: notice.registered */
static void look_at_named(const struct standing *standing, const struct fact *account, bool *ok)
{
    for (size_t index = 0; names_anybody(account) && index < 2; index++) {
        const char *code = account->value[named_kinds[index].field];
        char subject[FACT_TEXT + 16];
        (void)snprintf(subject, sizeof subject, "%s:%s", named_kinds[index].kind, code);
        if (!stands_somewhere(standing, code) && !told_missing(standing, subject))
            oracle_say(ok, "%s is named by %s and registered nowhere, and nothing says so", subject,
                       account->id);
    }
}

/* Of an organisation that stands somewhere the waiting rule may say it. */
static void look_at_missing(const struct standing *standing, bool *ok)
{
    for (size_t index = 0; index < standing->conflict_count; index++) {
        const struct standing_conflict *conflict = &standing->conflicts[index];
        const char *code = strchr(conflict->subject, ':');
        for (size_t kind = 0; code != NULL && kind < 2; kind++) {
            size_t size = strlen(named_kinds[kind].kind);
            if (conflict->open && strcmp(conflict->kind, "missing_counterpart") == 0 &&
                strncmp(conflict->subject, named_kinds[kind].kind, size) == 0 &&
                !stands_somewhere(standing, code + 1) &&
                !is_named(standing, named_kinds[kind].field, code + 1))
                oracle_say(ok, "%s is missing, and nobody names it", conflict->subject);
        }
    }
}

bool oracle_in_step(struct store *store, const struct history *history)
{
    const struct standing *standing = standing_read(store);
    bool ok = true;
    for (int entity = 0; entity < WORLD_ENTITIES; entity++) {
        for (size_t index = 0; index < standing->link_count[entity]; index++)
            look_at_pair(standing, history, entity, &standing->links[entity][index], &ok);
        for (int side = 0; side < WORLD_SIDES; side++) {
            for (size_t index = 0; index < standing->facts[side][entity].count; index++)
                oracle_not_lost(standing, side, entity, &standing->facts[side][entity].of[index],
                                &ok);
        }
    }
    look_at_missing(standing, &ok);
    for (int side = 0; side < WORLD_SIDES; side++) {
        for (size_t index = 0; index < standing->facts[side][WORLD_ACCOUNT].count; index++)
            look_at_named(standing, &standing->facts[side][WORLD_ACCOUNT].of[index], &ok);
    }
    return ok;
}

/* --- conflicts, and all of it for a person who looks ------------------------------------------- */

uint64_t oracle_conflicts(struct store *store)
{
    const struct standing *standing = standing_read(store);
    uint64_t sum = standing->conflict_count;
    for (size_t index = 0; index < standing->conflict_count; index++)
        sum = (sum ^ (uint64_t)(standing->conflicts[index].number * 2 +
                                standing->conflicts[index].open)) * 0x100000001b3U;
    return sum;
}

static void show_fact(int side, int entity, const struct fact *fact)
{
    (void)fprintf(stderr, "  %s %s v%lld:", world_side_names[side], fact->id,
                  (long long)fact->version);
    for (int field = 0; field < fact_fields(entity); field++)
        (void)fprintf(stderr, " %s", fact->value[field][0] == '\0' ? "-" : fact->value[field]);
    (void)fputc('\n', stderr);
}

static void show_waiting(struct store *store)
{
    struct waiting_count waiting[32];
    size_t count = 0;
    if (stage_count_waiting(store, waiting, 32, &count) != STATUS_OK)
        return;
    for (size_t index = 0; index < count; index++)
        (void)fprintf(stderr, "  waiting: %lld of %s %s, %s\n", (long long)waiting[index].count,
                      world_side_names[waiting[index].side], entity_name(waiting[index].entity),
                      waiting[index].reason);
}

void oracle_show(struct store *store)
{
    show_waiting(store);
    const struct standing *standing = standing_read(store);
    for (int entity = 0; entity < WORLD_ENTITIES; entity++) {
        for (int side = 0; side < WORLD_SIDES; side++) {
            for (size_t index = 0; index < standing->facts[side][entity].count; index++)
                show_fact(side, entity, &standing->facts[side][entity].of[index]);
        }
        for (size_t index = 0; index < standing->link_count[entity]; index++) {
            const struct standing_link *link = &standing->links[entity][index];
            (void)fprintf(stderr, "  link %lld: %s = %s%s%s\n", (long long)link->number,
                          link->is[0] == NULL ? "?" : link->is[0]->id,
                          link->is[1] == NULL ? "?" : link->is[1]->id,
                          link->natural ? ", by nature" : "", link->held ? "" : ", aside");
        }
    }
    for (size_t index = 0; index < standing->conflict_count; index++) {
        const struct standing_conflict *at = &standing->conflicts[index];
        (void)fprintf(stderr, "  conflict %lld %s %s %s (%s, %s) '%s' '%s'%s%s\n",
                      (long long)at->number, at->kind, at->subject, at->field, at->id[0], at->id[1],
                      at->value[0], at->value[1], at->open ? "" : ", ended",
                      at->accepted ? ", accepted" : at->decided ? ", decided" : "");
    }
}
