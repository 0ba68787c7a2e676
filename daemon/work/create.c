#include "daemon/work/create.h"

#include "daemon/sync/merge.h"
#include "daemon/work/day_limit.h"
#include "daemon/work/planned_set.h"
#include "daemon/work/roll_call.h"
#include "mapping/base/civil.h"

enum { REVIEW_SUBMITTED_STEP = 1, REVIEW_FINAL_STEP = 4, HOURS_MOST = 512 };

/* Does an organisation stand on the target, or will it by this plan? Asked by code when the listing's
 * region may hide it. */
static enum status organisation_stands(struct desk *desk, enum side target, struct slice code,
                                       bool *ret_stands, bool *ret_asked)
{
    enum person_standing standing = PERSON_UNKNOWN;
    *ret_stands = true;
    if (slice_empty(code) || planned_has(desk, desk_account_hash(desk, "employer", code)) ||
        planned_has(desk, desk_account_hash(desk, "department", code)))
        return STATUS_OK;
    enum status status = person_organisation(desk, target, code, &standing);
    *ret_stands = standing != PERSON_UNKNOWN;
    if (status != STATUS_OK || *ret_stands)
        return status;
    bool asked = false;
    status = need_by_code(desk, target, ENTITY_ACCOUNT, true, code, &asked);
    *ret_asked = *ret_asked || asked;
    return status;
}

static enum status account_references(struct desk *desk, const struct record *record,
                                      enum side target, enum eligibility *ret,
                                      const char **ret_reason)
{
    static const struct {
        enum field field;
        const char *reason;
    } references[] = {{FIELD_ACCOUNT_DEPARTMENT, "department"}, {FIELD_ACCOUNT_EMPLOYER, "employer"}};
    for (size_t index = 0; index < sizeof references / sizeof *references; index++) {
        bool stands = false;
        bool asked = false;
        enum status status = organisation_stands(
            desk, target, record->value[references[index].field], &stands, &asked);
        if (status != STATUS_OK)
            return status;
        if (asked)
            *ret = ELIGIBLE_ASKED;
        else if (!stands && *ret == ELIGIBLE) {
            *ret = ELIGIBLE_WAITS;
            *ret_reason = references[index].reason;
        }
    }
    return STATUS_OK;
}

static enum status account_eligible(struct desk *desk, const struct record *record,
                                    enum side target, enum eligibility *ret,
                                    const char **ret_reason)
{
    struct slice review = record->value[FIELD_ACCOUNT_REVIEW];
    *ret = ELIGIBLE;
    if (slice_is(review, "rejected")) {
        *ret = ELIGIBLE_SILENT;
        *ret_reason = "rejected";
    } else if (desk->create_accounts == DESK_CREATE_NEVER) {
        *ret = ELIGIBLE_NEVER;
        *ret_reason = "setting";
    } else if (desk->create_accounts == DESK_CREATE_APPROVED && !slice_is(review, "approved")) {
        *ret = ELIGIBLE_WAITS;
        *ret_reason = "review";
    }
    return *ret == ELIGIBLE ? account_references(desk, record, target, ret, ret_reason) : STATUS_OK;
}

/* The person's own account decides where its hours may go. */
static void person_eligible(const struct desk *desk, const struct pair *pair, enum side target,
                            enum eligibility *ret, const char **ret_reason)
{
    const struct person *person = &pair->person[pair->side];
    enum person_standing own = person->standing[pair->side];
    *ret_reason = "person";
    switch (person->standing[target]) {
    case PERSON_VALID: *ret = own == PERSON_DUPLICATE ? ELIGIBLE_SILENT : ELIGIBLE; break;
    case PERSON_OUTSIDE:
        *ret = ELIGIBLE_SILENT;
        *ret_reason = "region";
        break;
    case PERSON_DUPLICATE:
    case PERSON_QUARANTINED: *ret = ELIGIBLE_SILENT; break;
    case PERSON_UNKNOWN:
        *ret = ELIGIBLE_WAITS;
        if (planned_has(desk, desk_account_hash(desk, "person", person->name_code)))
            *ret = ELIGIBLE;
        else if (own == PERSON_DUPLICATE || own == PERSON_QUARANTINED)
            *ret = ELIGIBLE_SILENT;
        break;
    case PERSON_INVALID:
    default: *ret = ELIGIBLE_WAITS; break;
    }
}

