#include "daemon/view/explain_row.h"

#include "connectors/request.h"
#include "daemon/store/conflicts.h"
#include "daemon/view/value.h"
#include "daemon/view/write_row.h"
#include "daemon/work/pair.h"
#include "mapping/mask.h"

#include <stdlib.h>

enum { WRITES_MOST = 100, CONFLICTS_MOST = 64 };

/* What is known of the record while it is told. */
struct telling {
    const struct view *view;
    const struct explained *what;
    struct arena *arena; /* of what outlives a look */
    struct desk desk; /* only to look: it writes and asks for nothing */
    struct pair pair; /* its copies, where they are linked and can be read */
    bool judged;      /* the pair's judgement counts */
    bool linked;
    struct link link;
    struct slice id[SIDES]; /* with the linked one */
    bool has[SIDES];
    struct desk_copy copy[SIDES];
};

static const char *state_word(enum staged_state state)
{
    static const char *const words[] = {"present", "invalid", "quarantined", "outside", "gone"};
    return words[state];
}

static const char *evidence_word(enum link_evidence evidence)
{
    static const char *const words[] = {"key", "former_code", "origin", "natural_key", "create"};
    return words[evidence];
}

static bool is_pair_entity(enum entity entity)
{
    return entity == ENTITY_ACCOUNT || entity == ENTITY_HOURS;
}

/* Whichever side is named, the link names the other. */
static enum status find_link(struct telling *at)
{
    enum status status = STATUS_NOT_FOUND;
    for (enum side side = MUNICIPAL; status == STATUS_NOT_FOUND && side < SIDES; side++) {
        at->id[side] = at->what->remote_id[side];
        if (is_pair_entity(at->what->entity) && !slice_empty(at->id[side])) {
            status = link_by_remote(at->view->store, at->what->entity, side, at->id[side],
                                    at->arena, &at->link);
        }
    }
    at->linked = status == STATUS_OK;
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        at->id[side] = at->linked ? at->link.remote_id[side] : at->what->remote_id[side];
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status load(struct telling *at)
{
    enum status status = find_link(at);
    if (status == STATUS_OK && at->linked && !slice_empty(at->id[MUNICIPAL])) {
        status = pair_look(&at->desk, MUNICIPAL, at->what->entity, at->id[MUNICIPAL], &at->pair,
                           &at->judged);
    }
    if (status == STATUS_OK && at->judged) {
        pair_consider(&at->desk, &at->pair);
    }
    for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES; side++) {
        if (!slice_empty(at->id[side])) {
            status = desk_copy(&at->desk, side, at->what->entity, at->id[side], &at->copy[side]);
            at->has[side] = status == STATUS_OK;
            status = status == STATUS_NOT_FOUND ? STATUS_OK : status;
        }
    }
    return status;
}

static json_t *fetch_json(struct telling *at, enum side side)
{
    struct stage_fetch fetch = {.run = 0};
    enum status status = stage_get_fetch(at->view->store, side, at->what->entity,
                                         at->id[side], &at->desk.arena, &fetch);
    if (status != STATUS_OK || fetch.run == 0) {
        return json_null();
    }
    return json_pack("{s:I, s:o, s:o, s:o}", "run", (json_int_t)fetch.run, "at",
                     value_instant(fetch.at), "call", value_text(fetch.call), "page",
                     fetch.page > 0 ? json_integer(fetch.page) : json_null());
}

/* What has no id of its own is called by its key, and that may be an ID. */
static json_t *remote_id_json(const struct telling *at, enum side side)
{
    struct slice id = at->id[side];
    return at->what->full || !request_names_person(id) ? value_text(id) : json_null();
}

/* The run that listed it last; 0: the last complete listing did not. */
static int64_t listed_by(const struct telling *at, const struct staged *staged)
{
    struct watermark mark = {0};
    if (staged->seen == 0 || stage_watermark(at->view->store, staged->side, staged->entity, &mark) != STATUS_OK)
        return staged->seen;
    return staged->seen > mark.full_run ? staged->seen : mark.full_run;
}

