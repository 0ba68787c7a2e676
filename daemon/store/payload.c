#include "daemon/store/payload.h"

#include "daemon/store/cover.h"
#include "daemon/store/statement.h"
#include "mapping/digest.h"

#include <stdlib.h>
#include <string.h>

enum {
    FORMED = 1, /* first byte: a template's name and the values follow */
    AS_IT_IS = 2,
    HOLE = 1, /* in a template: a value */
    NAME_BYTES = 8,
    PAYLOAD_MOST = 64 * 1024,
    TEMPLATE_MOST = 8 * 1024,
    SEVEN_BITS = 7
};

enum { GET, GET_NUMBER, PUT, COUNT };
static const struct sql sql[] = {
    [GET] = {"read a template", "SELECT sealed FROM stage.template WHERE name = ?1"},
    [GET_NUMBER] = {"read a template", "SELECT name FROM stage.template WHERE number = ?1"},
    [PUT] = {"keep a template", "INSERT INTO stage.template (name, sealed) VALUES (?1, ?2)"
                                " ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed"},
    [COUNT] = {"count templates", "SELECT count(*) FROM stage.template"},
};

struct template {
    uint8_t name[NAME_BYTES]; /* of its text */
    char *text;
    size_t size, holes;
};

struct payloads {
    struct template known[TEMPLATES_MOST];
    size_t count;
    struct buffer form, packed; /* of the payload at hand */
};

static enum status payloads_of(struct store *store, struct payloads **ret)
{
    if (store->payloads == NULL) {
        store->payloads = calloc(1, sizeof *store->payloads);
        if (store->payloads == NULL)
            return STATUS_NO_MEMORY;
        buffer_init(&store->payloads->form, TEMPLATE_MOST);
        buffer_init(&store->payloads->packed, 2 * PAYLOAD_MOST);
    }
    *ret = store->payloads;
    return STATUS_OK;
}

void payload_forget(struct store *store)
{
    if (store->payloads == NULL)
        return;
    for (size_t index = 0; index < store->payloads->count; index++)
        free(store->payloads->known[index].text);
    buffer_free(&store->payloads->form);
    buffer_free(&store->payloads->packed);
    free(store->payloads);
    store->payloads = NULL;
}

/* --- templates ----------------------------------------------------------------------------------- */

static const struct template *known_template(const struct payloads *payloads, const uint8_t *name)
{
    for (size_t index = 0; index < payloads->count; index++) {
        if (memcmp(payloads->known[index].name, name, NAME_BYTES) == 0)
            return &payloads->known[index];
    }
    return NULL;
}

static enum status note_template(struct payloads *payloads, const uint8_t *name, struct slice text)
{
    struct template *template = &payloads->known[payloads->count];
    if (payloads->count == TEMPLATES_MOST)
        return STATUS_CORRUPT;
    template->text = malloc(text.size + 1);
    if (template->text == NULL)
        return STATUS_NO_MEMORY;
    memcpy(template->text, text.at, text.size);
    memcpy(template->name, name, NAME_BYTES);
    template->size = text.size;
    template->holes = 0;
    for (size_t at = 0; at < text.size; at++)
        template->holes += text.at[at] == HOLE;
    payloads->count++;
    return STATUS_OK;
}

static void name_of(struct slice text, uint8_t ret[NAME_BYTES])
{
    uint8_t digest[16];
    digest_quick(text, digest);
    memcpy(ret, digest, NAME_BYTES);
}

static void cover_template(struct cover *cover, struct store *store, const uint8_t *name)
{
    cover_begin(cover, store, SEAL_STAGE);
    cover_bind_text(cover, SLICE("template"));
    cover_bind_text(cover, (struct slice){(const char *)name, NAME_BYTES});
}

static void bind_name(struct statement *statement, const uint8_t *name)
{
    statement_bind_bytes(statement, (struct slice){(const char *)name, NAME_BYTES});
}

