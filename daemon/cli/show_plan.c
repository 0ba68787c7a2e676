#include "daemon/cli/language.h"
#include "daemon/cli/show.h"

#include <string.h>

void show_apply(struct show *show, json_t *row)
{
    show_run(show, row);
}

void show_undo(struct show *show, json_t *row)
{
    show_run(show, row);
}

static void fields_cell(struct table *table, json_t *fields)
{
    size_t index;
    json_t *field;
    struct buffer text;
    buffer_init(&text, 4096);
    json_array_foreach(fields, index, field)
    {
        buffer_printf(&text, "%s%s", index > 0 ? ", " : "",
                      language_word(json_string_value(field)));
    }
    table_cell(table, buffer_slice(&text), COLOUR_NONE);
    buffer_free(&text);
}

void show_plan(struct show *show, json_t *row)
{
    static struct column columns[6];
    if (show->table == NULL) {
        const struct column texts[6] = {
            {_("Target"), false, 0},  {_("Operation"), false, 0}, {_("Subject"), false, 16},
            {_("Fields"), false, 12}, {_("Reason"), false, 10},   {_("Version"), true, 0},
        };
        memcpy(columns, texts, sizeof columns);
        show->table = table_new(columns, 6);
    }
    show_cell_word(show->table, show_text(row, "target"));
    show_cell_word(show->table, show_text(row, "operation"));
    show_cell(show->table, show_text(row, "subject"));
    fields_cell(show->table, json_object_get(row, "fields"));
    show_cell_word(show->table, show_text(row, "reason"));
    show_cell_number(show->table, json_object_get(row, "version"));
}

void show_left_out_row(struct show *show, json_t *row)
{
    static struct column columns[5];
    if (show->table == NULL) {
        const struct column texts[5] = {
            {_("Target"), false, 0},  {_("Operation"), false, 0}, {_("Subject"), false, 16},
            {_("Fields"), false, 12}, {_("Why"), false, 0},
        };
        memcpy(columns, texts, sizeof columns);
        show->table = table_new(columns, 5);
    }
    show_cell_word(show->table, show_text(row, "target"));
    show_cell_word(show->table, show_text(row, "operation"));
    show_cell(show->table, show_text(row, "subject"));
    fields_cell(show->table, json_object_get(row, "fields"));
    show_cell_word(show->table, show_text(row, "why"));
}
