/* The table of answer classes: ordered rules on HTTP status, a pointer's value, and content
 * type. */
#include "connectors/definition_read.h"

#include <stdlib.h>
#include <string.h>

static const char *const RULE_NAMES[] = {
    "status",   "content_type", "call",        "pointer", "is", "class",  "write_class",
    "delay_ms", "delay_s",      "retry_after", "record",  "id", "fields", NULL};
static const char STATUS_ALLOWED[] = "an HTTP status, \"5xx\", or a list of them (up to 16)";

static bool read_range(const json_t *value, struct status_range *ret)
{
    const char *text = json_string_value(value);
    if (json_is_integer(value)) {
        json_int_t number = json_integer_value(value);
        *ret = (struct status_range){(int)number, (int)number};
        return number >= 100 && number <= 599;
    }
    if (text == NULL || strlen(text) != 3 || text[0] < '1' || text[0] > '5' || text[1] != 'x' ||
        text[2] != 'x')
        return false;
    int low = (text[0] - '0') * 100;
    *ret = (struct status_range){low, low + 99};
    return true;
}

static enum status read_statuses(struct jsonplace *place, const json_t *object,
                                 struct answer_rule *rule)
{
    const json_t *value = json_object_get(object, "status");
    size_t count = json_is_array(value) ? json_array_size(value) : value != NULL;
    bool good = count <= RULE_STATUSES && (count > 0 || value == NULL);
    for (size_t index = 0; good && index < count; index++) {
        const json_t *one = json_is_array(value) ? json_array_get(value, index) : value;
        good = read_range(one, &rule->statuses[index]);
    }
    rule->status_count = count;
    return good ? STATUS_OK : jsonplace_wrong_key(place, "status", value, STATUS_ALLOWED);
}

static bool add_call(const json_t *value, unsigned *mask)
{
    const char *name = json_string_value(value);
    for (int call = 0; name != NULL && call < CALLS; call++) {
        if (strcmp(name, call_name((enum call)call)) == 0) {
            *mask |= 1U << call;
            return true;
        }
    }
    return false;
}

static enum status read_calls(struct jsonplace *place, const json_t *object,
                              struct answer_rule *rule)
{
    const json_t *value = json_object_get(object, "call");
    bool good = value == NULL || !json_is_array(value) || json_array_size(value) > 0;
    for (size_t index = 0; good && index < json_array_size(value); index++)
        good = add_call(json_array_get(value, index), &rule->calls);
    if (good && value != NULL && !json_is_array(value))
        good = add_call(value, &rule->calls);
    return good ? STATUS_OK
                : jsonplace_wrong_key(place, "call", value,
                                      "token, time, list, query, read, create, update, batch, or "
                                      "a list of them");
}

static enum status read_values(struct jsonplace *place, const json_t *object,
                               struct answer_rule *rule)
{
    enum status status =
        definition_read_pointer(place, object, "pointer", OPTIONAL, &rule->pointer);
    const json_t *values = json_object_get(object, "is");
    if (status != STATUS_OK || values == NULL)
        return status;
    size_t count = json_array_size(values);
    bool good = rule->pointer.at != NULL && count > 0 && count <= RULE_VALUES;
    for (size_t index = 0; good && index < count; index++) {
        const json_t *value = json_array_get(values, index);
        good = json_is_string(value) || json_is_integer(value) || json_is_boolean(value);
    }
    if (!good)
        return jsonplace_wrong_key(place, "is", values,
                                   "beside a pointer, a list of 1 to 32 texts and whole numbers");
    rule->is = values;
    return STATUS_OK;
}

static enum status read_classes(struct jsonplace *place, const json_t *object,
                                struct answer_rule *rule)
{
    const char *words[ANSWER_CLASSES + 1] = {NULL};
    int class = 0;
    for (int index = 0; index < ANSWER_CLASSES; index++)
        words[index] = answer_class_name((enum answer_class)index);
    enum status status = definition_read_word(place, object, "class", REQUIRED, words, &class);
    rule->class = (enum answer_class) class;
    if (status == STATUS_OK)
        status = definition_read_word(place, object, "write_class", OPTIONAL, words, &class);
    rule->write_class = (enum answer_class) class;
    return status;
}

static enum status read_takings(struct jsonplace *place, const json_t *object,
                                struct answer_rule *rule)
{
    const struct {
        const char *key;
        struct slice *at;
    } pointers[] = {{"delay_ms", &rule->delay_ms},
                    {"delay_s", &rule->delay_s},
                    {"record", &rule->record},
                    {"id", &rule->id},
                    {"fields", &rule->fields}};
    for (size_t index = 0; index < sizeof pointers / sizeof *pointers; index++) {
        enum status status = definition_read_pointer(place, object, pointers[index].key, OPTIONAL,
                                                     pointers[index].at);
        if (status != STATUS_OK)
            return status;
    }
    return definition_read_flag(place, object, "retry_after", &rule->retry_after);
}

static enum status read_rule(struct jsonplace *place, const json_t *object,
                             struct answer_rule *rule)
{
    enum status status = jsonplace_known(place, object, RULE_NAMES);
    if (status == STATUS_OK)
        status = read_statuses(place, object, rule);
    if (status == STATUS_OK)
        status = definition_read_text(place, object, "content_type", OPTIONAL, &rule->content_type);
    if (status == STATUS_OK)
        status = read_calls(place, object, rule);
    if (status == STATUS_OK)
        status = read_values(place, object, rule);
    if (status == STATUS_OK)
        status = read_classes(place, object, rule);
    return status == STATUS_OK ? read_takings(place, object, rule) : status;
}

static enum status read_rules(struct jsonplace *place, const json_t *object,
                              struct answer_rules *rules)
{
    const json_t *list = json_object_get(object, "rules");
    size_t count = json_array_size(list);
    if (count == 0 || count > RULES_MOST)
        return jsonplace_wrong_key(place, "rules", list, "a list of 1 to 48 rules");
    rules->rules = calloc(count, sizeof *rules->rules);
    if (rules->rules == NULL)
        return fault_set(place->fault, STATUS_NO_MEMORY, place->file, 0, "", "", "");
    rules->count = count;
    size_t length = jsonplace_enter(place, "rules");
    for (size_t index = 0; index < count; index++) {
        size_t inner = jsonplace_enter_index(place, index);
        enum status status = read_rule(place, json_array_get(list, index), &rules->rules[index]);
        if (status != STATUS_OK)
            return status;
        jsonplace_leave(place, inner);
    }
    jsonplace_leave(place, length);
    return STATUS_OK;
}

static enum status read_table(struct jsonplace *place, const json_t *root, const char *key,
                              enum need need, struct answer_rules *rules)
{
    static const char *const names[] = {"code", "rules", NULL};
    const json_t *object = NULL;
    size_t length = 0;
    enum status status = definition_read_section(place, root, key, need, names, &object, &length);
    if (status != STATUS_OK || object == NULL)
        return status;
    status = definition_read_pointer(place, object, "code", OPTIONAL, &rules->code);
    if (status == STATUS_OK)
        status = read_rules(place, object, rules);
    if (status == STATUS_OK)
        jsonplace_leave(place, length);
    return status;
}

enum status definition_read_answers(struct jsonplace *place, struct definition *definition)
{
    enum status status =
        read_table(place, definition->root, "answers", REQUIRED, &definition->answers);
    if (status == STATUS_OK)
        status = read_table(place, definition->root, "item_answers", OPTIONAL,
                            &definition->item_answers);
    return status;
}
