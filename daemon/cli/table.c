#include "daemon/cli/table.h"

#include "mapping/text.h"

#include <stdlib.h>
#include <string.h>

enum { TABLE_COLUMNS = 16, TABLE_GAP = 2, TABLE_BYTES = 256 * 1024 * 1024 };

struct cell {
    size_t at, size; /* in `texts` */
    int width;
    enum colour colour;
};

struct table {
    const struct column *columns;
    size_t column_count;
    struct cell *cells;
    size_t count, capacity;
    struct buffer texts;
    bool failed;
};

static const char *const colours[] = {"", "\033[31m", "\033[33m", "\033[32m", "\033[2m", "\033[1m"};

struct table *table_new(const struct column *columns, size_t count)
{
    struct table *table = calloc(1, sizeof *table);
    if (table == NULL || count == 0 || count > TABLE_COLUMNS) {
        free(table);
        return NULL;
    }
    table->columns = columns;
    table->column_count = count;
    buffer_init(&table->texts, TABLE_BYTES);
    return table;
}

void table_free(struct table *table)
{
    if (table != NULL) {
        buffer_free(&table->texts);
        free(table->cells);
        free(table);
    }
}

/* Bytes of the character that begins here; 1 where none does. */
static size_t character_size(struct slice text)
{
    unsigned char lead = (unsigned char)text.at[0];
    size_t size = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    return size <= text.size ? size : text.size;
}

/* Control characters (also those of two bytes, C2 80 to C2 9F) are shown as '?'. */
static void append_harmless(struct buffer *ret, struct slice text)
{
    while (text.size > 0) {
        size_t size = character_size(text);
        unsigned char lead = (unsigned char)text.at[0];
        bool control = lead < 0x20 || lead == 0x7F || (lead >= 0x80 && lead < 0xC2) ||
                       (lead == 0xC2 && size == 2 && (unsigned char)text.at[1] < 0xA0);
        buffer_append(ret, control ? SLICE("?") : (struct slice){text.at, size});
        text = (struct slice){text.at + size, text.size - size};
    }
}

static bool more_cells(struct table *table)
{
    size_t capacity = table->capacity == 0 ? 256 : table->capacity * 2;
    struct cell *cells = realloc(table->cells, capacity * sizeof *cells);
    if (cells == NULL) {
        return false;
    }
    table->cells = cells;
    table->capacity = capacity;
    return true;
}

void table_cell(struct table *table, struct slice text, enum colour colour)
{
    if (table == NULL || (table->count == table->capacity && !more_cells(table))) {
        if (table != NULL) {
            table->failed = true;
        }
        return;
    }
    size_t at = table->texts.size;
    append_harmless(&table->texts, text);
    if (table->texts.status != STATUS_OK) {
        table->failed = true;
        return;
    }
    size_t size = table->texts.size - at;
    struct slice kept = {table->texts.at != NULL ? table->texts.at + at : "", size};
    table->cells[table->count++] =
        (struct cell){.at = at, .size = size, .width = text_columns(kept), .colour = colour};
}

size_t table_rows(const struct table *table)
{
    return table == NULL || table->column_count == 0 ? 0 : table->count / table->column_count;
}

static struct slice cell_text(const struct table *table, const struct cell *cell)
{
    return (struct slice){cell->size > 0 ? table->texts.at + cell->at : "", cell->size};
}

/* Takes columns away from the widest that may be cut, until all fit or none may be cut more. */
static void fit(const struct table *table, int widths[TABLE_COLUMNS], int limit)
{
    for (;;) {
        int total = TABLE_GAP * ((int)table->column_count - 1), widest = -1;
        for (int i = 0; i < (int)table->column_count; i++) {
            int least = table->columns[i].least;
            total += widths[i];
            if (least > 0 && widths[i] > least && (widest < 0 || widths[i] > widths[widest])) {
                widest = i;
            }
        }
        if (total <= limit || widest < 0) {
            return;
        }
        widths[widest]--;
    }
}

