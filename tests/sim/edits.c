#include "tests/sim/world.h"

#include "tests/sim/loop.h"
#include "tests/sim/people_inside.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAME_PERCENT = 40, ACCOUNT_EDITS = 12, HOURS_EDITS = 14 };

/* The municipal platform takes a person who names nobody registered, the provincial one does not. */
static const char *employer_elsewhere(struct chance *chance, int side)
{
    const char *nobody = side == WORLD_MUNICIPAL ? people_nobody(chance, KIND_EMPLOYER) : NULL;
    if (nobody != NULL)
        return nobody;
    const struct row *row = people_pick(chance, side, KIND_EMPLOYER);
    return row == NULL ? "" : row_account(row)->code;
}

static const char *department_elsewhere(struct chance *chance, int side)
{
    const char *nobody = side == WORLD_MUNICIPAL ? people_nobody(chance, KIND_DEPARTMENT) : NULL;
    if (nobody != NULL)
        return nobody;
    const struct row *row = people_pick(chance, side, KIND_DEPARTMENT);
    return row == NULL || chance_percent(chance, 15) ? "" : row_account(row)->code;
}

/* A move out of the city is rare, and back at the next chance. */
static const char *region_elsewhere(struct chance *chance, const char *now)
{
    bool outside = strncmp(now, "3716", 4) != 0;
    bool leaves = !outside && chance_percent(chance, 25);
    return people_regions[leaves ? PEOPLE_HOME_REGIONS : chance_below(chance, PEOPLE_HOME_REGIONS)];
}

static void edit_account(struct chance *chance, int side, unsigned what,
                         struct platform_account *account)
{
    bool person = account->kind == KIND_PERSON;
    switch (what) {
    case 0: account->name = people_name(chance, (int)account->kind); break;
    case 1:
    case 2: account->mobile = people_mobile(chance); break;
    case 3:
        /* at the province a person stands where the employer does */
        if (!person || side == WORLD_MUNICIPAL)
            account->region = region_elsewhere(chance, account->region);
        break;
    case 4:
    case 5:
        if (person)
            account->employer = employer_elsewhere(chance, side);
        break;
    case 6:
        if (account->kind != KIND_DEPARTMENT)
            account->department = department_elsewhere(chance, side);
        break;
    case 7:
    case 8: account->title = (int)chance_below(chance, 5); break;
    case 9: account->review = people_review(chance, false); break;
    case 10:
        if (person) /* by the platform's own staff, who keep the one before as a former one */
            account->code = people_resident();
        break;
    default: account->valid = !account->valid || !chance_percent(chance, 60); break;
    }
}

static void edit_hours(struct chance *chance, int side, unsigned what, struct platform_hours *hours)
{
    const struct row *other = NULL;
    switch (what) {
    case 0:
    case 1: hours->amount_centi = 50 * (1 + chance_below(chance, 16)); break;
    case 2: hours->course_code = people_course(chance); break;
    case 3: hours->course_name = chance_percent(chance, 20) ? "" : people_name(chance, 2); break;
    case 4: hours->evidence = chance_percent(chance, 20) ? "" : people_evidence(chance); break;
    case 5: hours->finished = people_moment(chance, hours->year); break;
    case 6:
        hours->recognised = !hours->recognised;
        break;
    case 7:
        if (!hours->credits)
            hours->category = hours->category == CATEGORY_PUBLIC ? CATEGORY_PROFESSIONAL
                                                                 : CATEGORY_PUBLIC;
        break;
    case 8:
        if (!hours->credits)
            hours->year = 2020 + (int)chance_below(chance, 6);
        break;
    case 9:
        other = people_pick(chance, side, KIND_PERSON);
        if (other != NULL)
            hours->person = row_account(other)->code;
        break;
    case 10:
    case 11:
    case 12: hours->review = people_review(chance, true); break;
    default: hours->valid = !hours->valid || !chance_percent(chance, 60); break;
    }
}

static struct edit *new_edit(int side, int entity, int round, const char *id, struct edits *noted)
{
    assert(noted->count < EDITS_MOST);
    struct edit *edit = &noted->of[noted->count++];
    *edit = (struct edit){.side = side, .entity = entity, .field = EDIT_SAVED, .round = round, .at_ms = loop_now_ms()};
    (void)snprintf(edit->id, sizeof edit->id, "%s", id);
    return edit;
}

/* Each field that is another now is an edit of that somebody. */
static void note(int side, int entity, int round, const struct fact *before, const struct fact *now,
                 struct edits *noted)
{
    for (int field = 0; field < fact_fields(entity); field++) {
        if (strcmp(before->value[field], now->value[field]) == 0)
            continue;
        struct edit *edit = new_edit(side, entity, round, now->id, noted);
        edit->field = field;
        memcpy(edit->value, now->value[field], sizeof edit->value);
        loop_trace(edit->value, sizeof edit->value);
        if (getenv("TALK") != NULL)
            (void)fprintf(stderr, "round %d: %s %s %s becomes '%s'\n", round,
                          world_side_names[side], now->id, fact_name(entity, field), edit->value);
    }
}

