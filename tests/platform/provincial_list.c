#include "mapping/base/civil.h"
#include "tests/platform/found.h"
#include "tests/platform/provincial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_SIZE = 128 };

struct asked {
    struct listing_filter filter;
    int64_t since; /* INT64_MIN: any */
    int64_t limit; /* 0: not said */
    char cursor[VALUE_SIZE];
    bool wrong;
};

static void number_in(struct asked *asked, const char *text, int64_t least, int64_t most,
                      int64_t *ret)
{
    if (!slice_integer(slice_of(text), ret) || *ret < least || *ret > most)
        asked->wrong = true;
}

static void read_filters(const struct request *request, struct asked *asked)
{
    char value[VALUE_SIZE];
    int64_t number = 0;
    if (request_query(request, "gxsj_ge", value, sizeof value) &&
        !civil_parse(slice_of(value), "%Y-%m-%dT%H:%M:%S%z", CIVIL_CST_SECONDS, &asked->since))
        asked->wrong = true;
    if (request_query(request, "xzqh", value, sizeof value)) {
        size_t size = strlen(value);
        if (size > 6 || strspn(value, "0123456789") != size)
            asked->wrong = true;
        else
            memcpy(asked->filter.area, value, size + 1);
    }
    if (asked->filter.entity == ENTITY_ACCOUNT &&
        request_query(request, "rylb", value, sizeof value)) {
        number_in(asked, value, KIND_PERSON, KIND_DEPARTMENT, &number);
        asked->wrong = asked->wrong || strlen(value) != 2;
        asked->filter.kind = (int)number;
    } else if (asked->filter.entity != ENTITY_ACCOUNT &&
               request_query(request, "nd", value, sizeof value)) {
        number_in(asked, value, 1, 9999, &number);
        asked->filter.year = (int)number;
    }
}

static void find_filtered(const struct platform *platform, const struct asked *asked,
                          struct found *found)
{
    enum entity entity = asked->filter.entity;
    const struct store *store = platform->store;
    for (uint32_t place = 0; place < store_count(store, entity) && !found->failed; place++) {
        const struct row *row = store_row(store, entity, place);
        if (row_updated(entity, row) >= asked->since && listing_match(store, &asked->filter, row))
            found_add(found, row);
    }
}

static void read_query(const json_t *query, struct asked *asked)
{
    char room[48];
    const char *text;
    const json_t *limit = json_object_get(query, "limit");
    const json_t *cursor = json_object_get(query, "cursor");
    const json_t *year = json_object_get(query, "nd");
    int64_t number = 0;
    if (limit != NULL && !json_is_null(limit)) {
        asked->wrong = asked->wrong || !fields_scalar(limit, room, &text);
        if (!asked->wrong)
            number_in(asked, text, 1, ROWS_MOST, &asked->limit);
    }
    if (json_is_string(cursor) && json_string_length(cursor) < VALUE_SIZE)
        snprintf(asked->cursor, sizeof asked->cursor, "%s", json_string_value(cursor));
    else if (cursor != NULL && !json_is_null(cursor))
        asked->wrong = true;
    if (asked->filter.entity != ENTITY_ACCOUNT && year != NULL && !json_is_null(year)) {
        asked->wrong = asked->wrong || !fields_scalar(year, room, &text);
        if (!asked->wrong)
            number_in(asked, text, 1, 9999, &number);
        asked->filter.year = (int)number;
    }
}

static void shuffle(struct platform *platform, struct found *found)
{
    struct faults random = {.random = platform->seed ^ (platform->trace << 20)};
    for (size_t left = found->count; left > 1; left--) {
        size_t other = faults_random(&random) % left;
        const struct row *kept = found->rows[left - 1];
        found->rows[left - 1] = found->rows[other];
        found->rows[other] = kept;
    }
}

/* page_repeated, page_skipped: another part of the snapshot. */
static size_t page_first(const struct request *request, size_t offset, size_t limit)
{
    if (play_of(&request->play, FAULT_PAGE_REPEATED) != NULL)
        return offset > limit ? offset - limit : 0;
    return play_of(&request->play, FAULT_PAGE_SKIPPED) != NULL ? offset + limit : offset;
}

static void render_rows(const struct request *request, const struct cursor_snapshot *snapshot,
                        size_t first, size_t limit, struct buffer *body)
{
    const struct played_fault *stale = play_of(&request->play, FAULT_STALE);
    const struct schema *schema = schema_of(PLATFORM_PROVINCIAL, snapshot->entity);
    bool comma = false;
    for (size_t at = first; at < snapshot->count && at - first < limit; at++) {
        const struct row *row = snapshot->rows[at];
        if (stale != NULL)
            row = row_at(row, clock_seconds() - stale->seconds);
        if (row == NULL)
            continue;
        if (comma)
            buffer_append(body, SLICE(","));
        fields_render(schema, row, body);
        comma = true;
    }
}

