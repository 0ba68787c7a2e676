#include "tests/platform/provincial.h"

#include <string.h>

/* The precondition of a write. */
enum condition { CONDITION_NONE, CONDITION_NEW, CONDITION_VERSION, CONDITION_WRONG };

/* *ret_version is set with CONDITION_VERSION. */
static enum condition condition_of(const struct request *request, int64_t *ret_version)
{
    const char *match = request_header(request, "If-Match");
    const char *none = request_header(request, "If-None-Match");
    if (match == NULL && none == NULL)
        return CONDITION_NONE;
    if (none != NULL)
        return match == NULL && strcmp(none, "*") == 0 ? CONDITION_NEW : CONDITION_WRONG;
    size_t size = strlen(match);
    if (size < 3 || match[0] != '"' || match[size - 1] != '"' ||
        !slice_integer((struct slice){match + 1, size - 2}, ret_version))
        return CONDITION_WRONG;
    return CONDITION_VERSION;
}

static void render_fields(struct buffer *buffer, const struct draft *draft)
{
    buffer_text(buffer, "\"fields\":{");
    for (size_t at = 0; at < draft->error_count; at++) {
        bool again = false;
        for (size_t before = 0; before < at; before++)
            again = again || strcmp(draft->errors[before].field, draft->errors[at].field) == 0;
        if (!again)
            buffer_printf(buffer, "%s\"%s\":\"%s\"", at > 0 ? "," : "", draft->errors[at].field,
                          draft->errors[at].reason);
    }
    buffer_text(buffer, "}");
}

/* What came of a write; `existing`: what a duplicate is answered with (409, or 412 where the create
 * was bound to If-None-Match). */
static void answer_outcome(struct platform *platform, enum entity entity, bool created,
                           enum provincial_error existing, const struct outcome *outcome,
                           struct answer *answer)
{
    switch (outcome->kind) {
    case OUTCOME_DONE:
        answer->status = created ? 201 : 200;
        answer->content_type = "application/json;charset=UTF-8";
        fields_render(schema_of(PLATFORM_PROVINCIAL, entity), outcome->row, &answer->body);
        provincial_etag(answer, entity, outcome->row);
        break;
    case OUTCOME_INVALID:
        provincial_open(platform, answer, PROVINCIAL_INVALID);
        buffer_text(&answer->body, ",");
        render_fields(&answer->body, &outcome->draft);
        buffer_text(&answer->body, "}");
        break;
    case OUTCOME_DUPLICATE:
        provincial_open(platform, answer, existing);
        buffer_printf(&answer->body, ",\"xyid\":\"%s\"}", row_id(entity, outcome->row));
        break;
    case OUTCOME_FAILED: provincial_refuse(platform, answer, PROVINCIAL_INTERNAL); break;
    }
}

static void create(struct platform *platform, enum entity entity, const json_t *object,
                   enum provincial_error existing, struct answer *answer)
{
    struct outcome outcome;
    write_create(platform, entity, object, &outcome);
    answer_outcome(platform, entity, true, existing, &outcome, answer);
    outcome_free(&outcome);
}

static void update(struct platform *platform, enum entity entity, const struct row *row,
                   const json_t *object, struct answer *answer)
{
    struct outcome outcome;
    write_update(platform, entity, row, object, &outcome);
    answer_outcome(platform, entity, false, PROVINCIAL_DUPLICATE, &outcome, answer);
    outcome_free(&outcome);
}

void provincial_write_account(struct platform *platform, const struct request *request,
                              const char *id, json_t *object, struct answer *answer)
{
    int64_t version;
    enum condition condition = condition_of(request, &version);
    if (id == NULL) {
        if (condition == CONDITION_NONE || condition == CONDITION_NEW)
            create(platform, ENTITY_ACCOUNT, object, PROVINCIAL_DUPLICATE, answer);
        else
            provincial_refuse(platform, answer, PROVINCIAL_BAD_REQUEST);
        return;
    }
    const struct row *row = store_by_id(platform->store, ENTITY_ACCOUNT, id);
    if (condition != CONDITION_VERSION)
        provincial_refuse(platform, answer, PROVINCIAL_BAD_REQUEST);
    else if (row == NULL)
        provincial_refuse(platform, answer, PROVINCIAL_NOT_FOUND);
    else if (row_version(ENTITY_ACCOUNT, row) != version)
        provincial_refuse(platform, answer, PROVINCIAL_PRECONDITION);
    else
        update(platform, ENTITY_ACCOUNT, row, object, answer);
}

/* Whether the object's member is absent or says the same. */
static bool member_agrees(const json_t *object, const char *member, const char *value)
{
    const json_t *given = json_object_get(object, member);
    return given == NULL || (json_is_string(given) && strcmp(json_string_value(given), value) == 0);
}

/* The path says the origin; the object may say it again, but not otherwise. An update leaves it
 * out, since a record entered by hand is addressed by an origin that it does not carry. */
static bool settle_origin(json_t *object, bool new, const char *system, const char *number)
{
    if (!member_agrees(object, "lyxtbm", system) || !member_agrees(object, "lyxh", number))
        return false;
    if (new) {
        json_object_set_new(object, "lyxtbm", json_string(system));
        json_object_set_new(object, "lyxh", json_string(number));
    } else {
        json_object_del(object, "lyxtbm");
        json_object_del(object, "lyxh");
    }
    return true;
}

