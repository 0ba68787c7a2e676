/* Any text as a definition: refused with a place, or taken, and then every call can be asked of it
 * and read from it without a crash. */
#include <stdlib.h>
#include <string.h>

#include "connectors/answer.h"
#include "connectors/listing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void ask(const struct definition *definition, const struct request *request)
{
    struct platform platform = {
        .definition = definition, .key_id = SLICE("k"), .secret = SLICE("s"), .token = SLICE("t")};
    struct reply reply = {
        .status = 200,
        .content_type = SLICE("application/json"),
        .body = SLICE("{\"code\":0,\"data\":{\"records\":[{\"id\":1}],\"total\":1}}")};
    struct message message = {.write = false};
    struct answer answer;
    struct arena arena;
    arena_init(&arena, 1024 * 1024);
    enum status status =
        request_build(&platform, request, 1681689600123, SLICE("n"), &arena, &message);
    if (status == STATUS_OK) {
        must(message.target.size > 0 && message.target.at[0] == '/');
        must(message.header_count <= MESSAGE_HEADERS);
        must(message.write == request_writes(request));
    }
    (void)answer_read(definition, request, &reply, NULL, &arena, &answer);
    arena_free(&arena);
}

static void use(const struct definition *definition)
{
    struct slice persons[] = {SLICE("371681197001019019")};
    json_t *record = json_pack("{s:s}", "a", "b");
    struct request_item items[] = {{.record = record,
                                    .remote_id = SLICE("7"),
                                    .version = 3,
                                    .origin_system = SLICE("1"),
                                    .origin_number = SLICE("2")}};
    for (int entity = 0; entity < ENTITIES; entity++) {
        for (int call = 0; call < CALLS; call++) {
            struct request request = {.call = (enum call)call,
                                      .entity = (enum entity)entity,
                                      .since = 1681689600,
                                      .has_since = true,
                                      .year = 2023,
                                      .region = SLICE("3716"),
                                      .persons = persons,
                                      .person_count = 1,
                                      .remote_id = SLICE("7"),
                                      .items = items,
                                      .item_count = 1,
                                      .key = SLICE("0a")};
            ask(definition, &request);
        }
    }
    json_decref(record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct definition *definition = NULL;
    struct fault fault = {.status = STATUS_OK};
    struct slice text = {(const char *)data, size};
    enum status status = definition_load(text, "f.json", &definition, &fault);
    if (status != STATUS_OK) {
        must(definition == NULL && fault.status == status);
        return 0;
    }
    (void)definition_digest(definition);
    (void)definition_weakness(definition);
    use(definition);
    definition_free(definition);
    return 0;
}
