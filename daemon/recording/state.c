#include "daemon/recording/scribe.h"

#include "daemon/store/copy.h"
#include "daemon/work/correlate.h"
#include "daemon/work/finding.h"
#include "daemon/work/intake.h"
#include "daemon/work/planned.h"
#include "mapping/mask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECENT_SECONDS = 2 * 86400 /* what oscillates is looked for within a day */, NAME_BYTES = 32,
       ROW_BYTES = 64 * 1024 * 1024 };

/* --- out --------------------------------------------------------------------------------------- */

struct row_of {
    struct scribe *scribe;
    enum copy_table table;
};

static enum status give_row(void *context, struct slice json)
{
    const struct row_of *of = context;
    struct scribe *scribe = of->scribe;
    line_begin(&scribe->line, "row");
    line_text(&scribe->line, "table", slice_of(copy_table_name(of->table)));
    scribe_kept(scribe, "row", json);
    return scribe_give(scribe);
}

/* A group is named by a hash of the state's key: each record in one says which, so that it can be named anew. */
static enum status group_of(struct desk *desk, enum side side, struct slice remote_id, struct slice *ret)
{
    struct desk_copy copy;
    struct person person;
    *ret = (struct slice){0};
    enum status status = desk_copy(desk, side, ENTITY_HOURS, remote_id, &copy);
    if (status != STATUS_OK || !copy.decoded.ok)
        return status;
    status = person_resolve(desk, side, copy.decoded.record.value[FIELD_HOURS_PERSON], &person);
    return status == STATUS_OK ? correlate_group(desk, &copy, &person, ret) : status;
}

static bool in_group(const struct staged *staged)
{
    return staged->entity == ENTITY_HOURS && slice_is(staged->open, "ambiguous_match");
}

static enum status give_record(void *context, const struct staged *staged)
{
    struct scribe *scribe = context;
    struct slice group = {0};
    arena_reset(&scribe->desk->arena);
    enum status status =
        in_group(staged) ? group_of(scribe->desk, staged->side, staged->remote_id, &group) : STATUS_OK;
    if (status != STATUS_OK)
        return status;
    line_begin(&scribe->line, "record");
    line_number(&scribe->line, "side", staged->side);
    line_number(&scribe->line, "entity", staged->entity);
    scribe_kept(scribe, "id", staged->remote_id);
    line_number(&scribe->line, "version", staged->version);
    line_number(&scribe->line, "updated", staged->updated);
    line_number(&scribe->line, "state", staged->state);
    line_number(&scribe->line, "kind", staged->kind);
    line_number(&scribe->line, "seen", staged->seen);
    line_number(&scribe->line, "dirty", staged->dirty);
    line_text(&scribe->line, "waiting", staged->waiting);
    line_text(&scribe->line, "open", staged->open);
    line_text(&scribe->line, "cause", staged->cause);
    line_number(&scribe->line, "fetch_run", staged->fetch.run);
    line_number(&scribe->line, "fetch_at", staged->fetch.at);
    line_text(&scribe->line, "fetch_call", staged->fetch.call);
    line_number(&scribe->line, "fetch_page", staged->fetch.page);
    line_text(&scribe->line, "group", group);
    scribe_json(scribe, "payload", staged->side, staged->payload);
    return scribe_give(scribe);
}

static enum status give_links(struct scribe *scribe)
{
    struct arena arena;
    enum status status = STATUS_OK;
    arena_init(&arena, ROW_BYTES);
    for (int entity = 0; status == STATUS_OK && entity < ENTITIES; entity++) {
        struct link link = {.number = 0};
        while (status == STATUS_OK) {
            arena_reset(&arena);
            status = link_next(scribe->desk->store, (enum entity)entity, link.number, &arena, &link);
            if (status != STATUS_OK)
                break;
            line_begin(&scribe->line, "link");
            line_number(&scribe->line, "number", link.number);
            line_number(&scribe->line, "entity", entity);
            scribe_kept(scribe, "municipal_id", link.remote_id[MUNICIPAL]);
            scribe_kept(scribe, "provincial_id", link.remote_id[PROVINCIAL]);
            line_number(&scribe->line, "state", link.state);
            line_number(&scribe->line, "evidence", link.evidence);
            line_number(&scribe->line, "kind", link.kind);
            line_number(&scribe->line, "has_base", link.has_base);
            line_number(&scribe->line, "run", link.run);
            scribe_packed(scribe, "base", link.base);
            line_text(&scribe->line, "since", link.since);
            scribe_subject(scribe, "identity", link.identity);
            status = scribe_give(scribe);
        }
        status = status == STATUS_NOT_FOUND ? STATUS_OK : status;
    }
    arena_free(&arena);
    return status;
}