static void refuse_origin(struct platform *platform, struct answer *answer)
{
    provincial_open(platform, answer, PROVINCIAL_INVALID);
    buffer_text(&answer->body, ",\"fields\":{\"lyxh\":\"not the origin of the path\"}}");
}

void provincial_write_hours(struct platform *platform, const struct request *request,
                            const char *system, const char *number, json_t *object,
                            struct answer *answer)
{
    int64_t version;
    enum condition condition = condition_of(request, &version);
    const struct row *row = store_hours(platform->store, system, number);
    bool new = condition == CONDITION_NEW;
    if (!new &&condition != CONDITION_VERSION) {
        provincial_refuse(platform, answer, PROVINCIAL_BAD_REQUEST);
        return;
    }
    if (!new && (row == NULL || row_version(ENTITY_HOURS, row) != version)) {
        provincial_refuse(platform, answer, PROVINCIAL_PRECONDITION);
        return;
    }
    if (!settle_origin(object, new, system, number))
        refuse_origin(platform, answer);
    else if (new)
        create(platform, ENTITY_HOURS, object, PROVINCIAL_PRECONDITION, answer);
    else
        update(platform, ENTITY_HOURS, row, object, answer);
}

/* One result of a batch, written into the list. */
static void item_result(struct buffer *buffer, uint32_t index, int status, const char *message,
                        const struct row *row, const struct draft *draft)
{
    buffer_printf(buffer, "{\"xh\":%u,\"zt\":%d,\"errmsg\":\"%s\",", index, status, message);
    if (draft != NULL)
        render_fields(buffer, draft);
    else
        buffer_text(buffer, "\"fields\":null");
    buffer_text(buffer, ",\"xs\":");
    if (row == NULL)
        buffer_text(buffer, "null");
    else
        fields_render(schema_of(PLATFORM_PROVINCIAL, ENTITY_HOURS), row, buffer);
    buffer_text(buffer, "}");
}

static void item_outcome(struct platform *platform, uint32_t index, bool created,
                         const struct outcome *outcome, struct buffer *buffer)
{
    switch (outcome->kind) {
    case OUTCOME_DONE:
        item_result(buffer, index, created ? 201 : 200, "", outcome->row, NULL);
        break;
    case OUTCOME_DUPLICATE:
        provincial_count_answer(platform, PROVINCIAL_DUPLICATE);
        item_result(buffer, index, 409, provincial_message(PROVINCIAL_DUPLICATE), outcome->row,
                    NULL);
        break;
    case OUTCOME_INVALID:
    case OUTCOME_FAILED:
        provincial_count_answer(platform, PROVINCIAL_INVALID);
        item_result(buffer, index, 422, provincial_message(PROVINCIAL_INVALID), NULL,
                    &outcome->draft);
        break;
    }
}

static void item_write(struct platform *platform, uint32_t index, json_t *item,
                       struct buffer *buffer)
{
    static const struct draft no_origin = {.errors = {{"lyxh", "required"}}, .error_count = 1};
    const char *system = json_string_value(json_object_get(item, "lyxtbm"));
    const char *number = json_string_value(json_object_get(item, "lyxh"));
    const json_t *given = json_object_get(item, "bbh");
    bool new = given == NULL || json_is_null(given);
    int64_t version;
    if (system == NULL || number == NULL || system[0] == '\0' || number[0] == '\0' ||
        (!new && !write_version(item, "bbh", &version))) {
        provincial_count_answer(platform, PROVINCIAL_INVALID);
        item_result(buffer, index, 422, provincial_message(PROVINCIAL_INVALID), NULL, &no_origin);
        return;
    }
    const struct row *row = store_hours(platform->store, system, number);
    if (!new && (row == NULL || row_version(ENTITY_HOURS, row) != version)) {
        provincial_count_answer(platform, PROVINCIAL_PRECONDITION);
        item_result(buffer, index, 412, provincial_message(PROVINCIAL_PRECONDITION), row, NULL);
        return;
    }
    struct outcome outcome;
    if (new) {
        write_create(platform, ENTITY_HOURS, item, &outcome);
    } else {
        json_object_del(item, "lyxtbm");
        json_object_del(item, "lyxh");
        write_update(platform, ENTITY_HOURS, row, item, &outcome);
    }
    item_outcome(platform, index, new, &outcome, buffer);
    outcome_free(&outcome);
}

void provincial_batch(struct platform *platform, json_t *object, struct answer *answer)
{
    json_t *items = json_object_get(object, "xs");
    size_t count = json_array_size(items);
    struct buffer results[ITEMS_MOST];
    uint32_t order[ITEMS_MOST];
    if (!json_is_array(items) || count == 0 || count > ITEMS_MOST) {
        provincial_refuse(platform, answer, PROVINCIAL_BAD_REQUEST);
        return;
    }
    for (uint32_t at = 0; at < count; at++) {
        buffer_init(&results[at], ANSWER_LIMIT);
        item_write(platform, at, json_array_get(items, at), &results[at]);
    }
    platform_scramble(platform, order, count);
    answer->status = 207;
    answer->content_type = "application/json;charset=UTF-8";
    buffer_text(&answer->body, "{\"jg\":[");
    for (size_t at = 0; at < count; at++) {
        buffer_text(&answer->body, at > 0 ? "," : "");
        buffer_append(&answer->body, buffer_slice(&results[order[at]]));
        buffer_free(&results[order[at]]);
    }
    buffer_text(&answer->body, "]}");
}
