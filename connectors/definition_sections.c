/* The smaller sections of a definition: transport, sign-on, clock, paging, and what is promised. */
#include "connectors/definition_read.h"

#include <string.h>

enum { LARGEST_BODY = 64 * 1024 * 1024, PAGE_LARGEST = 10000 };

static const char *const TRANSPORT_NAMES[] = {"base_path",
                                              "plaintext",
                                              "tls_minimum",
                                              "ca",
                                              "pin",
                                              "client_certificate",
                                              "client_key",
                                              "connect_timeout_ms",
                                              "timeout_ms",
                                              "low_speed_bytes",
                                              "low_speed_ms",
                                              "largest_body",
                                              "rate",
                                              "parallel",
                                              NULL};
static const char *const TLS_WORDS[] = {"1.2", "1.3", NULL};

static enum status read_texts(struct jsonplace *place, const json_t *object,
                              struct definition_transport *transport)
{
    const struct {
        const char *key;
        const char **at;
    } texts[] = {{"base_path", &transport->base_path},
                 {"ca", &transport->ca},
                 {"pin", &transport->pin},
                 {"client_certificate", &transport->client_certificate},
                 {"client_key", &transport->client_key}};
    for (size_t index = 0; index < sizeof texts / sizeof *texts; index++) {
        *texts[index].at = "";
        enum status status =
            definition_read_text(place, object, texts[index].key, OPTIONAL, texts[index].at);
        if (status != STATUS_OK)
            return status;
    }
    const char *base = transport->base_path;
    size_t size = strlen(base);
    bool good = size == 0 || (base[0] == '/' && base[size - 1] != '/' &&
                              strpbrk(base, " ?#{}%\\\"<>\t\r\n") == NULL);
    return good ? STATUS_OK
                : jsonplace_wrong_key(place, "base_path", json_object_get(object, "base_path"),
                                      "a path that begins, but does not end, with /: \"/api/v1\"");
}

static enum status read_numbers(struct jsonplace *place, const json_t *object,
                                struct definition_transport *transport)
{
    int64_t body = LARGEST_BODY, rate = 10, parallel = 2;
    transport->connect_timeout_ms = 10000;
    transport->timeout_ms = 60000;
    transport->low_speed_bytes = 10;
    transport->low_speed_ms = 20000;
    const struct {
        const char *key;
        int64_t low, high;
        int64_t *at;
    } numbers[] = {{"connect_timeout_ms", 100, 600000, &transport->connect_timeout_ms},
                   {"timeout_ms", 100, 3600000, &transport->timeout_ms},
                   {"low_speed_bytes", 1, 1000000000, &transport->low_speed_bytes},
                   {"low_speed_ms", 1000, 3600000, &transport->low_speed_ms},
                   {"largest_body", 1024, 1024 * 1024 * 1024, &body},
                   {"rate", 1, 1000, &rate},
                   {"parallel", 1, 64, &parallel}};
    for (size_t index = 0; index < sizeof numbers / sizeof *numbers; index++) {
        enum status status =
            definition_read_number(place, object, numbers[index].key, numbers[index].low,
                                   numbers[index].high, numbers[index].at);
        if (status != STATUS_OK)
            return status;
    }
    transport->largest_body = (size_t)body;
    transport->rate = (unsigned)rate;
    transport->parallel = (unsigned)parallel;
    return STATUS_OK;
}

enum status definition_read_transport(struct jsonplace *place, struct definition *definition)
{
    struct definition_transport *transport = &definition->transport;
    const json_t *object = NULL;
    size_t length = 0;
    int tls = 0;
    enum status status = definition_read_section(place, definition->root, "transport", REQUIRED,
                                                 TRANSPORT_NAMES, &object, &length);
    if (status == STATUS_OK)
        status = read_texts(place, object, transport);
    if (status == STATUS_OK)
        status = read_numbers(place, object, transport);
    if (status == STATUS_OK)
        status = definition_read_flag(place, object, "plaintext", &transport->plaintext);
    if (status == STATUS_OK)
        status = definition_read_word(place, object, "tls_minimum", OPTIONAL, TLS_WORDS, &tls);
    if (status != STATUS_OK)
        return status;
    transport->tls_minimum = 12 + tls;
    jsonplace_leave(place, length);
    return STATUS_OK;
}

