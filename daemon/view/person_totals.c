#include "daemon/view/person_totals.h"

#include "daemon/work/learner_of.h"

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

json_t *person_totals(const struct person_case *at, int year)
{
    const struct notice *notice = mapping_notice(at->mapping);
    struct learner learner;
    struct notice_totals totals = {0};
    if (learner_of(at, false, &learner) != STATUS_OK ||
        learner_totals(&learner, year, &totals) != STATUS_OK) {
        return NULL;
    }
    const struct notice_threshold *threshold = notice_threshold(notice, year, learner.region);
    return json_pack(
        "{s:I, s:I, s:I, s:b, s:o}", "public", (json_int_t)totals.public_centi, "professional",
        (json_int_t)totals.professional_centi, "credits", (json_int_t)totals.credits_centi,
        "qualified", notice_qualified(notice, year, learner.region, &totals), "missing",
        threshold == NULL ? json_null()
                          : missing_json(threshold, year <= notice->last_credit_year, &totals));
}
