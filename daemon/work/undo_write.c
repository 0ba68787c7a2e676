#include "daemon/work/undo_inside.h"

#include "daemon/store/journal_undo.h"
#include "daemon/work/pair_inside.h"
#include "daemon/work/planned.h"

/* One write and what would take it back. */
struct taking {
    const struct write *undone;
    struct record wrote, before; /* of the fields that it wrote */
    field_set fields;            /* that are written back */
    bool lost;                   /* it was sent in this run already, and its answer was lost */
    struct pair pair;
};

static enum status leave_out(struct desk *desk, const struct taking *taking, const char *why)
{
    return journal_leave_out(desk->store, desk->run, taking->undone->number, why);
}

/* Where the record stands that was written: by its id, or by the link that its creation made. */
static enum status find_target(struct desk *desk, const struct write *undone, struct arena *arena,
                               struct slice *ret)
{
    struct link link;
    *ret = undone->target_id;
    if (!slice_empty(*ret))
        return STATUS_OK;
    enum status status = link_by_remote(desk->store, undone->entity, side_other(undone->target),
                                        undone->source_id, arena, &link);
    if (status == STATUS_OK)
        *ret = link.remote_id[undone->target];
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* What was created is revoked, never removed; else the values before are written. */
static enum status read_values(struct taking *taking, enum field only)
{
    const struct write *undone = taking->undone;
    enum field valid = record_valid_field(undone->entity);
    field_set wrote = 0;
    enum status status = record_unpack(undone->values, &taking->wrote, &wrote);
    taking->before = (struct record){.entity = undone->entity};
    taking->before.value[valid] = SLICE("false");
    taking->fields = FIELD_BIT(valid);
    if (status == STATUS_OK && undone->operation != WRITE_CREATE)
        status = record_unpack(undone->before, &taking->before, &taking->fields);
    if (only != FIELDS)
        taking->fields &= FIELD_BIT(only);
    return status;
}

static const struct record *held(const struct taking *taking)
{
    return pair_copy(&taking->pair, taking->undone->target);
}

static bool holds_before(const struct taking *taking)
{
    for (enum field field = field_first(taking->undone->entity);
         field < field_end(taking->undone->entity); field++) {
        if ((taking->fields & FIELD_BIT(field)) != 0 &&
            !slice_equal(held(taking)->value[field], taking->before.value[field]))
            return false;
    }
    return true;
}

/* Of an update each field that is written back; of a creation all that was stored, so that nobody's
 * later edit is taken back with it. A person's code, a region and the origin may be stored otherwise
 * than they were sent. */
static bool holds_what_was_written(const struct taking *taking)
{
    bool created = taking->undone->operation == WRITE_CREATE;
    for (enum field field = field_first(taking->undone->entity);
         field < field_end(taking->undone->entity); field++) {
        bool compared = created ? field_row(field)->policy < POLICY_KEY &&
                                      field != FIELD_ACCOUNT_REGION && field != FIELD_HOURS_PERSON
                                : (taking->fields & FIELD_BIT(field)) != 0;
        if (compared && !slice_equal(held(taking)->value[field], taking->wrote.value[field]))
            return false;
    }
    return true;
}

static bool stands(enum presence presence)
{
    return presence == PRESENCE_VALID || presence == PRESENCE_INVALID;
}

/* NULL: it can be taken back. */
static const char *why_not(const struct desk *desk, struct taking *taking, bool linked)
{
    const struct pair *pair = &taking->pair;
    enum side target = taking->undone->target;
    if (!linked || !stands(pair->presence[MUNICIPAL]) || !stands(pair->presence[PROVINCIAL]))
        return "no_record";
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        if (desk->side_failed[side] || desk->entity_stopped[side][pair->entity])
            return "interrupted";
    }
    if (hashset_has(&desk->unknown, taking->undone->subject))
        return "unknown";
    if (!pair_write_allowed(desk, pair->entity, target))
        return "direction";
    for (enum field field = field_first(pair->entity); field < field_end(pair->entity); field++) {
        if (!mapping_writable(desk->mapping, target, field, held(taking), false))
            taking->fields &= ~FIELD_BIT(field);
    }
    if (taking->fields == 0)
        return "direction";
    if (holds_before(taking))
        return "already";
    return holds_what_was_written(taking) ? NULL : "changed";
}