/* A bearer or any other static header is said under "headers". */
enum status definition_read_sign_on(struct jsonplace *place, struct definition *definition)
{
    static const char *const names[] = {"kind", "call", "token", "expires_in", NULL};
    static const char *const kinds[] = {"none",    "basic", "static", "oauth2_client_credentials",
                                        "session", NULL};
    const json_t *object = NULL;
    size_t length = 0;
    int kind = 0;
    enum status status = definition_read_section(place, definition->root, "sign_on", OPTIONAL,
                                                 names, &object, &length);
    if (status != STATUS_OK || object == NULL)
        return status;
    status = definition_read_word(place, object, "kind", REQUIRED, kinds, &kind);
    definition->basic = kind == 1;
    bool calls = kind >= 3;
    for (size_t index = 1; status == STATUS_OK && !calls && names[index] != NULL; index++) {
        const json_t *value = json_object_get(object, names[index]);
        if (value != NULL)
            status = jsonplace_wrong_key(place, names[index], value,
                                         "only with oauth2_client_credentials, session");
    }
    if (status == STATUS_OK && calls)
        status = definition_read_call(place, object, "call", 0, &definition->token);
    if (status == STATUS_OK && calls)
        status =
            definition_read_pointer(place, object, "token", REQUIRED, &definition->token_pointer);
    if (status == STATUS_OK && calls)
        status = definition_read_pointer(place, object, "expires_in", OPTIONAL,
                                         &definition->token_seconds);
    if (status == STATUS_OK)
        jsonplace_leave(place, length);
    return status;
}

static enum status read_now(struct jsonplace *place, const json_t *clock,
                            struct definition *definition)
{
    static const char *const names[] = {"pointer", "time", "zone", NULL};
    const json_t *object = NULL;
    size_t length = 0;
    enum status status =
        definition_read_section(place, clock, "now", REQUIRED, names, &object, &length);
    if (status == STATUS_OK)
        status = definition_read_pointer(place, object, "pointer", REQUIRED, &definition->now);
    if (status == STATUS_OK)
        status = definition_read_time(place, object, REQUIRED, &definition->now_form);
    if (status == STATUS_OK)
        jsonplace_leave(place, length);
    return status;
}

enum status definition_read_clock(struct jsonplace *place, struct definition *definition)
{
    static const char *const names[] = {"date_header", "call", "now", NULL};
    const json_t *object = NULL;
    size_t length = 0;
    enum status status = definition_read_section(place, definition->root, "clock", OPTIONAL, names,
                                                 &object, &length);
    if (status != STATUS_OK || object == NULL)
        return status;
    status = definition_read_flag(place, object, "date_header", &definition->date_header);
    if (status == STATUS_OK && json_object_get(object, "call") != NULL) {
        status = definition_read_call(place, object, "call", 0, &definition->time);
        if (status == STATUS_OK)
            status = read_now(place, object, definition);
    } else if (status == STATUS_OK && json_object_get(object, "now") != NULL) {
        status =
            jsonplace_wrong_key(place, "now", json_object_get(object, "now"), "only beside a call");
    }
    if (status == STATUS_OK)
        jsonplace_leave(place, length);
    return status;
}

static enum status read_stated(struct jsonplace *place, const json_t *parent, struct paging *paging)
{
    static const char *const names[] = {"pointer", "time", "zone", NULL};
    const json_t *object = NULL;
    size_t length = 0;
    enum status status =
        definition_read_section(place, parent, "stated", OPTIONAL, names, &object, &length);
    if (status != STATUS_OK || object == NULL)
        return status;
    status = definition_read_pointer(place, object, "pointer", REQUIRED, &paging->stated);
    if (status == STATUS_OK)
        status = definition_read_time(place, object, REQUIRED, &paging->stated_form);
    if (status == STATUS_OK)
        jsonplace_leave(place, length);
    return status;
}

/* What a kind has and another has not. */
static enum status read_kind(struct jsonplace *place, const json_t *object, struct paging *paging)
{
    static const char *const promises[] = {"none", "untrusted", "exact", NULL};
    int promise = TOTAL_NONE;
    bool cursor = paging->kind == PAGING_CURSOR;
    const char *foreign = cursor ? "first" : "next";
    if (json_object_get(object, foreign) != NULL)
        return jsonplace_wrong_key(place, foreign, json_object_get(object, foreign),
                                   cursor ? "only with \"kind\": \"page\""
                                          : "only with \"kind\": \"cursor\"");
    enum status status =
        definition_read_pointer(place, object, "next", cursor ? REQUIRED : OPTIONAL, &paging->next);
    if (status == STATUS_OK)
        status = definition_read_word(place, object, "total", OPTIONAL, promises, &promise);
    paging->promise = (enum total_promise)promise;
    if (status == STATUS_OK)
        status =
            definition_read_pointer(place, object, "total_pointer",
                                    promise == TOTAL_NONE ? OPTIONAL : REQUIRED, &paging->total);
    return status;
}

