#include "daemon/store/stage_mark.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

enum {
    KINDS = 4, /* of accounts, 0 to 3: the highest one is judged first */
    CLASSES = KINDS + ENTITIES - 1,
    WORD_BITS = 64,
    WORDS = 64, /* of a chunk */
    CHUNK_BITS = WORDS * WORD_BITS,
    CLASS_SHIFT = 40 /* of a chunk's place */
};

struct chunk {
    uint64_t words[WORDS];
    bool changed; /* in this transaction */
};

struct class_marks {
    struct chunk **chunks; /* NULL: no bit is set */
    size_t count;
};

struct stage_marks {
    struct class_marks classes[CLASSES];
    bool old; /* some were taken from the rows themselves */
};

enum { ALL, OLD, TAKE_OLD, PUT, DROP };
static const struct sql sql[] = {
    [ALL] = {"read what is to be judged", "SELECT place, bits FROM stage.to_judge"},
    /* where earlier versions kept it */
    [OLD] = {"read what is to be judged", "SELECT " STAGE_MARKED " FROM stage.record r WHERE dirty = 1"},
    [TAKE_OLD] = {"write what is to be judged", "UPDATE stage.record SET dirty = 0 WHERE dirty = 1"},
    [PUT] = {"write what is to be judged", "INSERT OR REPLACE INTO stage.to_judge (place, bits) VALUES (?1, ?2)"},
    [DROP] = {"write what is to be judged", "DELETE FROM stage.to_judge WHERE place = ?1"},
};

int stage_mark_class(enum entity entity, uint8_t kind)
{
    if (entity != ENTITY_ACCOUNT)
        return KINDS - 1 + (int)entity;
    return kind < KINDS ? KINDS - 1 - kind : 0;
}

static struct chunk *chunk_of(const struct stage_marks *marks, int class, int64_t slot)
{
    const struct class_marks *of = &marks->classes[class];
    size_t number = (size_t)(slot / CHUNK_BITS);
    return number < of->count ? of->chunks[number] : NULL;
}

