#include "connectors/answer_rules.h"

#include "mapping/split.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct slice answer_raw(struct slice json, struct slice pointer)
{
    struct slice value = {0};
    if (pointer.at == NULL || split_value(json, pointer, &value) != STATUS_OK ||
        slice_is(value, "null"))
        return (struct slice){0};
    return value;
}

struct slice answer_object(struct slice json, struct slice pointer)
{
    struct slice value = answer_raw(json, pointer);
    return value.size > 0 && value.at[0] == '{' ? value : (struct slice){0};
}

enum status answer_scalar(struct slice json, struct slice pointer, struct arena *arena,
                          struct slice *ret)
{
    struct slice value = answer_raw(json, pointer);
    struct slice text = {0};
    *ret = (struct slice){0};
    if (value.size == 0 || value.at[0] == '{' || value.at[0] == '[')
        return STATUS_OK;
    enum status status = split_scalar(value, arena, &text);
    if (status == STATUS_OK)
        *ret = text.at == NULL ? SLICE("") : text;
    return status == STATUS_NO_MEMORY ? status : STATUS_OK;
}

static bool status_matches(const struct answer_rule *rule, int status)
{
    for (size_t index = 0; index < rule->status_count; index++) {
        if (status >= rule->statuses[index].low && status <= rule->statuses[index].high)
            return true;
    }
    return rule->status_count == 0;
}

static bool type_matches(const struct answer_rule *rule, struct slice content_type)
{
    size_t size = rule->content_type == NULL ? 0 : strlen(rule->content_type);
    return size == 0 || (content_type.size >= size &&
                         strncasecmp(content_type.at, rule->content_type, size) == 0);
}

/* Numbers may arrive as texts, and are compared as such. */
static bool value_is(const json_t *wanted, struct slice text)
{
    char number[24];
    if (json_is_string(wanted))
        return slice_is(text, json_string_value(wanted));
    if (json_is_boolean(wanted))
        return slice_is(text, json_is_true(wanted) ? "true" : "false");
    (void)snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(wanted));
    return slice_is(text, number);
}

static bool value_matches(const struct answer_rule *rule, struct slice text)
{
    if (rule->is == NULL)
        return text.at != NULL;
    for (size_t index = 0; text.at != NULL && index < json_array_size(rule->is); index++) {
        if (value_is(json_array_get(rule->is, index), text))
            return true;
    }
    return false;
}

/* The rules of one table mostly look at one place: its text is kept from rule to rule. */
struct looked_at {
    struct slice pointer, text;
};

static enum status look_at(const struct answer_view *view, struct slice pointer,
                           struct looked_at *last)
{
    if (last->pointer.at != NULL && slice_equal(last->pointer, pointer))
        return STATUS_OK;
    last->pointer = pointer;
    return answer_scalar(view->json, pointer, view->arena, &last->text);
}

enum status answer_rule_find(const struct answer_rules *rules, const struct answer_view *view,
                             const struct answer_rule **ret)
{
    struct looked_at last = {{0}, {0}};
    *ret = NULL;
    for (size_t index = 0; index < rules->count; index++) {
        const struct answer_rule *rule = &rules->rules[index];
        bool call = rule->calls == 0 || (rule->calls & 1U << view->call) != 0;
        if (!call || !status_matches(rule, view->status) || !type_matches(rule, view->content_type))
            continue;
        if (rule->pointer.at != NULL) {
            enum status status = look_at(view, rule->pointer, &last);
            if (status != STATUS_OK)
                return status;
            if (!value_matches(rule, last.text))
                continue;
        }
        *ret = rule;
        return STATUS_OK;
    }
    return STATUS_OK;
}
