/* explain: a raw record through the mapping; or why a conflict, or a record, stands as it does. */
#include "daemon/cli/language.h"
#include "daemon/cli/rules.h"
#include "daemon/cli/show.h"
#include "mapping/encode.h"

/* What was written back, an object of the platform's own names, in one line. */
static void written_cell(struct table *table, json_t *written)
{
    char *text = json_is_null(written) || written == NULL
                     ? NULL
                     : json_dumps(written, ENCODE_DUMP_FLAGS | JSON_ENCODE_ANY);
    show_cell(table, text != NULL ? text : "");
    free(text);
}

static void raw_cell(struct table *table, json_t *value)
{
    char *text = json_is_string(value) ? NULL : json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    show_cell(table, json_is_string(value)                 ? json_string_value(value)
                     : json_is_null(value) || text == NULL ? "-"
                                                           : text);
    free(text);
}

static void show_raw(struct show *show, json_t *row)
{
    size_t index;
    json_t *field;
    const struct column columns[] = {
        {_("Field"), false, 0},         {_("At"), false, 8},
        {_("Read"), false, 10},         {_("Canonical"), false, 10},
        {_("Written back"), false, 10}, {_("Merge"), false, 0},
        {_("Reason"), false, 0},
    };
    struct table *table = table_new(columns, 7);
    show_line(show, _("Record"), language_word(show_text(row, "entity")), COLOUR_BOLD);
    bool good = json_is_true(json_object_get(row, "ok"));
    show_line(show, _("Can be mapped"), good ? _("yes") : _("no"),
              good ? COLOUR_GREEN : COLOUR_RED);
    if (!good) {
        show_line(show, _("Field"), language_word(show_text(row, "field")), COLOUR_NONE);
        show_line(show, _("Reason"), language_word(show_text(row, "reason")), COLOUR_NONE);
    }
    json_array_foreach(json_object_get(row, "fields"), index, field)
    {
        show_cell_word(table, show_text(field, "field"));
        raw_cell(table, json_object_get(field, "at"));
        raw_cell(table, json_object_get(field, "read"));
        raw_cell(table, json_object_get(field, "canonical"));
        written_cell(table, json_object_get(field, "written"));
        show_cell_word(table, show_text(field, "policy"));
        show_cell_word(table, show_text(field, "reason"));
    }
    (void)table_print(table, &show->paper);
    table_free(table);
}

static void instant_text(struct buffer *to, json_t *row, const char *name)
{
    const char *text = show_text(row, name);
    buffer_text(to, "  ");
    if (text[0] != '\0') {
        show_append_time(to, text);
    } else {
        buffer_text(to, "-");
    }
}

/* "list, page 3, cycle 1, 2023-06-01 20:15" */
static void fetched_line(const struct show *show, json_t *fetched)
{
    struct buffer text;
    if (!json_is_object(fetched)) {
        show_line(show, _("  fetched by"), _("not known"), COLOUR_NONE);
        return;
    }
    buffer_init(&text, 1024);
    buffer_text(&text, show_text(fetched, "call"));
    if (json_is_integer(json_object_get(fetched, "page"))) {
        buffer_printf(&text, _(", page %lld"),
                      (long long)json_integer_value(json_object_get(fetched, "page")));
    }
    buffer_printf(&text, _(", cycle %lld"),
                  (long long)json_integer_value(json_object_get(fetched, "run")));
    instant_text(&text, fetched, "at");
    show_line(show, _("  fetched by"), text.at == NULL ? "" : text.at, COLOUR_NONE);
    buffer_free(&text);
}

static void copy_lines(const struct show *show, json_t *record, const char *side, const char *name)
{
    json_t *copy = json_object_get(record, side);
    struct buffer text;
    if (!json_is_object(copy)) {
        show_line(show, name, "-", COLOUR_NONE);
        return;
    }
    buffer_init(&text, 4096);
    buffer_printf(&text, _("%s, version %lld, %s"), show_text(copy, "remote_id"),
                  (long long)json_integer_value(json_object_get(copy, "version")),
                  language_word(show_text(copy, "state")));
    instant_text(&text, copy, "updated");
    show_line(show, name, text.at == NULL ? "" : text.at, COLOUR_NONE);
    buffer_free(&text);
    fetched_line(show, json_object_get(copy, "fetched"));
    if (show_text(copy, "waiting")[0] != '\0') {
        show_line(show, _("  waits for"), language_word(show_text(copy, "waiting")), COLOUR_YELLOW);
    }
    if (show_text(copy, "bad_reason")[0] != '\0') {
        show_line(show, _("  cannot be mapped"), language_word(show_text(copy, "bad_reason")),
                  COLOUR_RED);
    }
}

