/* How far long work has come: on a terminal a bar with the rate and the time left, else a line
 * every 10 s. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "mapping/base/bytes.h"

#include <jansson.h>
#include <stdio.h>

struct progress {
    FILE *to; /* NULL: nothing is shown */
    bool terminal;
    int width;
    char stage[32];
    int64_t begun_ms, shown_ms; /* monotonic; of the stage; of the last output */
    bool open;                  /* a bar stands on the line */
};

void progress_begin(struct progress *progress, FILE *to, bool terminal, int width);
/* {"stage","done","total","run"}, borrowed. now_ms: monotonic. */
void progress_show(struct progress *progress, json_t *json, int64_t now_ms);
/* Takes the bar away. */
void progress_end(struct progress *progress);
/* The bar's line without its end, at most `width` columns. elapsed_ms: since the stage began. */
void progress_line(const char *stage, int64_t done, int64_t total, int64_t elapsed_ms, int width,
                   struct buffer *ret);

#endif
