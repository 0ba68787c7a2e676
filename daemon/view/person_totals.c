#include "daemon/view/person_case.h"
#include "mapping/notice.h"

/* One record that counts, for 'a course counts once'. */
struct counted {
    const struct record *record;
    struct slice course;
    int64_t amount;
};

static bool copy_counts(const struct person_case *at, const struct person_copy *copy)
{
    return copy->here && copy->state == STAGED_PRESENT && copy->decoded.ok &&
           notice_counts(mapping_notice(at->call->view->mapping), &copy->decoded.record);
}

/* A field in conflict counts with its municipal value; what counts on one side only counts. */
static const struct record *counting(const struct person_case *at, const struct person_pair *pair)
{
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        if (copy_counts(at, &pair->side[side])) {
            return &pair->side[side].decoded.record;
        }
    }
    return NULL;
}

/* Adds the record, or lets the larger of two of one course stand. Returns the new count. */
static size_t add_course(struct counted *list, size_t count, const struct record *record)
{
    struct counted item = {.record = record, .course = record->value[FIELD_HOURS_COURSE_CODE]};
    (void)slice_integer(record->value[FIELD_HOURS_AMOUNT], &item.amount);
    for (size_t i = 0; i < count && !slice_empty(item.course); i++) {
        if (slice_equal(list[i].course, item.course)) {
            if (item.amount > list[i].amount) {
                list[i] = item;
            }
            return count;
        }
    }
    list[count] = item;
    return count + 1;
}

static struct slice region_of(const struct person_case *at)
{
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        if (at->account.side[side].here) {
            return at->account.side[side].decoded.record.value[FIELD_ACCOUNT_REGION];
        }
    }
    return slice_of(at->call->view->settings->region);
}

static int64_t lacking(int64_t demanded, int64_t has)
{
    return demanded > has ? demanded - has : 0;
}

/* What is missing of each threshold, in hundredths; only what is missing is named. */
static json_t *missing_json(const struct notice_threshold *threshold, bool credits,
                            const struct notice_totals *totals)
{
    json_t *missing = json_object();
    const struct {
        const char *name;
        bool asked;
        int64_t amount;
    } rows[] = {
        {"public", !credits, lacking(threshold->public_centi, totals->public_centi)},
        {"professional", !credits,
         lacking(threshold->professional_centi, totals->professional_centi)},
        {"together", !credits,
         lacking(threshold->together_centi, totals->public_centi + totals->professional_centi)},
        {"credits", credits, lacking(threshold->credits_centi, totals->credits_centi)},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].asked && rows[i].amount > 0) {
            json_object_set_new(missing, rows[i].name, json_integer(rows[i].amount));
        }
    }
    return missing;
}

static void add_up(const struct person_case *at, int year, struct counted *list,
                   struct notice_totals *ret)
{
    size_t count = 0;
    for (size_t i = 0; i < at->hour_count; i++) {
        const struct record *record =
            person_pair_year(&at->hours[i]) == year ? counting(at, &at->hours[i]) : NULL;
        count = record != NULL ? add_course(list, count, record) : count;
    }
    for (size_t i = 0; i < count; i++) {
        notice_add(ret, list[i].record);
    }
}

json_t *person_totals(const struct person_case *at, int year)
{
    const struct notice *notice = mapping_notice(at->call->view->mapping);
    const struct notice_threshold *threshold = notice_threshold(notice, year, region_of(at));
    struct notice_totals totals = {0};
    struct counted *list = arena_alloc(at->call->arena, (at->hour_count + 1) * sizeof *list);
    if (list == NULL) {
        return NULL;
    }
    add_up(at, year, list, &totals);
    return json_pack(
        "{s:I, s:I, s:I, s:b, s:o}", "public", (json_int_t)totals.public_centi, "professional",
        (json_int_t)totals.professional_centi, "credits", (json_int_t)totals.credits_centi,
        "qualified", notice_qualified(notice, year, region_of(at), &totals), "missing",
        threshold == NULL ? json_null()
                          : missing_json(threshold, year <= notice->last_credit_year, &totals));
}
