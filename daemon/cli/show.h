/* Rows of JSON as tables and sheets for people; with --json as they are, one a line. */
#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include "daemon/cli/table.h"

#include <jansson.h>
#include <stdbool.h>

struct show {
    struct paper paper;
    bool json;
    const char *command;
    struct table *table; /* of a list, printed by show_end */
    size_t rows;         /* seen so far */
};

/* One row of the command's answer. */
void show_row(struct show *show, json_t *row);
/* Prints what is still kept. False: it could not be written. */
bool show_end(struct show *show);

typedef void (*show_function)(struct show *show, json_t *row);
void show_status(struct show *show, json_t *row);
void show_resync(struct show *show, json_t *row);
void show_plan(struct show *show, json_t *row);
void show_apply(struct show *show, json_t *row);
void show_undo(struct show *show, json_t *row);
/* A write that an apply or an undo left out, with its reason. */
void show_left_out_row(struct show *show, json_t *row);
void show_conflicts(struct show *show, json_t *row);
void show_conflict(struct show *show, json_t *row);
void show_resolve(struct show *show, json_t *row);
void show_ack(struct show *show, json_t *row);
void show_person(struct show *show, json_t *row);
void show_log(struct show *show, json_t *row);
void show_runs(struct show *show, json_t *row);
void show_run(struct show *show, json_t *row);
void show_check(struct show *show, json_t *row);
void show_explain(struct show *show, json_t *row);
void show_replay(struct show *show, json_t *row);
void show_mode(struct show *show, json_t *row);
void show_pause(struct show *show, json_t *row);
void show_resume(struct show *show, json_t *row);
void show_accept_platform(struct show *show, json_t *row);
void show_rebase(struct show *show, json_t *row);
void show_unlink(struct show *show, json_t *row);
void show_backup(struct show *show, json_t *row);
void show_restore(struct show *show, json_t *row);

/* For those functions. Texts of JSON: "" for null and what is missing. */
const char *show_text(json_t *row, const char *name);
/* "2023-06-01 20:15" CST of "2023-06-01T12:15:00Z"; other texts as they are. */
void show_append_time(struct buffer *to, const char *utc);
/* A canonical value by the name of its field: amounts as 12.50, times as CST, words in the user's
 * language,
 * "-" for none. */
void show_append_value(struct buffer *to, const char *field, json_t *value);
/* Cells. */
void show_cell(struct table *table, const char *text);
void show_cell_word(struct table *table, const char *word);
void show_cell_number(struct table *table, json_t *number);
void show_cell_time(struct table *table, const char *utc);
void show_cell_value(struct table *table, const char *field, json_t *value);
void show_cell_severity(struct table *table, const char *severity);
/* "Name:   text" of a sheet, the texts one below the other. */
void show_line(const struct show *show, const char *name, const char *text, enum colour colour);
void show_line_value(const struct show *show, const char *name, const char *field, json_t *value);
enum colour show_severity_colour(const char *severity);

#endif