static enum status make_chunk(struct stage_marks *marks, int class, size_t number, struct chunk **ret)
{
    struct class_marks *of = &marks->classes[class];
    if (number >= of->count) {
        size_t count = number + number / 2 + 16;
        struct chunk **grown = realloc(of->chunks, count * sizeof(struct chunk *));
        if (grown == NULL)
            return STATUS_NO_MEMORY;
        memset(grown + of->count, 0, (count - of->count) * sizeof(struct chunk *));
        of->chunks = grown;
        of->count = count;
    }
    if (of->chunks[number] == NULL)
        of->chunks[number] = calloc(1, sizeof(struct chunk));
    *ret = of->chunks[number];
    return *ret == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

static void free_marks(struct stage_marks *marks)
{
    for (size_t class = 0; marks != NULL && class < CLASSES; class++) {
        for (size_t number = 0; number < marks->classes[class].count; number++)
            free(marks->classes[class].chunks[number]);
        free(marks->classes[class].chunks);
    }
    free(marks);
}

/* --- in and out ---------------------------------------------------------------------------------- */

static enum status take_chunk(struct stage_marks *marks, int64_t place, struct slice bits)
{
    struct chunk *chunk = NULL;
    int64_t class = place >> CLASS_SHIFT;
    if (class < 0 || class >= CLASSES || bits.size != sizeof chunk->words)
        return STATUS_CORRUPT;
    enum status status = make_chunk(marks, (int)class, (size_t)(place & ((INT64_C(1) << CLASS_SHIFT) - 1)), &chunk);
    for (size_t word = 0; status == STATUS_OK && word < WORDS; word++) {
        memcpy(&chunk->words[word], bits.at + word * sizeof(uint64_t), sizeof(uint64_t));
        chunk->words[word] = le64toh(chunk->words[word]);
    }
    return status;
}

static enum status read_chunks(struct store *store, struct stage_marks *marks)
{
    struct statement statement;
    statement_open(&statement, store, &sql[ALL]);
    enum status status = statement_row(&statement);
    while (status == STATUS_OK) {
        int64_t place = statement_read_number(&statement);
        status = take_chunk(marks, place, statement_read_bytes(&statement));
        if (status == STATUS_OK)
            status = statement_row(&statement);
        else
            (void)statement_close(&statement);
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status set_bit(struct stage_marks *marks, int class, int64_t slot, bool marked)
{
    const uint64_t bit = UINT64_C(1) << (slot % WORD_BITS);
    struct chunk *chunk = chunk_of(marks, class, slot);
    enum status status = STATUS_OK;
    if (chunk == NULL && marked)
        status = make_chunk(marks, class, (size_t)(slot / CHUNK_BITS), &chunk);
    if (status != STATUS_OK || chunk == NULL)
        return status;
    uint64_t *word = &chunk->words[slot % CHUNK_BITS / WORD_BITS];
    if (((*word & bit) != 0) == marked)
        return STATUS_OK;
    *word ^= bit;
    chunk->changed = true;
    return STATUS_OK;
}

static enum status read_old(struct store *store, struct stage_marks *marks)
{
    struct statement statement;
    statement_open(&statement, store, &sql[OLD]);
    enum status status = statement_row(&statement);
    while (status == STATUS_OK) {
        int64_t slot = statement_read_number(&statement);
        enum entity entity = (enum entity)statement_read_choice(&statement, ENTITIES);
        int kind = statement_read_choice(&statement, UINT8_MAX + 1);
        marks->old = true;
        status = set_bit(marks, stage_mark_class(entity, (uint8_t)kind), slot, true);
        if (status == STATUS_OK)
            status = statement_row(&statement);
        else
            (void)statement_close(&statement);
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status known_marks(struct store *store, struct stage_marks **ret)
{
    if (store->reader) /* the daemon goes on */
        stage_mark_forget(store);
    if (store->marks == NULL) {
        struct stage_marks *marks = calloc(1, sizeof *marks);
        enum status status = marks == NULL ? STATUS_NO_MEMORY : read_chunks(store, marks);
        if (status == STATUS_OK)
            status = read_old(store, marks);
        if (status != STATUS_OK) {
            free_marks(marks);
            return status;
        }
        store->marks = marks;
    }
    *ret = store->marks;
    return STATUS_OK;
}

static bool is_empty(const struct chunk *chunk)
{
    uint64_t any = 0;
    for (size_t word = 0; word < WORDS; word++)
        any |= chunk->words[word];
    return any == 0;
}

static enum status keep_chunk(struct store *store, int64_t place, const struct chunk *chunk)
{
    struct statement statement;
    uint64_t words[WORDS];
    bool empty = is_empty(chunk);
    statement_open(&statement, store, &sql[empty ? DROP : PUT]);
    statement_bind_number(&statement, place);
    for (size_t word = 0; word < WORDS; word++)
        words[word] = htole64(chunk->words[word]);
    if (!empty)
        statement_bind_bytes(&statement, (struct slice){(const char *)words, sizeof words});
    return statement_run(&statement);
}

static enum status keep_class(struct store *store, struct class_marks *of, int64_t class)
{
    enum status status = STATUS_OK;
    for (size_t number = 0; status == STATUS_OK && number < of->count; number++) {
        struct chunk *chunk = of->chunks[number];
        if (chunk == NULL || !chunk->changed)
            continue;
        status = keep_chunk(store, class << CLASS_SHIFT | (int64_t)number, chunk);
        chunk->changed = false;
        if (status != STATUS_OK || !is_empty(chunk))
            continue;
        free(chunk);
        of->chunks[number] = NULL;
    }
    return status;
}

enum status stage_mark_keep(struct store *store)
{
    struct stage_marks *marks = store->marks;
    enum status status = STATUS_OK;
    if (marks == NULL || store->reader)
        return STATUS_OK;
    for (int class = 0; status == STATUS_OK && class < CLASSES; class++)
        status = keep_class(store, &marks->classes[class], class);
    if (status == STATUS_OK && marks->old) {
        struct statement statement;
        statement_open(&statement, store, &sql[TAKE_OLD]);
        status = statement_run(&statement);
        marks->old = status != STATUS_OK;
    }
    return status;
}

void stage_mark_forget(struct store *store)
{
    free_marks(store->marks);
    store->marks = NULL;
}

/* --- one by one ---------------------------------------------------------------------------------- */

enum status stage_mark_has(struct store *store, int class, int64_t slot, bool *ret)
{
    struct stage_marks *marks = NULL;
    enum status status = known_marks(store, &marks);
    if (status != STATUS_OK)
        return status;
    const struct chunk *chunk = chunk_of(marks, class, slot);
    *ret = chunk != NULL && (chunk->words[slot % CHUNK_BITS / WORD_BITS] >> (slot % WORD_BITS) & 1) != 0;
    return STATUS_OK;
}

enum status stage_mark_set(struct store *store, int class, int64_t slot, bool marked)
{
    struct stage_marks *marks = NULL;
    enum status status = known_marks(store, &marks);
    if (status == STATUS_OK)
        status = set_bit(marks, class, slot, marked);
    return status == STATUS_OK && !store->transaction ? stage_mark_keep(store) : status;
}

static bool next_in(const struct chunk *chunk, int64_t from, int64_t *ret)
{
    for (int64_t word = from / WORD_BITS; word < WORDS; word++) {
        uint64_t bits = chunk->words[word];
        if (word == from / WORD_BITS)
            bits = bits >> (from % WORD_BITS) << (from % WORD_BITS);
        if (bits == 0)
            continue;
        *ret = word * WORD_BITS + __builtin_ctzll(bits);
        return true;
    }
    return false;
}

enum status stage_mark_next(struct store *store, int class, int64_t after, int64_t *ret)
{
    struct stage_marks *marks = NULL;
    enum status status = known_marks(store, &marks);
    if (status != STATUS_OK)
        return status;
    const struct class_marks *of = &marks->classes[class];
    int64_t from = after + 1;
    for (size_t number = (size_t)(from / CHUNK_BITS); number < of->count; number++) {
        int64_t within = 0;
        int64_t first = (int64_t)number * CHUNK_BITS;
        if (of->chunks[number] != NULL && next_in(of->chunks[number], from > first ? from - first : 0, &within)) {
            *ret = first + within;
            return STATUS_OK;
        }
    }
    return STATUS_NOT_FOUND;
}

enum status stage_mark_count(struct store *store, int64_t *ret)
{
    struct stage_marks *marks = NULL;
    enum status status = known_marks(store, &marks);
    if (status != STATUS_OK)
        return status;
    *ret = 0;
    for (size_t class = 0; class < CLASSES; class++) {
        const struct class_marks *of = &marks->classes[class];
        for (size_t number = 0; number < of->count; number++) {
            for (size_t word = 0; of->chunks[number] != NULL && word < WORDS; word++)
                *ret += __builtin_popcountll(of->chunks[number]->words[word]);
        }
    }
    return STATUS_OK;
}

enum status stage_mark_rows(struct statement *statement, bool marked)
{
    enum status status = statement_row(statement);
    while (status == STATUS_OK) {
        int64_t slot = statement_read_number(statement);
        enum entity entity = (enum entity)statement_read_choice(statement, ENTITIES);
        int kind = statement_read_choice(statement, UINT8_MAX + 1);
        status = stage_mark_set(statement->store, stage_mark_class(entity, (uint8_t)kind), slot, marked);
        if (status == STATUS_OK)
            status = statement_row(statement);
        else
            (void)statement_close(statement);
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