enum status definition_read_paging(struct jsonplace *place, struct definition *definition)
{
    static const char *const names[] = {"kind",  "first",         "largest", "rows",     "next",
                                        "total", "total_pointer", "stated",  "snapshot", NULL};
    static const char *const kinds[] = {"page", "cursor", NULL};
    struct paging *paging = &definition->paging;
    const json_t *object = NULL;
    size_t length = 0;
    int kind = 0;
    int64_t largest = 0;
    paging->first = 1;
    enum status status = definition_read_section(place, definition->root, "paging", REQUIRED, names,
                                                 &object, &length);
    if (status == STATUS_OK)
        status = definition_read_word(place, object, "kind", REQUIRED, kinds, &kind);
    paging->kind = (enum paging_kind)kind;
    if (status == STATUS_OK)
        status = definition_read_pointer(place, object, "rows", REQUIRED, &paging->rows);
    if (status == STATUS_OK)
        status = read_kind(place, object, paging);
    if (status == STATUS_OK)
        status = definition_read_number(place, object, "first", 0, 1, &paging->first);
    if (status == STATUS_OK)
        status = definition_read_number(place, object, "largest", 1, PAGE_LARGEST, &largest);
    if (status == STATUS_OK && largest == 0)
        status = jsonplace_wrong_key(place, "largest", NULL, "most rows on a page: 1 to 10000");
    if (status == STATUS_OK)
        status = definition_read_flag(place, object, "snapshot", &paging->snapshot);
    if (status == STATUS_OK)
        status = read_stated(place, object, paging);
    if (status != STATUS_OK)
        return status;
    paging->largest = (size_t)largest;
    jsonplace_leave(place, length);
    return STATUS_OK;
}

static enum status read_incremental(struct jsonplace *place, struct definition *definition)
{
    static const char *const names[] = {"order", "inclusive", NULL};
    static const char *const orders[] = {"none", "time", NULL};
    const json_t *object = NULL;
    size_t length = 0;
    int order = 0;
    bool inclusive = true;
    enum status status = definition_read_section(place, definition->root, "incremental", OPTIONAL,
                                                 names, &object, &length);
    if (status != STATUS_OK || object == NULL)
        return status;
    status = definition_read_word(place, object, "order", REQUIRED, orders, &order);
    if (status == STATUS_OK)
        status = definition_read_flag(place, object, "inclusive", &inclusive);
    if (status != STATUS_OK)
        return status;
    definition->incremental = true;
    definition->time_ordered = order == 1;
    definition->exclusive = !inclusive;
    jsonplace_leave(place, length);
    return STATUS_OK;
}

static enum status read_idempotency(struct jsonplace *place, struct definition *definition)
{
    static const char *const names[] = {"header", "keeps_refusals", NULL};
    const json_t *object = NULL;
    size_t length = 0;
    enum status status = definition_read_section(place, definition->root, "idempotency", OPTIONAL,
                                                 names, &object, &length);
    if (status != STATUS_OK || object == NULL)
        return status;
    status =
        definition_read_text(place, object, "header", REQUIRED, &definition->idempotency_header);
    if (status == STATUS_OK) {
        size_t inner = jsonplace_enter(place, "header");
        status = definition_check_header(place, definition->idempotency_header,
                                         json_object_get(object, "header"));
        if (status == STATUS_OK)
            jsonplace_leave(place, inner);
    }
    bool keeps = false; /* keys count refusals on any platform */
    if (status == STATUS_OK)
        status = definition_read_flag(place, object, "keeps_refusals", &keeps);
    if (status == STATUS_OK)
        jsonplace_leave(place, length);
    return status;
}

static enum status read_probes(struct jsonplace *place, struct definition *definition)
{
    static const char *const names[] = {"list", "read", NULL};
    static const enum call calls[] = {CALL_LIST, CALL_READ};
    const json_t *object = NULL;
    size_t length = 0;
    enum status status = definition_read_section(place, definition->root, "probe", OPTIONAL, names,
                                                 &object, &length);
    if (status != STATUS_OK || object == NULL)
        return status;
    for (size_t call = 0; call < 2; call++) {
        const json_t *list = json_object_get(object, names[call]);
        if (list != NULL && !json_is_array(list))
            return jsonplace_wrong_key(place, names[call], list, "a list: account, hours, annual");
        for (size_t index = 0; index < json_array_size(list); index++) {
            const json_t *value = json_array_get(list, index);
            enum entity entity = ENTITIES;
            if (!entity_find(slice_of(json_string_value(value)), &entity))
                return jsonplace_wrong_key(place, names[call], value, "account, hours, annual");
            definition->probes[calls[call]] |= 1U << entity;
        }
    }
    jsonplace_leave(place, length);
    return STATUS_OK;
}

enum status definition_read_promises(struct jsonplace *place, struct definition *definition)
{
    static const char *const deletions[] = {"flag", "never", "gone", NULL};
    int deletion = DELETION_FLAG;
    enum status status =
        definition_read_word(place, definition->root, "deletion", OPTIONAL, deletions, &deletion);
    definition->deletion = (enum deletion)deletion;
    if (status == STATUS_OK)
        status = read_incremental(place, definition);
    if (status == STATUS_OK)
        status = read_idempotency(place, definition);
    if (status == STATUS_OK)
        status = read_probes(place, definition);
    return status;
}
