#include "daemon/sync/learner.h"

#include "daemon/sync/hours_check.h"
#include "mapping/base/civil.h"
#include "mapping/word.h"

#include <stdlib.h>
#include <string.h>

static const struct record *study_merged(const struct study *study)
{
    return hours_merged(study->copy);
}

static int64_t amount_of(const struct record *record)
{
    int64_t amount = 0;
    (void)slice_integer(record->value[FIELD_HOURS_AMOUNT], &amount);
    return amount;
}

static int year_of(const struct record *record)
{
    int64_t year = 0;
    (void)slice_integer(record->value[FIELD_HOURS_YEAR], &year);
    return (int)year;
}

/* Why totals of the year may differ: the reason of a record that is held back; NULL: no reason. */
static const char *learner_held(const struct learner *learner, int year)
{
    for (size_t index = 0; index < learner->study_count; index++) {
        const struct study *study = &learner->studies[index];
        bool unknown = study->year[MUNICIPAL] == 0 && study->year[PROVINCIAL] == 0;
        if (study->held != NULL &&
            (unknown || study->year[MUNICIPAL] == year || study->year[PROVINCIAL] == year))
            return study->held;
    }
    return NULL;
}

/* --- totals ----------------------------------------------------------------------------------- */

static bool same_course(const struct record *one, const struct record *other)
{
    struct slice course = one->value[FIELD_HOURS_COURSE_CODE];
    return !slice_empty(course) && slice_equal(course, other->value[FIELD_HOURS_COURSE_CODE]);
}

/* The records that count for the year, of each course the larger. */
static enum status counting(const struct learner *learner, int year, const struct record ***ret,
                            size_t *ret_count)
{
    const struct record **list =
        arena_alloc(learner->arena, (learner->study_count + 1) * sizeof *list);
    size_t count = 0;
    if (list == NULL)
        return STATUS_NO_MEMORY;
    for (size_t index = 0; index < learner->study_count; index++) {
        const struct record *record = study_merged(&learner->studies[index]);
        size_t at = 0;
        if (record == NULL || year_of(record) != year || !notice_counts(learner->notice, record))
            continue;
        while (at < count && !same_course(list[at], record))
            at++;
        if (at == count)
            list[count++] = record;
        else if (amount_of(record) > amount_of(list[at]))
            list[at] = record;
    }
    *ret = list;
    *ret_count = count;
    return STATUS_OK;
}

enum status learner_totals(const struct learner *learner, int year, struct notice_totals *ret)
{
    const struct record **list = NULL;
    size_t count = 0;
    enum status status = counting(learner, year, &list, &count);
    *ret = (struct notice_totals){0};
    for (size_t index = 0; status == STATUS_OK && index < count; index++)
        notice_add(ret, list[index]);
    return status;
}

/* --- a year ----------------------------------------------------------------------------------- */

/* One year under check. */
struct year_check {
    const struct learner *learner;
    const struct record *const *annual;
    struct notice_totals totals;
    struct learner_finding finding; /* what all findings of the year have in common */
    const char *held;
    learner_found *found;
    void *context;
};

static void tell(struct year_check *check, enum conflict_kind kind, const char *field,
                 const struct slice values[SIDES], struct slice own)
{
    struct learner_finding finding = check->finding;
    finding.kind = kind;
    finding.field = field;
    finding.own = own;
    for (enum side side = MUNICIPAL; values != NULL && side < SIDES; side++)
        finding.value[side] = values[side];
    check->found(check->context, &finding);
}

/* A difference that a held record explains is a warning and names why. */
static void tell_difference(struct year_check *check, enum conflict_kind kind, const char *field,
                            const struct slice values[SIDES], struct slice own)
{
    check->finding.severity = check->held != NULL ? 1 : -1;
    check->finding.reason = check->held != NULL ? check->held : "";
    tell(check, kind, field, values, own);
    check->finding.severity = -1;
    check->finding.reason = "";
}

static struct slice annual_value(const struct year_check *check, enum side side, enum field field,
                                 struct slice missing)
{
    const struct record *row = check->annual[side];
    return row == NULL || slice_empty(row->value[field]) ? missing : row->value[field];
}

static enum status check_totals(struct year_check *check)
{
    const struct {
        enum field field;
        int64_t own;
    } rows[] = {
        {FIELD_ANNUAL_PUBLIC, check->totals.public_centi},
        {FIELD_ANNUAL_PROFESSIONAL, check->totals.professional_centi},
        {FIELD_ANNUAL_CREDITS, check->totals.credits_centi},
    };
    for (size_t index = 0; index < sizeof rows / sizeof *rows; index++) {
        struct slice own =
            arena_printf(check->learner->arena, "%lld", (long long)rows[index].own);
        struct slice values[SIDES];
        if (own.at == NULL)
            return STATUS_NO_MEMORY;
        for (enum side side = MUNICIPAL; side < SIDES; side++)
            values[side] = annual_value(check, side, rows[index].field, SLICE("0"));
        if (!slice_equal(values[MUNICIPAL], own) || !slice_equal(values[PROVINCIAL], own))
            tell_difference(check, KIND_total_mismatch, field_row(rows[index].field)->name, values,
                            own);
    }
    return STATUS_OK;
}

