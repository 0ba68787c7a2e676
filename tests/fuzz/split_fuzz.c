/* The splitter beside jansson: both accept and refuse the same texts, and give the same values at
 * the first level. Left out: numbers too large for jansson, and nesting that only the splitter
 * refuses. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "mapping/split.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static size_t depth_of(const json_t *value)
{
    size_t deepest = 0;
    const char *name = NULL;
    json_t *element = NULL;
    size_t index = 0;
    if (!json_is_object(value) && !json_is_array(value))
        return 0;
    json_array_foreach(value, index, element)
    {
        size_t depth = depth_of(element);
        deepest = depth > deepest ? depth : deepest;
    }
    json_object_foreach((json_t *)(uintptr_t)value, name, element)
    {
        size_t depth = depth_of(element);
        deepest = depth > deepest ? depth : deepest;
    }
    return deepest + 1;
}

static void compare_value(struct slice text, struct slice pointer, const json_t *expected,
                          struct arena *arena)
{
    struct slice value = {0};
    struct split_page page = {0};
    int64_t number = 0;
    enum status status = split_text(text, pointer, arena, &value);
    enum status rows = split_rows(text, pointer, NULL, arena, &page);
    must((rows == STATUS_OK) == json_is_array(expected));
    must((status == STATUS_OK) == (!json_is_array(expected) && !json_is_object(expected)));
    if (json_is_array(expected))
        must(page.count == json_array_size(expected));
    else if (json_is_string(expected))
        must(slice_equal(
            value, (struct slice){json_string_value(expected), json_string_length(expected)}));
    else if (json_is_integer(expected))
        must(slice_integer(value, &number) && number == json_integer_value(expected));
    else if (json_is_boolean(expected))
        must(slice_is(value, json_is_true(expected) ? "true" : "false"));
    else if (json_is_null(expected))
        must(slice_empty(value));
}

static void compare_members(struct slice text, json_t *object, struct arena *arena)
{
    const char *name = NULL;
    json_t *value = NULL;
    struct buffer pointer;
    buffer_init(&pointer, 64 * 1024);
    json_object_foreach(object, name, value)
    {
        buffer_clear(&pointer);
        buffer_text(&pointer, "/");
        for (const char *at = name; *at != '\0'; at++) {
            if (*at == '~' || *at == '/')
                buffer_text(&pointer, *at == '~' ? "~0" : "~1");
            else
                buffer_append(&pointer, (struct slice){at, 1});
        }
        if (pointer.status == STATUS_OK)
            compare_value(text, buffer_slice(&pointer), value, arena);
        arena_reset(arena);
    }
    buffer_free(&pointer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = {(const char *)data, size};
    struct slice value = {0};
    json_error_t error = {0};
    struct arena arena;
    json_t *root = json_loadb(text.at, text.size, JSON_DECODE_ANY, &error);
    if (root == NULL && json_error_code(&error) == json_error_numeric_overflow)
        return 0;
    bool taken = split_value(text, SLICE(""), &value) == STATUS_OK;
    bool excused = (size > 0 && memchr(data, 0, size) != NULL) || depth_of(root) > SPLIT_DEPTH;
    must(taken ? root != NULL : root == NULL || excused);
    arena_init(&arena, 64 * 1024 * 1024);
    if (taken)
        compare_value(text, SLICE(""), root, &arena);
    if (taken && json_is_object(root) && json_object_size(root) <= 64)
        compare_members(text, root, &arena);
    arena_free(&arena);
    json_decref(root);
    return 0;
}
