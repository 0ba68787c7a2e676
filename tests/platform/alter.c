#include "tests/platform/alter.h"

#include <stdlib.h>
#include <string.h>

/* The list in the answer, or NULL. */
static json_t *list_of(enum platform_side side, json_t *root)
{
    if (side == PLATFORM_PROVINCIAL)
        return json_object_get(root, "rows");
    return json_object_get(json_object_get(root, "data"), "records");
}

static json_t *record_of(enum platform_side side, json_t *root, int64_t index)
{
    json_t *list = list_of(side, root);
    if (list != NULL)
        return json_array_get(list, index < 0 ? 0 : (size_t)index);
    return side == PLATFORM_PROVINCIAL ? root : json_object_get(root, "data");
}

/* Whether it is a record of the sort that the fault names: it has the member, or is one at all. */
static bool is_record(const json_t *record)
{
    return json_object_get(record, "version") != NULL || json_object_get(record, "bbh") != NULL;
}

static void alter_record(const struct played_fault *fault, json_t *record)
{
    const char *field = fault->field;
    const json_t *before = json_object_get(record, field);
    if (!is_record(record))
        return;
    if (fault->kind == FAULT_EXTRA_FIELD) {
        json_object_set_new(record, field[0] == '\0' ? "unheardOf" : field,
                            json_string(fault->value[0] == '\0' ? "x" : fault->value));
    } else if (fault->kind == FAULT_MISSING_FIELD) {
        json_object_del(record, field);
    } else if (fault->kind == FAULT_NULL_FIELD) {
        json_object_set_new(record, field, json_null());
    } else if (json_is_integer(before)) {
        json_object_set_new(record, field,
                            json_integer(fault->value[0] == '\0' ? 77 : atoi(fault->value)));
    } else {
        json_object_set_new(record, field,
                            json_string(fault->value[0] == '\0' ? "77" : fault->value));
    }
}

static void alter_records(enum platform_side side, const struct played_fault *fault, json_t *root)
{
    json_t *list = list_of(side, root);
    if (!fault->all || list == NULL) {
        alter_record(fault, record_of(side, root, fault->index));
        return;
    }
    size_t at;
    json_t *record;
    json_array_foreach(list, at, record) alter_record(fault, record);
}

static void same_twice(enum platform_side side, const struct played_fault *fault, json_t *root)
{
    json_t *copy = json_deep_copy(record_of(side, root, fault->index));
    const char *names[] = {"ryid", "xsid"};
    if (!json_is_object(copy) || list_of(side, root) == NULL) {
        json_decref(copy);
        return;
    }
    json_t *id = json_object_get(copy, "id");
    if (fault->new_id && json_is_integer(id))
        json_integer_set(id, json_integer_value(id) + 900000000000LL);
    for (size_t at = 0; at < 2 && fault->new_id; at++)
        if (json_object_get(copy, names[at]) != NULL)
            json_object_set_new(copy, names[at],
                                json_string("ffffffff-ffff-4fff-8fff-ffffffffffff"));
    json_array_append_new(list_of(side, root), copy);
}

static void lie_of_total(const struct played_fault *fault, json_t *root)
{
    json_t *total = json_object_get(json_object_get(root, "data"), "total");
    if (json_is_integer(total))
        json_integer_set(total, json_integer_value(total) + fault->delta);
}

static void empty_list(enum platform_side side, json_t *root)
{
    json_t *list = list_of(side, root);
    if (list == NULL)
        return;
    json_array_clear(list);
    if (side == PLATFORM_PROVINCIAL)
        json_object_set_new(root, "next", json_null());
    else
        json_object_set_new(json_object_get(root, "data"), "total", json_integer(0));
}

/* --- answers to writes ------------------------------------------------------------------------- */

static const struct {
    const char *results, *index, *version;
    const char *records[2]; /* of a result */
} forms[] = {{"results", "index", "version", {"record", "data"}}, {"jg", "xh", "bbh", {"xs", "xs"}}};

/* The results of a batch; NULL: it is none. */
static json_t *results_of(enum platform_side side, json_t *root)
{
    return json_object_get(side == PLATFORM_PROVINCIAL ? root : json_object_get(root, "data"), forms[side].results);
}

/* Some record of the platform's that stands, but not this one. */
static json_t *another(const struct platform *platform, const json_t *record)
{
    enum entity entity = json_object_get(record, "studyYear") != NULL || json_object_get(record, "nd") != NULL
                             ? ENTITY_HOURS
                             : ENTITY_ACCOUNT;
    const char *names[] = {"id", "ryid", "xsid"};
    for (uint32_t place = 0; place < store_count(platform->store, entity); place++) {
        struct buffer text;
        buffer_init(&text, ANSWER_LIMIT);
        fields_render(schema_of(platform->side, entity), store_row(platform->store, entity, place), &text);
        json_t *other = json_loadb(text.at, text.size, 0, NULL);
        bool same = true;
        buffer_free(&text);
        for (size_t at = 0; at < 3; at++)
            same = same && json_equal(json_object_get(record, names[at]), json_object_get(other, names[at])) ==
                               (json_object_get(record, names[at]) != NULL);
        if (!same)
            return other;
        json_decref(other);
    }
    return json_object();
}

static void lower_version(json_t *record, const char *name)
{
    json_t *version = json_object_get(record, name);
    if (json_is_string(version))
        json_object_set_new(record, name, json_sprintf("%lld", atoll(json_string_value(version)) - 1));
    else if (json_is_integer(version))
        json_integer_set(version, json_integer_value(version) - 1);
}