static bool qualifies(const struct year_check *check)
{
    return notice_qualified(check->learner->notice, check->finding.year, check->learner->region,
                            &check->totals);
}

static void check_qualified(struct year_check *check)
{
    struct slice own = qualifies(check) ? SLICE("true") : SLICE("false");
    struct slice values[SIDES];
    for (enum side side = MUNICIPAL; side < SIDES; side++)
        values[side] = annual_value(check, side, FIELD_ANNUAL_QUALIFIED, SLICE("false"));
    if (!slice_equal(values[MUNICIPAL], own) || !slice_equal(values[PROVINCIAL], own))
        tell_difference(check, KIND_qualification_mismatch, "qualified", values, own);
}

/* A certificate stands where its own side does not call the year qualified and finally reviewed, or
 * where the rule does not. */
static bool undeserved(const struct year_check *check, enum side side)
{
    const struct record *row = check->annual[side];
    return !slice_is(row->value[FIELD_ANNUAL_QUALIFIED], "true") ||
           !slice_is(row->value[FIELD_ANNUAL_REVIEW], "hrss") ||
           (check->held == NULL && !qualifies(check));
}

/* One certificate alone is a conflict once its date is long enough past. */
static bool alone_too_long(const struct year_check *check, enum side side, int64_t *ret_due)
{
    int64_t date = 0;
    struct slice text = annual_value(check, side, FIELD_ANNUAL_CERT_DATE, (struct slice){0});
    if (!civil_parse(text, "%Y-%m-%d", CIVIL_CST_SECONDS, &date))
        return false;
    int64_t due =
        date + (int64_t)(check->learner->notice->certificate_days + 1) * CIVIL_DAY_SECONDS;
    if (check->learner->now >= due)
        return true;
    if (*ret_due == 0 || due < *ret_due)
        *ret_due = due;
    return false;
}

static void check_certificates(struct year_check *check, int64_t *ret_due)
{
    struct slice number[SIDES];
    bool wrong = false;
    for (enum side side = MUNICIPAL; side < SIDES; side++)
        number[side] = annual_value(check, side, FIELD_ANNUAL_CERT_NO, (struct slice){0});
    bool both = !slice_empty(number[MUNICIPAL]) && !slice_empty(number[PROVINCIAL]);
    const char *reason = "";
    if (both && !slice_equal(number[MUNICIPAL], number[PROVINCIAL])) {
        wrong = true;
        reason = "numbers";
    }
    for (enum side side = MUNICIPAL; side < SIDES && !wrong; side++) {
        if (slice_empty(number[side]))
            continue;
        wrong = undeserved(check, side);
        reason = wrong ? "undeserved" : "";
        if (!wrong && !both && alone_too_long(check, side, ret_due)) {
            wrong = true;
            reason = "alone";
        }
    }
    if (!wrong)
        return;
    check->finding.reason = reason;
    tell(check, KIND_certificate_mismatch, "cert_no", number, (struct slice){0});
    check->finding.reason = "";
}

static bool final_of_year(const struct record *record, int year)
{
    return record != NULL && year_of(record) == year && record_valid(record) &&
           slice_is(record->value[FIELD_HOURS_REVIEW], "hrss");
}

static bool same_origin(const struct record *one, const struct record *other)
{
    return slice_equal(one->value[FIELD_HOURS_ORIGIN_SYSTEM],
                       other->value[FIELD_HOURS_ORIGIN_SYSTEM]) &&
           slice_equal(one->value[FIELD_HOURS_ORIGIN_NUMBER],
                       other->value[FIELD_HOURS_ORIGIN_NUMBER]);
}

/* Two records of one course, both final; of one origin they are a duplicate_record already. */
static void check_counted_twice(struct year_check *check)
{
    const struct learner *learner = check->learner;
    for (size_t index = 0; index < learner->study_count; index++) {
        const struct record *one = study_merged(&learner->studies[index]);
        if (!final_of_year(one, check->finding.year))
            continue;
        for (size_t other = index + 1; other < learner->study_count; other++) {
            const struct record *twin = study_merged(&learner->studies[other]);
            if (!final_of_year(twin, check->finding.year) || !same_course(one, twin) ||
                same_origin(one, twin))
                continue;
            tell(check, KIND_counted_twice, "course_code", NULL,
                 one->value[FIELD_HOURS_COURSE_CODE]);
            return;
        }
    }
}

