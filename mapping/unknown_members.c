#include "mapping/unknown_members.h"

#include "mapping/members.h"

struct list {
    struct slice *names;
    size_t count, most;
};

static void add(struct slice name, void *context)
{
    struct list *list = context;
    if (list->count < list->most)
        list->names[list->count++] = name;
}

enum status unknown_members(const struct mapping *mapping, enum side side, enum entity entity,
                            struct slice json, struct arena *arena, size_t most, struct slice *ret_names,
                            size_t *ret_count)
{
    struct list list = {ret_names, 0, most};
    enum status status =
        members_each_unknown(json, &mapping->sides[entity][side], arena, add, &list);
    if (status == STATUS_OK)
        *ret_count = list.count;
    return status;
}
