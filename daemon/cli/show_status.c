#include "daemon/cli/language.h"
#include "daemon/cli/show.h"

#include <string.h>

static void append_integer(struct buffer *to, json_t *value)
{
    if (json_is_integer(value)) {
        buffer_printf(to, "%lld", (long long)json_integer_value(value));
    } else {
        buffer_text(to, "-");
    }
}

/* "not_final 3, day_limit 1" */
static void append_counts(struct buffer *to, json_t *counts, bool zeros)
{
    const char *name;
    json_t *count;
    bool first = true;
    json_object_foreach(counts, name, count)
    {
        if (json_integer_value(count) == 0 && !zeros) {
            continue;
        }
        buffer_printf(to, "%s%s ", first ? "" : ", ", language_word(name));
        append_integer(to, count);
        first = false;
    }
}

static const char *text_of(const struct buffer *buffer)
{
    return buffer->at != NULL ? buffer->at : "";
}

static void reach_line(struct show *show, json_t *side, const char *name)
{
    json_t *reached = json_object_get(side, "reached");
    struct buffer text;
    buffer_init(&text, 4096);
    buffer_text(&text, json_is_true(reached)    ? _("reached")
                       : json_is_false(reached) ? _("not reached")
                                                : _("not asked yet"));
    if (show_text(side, "checked_at")[0] != '\0') {
        buffer_text(&text, ", ");
        show_append_time(&text, show_text(side, "checked_at"));
    }
    const char *message = show_text(side, "message");
    message = message[0] == '\0' && json_is_false(reached) ? show_text(side, "failure") : message;
    if (message[0] != '\0') {
        buffer_printf(&text, ", %s", language_word(message));
    }
    show_line(show, name, text_of(&text),
              json_is_true(reached)    ? COLOUR_GREEN
              : json_is_false(reached) ? COLOUR_RED
                                       : COLOUR_NONE);
    buffer_free(&text);
}

static void side_lines(struct show *show, json_t *row, const char *member, const char *name)
{
    json_t *side = json_object_get(row, member);
    json_t *offset = json_object_get(side, "clock_offset_ms");
    struct buffer text;
    buffer_init(&text, 4096);
    reach_line(show, side, name);
    append_counts(&text, json_object_get(side, "records"), true);
    show_line(show, _("  records"), text_of(&text), COLOUR_NONE);
    buffer_clear(&text);
    if (json_is_integer(offset)) {
        buffer_printf(&text, _("%lld ms"), (long long)json_integer_value(offset));
        show_line(show, _("  clock ahead of ours"), text_of(&text), COLOUR_NONE);
        buffer_clear(&text);
    }
    if (show_text(side, "certificate_expires")[0] != '\0') {
        show_append_time(&text, show_text(side, "certificate_expires"));
        show_line(show, _("  certificate until"), text_of(&text), COLOUR_NONE);
    }
    buffer_free(&text);
    if (json_is_object(json_object_get(side, "changed"))) {
        show_line(show, _("  another platform?"),
                  _("nothing is written; `cebridge accept-platform` when it was put right, "
                    "`cebridge rebase` after a restore"),
                  COLOUR_RED);
    }
}

static void cycle_line(struct show *show, const char *name, json_t *run, enum colour colour)
{
    struct buffer text;
    buffer_init(&text, 4096);
    if (json_is_object(run)) {
        buffer_printf(&text, _("no. %lld"),
                      (long long)json_integer_value(json_object_get(run, "run")));
        buffer_printf(&text, ", %s, ", language_word(show_text(run, "kind")));
        show_append_time(&text, show_text(run, "started"));
        buffer_printf(&text, ", %s",
                      show_text(run, "result")[0] != '\0' ? language_word(show_text(run, "result"))
                                                          : _("not ended"));
    } else {
        buffer_text(&text, _("none yet"));
    }
    show_line(show, name, text_of(&text), colour);
    buffer_free(&text);
}

static void count_line(struct show *show, const char *name, json_t *total, json_t *parts,
                       enum colour colour)
{
    struct buffer text;
    buffer_init(&text, 16384);
    append_integer(&text, total);
    if (json_integer_value(total) > 0) {
        buffer_text(&text, " (");
        append_counts(&text, parts, false);
        buffer_text(&text, ")");
    }
    show_line(show, name, text_of(&text), json_integer_value(total) > 0 ? colour : COLOUR_NONE);
    buffer_free(&text);
}

