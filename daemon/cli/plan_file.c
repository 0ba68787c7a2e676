#include "daemon/cli/plan_file.h"

#include "daemon/command.h"
#include "daemon/view/value.h"
#include "mapping/encode.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

enum { FORMAT = 1, KEY_DIGITS = 32, WAVES = 8 };

static void hex_of(const uint8_t *bytes, size_t size, char *ret)
{
    for (size_t i = 0; i < size; i++) {
        (void)snprintf(ret + 2 * i, 3, "%02x", bytes[i]);
    }
}

static bool end_hash(EVP_MD_CTX *hash, char ret[PLAN_FILE_HASH])
{
    uint8_t bytes[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (EVP_DigestFinal_ex(hash, bytes, &size) != 1 || 2 * size + 1 != PLAN_FILE_HASH) {
        return false;
    }
    hex_of(bytes, size, ret);
    return true;
}

static EVP_MD_CTX *begin_hash(void)
{
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    if (hash != NULL && EVP_DigestInit_ex2(hash, EVP_sha256(), NULL) != 1) {
        EVP_MD_CTX_free(hash);
        return NULL;
    }
    return hash;
}

/* Takes the object. */
static bool put_line(FILE *to, EVP_MD_CTX *hash, json_t *object)
{
    char *text = json_dumps(object, ENCODE_DUMP_FLAGS);
    json_decref(object);
    bool good = text != NULL && fputs(text, to) >= 0 && fputc('\n', to) != EOF &&
                EVP_DigestUpdate(hash, text, strlen(text)) == 1 &&
                EVP_DigestUpdate(hash, "\n", 1) == 1;
    free(text);
    return good;
}

static json_t *item_of(json_t *row)
{
    static const char *const members[] = {"key",       "target",  "entity",      "target_id",
                                          "version",   "operation", "fields",    "subject",
                                          "subject_ref", "wave",    "reason"};
    json_t *item = json_object();
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        json_object_set(item, members[i], json_object_get(row, members[i]));
    }
    return item;
}

static bool put_writes(FILE *to, EVP_MD_CTX *hash, json_t *rows)
{
    for (int wave = 0; wave < WAVES; wave++) {
        size_t index;
        json_t *row;
        json_array_foreach(rows, index, row)
        {
            if (json_integer_value(json_object_get(row, "wave")) == wave &&
                !put_line(to, hash, item_of(row))) {
                return false;
            }
        }
    }
    return true;
}

enum status plan_file_write(FILE *to, int64_t run, int64_t now, json_t *rows,
                            char ret_hash[PLAN_FILE_HASH])
{
    EVP_MD_CTX *hash = begin_hash();
    if (hash == NULL) {
        return STATUS_NO_MEMORY;
    }
    json_t *head = json_pack("{s:i, s:I, s:o, s:I}", "cebridge_plan", FORMAT, "run",
                             (json_int_t)run, "made", value_instant(now), "writes",
                             (json_int_t)json_array_size(rows));
    bool good = put_line(to, hash, head) && put_writes(to, hash, rows) && end_hash(hash, ret_hash);
    EVP_MD_CTX_free(hash);
    good = good && fprintf(to, "{\"hash\":\"%s\"}\n", ret_hash) > 0 && fflush(to) == 0;
    return good && !ferror(to) ? STATUS_OK : STATUS_IO;
}

/* Reading: the hash is judged first, so what is said of a changed file is that it was changed. */
struct reading {
    struct plan_file *plan;
    EVP_MD_CTX *hash;
    size_t most;
    int64_t promised; /* writes, by the first line */
    int number;       /* of the line */
    const char *why;
    int why_line;
};

static void wrong(struct reading *at, const char *why)
{
    if (at->why == NULL) {
        at->why = why;
        at->why_line = at->number;
    }
}

static bool is_hex(const char *text, size_t digits)
{
    return text != NULL && strlen(text) == digits && strspn(text, "0123456789abcdef") == digits;
}

static bool is_text(json_t *item, const char *name)
{
    return json_is_string(json_object_get(item, name));
}

static bool is_write(json_t *item)
{
    return is_hex(json_string_value(json_object_get(item, "key")), KEY_DIGITS) &&
           is_text(item, "target") && is_text(item, "entity") && is_text(item, "operation") &&
           is_text(item, "subject_ref") && json_is_integer(json_object_get(item, "version")) &&
           json_is_array(json_object_get(item, "fields"));
}