static json_t *copy_json(struct telling *at, enum side side)
{
    const struct staged *staged = &at->copy[side].staged;
    const struct decoded *decoded = &at->copy[side].decoded;
    if (!at->has[side]) {
        return json_null();
    }
    return json_pack("{s:o, s:I, s:o, s:s, s:b, s:o, s:I, s:o, s:o, s:o}", "remote_id",
                     remote_id_json(at, side), "version", (json_int_t)staged->version, "updated",
                     value_instant(staged->updated), "state", state_word(staged->state),
                     "to_be_judged", staged->dirty, "waiting", value_text(staged->waiting),
                     "listed_by", (json_int_t)listed_by(at, staged), "bad_field",
                     value_text(slice_of(decoded->bad_name)), "bad_reason",
                     value_text(slice_of(decoded->reason)), "fetched", fetch_json(at, side));
}

static json_t *link_json(const struct telling *at)
{
    if (!at->linked) {
        return json_null();
    }
    return json_pack("{s:I, s:s, s:I, s:b, s:b}", "number", (json_int_t)at->link.number,
                     "evidence", evidence_word(at->link.evidence), "run",
                     (json_int_t)at->link.run, "agreed", at->link.has_base, "aside",
                     at->link.state == LINK_ASIDE);
}

static json_t *shown_value(const struct telling *at, const struct record *record, enum field field)
{
    return at->what->full ? value_json(field, record->value[field]) : value_masked(field, record);
}

/* Persons are compared as the accounts that they belong to: so they are shown. */
static json_t *side_value(const struct telling *at, enum side side, enum field field)
{
    if (!at->has[side]) {
        return json_null();
    }
    return shown_value(at, at->judged ? &at->pair.view[side] : &at->copy[side].decoded.record,
                       field);
}

static json_t *base_value(const struct telling *at, enum field field)
{
    struct record base = at->pair.base;
    if (!at->judged || (at->pair.base_fields & FIELD_BIT(field)) == 0) {
        return json_null();
    }
    base.entity = at->what->entity;
    if (at->what->entity == ENTITY_ACCOUNT) { /* by which a code is masked */
        base.value[FIELD_ACCOUNT_KIND] = at->pair.view[MUNICIPAL].value[FIELD_ACCOUNT_KIND];
    }
    return shown_value(at, &base, field);
}

/* What follows for the field, by its policy and what stands now; NULL: it was not judged. */
static const char *verdict_word(const struct telling *at, enum field field, enum policy policy)
{
    const struct judgement *judgement = &at->pair.judgement;
    field_set bit = FIELD_BIT(field);
    if (!at->judged) {
        return NULL;
    }
    return (judgement->mismatch & bit) != 0           ? "field_mismatch"
           : (judgement->review_mismatch & bit) != 0  ? "review_mismatch"
           : (judgement->write[PROVINCIAL] & bit) != 0 ? "to_provincial"
           : (judgement->write[MUNICIPAL] & bit) != 0  ? "to_municipal"
           : (judgement->agreed & bit) != 0            ? "agreed"
           : policy == POLICY_IGNORE                   ? "apart"
                                                       : NULL;
}

static json_t *fields_json(const struct telling *at)
{
    json_t *list = json_array();
    if (!at->has[MUNICIPAL] && !at->has[PROVINCIAL]) {
        return list;
    }
    for (enum field field = field_first(at->what->entity); field < field_end(at->what->entity);
         field++) {
        enum policy policy = mapping_policy(at->view->mapping, field);
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:o, s:o, s:o, s:s?}", "field", field_row(field)->name,
                            "policy", policy_name(policy), "municipal",
                            side_value(at, MUNICIPAL, field), "provincial",
                            side_value(at, PROVINCIAL, field), "base", base_value(at, field),
                            "verdict", verdict_word(at, field, policy)));
    }
    return list;
}

