#include "daemon/order.h"

#include "mapping/identity.h"

#include <string.h>

enum { KEY_DIGITS = 2 * HASH_BYTES, HASH_DIGITS_MOST = 64 };

static struct slice text_of(const json_t *value)
{
    return (struct slice){json_string_value(value), json_string_length(value)};
}

static bool canonical_person(struct slice text, int64_t today, char code[19])
{
    return identity_person(text, today, code) == IDENTITY_OK;
}

static bool canonical_organisation(struct slice text, int64_t today, char code[19])
{
    (void)today;
    return identity_organisation(text, code) == IDENTITY_OK;
}

/* A list of codes, each in its canonical spelling. */
static enum status read_codes(struct order *order, const json_t *list, int64_t today,
                              bool (*canonical)(struct slice, int64_t, char[19]),
                              struct slice ret[ORDER_NAMES], size_t *ret_count)
{
    if (list == NULL)
        return STATUS_OK;
    size_t count = json_array_size(list);
    if (!json_is_array(list) || count == 0 || count > ORDER_NAMES)
        return STATUS_INVALID;
    for (size_t i = 0; i < count; i++) {
        char code[19];
        struct slice text = slice_trim(text_of(json_array_get(list, i)));
        if (text.at == NULL || !canonical(text, today, code))
            return STATUS_INVALID;
        ret[i] = arena_copy(&order->texts, slice_of(code));
        if (ret[i].at == NULL)
            return STATUS_NO_MEMORY;
    }
    *ret_count = count;
    return STATUS_OK;
}

static bool is_digits(struct slice text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
    }
    return text.size >= 2 && text.size <= 12;
}

static enum status read_scope(struct order *order, json_t *arguments, int64_t today,
                              const char **ret_message)
{
    struct cycle_order *cycle = &order->cycle;
    enum status status = read_codes(order, json_object_get(arguments, "persons"), today,
                                    canonical_person, order->persons, &cycle->person_count);
    *ret_message = "a resident ID is not valid, or there are too many";
    if (status == STATUS_OK) {
        status =
            read_codes(order, json_object_get(arguments, "organisations"), today,
                       canonical_organisation, order->organisations, &cycle->organisation_count);
        *ret_message = "a credit code is not valid, or there are too many";
    }
    json_t *region = json_object_get(arguments, "region");
    if (status == STATUS_OK && region != NULL) {
        cycle->region = text_of(region);
        status = is_digits(cycle->region) ? STATUS_OK : STATUS_INVALID;
        *ret_message = "a region is 2 to 12 digits";
    }
    json_int_t year = json_integer_value(json_object_get(arguments, "year"));
    if (status == STATUS_OK && year != 0) {
        cycle->year = year >= 1990 && year <= 2999 ? (int)year : 0;
        status = cycle->year != 0 ? STATUS_OK : STATUS_INVALID;
        *ret_message = "a year is 1990 to 2999";
    }
    return status;
}

/* Keys as they stand in the journal, in hex, one behind the other. */
static enum status read_reviewed(struct order *order, const json_t *arguments,
                                 const char **ret_message)
{
    struct cycle_order *cycle = &order->cycle;
    cycle->reviewed = true;
    cycle->keys = text_of(json_object_get(arguments, "keys"));
    cycle->plan = text_of(json_object_get(arguments, "plan"));
    *ret_message = "the plan's keys are not what a plan file holds, or there are too many";
    bool fits = cycle->keys.at != NULL && cycle->keys.size % KEY_DIGITS == 0 &&
                cycle->keys.size / KEY_DIGITS <= ORDER_WRITES && cycle->plan.size <= HASH_DIGITS_MOST;
    for (size_t i = 0; fits && i < cycle->keys.size; i++)
        fits = strchr("0123456789abcdef", cycle->keys.at[i]) != NULL;
    return fits ? STATUS_OK : STATUS_INVALID;
}

static enum status read_undo(struct order *order, const json_t *arguments, const char **ret_message)
{
    struct cycle_order *cycle = &order->cycle;
    cycle->undo_run = json_integer_value(json_object_get(arguments, "undo_run"));
    cycle->undo_conflict = json_integer_value(json_object_get(arguments, "undo_conflict"));
    cycle->dry_run = json_is_true(json_object_get(arguments, "dry_run"));
    *ret_message = "the number of a cycle, or of a conflict, is needed";
    return (cycle->undo_run > 0) + (cycle->undo_conflict > 0) == 1 && cycle->undo_run >= 0 &&
                   cycle->undo_conflict >= 0
               ? STATUS_OK
               : STATUS_INVALID;
}

static enum status read_resync(json_t *arguments, int64_t today, struct order *ret,
                               const char **ret_message)
{
    struct cycle_order *cycle = &ret->cycle;
    enum status status = read_scope(ret, arguments, today, ret_message);
    if (status != STATUS_OK)
        return status;
    bool full = json_is_true(json_object_get(arguments, "full"));
    bool scoped = cycle->person_count > 0 || cycle->organisation_count > 0 ||
                  cycle->region.size > 0 || cycle->year != 0;
    if (full && scoped) {
        *ret_message = "everything, or a scope, not both";
        return STATUS_INVALID;
    }
    cycle->persons = ret->persons;
    cycle->organisations = ret->organisations;
    cycle->kind = full ? CYCLE_FULL : scoped ? CYCLE_SCOPED : CYCLE_INCREMENTAL;
    cycle->dry_run = json_is_true(json_object_get(arguments, "dry_run"));
    return STATUS_OK;
}

enum status order_read(const char *command, json_t *arguments, const char *who, int64_t today,
                       struct order *ret, const char **ret_message)
{
    memset(ret, 0, sizeof *ret);
    arena_init(&ret->texts, 256 * 1024);
    ret->cycle.kind = CYCLE_INCREMENTAL;
    enum status status = strcmp(command, "apply") == 0  ? read_reviewed(ret, arguments, ret_message)
                         : strcmp(command, "undo") == 0 ? read_undo(ret, arguments, ret_message)
                                                        : read_resync(arguments, today, ret, ret_message);
    ret->cycle.by_operator = true;
    ret->cycle.who = slice_of(who);
    if (status == STATUS_OK)
        *ret_message = "";
    return status;
}

void order_free(struct order *order)
{
    arena_free(&order->texts);
}
