#include "daemon/work/correlate.h"

#include "daemon/store/apart.h"
#include "daemon/work/at_hand.h"

enum { CANDIDATES_MOST = 8, GROUP_BYTES = 8 };

struct candidates {
    struct slice ids[CANDIDATES_MOST];
    struct staged rows[CANDIDATES_MOST];
    size_t count;
};

static enum status candidates_add(struct desk *desk, enum side side, enum entity entity,
                                  struct slice remote_id, struct candidates *ret)
{
    for (size_t index = 0; index < ret->count; index++) {
        if (slice_equal(ret->ids[index], remote_id))
            return STATUS_OK;
    }
    if (ret->count == CANDIDATES_MOST)
        return STATUS_OK;
    enum status status =
        stage_glance(desk->store, side, entity, remote_id, &ret->rows[ret->count]);
    if (status == STATUS_OK)
        ret->ids[ret->count++] = remote_id;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Invalid ones are left out while at least one is valid. */
static void leave_out_invalid(struct candidates *list)
{
    size_t kept = 0;
    bool valid = false;
    for (size_t index = 0; index < list->count; index++)
        valid = valid || list->rows[index].state == STAGED_PRESENT;
    if (!valid)
        return;
    for (size_t index = 0; index < list->count; index++) {
        if (list->rows[index].state == STAGED_INVALID)
            continue;
        list->ids[kept] = list->ids[index];
        list->rows[kept++] = list->rows[index];
    }
    list->count = kept;
}

static enum status accounts_with(struct desk *desk, enum side side, const char *kind,
                                 struct slice code, struct candidates *ret)
{
    struct slice ids[CANDIDATES_MOST] = {{0}};
    size_t count = 0;
    if (slice_empty(code))
        return STATUS_OK;
    enum status status = stage_by_code(desk->store, side, desk_account_hash(desk, kind, code), true,
                                       CANDIDATES_MOST, &desk->arena, ids, &count);
    for (size_t index = 0; status == STATUS_OK && index < count && index < CANDIDATES_MOST; index++)
        status = candidates_add(desk, side, ENTITY_ACCOUNT, ids[index], ret);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* All accounts of a side that bear one of the record's codes, present or former. */
static enum status account_candidates(struct desk *desk, enum side side,
                                      const struct record *record, struct candidates *ret)
{
    struct slice kind = record->value[FIELD_ACCOUNT_KIND];
    struct slice former = record->value[FIELD_ACCOUNT_FORMER_CODES];
    struct slice word = arena_copy(&desk->arena, kind);
    struct slice code = {0};
    if (word.at == NULL)
        return STATUS_NO_MEMORY;
    enum status status = accounts_with(desk, side, word.at, record->value[FIELD_ACCOUNT_CODE], ret);
    while (status == STATUS_OK && slice_next_word(&former, &code))
        status = accounts_with(desk, side, word.at, code, ret);
    return status;
}

static void candidates_at_hand(const struct desk *desk, struct candidates ret[SIDES])
{
    for (size_t index = 0; index < desk->at_hand.count; index++) {
        const struct staged *row = &desk->at_hand.rows[index];
        struct candidates *of = &ret[row->side];
        of->rows[of->count] = *row;
        of->ids[of->count++] = row->remote_id;
    }
}

/* All hour records of an origin, by side. */
static enum status origin_candidates(struct desk *desk, struct hash key, struct candidates ret[SIDES])
{
    struct staged *rows[SIDES] = {ret[MUNICIPAL].rows, ret[PROVINCIAL].rows};
    size_t counts[SIDES] = {0, 0};
    if (hash_is_zero(key))
        return STATUS_OK;
    if (at_hand_has_key(desk, ENTITY_HOURS, key)) {
        candidates_at_hand(desk, ret);
        return STATUS_OK;
    }
    enum status status =
        stage_glance_key(desk->store, ENTITY_HOURS, key, CANDIDATES_MOST, &desk->arena, rows, counts);
    for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES; side++) {
        ret[side].count = counts[side];
        for (size_t index = 0; index < counts[side]; index++)
            ret[side].ids[index] = ret[side].rows[index].remote_id;
    }
    return status;
}

/* A record is free for its natural key when it is valid, has no link, and no record of the other side
 * bears its origin. */
static enum status is_free(struct desk *desk, enum side side, struct slice remote_id, bool *ret)
{
    struct staged staged = {0};
    struct link link = {0};
    struct slice id = {0};
    size_t count = 0;
    *ret = false;
    enum status status = stage_get(desk->store, side, ENTITY_HOURS, remote_id, false, &desk->arena,
                                   &staged);
    if (status != STATUS_OK || staged.state != STAGED_PRESENT)
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    status = link_by_remote(desk->store, ENTITY_HOURS, side, remote_id, &desk->arena, &link);
    if (status != STATUS_NOT_FOUND)
        return status;
    status = stage_by_key(desk->store, side_other(side), ENTITY_HOURS, staged.key, 1, &desk->arena,
                          &id, &count);
    *ret = count == 0;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status natural_with(struct desk *desk, enum side side, const struct record *record,
                                struct slice code, struct candidates *ret)
{
    struct slice ids[CANDIDATES_MOST] = {{0}};
    size_t count = 0;
    struct buffer text;
    buffer_init(&text, 4096);
    enum status status = STATUS_OK;
    if (!slice_empty(code) && record_natural_key(record, code, &text))
        status = stage_by_natural(desk->store, side, desk_hash(desk, buffer_slice(&text)),
                                  CANDIDATES_MOST, &desk->arena, ids, &count);
    buffer_free(&text);
    for (size_t index = 0; status == STATUS_OK && index < count && index < CANDIDATES_MOST; index++) {
        bool free = false;
        status = is_free(desk, side, ids[index], &free);
        if (status == STATUS_OK && free)
            status = candidates_add(desk, side, ENTITY_HOURS, ids[index], ret);
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* The natural key under every code of the person: the record may stand under a former one. */
static enum status natural_candidates(struct desk *desk, enum side side, const struct record *record,
                                      const struct person *person, struct candidates *ret)
{
    enum status status =
        natural_with(desk, side, record, record->value[FIELD_HOURS_PERSON], ret);
    for (enum side which = MUNICIPAL; status == STATUS_OK && which < SIDES; which++) {
        struct slice former = person->former[which];
        struct slice code = {0};
        if (!slice_equal(person->code[which], record->value[FIELD_HOURS_PERSON])) /* asked already */
            status = natural_with(desk, side, record, person->code[which], ret);
        while (status == STATUS_OK && slice_next_word(&former, &code))
            status = natural_with(desk, side, record, code, ret);
    }
    return status;
}

static bool among(const struct candidates *list, struct slice remote_id)
{
    for (size_t index = 0; index < list->count; index++) {
        if (slice_equal(list->ids[index], remote_id))
            return true;
    }
    return false;
}

static enum status linked_elsewhere(struct desk *desk, enum entity entity, enum side side,
                                    struct slice remote_id, bool *ret)
{
    struct link link = {0};
    enum status status = link_by_remote(desk->store, entity, side, remote_id, &desk->arena, &link);
    *ret = status == STATUS_OK;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status kept_apart(struct desk *desk, const struct desk_copy *copy, struct slice other_id,
                              bool *ret)
{
    enum side side = copy->staged.side;
    struct slice ids[SIDES];
    ids[side] = copy->decoded.record.remote_id;
    ids[side_other(side)] = other_id;
    return apart_has(desk->store, copy->staged.entity, ids, ret);
}

static void found(const struct desk_copy *copy, struct slice other_id, enum link_evidence evidence,
                  struct correlation *ret)
{
    enum side side = copy->staged.side;
    ret->match = MATCH_FOUND;
    ret->remote_id[side] = copy->decoded.record.remote_id;
    ret->remote_id[side_other(side)] = other_id;
    ret->link = (struct link){.entity = copy->staged.entity, .evidence = evidence,
                              .kind = copy->staged.kind};
    ret->link.remote_id[MUNICIPAL] = ret->remote_id[MUNICIPAL];
    ret->link.remote_id[PROVINCIAL] = ret->remote_id[PROVINCIAL];
}

/* One key on each side, by the two lists of candidates. The record at hand is on its own list. */
static enum status by_candidates(struct desk *desk, const struct desk_copy *copy,
                                 struct candidates *own, struct candidates *other,
                                 enum link_evidence evidence, struct correlation *ret)
{
    enum side side = copy->staged.side;
    bool taken = false;
    bool apart = false;
    leave_out_invalid(own);
    leave_out_invalid(other);
    ret->match = MATCH_ALONE;
    if (!among(own, copy->decoded.record.remote_id))
        ret->match = MATCH_TWIN;
    else if (own->count > 1 || other->count > 1) {
        ret->match = MATCH_DUPLICATE;
        ret->duplicate_side = own->count > 1 ? side : side_other(side);
        if (other->count > 0)
            ret->remote_id[side_other(side)] = other->ids[0];
    }
    if (ret->match != MATCH_ALONE || other->count == 0)
        return STATUS_OK;
    enum status status = linked_elsewhere(desk, copy->staged.entity, side_other(side),
                                          other->ids[0], &taken);
    if (status != STATUS_OK)
        return status;
    if (taken) {
        ret->match = MATCH_DUPLICATE;
        ret->duplicate_side = side;
        return STATUS_OK;
    }
    if (other->rows[0].state == STAGED_QUARANTINED) {
        ret->match = MATCH_FROZEN;
        return STATUS_OK;
    }
    status = kept_apart(desk, copy, other->ids[0], &apart);
    if (status != STATUS_OK)
        return status;
    found(copy, other->ids[0], evidence, ret);
    if (apart)
        ret->match = MATCH_APART;
    return STATUS_OK;
}

enum status correlate_group(struct desk *desk, const struct desk_copy *copy, const struct person *person,
                            struct slice *ret)
{
    struct buffer text;
    buffer_init(&text, 4096);
    (void)record_natural_key(&copy->decoded.record, person->name_code, &text);
    struct hash hash = desk_hash(desk, buffer_slice(&text));
    buffer_clear(&text);
    buffer_hex(&text, hash.at, GROUP_BYTES, false);
    *ret = arena_copy(&desk->arena, buffer_slice(&text));
    buffer_free(&text);
    return ret->at == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

/* Whom people took apart from the record at hand is no counterpart of it, however alike the two are. */
static enum status leave_out_apart(struct desk *desk, const struct desk_copy *copy,
                                   struct candidates *other)
{
    size_t kept = 0;
    for (size_t index = 0; index < other->count; index++) {
        bool apart = false;
        enum status status = kept_apart(desk, copy, other->ids[index], &apart);
        if (status != STATUS_OK)
            return status;
        if (apart)
            continue;
        other->ids[kept] = other->ids[index];
        other->rows[kept++] = other->rows[index];
    }
    other->count = kept;
    return STATUS_OK;
}

static enum status by_natural_key(struct desk *desk, const struct desk_copy *copy,
                                  const struct person *person, struct correlation *ret)
{
    enum side side = copy->staged.side;
    struct candidates own = {.count = 0};
    struct candidates other = {.count = 0};
    if (copy->staged.state != STAGED_PRESENT || hash_is_zero(copy->staged.natural))
        return STATUS_OK;
    enum status status =
        natural_candidates(desk, side_other(side), &copy->decoded.record, person, &other);
    if (status == STATUS_OK)
        status = leave_out_apart(desk, copy, &other);
    if (status != STATUS_OK || other.count == 0)
        return status;
    status = natural_candidates(desk, side, &copy->decoded.record, person, &own);
    if (status != STATUS_OK)
        return status;
    if (own.count > 1 || other.count > 1) {
        ret->match = MATCH_AMBIGUOUS;
        return correlate_group(desk, copy, person, &ret->group);
    }
    found(copy, other.ids[0], EVIDENCE_NATURAL, ret);
    return STATUS_OK;
}

static enum status correlate_hours(struct desk *desk, const struct desk_copy *copy,
                                   const struct person *person, struct correlation *ret)
{
    enum side side = copy->staged.side;
    struct candidates of[SIDES];
    of[MUNICIPAL].count = of[PROVINCIAL].count = 0; /* what is in them is written when it is found */
    enum status status = origin_candidates(desk, copy->staged.key, of);
    if (status == STATUS_OK)
        status = by_candidates(desk, copy, &of[side], &of[side_other(side)], EVIDENCE_ORIGIN, ret);
    if (status == STATUS_OK && ret->match == MATCH_ALONE)
        status = by_natural_key(desk, copy, person, ret);
    return status;
}

static enum status correlate_account(struct desk *desk, const struct desk_copy *copy,
                                     struct correlation *ret)
{
    enum side side = copy->staged.side;
    struct candidates own = {.count = 0};
    struct candidates other = {.count = 0};
    enum status status = account_candidates(desk, side, &copy->decoded.record, &own);
    if (status == STATUS_OK)
        status = account_candidates(desk, side_other(side), &copy->decoded.record, &other);
    if (status == STATUS_OK)
        status = by_candidates(desk, copy, &own, &other, EVIDENCE_KEY, ret);
    return status;
}

/* A link holds whatever later changes; a second valid record with its key is a duplicate all the same. */
static enum status beside_link(struct desk *desk, const struct desk_copy *copy,
                               struct correlation *ret)
{
    struct candidates of[SIDES];
    struct candidates *own = &of[copy->staged.side];
    of[MUNICIPAL].count = of[PROVINCIAL].count = 0;
    enum status status = copy->staged.entity == ENTITY_ACCOUNT
                             ? account_candidates(desk, copy->staged.side, &copy->decoded.record, own)
                             : origin_candidates(desk, copy->staged.key, of);
    leave_out_invalid(own);
    if (status == STATUS_OK && own->count > 1 && copy->staged.state == STAGED_PRESENT) {
        ret->match = MATCH_DUPLICATE;
        ret->duplicate_side = copy->staged.side;
    }
    return status;
}

enum status correlate(struct desk *desk, const struct desk_copy *copy, const struct person *person,
                      struct correlation *ret)
{
    enum side side = copy->staged.side;
    enum entity entity = copy->staged.entity;
    *ret = (struct correlation){.match = MATCH_ALONE};
    ret->remote_id[side] = copy->decoded.record.remote_id;
    enum status status = link_by_remote(desk->store, entity, side, copy->decoded.record.remote_id,
                                        &desk->arena, &ret->link);
    if (status == STATUS_OK) {
        ret->match = MATCH_LINKED;
        ret->remote_id[MUNICIPAL] = ret->link.remote_id[MUNICIPAL];
        ret->remote_id[PROVINCIAL] = ret->link.remote_id[PROVINCIAL];
        return beside_link(desk, copy, ret);
    }
    if (status != STATUS_NOT_FOUND)
        return status;
    return entity == ENTITY_ACCOUNT ? correlate_account(desk, copy, ret)
                                    : correlate_hours(desk, copy, person, ret);
}