/* Both records are judged by the next cycle, whatever becomes of the write. */
static enum status mark_dirty(struct desk *desk, const struct pair *pair)
{
    enum status status = STATUS_OK;
    for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES; side++)
        status = stage_set_dirty(desk->store, side, pair->entity, pair_copy(pair, side)->remote_id,
                                 true);
    return status;
}

static enum status plan(struct desk *desk, struct taking *taking)
{
    struct record values = *held(taking);
    struct pair *pair = &taking->pair;
    enum field valid = record_valid_field(pair->entity);
    enum planned planned = PLANNED_NOW;
    struct slice code = {0};
    for (enum field field = field_first(pair->entity); field < field_end(pair->entity); field++) {
        if ((taking->fields & FIELD_BIT(field)) != 0)
            values.value[field] = taking->before.value[field];
    }
    bool revokes = (taking->fields & FIELD_BIT(valid)) != 0 && slice_is(values.value[valid], "false");
    pair->reason = "undo";
    pair->undoes = taking->undone->number;
    enum status status =
        planned_write(desk, pair, taking->undone->target, revokes ? WRITE_REVOKE : WRITE_UPDATE,
                      taking->fields, &values, &planned, &code);
    if (status == STATUS_OK && planned == PLANNED_REFUSED)
        return leave_out(desk, taking, "rejected");
    if (status == STATUS_OK)
        status = leave_out(desk, taking, NULL);
    return status == STATUS_OK && !desk->dry ? mark_dirty(desk, pair) : status;
}

static enum status look(struct desk *desk, struct taking *taking, struct slice target_id)
{
    bool linked = false;
    if (slice_empty(target_id))
        return leave_out(desk, taking, "no_record");
    enum status status = pair_look(desk, taking->undone->target, taking->undone->entity, target_id,
                                   &taking->pair, &linked);
    if (status != STATUS_OK && status != STATUS_INVALID)
        return status;
    const char *why = why_not(desk, taking, linked && status == STATUS_OK);
    if (why != NULL && taking->lost && slice_is(slice_of(why), "already"))
        why = "";
    return why == NULL ? plan(desk, taking)
                       : leave_out(desk, taking, why[0] == '\0' ? NULL : why);
}

/* What this run did about it already stands: settled or refused; else it is looked at once more. */
static enum status is_done(struct desk *desk, const struct write *undone, struct arena *arena,
                           bool *ret, bool *ret_lost)
{
    struct write done;
    enum status status = journal_undoing(desk->store, undone->number, desk->run, arena, &done);
    *ret = status == STATUS_OK && done.state != WRITE_OVERTAKEN && done.state != WRITE_DROPPED;
    *ret_lost = status == STATUS_OK && done.state == WRITE_OVERTAKEN &&
                slice_is(slice_of(done.code), "unknown");
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status undo_write(struct desk *desk, const struct write *undone, enum field only)
{
    struct taking taking = {.undone = undone};
    struct slice target_id = {0};
    struct arena found; /* outlives the pair's loading, which resets the desk's */
    bool done = false;
    arena_init(&found, 4 * 1024 * 1024);
    enum status status = is_done(desk, undone, &found, &done, &taking.lost);
    if (status == STATUS_OK && !done)
        status = find_target(desk, undone, &found, &target_id);
    if (status == STATUS_OK && !done)
        status = read_values(&taking, only);
    if (status == STATUS_OK && !done)
        status = look(desk, &taking, target_id);
    arena_free(&found);
    return status;
}
