#include "tests/platform/dump.h"

#include "tests/platform/codes.h"
#include "tests/platform/index.h"

#include <stdlib.h>
#include <string.h>

static const char *const KINDS[] = {"", "person", "employer", "department"};
static const char *const REVIEWS[] = {"draft", "submitted", "employer", "department",
                                      "hrss",  "rejected",  "waiting",  "approved"};
static const char *const CATEGORIES[] = {"public", "professional", "credit"};

static const char *word_of(const char *const *words, size_t count, int value)
{
    return value >= 0 && (size_t)value < count ? words[value] : "?";
}

#define WORD(words, value) word_of(words, sizeof(words) / sizeof(words)[0], (int)(value))

static void member(struct buffer *line, const char *name, const char *text)
{
    buffer_printf(line, ",\"%s\":", name);
    buffer_json(line, slice_of(text));
}

static void code_member(struct buffer *line, const char *name, const char *code)
{
    char normal[CODES_SIZE];
    codes_normal(code, normal);
    member(line, name, normal);
}

static void origin(struct buffer *line, const struct store *store, const char *system,
                   const char *number, const char *id)
{
    buffer_text(line, ",\"origin\":");
    struct buffer text;
    buffer_init(&text, 4096);
    buffer_printf(&text, "%s/%s", store_origin_system(store, system),
                  system[0] == '\0' ? id : number);
    buffer_json(line, buffer_slice(&text));
    buffer_free(&text);
}

static void account_line(const struct store *store, const struct row *row, struct buffer *line)
{
    const struct platform_account *account = row_account(row);
    buffer_printf(line, "{\"entity\":\"account\",\"kind\":\"%s\"", WORD(KINDS, account->kind));
    code_member(line, "code", account->code);
    member(line, "former_codes", account->former_codes);
    member(line, "name", account->name);
    member(line, "mobile", account->mobile);
    member(line, "region", account->region);
    member(line, "employer", account->employer);
    member(line, "department", account->department);
    buffer_printf(line, ",\"title\":%d,\"review\":\"%s\",\"valid\":%s", account->title,
                  WORD(REVIEWS, account->review), account->valid ? "true" : "false");
    origin(line, store, account->origin_system, account->origin_number, account->id);
}

/* The person by the present code, whatever the record says. */
static const char *person_of(const struct store *store, const struct row *row, const char *stored)
{
    const struct row *account = store_person(store, row);
    return account == NULL ? stored : row_account(account)->code;
}

static void hours_line(const struct store *store, const struct row *row, struct buffer *line)
{
    const struct platform_hours *hours = row_hours(row);
    buffer_text(line, "{\"entity\":\"hours\"");
    code_member(line, "person", person_of(store, row, hours->person));
    buffer_printf(line,
                  ",\"year\":%d,\"category\":\"%s\",\"unit\":\"%s\",\"amount\":%lld,"
                  "\"source\":\"%s\"",
                  hours->year, WORD(CATEGORIES, hours->category),
                  hours->credits ? "credits" : "hours", (long long)hours->amount_centi,
                  hours->recognised ? "recognised" : "online");
    member(line, "course_code", hours->course_code);
    member(line, "course_name", hours->course_name);
    member(line, "evidence", hours->evidence);
    buffer_printf(line, ",\"finished\":%lld,\"review\":\"%s\",\"valid\":%s",
                  (long long)hours->finished, WORD(REVIEWS, hours->review),
                  hours->valid ? "true" : "false");
    origin(line, store, hours->origin_system, hours->origin_number, hours->id);
}

static void annual_line(const struct store *store, const struct row *row, struct buffer *line)
{
    const struct platform_annual *annual = row_annual(row);
    buffer_text(line, "{\"entity\":\"annual\"");
    code_member(line, "person", person_of(store, row, annual->person));
    buffer_printf(line,
                  ",\"year\":%d,\"public\":%lld,\"professional\":%lld,\"credits\":%lld,"
                  "\"qualified\":%s,\"review\":\"%s\"",
                  annual->year, (long long)annual->public_centi,
                  (long long)annual->professional_centi, (long long)annual->credits_centi,
                  annual->qualified ? "true" : "false", WORD(REVIEWS, annual->review));
    member(line, "cert_no", annual->certificate);
    buffer_printf(line, ",\"cert_date\":%lld", (long long)annual->certificate_date);
}

static void row_line(const struct store *store, enum entity entity, const struct row *row,
                     struct buffer *line)
{
    if (entity == ENTITY_ACCOUNT)
        account_line(store, row, line);
    else if (entity == ENTITY_HOURS)
        hours_line(store, row, line);
    else
        annual_line(store, row, line);
    if (row->extra != NULL)
        buffer_printf(line, ",\"extra\":%s", row->extra);
    buffer_text(line, "}\n");
}

static int line_order(const void *one, const void *other)
{
    return strcmp(*(char *const *)one, *(char *const *)other);
}

static void entity_lines(const struct store *store, enum entity entity, char **lines, size_t *count)
{
    for (uint32_t place = 0; place < store_count(store, entity); place++) {
        const struct row *row = store_row(store, entity, place);
        struct buffer line;
        buffer_init(&line, 65536);
        row_line(store, entity, row, &line);
        if (line.at != NULL)
            lines[(*count)++] = line.at;
    }
}

enum status dump_store(const struct store *store, enum entity entity, struct buffer *ret)
{
    size_t most = 1, count = 0;
    for (int each = 0; each < ENTITY_COUNT; each++)
        most += store_count(store, (enum entity)each);
    char **lines = malloc(most * sizeof *lines);
    if (lines == NULL)
        return STATUS_NO_MEMORY;
    for (int each = 0; each < ENTITY_COUNT; each++)
        if (entity == ENTITY_COUNT || each == (int)entity)
            entity_lines(store, (enum entity)each, lines, &count);
    qsort(lines, count, sizeof *lines, line_order);
    for (size_t at = 0; at < count; at++) {
        buffer_text(ret, lines[at]);
        free(lines[at]);
    }
    free(lines);
    return ret->status;
}

enum status dump_digest(const struct store *store, enum entity entity, struct dump_digest *ret)
{
    struct dump_digest digest = {0};
    struct buffer line;
    buffer_init(&line, 65536);
    for (int each = 0; each < ENTITY_COUNT; each++) {
        if (entity != ENTITY_COUNT && each != (int)entity)
            continue;
        for (uint32_t place = 0; place < store_count(store, (enum entity)each); place++) {
            buffer_clear(&line);
            row_line(store, (enum entity)each, store_row(store, (enum entity)each, place), &line);
            uint64_t first = index_hash(line.at, line.size, 41);
            digest.sums[0] += first;
            digest.sums[1] += index_hash(line.at, line.size, first);
            digest.lines++;
        }
    }
    enum status status = line.status;
    buffer_free(&line);
    if (status == STATUS_OK)
        *ret = digest;
    return status;
}
