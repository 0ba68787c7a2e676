#include "tests/sim/clerk.h"

#include "daemon/action/action.h"
#include "daemon/store/conflicts.h"
#include "daemon/sync/conflict_kind.h"

#include <string.h>

enum { DECIDED_MOST = 64 };

static void no_row(void *context, json_t *row)
{
    (void)context;
    (void)row;
}

static const char *value_for(struct chance *chance, const struct conflict *conflict)
{
    static const char *const reviews[] = {"hrss", "rejected", "submitted"};
    if (strcmp(conflict->field, "amount") == 0)
        return chance_percent(chance, 50) ? "3.5" : "7";
    if (strcmp(conflict->field, "name") == 0)
        return "赵定";
    if (strcmp(conflict->field, "review") == 0 && conflict->entity == ENTITY_HOURS)
        return reviews[chance_below(chance, 3)];
    return NULL;
}

static struct action action_of(const struct clerk *clerk)
{
    return (struct action){.store = clerk->store,
                           .mapping = clerk->mapping,
                           .settings = clerk->settings,
                           .now = clerk->now,
                           .who = "uid 1000 (clerk)",
                           .chain = clerk->chain};
}

void clerk_rebase(const struct clerk *clerk, enum side side)
{
    struct action action = action_of(clerk);
    const char *message = "";
    json_t *arguments = json_pack("{s:s,s:s}", "side", side_name(side), "reason", "writes are not there");
    (void)action_run(&action, "rebase", arguments, no_row, NULL, &message);
    json_decref(arguments);
}

static void decide_one(const struct clerk *clerk, struct chance *chance, const struct conflict *conflict)
{
    struct action action = action_of(clerk);
    json_t *arguments = json_pack("{s:I,s:s}", "number", (json_int_t)conflict->number, "reason",
                                  "looked at both");
    const char *value = value_for(chance, conflict);
    const char *message = "";
    unsigned what = chance_below(chance, 4);
    if (what == 3 && value == NULL)
        what = 0;
    if (what < 2)
        (void)json_object_set_new(arguments, "take",
                                  json_string(what == 0 ? "municipal" : "provincial"));
    else if (what == 2)
        (void)json_object_set_new(arguments, "accept", json_true());
    else
        (void)json_object_set_new(arguments, "value", json_string(value));
    (void)action_run(&action, "resolve", arguments, no_row, NULL, &message);
    json_decref(arguments);
}

unsigned clerk_decide(const struct clerk *clerk, struct chance *chance, unsigned percent)
{
    struct conflict_filter filter = {.open_only = true, .state = -1, .severity = -1};
    struct conflict conflict = {.number = 0};
    struct arena arena;
    unsigned decided = 0;
    arena_init(&arena, 16 * 1024 * 1024);
    while (decided < DECIDED_MOST &&
           conflict_next(clerk->store, &filter, &arena, &conflict) == STATUS_OK) {
        filter.after = conflict.number;
        enum conflict_kind kind = KIND_field_mismatch;
        if (!conflict_kind_find(slice_of(conflict.kind), &kind) ||
            !conflict_kind_decidable(kind) || !chance_percent(chance, percent))
            continue;
        decide_one(clerk, chance, &conflict);
        decided++;
    }
    arena_free(&arena);
    return decided;
}