/* NOT_FOUND; CORRUPT: it does not open, or is not the one of that name. */
static enum status open_template(struct store *store, const uint8_t *name, struct arena *arena, struct slice *ret)
{
    struct statement statement;
    struct cover cover;
    uint8_t found[NAME_BYTES];
    statement_open(&statement, store, &sql[GET]);
    bind_name(&statement, name);
    enum status status = statement_row(&statement);
    if (status != STATUS_OK)
        return status;
    cover_template(&cover, store, name);
    (void)cover_open(&cover, statement_read_bytes(&statement), arena);
    *ret = cover_take(&cover);
    (void)statement_close(&statement);
    if (cover.status != STATUS_OK)
        return cover.status;
    name_of(*ret, found);
    return memcmp(found, name, NAME_BYTES) == 0 ? STATUS_OK : STATUS_CORRUPT;
}

static enum status read_template(struct store *store, struct payloads *payloads, const uint8_t *name)
{
    struct arena arena;
    struct slice text = {0};
    bool resealing = store->resealing;
    arena_init(&arena, 2 * TEMPLATE_MOST);
    store->resealing = false; /* it is the payload that is sealed anew */
    enum status status = open_template(store, name, &arena, &text);
    store->resealing = resealing;
    if (status == STATUS_OK)
        status = note_template(payloads, name, text);
    arena_free(&arena);
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
}

enum status payload_open_template(struct store *store, int64_t number, struct arena *arena)
{
    struct statement statement;
    struct slice text = {0};
    uint8_t name[NAME_BYTES];
    statement_open(&statement, store, &sql[GET_NUMBER]);
    statement_bind_number(&statement, number);
    enum status status = statement_row(&statement);
    if (status != STATUS_OK)
        return status;
    struct slice bytes = statement_read_bytes(&statement);
    bool whole = bytes.size == sizeof name;
    if (whole)
        memcpy(name, bytes.at, sizeof name);
    status = statement_close(&statement);
    if (status != STATUS_OK || !whole)
        return status == STATUS_OK ? STATUS_CORRUPT : status;
    return open_template(store, name, arena, &text);
}

static enum status put_template(struct store *store, const uint8_t *name, struct slice text)
{
    struct statement statement;
    struct cover cover;
    struct slice sealed = {0};
    cover_template(&cover, store, name);
    cover_add(&cover, text);
    enum status status = cover_close(&cover, &sealed);
    if (status != STATUS_OK)
        return status;
    statement_open(&statement, store, &sql[PUT]);
    bind_name(&statement, name);
    statement_bind_bytes(&statement, sealed);
    return statement_run(&statement);
}

static enum status room_for_one(struct store *store, bool *ret)
{
    struct statement statement;
    int64_t count = 0;
    statement_open(&statement, store, &sql[COUNT]);
    enum status status = statement_count(&statement, &count);
    *ret = status == STATUS_OK && count < TEMPLATES_MOST;
    return status;
}

/* ret: whether payloads of this form are kept by their values. */
static enum status have_template(struct store *store, struct payloads *payloads, const uint8_t *name, bool *ret)
{
    struct slice form = buffer_slice(&payloads->form);
    bool unsealed = store->unsealed;
    *ret = known_template(payloads, name) != NULL;
    if (*ret)
        return STATUS_OK;
    enum status status = read_template(store, payloads, name);
    store->unsealed = unsealed; /* one that does not open is written once more */
    *ret = status == STATUS_OK;
    if (status != STATUS_CORRUPT || payloads->count == TEMPLATES_MOST)
        return status == STATUS_CORRUPT ? STATUS_OK : status;
    status = room_for_one(store, ret);
    if (status != STATUS_OK || !*ret)
        return status;
    status = put_template(store, name, form);
    return status == STATUS_OK ? note_template(payloads, name, form) : status;
}

/* --- in ------------------------------------------------------------------------------------------ */