/* Would it be planned under this key now, or was that before a platform was restored? */
static bool named_as_now(struct scribe *scribe, const struct write *write)
{
    struct hash key;
    arena_reset(&scribe->desk->arena);
    return planned_key(scribe->desk, write, &key) == STATUS_OK && hash_equal(key, write->key);
}

static enum status give_write(void *context, const struct write *write)
{
    struct scribe *scribe = context;
    line_begin(&scribe->line, "write");
    line_number(&scribe->line, "number", write->number);
    line_number(&scribe->line, "run", write->run);
    line_number(&scribe->line, "target", write->target);
    line_number(&scribe->line, "entity", write->entity);
    line_number(&scribe->line, "operation", write->operation);
    line_number(&scribe->line, "state", write->state);
    line_number(&scribe->line, "wave", write->wave);
    scribe_kept(scribe, "source_id", write->source_id);
    scribe_kept(scribe, "target_id", write->target_id);
    line_number(&scribe->line, "version", write->version);
    scribe_subject(scribe, "subject", write->subject_text);
    line_text(&scribe->line, "reason", slice_of(write->reason));
    line_number(&scribe->line, "fields", (int64_t)write->fields);
    line_number(&scribe->line, "decided", (int64_t)write->decided);
    line_number(&scribe->line, "undoes", write->undoes);
    line_number(&scribe->line, "former_key", !named_as_now(scribe, write));
    line_number(&scribe->line, "reviewed", hashset_has(&scribe->desk->order.keys, write->key));
    scribe_packed(scribe, "values", write->values);
    scribe_packed(scribe, "before", write->before);
    scribe_json(scribe, "body", write->target, write->body);
    scribe_kept(scribe, "origin_system", write->origin_system);
    scribe_field(scribe, "origin_number", ENTITY_HOURS, "origin_number", write->origin_number);
    line_text(&scribe->line, "code", slice_of(write->code));
    line_number(&scribe->line, "sent_at", write->sent_at);
    line_number(&scribe->line, "known_at", write->known_at);
    return scribe_give(scribe);
}

static enum status give_learner(void *context, const struct copy_learner *learner)
{
    struct scribe *scribe = context;
    struct slice code = {0};
    arena_reset(&scribe->desk->arena);
    enum status status = scribe_person_code(scribe->desk, learner->person, &code);
    if (status != STATUS_OK)
        return status;
    line_begin(&scribe->line, "learner");
    scribe_code(scribe, "person", code);
    line_number(&scribe->line, "dirty", learner->dirty);
    line_number(&scribe->line, "due", learner->due);
    line_text(&scribe->line, "balance", learner->balance);
    return scribe_give(scribe);
}

static struct hash standing(struct desk *desk, const struct conflict *conflict)
{
    struct staged staged;
    struct hash content[SIDES] = {{{0}}, {{0}}};
    for (enum side side = MUNICIPAL; side < SIDES && conflict->entity < ENTITIES; side++) {
        if (!slice_empty(conflict->remote_id[side]) &&
            stage_glance(desk->store, side, conflict->entity, conflict->remote_id[side], &staged) == STATUS_OK)
            content[side] = staged.content;
    }
    return finding_stands(desk, content);
}

