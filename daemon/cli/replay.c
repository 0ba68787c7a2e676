#include "daemon/cli/replay.h"

#include "daemon/cli/language.h"
#include "daemon/cli/show.h"
#include "daemon/command.h"
#include "daemon/recording/replay.h"

#include <stdio.h>
#include <string.h>

struct ending {
    const char *word;
    enum exit_code code;
    const char *text;
};

static const struct ending endings[] = {
    [REPLAY_SAME] = {"same", EXIT_DONE, N_("the same decisions as then, byte for byte")},
    [REPLAY_DIFFERENT] = {"different", EXIT_INTERNAL,
                          N_("other decisions than then: the decision in this line of the recording was not made "
                             "again, or one more was made")},
    [REPLAY_LOST] = {"lost", EXIT_INTERNAL,
                     N_("it went another way than then: what this line of the recording holds was not asked for")},
    [REPLAY_ALTERED] = {"altered", EXIT_INPUT,
                        N_("the recording is not as it was written: cut, or changed by hand")},
    [REPLAY_NO_FILE] = {"no_recording", EXIT_INPUT,
                        N_("the file cannot be read, or is no recording that this version can replay")},
    [REPLAY_FAILED] = {"failed", EXIT_CREATE, N_("no room for the state of a replay; set TMPDIR")},
};

int replay_run(json_t *arguments, view_row row, void *context, char *ret_message, size_t size)
{
    struct replay_result result;
    replay_file(json_string_value(json_object_get(arguments, "file")), row, context, &result);
    const struct ending *ending = &endings[result.end];
    json_t *last = json_pack("{s:s, s:s, s:o, s:I, s:s}", "is", "replay", "end", ending->word, "line",
                             result.line == 0 || result.end == REPLAY_SAME ? json_null()
                                                                           : json_integer(result.line),
                             "decisions", (json_int_t)result.decisions, "program", result.program);
    row(context, last);
    json_decref(last);
    if (result.end == REPLAY_SAME || result.line == 0)
        (void)snprintf(ret_message, size, "%s", _(ending->text));
    else
        (void)snprintf(ret_message, size, _("line %lld: %s"), (long long)result.line, _(ending->text));
    if (result.end == REPLAY_SAME)
        ret_message[0] = '\0';
    return (int)ending->code;
}

static void show_last(struct show *show, json_t *row)
{
    if (show->table != NULL)
        (void)table_print(show->table, &show->paper);
    table_free(show->table);
    show->table = NULL;
    show_line_value(show, _("Decisions"), "decisions", json_object_get(row, "decisions"));
    for (size_t index = 0; index < sizeof endings / sizeof *endings; index++) {
        if (strcmp(endings[index].word, show_text(row, "end")) == 0)
            show_line(show, _("Replay"), _(endings[index].text),
                      endings[index].code == EXIT_DONE ? COLOUR_GREEN : COLOUR_RED);
    }
}

/* A write by its situation, a conflict by its kind. */
void show_replay(struct show *show, json_t *row)
{
    static struct column columns[5];
    const char *is = show_text(row, "is");
    bool write = strcmp(is, "decided_write") == 0;
    if (strcmp(is, "replay") == 0) {
        show_last(show, row);
        return;
    }
    if (strcmp(is, "decided_run") == 0)
        return;
    if (show->table == NULL) {
        const struct column texts[5] = {
            {_("Decision"), false, 0}, {_("Subject"), false, 16}, {_("Reason"), false, 10},
            {_("Field"), false, 0},    {_("State"), false, 0},
        };
        memcpy(columns, texts, sizeof columns);
        show->table = table_new(columns, 5);
    }
    show_cell_word(show->table, write ? show_text(row, "operation") : "conflict");
    show_cell(show->table, show_text(row, "subject"));
    show_cell_word(show->table, show_text(row, write ? "situation" : "kind"));
    show_cell_word(show->table, show_text(row, write ? "target" : "field"));
    show_cell_word(show->table, show_text(row, "state"));
}
