#include "connectors/definition_inside.h"

#include <stdlib.h>
#include <string.h>

struct names {
    struct slice *at;
    size_t count, room;
    bool no_memory;
};

static void add_name(struct names *names, struct slice name)
{
    for (size_t index = 0; index < names->count; index++) {
        if (slice_equal(names->at[index], name))
            return;
    }
    if (names->count == names->room) {
        size_t room = names->room == 0 ? 64 : names->room * 2;
        struct slice *grown = realloc(names->at, room * sizeof *grown);
        names->no_memory = names->no_memory || grown == NULL;
        if (grown == NULL)
            return;
        names->at = grown;
        names->room = room;
    }
    names->at[names->count++] = name;
}

/* "/data/records": data, records. */
static void add_pointer(struct names *names, const char *text)
{
    while (*text == '/') {
        size_t size = strcspn(text + 1, "/");
        if (size > 0)
            add_name(names, (struct slice){text + 1, size});
        text += 1 + size;
    }
}

/* Pointers of other things than an answer's places. */
static bool elsewhere(const char *key)
{
    static const char *const keys[] = {"from", "path", "base_path", "sign_on", "signing", "headers"};
    for (size_t index = 0; index < sizeof keys / sizeof *keys; index++) {
        if (strcmp(keys[index], key) == 0)
            return true;
    }
    return false;
}

static void walk(struct names *names, const json_t *value)
{
    const char *key = NULL;
    json_t *member = NULL;
    size_t index = 0;
    if (json_is_string(value))
        add_pointer(names, json_string_value(value));
    json_array_foreach(value, index, member)
    {
        walk(names, member);
    }
    json_object_foreach((json_t *)value, key, member)
    {
        if (!elsewhere(key))
            walk(names, member);
    }
}

enum status definition_frame(const struct definition *definition, struct slice **ret, size_t *ret_count)
{
    struct names names = {.count = 0};
    walk(&names, definition->root);
    if (names.no_memory) {
        free(names.at);
        return STATUS_NO_MEMORY;
    }
    *ret = names.at;
    *ret_count = names.count;
    return STATUS_OK;
}