/* What is said of the record that was written. */
static void alter_written(const struct platform *platform, enum fault_kind kind, json_t *record)
{
    bool provincial = platform->side == PLATFORM_PROVINCIAL;
    if (!is_record(record))
        return;
    if (kind == FAULT_VERSION_KEPT)
        lower_version(record, forms[platform->side].version);
    else if (kind == FAULT_OTHER_ORIGIN)
        json_object_set_new(record, provincial ? "lyxh" : "originNo", json_string("999999999"));
    else if (kind == FAULT_OTHER_RECORD) {
        json_t *other = another(platform, record);
        json_object_clear(record);
        json_object_update(record, other);
        json_decref(other);
    }
}

static void alter_write(const struct platform *platform, const struct played_fault *fault, json_t *root)
{
    enum platform_side side = platform->side;
    json_t *results = results_of(side, root), *result;
    size_t at, count = json_array_size(results);
    if (results == NULL)
        alter_written(platform, fault->kind, side == PLATFORM_PROVINCIAL ? root : json_object_get(root, "data"));
    json_array_foreach(results, at, result)
    {
        json_t *index = json_object_get(result, forms[side].index);
        if (fault->kind == FAULT_OTHER_INDEX)
            json_integer_set(index, (json_integer_value(index) + 1) % (json_int_t)count);
        alter_written(platform, fault->kind, json_object_get(result, forms[side].records[0]));
        if (side == PLATFORM_MUNICIPAL)
            alter_written(platform, fault->kind, json_object_get(result, forms[side].records[1]));
    }
}

static bool alters_write(enum fault_kind kind)
{
    return kind == FAULT_OTHER_RECORD || kind == FAULT_OTHER_INDEX || kind == FAULT_VERSION_KEPT ||
           kind == FAULT_OTHER_ORIGIN;
}

static bool alters_json(enum fault_kind kind)
{
    return kind == FAULT_TOTAL_LIES || kind == FAULT_EMPTY_LIST || kind == FAULT_UNKNOWN_CODE ||
           kind == FAULT_MISSING_FIELD || kind == FAULT_NULL_FIELD || kind == FAULT_EXTRA_FIELD ||
           kind == FAULT_SAME_TWICE || alters_write(kind);
}

static void alter_json(const struct platform *platform, const struct played_fault *fault,
                       struct answer *answer)
{
    enum platform_side side = platform->side;
    json_t *root = json_loadb(answer->body.at, answer->body.size, JSON_ALLOW_NUL, NULL);
    if (root == NULL)
        return;
    if (alters_write(fault->kind))
        alter_write(platform, fault, root);
    else if (fault->kind == FAULT_TOTAL_LIES)
        lie_of_total(fault, root);
    else if (fault->kind == FAULT_EMPTY_LIST)
        empty_list(side, root);
    else if (fault->kind == FAULT_SAME_TWICE)
        same_twice(side, fault, root);
    else
        alter_records(side, fault, root);
    char *text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(15));
    buffer_clear(&answer->body);
    buffer_text(&answer->body, text);
    free(text);
    json_decref(root);
}

/* Puts bytes at the start of the first name in the body. */
static void into_name(struct answer *answer, struct slice bytes)
{
    static const char *const names[] = {"\"realName\":\"",   "\"orgName\":\"", "\"mc\":\"",
                                        "\"courseName\":\"", "\"kcmc\":\"",    "\"message\":\"",
                                        "\"sfzjhm\":\""};
    const char *found = NULL;
    for (size_t at = 0; at < sizeof names / sizeof names[0] && found == NULL; at++) {
        found = strstr(answer->body.at, names[at]);
        if (found != NULL)
            found += strlen(names[at]);
    }
    if (found == NULL)
        return;
    size_t before = (size_t)(found - answer->body.at);
    struct buffer spoilt;
    buffer_init(&spoilt, ANSWER_LIMIT);
    buffer_append(&spoilt, (struct slice){answer->body.at, before});
    buffer_append(&spoilt, bytes);
    buffer_append(&spoilt, (struct slice){found, answer->body.size - before});
    buffer_free(&answer->body);
    answer->body = spoilt;
}

static void nest(const struct played_fault *fault, struct answer *answer)
{
    buffer_clear(&answer->body);
    buffer_text(&answer->body, "{\"code\":0,\"message\":\"ok\",\"data\":");
    for (int64_t depth = 0; depth < fault->depth; depth++)
        buffer_append(&answer->body, SLICE("["));
    for (int64_t depth = 0; depth < fault->depth; depth++)
        buffer_append(&answer->body, SLICE("]"));
    buffer_text(&answer->body, "}");
}

static void break_syntax(struct answer *answer)
{
    char *comma = answer->body.size == 0 ? NULL : strchr(answer->body.at, ',');
    if (comma != NULL)
        *comma = ';';
}

void alter_answer(const struct platform *platform, const struct request *request, struct answer *answer)
{
    const struct play *play = &request->play;
    for (size_t at = 0; at < play->count; at++) {
        const struct played_fault *fault = &play->faults[at];
        if (answer->body.size == 0)
            return;
        if (alters_json(fault->kind))
            alter_json(platform, fault, answer);
        else if (fault->kind == FAULT_INVALID_UTF8)
            into_name(answer, SLICE("\xC3\x28"));
        else if (fault->kind == FAULT_NUL)
            into_name(answer, SLICE("\\u0000"));
        else if (fault->kind == FAULT_DEEP_NESTING)
            nest(fault, answer);
        else if (fault->kind == FAULT_INVALID_JSON)
            break_syntax(answer);
        else if (fault->kind == FAULT_TRUNCATED)
            answer->body.size /= 2;
    }
}
