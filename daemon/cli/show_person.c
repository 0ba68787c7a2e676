#include "daemon/cli/language.h"
#include "daemon/cli/show.h"

#include <string.h>

static void heading(const struct show *show, const char *text)
{
    fputc('\n', show->paper.to);
    paper_text(&show->paper, text, COLOUR_BOLD);
    fputc('\n', show->paper.to);
}

static void print_and_free(const struct show *show, struct table *table)
{
    if (table_rows(table) > 0) {
        (void)table_print(table, &show->paper);
    } else {
        fprintf(show->paper.to, "%s\n", _("none"));
    }
    table_free(table);
}

/* Both values beside each other; where they differ they are marked. */
static void pair_cells(struct table *table, const char *field, json_t *municipal,
                       json_t *provincial)
{
    bool differ = municipal != NULL && provincial != NULL && !json_equal(municipal, provincial);
    json_t *values[] = {municipal, provincial};
    for (int side = 0; side < 2; side++) {
        struct buffer text;
        buffer_init(&text, 64 * 1024);
        show_append_value(&text, field, values[side]);
        table_cell(table, buffer_slice(&text), differ ? COLOUR_YELLOW : COLOUR_NONE);
        buffer_free(&text);
    }
    show_cell(table, differ ? "≠" : "");
}

static void accounts_table(const struct show *show, json_t *accounts)
{
    static const char *const fields[] = {"code",    "former_codes", "name",       "mobile",
                                         "region",  "employer",     "department", "title",
                                         "review",  "valid",        "state",      "remote_id",
                                         "version", "updated",      "bad_field",  "bad_reason"};
    json_t *municipal = json_object_get(accounts, "municipal");
    json_t *provincial = json_object_get(accounts, "provincial");
    const struct column columns[] = {{_("Account"), false, 0},
                                     {_("Municipal"), false, 12},
                                     {_("Provincial"), false, 12},
                                     {"", false, 0}};
    struct table *table = table_new(columns, 4);
    heading(show, _("Accounts"));
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        json_t *one = json_object_get(municipal, fields[i]);
        json_t *other = json_object_get(provincial, fields[i]);
        bool own = strcmp(fields[i], "remote_id") == 0 || strcmp(fields[i], "version") == 0 ||
                   strcmp(fields[i], "updated") == 0;
        if (one == NULL && other == NULL && i > 10) {
            continue;
        }
        show_cell_word(table, fields[i]);
        if (own) {
            show_cell_value(table, fields[i], one);
            show_cell_value(table, fields[i], other);
            show_cell(table, "");
        } else {
            pair_cells(table, fields[i], one, other);
        }
    }
    print_and_free(show, table);
}

/* "hrss / employer" where the two differ, one of them where they agree. */
static void both_cell(struct table *table, const char *field, json_t *pair)
{
    json_t *one = json_object_get(json_object_get(pair, "municipal"), field);
    json_t *other = json_object_get(json_object_get(pair, "provincial"), field);
    bool differ = one != NULL && other != NULL && !json_equal(one, other);
    struct buffer text;
    buffer_init(&text, 64 * 1024);
    show_append_value(&text, field, one != NULL ? one : other);
    if (differ) {
        buffer_text(&text, " / ");
        show_append_value(&text, field, other);
    }
    table_cell(table, buffer_slice(&text), differ ? COLOUR_YELLOW : COLOUR_NONE);
    buffer_free(&text);
}

static const char *where(json_t *pair)
{
    bool municipal = json_is_object(json_object_get(pair, "municipal"));
    bool provincial = json_is_object(json_object_get(pair, "provincial"));
    if (municipal && provincial) {
        return _("both");
    }
    return municipal ? _("only municipal") : _("only provincial");
}

static void hours_table(const struct show *show, json_t *hours)
{
    size_t index;
    json_t *pair;
    const struct column columns[] = {
        {_("Origin"), false, 10},   {_("Year"), false, 0},     {_("Category"), false, 0},
        {_("Amount"), true, 0},     {_("Finished"), false, 0}, {_("Course"), false, 8},
        {_("Review"), false, 0},    {_("Valid"), false, 0},    {_("Stands"), false, 0},
        {_("Waits for"), false, 0},
    };
    struct table *table = table_new(columns, 10);
    heading(show, _("Hours"));
    json_array_foreach(hours, index, pair)
    {
        show_cell(table, show_text(pair, "origin"));
        both_cell(table, "year", pair);
        both_cell(table, "category", pair);
        both_cell(table, "amount", pair);
        both_cell(table, "finished", pair);
        both_cell(table, "course_name", pair);
        both_cell(table, "review", pair);
        both_cell(table, "valid", pair);
        table_cell(table, slice_of(where(pair)),
                   json_is_true(json_object_get(pair, "linked")) ? COLOUR_NONE : COLOUR_YELLOW);
        show_cell_word(table, show_text(pair, "waiting"));
    }
    print_and_free(show, table);
}