static enum status conflicts_json(struct telling *at, json_t *list)
{
    struct conflict conflicts[CONFLICTS_MOST];
    size_t count = 0;
    enum status status = conflict_of_subject(
        at->view->store, at->what->reference, at->what->entity, at->id[MUNICIPAL],
        at->id[PROVINCIAL], &at->desk.arena, conflicts, CONFLICTS_MOST, &count);
    for (size_t index = 0; status == STATUS_OK && index < count; index++) {
        json_array_append_new(
            list, json_pack("{s:I, s:s, s:o, s:s}", "number", (json_int_t)conflicts[index].number,
                            "kind", conflicts[index].kind, "field",
                            value_text(slice_of(conflicts[index].field)), "state",
                            conflict_state_name(conflicts[index].state)));
    }
    return status;
}

static enum status writes_json(struct telling *at, json_t *list)
{
    struct write writes[WRITES_MOST];
    size_t count = 0;
    enum status status = journal_of_reference(at->view->store, at->what->reference, WRITES_MOST,
                                              &at->desk.arena, writes, &count);
    for (size_t index = 0; status == STATUS_OK && index < count; index++) {
        if (writes[index].sent_at == 0 || writes[index].sent_at >= at->what->since) {
            json_array_append_new(list, write_row_json(&writes[index]));
        }
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static json_t *subject_json(const struct telling *at)
{
    enum side named = at->has[MUNICIPAL] ? MUNICIPAL : PROVINCIAL;
    struct buffer subject, masked;
    if (!at->has[named] || !at->copy[named].decoded.key_readable) {
        return json_null();
    }
    buffer_init(&subject, 1024);
    buffer_init(&masked, 1024);
    record_subject(&at->copy[named].decoded.record, &subject);
    mask_subject(buffer_slice(&subject), &masked);
    json_t *json = value_text(buffer_slice(&masked));
    buffer_free(&masked);
    buffer_free(&subject);
    return json;
}

static enum status tell(struct telling *at, json_t **ret)
{
    json_t *conflicts = json_array(), *writes = json_array();
    enum status status = load(at);
    status = status == STATUS_OK ? conflicts_json(at, conflicts) : status;
    status = status == STATUS_OK ? writes_json(at, writes) : status;
    if (status != STATUS_OK) {
        json_decref(conflicts);
        json_decref(writes);
        return status;
    }
    *ret = json_pack("{s:s, s:o, s:s, s:s?, s:o, s:o, s:o, s:o, s:o, s:o}", "entity",
                     entity_name(at->what->entity), "subject", subject_json(at), "subject_ref",
                     at->what->reference, "situation",
                     at->judged ? situation_name(at->pair.judgement.situation) : NULL, "link",
                     link_json(at), "municipal", copy_json(at, MUNICIPAL), "provincial",
                     copy_json(at, PROVINCIAL), "fields", fields_json(at), "conflicts", conflicts,
                     "writes", writes);
    return *ret == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

enum status explain_row(const struct view *view, const struct explained *what, struct arena *arena,
                        json_t **ret)
{
    struct telling *at = calloc(1, sizeof *at);
    if (at == NULL) {
        return STATUS_NO_MEMORY;
    }
    at->view = view;
    at->what = what;
    at->arena = arena;
    enum status status = desk_init(&at->desk);
    at->desk.store = view->store;
    at->desk.mapping = view->mapping;
    at->desk.now = view->now;
    at->desk.region = slice_of(view->settings->region);
    /* the moments of changes are those of the last judgement, when the clocks were measured */
    at->desk.clock_trusted[MUNICIPAL] = at->desk.clock_trusted[PROVINCIAL] = true;
    status = status == STATUS_OK ? tell(at, ret) : status;
    desk_free(&at->desk);
    free(at);
    return status;
}
