#include "tests/platform/municipal.h"

#include <string.h>

static void render_errors(struct buffer *buffer, const struct draft *draft)
{
    buffer_text(buffer, "{\"errors\":[");
    for (size_t at = 0; at < draft->error_count; at++)
        buffer_printf(buffer, "%s{\"field\":\"%s\",\"reason\":\"%s\"}", at > 0 ? "," : "",
                      draft->errors[at].field, draft->errors[at].reason);
    buffer_text(buffer, "]}");
}

static void render_duplicate(struct buffer *buffer, enum entity entity, const struct row *row)
{
    buffer_printf(buffer, "{\"existingId\":%s}", row_id(entity, row));
}

/* What came of one write: its code, and what `data` says. */
struct written {
    enum municipal_code code;
    const struct row *row; /* as stored (0), the current one (40901), the existing one (40902) */
    struct outcome outcome;
    bool has_outcome;
};

static enum municipal_code code_of(enum outcome_kind kind)
{
    switch (kind) {
    case OUTCOME_DONE: return MUNICIPAL_OK;
    case OUTCOME_INVALID: return MUNICIPAL_INVALID;
    case OUTCOME_DUPLICATE: return MUNICIPAL_DUPLICATE;
    case OUTCOME_FAILED: break;
    }
    return MUNICIPAL_INTERNAL;
}

/* The version is looked at before the values (platforms.md, "Common to both"). */
static void write_one(struct platform *platform, enum entity entity, const char *id,
                      const json_t *object, struct written *ret)
{
    int64_t version;
    *ret = (struct written){.code = MUNICIPAL_NOT_FOUND};
    if (id != NULL) {
        ret->row = store_by_id(platform->store, entity, id);
        if (ret->row == NULL)
            return;
        ret->code = MUNICIPAL_MALFORMED;
        if (!write_version(object, "version", &version))
            return;
        ret->code = MUNICIPAL_STALE;
        if (version != row_version(entity, ret->row))
            return;
    }
    ret->has_outcome = true;
    if (id == NULL)
        write_create(platform, entity, object, &ret->outcome);
    else
        write_update(platform, entity, ret->row, object, &ret->outcome);
    ret->row = ret->outcome.row;
    ret->code = code_of(ret->outcome.kind);
}

static void written_free(struct written *written)
{
    if (written->has_outcome)
        outcome_free(&written->outcome);
}

static void render_data(struct buffer *buffer, enum entity entity, const struct written *written)
{
    if (written->code == MUNICIPAL_OK) {
        fields_render(schema_of(PLATFORM_MUNICIPAL, entity), written->row, buffer);
    } else if (written->code == MUNICIPAL_STALE) {
        buffer_text(buffer, "{\"current\":");
        fields_render(schema_of(PLATFORM_MUNICIPAL, entity), written->row, buffer);
        buffer_text(buffer, "}");
    } else if (written->code == MUNICIPAL_DUPLICATE) {
        render_duplicate(buffer, entity, written->row);
    } else if (written->code == MUNICIPAL_INVALID) {
        render_errors(buffer, &written->outcome.draft);
    } else {
        buffer_text(buffer, "null");
    }
}

enum municipal_code municipal_write(struct platform *platform, enum entity entity, const char *id,
                                    const json_t *object, struct answer *answer)
{
    struct written written;
    write_one(platform, entity, id, object, &written);
    municipal_open(platform, answer, written.code);
    render_data(&answer->body, entity, &written);
    buffer_text(&answer->body, "}");
    municipal_count_answer(platform, written.code);
    written_free(&written);
    return written.code;
}

static void batch_result(struct buffer *buffer, uint32_t index, const struct written *written)
{
    bool done = written->code == MUNICIPAL_OK;
    buffer_printf(buffer, "{\"index\":%u,\"code\":%d,\"message\":\"%s\",\"record\":", index,
                  (int)written->code, municipal_message(written->code));
    if (done)
        render_data(buffer, ENTITY_HOURS, written);
    else
        buffer_text(buffer, "null");
    buffer_text(buffer, ",\"data\":");
    render_data(buffer, ENTITY_HOURS, written);
    buffer_text(buffer, "}");
}

static void batch_item(struct platform *platform, const json_t *item, struct written *ret)
{
    char room[48];
    const char *id = NULL;
    const json_t *given = json_object_get(item, "id");
    *ret = (struct written){.code = MUNICIPAL_MALFORMED};
    if (!json_is_object(item) ||
        (given != NULL && !json_is_null(given) && !fields_scalar(given, room, &id)))
        return;
    if (id != NULL && id[0] == '\0')
        id = NULL;
    write_one(platform, ENTITY_HOURS, id, item, ret);
}

bool municipal_batch(struct platform *platform, const json_t *object, struct answer *answer)
{
    const json_t *records = json_object_get(object, "records");
    size_t count = json_array_size(records);
    struct buffer results[BATCH_MOST];
    uint32_t order[BATCH_MOST];
    bool whole = true;
    if (!json_is_array(records) || count == 0 || count > BATCH_MOST) {
        municipal_refuse(platform, answer, MUNICIPAL_MALFORMED);
        return false;
    }
    for (uint32_t at = 0; at < count; at++) {
        struct written written;
        batch_item(platform, json_array_get(records, at), &written);
        buffer_init(&results[at], ANSWER_LIMIT);
        batch_result(&results[at], at, &written);
        municipal_count_answer(platform, written.code);
        whole = whole && written.code == MUNICIPAL_OK;
        written_free(&written);
    }
    platform_scramble(platform, order, count);
    municipal_open(platform, answer, MUNICIPAL_OK);
    buffer_text(&answer->body, "{\"results\":[");
    for (size_t at = 0; at < count; at++) {
        buffer_text(&answer->body, at > 0 ? "," : "");
        buffer_append(&answer->body, buffer_slice(&results[order[at]]));
        buffer_free(&results[order[at]]);
    }
    buffer_text(&answer->body, "]}}");
    return whole;
}
