#include "daemon/cli/language.h"
#include "daemon/cli/show.h"

#include <string.h>

static bool is_heading(const char *name)
{
    return strcmp(name, "n") == 0 || strcmp(name, "time") == 0 || strcmp(name, "event") == 0 ||
           strcmp(name, "prev") == 0;
}

static void show_verified(struct show *show, json_t *row)
{
    const char *fault = show_text(row, "verify");
    bool whole = strcmp(fault, "whole") == 0;
    struct buffer text;
    show_line(show, _("Log"), language_word(fault), whole ? COLOUR_GREEN : COLOUR_RED);
    buffer_init(&text, 4096);
    if (!whole && json_is_null(json_object_get(row, "line"))) {
        show_line(show, _("Missing file"), show_text(row, "file"), COLOUR_NONE);
    } else if (!whole) {
        buffer_printf(&text, "%s:%lld", show_text(row, "file"),
                      (long long)json_integer_value(json_object_get(row, "line")));
        show_line(show, _("At"), text.at == NULL ? "" : text.at, COLOUR_NONE);
    }
    buffer_clear(&text);
    buffer_printf(&text, "%lld – %lld", (long long)json_integer_value(json_object_get(row, "first")),
                  (long long)json_integer_value(json_object_get(row, "last")));
    show_line(show, _("Lines"), text.at == NULL ? "" : text.at, COLOUR_NONE);
    show_line(show, _("Head"), show_text(row, "head"), COLOUR_NONE);
    buffer_free(&text);
}

/* "2023-06-01 20:15  decision  conflict=3 who=…": what is in the line, for people and for grep. */
void show_log(struct show *show, json_t *row)
{
    const char *name;
    json_t *value;
    struct buffer line;
    if (json_object_get(row, "verify") != NULL) {
        show_verified(show, row);
        return;
    }
    buffer_init(&line, 1024 * 1024);
    show_append_time(&line, show_text(row, "time"));
    buffer_printf(&line, "  %-18s", show_text(row, "event"));
    json_object_foreach(row, name, value)
    {
        if (is_heading(name)) {
            continue;
        }
        char *text =
            json_is_string(value) ? NULL : json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
        buffer_printf(&line, " %s=%s", name,
                      text != NULL ? text
                                   : (json_is_string(value) ? json_string_value(value) : ""));
        free(text);
    }
    paper_text(&show->paper, line.at != NULL ? line.at : "", COLOUR_NONE);
    fputc('\n', show->paper.to);
    buffer_free(&line);
}

void show_check(struct show *show, json_t *row)
{
    static struct column columns[3];
    if (show->table == NULL) {
        const struct column texts[3] = {
            {_("What"), false, 0}, {_("Good"), false, 0}, {_("Found"), false, 20}};
        memcpy(columns, texts, sizeof columns);
        show->table = table_new(columns, 3);
    }
    const char *state = show_text(row, "state");
    bool good = strcmp(state, "good") == 0, warning = strcmp(state, "warning") == 0;
    const char *side = show_text(row, "platform");
    struct buffer what;
    buffer_init(&what, 1024);
    if (side[0] != '\0') {
        buffer_printf(&what, "%s: ", language_word(side));
    }
    buffer_text(&what, _(show_text(row, "item")));
    table_cell(show->table, buffer_slice(&what), COLOUR_NONE);
    table_cell(show->table,
               slice_of(good      ? _("yes")
                        : warning ? _("look")
                                  : _("no")),
               good      ? COLOUR_GREEN
               : warning ? COLOUR_YELLOW
                         : COLOUR_RED);
    show_cell(show->table, show_text(row, "detail"));
    buffer_free(&what);
}
