/* Any reply, read by the shipped definitions: never a crash, a write never said to be undone or
 * repeatable because of a broken body, each item of a batch answered once and in its place. The
 * first bytes say which side, call and status; the rest is the body. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connectors/answer.h"

enum { ITEMS = 5, FILE_BYTES = 64 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static struct definition *load(const char *path)
{
    static char text[FILE_BYTES];
    struct definition *definition = NULL;
    FILE *file = fopen(path, "rb");
    must(file != NULL);
    size_t size = fread(text, 1, sizeof text, file);
    (void)fclose(file);
    must(definition_load((struct slice){text, size}, path, &definition, NULL) == STATUS_OK);
    return definition;
}

/* Points into the body or the arena: reading it all shows the sanitiser a stray one. */
static void touch(struct slice text)
{
    volatile char byte = 0;
    for (size_t index = 0; index < text.size; index++)
        byte = text.at[index];
    (void)byte;
}

static void check(const struct request *request, const struct answer *answer)
{
    const struct slice texts[] = {answer->record, answer->fields, answer->next, answer->remote_id,
                                  answer->token};
    for (size_t index = 0; index < sizeof texts / sizeof *texts; index++)
        touch(texts[index]);
    must(answer->class < ANSWER_CLASSES);
    must(memchr(answer->code, '\0', sizeof answer->code) != NULL);
    must(answer->delay_ms >= -1 && answer->total >= -1 && answer->token_seconds >= 0);
    for (size_t index = 0; index < answer->row_count; index++)
        touch(answer->rows[index]);
    must(answer->item_count == 0 || answer->item_count == request->item_count);
    for (size_t index = 0; index < answer->item_count; index++) {
        const struct answer_item *item = &answer->items[index];
        must(item->index == index && item->class < ANSWER_CLASSES);
        must(item->class != ANSWER_OK || item->record.at[0] == '{');
        touch(item->record);
        touch(item->fields);
        touch(item->remote_id);
    }
    bool single = request->call == CALL_CREATE || request->call == CALL_UPDATE;
    must(!single || answer->class != ANSWER_OK || answer->record.at[0] == '{');
    must(request->call != CALL_TOKEN || answer->class != ANSWER_OK || answer->token.size > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int statuses[] = {200, 201, 207, 400, 401, 404, 409, 410,
                                   412, 422, 429, 500, 502, 503, 302, 0};
    static struct definition *definitions[SIDES];
    static struct request_item items[ITEMS];
    struct answer answer;
    struct arena arena;
    if (size < 2)
        return 0;
    if (definitions[MUNICIPAL] == NULL) {
        definitions[MUNICIPAL] = load("connectors/municipal.json");
        definitions[PROVINCIAL] = load("connectors/provincial.json");
    }
    enum call call = (enum call)(data[0] / 2 % CALLS);
    struct slice rest = {(const char *)data + 2, size - 2};
    struct request request = {.call = call,
                              .entity = call == CALL_BATCH ? ENTITY_HOURS : ENTITY_ACCOUNT,
                              .items = items,
                              .item_count = call == CALL_BATCH ? ITEMS : 1};
    struct reply reply = {.status = statuses[data[1] % 16],
                          .content_type =
                              data[1] & 16 ? SLICE("text/html") : SLICE("application/json"),
                          .body = rest};
    if (data[1] & 32)
        reply.retry_after = reply.date = rest;
    arena_init(&arena, 16 * 1024 * 1024);
    enum status status = answer_read(definitions[data[0] % 2], &request, &reply, NULL, &arena, &answer);
    must(status == STATUS_OK || status == STATUS_NO_MEMORY);
    if (status == STATUS_OK)
        check(&request, &answer);
    arena_free(&arena);
    return 0;
}
