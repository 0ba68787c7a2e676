#include "mapping/base/civil.h"
#include "tests/platform/found.h"
#include "tests/platform/municipal.h"

#include <stdlib.h>
#include <string.h>

enum { VALUE_SIZE = 128 };

/* What is asked for. */
struct asked {
    struct listing_filter filter;
    int64_t since;
    int64_t page, size;
    bool wrong;
};

static void number_in(struct asked *asked, const char *text, int64_t least, int64_t most,
                      int64_t *ret)
{
    if (!slice_integer(slice_of(text), ret) || *ret < least || *ret > most)
        asked->wrong = true;
}

static void read_area(struct asked *asked, const char *text)
{
    size_t size = strlen(text);
    if (size > 6 || strspn(text, "0123456789") != size)
        asked->wrong = true;
    else
        memcpy(asked->filter.area, text, size + 1);
}

static void read_paging(struct asked *asked, const char *page, const char *size)
{
    asked->page = 1;
    asked->size = MUNICIPAL_PAGE;
    if (page != NULL)
        number_in(asked, page, 1, INT32_MAX, &asked->page);
    if (size != NULL)
        number_in(asked, size, 1, PAGE_MOST, &asked->size);
}

static struct asked read_filters(const struct request *request, enum entity entity)
{
    struct asked asked = {.filter.entity = entity};
    char page[VALUE_SIZE], size[VALUE_SIZE], value[VALUE_SIZE];
    bool paged = request_query(request, "page", page, sizeof page);
    bool sized = request_query(request, "size", size, sizeof size);
    read_paging(&asked, paged ? page : NULL, sized ? size : NULL);
    if (request_query(request, "updatedSince", value, sizeof value)) {
        asked.filter.by_time = true;
        if (!civil_parse(slice_of(value), "%Y-%m-%d %H:%M:%S", CIVIL_CST_SECONDS, &asked.since))
            asked.wrong = true;
    }
    if (request_query(request, "areaCode", value, sizeof value))
        read_area(&asked, value);
    int64_t number = 0;
    if (entity == ENTITY_ACCOUNT && request_query(request, "accountType", value, sizeof value)) {
        number_in(&asked, value, KIND_PERSON, KIND_DEPARTMENT, &number);
        asked.filter.kind = (int)number;
    }
    if (entity != ENTITY_ACCOUNT && request_query(request, "studyYear", value, sizeof value)) {
        number_in(&asked, value, 1, 9999, &number);
        asked.filter.year = (int)number;
    }
    return asked;
}

/* page_repeated, page_skipped: another page under the number that was asked for. */
static size_t page_first(const struct request *request, const struct asked *asked)
{
    int64_t page = asked->page;
    if (play_of(&request->play, FAULT_PAGE_REPEATED) != NULL && page > 1)
        page--;
    if (play_of(&request->play, FAULT_PAGE_SKIPPED) != NULL)
        page++;
    return (size_t)((page - 1) * asked->size);
}

/* page_shift: somebody changes the first record of the listing, so that it moves to the end. */
static void shift(struct platform *platform, const struct asked *asked)
{
    const struct row *row;
    size_t count, total;
    if (listings_page(&platform->listings, &asked->filter, asked->since, 0, 1, &row, &count,
                      &total) != STATUS_OK ||
        count == 0 || asked->filter.entity == ENTITY_ANNUAL)
        return;
    json_t *nothing = json_object();
    write_staff(platform, asked->filter.entity, row, nothing, &row);
    json_decref(nothing);
}

static void render_page(struct platform *platform, const struct request *request,
                        const struct asked *asked, const struct row *const *rows, size_t count,
                        size_t total, struct answer *answer)
{
    const struct played_fault *stale = play_of(&request->play, FAULT_STALE);
    enum entity entity = asked->filter.entity;
    const struct schema *schema = schema_of(PLATFORM_MUNICIPAL, entity);
    bool first = true;
    municipal_open(platform, answer, MUNICIPAL_OK);
    buffer_printf(&answer->body, "{\"total\":%zu,\"page\":%lld,\"size\":%lld,\"records\":[", total,
                  (long long)asked->page, (long long)asked->size);
    for (size_t at = 0; at < count; at++) {
        const struct row *row = rows[at];
        if (stale != NULL)
            row = row_at(row, clock_seconds() - stale->seconds);
        if (row == NULL)
            continue;
        if (!first)
            buffer_append(&answer->body, SLICE(","));
        fields_render(schema, row, &answer->body);
        first = false;
    }
    buffer_text(&answer->body, "]}}");
}

