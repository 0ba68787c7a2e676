#include "connectors/request.h"

#include "connectors/request_values.h"
#include "mapping/base/civil.h"
#include "mapping/digest.h"

#include <string.h>
#include <strings.h>

enum { TARGET_BYTES = 16 * 1024, FORM_BYTES = 64 * 1024 };

bool request_writes(const struct request *request)
{
    return request->call == CALL_CREATE || request->call == CALL_UPDATE ||
           request->call == CALL_BATCH;
}

/* GB/T 2260: the first two digits of a region that a resident ID can begin with. */
static bool is_province(int code)
{
    return (code >= 11 && code <= 15) || (code >= 21 && code <= 23) || (code >= 31 && code <= 37) ||
           (code >= 41 && code <= 46) || (code >= 50 && code <= 54) || (code >= 61 && code <= 65) ||
           code == 71 || (code >= 81 && code <= 83) || code == 91;
}

static int digits_at(const char *text, size_t count)
{
    int value = 0;
    for (size_t index = 0; index < count; index++)
        value = value * 10 + (text[index] - '0');
    return value;
}

/* GB 11643: region, birth date, sequence [, check]; 15 digits have a year of two. */
static bool is_resident_id(const char *digits, size_t size)
{
    if ((size != 15 && size != 18) || !is_province(digits_at(digits, 2)))
        return false;
    const char *date = digits + 6;
    int year = size == 18 ? digits_at(date, 4) : 1900 + digits_at(date, 2);
    date += size == 18 ? 4 : 2;
    return year >= 1850 && year <= 2099 &&
           civil_valid_date(year, digits_at(date, 2), digits_at(date + 2, 2));
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

bool request_names_person(struct slice text)
{
    for (size_t index = 0; index < text.size;) {
        size_t start = index;
        while (index < text.size && is_digit(text.at[index]))
            index++;
        size_t run = index - start;
        bool x = run == 17 && index < text.size && (text.at[index] == 'X' || text.at[index] == 'x');
        if (is_resident_id(text.at + start, x ? 18 : run))
            return true;
        index += run == 0;
    }
    return false;
}

/* What is not unreserved (RFC 3986) goes as %XX; a query keeps ':' too, as both reference platforms
 * write their times. */
static void append_encoded(struct buffer *buffer, struct slice text, bool query)
{
    for (size_t index = 0; index < text.size; index++) {
        char byte = text.at[index];
        bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        bool plain = letter || is_digit(byte) || byte == '-' || byte == '.' || byte == '_' ||
                     byte == '~' || (query && byte == ':');
        if (plain)
            buffer_append(buffer, (struct slice){&text.at[index], 1});
        else
            buffer_printf(buffer, "%%%02X", (unsigned)(unsigned char)byte);
    }
}

/* The path with its {placeholders} filled, each percent-encoded. "." and ".." are no segments. */
static enum status build_path(const struct request_values *values, const struct call_form *form,
                              struct buffer *path)
{
    const char *at = form->path;
    buffer_text(path, values->platform->definition->transport.base_path);
    while (*at != '\0') {
        size_t plain = strcspn(at, "{");
        buffer_append(path, (struct slice){at, plain});
        at += plain;
        if (*at == '\0')
            break;
        struct slice value = {0};
        struct slice name = {at + 1, strcspn(at, "}") - 1};
        enum status status = request_value_named(values, name, &value);
        if (status != STATUS_OK)
            return status;
        if (slice_empty(value) || slice_is(value, ".") || slice_is(value, ".."))
            return STATUS_INVALID;
        append_encoded(path, value, false);
        at += name.size + 2;
    }
    return path->status;
}

/* name=value&…, without those that have no value. */
static enum status build_pairs(const struct request_values *values, const json_t *pairs, bool query,
                               struct buffer *ret)
{
    const char *name;
    json_t *form;
    enum status status = STATUS_OK;
    json_object_foreach((json_t *)(uintptr_t)pairs, name, form)
    {
        struct slice value = {0};
        if (status == STATUS_OK)
            status = request_value(values, form, &value);
        if (status != STATUS_OK || value.at == NULL)
            continue;
        if (ret->size > 0)
            buffer_text(ret, "&");
        append_encoded(ret, slice_of(name), query);
        buffer_text(ret, "=");
        append_encoded(ret, value, query);
    }
    return status == STATUS_OK ? ret->status : status;
}

static enum status keep(struct arena *arena, struct buffer *buffer, enum status status,
                        struct slice *ret)
{
    if (status == STATUS_OK)
        *ret = arena_copy(arena, buffer_slice(buffer));
    buffer_free(buffer);
    return status == STATUS_OK && ret->at == NULL ? STATUS_NO_MEMORY : status;
}

struct target {
    struct slice path, query;
};

static enum status join_target(struct arena *arena, const struct target *target, struct slice *ret)
{
    *ret = slice_empty(target->query)
               ? target->path
               : arena_printf(arena, "%s?%s", target->path.at, target->query.at);
    return ret->at == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

static enum status build_target(const struct request_values *values, const struct call_form *form,
                                struct target *target, struct message *message)
{
    struct buffer text;
    buffer_init(&text, TARGET_BYTES);
    enum status status = keep(values->arena, &text, build_path(values, form, &text), &target->path);
    if (status != STATUS_OK)
        return status;
    buffer_init(&text, TARGET_BYTES);
    status =
        keep(values->arena, &text, build_pairs(values, form->query, true, &text), &target->query);
    if (status == STATUS_OK)
        status = join_target(values->arena, target, &message->target);
    if (status == STATUS_OK && request_names_person(message->target))
        status = STATUS_INVALID;
    return status;
}

static enum status add_header(struct message *message, const char *name, struct slice value)
{
    for (size_t index = 0; index < value.size; index++) {
        unsigned char byte = (unsigned char)value.at[index];
        if (byte < 0x20 || byte == 0x7F)
            return STATUS_INVALID;
    }
    if (message->header_count == MESSAGE_HEADERS)
        return STATUS_TOO_LARGE;
    message->headers[message->header_count++] = (struct header){slice_of(name), value};
    return STATUS_OK;
}

static enum status add_headers(const struct request_values *values, const json_t *headers,
                               struct message *message)
{
    const char *name;
    json_t *form;
    enum status status = STATUS_OK;
    json_object_foreach((json_t *)(uintptr_t)headers, name, form)
    {
        struct slice value = {0};
        if (status == STATUS_OK)
            status = request_value(values, form, &value);
        if (status == STATUS_OK && value.at != NULL)
            status = add_header(message, name, value);
    }
    return status;
}

static enum status build_body(const struct request_values *values, const struct call_form *form,
                              struct message *message)
{
    enum status status = STATUS_OK;
    const char *type = "application/json";
    if (form->form != NULL) {
        struct buffer text;
        buffer_init(&text, FORM_BYTES);
        status = keep(values->arena, &text, build_pairs(values, form->form, false, &text),
                      &message->body);
        type = "application/x-www-form-urlencoded";
    } else if (form->body != NULL) {
        status = request_body(values, form->body, &message->body);
    } else {
        message->body = SLICE("");
        return STATUS_OK;
    }
    return status == STATUS_OK ? add_header(message, "Content-Type", slice_of(type)) : status;
}

static enum status add_basic(const struct request_values *values, struct message *message)
{
    const struct platform *platform = values->platform;
    struct slice code = {0};
    struct slice both = arena_printf(values->arena, "%.*s:%.*s", (int)platform->key_id.size,
                                     platform->key_id.at == NULL ? "" : platform->key_id.at,
                                     (int)platform->secret.size,
                                     platform->secret.at == NULL ? "" : platform->secret.at);
    if (both.at == NULL)
        return STATUS_NO_MEMORY;
    enum status status = signing_base64(both, values->arena, &code);
    if (status != STATUS_OK)
        return status;
    struct slice value = arena_printf(values->arena, "Basic %s", code.at);
    return value.at == NULL ? STATUS_NO_MEMORY : add_header(message, "Authorization", value);
}

static enum status build_headers(const struct request_values *values, const struct call_form *form,
                                 struct message *message)
{
    const struct definition *definition = values->platform->definition;
    enum status status = add_header(message, "Accept", SLICE("application/json"));
    if (status == STATUS_OK && !form->is_unsigned)
        status = add_headers(values, definition->headers, message);
    if (status == STATUS_OK)
        status = add_headers(values, form->headers, message);
    if (status == STATUS_OK && definition->basic && !form->is_unsigned)
        status = add_basic(values, message);
    if (status == STATUS_OK && message->write && definition->idempotency_header != NULL)
        status = add_header(message, definition->idempotency_header, values->request->key);
    return status;
}

bool request_is_etag(struct slice text)
{
    bool weak = slice_starts(text, SLICE("W/"));
    size_t first = weak ? 3 : 1;
    if (text.size < first + 1 || text.size >= KNOWN_ETAG_BYTES || text.at[first - 1] != '"' ||
        text.at[text.size - 1] != '"')
        return false;
    for (size_t index = first; index < text.size - 1; index++) {
        unsigned char byte = (unsigned char)text.at[index];
        if (byte <= ' ' || byte == '"' || byte == 0x7F)
            return false;
    }
    return true;
}

static bool has_header(const struct message *message, const char *name)
{
    bool has = false;
    for (size_t index = 0; index < message->header_count && !has; index++) {
        struct slice other = message->headers[index].name;
        has = other.size == strlen(name) && strncasecmp(other.at, name, other.size) == 0;
    }
    return has;
}

static enum status note_of(const struct request_values *values, struct message *message)
{
    const struct platform *platform = values->platform;
    struct buffer text;
    buffer_init(&text, 2 * TARGET_BYTES);
    buffer_append(&text, platform->url);
    buffer_text(&text, "\n");
    buffer_append(&text, platform->key_id);
    buffer_text(&text, "\n");
    buffer_append(&text, message->target);
    enum status status = text.status;
    digest_quick(buffer_slice(&text), message->of);
    buffer_free(&text);
    return status;
}

/* A page that is known is named by its ETag, where that was given for this very target. A message that has no more
 * room, or a header of that name, goes without. */
static enum status name_known(const struct request_values *values, struct message *message)
{
    const struct known_page *known = &values->request->known;
    if (values->request->call != CALL_LIST)
        return STATUS_OK;
    enum status status = note_of(values, message);
    bool full = message->header_count + 1 >= MESSAGE_HEADERS; /* the signature may need one */
    if (status != STATUS_OK || full || has_header(message, "If-None-Match") || !request_is_etag(known->etag) ||
        memcmp(known->of, message->of, sizeof known->of) != 0)
        return status;
    message->conditional = true;
    return add_header(message, "If-None-Match", known->etag);
}

static enum status sign(const struct request_values *values, const struct target *target,
                        struct message *message)
{
    const struct platform *platform = values->platform;
    const struct signing *signing = &platform->definition->signing;
    struct slice signature = {0};
    struct signing_input input = {.message = message,
                                  .path = target->path,
                                  .query = target->query,
                                  .timestamp = values->timestamp,
                                  .nonce = values->nonce,
                                  .key_id = platform->key_id,
                                  .secret = platform->secret,
                                  .token = platform->token};
    enum status status = signing_sign(signing, &input, values->arena, &signature);
    if (status != STATUS_OK)
        return status;
    if (signing->place == SIGNING_IN_HEADER)
        return add_header(message, signing->name.at, signature);
    struct buffer text;
    buffer_init(&text, TARGET_BYTES);
    buffer_append(&text, message->target);
    buffer_text(&text, slice_empty(target->query) ? "?" : "&");
    append_encoded(&text, signing->name, true);
    buffer_text(&text, "=");
    append_encoded(&text, signature, true);
    return keep(values->arena, &text, text.status, &message->target);
}

static enum status build_timestamp(const struct platform *platform, int64_t now_ms,
                                   struct arena *arena, struct slice *ret)
{
    const struct definition *definition = platform->definition;
    int64_t there_ms = now_ms + platform->clock_offset_ms;
    if (definition->timestamp != TIMESTAMP_FORMAT) {
        bool seconds = definition->timestamp == TIMESTAMP_SECONDS;
        *ret = arena_printf(arena, "%lld", (long long)(seconds ? there_ms / 1000 : there_ms));
        return ret->at == NULL ? STATUS_NO_MEMORY : STATUS_OK;
    }
    struct buffer text;
    buffer_init(&text, 128);
    civil_format(&text, there_ms / 1000, definition->timestamp_form.format,
                 definition->timestamp_form.zone_seconds);
    return keep(arena, &text, text.status, ret);
}

/* What the call needs is there, and not more than it can take. */
static enum status check_request(const struct platform *platform, const struct request *request,
                                 const struct call_form *form)
{
    const struct definition *definition = platform->definition;
    if (request->call == CALL_BATCH && request->item_count > form->largest)
        return STATUS_UNSUPPORTED;
    bool token = definition->token.present && !form->is_unsigned && request->call != CALL_TOKEN;
    if (token && slice_empty(platform->token))
        return STATUS_INVALID;
    if (request_writes(request) && request->item_count == 0)
        return STATUS_INVALID;
    for (size_t index = 0; request_writes(request) && index < request->item_count; index++) {
        if (!json_is_object(request->items[index].record))
            return STATUS_INVALID;
    }
    if (request_writes(request) && definition->idempotency_header != NULL &&
        slice_empty(request->key))
        return STATUS_INVALID;
    if (request->call == CALL_QUERY &&
        (request->person_count > form->largest || request->organisation_count > form->largest))
        return STATUS_UNSUPPORTED;
    if (request->call == CALL_QUERY && request->person_count + request->organisation_count == 0)
        return STATUS_INVALID; /* it might be taken for 'all' */
    return STATUS_OK;
}

enum status request_build(const struct platform *platform, const struct request *request,
                          int64_t now_ms, struct slice nonce, struct arena *arena,
                          struct message *ret)
{
    const struct call_form *form =
        definition_form(platform->definition, request->call, request->entity);
    if (form == NULL)
        return STATUS_UNSUPPORTED;
    bool single = request->call == CALL_CREATE || request->call == CALL_UPDATE;
    struct request_values values = {
        .platform = platform, .request = request, .nonce = nonce, .arena = arena};
    struct message message = {.method = slice_of(form->method), .write = request_writes(request)};
    struct target target = {{0}, {0}};
    enum status status = check_request(platform, request, form);
    if (status == STATUS_OK && single)
        values.item = &request->items[0];
    if (status == STATUS_OK)
        status = build_timestamp(platform, now_ms, arena, &values.timestamp);
    if (status == STATUS_OK)
        status = build_target(&values, form, &target, &message);
    if (status == STATUS_OK)
        status = build_body(&values, form, &message);
    if (status == STATUS_OK)
        status = build_headers(&values, form, &message);
    if (status == STATUS_OK)
        status = name_known(&values, &message);
    if (status == STATUS_OK && !form->is_unsigned && platform->definition->signing.part_count > 0)
        status = sign(&values, &target, &message);
    if (status == STATUS_OK)
        *ret = message;
    return status;
}