/* What was edited last, so that somebody on the other side may edit the same. */
static struct {
    int side, entity;
    unsigned what;
    char id[48];
} last;

static const struct row *counterpart(int side, int entity)
{
    const struct store *there = world_service.platforms[side].store;
    const struct store *here = world_service.platforms[1 - side].store;
    const struct row *row = store_by_id(here, (enum entity)entity, last.id);
    if (last.side == side || last.entity != entity || row == NULL)
        return NULL;
    if (entity == WORLD_ACCOUNT)
        return store_account(there, (int)row_account(row)->kind, row_account(row)->code);
    const struct platform_hours *hours = row_hours(row);
    bool by_hand = hours->origin_system[0] == '\0';
    return store_hours(there, store_origin_system(here, hours->origin_system),
                       by_hand ? hours->id : hours->origin_number);
}

struct choice {
    int side, entity;
    unsigned what;
    const struct row *row;
};

static struct choice choose(struct chance *chance)
{
    struct choice ret = {.side = (int)chance_below(chance, WORLD_SIDES)};
    if (chance_percent(chance, SAME_PERCENT)) {
        ret = (struct choice){1 - last.side, last.entity, last.what,
                              counterpart(1 - last.side, last.entity)};
        if (ret.row != NULL)
            return ret;
    }
    int kind = chance_percent(chance, 70)   ? KIND_PERSON
               : chance_percent(chance, 60) ? KIND_EMPLOYER
                                            : KIND_DEPARTMENT;
    ret.entity = chance_percent(chance, 60) ? WORLD_HOURS : WORLD_ACCOUNT;
    ret.what = chance_below(chance, ret.entity == WORLD_HOURS ? HOURS_EDITS : ACCOUNT_EDITS);
    ret.row = ret.entity == WORLD_HOURS ? people_pick_hours(chance, ret.side)
                                        : people_pick(chance, ret.side, kind);
    return ret;
}

void people_edit(struct chance *chance, int round, struct edits *noted)
{
    static struct facts before;
    static struct facts now;
    struct choice at = choose(chance);
    if (at.row == NULL)
        return;
    facts_read(at.side, at.entity, &before);
    if (at.entity == WORLD_ACCOUNT) {
        struct platform_account account = *row_account(at.row);
        edit_account(chance, at.side, at.what, &account);
        (void)world_enter(at.side, at.entity, at.row, &account);
    } else {
        struct platform_hours hours = *row_hours(at.row);
        edit_hours(chance, at.side, at.what, &hours);
        (void)world_enter(at.side, at.entity, at.row, &hours);
    }
    facts_read(at.side, at.entity, &now);
    for (size_t index = 0; index < now.count; index++)
        note(at.side, at.entity, round, &before.of[index], &now.of[index], noted);
    (void)new_edit(at.side, at.entity, round, row_id((enum entity)at.entity, at.row), noted);
    last.side = at.side;
    last.entity = at.entity;
    last.what = at.what;
    (void)snprintf(last.id, sizeof last.id, "%s", row_id((enum entity)at.entity, at.row));
}

const char *const people_mobiles[WORLD_SIDES] = {"13900000001", "13900000002"};

static void edit_mobile(int side, const struct row *row)
{
    struct platform_account account = *row_account(row);
    account.mobile = people_mobiles[side];
    (void)world_enter(side, WORLD_ACCOUNT, row, &account);
}

bool people_edit_both(int first, int64_t later_ms, char ids[WORLD_SIDES][48])
{
    const struct store *here = world_service.platforms[first].store;
    const struct store *there = world_service.platforms[1 - first].store;
    for (uint32_t place = 0; place < store_count(here, ENTITY_ACCOUNT); place++) {
        const struct row *row = store_row(here, ENTITY_ACCOUNT, place);
        const struct row *other = store_account(there, KIND_PERSON, row_account(row)->code);
        if (row_account(row)->kind != KIND_PERSON || !row_account(row)->valid || other == NULL ||
            !row_account(other)->valid || strcmp(row_account(row)->mobile, row_account(other)->mobile) != 0)
            continue;
        (void)snprintf(ids[first], 48, "%s", row_account(row)->id);
        (void)snprintf(ids[1 - first], 48, "%s", row_account(other)->id);
        edit_mobile(first, row);
        loop_advance(later_ms);
        edit_mobile(1 - first, other);
        return true;
    }
    return false;
}

void people_edit_begin(void)
{
    memset(&last, 0, sizeof last);
}
