#include "tests/sim/world.h"

#include "tests/sim/loop.h"
#include "tests/sim/people_inside.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char *employer_elsewhere(struct chance *chance, int side)
{
    const struct row *row = people_pick(chance, side, KIND_EMPLOYER);
    return row == NULL ? "" : row_account(row)->code;
}

static const char *department_elsewhere(struct chance *chance, int side)
{
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

static void edit_account(struct chance *chance, int side, struct platform_account *account)
{
    bool person = account->kind == KIND_PERSON;
    switch (chance_below(chance, 12)) {
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

static void edit_hours(struct chance *chance, int side, struct platform_hours *hours)
{
    const struct row *other = NULL;
    switch (chance_below(chance, 14)) {
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

/* Each field that is another now is an edit of that somebody. */
static void note(int side, int entity, int round, const struct fact *before, const struct fact *now,
                 struct edits *noted)
{
    for (int field = 0; field < fact_fields(entity); field++) {
        if (strcmp(before->value[field], now->value[field]) == 0)
            continue;
        assert(noted->count < EDITS_MOST);
        struct edit *edit = &noted->of[noted->count++];
        *edit = (struct edit){.side = side, .entity = entity, .field = field, .round = round,
                              .at_ms = loop_now_ms()};
        memcpy(edit->id, now->id, sizeof edit->id);
        memcpy(edit->value, now->value[field], sizeof edit->value);
        loop_trace(edit->value, sizeof edit->value);
    }
}

void people_edit(struct chance *chance, int round, struct edits *noted)
{
    static struct facts before;
    static struct facts now;
    int side = (int)chance_below(chance, WORLD_SIDES);
    int entity = chance_percent(chance, 60) ? WORLD_HOURS : WORLD_ACCOUNT;
    int kind = chance_percent(chance, 70)   ? KIND_PERSON
               : chance_percent(chance, 60) ? KIND_EMPLOYER
                                            : KIND_DEPARTMENT;
    const struct row *row = entity == WORLD_HOURS ? people_pick_hours(chance, side)
                                                  : people_pick(chance, side, kind);
    if (row == NULL)
        return;
    facts_read(side, entity, &before);
    if (entity == WORLD_ACCOUNT) {
        struct platform_account account = *row_account(row);
        edit_account(chance, side, &account);
        (void)world_enter(side, entity, row, &account);
    } else {
        struct platform_hours hours = *row_hours(row);
        edit_hours(chance, side, &hours);
        (void)world_enter(side, entity, row, &hours);
    }
    facts_read(side, entity, &now);
    for (size_t index = 0; index < now.count; index++)
        note(side, entity, round, &before.of[index], &now.of[index], noted);
}