static void put_value(struct buffer *packed, struct slice value, bool text)
{
    char head[8];
    size_t used = 0;
    size_t number = value.size << 1 | text;
    for (; number >> SEVEN_BITS != 0; number >>= SEVEN_BITS)
        head[used++] = (char)(number | 1U << SEVEN_BITS);
    head[used++] = (char)number;
    buffer_append(packed, (struct slice){head, used});
    buffer_append(packed, value);
}

/* Where the text ends whose opening quote stands at `from`; the end: nowhere. */
static size_t text_end(struct slice json, size_t from)
{
    size_t at = from + 1;
    while (at < json.size && json.at[at] != '"')
        at += json.at[at] == '\\' ? 2 : 1;
    return at < json.size ? at : json.size;
}

static bool is_member(struct slice json, size_t behind)
{
    static const char space[] = {' ', '\t', '\r', '\n'};
    while (behind < json.size && memchr(space, json.at[behind], sizeof space) != NULL)
        behind++;
    return behind < json.size && json.at[behind] == ':';
}

/* A value from `at` to `end` stands behind what began at `from`. */
static void cut_out(struct payloads *payloads, struct slice json, size_t from, size_t at, size_t end)
{
    static const char hole = HOLE;
    bool text = json.at[at] == '"';
    struct slice value = {json.at + at + text, end - at - 2 * (size_t)text};
    buffer_append(&payloads->form, (struct slice){json.at + from, at - from});
    buffer_append(&payloads->form, (struct slice){&hole, 1});
    put_value(&payloads->packed, value, text);
}

static const char between[] = {'{', '}', '[', ']', ':', ',', ' ', '\t', '\r', '\n'};
static const char behind_word[] = {',', ']', '}', ' ', '\t', '\r', '\n'};

static bool among(const char *set, size_t size, char byte)
{
    return memchr(set, byte, size) != NULL;
}

static size_t word_end(struct slice json, size_t at)
{
    while (at < json.size && !among(behind_word, sizeof behind_word, json.at[at]))
        at++;
    return at;
}

/* False: it is no text that a template could be made of. */
static bool take_apart(struct payloads *payloads, struct slice json)
{
    size_t from = 0; /* what is not in the template yet */
    size_t at = 0;
    while (at < json.size) {
        bool text = json.at[at] == '"';
        size_t end = text ? text_end(json, at) : at;
        if (text && end == json.size)
            return false;
        if (!text && among(between, sizeof between, json.at[at])) {
            at++;
            continue;
        }
        end = text ? end + 1 : word_end(json, at);
        if (!text || !is_member(json, end)) {
            cut_out(payloads, json, from, at, end);
            from = end;
        }
        at = end;
    }
    buffer_append(&payloads->form, (struct slice){json.at + from, json.size - from});
    return payloads->form.status == STATUS_OK && payloads->packed.status == STATUS_OK &&
           memchr(json.at, HOLE, json.size) == NULL;
}

static void keep_as_it_is(struct payloads *payloads, struct slice payload, struct slice *ret)
{
    static const char mark = AS_IT_IS;
    *ret = payload;
    if (payload.size == 0 || (payload.at[0] != FORMED && payload.at[0] != AS_IT_IS))
        return;
    buffer_clear(&payloads->packed);
    buffer_append(&payloads->packed, (struct slice){&mark, 1});
    buffer_append(&payloads->packed, payload);
    *ret = buffer_slice(&payloads->packed);
}