static void missing_cell(struct table *table, json_t *own)
{
    const char *name;
    json_t *amount;
    struct buffer text;
    bool qualified = json_is_true(json_object_get(own, "qualified"));
    buffer_init(&text, 4096);
    buffer_text(&text, qualified ? _("qualified") : "");
    if (!qualified) {
        buffer_text(&text, _("missing:"));
        json_object_foreach(json_object_get(own, "missing"), name, amount)
        {
            buffer_printf(&text, " %s ", language_word(name));
            show_append_value(&text, "amount", amount);
        }
    }
    table_cell(table, buffer_slice(&text), qualified ? COLOUR_GREEN : COLOUR_YELLOW);
    buffer_free(&text);
}

static void annual_rows(struct table *table, json_t *year)
{
    static const char *const owners[] = {"municipal", "provincial", "own"};
    for (size_t i = 0; i < 3; i++) {
        json_t *result = json_object_get(year, owners[i]);
        show_cell_number(table, json_object_get(year, "year"));
        show_cell(table, i < 2 ? language_word(owners[i]) : _("by the records"));
        show_cell_value(table, "public", json_object_get(result, "public"));
        show_cell_value(table, "professional", json_object_get(result, "professional"));
        show_cell_value(table, "credits", json_object_get(result, "credits"));
        show_cell_value(table, "qualified", json_object_get(result, "qualified"));
        if (i < 2) {
            show_cell_value(table, "cert_no", json_object_get(result, "cert_no"));
        } else {
            missing_cell(table, result);
        }
    }
}

static void annual_table(const struct show *show, json_t *annual)
{
    size_t index;
    json_t *year;
    const struct column columns[] = {
        {_("Year"), false, 0},
        {_("Whose"), false, 0},
        {_("Public"), true, 0},
        {_("Professional"), true, 0},
        {_("Credits"), true, 0},
        {_("Qualified"), false, 0},
        {_("Certificate, or missing"), false, 10},
    };
    struct table *table = table_new(columns, 7);
    heading(show, _("Years"));
    json_array_foreach(annual, index, year)
    {
        annual_rows(table, year);
    }
    print_and_free(show, table);
}

static void writes_list(const struct show *show, json_t *writes)
{
    size_t index;
    json_t *write;
    const struct column columns[] = {
        {_("Cycle"), true, 0},      {_("When"), false, 0},     {_("Target"), false, 0},
        {_("Operation"), false, 0}, {_("Subject"), false, 16}, {_("State"), false, 0},
        {_("Reason"), false, 8},
    };
    struct table *table = table_new(columns, 7);
    heading(show, _("What the bridge did"));
    json_array_foreach(writes, index, write)
    {
        show_cell_number(table, json_object_get(write, "run"));
        show_cell_time(table, show_text(write, "sent"));
        show_cell_word(table, show_text(write, "target"));
        show_cell_word(table, show_text(write, "operation"));
        show_cell(table, show_text(write, "subject"));
        show_cell_word(table, show_text(write, "state"));
        show_cell_word(table, show_text(write, "reason"));
    }
    print_and_free(show, table);
}

static void conflicts_list(const struct show *show, json_t *conflicts)
{
    size_t index;
    json_t *conflict;
    struct show list = {.paper = show->paper, .command = "conflicts"};
    heading(show, _("Open conflicts"));
    json_array_foreach(conflicts, index, conflict)
    {
        show_conflicts(&list, conflict);
    }
    print_and_free(show, list.table);
}

void show_person(struct show *show, json_t *row)
{
    if (show->rows > 0) {
        fputc('\n', show->paper.to);
    }
    show_line(show, _("Person"), show_text(row, "person"), COLOUR_BOLD);
    show_line(show, _("Reference"), show_text(row, "ref"), COLOUR_NONE);
    accounts_table(show, json_object_get(row, "accounts"));
    hours_table(show, json_object_get(row, "hours"));
    annual_table(show, json_object_get(row, "annual"));
    conflicts_list(show, json_object_get(row, "conflicts"));
    writes_list(show, json_object_get(row, "writes"));
}