static enum status give_conflict(struct scribe *scribe, const struct conflict *conflict)
{
    struct slice code = {0};
    arena_reset(&scribe->desk->arena);
    enum status status =
        hash_is_zero(conflict->person) ? STATUS_OK : scribe_person_code(scribe->desk, conflict->person, &code);
    if (status != STATUS_OK)
        return status;
    line_begin(&scribe->line, "conflict");
    line_number(&scribe->line, "number", conflict->number);
    line_text(&scribe->line, "kind", slice_of(conflict->kind));
    line_number(&scribe->line, "severity", conflict->severity);
    line_number(&scribe->line, "entity", conflict->entity);
    scribe_subject(scribe, "subject", conflict->subject);
    if (slice_starts(conflict->subject, SLICE("group:")))
        line_text(&scribe->line, "group", (struct slice){conflict->subject.at + 6, conflict->subject.size - 6});
    line_text(&scribe->line, "field", slice_of(conflict->field));
    scribe_field(scribe, "municipal", conflict->entity, conflict->field, conflict->value[MUNICIPAL]);
    scribe_field(scribe, "provincial", conflict->entity, conflict->field, conflict->value[PROVINCIAL]);
    scribe_field(scribe, "base", conflict->entity, conflict->field, conflict->base);
    line_number(&scribe->line, "has_base", conflict->has_base);
    line_number(&scribe->line, "stands", !hash_is_zero(conflict->stands));
    line_number(&scribe->line, "moved_on", !hash_equal(standing(scribe->desk, conflict), conflict->stands));
    scribe_kept(scribe, "owner", conflict->owner);
    scribe_kept(scribe, "reason", conflict->reason);
    scribe_kept(scribe, "municipal_id", conflict->remote_id[MUNICIPAL]);
    scribe_kept(scribe, "provincial_id", conflict->remote_id[PROVINCIAL]);
    scribe_code(scribe, "person", code);
    line_text(&scribe->line, "region", slice_of(conflict->region));
    line_number(&scribe->line, "year", conflict->year);
    line_number(&scribe->line, "run", conflict->run);
    line_number(&scribe->line, "first_seen", conflict->first_seen);
    line_number(&scribe->line, "last_seen", conflict->last_seen);
    line_number(&scribe->line, "times", conflict->times);
    line_number(&scribe->line, "state", conflict->state);
    line_number(&scribe->line, "decision", conflict->decision);
    scribe_field(scribe, "decided", conflict->entity, conflict->field, conflict->decision_value);
    line_number(&scribe->line, "decided_at", conflict->decided_at);
    return scribe_give(scribe);
}

