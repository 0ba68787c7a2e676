#include "tests/platform/fault.h"

#include <stdio.h>
#include <string.h>

static const char *const FAULT_NAMES[] = {
#define FAULT_NAME(name, text) text,
    FAULT_MAP(FAULT_NAME)
#undef FAULT_NAME
};

static int kind_of(const char *name)
{
    for (int kind = 0; name != NULL && kind < FAULT_KINDS; kind++)
        if (strcmp(FAULT_NAMES[kind], name) == 0)
            return kind;
    return -1;
}

static int64_t number_of(const json_t *description, const char *name, int64_t absent)
{
    const json_t *value = json_object_get(description, name);
    return json_is_integer(value) ? json_integer_value(value) : absent;
}

static bool text_of(const json_t *description, const char *name, char *ret, size_t size)
{
    const char *text = json_string_value(json_object_get(description, name));
    if (text == NULL)
        return true;
    if (strlen(text) >= size)
        return false;
    snprintf(ret, size, "%s", text);
    return true;
}

static bool flag_of(const json_t *description, const char *name)
{
    return json_is_true(json_object_get(description, name));
}

static void numbers_of(const json_t *description, struct played_fault *fault)
{
    const json_t *probability = json_object_get(description, "probability");
    fault->probability = json_is_number(probability) ? json_number_value(probability) : 1.0;
    fault->count = number_of(description, "count", json_is_number(probability) ? -1 : 1);
    fault->after = number_of(description, "after", 0);
    int status = fault->kind == FAULT_HTML ? 200 : fault->kind == FAULT_REFUSED ? 422 : 503;
    fault->status = (int)number_of(description, "status", status);
    fault->ms = number_of(description, "ms", fault->kind == FAULT_TRICKLE ? 1000 : 200);
    fault->jitter_ms = number_of(description, "jitter_ms", 0);
    fault->retry_after = number_of(description, "retry_after", 1);
    fault->bytes = number_of(description, "bytes", 300LL * 1000 * 1000);
    fault->depth = number_of(description, "depth", 100000);
    fault->delta = number_of(description, "delta", 1);
    fault->seconds = number_of(description, "seconds", number_of(description, "offset_seconds", 5));
    fault->index = number_of(description, "index", 0);
    fault->http_date = flag_of(description, "http_date");
    fault->all = flag_of(description, "all");
    fault->new_id = flag_of(description, "new_id");
    fault->stored = flag_of(description, "stored");
}

const char *faults_add(struct faults *faults, const json_t *description)
{
    struct played_fault fault = {.side = -1};
    int kind = kind_of(json_string_value(json_object_get(description, "kind")));
    const char *side = json_string_value(json_object_get(description, "side"));
    if (kind < 0)
        return "unknown kind";
    if (faults->count == FAULTS)
        return "too many faults";
    fault.kind = (enum fault_kind)kind;
    if (side != NULL && strcmp(side, "municipal") == 0)
        fault.side = PLATFORM_MUNICIPAL;
    else if (side != NULL && strcmp(side, "provincial") == 0)
        fault.side = PLATFORM_PROVINCIAL;
    else if (side != NULL)
        return "unknown side";
    if (!text_of(description, "method", fault.method, sizeof fault.method) ||
        !text_of(description, "path", fault.path, sizeof fault.path) ||
        !text_of(description, "body", fault.body, sizeof fault.body) ||
        !text_of(description, "field", fault.field, sizeof fault.field) ||
        !text_of(description, "value", fault.value, sizeof fault.value))
        return "text too long";
    numbers_of(description, &fault);
    if (json_is_integer(json_object_get(description, "seed")))
        faults->random = (uint64_t)number_of(description, "seed", 1);
    faults->list[faults->count++] = fault;
    return NULL;
}

json_t *faults_list(const struct faults *faults)
{
    static const char *const sides[] = {"both", "municipal", "provincial"};
    json_t *list = json_array();
    for (size_t at = 0; at < faults->count; at++) {
        const struct played_fault *fault = &faults->list[at];
        json_array_append_new(
            list,
            json_pack("{s:s,s:s,s:s,s:s,s:I,s:I,s:f,s:I}", "kind", FAULT_NAMES[fault->kind], "side",
                      sides[fault->side + 1], "method", fault->method, "path", fault->path, "count",
                      (json_int_t)fault->count, "after", (json_int_t)fault->after, "probability",
                      fault->probability, "hits", (json_int_t)fault->hits));
    }
    return list;
}

uint64_t faults_random(struct faults *faults)
{
    uint64_t value = faults->random += 0x9e3779b97f4a7c15U;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9U;
    value = (value ^ value >> 27) * 0x94d049bb133111ebU;
    return value ^ value >> 31;
}

static bool fault_matches(const struct played_fault *fault, enum platform_side side,
                          const char *method, const char *target, const char *body)
{
    return fault->count != 0 && (fault->side < 0 || fault->side == (int)side) &&
           (fault->method[0] == '\0' || strcmp(fault->method, method) == 0) &&
           (fault->path[0] == '\0' || strstr(target, fault->path) != NULL) &&
           (fault->body[0] == '\0' || strstr(body, fault->body) != NULL);
}

static bool fault_strikes(struct faults *faults, struct played_fault *fault)
{
    if (fault->after > 0) {
        fault->after--;
        return false;
    }
    if (fault->probability >= 1.0)
        return true;
    return (double)(faults_random(faults) >> 11) * 0x1p-53 < fault->probability;
}

void faults_pick(struct faults *faults, enum platform_side side, const char *method,
                 const char *target, const char *body, struct play *ret)
{
    ret->count = 0;
    for (size_t at = 0; at < faults->count && ret->count < FAULTS_AT_ONCE; at++) {
        struct played_fault *fault = &faults->list[at];
        if (!fault_matches(fault, side, method, target, body) || !fault_strikes(faults, fault))
            continue;
        if (fault->count > 0)
            fault->count--;
        fault->hits++;
        struct played_fault *copy = &ret->faults[ret->count++];
        *copy = *fault;
        if (fault->jitter_ms > 0)
            copy->ms += (int64_t)(faults_random(faults) % (uint64_t)(fault->jitter_ms + 1));
    }
}

const struct played_fault *play_of(const struct play *play, enum fault_kind kind)
{
    for (size_t at = 0; at < play->count; at++)
        if (play->faults[at].kind == kind)
            return &play->faults[at];
    return NULL;
}
