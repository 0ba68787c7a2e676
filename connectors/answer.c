#include "connectors/answer.h"

#include "connectors/answer_rules.h"
#include "mapping/base/civil.h"
#include "mapping/split.h"

#include <stdio.h>
#include <string.h>

enum { HTTP_NOT_MODIFIED = 304 };

const char *answer_class_name(enum answer_class class)
{
    static const char *const names[ANSWER_CLASSES] = {
#define ANSWER_CLASS_NAME(name, text) [ANSWER_##name] = text,
        ANSWER_CLASS_MAP(ANSWER_CLASS_NAME)
#undef ANSWER_CLASS_NAME
    };
    return (unsigned)class < ANSWER_CLASSES ? names[class] : "";
}

/* One reply being read. */
struct reading {
    const struct definition *definition;
    const struct request *request;
    const struct reply *reply;
    const struct call_form *form;
    const struct split_expected *expected;
    struct arena *arena;
    struct slice json; /* the body; of a listing only what stands around its rows */
    bool paged;        /* there are rows, or an empty list of them */
    bool write;
};

static void doubtful(const struct reading *reading, struct answer *answer)
{
    answer->class = reading->write ? ANSWER_UNKNOWN : ANSWER_RETRY;
}

static bool is_listing(const struct reading *reading)
{
    return reading->request->call == CALL_LIST || reading->request->call == CALL_QUERY;
}

/* A page is looked through once: after that the rows are known, and everything else stands in the
 * text around them. */
static enum status take_rows(struct reading *reading, struct answer *answer)
{
    struct split_page page = {0};
    struct slice body = reading->reply->body;
    enum status status = split_rows(body, reading->definition->paging.rows, reading->expected,
                                    reading->arena, &page);
    if (status == STATUS_NO_MEMORY || status == STATUS_TOO_LARGE)
        return STATUS_NO_MEMORY;
    if (status != STATUS_OK)
        return STATUS_OK; /* no page: the rules say what it is */
    reading->paged = true;
    answer->rows = page.rows;
    answer->row_count = page.count;
    answer->row_array = page.array;
    answer->rows_same = page.same;
    const char *end = page.array.at + page.array.size - 1; /* the brackets stay */
    size_t before = (size_t)(page.array.at + 1 - body.at);
    size_t behind = (size_t)(body.at + body.size - end);
    char *frame = arena_alloc(reading->arena, before + behind + 1);
    if (frame == NULL)
        return STATUS_NO_MEMORY;
    memcpy(frame, body.at, before);
    memcpy(frame + before, end, behind);
    reading->json = (struct slice){frame, before + behind};
    return STATUS_OK;
}

static void forget_rows(struct answer *answer)
{
    answer->rows = NULL;
    answer->row_count = 0;
    answer->row_array = (struct slice){0};
    answer->rows_same = false;
}

static void put_code(char code[16], struct slice text, int status)
{
    size_t size = text.size < 15 ? text.size : 15;
    if (size == 0) {
        (void)snprintf(code, 16, "%d", status);
        return;
    }
    for (size_t index = 0; index < size; index++) /* it goes into logs: nothing but a code */
        code[index] = text.at[index] > ' ' && text.at[index] < 0x7F ? text.at[index] : '?';
    code[size] = '\0';
}

/* A whole number with or without a fraction, in thousandths of `unit_ms`. */
static int64_t milliseconds(struct slice text, int64_t unit_ms)
{
    int64_t number = 0;
    const char *dot = text.size == 0 ? NULL : memchr(text.at, '.', text.size);
    if (dot != NULL)
        text.size = (size_t)(dot - text.at);
    if (!slice_integer(text, &number) || number < 0 || number > INT64_MAX / 1000 - 1000)
        return -1;
    return (number + (dot != NULL)) * unit_ms;
}

/* Seconds, or a date by the platform's own clock: it is compared with the Date header where there
 * is one. */
static int64_t retry_after_ms(const struct reply *reply, const struct answer *answer)
{
    int64_t instant = 0;
    struct slice text = slice_trim(reply->retry_after);
    if (!answer_http_date(text, &instant))
        return milliseconds(text, 1000);
    int64_t now_ms = answer->has_date ? answer->date_ms : reply->arrived_ms;
    return instant * 1000 > now_ms ? instant * 1000 - now_ms : 0;
}

static enum status take_delay(const struct reading *reading, const struct answer_rule *rule,
                              struct answer *answer)
{
    struct slice text = {0};
    enum status status = answer_scalar(reading->json, rule->delay_ms, reading->arena, &text);
    if (status == STATUS_OK && text.at != NULL)
        answer->delay_ms = milliseconds(text, 1);
    if (status == STATUS_OK && rule->delay_s.at != NULL)
        status = answer_scalar(reading->json, rule->delay_s, reading->arena, &text);
    if (status == STATUS_OK && rule->delay_s.at != NULL && text.at != NULL)
        answer->delay_ms = milliseconds(text, 1000);
    if (status == STATUS_OK && rule->retry_after && answer->delay_ms < 0)
        answer->delay_ms = retry_after_ms(reading->reply, answer);
    return status;
}

