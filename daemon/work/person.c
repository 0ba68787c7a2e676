#include "daemon/work/person.h"

#include "daemon/work/person_known.h"

enum { ACCOUNTS_MOST = 4 };

static enum person_standing standing_of(enum staged_state state)
{
    switch (state) {
    case STAGED_PRESENT: return PERSON_VALID;
    case STAGED_INVALID: return PERSON_INVALID;
    case STAGED_OUTSIDE: return PERSON_OUTSIDE;
    case STAGED_QUARANTINED: return PERSON_QUARANTINED;
    case STAGED_GONE:
    default: return PERSON_UNKNOWN;
    }
}

/* Of several accounts with one code the valid one counts; several valid ones are nobody's. */
static enum status choose(struct desk *desk, enum side side, const struct slice *ids, size_t count,
                          struct slice *ret_id, enum person_standing *ret)
{
    size_t valid = 0;
    *ret = PERSON_UNKNOWN;
    for (size_t index = 0; index < count && index < ACCOUNTS_MOST; index++) {
        struct staged staged = {0};
        enum status status = stage_glance(desk->store, side, ENTITY_ACCOUNT, ids[index], &staged);
        if (status != STATUS_OK)
            return status;
        enum person_standing standing = standing_of(staged.state);
        valid += standing == PERSON_VALID;
        if (*ret == PERSON_UNKNOWN || standing == PERSON_VALID) {
            *ret = standing;
            *ret_id = ids[index];
        }
    }
    if (valid > 1 || count > ACCOUNTS_MOST)
        *ret = PERSON_DUPLICATE;
    return STATUS_OK;
}

static enum status find_account(struct desk *desk, enum side side, const char *kind,
                                struct slice code, struct slice *ret_id, enum person_standing *ret)
{
    struct slice ids[ACCOUNTS_MOST] = {{0}};
    size_t count = 0;
    enum status status =
        stage_by_code(desk->store, side, desk_account_hash(desk, kind, code), true, ACCOUNTS_MOST,
                      &desk->arena, ids, &count);
    *ret = PERSON_UNKNOWN;
    if (status != STATUS_OK || count == 0)
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    return choose(desk, side, ids, count, ret_id, ret);
}

static enum status read_account(struct desk *desk, enum side side, struct person *ret)
{
    struct desk_copy copy;
    if (slice_empty(ret->remote_id[side]))
        return STATUS_OK;
    enum status status = desk_copy(desk, side, ENTITY_ACCOUNT, ret->remote_id[side], &copy);
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    const struct record *record = &copy.decoded.record;
    ret->code[side] = record->value[FIELD_ACCOUNT_CODE];
    ret->former[side] = record->value[FIELD_ACCOUNT_FORMER_CODES];
    ret->version[side] = record->version;
    ret->stands[side] = record->value[FIELD_ACCOUNT_REGION];
    if (side == MUNICIPAL || slice_empty(ret->employer))
        ret->employer = record->value[FIELD_ACCOUNT_EMPLOYER];
    if (side == MUNICIPAL || slice_empty(ret->department))
        ret->department = record->value[FIELD_ACCOUNT_DEPARTMENT];
    if (side == MUNICIPAL || slice_empty(ret->region))
        ret->region = record->value[FIELD_ACCOUNT_REGION];
    return STATUS_OK;
}