static enum status give_conflicts(struct scribe *scribe)
{
    struct conflict_filter filter = {.state = -1, .severity = -1};
    struct conflict conflict = {.number = 0};
    struct arena arena;
    enum status status = STATUS_OK;
    arena_init(&arena, ROW_BYTES);
    while (status == STATUS_OK) {
        arena_reset(&arena);
        status = conflict_next(scribe->desk->store, &filter, &arena, &conflict);
        filter.after = conflict.number;
        if (status == STATUS_OK)
            status = give_conflict(scribe, &conflict);
    }
    arena_free(&arena);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status scribe_state(struct scribe *scribe, bool undoing)
{
    struct store *store = scribe->desk->store;
    enum status status = STATUS_OK;
    for (int table = 0; status == STATUS_OK && table < COPY_TABLES; table++) {
        struct row_of of = {scribe, (enum copy_table)table};
        status = copy_rows(store, (enum copy_table)table, give_row, &of);
    }
    if (status == STATUS_OK)
        status = copy_records(store, give_record, scribe);
    if (status == STATUS_OK)
        status = give_links(scribe);
    if (status == STATUS_OK)
        status = copy_writes(store, undoing ? 0 : scribe->desk->now - RECENT_SECONDS, give_write, scribe);
    if (status == STATUS_OK)
        status = give_conflicts(scribe);
    if (status == STATUS_OK)
        status = copy_learners(store, give_learner, scribe);
    return status == STATUS_OK ? scribe_hashes(scribe) : status;
}

/* --- in ---------------------------------------------------------------------------------------- */

static enum status put_row(struct state_in *in, const json_t *line)
{
    struct desk *desk = in->desk;
    for (int table = 0; table < COPY_TABLES; table++) {
        if (slice_is(line_get_text(line, "table"), copy_table_name((enum copy_table)table)))
            return copy_put_row(desk->store, (enum copy_table)table, line_get_text(line, "row"));
    }
    return STATUS_CORRUPT;
}

static enum status keep_member(struct state_in *in, enum side side, struct slice remote_id, struct slice group)
{
    if (slice_empty(group))
        return STATUS_OK;
    struct state_member *grown = realloc(in->members, (in->member_count + 1) * sizeof *grown);
    if (grown == NULL)
        return STATUS_NO_MEMORY;
    in->members = grown;
    grown[in->member_count] = (struct state_member){.side = side};
    (void)snprintf(grown[in->member_count].group, sizeof grown->group, "%.*s", (int)group.size, group.at);
    (void)snprintf(grown[in->member_count].remote_id, sizeof grown->remote_id, "%.*s", (int)remote_id.size,
                   remote_id.at);
    in->member_count++;
    return STATUS_OK;
}

static enum status put_record(struct state_in *in, const json_t *line)
{
    struct desk *desk = in->desk;
    struct staged staged = {
        .side = line_get_number(line, "side") == 0 ? MUNICIPAL : PROVINCIAL,
        .entity = (enum entity)line_get_number(line, "entity"),
        .remote_id = line_get_text(line, "id"),
        .version = line_get_number(line, "version"),
        .updated = line_get_number(line, "updated"),
        .state = (enum staged_state)line_get_number(line, "state"),
        .kind = (uint8_t)line_get_number(line, "kind"),
        .seen = line_get_number(line, "seen"),
        .dirty = line_get_number(line, "dirty") != 0,
        .waiting = line_get_text(line, "waiting"),
        .open = line_get_text(line, "open"),
        .cause = line_get_text(line, "cause"),
        .payload = line_get_text(line, "payload"),
        .fetch = {.run = line_get_number(line, "fetch_run"), .at = line_get_number(line, "fetch_at"),
                  .call = line_get_text(line, "fetch_call"), .page = line_get_number(line, "fetch_page")},
    };
    enum status status = keep_member(in, staged.side, staged.remote_id, line_get_text(line, "group"));
    if (status != STATUS_OK)
        return status;
    return intake_put_back(desk, &staged);
}

static enum status put_link(struct state_in *in, const json_t *line)
{
    struct desk *desk = in->desk;
    struct link link = {
        .number = line_get_number(line, "number"),
        .entity = (enum entity)line_get_number(line, "entity"),
        .remote_id = {line_get_text(line, "municipal_id"), line_get_text(line, "provincial_id")},
        .state = (enum link_state)line_get_number(line, "state"),
        .evidence = (enum link_evidence)line_get_number(line, "evidence"),
        .kind = (uint8_t)line_get_number(line, "kind"),
        .has_base = line_get_number(line, "has_base") != 0,
        .run = line_get_number(line, "run"),
        .base = line_get_text(line, "base"),
        .since = line_get_text(line, "since"),
        .identity = line_get_text(line, "identity"),
    };
    return copy_put_link(desk->store, &link);
}

static struct slice masked(struct desk *desk, struct slice subject)
{
    struct buffer text;
    buffer_init(&text, 64 * 1024);
    mask_subject(subject, &text);
    struct slice kept = arena_copy(&desk->arena, buffer_slice(&text));
    buffer_free(&text);
    return kept;
}

/* One that nothing is planned under any more stays apart from what is. */
static enum status name_write(struct desk *desk, const json_t *line, struct write *write)
{
    char apart[40];
    if (line_get_number(line, "former_key") == 0)
        return planned_key(desk, write, &write->key);
    (void)snprintf(apart, sizeof apart, "former write %lld", (long long)write->number);
    write->key = desk_hash(desk, slice_of(apart));
    return STATUS_OK;
}

static enum status put_write(struct state_in *in, const json_t *line)
{
    struct desk *desk = in->desk;
    struct write write = {
        .number = line_get_number(line, "number"),
        .run = line_get_number(line, "run"),
        .target = line_get_number(line, "target") == 0 ? MUNICIPAL : PROVINCIAL,
        .entity = (enum entity)line_get_number(line, "entity"),
        .operation = (enum write_operation)line_get_number(line, "operation"),
        .state = (enum write_state)line_get_number(line, "state"),
        .wave = (unsigned)line_get_number(line, "wave"),
        .source_id = line_get_text(line, "source_id"),
        .target_id = line_get_text(line, "target_id"),
        .version = line_get_number(line, "version"),
        .subject_text = line_get_text(line, "subject"),
        .masked = masked(desk, line_get_text(line, "subject")),
        .reason = line_get_word(line, "reason"),
        .fields = (field_set)line_get_number(line, "fields"),
        .decided = (field_set)line_get_number(line, "decided"),
        .undoes = line_get_number(line, "undoes"),
        .values = line_get_text(line, "values"),
        .before = line_get_text(line, "before"),
        .body = line_get_text(line, "body"),
        .origin_system = line_get_text(line, "origin_system"),
        .origin_number = line_get_text(line, "origin_number"),
        .sent_at = line_get_number(line, "sent_at"),
        .known_at = line_get_number(line, "known_at"),
    };
    (void)snprintf(write.code, sizeof write.code, "%s", line_get_word(line, "code"));
    write.subject = desk_hash(desk, write.subject_text);
    enum status status = keyed_ref(store_keyed(desk->store), write.subject_text, write.reference);
    if (status == STATUS_OK)
        status = name_write(desk, line, &write);
    if (status == STATUS_OK && line_get_number(line, "reviewed") != 0)
        status = hashset_add(&desk->order.keys, write.key);
    return status == STATUS_OK ? copy_put_write(desk->store, &write) : status;
}

static void fill_conflict(struct desk *desk, const json_t *line, struct conflict *ret)
{
    *ret = (struct conflict){
        .number = line_get_number(line, "number"),
        .kind = line_get_word(line, "kind"),
        .severity = (enum severity)line_get_number(line, "severity"),
        .entity = (enum entity)line_get_number(line, "entity"),
        .subject = line_get_text(line, "subject"),
        .masked = masked(desk, line_get_text(line, "subject")),
        .field = line_get_word(line, "field"),
        .value = {line_get_text(line, "municipal"), line_get_text(line, "provincial")},
        .base = line_get_text(line, "base"),
        .has_base = line_get_number(line, "has_base") != 0,
        .owner = line_get_text(line, "owner"),
        .reason = line_get_text(line, "reason"),
        .remote_id = {line_get_text(line, "municipal_id"), line_get_text(line, "provincial_id")},
        .year = (int)line_get_number(line, "year"),
        .run = line_get_number(line, "run"),
        .first_seen = line_get_number(line, "first_seen"),
        .last_seen = line_get_number(line, "last_seen"),
        .times = line_get_number(line, "times"),
        .state = (enum conflict_state)line_get_number(line, "state"),
        .decision = (enum decision)line_get_number(line, "decision"),
        .decision_value = line_get_text(line, "decided"),
        .decided_at = line_get_number(line, "decided_at"),
    };
}

/* The group's name under this state's key, by the first of its records; else the old one, which is nobody's. */
static enum status name_group(struct state_in *in, struct slice was, struct conflict *conflict)
{
    struct slice group = was;
    enum status status = STATUS_OK;
    for (size_t index = 0; index < in->member_count; index++) {
        if (slice_is(was, in->members[index].group)) {
            status = group_of(in->desk, in->members[index].side, slice_of(in->members[index].remote_id), &group);
            break;
        }
    }
    conflict->subject = arena_printf(&in->desk->arena, "group:%.*s", (int)group.size, group.at);
    return status == STATUS_OK && conflict->subject.at == NULL ? STATUS_NO_MEMORY : status;
}

static enum status put_conflict(struct state_in *in, const json_t *line)
{
    struct conflict conflict;
    struct desk *desk = in->desk;
    struct slice person = line_get_text(line, "person");
    struct slice group = line_get_text(line, "group");
    fill_conflict(desk, line, &conflict);
    if (!slice_empty(group) && name_group(in, group, &conflict) != STATUS_OK)
        return STATUS_CORRUPT;
    (void)snprintf(conflict.region, sizeof conflict.region, "%s", line_get_word(line, "region"));
    if (!slice_empty(person))
        conflict.person = desk_account_hash(desk, "person", person);
    if (line_get_number(line, "stands") != 0)
        conflict.stands = line_get_number(line, "moved_on") == 0 ? standing(desk, &conflict)
                                                                 : desk_hash(desk, conflict.subject);
    enum status status = keyed_ref(store_keyed(desk->store), conflict.subject, conflict.reference);
    return status == STATUS_OK ? copy_put_conflict(desk->store, &conflict) : status;
}

static enum status put_learner(struct state_in *in, const json_t *line)
{
    struct desk *desk = in->desk;
    struct copy_learner learner = {.dirty = line_get_number(line, "dirty") != 0,
                                   .due = line_get_number(line, "due"),
                                   .balance = line_get_text(line, "balance")};
    struct slice person = line_get_text(line, "person");
    if (slice_empty(person))
        return STATUS_OK; /* neither a record nor a conflict names her any more */
    learner.person = desk_account_hash(desk, "person", person);
    return copy_put_learner(desk->store, &learner);
}

enum status state_put_line(struct state_in *in, const json_t *line)
{
    static const struct {
        const char *is;
        enum status (*put)(struct state_in *in, const json_t *line);
        int entity_most;
    } kinds[] = {{"row", put_row, 0},
                 {"record", put_record, ENTITIES - 1},
                 {"link", put_link, ENTITIES - 1},
                 {"write", put_write, ENTITIES - 1},
                 {"conflict", put_conflict, ENTITIES},
                 {"learner", put_learner, 0},
                 {"hashes", state_put_hashes, 0}};
    for (size_t index = 0; index < sizeof kinds / sizeof *kinds; index++) {
        if (!line_is(line, kinds[index].is))
            continue;
        arena_reset(&in->desk->arena);
        if (line_get_number(line, "entity") < 0 || line_get_number(line, "entity") > kinds[index].entity_most)
            return STATUS_CORRUPT;
        return kinds[index].put(in, line);
    }
    return STATUS_NOT_FOUND;
}