static enum status classify(const struct reading *reading, struct answer *answer)
{
    const struct answer_rules *rules = &reading->definition->answers;
    const struct answer_rule *rule = NULL;
    struct slice whole = {0}, code = {0};
    struct answer_view view = {.call = reading->request->call,
                               .status = reading->reply->status,
                               .content_type = reading->reply->content_type,
                               .json = reading->json,
                               .arena = reading->arena};
    enum status status = answer_scalar(reading->json, rules->code, reading->arena, &code);
    if (status == STATUS_OK)
        status = answer_rule_find(rules, &view, &rule);
    if (status != STATUS_OK)
        return status;
    put_code(answer->code, code, reading->reply->status);
    if (rule == NULL) {
        bool json = split_value(reading->json, SLICE(""), &whole) == STATUS_OK;
        answer->class = reading->write ? ANSWER_UNKNOWN : json ? ANSWER_FATAL : ANSWER_RETRY;
        return STATUS_OK;
    }
    answer->class = reading->write ? rule->write_class : rule->class;
    answer->record = answer_object(reading->json, rule->record);
    answer->fields = answer_raw(reading->json, rule->fields);
    status = answer_scalar(reading->json, rule->id, reading->arena, &answer->remote_id);
    return status == STATUS_OK ? take_delay(reading, rule, answer) : status;
}

/* Facts of a page around its rows. */
static enum status take_page(const struct reading *reading, struct answer *answer)
{
    const struct paging *paging = &reading->definition->paging;
    struct slice text = {0};
    if (!reading->paged) {
        doubtful(reading, answer);
        return STATUS_OK;
    }
    enum status status = answer_scalar(reading->json, paging->total, reading->arena, &text);
    if (status == STATUS_OK && (!slice_integer(text, &answer->total) || answer->total < 0))
        answer->total = -1;
    if (status == STATUS_OK)
        status = answer_scalar(reading->json, paging->next, reading->arena, &answer->next);
    if (status == STATUS_OK)
        status = answer_scalar(reading->json, paging->stated, reading->arena, &text);
    if (status == STATUS_OK && paging->stated.at != NULL && text.at != NULL)
        (void)civil_parse(text, paging->stated_form.format, paging->stated_form.zone_seconds,
                          &answer->stated);
    return status;
}

static enum status take_token(const struct reading *reading, struct answer *answer)
{
    const struct definition *definition = reading->definition;
    struct slice text = {0};
    enum status status =
        answer_scalar(reading->json, definition->token_pointer, reading->arena, &answer->token);
    if (status == STATUS_OK)
        status = answer_scalar(reading->json, definition->token_seconds, reading->arena, &text);
    int64_t life_ms = text.at == NULL ? 0 : milliseconds(text, 1000);
    answer->token_seconds = life_ms > 0 ? life_ms / 1000 : 0;
    if (slice_empty(answer->token))
        doubtful(reading, answer);
    return status;
}

static enum status take_now(const struct reading *reading, struct answer *answer)
{
    const struct definition *definition = reading->definition;
    struct slice text = {0};
    enum status status = answer_scalar(reading->json, definition->now, reading->arena, &text);
    if (status == STATUS_OK && !civil_parse(text, definition->now_form.format,
                                            definition->now_form.zone_seconds, &answer->now))
        doubtful(reading, answer);
    return status;
}

/* The place of a result among the request's items; false where it names none. */
static enum status result_index(const struct reading *reading, struct slice row, size_t *ret,
                                bool *ret_found)
{
    struct slice text = {0};
    int64_t number = -1;
    enum status status = answer_scalar(row, reading->form->result_index, reading->arena, &text);
    *ret_found = slice_integer(text, &number) && number >= 0 &&
                 (uint64_t)number < reading->request->item_count;
    if (*ret_found)
        *ret = (size_t)number;
    return status;
}

static enum status read_result(const struct reading *reading, struct slice row,
                               struct answer_item *item)
{
    const struct answer_rules *rules = &reading->definition->item_answers;
    const struct answer_rule *rule = NULL;
    struct slice code = {0};
    struct answer_view view = {.call = reading->request->call,
                               .status = reading->reply->status,
                               .content_type = reading->reply->content_type,
                               .json = row,
                               .arena = reading->arena};
    enum status status = answer_scalar(row, rules->code, reading->arena, &code);
    if (status == STATUS_OK)
        status = answer_rule_find(rules, &view, &rule);
    if (status != STATUS_OK)
        return status;
    put_code(item->code, code, reading->reply->status);
    item->class = rule == NULL ? ANSWER_UNKNOWN : rule->write_class;
    if (rule == NULL)
        return STATUS_OK;
    item->fields = answer_raw(row, rule->fields);
    item->record =
        answer_object(row, item->class == ANSWER_OK ? reading->form->result_record : rule->record);
    if (item->class == ANSWER_OK && slice_empty(item->record))
        item->class = ANSWER_UNKNOWN; /* what is stored is not known */
    return answer_scalar(row, rule->id, reading->arena, &item->remote_id);
}