static void render_page(struct platform *platform, const struct request *request,
                        struct cursor_snapshot *snapshot, size_t offset, size_t limit,
                        struct answer *answer)
{
    char next[CURSOR_TEXT];
    size_t first = page_first(request, offset, limit);
    answer->status = 200;
    answer->content_type = "application/json;charset=UTF-8";
    buffer_text(&answer->body, "{\"rows\":[");
    render_rows(request, snapshot, first, limit, &answer->body);
    bool loop = play_of(&request->play, FAULT_CURSOR_LOOP) != NULL;
    size_t following = loop ? offset : offset + limit;
    if (loop || following < snapshot->count) {
        cursors_text(&platform->cursors, snapshot, following, clock_seconds(), next);
        buffer_printf(&answer->body, "],\"next\":\"%s\",\"asof\":", next);
    } else {
        buffer_text(&answer->body, "],\"next\":null,\"asof\":");
    }
    fields_time(&answer->body, PLATFORM_PROVINCIAL, snapshot->as_of);
    buffer_text(&answer->body, "}");
}

static void list_further(struct platform *platform, const struct request *request,
                         const struct asked *asked, struct answer *answer)
{
    struct cursor_snapshot *snapshot;
    size_t offset;
    enum status status =
        cursors_find(&platform->cursors, asked->cursor, clock_seconds(), &snapshot, &offset);
    if (play_of(&request->play, FAULT_CURSOR_EXPIRED) != NULL)
        status = STATUS_NOT_FOUND;
    if (status == STATUS_OK && snapshot->entity != asked->filter.entity)
        status = STATUS_INVALID;
    if (status != STATUS_OK)
        provincial_refuse(platform, answer,
                          status == STATUS_NOT_FOUND ? PROVINCIAL_CURSOR_DEAD
                                                     : PROVINCIAL_BAD_REQUEST);
    else
        render_page(platform, request, snapshot, offset,
                    asked->limit > 0 ? (size_t)asked->limit : snapshot->limit, answer);
}

/* The rows become a snapshot, and its first page the answer. */
static void list_first(struct platform *platform, const struct request *request,
                       const struct asked *asked, struct found *found, struct answer *answer)
{
    if (found->failed) {
        free(found->rows);
        provincial_refuse(platform, answer, PROVINCIAL_INTERNAL);
        return;
    }
    shuffle(platform, found);
    struct cursor_snapshot *snapshot = cursors_keep(&platform->cursors, asked->filter.entity,
                                                    found->rows, found->count, clock_seconds());
    snapshot->limit = asked->limit > 0 ? (size_t)asked->limit : PROVINCIAL_PAGE;
    snapshot->as_of = platform_now(platform);
    render_page(platform, request, snapshot, 0, snapshot->limit, answer);
    if (snapshot->count <= snapshot->limit && play_of(&request->play, FAULT_CURSOR_LOOP) == NULL)
        cursors_drop(snapshot);
}

void provincial_list(struct platform *platform, const struct request *request, enum entity entity,
                     const json_t *query, struct answer *answer)
{
    struct asked asked = {.filter.entity = entity, .since = INT64_MIN};
    struct found found = {0};
    char limit[VALUE_SIZE];
    if (query != NULL)
        read_query(query, &asked);
    else if (request_query(request, "limit", limit, sizeof limit))
        number_in(&asked, limit, 1, ROWS_MOST, &asked.limit);
    bool further = query != NULL
                       ? asked.cursor[0] != '\0'
                       : request_query(request, "cursor", asked.cursor, sizeof asked.cursor);
    if (query == NULL && !further)
        read_filters(request, &asked);
    if (query != NULL && !further && !asked.wrong)
        asked.wrong =
            !found_codes(platform->store, entity, json_object_get(query, "sfzjhm"), true, &found) ||
            (entity == ENTITY_ACCOUNT &&
             !found_codes(platform->store, entity, json_object_get(query, "tyshxydm"), false,
                          &found));
    if (asked.wrong) {
        free(found.rows);
        provincial_refuse(platform, answer, PROVINCIAL_BAD_REQUEST);
        return;
    }
    if (further) {
        list_further(platform, request, &asked, answer);
        return;
    }
    if (query == NULL)
        find_filtered(platform, &asked, &found);
    else
        found_settle(&found, entity, asked.filter.year);
    list_first(platform, request, &asked, &found, answer);
}

void provincial_one(struct platform *platform, const struct request *request, enum entity entity,
                    const char *id, struct answer *answer)
{
    const struct row *row = store_by_id(platform->store, entity, id);
    const struct played_fault *stale = play_of(&request->play, FAULT_STALE);
    if (row != NULL && stale != NULL)
        row = row_at(row, clock_seconds() - stale->seconds);
    if (row == NULL) {
        provincial_refuse(platform, answer, PROVINCIAL_NOT_FOUND);
        return;
    }
    answer->status = 200;
    answer->content_type = "application/json;charset=UTF-8";
    fields_render(schema_of(PLATFORM_PROVINCIAL, entity), row, &answer->body);
    provincial_etag(answer, entity, row);
}