/* How far a record's review must be before it goes over. */
static int final_step(const struct desk *desk)
{
    return desk->transfer_submitted ? REVIEW_SUBMITTED_STEP : REVIEW_FINAL_STEP;
}

bool create_far_enough(const struct desk *desk, struct slice review)
{
    return merge_review_step(review) >= final_step(desk);
}

static bool may_be_twins(const struct record *one, const struct record *other)
{
    struct slice course[] = {one->value[FIELD_HOURS_COURSE_CODE], other->value[FIELD_HOURS_COURSE_CODE]};
    struct slice evidence[] = {one->value[FIELD_HOURS_EVIDENCE], other->value[FIELD_HOURS_EVIDENCE]};
    int64_t finished[2] = {0};
    bool dated =
        civil_parse(one->value[FIELD_HOURS_FINISHED], "%Y-%m-%dT%H:%M:%S%z", 0, &finished[0]) &&
        civil_parse(other->value[FIELD_HOURS_FINISHED], "%Y-%m-%dT%H:%M:%S%z", 0, &finished[1]);
    bool same = slice_empty(course[0]) ? !slice_empty(evidence[0]) && slice_equal(evidence[0], evidence[1])
                                       : slice_equal(course[0], course[1]);
    return same && (!dated || civil_china_day(finished[0]) == civil_china_day(finished[1]));
}

/* A record that cannot be mapped has no natural key, yet it may be this one's counterpart: what looks like it
 * is not created beside it. */
