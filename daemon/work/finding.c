#include "daemon/work/finding.h"

#include "mapping/mask.h"

#include <stdio.h>
#include <string.h>

static enum status refer(struct desk *desk, struct finding_subject *subject)
{
    keyed_ref(store_keyed(desk->store), subject->text, subject->reference);
    return STATUS_OK;
}

enum status findings_begin(struct desk *desk, struct findings *findings)
{
    findings->count = 0;
    findings->open_count = 0;
    enum status status = refer(desk, &findings->subject);
    if (status != STATUS_OK)
        return status;
    status = conflict_of_subject(desk->store, findings->subject.reference, findings->subject.entity,
                                 findings->subject.remote_id[MUNICIPAL],
                                 findings->subject.remote_id[PROVINCIAL], &desk->arena,
                                 findings->open, OPEN_MOST, &findings->open_count);
    if (findings->open_count > OPEN_MOST)
        findings->open_count = OPEN_MOST;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

void findings_add(struct findings *findings, const char *kind, int severity, const char *field,
                  const struct slice values[SIDES], const struct slice *base, const char *reason)
{
    if (findings->count == FINDINGS_MOST)
        return;
    struct conflict *found = &findings->found[findings->count++];
    enum conflict_kind number = KIND_field_mismatch;
    *found = (struct conflict){.kind = kind, .field = field, .reason = slice_of(reason)};
    if (conflict_kind_find(slice_of(kind), &number))
        found->severity = (enum severity)conflict_kind_severity(number);
    if (severity >= 0)
        found->severity = (enum severity)severity;
    for (enum side side = MUNICIPAL; values != NULL && side < SIDES; side++)
        found->value[side] = values[side];
    if (base != NULL) {
        found->base = *base;
        found->has_base = true;
    }
}

const char *findings_apart(const struct findings *findings)
{
    static const enum conflict_kind apart[] = {
        KIND_field_mismatch,   KIND_review_mismatch,   KIND_revoked_or_changed, KIND_reinstated,
        KIND_vanished,         KIND_duplicate_record,  KIND_ambiguous_match,    KIND_write_rejected,
        KIND_invalid_record,   KIND_missing_counterpart,
    };
    for (size_t index = 0; index < findings->count; index++) {
        for (size_t kind = 0; kind < sizeof apart / sizeof *apart; kind++) {
            if (strcmp(findings->found[index].kind, conflict_kind_name(apart[kind])) == 0)
                return conflict_kind_name(apart[kind]);
        }
    }
    return NULL;
}

static enum status write_event(struct desk *desk, const struct conflict *conflict, const char *event)
{
    struct buffer members;
    buffer_init(&members, 4096);
    buffer_printf(&members, "\"run\":%lld,\"conflict\":%lld,\"kind\":\"%s\",\"field\":\"%s\",\"ref\":\"%s\"",
                  (long long)desk->run, (long long)conflict->number, conflict->kind, conflict->field,
                  conflict->reference);
    enum status status = desk_event(desk, event, &members);
    buffer_free(&members);
    return status;
}

struct hash finding_stands(const struct desk *desk, const struct hash content[SIDES])
{
    struct slice text = {(const char *)content, SIDES * sizeof *content};
    return hash_is_zero(content[MUNICIPAL]) && hash_is_zero(content[PROVINCIAL])
               ? (struct hash){{0}}
               : desk_hash(desk, text);
}

static enum status see(struct desk *desk, const struct finding_subject *subject,
                       struct conflict *conflict)
{
    enum conflict_seen seen = CONFLICT_NEW;
    struct buffer masked;
    buffer_init(&masked, 1024);
    mask_subject(subject->text, &masked);
    conflict->subject = subject->text;
    conflict->masked = buffer_slice(&masked);
    conflict->entity = subject->entity;
    conflict->person = subject->person;
    conflict->stands = finding_stands(desk, subject->content);
    conflict->owner = subject->owner;
    conflict->year = subject->year;
    conflict->run = desk->run;
    memcpy(conflict->region, subject->region, sizeof conflict->region);
    memcpy(conflict->reference, subject->reference, sizeof conflict->reference);
    for (enum side side = MUNICIPAL; side < SIDES; side++)
        conflict->remote_id[side] = subject->remote_id[side];
    enum status status = masked.status;
    if (status == STATUS_OK)
        status = conflict_see(desk->store, conflict, desk->now, &seen);
    buffer_free(&masked);
    bool fresh = status == STATUS_OK && (seen == CONFLICT_NEW || seen == CONFLICT_REOPENED);
    desk->counts.conflicts_new += fresh;
    if (fresh && desk->counts.first_new == 0)
        desk->counts.first_new = conflict->number;
    desk->counts.conflicts_again += seen == CONFLICT_AGAIN;
    if (status == STATUS_OK && seen == CONFLICT_NEW)
        status = write_event(desk, conflict, "conflict");
    if (status == STATUS_OK && seen == CONFLICT_REOPENED)
        status = write_event(desk, conflict, "conflict_reopened");
    return status;
}

static bool still_found(const struct findings *findings, const struct conflict *open)
{
    for (size_t index = 0; index < findings->count; index++) {
        if (strcmp(findings->found[index].kind, open->kind) == 0 &&
            strcmp(findings->found[index].field, open->field) == 0)
            return true;
    }
    return false;
}

static bool is_settled(const struct findings *findings, const struct conflict *open)
{
    enum field field = FIELDS;
    return (open->state == CONFLICT_DECIDED || open->state == CONFLICT_APPLIED) &&
           findings->subject.entity != ENTITIES &&
           field_find(findings->subject.entity, slice_of(open->field), &field) &&
           (findings->settled & FIELD_BIT(field)) != 0;
}

static bool is_among(const char *kind, const enum conflict_kind *list, size_t count)
{
    for (size_t index = 0; index < count; index++) {
        if (strcmp(kind, conflict_kind_name(list[index])) == 0)
            return true;
    }
    return false;
}

/* May it be over? Where nothing was compared, only the reason for that can be. */
static bool was_judged(const struct findings *findings, const struct conflict *open)
{
    static const enum conflict_kind freezing[] = {KIND_invalid_record, KIND_duplicate_record,
                                                  KIND_ambiguous_match};
    static const enum conflict_kind comparing[] = {KIND_field_mismatch, KIND_review_mismatch,
                                                   KIND_revoked_or_changed, KIND_reinstated,
                                                   KIND_vanished, KIND_id_changed};
    if (open->state == CONFLICT_CLOSED && findings->subject.entity == ENTITIES)
        return false; /* accepted, of no record: nothing was compared */
    if (!findings->frozen)
        return true;
    return is_among(open->kind, freezing, sizeof freezing / sizeof *freezing) ||
           (findings->apart &&
            is_among(open->kind, comparing, sizeof comparing / sizeof *comparing));
}

static enum status close_as(struct desk *desk, const struct conflict *open, bool settled)
{
    enum status status = conflict_set_state(
        desk->store, open->number, settled ? CONFLICT_CLOSED : CONFLICT_CLEARED, desk->now);
    desk->counts.conflicts_cleared++;
    if (status == STATUS_OK)
        status = write_event(desk, open, settled ? "conflict_closed" : "conflict_cleared");
    return status;
}

enum status finding_clear_unseen(struct desk *desk, struct conflict_filter *filter,
                                 enum entity entity)
{
    struct conflict conflict;
    enum status status = STATUS_OK;
    while (status == STATUS_OK &&
           (status = conflict_next(desk->store, filter, &desk->arena, &conflict)) == STATUS_OK) {
        filter->after = conflict.number;
        if (conflict.entity == entity && conflict.run != desk->run)
            status = close_as(desk, &conflict, false);
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

struct slice finding_owner(struct desk *desk, struct slice employer, struct slice department,
                           struct slice region)
{
    if (!slice_empty(employer))
        return employer;
    if (!slice_empty(department))
        return department;
    return arena_printf(&desk->arena, "hrss:%.*s", (int)region.size,
                        slice_empty(region) ? "" : region.at);
}

enum status findings_put(struct desk *desk, struct findings *findings)
{
    enum status status = STATUS_OK;
    for (size_t index = 0; status == STATUS_OK && index < findings->count; index++)
        status = see(desk, &findings->subject, &findings->found[index]);
    return status;
}

enum status findings_end(struct desk *desk, struct findings *findings)
{
    enum status status = findings_put(desk, findings);
    for (size_t index = 0; status == STATUS_OK && index < findings->open_count; index++) {
        if (was_judged(findings, &findings->open[index]) && !still_found(findings, &findings->open[index]))
            status = close_as(desk, &findings->open[index], is_settled(findings, &findings->open[index]));
    }
    return status;
}

enum status findings_see(struct desk *desk, struct findings *findings)
{
    enum status status = refer(desk, &findings->subject);
    return status == STATUS_OK ? findings_put(desk, findings) : status;
}

enum status finding_alone(struct desk *desk, const struct finding_subject *subject, const char *kind,
                          const char *field, const char *reason)
{
    struct findings findings = {.subject = *subject};
    findings_add(&findings, kind, -1, field, NULL, NULL, reason);
    return findings_see(desk, &findings);
}

enum status finding_clear(struct desk *desk, struct slice subject)
{
    struct findings findings = {.subject = {.entity = ENTITIES, .text = subject}};
    enum status status = findings_begin(desk, &findings);
    return status == STATUS_OK ? findings_end(desk, &findings) : status;
}

enum status finding_clear_kind(struct desk *desk, struct slice subject, enum conflict_kind kind)
{
    struct findings findings = {.subject = {.entity = ENTITIES, .text = subject}};
    enum status status = findings_begin(desk, &findings);
    for (size_t index = 0; status == STATUS_OK && index < findings.open_count; index++) {
        struct conflict *open = &findings.open[index];
        bool stands = open->state != CONFLICT_CLOSED && open->state != CONFLICT_CLEARED;
        if (stands && strcmp(open->kind, conflict_kind_name(kind)) == 0)
            status = close_as(desk, open, false);
    }
    return status;
}

enum status finding_clear_one(struct desk *desk, const struct conflict *conflict)
{
    return close_as(desk, conflict, false);
}

struct slice finding_side_subject(enum side side)
{
    return side == MUNICIPAL ? SLICE("side:municipal") : SLICE("side:provincial");
}

enum status finding_side(struct desk *desk, enum side side, enum conflict_kind kind,
                         const char *field, const char *reason)
{
    struct finding_subject subject = {.entity = ENTITIES, .owner = desk->region};
    subject.text = finding_side_subject(side);
    return finding_alone(desk, &subject, conflict_kind_name(kind), field, reason);
}
