#include "mapping/jsonplace.h"

#include <stdio.h>
#include <string.h>

enum { NAME_MOST = 47, DEPTH_MOST = 64 };

static enum status wrong_at(struct jsonplace *place, const char *pointer, const char *read,
                            const char *allowed)
{
    return fault_set(place->fault, STATUS_INVALID, place->file,
                     jsonplace_line(place->text, pointer), pointer, read, allowed);
}

enum status jsonplace_load(struct jsonplace *place, json_t **ret)
{
    json_error_t error;
    json_t *root = json_loadb(place->text.at, place->text.size, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL && json_error_code(&error) == json_error_out_of_memory)
        return fault_set(place->fault, STATUS_NO_MEMORY, place->file, 0, "", "", "");
    if (root == NULL) {
        bool twice = json_error_code(&error) == json_error_duplicate_key;
        return fault_set(place->fault, STATUS_INVALID, place->file, error.line, "",
                         twice ? "a key that stands twice" : "",
                         twice ? "each key once in an object" : "JSON");
    }
    if (!json_is_object(root)) {
        json_decref(root);
        return wrong_at(place, "", "", "a JSON object");
    }
    *ret = root;
    return STATUS_OK;
}

size_t jsonplace_enter(struct jsonplace *place, const char *key)
{
    size_t length = strlen(place->path);
    size_t at = length;
    if (at + 1 < JSONPLACE_PATH)
        place->path[at++] = '/';
    for (; *key != '\0' && at + 2 < JSONPLACE_PATH; key++) {
        bool escaped = *key == '~' || *key == '/';
        place->path[at++] = escaped ? '~' : *key;
        if (escaped)
            place->path[at++] = *key == '~' ? '0' : '1';
    }
    place->path[at] = '\0';
    return length;
}

size_t jsonplace_enter_index(struct jsonplace *place, size_t index)
{
    char key[24];
    (void)snprintf(key, sizeof key, "%zu", index);
    return jsonplace_enter(place, key);
}

void jsonplace_leave(struct jsonplace *place, size_t length)
{
    place->path[length] = '\0';
}

/* What stands there, as a person would name it. */
static void value_text(const json_t *value, char *text, size_t size)
{
    if (json_is_string(value))
        (void)snprintf(text, size, "%s", json_string_value(value));
    else if (json_is_integer(value))
        (void)snprintf(text, size, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        (void)snprintf(text, size, "%.15g", json_real_value(value));
    else if (json_is_boolean(value))
        (void)snprintf(text, size, "%s", json_is_true(value) ? "true" : "false");
    else
        (void)snprintf(text, size, "%s",
                       value == NULL           ? ""
                       : json_is_null(value)   ? "null"
                       : json_is_object(value) ? "an object"
                                               : "a list");
}

enum status jsonplace_wrong(struct jsonplace *place, const json_t *value, const char *allowed)
{
    char read[96];
    value_text(value, read, sizeof read);
    return wrong_at(place, place->path, read, allowed);
}

enum status jsonplace_wrong_key(struct jsonplace *place, const char *key, const json_t *value,
                                const char *allowed)
{
    size_t length = jsonplace_enter(place, key);
    enum status status = jsonplace_wrong(place, value, allowed);
    jsonplace_leave(place, length);
    return status;
}

static bool is_one_of(const char *word, const char *const names[])
{
    for (size_t index = 0; names[index] != NULL; index++) {
        if (strcmp(word, names[index]) == 0)
            return true;
    }
    return false;
}

/* "policy" is the nearest known name (…): cut where the list is long. */
static void allowed_text(const char *word, const char *const names[], char text[256])
{
    const char *nearest = jsonplace_nearest(word, names);
    size_t used = 0;
    text[0] = '\0';
    if (nearest != NULL)
        used = (size_t)snprintf(text, 256, "%.60s is the nearest; ", nearest);
    for (size_t index = 0; names[index] != NULL && used < 200; index++)
        used += (size_t)snprintf(text + used, 256 - used, "%s%.50s", index == 0 ? "" : ", ",
                                 names[index]);
}

enum status jsonplace_known(struct jsonplace *place, const json_t *object,
                            const char *const names[])
{
    const char *key;
    json_t *value;
    if (!json_is_object(object))
        return jsonplace_wrong(place, object, "an object");
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        if (is_one_of(key, names))
            continue;
        char allowed[256];
        char read[96];
        allowed_text(key, names, allowed);
        (void)snprintf(read, sizeof read, "%.90s", key);
        size_t length = jsonplace_enter(place, key);
        enum status status = wrong_at(place, place->path, read, allowed);
        jsonplace_leave(place, length);
        return status;
    }
    return STATUS_OK;
}

static size_t smallest(size_t one, size_t other, size_t third)
{
    size_t least = one < other ? one : other;
    return least < third ? least : third;
}

