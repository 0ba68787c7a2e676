#include "daemon/recording/line.h"

#include <string.h>

void line_begin(struct buffer *line, const char *what)
{
    buffer_clear(line);
    buffer_printf(line, "{\"is\":\"%s\"", what);
}

void line_text(struct buffer *line, const char *name, struct slice text)
{
    if (slice_empty(text))
        return;
    buffer_printf(line, ",\"%s\":", name);
    buffer_json(line, text);
}

void line_number(struct buffer *line, const char *name, int64_t number)
{
    if (number != 0)
        buffer_printf(line, ",\"%s\":%lld", name, (long long)number);
}

void line_json(struct buffer *line, const char *name, struct slice json)
{
    buffer_printf(line, ",\"%s\":", name);
    buffer_append(line, json);
}

void line_end(struct buffer *line)
{
    buffer_text(line, "}\n");
}

const char *line_get_word(const json_t *line, const char *name)
{
    const char *text = json_string_value(json_object_get(line, name));
    return text == NULL ? "" : text;
}

struct slice line_get_text(const json_t *line, const char *name)
{
    const json_t *value = json_object_get(line, name);
    return json_is_string(value) ? (struct slice){json_string_value(value), json_string_length(value)}
                                 : (struct slice){0};
}

int64_t line_get_number(const json_t *line, const char *name)
{
    return json_integer_value(json_object_get(line, name));
}

bool line_is(const json_t *line, const char *what)
{
    return strcmp(line_get_word(line, "is"), what) == 0;
}