enum status payload_pack(struct store *store, struct slice payload, struct slice *ret_packed)
{
    struct payloads *payloads = NULL;
    char head[1 + NAME_BYTES] = {FORMED};
    uint8_t name[NAME_BYTES];
    bool kept = false;
    enum status status = payloads_of(store, &payloads);
    if (status != STATUS_OK)
        return status;
    buffer_clear(&payloads->form);
    buffer_clear(&payloads->packed);
    buffer_append(&payloads->packed, (struct slice){head, sizeof head});
    if (payload.size > 0 && payload.size <= PAYLOAD_MOST && take_apart(payloads, payload)) {
        name_of(buffer_slice(&payloads->form), name);
        status = have_template(store, payloads, name, &kept);
    }
    if (status != STATUS_OK)
        return status;
    if (kept) {
        memcpy(payloads->packed.at + 1, name, NAME_BYTES);
        *ret_packed = buffer_slice(&payloads->packed);
    } else {
        keep_as_it_is(payloads, payload, ret_packed);
        status = payloads->packed.status == STATUS_TOO_LARGE && ret_packed->at != payload.at ? STATUS_TOO_LARGE
                                                                                            : STATUS_OK;
    }
    return status;
}

/* --- out ----------------------------------------------------------------------------------------- */

static bool take_value(struct slice *rest, struct slice *ret, bool *ret_text)
{
    size_t number = 0;
    for (unsigned shift = 0; rest->size > 0 && shift < 5 * SEVEN_BITS; shift += SEVEN_BITS) {
        uint8_t byte = (uint8_t)rest->at[0];
        *rest = (struct slice){rest->at + 1, rest->size - 1};
        number |= (size_t)(byte & ~(1U << SEVEN_BITS)) << shift;
        if (byte >> SEVEN_BITS != 0)
            continue;
        *ret_text = (number & 1) != 0;
        *ret = (struct slice){rest->at, number >> 1};
        if (ret->size > rest->size)
            return false;
        *rest = (struct slice){rest->at + ret->size, rest->size - ret->size};
        return true;
    }
    return false;
}

static char *copy(char *to, const char *from, size_t size)
{
    if (size > 0)
        memcpy(to, from, size);
    return to + size;
}

/* No longer than template, values and two quotes for each of them. */
static enum status put_together(const struct template *template, struct slice values, struct arena *arena,
                                struct slice *ret)
{
    char *text = arena_alloc(arena, template->size + 2 * template->holes + values.size + 1);
    char *to = text;
    if (text == NULL)
        return STATUS_NO_MEMORY;
    for (size_t at = 0; at < template->size;) {
        const char *hole = memchr(template->text + at, HOLE, template->size - at);
        size_t end = hole == NULL ? template->size : (size_t)(hole - template->text);
        struct slice value = {0};
        bool quoted = false;
        to = copy(to, template->text + at, end - at);
        at = end + 1;
        if (hole == NULL)
            break;
        if (!take_value(&values, &value, &quoted))
            return STATUS_CORRUPT;
        to = copy(to, "\"", quoted);
        to = copy(to, value.at, value.size);
        to = copy(to, "\"", quoted);
    }
    *to = '\0';
    *ret = (struct slice){text, (size_t)(to - text)};
    return values.size == 0 ? STATUS_OK : STATUS_CORRUPT;
}

enum status payload_unpack(struct store *store, struct slice packed, struct arena *arena, struct slice *ret)
{
    struct payloads *payloads = NULL;
    *ret = packed;
    if (packed.size > 0 && packed.at[0] == AS_IT_IS)
        *ret = (struct slice){packed.at + 1, packed.size - 1};
    if (packed.size == 0 || packed.at[0] != FORMED)
        return STATUS_OK;
    if (packed.size < 1 + NAME_BYTES)
        return STATUS_CORRUPT;
    enum status status = payloads_of(store, &payloads);
    const uint8_t *name = (const uint8_t *)packed.at + 1;
    if (status == STATUS_OK && known_template(payloads, name) == NULL)
        status = read_template(store, payloads, name);
    if (status != STATUS_OK)
        return status;
    struct slice values = {packed.at + 1 + NAME_BYTES, packed.size - 1 - NAME_BYTES};
    return put_together(known_template(payloads, name), values, arena, ret);
}
