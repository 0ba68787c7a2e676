#include "daemon/work/control_totals.h"

#include "daemon/store/learners.h"
#include "daemon/work/finding.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CATEGORY_BYTES = 16, REGION_BYTES = 13, CELL_WORDS = 6, CELLS_MOST = 200000 };

/* One year, category and region; amounts in hundredths. */
struct total_cell {
    int year;
    char category[CATEGORY_BYTES], region[REGION_BYTES];
    int64_t side_centi[SIDES], held_centi;
};

struct totals {
    struct total_cell *cells; /* in order */
    size_t count, room;
};

static int by_place(const struct total_cell *one, const struct total_cell *other)
{
    if (one->year != other->year)
        return one->year < other->year ? -1 : 1;
    int category = strcmp(one->category, other->category);
    return category != 0 ? category : strcmp(one->region, other->region);
}

static size_t place_of(const struct totals *totals, const struct total_cell *cell)
{
    size_t low = 0, high = totals->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_place(&totals->cells[middle], cell) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static enum status add_cell(struct totals *totals, const struct total_cell *cell)
{
    size_t at = place_of(totals, cell);
    if (at < totals->count && by_place(&totals->cells[at], cell) == 0) {
        for (enum side side = MUNICIPAL; side < SIDES; side++)
            totals->cells[at].side_centi[side] += cell->side_centi[side];
        totals->cells[at].held_centi += cell->held_centi;
        return STATUS_OK;
    }
    if (totals->count == CELLS_MOST)
        return STATUS_TOO_LARGE;
    if (totals->count == totals->room) {
        size_t room = totals->room == 0 ? 256 : totals->room * 2;
        struct total_cell *grown = realloc(totals->cells, room * sizeof *grown);
        if (grown == NULL)
            return STATUS_NO_MEMORY;
        totals->cells = grown;
        totals->room = room;
    }
    memmove(&totals->cells[at + 1], &totals->cells[at],
            (totals->count - at) * sizeof *totals->cells);
    totals->cells[at] = *cell;
    totals->count++;
    return STATUS_OK;
}

/* "2023 public 371681 1250 1250 0": as learner_check keeps it. */
static enum status read_line(struct slice line, struct total_cell *ret)
{
    struct slice words[CELL_WORDS] = {{0}};
    int64_t year = 0;
    *ret = (struct total_cell){0};
    for (size_t index = 0; index < CELL_WORDS; index++) {
        if (!slice_next_word(&line, &words[index]))
            return STATUS_CORRUPT;
    }
    if (words[1].size >= CATEGORY_BYTES || words[2].size >= REGION_BYTES ||
        !slice_integer(words[0], &year) || !slice_integer(words[3], &ret->side_centi[MUNICIPAL]) ||
        !slice_integer(words[4], &ret->side_centi[PROVINCIAL]) ||
        !slice_integer(words[5], &ret->held_centi))
        return STATUS_CORRUPT;
    ret->year = (int)year;
    memcpy(ret->category, words[1].at, words[1].size);
    memcpy(ret->region, words[2].at, words[2].size);
    return STATUS_OK;
}

static enum status add_balance(struct totals *totals, struct slice balance)
{
    enum status status = STATUS_OK;
    while (status == STATUS_OK && balance.size > 0) {
        struct total_cell cell;
        const char *end = memchr(balance.at, '\n', balance.size);
        size_t size = end == NULL ? balance.size : (size_t)(end - balance.at);
        status = read_line((struct slice){balance.at, size}, &cell);
        if (status == STATUS_OK)
            status = add_cell(totals, &cell);
        size += end == NULL ? 0 : 1;
        balance.at += size;
        balance.size -= size;
    }
    return status;
}

static enum status add_all(struct desk *desk, struct totals *ret)
{
    struct hash person = {{0}};
    struct slice balance = {0};
    enum status status = STATUS_OK;
    while (status == STATUS_OK) {
        arena_reset(&desk->arena);
        status = learner_balance_next(desk->store, person, &desk->arena, &person, &balance);
        if (status == STATUS_OK)
            status = add_balance(ret, balance);
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static int64_t unexplained(const struct total_cell *cell)
{
    return cell->side_centi[MUNICIPAL] - cell->side_centi[PROVINCIAL] - cell->held_centi;
}

static enum status raise(struct desk *desk, const struct total_cell *cell)
{
    struct findings findings = {.subject = {.entity = ENTITIES, .year = cell->year}};
    struct finding_subject *subject = &findings.subject;
    struct slice values[SIDES];
    arena_reset(&desk->arena);
    subject->text = arena_printf(&desk->arena, "total:%d/%s/%s", cell->year, cell->category, cell->region);
    subject->owner = finding_owner(desk, (struct slice){0}, (struct slice){0}, slice_of(cell->region));
    (void)snprintf(subject->region, sizeof subject->region, "%.7s", cell->region);
    struct slice left = arena_printf(&desk->arena, "%lld", (long long)unexplained(cell));
    for (enum side side = MUNICIPAL; side < SIDES; side++)
        values[side] = arena_printf(&desk->arena, "%lld", (long long)cell->side_centi[side]);
    if (subject->text.at == NULL || subject->owner.at == NULL || left.at == NULL ||
        values[MUNICIPAL].at == NULL || values[PROVINCIAL].at == NULL)
        return STATUS_NO_MEMORY;
    findings_add(&findings, conflict_kind_name(KIND_control_total), -1, "amount", values, &left, "unexplained");
    return findings_see(desk, &findings);
}

static enum status clear_balanced(struct desk *desk)
{
    struct conflict_filter filter = {.open_only = true, .state = -1, .severity = -1,
                                     .kind = conflict_kind_name(KIND_control_total)};
    return finding_clear_unseen(desk, &filter, ENTITIES);
}

static enum status keep(struct desk *desk, const struct totals *totals)
{
    struct buffer text;
    int64_t left = 0;
    buffer_init(&text, 32 * 1024 * 1024);
    for (size_t index = 0; index < totals->count; index++)
        left += llabs(unexplained(&totals->cells[index]));
    buffer_printf(&text, "{\"run\":%lld,\"at\":%lld,\"unexplained\":%lld,\"cells\":[", (long long)desk->run,
                  (long long)desk->now, (long long)left);
    for (size_t index = 0; index < totals->count; index++) {
        const struct total_cell *cell = &totals->cells[index];
        buffer_printf(&text,
                      "%s{\"year\":%d,\"category\":\"%s\",\"region\":\"%s\",\"municipal\":%lld,"
                      "\"provincial\":%lld,\"explained\":%lld,\"unexplained\":%lld}",
                      index == 0 ? "" : ",", cell->year, cell->category, cell->region,
                      (long long)cell->side_centi[MUNICIPAL], (long long)cell->side_centi[PROVINCIAL],
                      (long long)cell->held_centi, (long long)unexplained(cell));
    }
    buffer_text(&text, "]}");
    enum status status = text.status;
    if (status == STATUS_OK)
        status = store_meta_set(desk->store, "control_totals", buffer_slice(&text));
    buffer_free(&text);
    return status;
}

static enum status balance(struct desk *desk, struct totals *totals)
{
    enum status status = add_all(desk, totals);
    for (size_t index = 0; status == STATUS_OK && index < totals->count; index++) {
        if (unexplained(&totals->cells[index]) != 0)
            status = raise(desk, &totals->cells[index]);
    }
    if (status == STATUS_OK)
        status = clear_balanced(desk);
    return status == STATUS_OK ? keep(desk, totals) : status;
}

enum status control_totals(struct desk *desk)
{
    struct totals totals = {.cells = NULL};
    int64_t marked = 0;
    enum status status = learner_count_marked(desk->store, &marked);
    if (status != STATUS_OK || marked > 0) /* somebody is still to be written: nothing balances yet */
        return status;
    status = store_begin(desk->store);
    if (status != STATUS_OK)
        return status;
    status = balance(desk, &totals);
    free(totals.cells);
    if (status != STATUS_OK) {
        store_rollback(desk->store);
        return status;
    }
    return store_commit(desk->store);
}
