#include "tests/platform/control_records.h"

#include "tests/platform/writes.h"

#include <string.h>

static json_t *seed_list(struct platform *platform, enum entity entity, const json_t *records,
                         const char **ret_wrong)
{
    json_t *ids = json_array();
    size_t at;
    json_t *record;
    json_array_foreach((json_t *)(uintptr_t)records, at, record)
    {
        const struct row *row = NULL;
        if (!json_is_object(record) ||
            write_staff(platform, entity, NULL, record, &row) != STATUS_OK) {
            *ret_wrong = "a record could not be stored";
            break;
        }
        json_array_append_new(ids, json_string(row_id(entity, row)));
    }
    return ids;
}

struct year_of_person {
    int year;
    const struct row *row;
};

static void year_look(void *context, const struct row *row)
{
    struct year_of_person *sought = context;
    if (row_annual(row)->year == sought->year)
        sought->row = row;
}

/* A yearly result that stands is set, not doubled: seeded hours have computed one. */
static void seed_results(struct platform *platform, const json_t *records, const char **ret_wrong)
{
    bool municipal = platform->side == PLATFORM_MUNICIPAL;
    size_t at;
    json_t *record;
    json_array_foreach((json_t *)(uintptr_t)records, at, record)
    {
        const char *person =
            json_string_value(json_object_get(record, municipal ? "idCard" : "sfzjhm"));
        int64_t year = 0;
        const struct row *row = NULL;
        if (person == NULL || !write_version(record, municipal ? "studyYear" : "nd", &year)) {
            *ret_wrong = "a yearly result without person or year";
            return;
        }
        struct year_of_person sought = {.year = (int)year};
        store_find_person(platform->store, ENTITY_ANNUAL, person, year_look, &sought);
        if (write_staff(platform, ENTITY_ANNUAL, sought.row, record, &row) != STATUS_OK)
            *ret_wrong = "a yearly result could not be stored";
    }
}

json_t *control_seed(struct platform *platform, const json_t *object, const char **ret_wrong)
{
    const json_t *annual = json_object_get(object, "annual");
    *ret_wrong = NULL;
    json_t *accounts =
        seed_list(platform, ENTITY_ACCOUNT, json_object_get(object, "accounts"), ret_wrong);
    json_t *hours = seed_list(platform, ENTITY_HOURS, json_object_get(object, "hours"), ret_wrong);
    seed_results(platform, annual, ret_wrong);
    json_t *answer = json_pack("{s:o,s:o,s:I}", "accounts", accounts, "hours", hours, "annual",
                               (json_int_t)json_array_size(annual));
    if (*ret_wrong == NULL)
        return answer;
    json_decref(answer);
    return NULL;
}

enum { SELECTED_MOST = 1000 };

struct selected {
    const json_t *match;
    struct platform *platform;
    enum entity entity;
    int64_t year; /* 0: any */
    int64_t kind; /* 0: any */
    const struct row *rows[SELECTED_MOST];
    size_t count;
};

/* Whether each member of the match stands so in the record as it is rendered. */
static bool row_fits(const struct selected *selected, const struct row *row)
{
    struct buffer text;
    const char *name;
    json_t *value;
    bool fits = true;
    buffer_init(&text, ANSWER_LIMIT);
    fields_render(schema_of(selected->platform->side, selected->entity), row, &text);
    json_t *record = json_loadb(text.at, text.size, 0, NULL);
    json_object_foreach((json_t *)(uintptr_t)selected->match, name, value)
    {
        char rooms[2][48];
        const char *wanted = "", *stands = "";
        const json_t *member = json_object_get(record, name);
        bool scalar = fields_scalar(value, rooms[0], &wanted);
        scalar = (json_is_null(member) || fields_scalar(member, rooms[1], &stands)) && scalar;
        fits = fits && scalar && member != NULL && strcmp(wanted, stands) == 0;
    }
    json_decref(record);
    buffer_free(&text);
    return fits;
}