/* Levenshtein's distance of two names of up to NAME_MOST bytes. */
static size_t edits(const char *one, const char *other)
{
    size_t row[NAME_MOST + 1];
    size_t width = strlen(other);
    for (size_t at = 0; at <= width; at++)
        row[at] = at;
    for (size_t line = 1; one[line - 1] != '\0'; line++) {
        size_t corner = row[0];
        row[0] = line;
        for (size_t at = 1; at <= width; at++) {
            size_t above = row[at];
            row[at] =
                smallest(row[at - 1] + 1, above + 1, corner + (one[line - 1] != other[at - 1]));
            corner = above;
        }
    }
    return row[width];
}

const char *jsonplace_nearest(const char *word, const char *const names[])
{
    const char *nearest = NULL;
    size_t least = SIZE_MAX;
    size_t size = strlen(word);
    for (size_t index = 0; size <= NAME_MOST && names[index] != NULL; index++) {
        size_t distance = strlen(names[index]) > NAME_MOST ? SIZE_MAX : edits(word, names[index]);
        if (distance < least) {
            least = distance;
            nearest = names[index];
        }
    }
    return least <= size / 2 + 1 ? nearest : NULL;
}

/* A walk over JSON text that only has to find its way: it trusts nothing and stops at the end. */
struct walk {
    const char *at, *end;
    int line;
};

static void skip_space(struct walk *walk)
{
    while (walk->at < walk->end && strchr(" \t\r\n", *walk->at) != NULL && *walk->at != '\0') {
        walk->line += *walk->at == '\n';
        walk->at++;
    }
}

/* The bytes between the quotes, as they stand. */
static struct slice walk_string(struct walk *walk)
{
    const char *start = ++walk->at;
    while (walk->at < walk->end && *walk->at != '"') {
        if (*walk->at == '\\' && walk->at + 1 < walk->end)
            walk->at++;
        walk->line += *walk->at == '\n';
        walk->at++;
    }
    struct slice text = {start, (size_t)(walk->at - start)};
    if (walk->at < walk->end)
        walk->at++;
    return text;
}

static void walk_value(struct walk *walk)
{
    int depth = 0;
    skip_space(walk);
    while (walk->at < walk->end) {
        char byte = *walk->at;
        if (byte == '"') {
            (void)walk_string(walk);
        } else if (depth == 0 && strchr(",]}", byte) != NULL) {
            return;
        } else {
            depth += byte == '{' || byte == '[';
            depth -= byte == '}' || byte == ']';
            walk->line += byte == '\n';
            walk->at++;
        }
        if (depth == 0 && walk->at < walk->end && strchr("\"]}", walk->at[-1]) != NULL)
            return;
    }
}

/* Does the key, as it stands in the text, say the pointer's token? Keys of definitions have no
 * escapes but those of the pointer itself. */
static bool token_is(const char *token, size_t size, struct slice key)
{
    size_t at = 0;
    for (size_t index = 0; index < size; index++, at++) {
        char byte = token[index];
        if (byte == '~' && index + 1 < size)
            byte = token[++index] == '0' ? '~' : '/';
        if (at >= key.size || key.at[at] != byte)
            return false;
    }
    return at == key.size;
}

/* Walks on to the member or element of that token; false when there is none. */
static bool walk_into(struct walk *walk, const char *token, size_t size, int *ret_line)
{
    skip_space(walk);
    if (walk->at >= walk->end || (*walk->at != '{' && *walk->at != '['))
        return false;
    bool object = *walk->at++ == '{';
    for (size_t index = 0;; index++) {
        char number[24];
        (void)snprintf(number, sizeof number, "%zu", index);
        struct slice key = slice_of(number);
        skip_space(walk);
        if (walk->at >= walk->end || *walk->at == '}' || *walk->at == ']' ||
            (object && *walk->at != '"'))
            return false;
        *ret_line = walk->line;
        if (object) {
            key = walk_string(walk);
            skip_space(walk);
            walk->at += walk->at < walk->end && *walk->at == ':';
        }
        if (token_is(token, size, key))
            return true;
        walk_value(walk);
        skip_space(walk);
        if (walk->at >= walk->end || *walk->at != ',')
            return false;
        walk->at++;
    }
}

int jsonplace_line(struct slice text, const char *pointer)
{
    struct walk walk = {text.at, text.at + text.size, 1};
    skip_space(&walk);
    int line = walk.line;
    for (int depth = 0; *pointer == '/' && depth < DEPTH_MOST; depth++) {
        size_t size = strcspn(pointer + 1, "/");
        /* where a part is missing, the line of what should hold it */
        int found = line;
        if (!walk_into(&walk, pointer + 1, size, &found))
            return line;
        line = found;
        pointer += size + 1;
    }
    return line;
}
