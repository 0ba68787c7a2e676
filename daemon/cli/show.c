#include "daemon/cli/show.h"

#include "daemon/cli/language.h"
#include "mapping/base/civil.h"
#include "mapping/encode.h"
#include "mapping/text.h"

#include <errno.h>
#include <string.h>

enum { SHEET_COLUMN = 22, VALUE_BYTES = 64 * 1024 };

static const struct {
    const char *command;
    show_function function;
} shows[] = {
#define SHOW_ROW(name, kind, roles, help) {#name, show_##name},
    COMMAND_MAP(SHOW_ROW)
#undef SHOW_ROW
};

void show_row(struct show *show, json_t *row)
{
    if (show->json) {
        (void)json_dumpf(row, show->paper.to, ENCODE_DUMP_FLAGS);
        fputc('\n', show->paper.to);
        show->rows++;
        return;
    }
    for (size_t i = 0; i < sizeof shows / sizeof shows[0]; i++) {
        if (strcmp(shows[i].command, show->command) == 0) {
            shows[i].function(show, row);
        }
    }
    show->rows++;
}

bool show_end(struct show *show)
{
    bool good = show->table == NULL || table_print(show->table, &show->paper);
    table_free(show->table);
    show->table = NULL;
    bool written = fflush(show->paper.to) == 0 && !ferror(show->paper.to) && good;
    return written || errno == EPIPE; /* whoever read has seen enough */
}

const char *show_text(json_t *row, const char *name)
{
    const char *text = json_string_value(json_object_get(row, name));
    return text != NULL ? text : "";
}

void show_append_time(struct buffer *to, const char *utc)
{
    int64_t instant = 0;
    if (civil_parse(slice_of(utc), "%Y-%m-%dT%H:%M:%S%z", 0, &instant)) {
        civil_format(to, instant, "%Y-%m-%d %H:%M", CIVIL_CST_SECONDS);
    } else {
        buffer_text(to, utc);
    }
}

static bool is_in(const char *const *list, const char *name)
{
    for (; *list != NULL; list++) {
        if (strcmp(*list, name) == 0) {
            return true;
        }
    }
    return false;
}

static void append_amount(struct buffer *to, int64_t centi)
{
    int64_t size = centi < 0 ? -centi : centi;
    buffer_printf(to, "%s%lld.%02lld", centi < 0 ? "-" : "", (long long)(size / 100),
                  (long long)(size % 100));
}

void show_append_value(struct buffer *to, const char *field, json_t *value)
{
    static const char *const amounts[] = {"amount",  "public",   "professional",
                                          "credits", "together", NULL};
    static const char *const times[] = {"finished", "created", "updated", NULL};
    static const char *const words[] = {"kind",   "review", "category", "unit",
                                        "source", "state",  NULL};
    const char *text = json_string_value(value);
    if (json_is_integer(value) && is_in(amounts, field)) {
        append_amount(to, json_integer_value(value));
    } else if (json_is_integer(value)) {
        buffer_printf(to, "%lld", (long long)json_integer_value(value));
    } else if (json_is_boolean(value)) {
        buffer_text(to, json_is_true(value) ? _("yes") : _("no"));
    } else if (text != NULL && is_in(times, field)) {
        show_append_time(to, text);
    } else if (text != NULL) {
        buffer_text(to, is_in(words, field) ? language_word(text) : text);
    } else {
        buffer_text(to, "-");
    }
}

void show_cell(struct table *table, const char *text)
{
    table_cell(table, slice_of(text), COLOUR_NONE);
}

void show_cell_word(struct table *table, const char *word)
{
    show_cell(table, language_word(word));
}

void show_cell_number(struct table *table, json_t *number)
{
    char text[24] = "";
    if (json_is_integer(number)) {
        (void)snprintf(text, sizeof text, "%lld", (long long)json_integer_value(number));
    }
    show_cell(table, text);
}

void show_cell_time(struct table *table, const char *utc)
{
    struct buffer text;
    buffer_init(&text, VALUE_BYTES);
    show_append_time(&text, utc);
    table_cell(table, buffer_slice(&text), COLOUR_NONE);
    buffer_free(&text);
}

void show_cell_value(struct table *table, const char *field, json_t *value)
{
    struct buffer text;
    buffer_init(&text, VALUE_BYTES);
    show_append_value(&text, field, value);
    table_cell(table, buffer_slice(&text), COLOUR_NONE);
    buffer_free(&text);
}

enum colour show_severity_colour(const char *severity)
{
    return strcmp(severity, "critical") == 0 || strcmp(severity, "error") == 0 ? COLOUR_RED
           : strcmp(severity, "warning") == 0                                  ? COLOUR_YELLOW
                                                                               : COLOUR_NONE;
}

void show_cell_severity(struct table *table, const char *severity)
{
    table_cell(table, slice_of(language_word(severity)), show_severity_colour(severity));
}

void show_line(const struct show *show, const char *name, const char *text, enum colour colour)
{
    int space = SHEET_COLUMN - text_columns(slice_of(name)) - 1;
    fprintf(show->paper.to, "%s:%*s", name, space > 1 ? space : 1, "");
    paper_text(&show->paper, text, colour);
    fputc('\n', show->paper.to);
}

void show_line_value(const struct show *show, const char *name, const char *field, json_t *value)
{
    struct buffer text;
    buffer_init(&text, VALUE_BYTES);
    show_append_value(&text, field, value);
    show_line(show, name, text.at != NULL ? text.at : "", COLOUR_NONE);
    buffer_free(&text);
}