static void list_filtered(struct platform *platform, const struct request *request,
                          enum entity entity, struct answer *answer)
{
    struct asked asked = read_filters(request, entity);
    const struct row *rows[PAGE_MOST];
    size_t count, total;
    if (asked.wrong) {
        municipal_refuse(platform, answer, MUNICIPAL_MALFORMED);
        return;
    }
    if (play_of(&request->play, FAULT_PAGE_SHIFT) != NULL)
        shift(platform, &asked);
    if (listings_page(&platform->listings, &asked.filter, asked.since, page_first(request, &asked),
                      (size_t)asked.size, rows, &count, &total) != STATUS_OK)
        municipal_refuse(platform, answer, MUNICIPAL_INTERNAL);
    else
        render_page(platform, request, &asked, rows, count, total, answer);
}

static struct asked read_query(const json_t *query, enum entity entity)
{
    struct asked asked = {.filter.entity = entity};
    char room[3][48];
    const char *page = NULL, *size = NULL, *year = NULL;
    const json_t *given = json_object_get(query, "page");
    asked.wrong = given != NULL && !fields_scalar(given, room[0], &page);
    given = json_object_get(query, "size");
    asked.wrong = asked.wrong || (given != NULL && !fields_scalar(given, room[1], &size));
    read_paging(&asked, page, size);
    given = json_object_get(query, "studyYear");
    if (entity == ENTITY_ACCOUNT || given == NULL || json_is_null(given))
        return asked;
    int64_t number = 0;
    if (!fields_scalar(given, room[2], &year))
        asked.wrong = true;
    else
        number_in(&asked, year, 1, 9999, &number);
    asked.filter.year = (int)number;
    return asked;
}

static void list_queried(struct platform *platform, const struct request *request,
                         enum entity entity, const json_t *query, struct answer *answer)
{
    struct asked asked = read_query(query, entity);
    struct found found = {0};
    const json_t *organisations =
        entity == ENTITY_ACCOUNT ? json_object_get(query, "creditCodes") : NULL;
    if (asked.wrong ||
        !found_codes(platform->store, entity, json_object_get(query, "idCards"), true, &found) ||
        !found_codes(platform->store, entity, organisations, false, &found)) {
        municipal_refuse(platform, answer, MUNICIPAL_MALFORMED);
    } else if (found.failed) {
        municipal_refuse(platform, answer, MUNICIPAL_INTERNAL);
    } else {
        found_settle(&found, entity, asked.filter.year);
        size_t first = page_first(request, &asked);
        first = first > found.count ? found.count : first;
        size_t left = found.count - first;
        size_t count = left < (size_t)asked.size ? left : (size_t)asked.size;
        render_page(platform, request, &asked, count == 0 ? NULL : found.rows + first, count,
                    found.count, answer);
    }
    free(found.rows);
}

void municipal_list(struct platform *platform, const struct request *request, enum entity entity,
                    const json_t *query, struct answer *answer)
{
    if (query == NULL)
        list_filtered(platform, request, entity, answer);
    else
        list_queried(platform, request, entity, query, answer);
}

void municipal_one(struct platform *platform, const struct request *request, enum entity entity,
                   const char *id, struct answer *answer)
{
    const struct row *row = store_by_id(platform->store, entity, id);
    const struct played_fault *stale = play_of(&request->play, FAULT_STALE);
    if (row != NULL && stale != NULL)
        row = row_at(row, clock_seconds() - stale->seconds);
    if (row == NULL) {
        municipal_refuse(platform, answer, MUNICIPAL_NOT_FOUND);
        return;
    }
    municipal_open(platform, answer, MUNICIPAL_OK);
    fields_render(schema_of(PLATFORM_MUNICIPAL, entity), row, &answer->body);
    buffer_text(&answer->body, "}");
}