static void held_line(struct show *show, json_t *held)
{
    struct buffer text;
    if (!json_is_object(held)) {
        return;
    }
    buffer_init(&text, 4096);
    buffer_printf(&text, _("of cycle %lld; look with `cebridge plan --run %lld`"),
                  (long long)json_integer_value(json_object_get(held, "run")),
                  (long long)json_integer_value(json_object_get(held, "run")));
    show_line(show, _("Held plan"), text_of(&text), COLOUR_RED);
    buffer_free(&text);
}

/* As the last full cycle balanced the hours of both levels. */
static void balance_line(struct show *show, json_t *totals)
{
    struct buffer text;
    json_int_t left = json_integer_value(json_object_get(totals, "unexplained"));
    if (!json_is_object(totals)) {
        return;
    }
    buffer_init(&text, 4096);
    if (left == 0) {
        buffer_text(&text, _("balance; every difference is explained"));
    } else {
        buffer_printf(&text, _("%lld.%02lld are not explained; look with `cebridge conflicts --kind control_total`"),
                      (long long)(left / 100), (long long)(left % 100));
    }
    show_line(show, _("Hours"), text_of(&text), left == 0 ? COLOUR_NONE : COLOUR_RED);
    buffer_free(&text);
}

void show_status(struct show *show, json_t *row)
{
    json_t *conflicts = json_object_get(row, "conflicts"),
           *waiting = json_object_get(row, "waiting");
    bool in_step = json_is_true(json_object_get(row, "in_step"));
    bool stale = json_is_true(json_object_get(row, "stale"));
    bool running = json_is_true(json_object_get(json_object_get(row, "daemon"), "running"));
    show_line(show, _("In step"), in_step ? _("yes") : _("no"),
              in_step ? COLOUR_GREEN : COLOUR_YELLOW);
    show_line(show, _("Mode"), language_word(show_text(row, "mode")), COLOUR_NONE);
    if (json_is_true(json_object_get(row, "paused"))) {
        show_line(show, _("Paused"), _("yes; go on with `cebridge resume`"), COLOUR_YELLOW);
    }
    if (json_is_true(json_object_get(row, "state_restored"))) {
        show_line(show, _("Warning"), _("the state was put back from a backup: the next cycle only observes"),
                  COLOUR_YELLOW);
    }
    show_line(show, _("Daemon"), running ? _("running") : _("does not answer"),
              running ? COLOUR_NONE : COLOUR_YELLOW);
    show_line(show, _("Region"), show_text(row, "region"), COLOUR_NONE);
    side_lines(show, row, "municipal", _("Municipal platform"));
    side_lines(show, row, "provincial", _("Provincial platform"));
    cycle_line(show, _("Last cycle"), json_object_get(row, "last_cycle"), COLOUR_NONE);
    cycle_line(show, _("Last good cycle"), json_object_get(row, "last_good_cycle"),
               stale ? COLOUR_RED : COLOUR_NONE);
    if (show_text(row, "next_cycle")[0] != '\0') {
        show_line_value(show, _("Next cycle"), "updated", json_object_get(row, "next_cycle"));
    }
    count_line(show, _("Waiting"), json_object_get(waiting, "total"),
               json_object_get(waiting, "by_reason"), COLOUR_NONE);
    count_line(show, _("Open conflicts"), json_object_get(conflicts, "open"),
               json_object_get(conflicts, "by_severity"), COLOUR_YELLOW);
    balance_line(show, json_object_get(row, "control_totals"));
    held_line(show, json_object_get(row, "held_plan"));
    if (stale) {
        show_line(show, _("Warning"), _("no good cycle for longer than stale_after"), COLOUR_RED);
    }
}

void show_mode(struct show *show, json_t *row)
{
    show_line(show, _("Mode"), language_word(show_text(row, "mode")), COLOUR_NONE);
}

void show_pause(struct show *show, json_t *row)
{
    bool paused = json_is_true(json_object_get(row, "paused"));
    show_line(show, _("Paused"), paused ? _("yes") : _("no"), COLOUR_NONE);
}

void show_resume(struct show *show, json_t *row)
{
    if (json_object_get(row, "released") == NULL) {
        show_pause(show, row);
        return;
    }
    show_line_value(show, _("Released plan"), "released", json_object_get(row, "released"));
    show_line(show, _("Hash"), show_text(row, "hash"), COLOUR_NONE);
    if (json_object_get(row, "waits_for_second") != NULL) {
        show_line(show, _("Waits for"), _("a second person, who releases the same plan"), COLOUR_NONE);
    }
}