static void take_head(struct reading *at, json_t *line)
{
    if (json_integer_value(json_object_get(line, "cebridge_plan")) != FORMAT ||
        !json_is_integer(json_object_get(line, "writes"))) {
        wrong(at, N_("this is not a plan that `plan --out` wrote"));
    }
    at->promised = json_integer_value(json_object_get(line, "writes"));
}

static void take_line(struct reading *at, const char *text, size_t size)
{
    json_t *line = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
    if (EVP_DigestUpdate(at->hash, text, size) != 1) {
        wrong(at, N_("out of memory"));
    }
    if (at->number == 1) {
        take_head(at, line);
    } else if (!is_write(line)) {
        wrong(at, N_("not a write of a plan"));
    } else if (json_array_size(at->plan->writes) == at->most) {
        wrong(at, N_("too many writes for one plan"));
    } else {
        json_array_append(at->plan->writes, line);
    }
    json_decref(line);
}

static void take_hash(struct reading *at, const char *text, size_t size)
{
    json_t *line = size == 0 ? NULL : json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
    const char *stated = json_string_value(json_object_get(line, "hash"));
    char found[PLAN_FILE_HASH] = "";
    if (at->number < 2 || !is_hex(stated, PLAN_FILE_HASH - 1)) {
        at->why = at->number < 2 ? N_("this is not a plan that `plan --out` wrote")
                                 : N_("the plan has no end: its last line is no hash");
        at->why_line = 0;
    } else if (!end_hash(at->hash, found) || strcmp(found, stated) != 0) {
        at->why = N_("the plan was changed since it was written: its hash does not fit");
        at->why_line = 0;
    } else if (at->why == NULL && at->promised != (int64_t)json_array_size(at->plan->writes)) {
        at->why = N_("the plan does not hold as many writes as it says");
        at->why_line = 0;
    }
    memcpy(at->plan->hash, found, sizeof found);
    json_decref(line);
}

static void read_lines(struct reading *at, FILE *from)
{
    char *line = NULL, *before = NULL;
    size_t capacity = 0, capacity_before = 0;
    ssize_t size = 0, size_before = 0;
    while ((size = getline(&line, &capacity, from)) > 0) {
        if (size_before > 0) {
            take_line(at, before, (size_t)size_before);
        }
        at->number++;
        char *other = before;
        size_t capacity_other = capacity_before;
        before = line;
        capacity_before = capacity;
        line = other;
        capacity = capacity_other;
        size_before = size;
        if (size > PLAN_FILE_LINE) {
            wrong(at, N_("the line is too long for a write"));
            break;
        }
    }
    take_hash(at, before, (size_t)size_before);
    free(line);
    free(before);
}

static bool collect_keys(struct plan_file *plan)
{
    size_t index;
    json_t *item;
    size_t count = json_array_size(plan->writes);
    json_t *seen = json_object();
    plan->keys = malloc(count * KEY_DIGITS + 1);
    if (plan->keys != NULL) {
        plan->keys[0] = '\0';
    }
    json_array_foreach(plan->writes, index, item)
    {
        const char *key = json_string_value(json_object_get(item, "key"));
        if (plan->keys != NULL) {
            memcpy(plan->keys + index * KEY_DIGITS, key, KEY_DIGITS + 1);
        }
        json_object_set_new(seen, key, json_true());
    }
    bool good = plan->keys != NULL && json_object_size(seen) == count;
    json_decref(seen);
    return good;
}

enum status plan_file_read(FILE *from, size_t most, struct plan_file *ret, const char **ret_why)
{
    *ret = (struct plan_file){.writes = json_array()};
    struct reading at = {.plan = ret, .hash = begin_hash(), .most = most};
    if (ret->writes == NULL || at.hash == NULL) {
        EVP_MD_CTX_free(at.hash);
        return STATUS_NO_MEMORY;
    }
    read_lines(&at, from);
    EVP_MD_CTX_free(at.hash);
    if (at.why == NULL && ferror(from)) {
        at.why = N_("the file cannot be read");
    } else if (at.why == NULL && !collect_keys(ret)) {
        at.why = N_("the same write stands in it twice");
    }
    ret->line = at.why_line;
    *ret_why = at.why;
    return at.why == NULL ? STATUS_OK : STATUS_INVALID;
}

void plan_file_free(struct plan_file *plan)
{
    json_decref(plan->writes);
    free(plan->keys);
    plan->writes = NULL;
    plan->keys = NULL;
}