static void select_row(void *context, const struct row *row)
{
    struct selected *selected = context;
    if (row == NULL || selected->count == SELECTED_MOST)
        return;
    if (selected->entity == ENTITY_ACCOUNT && selected->kind != 0 &&
        (int)row_account(row)->kind != (int)selected->kind)
        return;
    if (selected->entity != ENTITY_ACCOUNT && selected->year != 0) {
        int year = selected->entity == ENTITY_HOURS ? row_hours(row)->year : row_annual(row)->year;
        if (year != (int)selected->year)
            return;
    }
    if (selected->match == NULL || row_fits(selected, row))
        selected->rows[selected->count++] = row;
}

static bool entity_of(const json_t *object, enum entity *ret)
{
    static const char *const names[] = {"account", "hours", "annual"};
    const char *name = json_string_value(json_object_get(object, "entity"));
    for (int entity = 0; name != NULL && entity < ENTITY_COUNT; entity++)
        if (strcmp(name, names[entity]) == 0) {
            *ret = (enum entity)entity;
            return true;
        }
    return false;
}

static const char *select_rows(struct platform *platform, const json_t *object,
                               struct selected *ret)
{
    char room[48];
    const char *id = NULL;
    const char *code = json_string_value(json_object_get(object, "code"));
    const char *system = json_string_value(json_object_get(object, "system"));
    const char *number = json_string_value(json_object_get(object, "number"));
    const struct store *store = platform->store;
    *ret = (struct selected){.platform = platform, .match = json_object_get(object, "match")};
    if (!entity_of(object, &ret->entity))
        return "entity is account, hours or annual";
    write_version(object, "year", &ret->year);
    write_version(object, "kind", &ret->kind);
    if (fields_scalar(json_object_get(object, "id"), room, &id))
        select_row(ret, store_by_id(store, ret->entity, id));
    else if (system != NULL && number != NULL && ret->entity != ENTITY_ANNUAL)
        select_row(ret, store_by_origin(store, ret->entity, system, number));
    else if (code != NULL && ret->entity == ENTITY_ACCOUNT)
        store_find(store, ret->entity, code, select_row, ret);
    else if (code != NULL)
        store_find_person(store, ret->entity, code, select_row, ret);
    else if (ret->match != NULL)
        for (uint32_t place = 0; place < store_count(store, ret->entity); place++)
            select_row(ret, store_row(store, ret->entity, place));
    else
        return "say id, code, system and number, or match";
    return NULL;
}

const char *control_edit(struct platform *platform, const json_t *object, struct buffer *ret)
{
    struct selected selected;
    const json_t *set = json_object_get(object, "set");
    const char *wrong = select_rows(platform, object, &selected);
    if (wrong != NULL)
        return wrong;
    if (!json_is_object(set) && set != NULL)
        return "set is an object";
    if (selected.count != 1)
        return selected.count == 0 ? "no such record" : "more than one such record";
    json_t *changes = set == NULL ? json_object() : json_deep_copy(set);
    const struct row *row = selected.rows[0];
    enum status status = write_staff(platform, selected.entity, row, changes, &row);
    json_decref(changes);
    if (status != STATUS_OK)
        return "out of memory";
    fields_render(schema_of(platform->side, selected.entity), row, ret);
    return NULL;
}

const char *control_inspect(struct platform *platform, const json_t *object, struct buffer *ret)
{
    struct selected selected;
    const char *wrong = select_rows(platform, object, &selected);
    if (wrong != NULL)
        return wrong;
    buffer_text(ret, "{\"records\":[");
    for (size_t at = 0; at < selected.count; at++) {
        buffer_text(ret, at > 0 ? "," : "");
        fields_render(schema_of(platform->side, selected.entity), selected.rows[at], ret);
    }
    buffer_text(ret, "]}");
    return NULL;
}
