#include "tests/sim/world.h"

#include "mapping/base/civil.h"
#include "tests/platform/annual.h"
#include "tests/platform/city_code.h"
#include "tests/sim/loop.h"
#include "tests/sim/people_inside.h"

#include <stdio.h>
#include <string.h>

enum { ROOMS = 12, ROOM_BYTES = 96, FIRST_YEAR = 2017, YEARS = 10 };

const char *const people_regions[4] = {"371602", "371621", "371681", "370102"};

static struct {
    char rooms[ROOMS][ROOM_BYTES];
    unsigned next_room;
    uint64_t next_resident;
    uint32_t next_organisation, next_text;
    int64_t began; /* instant at which the city was settled */
    bool careless; /* its people name organisations that are registered nowhere */
    char nobody[KIND_DEPARTMENT + 1][ROOM_BYTES]; /* by kind: the one they name next */
} people;

static char *room(void)
{
    return people.rooms[people.next_room++ % ROOMS];
}

/* --- invented texts ---------------------------------------------------------------------------- */

const char *people_resident(void)
{
    char *text = room();
    city_code_resident(people.next_resident++, text);
    return text;
}

static const char *organisation(int kind)
{
    char *text = room();
    city_code_credit(kind == KIND_DEPARTMENT ? "11" : "91", "371602", people.next_organisation++,
                     text);
    return text;
}

static void another_nobody(int kind)
{
    memcpy(people.nobody[kind], organisation(kind), ROOM_BYTES);
}

const char *people_nobody(struct chance *chance, int kind)
{
    return people.careless && chance_percent(chance, 50) ? people.nobody[kind] : NULL;
}

/* Whoever was named before may be registered at last. */
static const char *new_organisation(struct chance *chance, int kind)
{
    char *text = room();
    if (people_nobody(chance, kind) == NULL)
        return organisation(kind);
    memcpy(text, people.nobody[kind], ROOM_BYTES);
    another_nobody(kind);
    return text;
}

const char *people_name(struct chance *chance, int kind)
{
    static const char *const family[] = {"王", "李", "张", "刘", "陈"};
    static const char *const given[] = {"小明", "建国", "秀英", "·海", "芳"};
    char *text = room();
    if (kind == KIND_PERSON)
        (void)snprintf(text, ROOM_BYTES, "%s%s", family[chance_below(chance, 5)],
                       given[chance_below(chance, 5)]);
    else
        (void)snprintf(text, ROOM_BYTES, "%s第%u号", kind == KIND_DEPARTMENT ? "主管局" : "中学",
                       chance_below(chance, 90));
    return text;
}

const char *people_mobile(struct chance *chance)
{
    char *text = room();
    (void)snprintf(text, ROOM_BYTES, "138%08u", chance_below(chance, 100000000));
    return chance_percent(chance, 15) ? "" : text;
}

const char *people_course(struct chance *chance)
{
    char *text = room();
    /* each another: what two people enter by hand is one and the same only where it is meant */
    (void)snprintf(text, ROOM_BYTES, "GX%u", 1000 + people.next_text++);
    return chance_percent(chance, 15) ? "" : text;
}

const char *people_evidence(struct chance *chance)
{
    char *text = room();
    (void)chance;
    (void)snprintf(text, ROOM_BYTES, "ZM%u", 1000 + people.next_text++);
    return text;
}

int64_t people_moment(struct chance *chance, int year)
{
    struct civil day = {.year = year, .month = 1 + (int)chance_below(chance, 12),
                        .day = 1 + (int)chance_below(chance, 28),
                        .hour = (int)chance_below(chance, 24)};
    int64_t instant = civil_to_instant(day, CIVIL_CST_SECONDS);
    return instant < people.began ? instant : people.began - chance_below(chance, 86400);
}

enum platform_review people_review(struct chance *chance, bool hours)
{
    static const enum platform_review steps[] = {REVIEW_DRAFT, REVIEW_SUBMITTED, REVIEW_EMPLOYER,
                                                 REVIEW_DEPARTMENT, REVIEW_REJECTED, REVIEW_HRSS};
    if (hours)
        return chance_percent(chance, 75) ? REVIEW_HRSS : steps[chance_below(chance, 6)];
    return chance_percent(chance, 85)   ? REVIEW_APPROVED
           : chance_percent(chance, 70) ? REVIEW_WAITING
                                        : REVIEW_REJECTED;
}

/* --- who stands -------------------------------------------------------------------------------- */

const struct row *people_pick(struct chance *chance, int side, int kind)
{
    const struct store *store = world_service.platforms[side].store;
    uint32_t count = store_count(store, ENTITY_ACCOUNT);
    uint32_t first = count == 0 ? 0 : chance_below(chance, count);
    for (uint32_t index = 0; index < count; index++) {
        const struct row *row = store_row(store, ENTITY_ACCOUNT, (first + index) % count);
        if ((int)row_account(row)->kind == kind)
            return row;
    }
    return NULL;
}

const struct row *people_pick_hours(struct chance *chance, int side)
{
    const struct store *store = world_service.platforms[side].store;
    uint32_t count = store_count(store, ENTITY_HOURS);
    return count == 0 ? NULL : store_row(store, ENTITY_HOURS, chance_below(chance, count));
}

static const char *code_of(const struct row *row)
{
    return row == NULL ? "" : row_account(row)->code;
}

/* --- new records ------------------------------------------------------------------------------- */

