#include "connectors/definition.h"

#include "connectors/definition_read.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

enum { DEFINITION_FORMAT = 1 };

static const char *const ROOT_NAMES[] = {
    "$schema",  "format",  "name",    "about",        "transport",   "sign_on",
    "headers",  "signing", "clock",   "paging",       "incremental", "idempotency",
    "deletion", "probe",   "answers", "item_answers", "entities",    NULL};

const char *call_name(enum call call)
{
    static const char *const names[CALLS] = {
        [CALL_TOKEN] = "token",   [CALL_TIME] = "time",  [CALL_LIST] = "list",
        [CALL_QUERY] = "query",   [CALL_READ] = "read",  [CALL_CREATE] = "create",
        [CALL_UPDATE] = "update", [CALL_BATCH] = "batch"};
    return names[call];
}

static enum status read_head(struct jsonplace *place, struct definition *definition)
{
    const char *about = NULL;
    int64_t format = 0;
    enum status status = jsonplace_known(place, definition->root, ROOT_NAMES);
    if (status == STATUS_OK)
        status = definition_read_number(place, definition->root, "format", DEFINITION_FORMAT,
                                        DEFINITION_FORMAT, &format);
    if (status == STATUS_OK && format == 0)
        status = jsonplace_wrong_key(place, "format", NULL, "1");
    if (status == STATUS_OK)
        status = definition_read_text(place, definition->root, "name", REQUIRED, &definition->name);
    if (status == STATUS_OK)
        status = definition_read_text(place, definition->root, "about", OPTIONAL, &about);
    if (status == STATUS_OK)
        status = definition_read_values(place, definition->root, "headers", VALUE_IN_HEADER,
                                        &definition->headers);
    return status;
}

/* What must fit together although it stands in two sections. */
static enum status check_whole(struct jsonplace *place, const struct definition *definition)
{
    bool batch = false;
    for (int entity = 0; entity < ENTITIES; entity++)
        batch = batch || definition->calls[entity][CALL_BATCH].present;
    if (batch && definition->item_answers.count == 0)
        return jsonplace_wrong_key(place, "item_answers", NULL,
                                   "rules for each result, since there is a batch call");
    return STATUS_OK;
}

static enum status read_definition(struct jsonplace *place, struct definition *definition)
{
    static enum status (*const sections[])(struct jsonplace *, struct definition *) = {
        read_head,
        definition_read_transport,
        definition_read_sign_on,
        definition_read_signing,
        definition_read_clock,
        definition_read_paging,
        definition_read_promises,
        definition_read_answers,
        definition_read_entities,
    };
    for (size_t index = 0; index < sizeof sections / sizeof *sections; index++) {
        enum status status = sections[index](place, definition);
        if (status != STATUS_OK)
            return status;
    }
    return check_whole(place, definition);
}

/* Of the file's content with its keys in order, so that only what it says counts. */
static enum status digest_of(const json_t *root, uint64_t *ret)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    size_t size = 0;
    char *text = json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS);
    if (text == NULL)
        return STATUS_NO_MEMORY;
    int done = EVP_Q_digest(NULL, "SHA256", NULL, text, strlen(text), hash, &size);
    free(text);
    if (done != 1)
        return STATUS_UNSUPPORTED;
    *ret = 0;
    for (size_t index = 0; index < 8; index++)
        *ret = *ret << 8 | hash[index];
    return STATUS_OK;
}

enum status definition_load(struct slice json, const char *file, struct definition **ret,
                            struct fault *ret_fault)
{
    struct jsonplace place = {.text = json, .file = file, .fault = ret_fault};
    struct definition *definition = calloc(1, sizeof *definition);
    if (definition == NULL)
        return fault_set(ret_fault, STATUS_NO_MEMORY, file, 0, "", "", "");
    enum status status = jsonplace_load(&place, &definition->root);
    if (status == STATUS_OK)
        status = read_definition(&place, definition);
    if (status == STATUS_OK) {
        status = digest_of(definition->root, &definition->digest);
        if (status != STATUS_OK)
            (void)fault_set(ret_fault, status, file, 0, "", "", "");
    }
    if (status != STATUS_OK) {
        definition_free(definition);
        return status;
    }
    *ret = definition;
    return STATUS_OK;
}

void definition_free(struct definition *definition)
{
    if (definition == NULL)
        return;
    free(definition->answers.rules);
    free(definition->item_answers.rules);
    json_decref(definition->root);
    free(definition);
}

const struct call_form *definition_form(const struct definition *definition, enum call call,
                                        enum entity entity)
{
    const struct call_form *form = call == CALL_TOKEN  ? &definition->token
                                   : call == CALL_TIME ? &definition->time
                                                       : &definition->calls[entity][call];
    return form->present ? form : NULL;
}

uint64_t definition_digest(const struct definition *definition)
{
    return definition->digest;
}

const char *definition_name(const struct definition *definition)
{
    return definition->name;
}

const struct definition_transport *definition_transport(const struct definition *definition)
{
    return &definition->transport;
}

bool definition_has(const struct definition *definition, enum call call, enum entity entity)
{
    return definition_form(definition, call, entity) != NULL;
}

size_t definition_batch_size(const struct definition *definition, enum entity entity)
{
    return definition->calls[entity][CALL_BATCH].largest;
}

size_t definition_query_size(const struct definition *definition, enum entity entity)
{
    return definition->calls[entity][CALL_QUERY].largest;
}

size_t definition_page_size(const struct definition *definition)
{
    return definition->paging.largest;
}

bool definition_total_trusted(const struct definition *definition)
{
    return definition->paging.promise == TOTAL_EXACT;
}

bool definition_snapshot(const struct definition *definition)
{
    return definition->paging.snapshot;
}

bool definition_numbered(const struct definition *definition)
{
    return definition->paging.kind == PAGING_PAGE;
}

bool definition_incremental(const struct definition *definition, enum entity entity)
{
    return definition->incremental && definition->calls[entity][CALL_LIST].present;
}

bool definition_time_ordered(const struct definition *definition)
{
    return definition->incremental && definition->time_ordered;
}

bool definition_inclusive(const struct definition *definition)
{
    return !definition->exclusive;
}

bool definition_signs_on(const struct definition *definition)
{
    return definition->token.present;
}

bool definition_has_clock_call(const struct definition *definition)
{
    return definition->time.present;
}

bool definition_has_date(const struct definition *definition)
{
    return definition->date_header;
}

bool definition_idempotent(const struct definition *definition)
{
    return definition->idempotency_header != NULL;
}

enum deletion definition_deletion(const struct definition *definition)
{
    return definition->deletion;
}

bool definition_probes(const struct definition *definition, enum call call, enum entity entity)
{
    return (definition->probes[call] & 1U << entity) != 0 &&
           definition_has(definition, call, entity);
}

const char *definition_weakness(const struct definition *definition)
{
    const struct signing *signing = &definition->signing;
    if (definition->transport.plaintext)
        return "plain HTTP is allowed: anyone on the way can read and change what is sent";
    if (signing->part_count > 0 && signing->digest == SIGNING_MD5)
        return "requests are signed with MD5, which is broken";
    if (signing->part_count > 0 && signing->digest == SIGNING_SHA1)
        return "requests are signed with SHA-1, which is broken";
    if (signing->part_count > 0 && !signing->keyed)
        return "requests are signed with a plain digest instead of HMAC";
    return NULL;
}
