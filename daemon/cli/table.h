/* Tables that fit the terminal: columns are aligned by the columns that a terminal gives to a text,
 * of which a Chinese character takes two. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "mapping/base/bytes.h"

#include <stdio.h>

enum colour { COLOUR_NONE, COLOUR_RED, COLOUR_YELLOW, COLOUR_GREEN, COLOUR_FAINT, COLOUR_BOLD };

/* Where it is printed. */
struct paper {
    FILE *to;
    int width; /* terminal columns; 0: as wide as need be */
    bool colour;
};

struct column {
    const char *title; /* in the user's language */
    bool right;        /* numbers */
    int least;         /* may be cut down to so many columns; 0: never cut */
};

struct table;

/* NULL: out of memory. columns must outlive the table. */
struct table *table_new(const struct column *columns, size_t count);
void table_free(struct table *table);
/* The next cell, row by row. What a terminal would take for a command is made harmless. */
void table_cell(struct table *table, struct slice text, enum colour colour);
size_t table_rows(const struct table *table);
/* Title and rows, two spaces between columns, nothing behind the last text of a row. False: out of
 * memory came in between and rows are missing, or it could not be written. */
bool table_print(const struct table *table, const struct paper *paper);

/* Prints a text in a colour where the paper has colours. */
void paper_text(const struct paper *paper, const char *text, enum colour colour);
/* The text cut to so many columns, "…" at its end where something is missing. Appends. */
void table_cut(struct slice text, int columns, struct buffer *ret);

#endif