static struct platform_account invent_account(struct chance *chance, int kind, int side)
{
    const struct row *employer =
        kind == KIND_PERSON ? people_pick(chance, side, KIND_EMPLOYER) : NULL;
    return (struct platform_account){
        .kind = (enum platform_kind)kind,
        .code = kind == KIND_PERSON ? people_resident() : new_organisation(chance, kind),
        .name = people_name(chance, kind),
        .mobile = people_mobile(chance),
        .region = employer != NULL && chance_percent(chance, 90)
                      ? row_account(employer)->region
                      : people_regions[chance_below(chance, PEOPLE_HOME_REGIONS)],
        .employer = code_of(employer),
        .department = kind == KIND_DEPARTMENT ? "" : code_of(people_pick(chance, side, KIND_DEPARTMENT)),
        .title = (int)chance_below(chance, 5),
        .review = people_review(chance, false),
        .valid = !chance_percent(chance, 3),
    };
}

static struct platform_hours invent_hours(struct chance *chance, const char *person)
{
    int year = FIRST_YEAR + (int)chance_below(chance, YEARS);
    bool recognised = chance_percent(chance, 35);
    return (struct platform_hours){
        .person = person,
        .year = year,
        .category = year <= 2019                 ? CATEGORY_CREDIT
                    : chance_percent(chance, 50) ? CATEGORY_PUBLIC
                                                 : CATEGORY_PROFESSIONAL,
        .amount_centi = 50 * (1 + chance_below(chance, 16)),
        .credits = year <= 2019,
        .recognised = recognised,
        .course_code = people_course(chance),
        .course_name = chance_percent(chance, 10) ? "" : "职业道德",
        .evidence = recognised ? people_evidence(chance) : "",
        .finished = people_moment(chance, year),
        .review = people_review(chance, true),
        .valid = !chance_percent(chance, 4),
    };
}

/* What the province has of a record that both have: named by its origin, or entered by hand there too; here and
 * there one thing differs. */
static void drift_account(struct chance *chance, struct platform_account *account)
{
    switch (chance_below(chance, 12)) {
    case 0: account->name = people_name(chance, (int)account->kind); break;
    case 1: account->mobile = people_mobile(chance); break;
    case 2: account->title = (int)chance_below(chance, 5); break;
    case 3: account->review = people_review(chance, false); break;
    default: break;
    }
}

static void drift_hours(struct chance *chance, struct platform_hours *hours)
{
    switch (chance_below(chance, 12)) {
    case 0: hours->amount_centi += 50; break;
    case 1: hours->course_name = "新名称"; break;
    case 2: hours->review = people_review(chance, true); break;
    case 3: hours->finished += 600; break;
    default: break;
    }
}

static void add_account(struct chance *chance, int kind, unsigned share)
{
    int side = chance_percent(chance, 70) ? WORLD_MUNICIPAL : WORLD_PROVINCIAL;
    bool both = chance_percent(chance, share);
    struct platform_account account =
        invent_account(chance, kind, both ? WORLD_PROVINCIAL : side);
    const struct row *row = world_enter(side, WORLD_ACCOUNT, NULL, &account);
    if (!both)
        return;
    char number[48];
    (void)snprintf(number, sizeof number, "%s", row_account(row)->id);
    bool named = chance_percent(chance, 70);
    account.origin_system = named ? (side == WORLD_MUNICIPAL ? "371600" : "370000") : "";
    account.origin_number = named ? number : "";
    drift_account(chance, &account);
    (void)world_enter(1 - side, WORLD_ACCOUNT, NULL, &account);
}

static void add_hours(struct chance *chance, unsigned share)
{
    int side = chance_percent(chance, 70) ? WORLD_MUNICIPAL : WORLD_PROVINCIAL;
    const struct row *person = people_pick(chance, side, KIND_PERSON);
    if (person == NULL)
        return;
    struct platform_hours hours = invent_hours(chance, row_account(person)->code);
    const struct row *row = world_enter(side, WORLD_HOURS, NULL, &hours);
    bool stands = store_account(world_service.platforms[1 - side].store, KIND_PERSON,
                                row_account(person)->code) != NULL;
    if (!stands || !chance_percent(chance, share))
        return;
    char number[48];
    (void)snprintf(number, sizeof number, "%s", row_hours(row)->id);
    bool named = chance_percent(chance, 70);
    hours.origin_system = named ? (side == WORLD_MUNICIPAL ? "371600" : "370000") : "";
    hours.origin_number = named ? number : "";
    drift_hours(chance, &hours);
    (void)world_enter(1 - side, WORLD_HOURS, NULL, &hours);
}

void people_settle(struct chance *chance)
{
    people.next_resident = chance_next(chance) % 1000000;
    people.next_organisation = chance_below(chance, 1000000);
    people.next_text = 0;
    people.careless = people.next_organisation % 4 == 3;
    another_nobody(KIND_EMPLOYER);
    another_nobody(KIND_DEPARTMENT);
    people.began = loop_now_ms() / 1000;
    people_edit_begin();
    for (unsigned left = 1 + chance_below(chance, 3); left > 0; left--)
        add_account(chance, KIND_DEPARTMENT, 80);
    for (unsigned left = 1 + chance_below(chance, 3); left > 0; left--)
        add_account(chance, KIND_EMPLOYER, 80);
    for (unsigned left = 1 + chance_below(chance, 6); left > 0; left--)
        add_account(chance, KIND_PERSON, 65);
    for (unsigned left = chance_below(chance, 30); left > 0; left--)
        add_hours(chance, 50);
}

void people_add(struct chance *chance)
{
    unsigned what = chance_below(chance, 10);
    unsigned both = chance_percent(chance, 10) ? 100 : 0;
    if (what < 6)
        add_hours(chance, both);
    else if (what < 8)
        add_account(chance, KIND_PERSON, both);
    else
        add_account(chance, what == 8 ? KIND_EMPLOYER : KIND_DEPARTMENT, both);
}
