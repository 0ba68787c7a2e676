#include "mapping/base/civil.h"
#include "tests/platform/municipal.h"

#include <stdlib.h>
#include <string.h>

enum { VALUE_SIZE = 128, FOUND_STEP = 256 };

/* What is asked for. */
struct asked {
    struct listing_filter filter;
    int64_t since;
    int64_t page, size;
    bool wrong;
};

/* Rows gathered for a query by codes. */
struct found {
    const struct row **rows;
    size_t count, capacity;
    bool failed;
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

static void found_add(void *context, const struct row *row)
{
    struct found *found = context;
    if (found->count == found->capacity) {
        size_t capacity = found->capacity == 0 ? FOUND_STEP : found->capacity * 2;
        const struct row **grown = realloc(found->rows, capacity * sizeof *grown);
        if (grown == NULL) {
            found->failed = true;
            return;
        }
        found->rows = grown;
        found->capacity = capacity;
    }
    found->rows[found->count++] = row;
}

static int row_order(const void *one, const void *other)
{
    const struct row *left = *(const struct row *const *)one;
    const struct row *right = *(const struct row *const *)other;
    if (left->rank != right->rank)
        return left->rank < right->rank ? -1 : 1;
    return (left->place > right->place) - (left->place < right->place);
}

static int year_of(enum entity entity, const struct row *row)
{
    if (entity == ENTITY_ACCOUNT)
        return 0;
    return entity == ENTITY_HOURS ? row_hours(row)->year : row_annual(row)->year;
}

/* In order, each once, of the year asked for. */
static void found_settle(struct found *found, const struct asked *asked)
{
    size_t kept = 0;
    if (found->count > 0)
        qsort(found->rows, found->count, sizeof *found->rows, row_order);
    for (size_t at = 0; at < found->count; at++) {
        const struct row *row = found->rows[at];
        bool again = kept > 0 && found->rows[kept - 1]->place == row->place;
        int year = asked->filter.year;
        if (!again && (year == 0 || year_of(asked->filter.entity, row) == year))
            found->rows[kept++] = row;
    }
    found->count = kept;
}

/* Looks up each code of the list; false: not a list of at most 200 texts. */
static bool find_codes(const struct platform *platform, enum entity entity, const json_t *codes,
                       bool persons, struct found *found)
{
    size_t at;
    json_t *code;
    if (codes == NULL || json_is_null(codes))
        return true;
    if (!json_is_array(codes) || json_array_size(codes) > QUERY_MOST)
        return false;
    json_array_foreach((json_t *)(uintptr_t)codes, at, code)
    {
        if (!json_is_string(code))
            return false;
        size_t before = found->count;
        store_find(platform->store, entity, json_string_value(code), found_add, found);
        for (size_t seen = before; entity == ENTITY_ACCOUNT && seen < found->count;) {
            bool person = row_account(found->rows[seen])->kind == KIND_PERSON;
            if (person == persons)
                seen++;
            else
                found->rows[seen] = found->rows[--found->count];
        }
    }
    return true;
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
        !find_codes(platform, entity, json_object_get(query, "idCards"), true, &found) ||
        !find_codes(platform, entity, organisations, false, &found)) {
        municipal_refuse(platform, answer, MUNICIPAL_MALFORMED);
    } else if (found.failed) {
        municipal_refuse(platform, answer, MUNICIPAL_INTERNAL);
    } else {
        found_settle(&found, &asked);
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