static enum status twin_quarantined(struct desk *desk, const struct pair *pair, enum side target, bool *ret)
{
    struct slice ids[HOURS_MOST];
    size_t count = 0;
    int64_t states[5] = {0};
    *ret = false;
    enum status status = stage_count(desk->store, target, ENTITY_HOURS, states);
    if (status != STATUS_OK || states[STAGED_QUARANTINED] == 0)
        return status;
    status = person_hours(desk, target, &pair->person[pair->side], HOURS_MOST, ids, &count);
    for (size_t index = 0; status == STATUS_OK && !*ret && index < count; index++) {
        struct staged staged = {0};
        struct desk_copy copy;
        status = stage_glance(desk->store, target, ENTITY_HOURS, ids[index], &staged);
        if (status != STATUS_OK || staged.state != STAGED_QUARANTINED)
            continue;
        status = desk_copy(desk, target, ENTITY_HOURS, ids[index], &copy);
        *ret = status == STATUS_OK && may_be_twins(&pair->copy[pair->side].decoded.record,
                                                   &copy.decoded.record);
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Between two complete listings a person may have left the region unseen, and all that stands under her with
 * her: before anything is created beside it, the account is asked for, once a cycle. */
static enum status person_still_there(struct desk *desk, const struct person *person, enum side target,
                                      enum eligibility *ret)
{
    struct staged staged = {0};
    bool asked = false;
    if (slice_empty(person->remote_id[target]))
        return STATUS_OK;
    enum status status =
        stage_glance(desk->store, target, ENTITY_ACCOUNT, person->remote_id[target], &staged);
    if (status != STATUS_OK || roll_call_listed(desk, staged.slot))
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    status = need_by_code(desk, target, ENTITY_ACCOUNT, false, person->code[target], &asked);
    if (asked)
        *ret = ELIGIBLE_ASKED;
    return status;
}

/* Who came into the region since the last complete listing brought her older hours along, and no increment tells
 * of them: before anything is created beside them, they are asked for, once a cycle. */
static enum status hours_known(struct desk *desk, const struct person *person, enum side target,
                               enum eligibility *ret)
{
    struct staged account = {0};
    struct watermark mark = {0};
    struct watermark accounts = {0};
    struct slice former = person->former[target];
    struct slice code = person->code[target];
    bool any = false;
    if (slice_empty(person->remote_id[target]))
        return STATUS_OK;
    enum status status =
        stage_glance(desk->store, target, ENTITY_ACCOUNT, person->remote_id[target], &account);
    if (status == STATUS_OK)
        status = stage_watermark(desk->store, target, ENTITY_HOURS, &mark);
    if (status == STATUS_OK)
        status = stage_watermark(desk->store, target, ENTITY_ACCOUNT, &accounts);
    bool listed = account.seen != 0 && accounts.full_run >= mark.full_run;
    if (status != STATUS_OK || listed || account.seen >= mark.full_run)
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    do {
        bool asked = false;
        status = need_by_code(desk, target, ENTITY_HOURS, false, code, &asked);
        any = any || asked;
    } while (status == STATUS_OK && slice_next_word(&former, &code));
    if (any)
        *ret = ELIGIBLE_ASKED;
    return status;
}

static enum status hours_eligible(struct desk *desk, const struct pair *pair, enum side target,
                                  enum eligibility *ret, const char **ret_reason)
{
    struct slice review = pair->copy[pair->side].decoded.record.value[FIELD_HOURS_REVIEW];
    if (slice_is(review, "rejected")) {
        *ret = ELIGIBLE_SILENT;
        *ret_reason = "rejected";
        return STATUS_OK;
    }
    person_eligible(desk, pair, target, ret, ret_reason);
    if (*ret == ELIGIBLE_SILENT)
        return STATUS_OK;
    if (!create_far_enough(desk, review)) {
        *ret = ELIGIBLE_WAITS;
        *ret_reason = "review";
    }
    if (*ret != ELIGIBLE)
        return STATUS_OK;
    bool twin = false;
    enum status status = person_still_there(desk, &pair->person[pair->side], target, ret);
    if (status == STATUS_OK && *ret == ELIGIBLE)
        status = hours_known(desk, &pair->person[pair->side], target, ret);
    if (status != STATUS_OK || *ret != ELIGIBLE)
        return status;
    status = twin_quarantined(desk, pair, target, &twin);
    if (status == STATUS_OK && twin) {
        *ret = ELIGIBLE_SILENT;
        *ret_reason = "quarantine";
        return STATUS_OK;
    }
    bool room = true;
    if (status == STATUS_OK)
        status = day_limit_holds(desk, pair, target, &room);
    if (status == STATUS_OK && !room) {
        *ret = ELIGIBLE_WAITS;
        *ret_reason = "day_limit";
    }
    return status;
}

enum status create_eligible(struct desk *desk, const struct pair *pair, enum side target,
                            enum eligibility *ret, const char **ret_reason)
{
    return pair->entity == ENTITY_ACCOUNT
               ? account_eligible(desk, &pair->copy[pair->side].decoded.record, target, ret,
                                  ret_reason)
               : hours_eligible(desk, pair, target, ret, ret_reason);
}

bool create_overdue(const struct desk *desk, const struct pair *pair)
{
    const struct notice *notice = mapping_notice(desk->mapping);
    const struct record *record = &pair->copy[pair->side].decoded.record;
    int64_t year = civil_from_instant(desk->now, CIVIL_CST_SECONDS).year;
    struct slice region = record->value[FIELD_ACCOUNT_REGION];
    struct slice category = {0};
    if (pair->entity == ENTITY_HOURS) {
        region = pair->person[pair->side].region;
        category = record->value[FIELD_HOURS_CATEGORY];
        (void)slice_integer(record->value[FIELD_HOURS_YEAR], &year);
    }
    return desk->now >= notice_cutoff(notice, (int)year, region, category) -
                            (int64_t)notice->waiting_days * CIVIL_DAY_SECONDS;
}

int create_severity(const struct desk *desk, const struct pair *pair)
{
    return pair->entity == ENTITY_ACCOUNT ? create_account_severity(desk, pair_copy(pair, pair->side)) : -1;
}

int create_account_severity(const struct desk *desk, const struct record *account)
{
    int64_t created = 0;
    if (!civil_parse(account->value[FIELD_ACCOUNT_CREATED], "%Y-%m-%dT%H:%M:%S%z", 0, &created))
        return -1;
    return created < mapping_notice(desk->mapping)->registered_since ? SEVERITY_INFO : -1;
}

enum status create_hold_references(struct desk *desk, enum side target, field_set *fields,
                                   const struct slice values[FIELDS], bool *ret_asked)
{
    static const enum field references[] = {FIELD_ACCOUNT_EMPLOYER, FIELD_ACCOUNT_DEPARTMENT};
    for (size_t index = 0; index < sizeof references / sizeof *references; index++) {
        bool stands = true;
        if ((*fields & FIELD_BIT(references[index])) == 0)
            continue;
        enum status status =
            organisation_stands(desk, target, values[references[index]], &stands, ret_asked);
        if (status != STATUS_OK)
            return status;
        if (!stands)
            *fields &= ~FIELD_BIT(references[index]);
    }
    return STATUS_OK;
}
