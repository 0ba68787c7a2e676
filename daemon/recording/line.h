/* A line of a recording: one JSON object whose first member says what it is. Written member by member into a
 * buffer; read back with Jansson. */
#ifndef RECORDING_LINE_H
#define RECORDING_LINE_H

#include "mapping/base/arena.h"
#include "mapping/base/bytes.h"

#include <jansson.h>

enum { RECORDING_FORMAT = 1, LINE_BYTES = 512 * 1024 * 1024 };

/* {"is":"WHAT" and members behind it. Text that is no UTF-8 does not come in here. */
void line_begin(struct buffer *line, const char *what);
void line_text(struct buffer *line, const char *name, struct slice text); /* no value: left out */
void line_number(struct buffer *line, const char *name, int64_t number);  /* 0: left out */
void line_json(struct buffer *line, const char *name, struct slice json);
void line_end(struct buffer *line);                                       /* } and the line's end */

/* "" where there is none, or no text. Borrowed from the object. */
struct slice line_get_text(const json_t *line, const char *name);
const char *line_get_word(const json_t *line, const char *name);
int64_t line_get_number(const json_t *line, const char *name);
bool line_is(const json_t *line, const char *what);

#endif