static void show_fields(struct show *show, json_t *fields)
{
    const struct column columns[] = {
        {_("Field"), false, 0},       {_("Municipal"), false, 8}, {_("Provincial"), false, 8},
        {_("Last agreed"), false, 8}, {_("Rule"), false, 0},      {_("What follows"), false, 0},
    };
    struct table *table = table_new(columns, 6);
    size_t index;
    json_t *field;
    json_array_foreach(fields, index, field)
    {
        const char *name = show_text(field, "field");
        show_cell_word(table, name);
        show_cell_value(table, name, json_object_get(field, "municipal"));
        show_cell_value(table, name, json_object_get(field, "provincial"));
        show_cell_value(table, name, json_object_get(field, "base"));
        show_cell_word(table, show_text(field, "policy"));
        show_cell_word(table, show_text(field, "verdict"));
    }
    (void)table_print(table, &show->paper);
    table_free(table);
}

static void show_writes(struct show *show, json_t *writes)
{
    const struct column columns[] = {
        {_("Write"), true, 0},    {_("Cycle"), true, 0},  {_("Target"), false, 0},
        {_("Operation"), false, 0}, {_("Fields"), false, 8}, {_("Reason"), false, 0},
        {_("State"), false, 0},   {_("Sent"), false, 0},
    };
    struct table *table = table_new(columns, 8);
    size_t index, place;
    json_t *write, *field;
    struct buffer names;
    buffer_init(&names, 4096);
    json_array_foreach(writes, index, write)
    {
        buffer_clear(&names);
        json_array_foreach(json_object_get(write, "fields"), place, field)
        {
            buffer_text(&names, place > 0 ? " " : "");
            buffer_text(&names, language_word(json_string_value(field)));
        }
        show_cell_number(table, json_object_get(write, "number"));
        show_cell_number(table, json_object_get(write, "run"));
        show_cell_word(table, show_text(write, "target"));
        show_cell_word(table, show_text(write, "operation"));
        show_cell(table, names.at == NULL ? "" : names.at);
        show_cell_word(table, show_text(write, "reason"));
        show_cell_word(table, show_text(write, "state"));
        show_cell_time(table, show_text(write, "sent"));
    }
    buffer_free(&names);
    fputc('\n', show->paper.to);
    (void)table_print(table, &show->paper);
    table_free(table);
}

static void conflicts_line(const struct show *show, json_t *conflicts)
{
    size_t index;
    json_t *conflict;
    struct buffer text;
    buffer_init(&text, 16 * 1024);
    json_array_foreach(conflicts, index, conflict)
    {
        buffer_printf(&text, "%s%lld %s (%s)", index > 0 ? ", " : "",
                      (long long)json_integer_value(json_object_get(conflict, "number")),
                      language_word(show_text(conflict, "kind")),
                      language_word(show_text(conflict, "state")));
    }
    show_line(show, _("Conflicts"), text.size == 0 ? "-" : text.at, COLOUR_NONE);
    buffer_free(&text);
}

static void show_stored(struct show *show, json_t *record)
{
    json_t *link = json_object_get(record, "link");
    show_line(show, _("Record"), show_text(record, "subject"), COLOUR_BOLD);
    show_line(show, _("Reference"), show_text(record, "subject_ref"), COLOUR_NONE);
    if (show_text(record, "situation")[0] != '\0') {
        show_line(show, _("Situation"), language_word(show_text(record, "situation")), COLOUR_NONE);
    }
    show_line(show, _("Linked by"),
              json_is_object(link) ? language_word(show_text(link, "evidence")) : _("not linked"),
              COLOUR_NONE);
    copy_lines(show, record, "municipal", _("Municipal"));
    copy_lines(show, record, "provincial", _("Provincial"));
    conflicts_line(show, json_object_get(record, "conflicts"));
    if (json_array_size(json_object_get(record, "fields")) > 0) {
        fputc('\n', show->paper.to);
        show_fields(show, json_object_get(record, "fields"));
    }
    if (json_array_size(json_object_get(record, "writes")) > 0) {
        show_writes(show, json_object_get(record, "writes"));
    }
}

void show_explain(struct show *show, json_t *row)
{
    json_t *conflict = json_object_get(row, "conflict"), *record = json_object_get(row, "record");
    json_t *rule = json_object_get(row, "rule");
    if (conflict == NULL && record == NULL) {
        show_raw(show, row);
        return;
    }
    if (json_is_object(conflict)) {
        show_conflict(show, conflict);
        show_line(show, _("Rule"), rule_of_kind(show_text(rule, "kind")), COLOUR_BOLD);
        if (show_text(rule, "policy")[0] != '\0') {
            show_line(show, _("Policy of the field"), language_word(show_text(rule, "policy")),
                      COLOUR_NONE);
        }
        fputc('\n', show->paper.to);
    }
    if (json_is_object(record)) {
        show_stored(show, record);
    }
}
