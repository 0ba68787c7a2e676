#include "daemon/recording/steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ASK_BYTES = 4 * 1024 * 1024 };

/* --- what is asked ----------------------------------------------------------------------------- */

static int by_slice(const void *one, const void *other)
{
    return slice_compare(*(const struct slice *)one, *(const struct slice *)other);
}

/* In an order of their own: who is asked for together may be found in the order of a keyed hash. */
static void put_codes(struct pseudonym *pseudonym, const char *name, const struct slice *codes, size_t count,
                      struct buffer *ret)
{
    struct arena arena;
    struct slice *sorted = calloc(count + 1, sizeof *sorted);
    arena_init(&arena, ASK_BYTES);
    for (size_t index = 0; sorted != NULL && index < count; index++) {
        struct buffer code;
        buffer_init(&code, 4096);
        pseudonym_code(pseudonym, codes[index], &code);
        sorted[index] = arena_copy(&arena, buffer_slice(&code));
        buffer_free(&code);
    }
    if (sorted == NULL)
        ret->status = STATUS_NO_MEMORY;
    else if (count > 1)
        qsort(sorted, count, sizeof *sorted, by_slice);
    if (count > 0)
        buffer_printf(ret, " %s", name);
    for (size_t index = 0; sorted != NULL && index < count; index++) {
        buffer_text(ret, index == 0 ? "=" : ",");
        buffer_append(ret, sorted[index]);
    }
    free(sorted);
    arena_free(&arena);
}

static void put_items(struct pseudonym *pseudonym, const struct request *request, struct buffer *ret)
{
    for (size_t index = 0; index < request->item_count; index++) {
        const struct request_item *item = &request->items[index];
        buffer_text(ret, " item=");
        pseudonym_kept(pseudonym, item->remote_id, ret);
        buffer_printf(ret, "@%lld/", (long long)item->version);
        pseudonym_kept(pseudonym, item->origin_system, ret);
        buffer_text(ret, "/");
        pseudonym_value(pseudonym, FIELD_HOURS_ORIGIN_NUMBER, item->origin_number, ret);
    }
}

void steps_ask(struct pseudonym *pseudonym, const struct exchange *exchange, struct buffer *ret)
{
    const struct request *request = &exchange->request;
    buffer_printf(ret, "%s %s %s", side_name(exchange->side), call_name(request->call),
                  entity_name(request->entity));
    if (request->page != 0)
        buffer_printf(ret, " page=%u", request->page);
    if (request->has_since)
        buffer_printf(ret, " since=%lld", (long long)request->since);
    if (request->year != 0)
        buffer_printf(ret, " year=%d", request->year);
    buffer_text(ret, slice_empty(request->region) ? "" : " region=");
    buffer_append(ret, request->region);
    buffer_text(ret, slice_empty(request->cursor) ? "" : " cursor=");
    pseudonym_kept(pseudonym, request->cursor, ret);
    buffer_text(ret, slice_empty(request->remote_id) ? "" : " id=");
    pseudonym_kept(pseudonym, request->remote_id, ret);
    put_codes(pseudonym, "persons", request->persons, request->person_count, ret);
    put_codes(pseudonym, "organisations", request->organisations, request->organisation_count, ret);
    put_items(pseudonym, request, ret);
}

static void line_ask(struct scribe *scribe, const struct exchange *exchange)
{
    buffer_clear(&scribe->text);
    steps_ask(scribe->pseudonym, exchange, &scribe->text);
    line_text(&scribe->line, "ask", buffer_slice(&scribe->text));
}

/* --- jobs -------------------------------------------------------------------------------------- */

static const char *job_name(enum run_job job)
{
    static const char *const names[] = {"open",  "listed", "resolve", "begin",   "decide", "need",
                                        "guard", "write",  "unknown", "settled", "check",  "close"};
    return (size_t)job < sizeof names / sizeof *names ? names[job] : "";
}

static void line_side(struct scribe *scribe, const struct run_side *side)
{
    struct buffer *line = &scribe->line;
    buffer_printf(line, "[%d,%d,%d,\"", side->failed, side->left_alone, (int)side->why);
    for (const char *at = side->code; *at != '\0'; at++)
        buffer_printf(line, "%c", *at == '"' || *at == '\\' ? '?' : *at);
    buffer_printf(line, "\",%d,%d,%d,%lld]", side->reached, side->has_offset, side->clock_moved,
                  (long long)side->offset_ms);
}

/* In which order the reads were asked for: learners are walked by a keyed hash. */
static void line_needs(struct scribe *scribe)
{
    const struct need_list *needs = &scribe->desk->needs;
    buffer_text(&scribe->line, ",\"needs\":[");
    for (size_t index = 0; index < needs->count; index++) {
        buffer_clear(&scribe->text);
        pseudonym_code(scribe->pseudonym, slice_of(needs->items[index].text), &scribe->text);
        buffer_text(&scribe->line, index == 0 ? "" : ",");
        buffer_json(&scribe->line, buffer_slice(&scribe->text));
    }
    buffer_text(&scribe->line, "]");
}

