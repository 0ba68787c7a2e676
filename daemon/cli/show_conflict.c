#include "daemon/cli/language.h"
#include "daemon/cli/show.h"

#include <string.h>

void show_conflicts(struct show *show, json_t *row)
{
    static struct column columns[9];
    if (show->table == NULL) {
        const struct column texts[9] = {
            {_("No."), true, 0},         {_("Severity"), false, 0}, {_("Kind"), false, 10},
            {_("Subject"), false, 16},   {_("Field"), false, 6},    {_("Municipal"), false, 8},
            {_("Provincial"), false, 8}, {_("State"), false, 0},    {_("Last seen"), false, 0},
        };
        memcpy(columns, texts, sizeof columns);
        show->table = table_new(columns, 9);
    }
    const char *field = show_text(row, "field");
    show_cell_number(show->table, json_object_get(row, "number"));
    show_cell_severity(show->table, show_text(row, "severity"));
    show_cell_word(show->table, show_text(row, "kind"));
    show_cell(show->table, show_text(row, "subject"));
    show_cell_word(show->table, field);
    show_cell_value(show->table, field, json_object_get(row, "municipal"));
    show_cell_value(show->table, field, json_object_get(row, "provincial"));
    show_cell_word(show->table, show_text(row, "state"));
    show_cell_time(show->table, show_text(row, "last_seen"));
}

static void decision_lines(const struct show *show, json_t *row)
{
    if (show_text(row, "decision")[0] == '\0') {
        return;
    }
    show_line(show, _("Decision"), language_word(show_text(row, "decision")), COLOUR_BOLD);
    show_line(show, _("Decided by"), show_text(row, "decided_by"), COLOUR_NONE);
    show_line_value(show, _("Decided at"), "updated", json_object_get(row, "decided_at"));
    show_line(show, _("Reason"), show_text(row, "reason"), COLOUR_NONE);
}

void show_conflict(struct show *show, json_t *row)
{
    const char *field = show_text(row, "field"), *severity = show_text(row, "severity");
    show_line_value(show, _("Conflict"), "", json_object_get(row, "number"));
    show_line(show, _("Kind"), language_word(show_text(row, "kind")), COLOUR_BOLD);
    show_line(show, _("Severity"), language_word(severity), show_severity_colour(severity));
    show_line(show, _("State"), language_word(show_text(row, "state")), COLOUR_NONE);
    show_line(show, _("Subject"), show_text(row, "subject"), COLOUR_NONE);
    if (field[0] != '\0') {
        show_line(show, _("Field"), language_word(field), COLOUR_NONE);
    }
    show_line_value(show, _("Municipal"), field, json_object_get(row, "municipal"));
    show_line_value(show, _("Provincial"), field, json_object_get(row, "provincial"));
    show_line_value(show, _("Last agreed"), field, json_object_get(row, "base"));
    if (show_text(row, "detail")[0] != '\0') {
        show_line(show, _("Detail"), language_word(show_text(row, "detail")), COLOUR_NONE);
    }
    show_line_value(show, _("Owner"), "", json_object_get(row, "owner"));
    show_line_value(show, _("First seen"), "updated", json_object_get(row, "first_seen"));
    show_line_value(show, _("Last seen"), "updated", json_object_get(row, "last_seen"));
    show_line_value(show, _("Times seen"), "", json_object_get(row, "times_seen"));
    show_line_value(show, _("Cycle"), "", json_object_get(row, "run"));
    decision_lines(show, row);
}

/* One line: "conflict 12: decided, municipal". */
void show_resolve(struct show *show, json_t *row)
{
    fprintf(show->paper.to, _("conflict %lld: %s"),
            (long long)json_integer_value(json_object_get(row, "number")),
            language_word(show_text(row, "state")));
    if (show_text(row, "decision")[0] != '\0') {
        fprintf(show->paper.to, ", %s", language_word(show_text(row, "decision")));
    }
    fputc('\n', show->paper.to);
}

void show_ack(struct show *show, json_t *row)
{
    show_resolve(show, row);
}
