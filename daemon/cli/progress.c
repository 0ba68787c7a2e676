#include "daemon/cli/progress.h"

#include "daemon/cli/language.h"
#include "daemon/cli/table.h"
#include "mapping/text.h"

#include <string.h>

enum { BAR_MS = 100, LINE_MS = 10000, BAR_LEAST = 10, BAR_MOST = 40 };

void progress_begin(struct progress *progress, FILE *to, bool terminal, int width)
{
    *progress = (struct progress){.to = to, .terminal = terminal, .width = width > 0 ? width : 80};
}

static void append_time(struct buffer *text, int64_t seconds)
{
    if (seconds >= 3600) {
        buffer_printf(text, "%lld:%02lld:%02lld", (long long)(seconds / 3600),
                      (long long)(seconds / 60 % 60), (long long)(seconds % 60));
    } else {
        buffer_printf(text, "%lld:%02lld", (long long)(seconds / 60), (long long)(seconds % 60));
    }
}

/* "reading 1200/5000 240/s 0:15 left"; without a total "reading 1200 240/s". */
static void append_words(struct buffer *text, const char *stage, int64_t done, int64_t total,
                         int64_t elapsed_ms)
{
    int64_t rate = elapsed_ms > 0 ? done * 1000 / elapsed_ms : 0;
    buffer_printf(text, "%s %lld", language_word(stage), (long long)done);
    if (total > 0) {
        buffer_printf(text, "/%lld", (long long)total);
    }
    if (rate > 0) {
        buffer_printf(text, "  ");
        buffer_printf(text, _("%lld/s"), (long long)rate);
    }
    if (rate > 0 && total > done) {
        buffer_text(text, "  ");
        append_time(text, (total - done + rate - 1) / rate);
        buffer_printf(text, " %s", _("left"));
    }
}

void progress_line(const char *stage, int64_t done, int64_t total, int64_t elapsed_ms, int width,
                   struct buffer *ret)
{
    struct buffer words;
    buffer_init(&words, 4096);
    append_words(&words, stage, done, total, elapsed_ms);
    int room = width - text_columns(buffer_slice(&words)) - 3;
    int bar = room > BAR_MOST ? BAR_MOST : room;
    if (total > 0 && bar >= BAR_LEAST) {
        int64_t full = done >= total ? bar : done * bar / total;
        buffer_text(ret, "[");
        for (int i = 0; i < bar; i++) {
            buffer_text(ret, i < full ? "#" : ".");
        }
        buffer_text(ret, "] ");
    }
    table_cut(buffer_slice(&words), width, ret);
    buffer_free(&words);
}

void progress_show(struct progress *progress, json_t *json, int64_t now_ms)
{
    const char *stage = json_string_value(json_object_get(json, "stage"));
    int64_t done = json_integer_value(json_object_get(json, "done"));
    int64_t total = json_integer_value(json_object_get(json, "total"));
    if (progress->to == NULL || stage == NULL) {
        return;
    }
    bool new_stage = strncmp(stage, progress->stage, sizeof progress->stage - 1) != 0;
    if (new_stage) {
        (void)snprintf(progress->stage, sizeof progress->stage, "%s", stage);
        progress->begun_ms = now_ms;
        progress->shown_ms = progress->terminal ? 0 : progress->shown_ms;
    }
    if (progress->shown_ms == 0 && !progress->terminal) {
        progress->shown_ms = now_ms; /* the first line after 10 s */
    }
    if (now_ms - progress->shown_ms < (progress->terminal ? BAR_MS : LINE_MS)) {
        return;
    }
    struct buffer line;
    buffer_init(&line, 4096);
    progress_line(stage, done, total, now_ms - progress->begun_ms,
                  progress->terminal ? progress->width - 1 : 120, &line);
    fprintf(progress->to, progress->terminal ? "\r\033[K%.*s" : "%.*s\n", (int)line.size, line.at);
    fflush(progress->to);
    progress->open = progress->terminal;
    progress->shown_ms = now_ms;
    buffer_free(&line);
}

void progress_end(struct progress *progress)
{
    if (progress->open) {
        fprintf(progress->to, "\r\033[K");
        fflush(progress->to);
        progress->open = false;
    }
}