static enum status take_result(const struct reading *reading, struct slice row,
                               struct answer *answer, bool *named)
{
    size_t index = 0;
    bool found = false;
    enum status status = result_index(reading, row, &index, &found);
    if (status != STATUS_OK || !found)
        return status;
    struct answer_item *item = &answer->items[index];
    if (named[index]) { /* two results for one item: neither is believed */
        *item = (struct answer_item){.index = index, .class = ANSWER_UNKNOWN};
        return STATUS_OK;
    }
    named[index] = true;
    return read_result(reading, row, item);
}

static enum status take_results(const struct reading *reading, struct answer *answer)
{
    struct split_page page = {0};
    size_t count = reading->request->item_count;
    enum status status = split_rows(reading->json, reading->form->results, NULL, reading->arena,
                                    &page);
    if (status == STATUS_NO_MEMORY || status == STATUS_TOO_LARGE)
        return STATUS_NO_MEMORY;
    if (status != STATUS_OK) {
        doubtful(reading, answer);
        return STATUS_OK;
    }
    bool *named = arena_alloc(reading->arena, count * sizeof *named);
    answer->items = arena_alloc(reading->arena, count * sizeof *answer->items);
    if (named == NULL || answer->items == NULL)
        return STATUS_NO_MEMORY;
    answer->item_count = count;
    for (size_t index = 0; index < count; index++)
        answer->items[index] = (struct answer_item){.index = index, .class = ANSWER_UNKNOWN};
    status = STATUS_OK;
    for (size_t index = 0; status == STATUS_OK && index < page.count; index++)
        status = take_result(reading, page.rows[index], answer, named);
    return status;
}

static enum status take_record(const struct reading *reading, struct answer *answer)
{
    answer->record = answer_object(reading->json, reading->form->record);
    if (slice_empty(answer->record))
        doubtful(reading, answer);
    return STATUS_OK;
}

/* What a good answer to the call brings. */
static enum status take_contents(const struct reading *reading, struct answer *answer)
{
    switch (reading->request->call) {
    case CALL_TOKEN: return take_token(reading, answer);
    case CALL_TIME: return take_now(reading, answer);
    case CALL_LIST:
    case CALL_QUERY: return take_page(reading, answer);
    case CALL_READ:
    case CALL_CREATE:
    case CALL_UPDATE: return take_record(reading, answer);
    case CALL_BATCH: return take_results(reading, answer);
    case CALLS:
    default: return STATUS_OK;
    }
}

static enum status read_complete(struct reading *reading, struct answer *answer)
{
    enum status status = STATUS_OK;
    if (reading->reply->status == HTTP_NOT_MODIFIED) { /* and brings nothing, whatever the rules say */
        doubtful(reading, answer);
        put_code(answer->code, (struct slice){0}, HTTP_NOT_MODIFIED);
        return STATUS_OK;
    }
    if (is_listing(reading))
        status = take_rows(reading, answer);
    if (status == STATUS_OK)
        status = classify(reading, answer);
    if (status == STATUS_OK && answer->class == ANSWER_OK)
        status = take_contents(reading, answer);
    if (answer->class != ANSWER_OK)
        forget_rows(answer);
    else if (reading->request->call == CALL_LIST && request_is_etag(reading->reply->etag))
        answer->known.etag = reading->reply->etag;
    return status;
}

static void read_date(const struct definition *definition, const struct reply *reply, struct answer *answer)
{
    int64_t instant = 0;
    if (!definition->date_header || !answer_http_date(reply->date, &instant))
        return;
    answer->has_date = true;
    answer->date_ms = instant * 1000;
}

void answer_unsent(const struct definition *definition, const struct reply *reply, int64_t total,
                   struct answer *ret)
{
    *ret = (struct answer){.class = ANSWER_OK, .delay_ms = -1, .total = total, .rows_same = true, .unsent = true};
    put_code(ret->code, (struct slice){0}, reply->status);
    read_date(definition, reply, ret);
}

enum status answer_read(const struct definition *definition, const struct request *request,
                        const struct reply *reply, const struct split_expected *expected,
                        struct arena *arena, struct answer *ret)
{
    struct answer answer = {.class = ANSWER_FATAL, .delay_ms = -1, .total = -1};
    struct reading reading = {.definition = definition,
                              .request = request,
                              .reply = reply,
                              .form = definition_form(definition, request->call, request->entity),
                              .expected = expected,
                              .arena = arena,
                              .json = reply->body,
                              .write = request_writes(request)};
    enum status status = STATUS_OK;
    read_date(definition, reply, &answer);
    if (reply->end == REPLY_NOT_SENT)
        answer.class = ANSWER_RETRY;
    else if (reply->end != REPLY_COMPLETE)
        doubtful(&reading, &answer);
    else if (reading.form != NULL)
        status = read_complete(&reading, &answer);
    if (status == STATUS_OK)
        *ret = answer;
    return status;
}
