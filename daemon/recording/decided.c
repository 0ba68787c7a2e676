#include "daemon/recording/scribe.h"

#include "daemon/store/conflicts.h"
#include "daemon/store/journal.h"

#include <stdlib.h>
#include <string.h>

struct lines {
    char **at;
    size_t count, room;
};

static enum status keep_line(struct lines *lines, struct slice line)
{
    if (lines->count == lines->room) {
        size_t room = lines->room == 0 ? 256 : lines->room * 2;
        char **grown = realloc(lines->at, room * sizeof *grown);
        if (grown == NULL)
            return STATUS_NO_MEMORY;
        lines->at = grown;
        lines->room = room;
    }
    lines->at[lines->count] = strndup(line.at, line.size);
    return lines->at[lines->count++] == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

static void forget_lines(struct lines *lines)
{
    for (size_t index = 0; index < lines->count; index++)
        free(lines->at[index]);
    free(lines->at);
}

static int by_text(const void *one, const void *other)
{
    return strcmp(*(char *const *)one, *(char *const *)other);
}

static void put_fields(struct scribe *scribe, const struct write *write)
{
    const char *comma = "";
    buffer_text(&scribe->line, ",\"fields\":[");
    for (enum field field = field_first(write->entity); field < field_end(write->entity); field++) {
        if ((write->fields & FIELD_BIT(field)) == 0)
            continue;
        buffer_printf(&scribe->line, "%s\"%s\"", comma, field_row(field)->name);
        comma = ",";
    }
    buffer_text(&scribe->line, "]");
}

static enum status give_write(struct scribe *scribe, const struct write *write)
{
    line_begin(&scribe->line, "decided_write");
    line_text(&scribe->line, "target", slice_of(side_name(write->target)));
    line_text(&scribe->line, "entity", slice_of(entity_name(write->entity)));
    line_text(&scribe->line, "operation", slice_of(write_operation_name(write->operation)));
    line_text(&scribe->line, "situation", slice_of(write->reason));
    line_text(&scribe->line, "state", slice_of(write_state_name(write->state)));
    line_text(&scribe->line, "code", slice_of(write->code));
    scribe_subject(scribe, "subject", write->subject_text);
    scribe_kept(scribe, "source_id", write->source_id);
    scribe_kept(scribe, "target_id", write->target_id);
    line_number(&scribe->line, "version", write->version);
    put_fields(scribe, write);
    scribe_packed(scribe, "values", write->values);
    scribe_packed(scribe, "before", write->before);
    return scribe_give(scribe);
}

/* In the order in which they were planned, which the records' ids determine. */
static enum status give_writes(struct scribe *scribe)
{
    struct arena arena;
    enum status status = STATUS_OK;
    arena_init(&arena, 64 * 1024 * 1024);
    for (enum write_state state = WRITE_PROPOSED; status == STATUS_OK && state <= WRITE_DROPPED; state++) {
        struct write write = {.number = 0};
        while (status == STATUS_OK) {
            arena_reset(&arena);
            status = journal_next_in_state(scribe->desk->store, state, scribe->desk->run, write.number, &arena,
                                           &write);
            if (status == STATUS_OK)
                status = give_write(scribe, &write);
        }
        status = status == STATUS_NOT_FOUND ? STATUS_OK : status;
    }
    arena_free(&arena);
    return status;
}

static void put_conflict(struct scribe *scribe, const struct conflict *conflict)
{
    line_begin(&scribe->line, "decided_conflict");
    line_text(&scribe->line, "kind", slice_of(conflict->kind));
    line_text(&scribe->line, "severity", slice_of(severity_name(conflict->severity)));
    scribe_subject(scribe, "subject", conflict->subject);
    line_text(&scribe->line, "field", slice_of(conflict->field));
    line_text(&scribe->line, "state", slice_of(conflict_state_name(conflict->state)));
    line_number(&scribe->line, "seen", conflict->run == scribe->desk->run);
    line_number(&scribe->line, "times", conflict->times);
    scribe_field(scribe, "municipal", conflict->entity, conflict->field, conflict->value[MUNICIPAL]);
    scribe_field(scribe, "provincial", conflict->entity, conflict->field, conflict->value[PROVINCIAL]);
    if (conflict->has_base)
        scribe_field(scribe, "base", conflict->entity, conflict->field, conflict->base);
    scribe_kept(scribe, "reason", conflict->reason);
    scribe_kept(scribe, "owner", conflict->owner);
    scribe_kept(scribe, "municipal_id", conflict->remote_id[MUNICIPAL]);
    scribe_kept(scribe, "provincial_id", conflict->remote_id[PROVINCIAL]);
    line_number(&scribe->line, "year", conflict->year);
    line_end(&scribe->line);
}

/* Learners are walked by a keyed hash: the conflicts' numbers differ from key to key, so their texts order them. */
static enum status collect_conflicts(struct scribe *scribe, struct lines *lines)
{
    struct conflict_filter filter = {.state = -1, .severity = -1};
    struct conflict conflict = {.number = 0};
    struct arena arena;
    enum status status = STATUS_OK;
    arena_init(&arena, 64 * 1024 * 1024);
    while (status == STATUS_OK) {
        arena_reset(&arena);
        status = conflict_next(scribe->desk->store, &filter, &arena, &conflict);
        filter.after = conflict.number;
        if (status == STATUS_OK) {
            put_conflict(scribe, &conflict);
            status = scribe->line.status != STATUS_OK ? scribe->line.status
                                                      : keep_line(lines, buffer_slice(&scribe->line));
        }
    }
    arena_free(&arena);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status give_conflicts(struct scribe *scribe)
{
    struct lines lines = {.count = 0};
    enum status status = collect_conflicts(scribe, &lines);
    if (lines.count > 1)
        qsort(lines.at, lines.count, sizeof *lines.at, by_text);
    for (size_t index = 0; status == STATUS_OK && index < lines.count; index++)
        status = scribe->take(scribe->context, slice_of(lines.at[index]));
    forget_lines(&lines);
    return status;
}

enum status scribe_decided(struct scribe *scribe, int exit_code, struct slice counts)
{
    enum status status = give_writes(scribe);
    if (status == STATUS_OK)
        status = give_conflicts(scribe);
    if (status != STATUS_OK)
        return status;
    line_begin(&scribe->line, "decided_run");
    buffer_printf(&scribe->line, ",\"exit_code\":%d", exit_code);
    line_json(&scribe->line, "counts", slice_empty(counts) ? SLICE("null") : counts);
    return scribe_give(scribe);
}
