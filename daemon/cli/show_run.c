#include "daemon/cli/language.h"
#include "daemon/cli/show.h"

#include <string.h>

static const char *result_word(json_t *row)
{
    const char *result = show_text(row, "result");
    return result[0] != '\0' ? language_word(result) : _("not ended");
}

/* "region 371681, 2 persons": the words translated, the rest as it is. */
static void append_scope(struct buffer *text, json_t *row)
{
    struct slice rest = slice_of(show_text(row, "scope"));
    while (rest.size > 0) {
        char word[32];
        size_t size = 0;
        while (size < rest.size && rest.at[size] != ' ')
            size++;
        (void)snprintf(word, sizeof word, "%.*s", size < sizeof word ? (int)size : 0, rest.at);
        if (word[0] != '\0') {
            buffer_text(text, language_word(word));
        } else {
            buffer_append(text, (struct slice){rest.at, size});
        }
        if (size < rest.size) {
            buffer_text(text, " ");
            size++;
        }
        rest = (struct slice){rest.at + size, rest.size - size};
    }
}

static void scope_cell(struct table *table, json_t *row)
{
    struct buffer text;
    buffer_init(&text, 4096);
    append_scope(&text, row);
    table_cell(table, buffer_slice(&text), COLOUR_NONE);
    buffer_free(&text);
}

static void scope_line(const struct show *show, json_t *row)
{
    struct buffer text;
    buffer_init(&text, 4096);
    append_scope(&text, row);
    buffer_append(&text, (struct slice){"", 1});
    if (text.status == STATUS_OK) {
        show_line(show, _("Scope"), text.at, COLOUR_NONE);
    }
    buffer_free(&text);
}

void show_runs(struct show *show, json_t *row)
{
    static struct column columns[7];
    if (show->table == NULL) {
        const struct column texts[7] = {
            {_("No."), true, 0},    {_("Kind"), false, 0},   {_("Scope"), false, 10},
            {_("Begun"), false, 0}, {_("Seconds"), true, 0}, {_("Result"), false, 0},
            {_("Exit"), true, 0},
        };
        memcpy(columns, texts, sizeof columns);
        show->table = table_new(columns, 7);
    }
    const char *result = show_text(row, "result");
    bool good = result[0] == '\0' || strcmp(result, "done") == 0;
    show_cell_number(show->table, json_object_get(row, "run"));
    show_cell_word(show->table, show_text(row, "kind"));
    scope_cell(show->table, row);
    show_cell_time(show->table, show_text(row, "started"));
    show_cell_number(show->table, json_object_get(row, "seconds"));
    table_cell(show->table, slice_of(result_word(row)), good ? COLOUR_NONE : COLOUR_RED);
    show_cell_number(show->table, json_object_get(row, "exit"));
}

/* Counts as they are: whatever the cycle counted, with the names joined by a point. */
static void count_lines(const struct show *show, const char *prefix, json_t *counts)
{
    const char *name;
    json_t *value;
    json_object_foreach(counts, name, value)
    {
        char joined[160];
        (void)snprintf(joined, sizeof joined, "%s%s%s", prefix, prefix[0] != '\0' ? "." : "  ",
                       language_word(name));
        if (json_is_object(value)) {
            count_lines(show, joined, value);
        } else if (json_integer_value(value) != 0 || json_is_string(value)) {
            show_line_value(show, joined, "", value);
        }
    }
}

static void writes_table(const struct show *show, json_t *writes)
{
    size_t index;
    json_t *write;
    const struct column columns[] = {{_("Target"), false, 0},
                                     {_("Records"), false, 0},
                                     {_("Operation"), false, 0},
                                     {_("State"), false, 0},
                                     {_("Count"), true, 0}};
    struct table *table = json_array_size(writes) > 0 ? table_new(columns, 5) : NULL;
    json_array_foreach(writes, index, write)
    {
        show_cell_word(table, show_text(write, "target"));
        show_cell_word(table, show_text(write, "entity"));
        show_cell_word(table, show_text(write, "operation"));
        show_cell_word(table, show_text(write, "state"));
        show_cell_number(table, json_object_get(write, "count"));
    }
    if (table != NULL) {
        fputc('\n', show->paper.to);
        (void)table_print(table, &show->paper);
        table_free(table);
    }
}

void show_run(struct show *show, json_t *row)
{
    show_line_value(show, _("Cycle"), "", json_object_get(row, "run"));
    show_line(show, _("Kind"), language_word(show_text(row, "kind")), COLOUR_NONE);
    if (show_text(row, "scope")[0] != '\0') {
        scope_line(show, row);
    }
    if (json_is_true(json_object_get(row, "dry_run"))) {
        show_line(show, _("Dry run"), _("yes: nothing was written"), COLOUR_NONE);
    }
    show_line_value(show, _("Begun"), "updated", json_object_get(row, "started"));
    show_line_value(show, _("Seconds"), "", json_object_get(row, "seconds"));
    show_line(show, _("Result"), result_word(row), COLOUR_BOLD);
    show_line_value(show, _("Exit"), "", json_object_get(row, "exit"));
    count_lines(show, "", json_object_get(row, "counts"));
    writes_table(show, json_object_get(row, "writes"));
}

void show_resync(struct show *show, json_t *row)
{
    show_run(show, row);
}
