#include "tests/platform/validate.h"

#include "mapping/base/civil.h"

#include <string.h>

enum { RECOGNISED_DAY_CENTI = 800 };

static bool is_set(const char *text)
{
    return text != NULL && text[0] != '\0';
}

static bool changed(const char *now, const char *before)
{
    return strcmp(now == NULL ? "" : now, before == NULL ? "" : before) != 0;
}

void validate_derive_region(const struct store *store, struct platform_account *account)
{
    if (account->kind != KIND_PERSON || !is_set(account->employer))
        return;
    const struct row *employer = store_account(store, KIND_EMPLOYER, account->employer);
    if (employer != NULL)
        account->region = row_account(employer)->region;
}

static void check_origin(enum platform_side side, const char *system, const char *number,
                         struct draft *draft)
{
    bool municipal = side == PLATFORM_MUNICIPAL;
    if (is_set(system) != is_set(number))
        draft_error(draft,
                    is_set(system) ? (municipal ? "originNo" : "lyxh")
                                   : (municipal ? "originSystem" : "lyxtbm"),
                    "required");
}

/* What a provincial account names must stand; what it named before is not looked at again. */
static void check_standing(const struct store *store, const struct platform_account *before,
                           struct draft *draft)
{
    const struct platform_account *account = &draft->is.account;
    const char *employer = before == NULL ? NULL : before->employer;
    const char *department = before == NULL ? NULL : before->department;
    if (is_set(account->department) && changed(account->department, department) &&
        store_account(store, KIND_DEPARTMENT, account->department) == NULL)
        draft_error(draft, "bmxydm", "no such department");
    if (is_set(account->employer) && changed(account->employer, employer) &&
        store_account(store, KIND_EMPLOYER, account->employer) == NULL)
        draft_error(draft, "dwxydm", "no such employer");
}

static void validate_account(const struct store *store, const struct row *row, struct draft *draft)
{
    struct platform_account *account = &draft->is.account;
    const struct platform_account *before = row == NULL ? NULL : row_account(row);
    if (before == NULL)
        check_origin(store_side(store), account->origin_system, account->origin_number, draft);
    if (store_side(store) == PLATFORM_MUNICIPAL)
        return;
    check_standing(store, before, draft);
    if (account->kind == KIND_PERSON && before != NULL)
        account->region = before->region;
    if (before == NULL || changed(account->employer, before->employer))
        validate_derive_region(store, account);
    if (!is_set(account->region))
        draft_error(draft, "xzqh", "required");
}

static int64_t day_of(int64_t instant)
{
    int64_t local = instant + CIVIL_CST_SECONDS;
    return local / CIVIL_DAY_SECONDS - (local % CIVIL_DAY_SECONDS < 0);
}

/* The recognised hours that count towards the limit of their day. */
static int64_t day_share(const struct platform_hours *hours, int64_t day)
{
    bool counts = hours->recognised && !hours->credits && hours->valid &&
                  hours->review != REVIEW_REJECTED && day_of(hours->finished) == day;
    return counts ? hours->amount_centi : 0;
}

struct day_sum {
    int64_t day, centi;
    const struct row *except;
};

static void day_add(void *context, const struct row *row)
{
    struct day_sum *sum = context;
    if (sum->except == NULL || row->place != sum->except->place)
        sum->centi += day_share(row_hours(row), sum->day);
}

/* Only a write that adds to the day is refused: a create repeated does not. */
static void check_day(const struct store *store, const struct row *row, struct draft *draft)
{
    const struct platform_hours *hours = &draft->is.hours;
    if (row == NULL && is_set(hours->origin_system) && is_set(hours->origin_number))
        row = store_hours(store, hours->origin_system, hours->origin_number);
    struct day_sum sum = {.day = day_of(hours->finished), .except = row};
    int64_t share = day_share(hours, sum.day);
    int64_t before = row == NULL ? 0 : day_share(row_hours(row), sum.day);
    if (share <= before)
        return;
    store_find_person(store, ENTITY_HOURS, hours->person, day_add, &sum);
    if (sum.centi + share > RECOGNISED_DAY_CENTI)
        draft_error(draft, "sl", "more than 8 recognised hours on one day");
}

static void validate_hours(const struct store *store, const struct row *row, struct draft *draft)
{
    const struct platform_hours *hours = &draft->is.hours;
    bool municipal = store_side(store) == PLATFORM_MUNICIPAL;
    const struct row *person = store_account(store, KIND_PERSON, hours->person);
    bool named = row == NULL || changed(hours->person, row_hours(row)->person);
    if (row == NULL)
        check_origin(store_side(store), hours->origin_system, hours->origin_number, draft);
    if (person == NULL && named && is_set(hours->person))
        draft_error(draft, municipal ? "idCard" : "sfzjhm", "no such person");
    if (municipal)
        return;
    const char *system = store_origin_system(store, hours->origin_system);
    if (person != NULL && strcmp(system, "371600") == 0 &&
        strncmp(row_account(person)->region, "3716", 4) != 0)
        draft_error(draft, "xzqh", "the person stands in another region");
    if (is_set(hours->person))
        check_day(store, row, draft);
}

void validate_draft(const struct store *store, enum entity entity, const struct row *row,
                    struct draft *draft)
{
    if (entity == ENTITY_ACCOUNT)
        validate_account(store, row, draft);
    else if (entity == ENTITY_HOURS)
        validate_hours(store, row, draft);
}