enum status learner_check_year(const struct learner *learner, int year,
                               const struct record *const annual[SIDES], learner_found *found,
                               void *context, int64_t *ret_due)
{
    struct year_check check = {.learner = learner, .annual = annual, .found = found,
                               .context = context, .held = learner_held(learner, year),
                               .finding = {.year = year, .severity = -1, .reason = ""}};
    enum status status = learner_totals(learner, year, &check.totals);
    if (status != STATUS_OK)
        return status;
    check_counted_twice(&check);
    if (!learner->annual_known)
        return STATUS_OK;
    status = check_totals(&check);
    if (status == STATUS_OK)
        check_qualified(&check);
    check_certificates(&check, ret_due);
    return status;
}

/* --- days ------------------------------------------------------------------------------------- */

struct day_share {
    int64_t day, amount;
    bool recognised;
};

static int by_day(const void *one, const void *other)
{
    const struct day_share *first = one, *second = other;
    if (first->day != second->day)
        return first->day < second->day ? -1 : 1;
    return (int)first->recognised - (int)second->recognised;
}

static bool share_of(const struct study *study, struct day_share *ret)
{
    const struct record *record = study_merged(study);
    int64_t finished = 0;
    if (record == NULL || !record_valid(record) ||
        slice_is(record->value[FIELD_HOURS_REVIEW], "rejected") ||
        slice_is(record->value[FIELD_HOURS_UNIT], "credits") ||
        !civil_parse(record->value[FIELD_HOURS_FINISHED], "%Y-%m-%dT%H:%M:%S%z", 0, &finished))
        return false;
    ret->day = civil_china_day(finished);
    ret->amount = amount_of(record);
    ret->recognised = slice_is(record->value[FIELD_HOURS_SOURCE], "recognised");
    return true;
}

/* Of several records with one origin only the first is added up: the others are its duplicates. */
static bool duplicate(const struct learner *learner, size_t index)
{
    const struct record *record = study_merged(&learner->studies[index]);
    for (size_t before = 0; record != NULL && before < index; before++) {
        const struct record *other = study_merged(&learner->studies[before]);
        if (other != NULL && same_origin(record, other))
            return true;
    }
    return false;
}

enum status learner_check_days(const struct learner *learner, learner_found *found, void *context)
{
    struct day_share *list =
        arena_alloc(learner->arena, (learner->study_count + 1) * sizeof *list);
    size_t count = 0;
    int64_t told = INT64_MIN;
    if (list == NULL)
        return STATUS_NO_MEMORY;
    for (size_t index = 0; index < learner->study_count; index++)
        count += !duplicate(learner, index) && share_of(&learner->studies[index], &list[count]);
    qsort(list, count, sizeof *list, by_day);
    for (size_t from = 0, end = 0; from < count; from = end) {
        int64_t sum = 0;
        for (end = from; end < count && by_day(&list[from], &list[end]) == 0; end++)
            sum += list[end].amount;
        int64_t most = list[from].recognised ? learner->notice->day_recognised_centi
                                             : learner->notice->day_online_centi;
        if (most == 0 || sum <= most || list[from].day == told)
            continue;
        told = list[from].day;
        struct learner_finding finding = {
            .kind = KIND_implausible_amount, .field = "amount", .day = told, .severity = -1,
            .own = arena_printf(learner->arena, "%lld", (long long)sum),
            .reason = list[from].recognised ? "recognised" : "online"};
        found(context, &finding);
    }
    return STATUS_OK;
}

/* --- balance ---------------------------------------------------------------------------------- */

static bool balanced(const struct record *record)
{
    return record != NULL && record_valid(record) &&
           !slice_is(record->value[FIELD_HOURS_REVIEW], "rejected");
}

static struct learner_cell *cell_of(struct learner_cell *cells, size_t *count,
                                    const struct record *record)
{
    const char *category = word_find(FIELD_HOURS_CATEGORY, record->value[FIELD_HOURS_CATEGORY]);
    int year = year_of(record);
    for (size_t index = 0; index < *count; index++) {
        if (cells[index].year == year && cells[index].category == category)
            return &cells[index];
    }
    if (*count == LEARNER_CELLS || category == NULL)
        return NULL;
    cells[*count] = (struct learner_cell){.year = year, .category = category};
    return &cells[(*count)++];
}

size_t learner_balance(const struct learner *learner, struct learner_cell ret[LEARNER_CELLS])
{
    size_t count = 0;
    for (size_t index = 0; index < learner->study_count; index++) {
        const struct study *study = &learner->studies[index];
        for (enum side side = MUNICIPAL; side < SIDES; side++) {
            const struct record *record = study->copy[side];
            struct learner_cell *cell =
                balanced(record) ? cell_of(ret, &count, record) : NULL;
            if (cell == NULL)
                continue;
            cell->side_centi[side] += amount_of(record);
            if (study->held != NULL)
                cell->held_centi += side == MUNICIPAL ? amount_of(record) : -amount_of(record);
        }
    }
    return count;
}