/* The other side's account: by the link where there is one, else by the code. */
static enum status find_counterpart(struct desk *desk, enum side side, struct slice code,
                                    struct person *ret)
{
    enum side other = side_other(side);
    struct link link = {0};
    struct staged staged = {0};
    enum status status = STATUS_NOT_FOUND;
    if (!slice_empty(ret->remote_id[side]))
        status = link_by_remote(desk->store, ENTITY_ACCOUNT, side, ret->remote_id[side],
                                &desk->arena, &link);
    if (status == STATUS_NOT_FOUND)
        return find_account(desk, other, "person", code, &ret->remote_id[other],
                            &ret->standing[other]);
    if (status != STATUS_OK)
        return status;
    ret->linked = true;
    ret->remote_id[other] = link.remote_id[other];
    status = stage_glance(desk->store, other, ENTITY_ACCOUNT, link.remote_id[other], &staged);
    if (status == STATUS_OK)
        ret->standing[other] = standing_of(staged.state);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Whom the other side's text was found to name bears the same one here mostly: where it is the account linked with
 * hers, all that is known of the two is the same. */
static enum status as_known_beside(struct desk *desk, enum side side, struct slice code, struct person *ret, bool *ret_same)
{
    enum side other = side_other(side);
    struct person beside;
    struct staged staged = {0};
    bool known = false;
    *ret_same = false;
    enum status status = person_known(desk, other, code, &beside, &known);
    if (status != STATUS_OK || !known || !beside.linked || slice_empty(ret->remote_id[side]) ||
        !slice_equal(ret->remote_id[side], beside.remote_id[side]))
        return status;
    beside.standing[side] = ret->standing[side];
    beside.standing[other] = PERSON_UNKNOWN;
    status = stage_glance(desk->store, other, ENTITY_ACCOUNT, beside.remote_id[other], &staged);
    if (status == STATUS_OK)
        beside.standing[other] = standing_of(staged.state);
    *ret = beside;
    *ret_same = true;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status look_up(struct desk *desk, enum side side, struct slice code, struct person *ret)
{
    bool same = false;
    *ret = (struct person){.name_code = code};
    enum status status =
        find_account(desk, side, "person", code, &ret->remote_id[side], &ret->standing[side]);
    if (status == STATUS_OK)
        status = as_known_beside(desk, side, code, ret, &same);
    if (status != STATUS_OK || same)
        return status;
    status = find_counterpart(desk, side, code, ret);
    if (status == STATUS_OK)
        status = read_account(desk, MUNICIPAL, ret);
    if (status == STATUS_OK)
        status = read_account(desk, PROVINCIAL, ret);
    if (!slice_empty(ret->code[MUNICIPAL]))
        ret->name_code = ret->code[MUNICIPAL];
    else if (!slice_empty(ret->code[PROVINCIAL]))
        ret->name_code = ret->code[PROVINCIAL];
    return status;
}

enum status person_resolve(struct desk *desk, enum side side, struct slice code, struct person *ret)
{
    bool known = false;
    if (slice_empty(code)) {
        *ret = (struct person){.name_code = code};
        return STATUS_OK;
    }
    enum status status = person_known(desk, side, code, ret, &known);
    if (status != STATUS_OK || known)
        return status;
    status = look_up(desk, side, code, ret);
    return status == STATUS_OK ? person_remember(desk, side, code, ret) : status;
}

enum status person_organisation(struct desk *desk, enum side side, struct slice code,
                                enum person_standing *ret)
{
    struct slice remote_id = {0};
    enum status status = find_account(desk, side, "employer", code, &remote_id, ret);
    if (status == STATUS_OK && *ret == PERSON_UNKNOWN)
        status = find_account(desk, side, "department", code, &remote_id, ret);
    return status;
}

static enum status add_hours(struct desk *desk, enum side side, struct slice code, size_t most,
                             struct slice *ids, size_t *count)
{
    size_t found = 0;
    if (slice_empty(code) || *count == most)
        return STATUS_OK;
    enum status status =
        stage_by_person(desk->store, side, ENTITY_HOURS, desk_account_hash(desk, "person", code),
                        most - *count, &desk->arena, ids + *count, &found);
    *count += found < most - *count ? found : most - *count;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status person_hours(struct desk *desk, enum side side, const struct person *person, size_t most,
                         struct slice *ret_ids, size_t *ret_count)
{
    struct slice former = person->former[side];
    struct slice code = {0};
    *ret_count = 0;
    enum status status =
        add_hours(desk, side, slice_empty(person->code[side]) ? person->name_code : person->code[side],
                  most, ret_ids, ret_count);
    while (status == STATUS_OK && slice_next_word(&former, &code))
        status = add_hours(desk, side, code, most, ret_ids, ret_count);
    return status;
}