enum status steps_job(struct scribe *scribe, const struct cycle *cycle, const struct effect *effect)
{
    line_begin(&scribe->line, "job");
    line_text(&scribe->line, "job", slice_of(job_name(effect->job)));
    line_number(&scribe->line, "side", effect->side);
    line_number(&scribe->line, "entity", effect->entity);
    line_number(&scribe->line, "now", scribe->desk->now);
    buffer_text(&scribe->line, ",\"sides\":[");
    line_side(scribe, &cycle->sides[MUNICIPAL]);
    buffer_text(&scribe->line, ",");
    line_side(scribe, &cycle->sides[PROVINCIAL]);
    buffer_text(&scribe->line, "]");
    if (effect->job == JOB_SETTLED)
        line_needs(scribe);
    return scribe_give(scribe);
}

bool steps_is_job(const json_t *line, const struct effect *effect)
{
    return strcmp(line_get_word(line, "job"), job_name(effect->job)) == 0 &&
           line_get_number(line, "side") == (int64_t)effect->side &&
           line_get_number(line, "entity") == (int64_t)effect->entity;
}

void steps_read_sides(const json_t *line, struct run_side ret[SIDES])
{
    const json_t *sides = json_object_get(line, "sides");
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        const json_t *row = json_array_get(sides, side);
        const char *code = json_string_value(json_array_get(row, 3));
        ret[side].failed = json_integer_value(json_array_get(row, 0)) != 0;
        ret[side].left_alone = json_integer_value(json_array_get(row, 1)) != 0;
        ret[side].why = (enum answer_class)json_integer_value(json_array_get(row, 2));
        (void)snprintf(ret[side].code, sizeof ret[side].code, "%s", code == NULL ? "" : code);
        ret[side].reached = json_integer_value(json_array_get(row, 4)) != 0;
        ret[side].has_offset = json_integer_value(json_array_get(row, 5)) != 0;
        ret[side].clock_moved = json_integer_value(json_array_get(row, 6)) != 0;
        ret[side].offset_ms = json_integer_value(json_array_get(row, 7));
    }
}

/* --- answers ----------------------------------------------------------------------------------- */

enum status steps_answer(struct scribe *scribe, const struct exchange *exchange, const struct reply *reply)
{
    line_begin(&scribe->line, "answer");
    line_ask(scribe, exchange);
    line_number(&scribe->line, "now", scribe->desk->now);
    line_number(&scribe->line, "end", reply->end);
    line_number(&scribe->line, "status", reply->status);
    scribe_kept(scribe, "content_type", reply->content_type);
    scribe_kept(scribe, "retry_after", reply->retry_after);
    scribe_kept(scribe, "date", reply->date);
    line_number(&scribe->line, "arrived_ms", reply->arrived_ms);
    line_number(&scribe->line, "took_ms", reply->took_ms);
    scribe_json(scribe, "body", exchange->side, reply->body);
    return scribe_give(scribe);
}

void steps_read_reply(const json_t *line, struct reply *ret)
{
    *ret = (struct reply){.end = (enum reply_end)line_get_number(line, "end"),
                          .status = (int)line_get_number(line, "status"),
                          .content_type = line_get_text(line, "content_type"),
                          .retry_after = line_get_text(line, "retry_after"),
                          .date = line_get_text(line, "date"),
                          .arrived_ms = line_get_number(line, "arrived_ms"),
                          .took_ms = line_get_number(line, "took_ms"),
                          .body = line_get_text(line, "body")};
    if (line_get_number(line, "no_json") != 0)
        ret->body = SLICE("?");
}

enum status steps_given(struct scribe *scribe, const struct exchange *exchange, const struct received *received)
{
    line_begin(&scribe->line, "given");
    line_ask(scribe, exchange);
    line_number(&scribe->line, "class", received->class);
    scribe_kept(scribe, "code", slice_of(received->code));
    line_number(&scribe->line, "status", received->status);
    line_number(&scribe->line, "delay_ms", received->delay_ms);
    return scribe_give(scribe);
}

void steps_read_received(const json_t *line, struct received *ret)
{
    *ret = (struct received){.class = (enum answer_class)line_get_number(line, "class"),
                             .status = (enum status)line_get_number(line, "status"),
                             .delay_ms = line_get_number(line, "delay_ms")};
    (void)snprintf(ret->code, sizeof ret->code, "%s", line_get_word(line, "code"));
}

enum status steps_waited(struct scribe *scribe, const struct exchange *exchange)
{
    line_begin(&scribe->line, "waited");
    if (exchange != NULL)
        line_ask(scribe, exchange);
    return scribe_give(scribe);
}