static void measure(const struct table *table, int limit, int widths[TABLE_COLUMNS])
{
    size_t column = 0;
    for (size_t i = 0; i < table->column_count; i++) {
        widths[i] = text_columns(slice_of(table->columns[i].title));
    }
    for (size_t i = 0; i < table->count; i++) {
        if (table->cells[i].width > widths[column]) {
            widths[column] = table->cells[i].width;
        }
        column = column + 1 == table->column_count ? 0 : column + 1;
    }
    if (limit > 0) {
        fit(table, widths, limit);
    }
}

void table_cut(struct slice text, int columns, struct buffer *ret)
{
    if (text_columns(text) <= columns) {
        buffer_append(ret, text);
        return;
    }
    int used = 0;
    while (text.size > 0) {
        size_t size = character_size(text);
        int width = text_columns((struct slice){text.at, size});
        if (used + width > columns - 1) {
            break;
        }
        buffer_append(ret, (struct slice){text.at, size});
        used += width;
        text = (struct slice){text.at + size, text.size - size};
    }
    buffer_text(ret, "…");
}

static void append_spaces(struct buffer *line, int count)
{
    for (; count > 0; count--) {
        buffer_text(line, " ");
    }
}

/* One cell; last: nothing is filled up behind it. */
static void append_cell(struct buffer *line, struct slice text, const struct column *column,
                        int width, enum colour colour, bool last)
{
    struct buffer cut;
    buffer_init(&cut, 1024 * 1024);
    table_cut(text, width, &cut);
    int space = width - text_columns(buffer_slice(&cut));
    append_spaces(line, column->right ? space : 0);
    buffer_text(line, colours[colour]);
    buffer_append(line, buffer_slice(&cut));
    buffer_text(line, colour == COLOUR_NONE ? "" : "\033[0m");
    append_spaces(line, column->right || last ? 0 : space);
    append_spaces(line, last ? 0 : TABLE_GAP);
    buffer_free(&cut);
}

static bool print_line(const struct table *table, const struct paper *paper, const int *widths,
                       const struct cell *cells)
{
    struct buffer line;
    size_t last = table->column_count;
    buffer_init(&line, 1024 * 1024);
    while (last > 1 && (cells != NULL ? cells[last - 1].size == 0
                                      : table->columns[last - 1].title[0] == '\0')) {
        last--;
    }
    for (size_t i = 0; i < last; i++) {
        struct slice text =
            cells != NULL ? cell_text(table, &cells[i]) : slice_of(table->columns[i].title);
        enum colour colour = cells != NULL ? cells[i].colour : COLOUR_BOLD;
        append_cell(&line, text, &table->columns[i], widths[i],
                    paper->colour ? colour : COLOUR_NONE, i + 1 == last);
    }
    buffer_text(&line, "\n");
    bool good = line.status == STATUS_OK && fwrite(line.at, 1, line.size, paper->to) == line.size;
    buffer_free(&line);
    return good;
}

bool table_print(const struct table *table, const struct paper *paper)
{
    int widths[TABLE_COLUMNS] = {0};
    if (table == NULL) {
        return false;
    }
    measure(table, paper->width, widths);
    bool good = print_line(table, paper, widths, NULL);
    for (size_t i = 0; i + table->column_count <= table->count; i += table->column_count) {
        good = print_line(table, paper, widths, &table->cells[i]) && good;
    }
    return good && !table->failed;
}

void paper_text(const struct paper *paper, const char *text, enum colour colour)
{
    struct buffer harmless;
    buffer_init(&harmless, 1024 * 1024);
    append_harmless(&harmless, slice_of(text));
    fprintf(paper->to, "%s%.*s%s", paper->colour ? colours[colour] : "", (int)harmless.size,
            harmless.size > 0 ? harmless.at : "",
            paper->colour && colour != COLOUR_NONE ? "\033[0m" : "");
    buffer_free(&harmless);
}
