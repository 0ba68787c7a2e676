#include "mapping/pseudonym_inside.h"

#include "mapping/codes.h"
#include "mapping/identity.h"
#include "mapping/record.h"
#include "mapping/text.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

enum {
    ARENA_BYTES = 4 * 1024 * 1024,
    MIDDLE_DOT = 0xB7,
    FULL_WIDTH_STOP = 0xFF0E, /* a middle dot of names, a full stop of other texts */
    HAN_FIRST = 0x4E00,
    HAN_COUNT = 20902,
    SPACES = 8,
    DRAWS = 8192, /* more than a text has draws */
    TRIES_MOST = 2048,
    FAR_DAY = 100000, /* in the year 2243: whether a date is to come is not asked */
    TEXT_MOST = 64 * 1024
};

enum status pseudonym_new(struct slice key, struct pseudonym **ret)
{
    struct pseudonym *pseudonym = calloc(1, sizeof *pseudonym);
    if (pseudonym == NULL)
        return STATUS_NO_MEMORY;
    arena_init(&pseudonym->arena, ARENA_BYTES);
    enum status status = keyed_new(key, &pseudonym->keyed);
    if (status != STATUS_OK) {
        free(pseudonym);
        return status;
    }
    *ret = pseudonym;
    return STATUS_OK;
}

void pseudonym_free(struct pseudonym *pseudonym)
{
    if (pseudonym == NULL)
        return;
    keyed_free(pseudonym->keyed);
    arena_free(&pseudonym->arena);
    free(pseudonym);
}

void pseudonym_chance(struct pseudonym *pseudonym, const char *what, unsigned number, struct slice text,
                      uint8_t ret[16])
{
    struct buffer bound;
    buffer_init(&bound, TEXT_MOST);
    buffer_printf(&bound, "%s|%u|", what, number);
    buffer_append(&bound, text);
    memset(ret, 0, 16);
    if (bound.status == STATUS_OK)
        (void)keyed_hash(pseudonym->keyed, buffer_slice(&bound), ret);
    buffer_free(&bound);
}

static uint32_t word_of(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Another character of the same class. X, which may be a check character, comes of nothing but itself. */
static int32_t other_character(int32_t point, uint32_t chance, bool first)
{
    if (point == 'X' || point == 'x')
        return point;
    if (point >= '0' && point <= '9')
        return first ? (int32_t)('1' + chance % 9) : (int32_t)('0' + chance % 10);
    if (point >= 'A' && point <= 'Z')
        return (int32_t)('A' + chance % 23);
    if (point >= 'a' && point <= 'z')
        return (int32_t)('a' + chance % 23);
    return point < 0x80 || point == MIDDLE_DOT ? point : (int32_t)(HAN_FIRST + chance % HAN_COUNT);
}

/* Takes one character off the front; 0 at the end. */
static int32_t next_character(struct slice *rest)
{
    utf8proc_int32_t point = 0;
    if (rest->size == 0)
        return 0;
    utf8proc_ssize_t size =
        utf8proc_iterate((const utf8proc_uint8_t *)rest->at, (utf8proc_ssize_t)rest->size, &point);
    if (size <= 0) {
        size = 1;
        point = 0xFFFD;
    }
    rest->at += size;
    rest->size -= (size_t)size;
    return point;
}

static void append_character(struct buffer *ret, int32_t point)
{
    utf8proc_uint8_t bytes[4];
    utf8proc_ssize_t size = utf8proc_encode_char(point, bytes);
    buffer_append(ret, (struct slice){(const char *)bytes, (size_t)size});
}

/* text: normalised. name: the same with the spellings of the middle dot made one, which decides the pseudonym;
 * where such a one stands, it stays as it was. */
static void append_drawn(struct pseudonym *pseudonym, struct slice text, struct slice name, unsigned draw,
                         struct buffer *ret)
{
    uint8_t chance[16] = {0};
    struct slice of = name;
    bool number = true;
    for (size_t index = 0; index < name.size; index++)
        number = number && name.at[index] >= '0' && name.at[index] <= '9';
    for (unsigned index = 0; text.size > 0; index++) {
        int32_t point = next_character(&text);
        int32_t dot = next_character(&name);
        if (index % 4 == 0)
            pseudonym_chance(pseudonym, "text", draw + index / 4, of, chance);
        if (dot == MIDDLE_DOT)
            append_character(ret, point == '.' ? FULL_WIDTH_STOP : point);
        else
            append_character(ret, other_character(point, word_of(chance + index % 4 * 4),
                                                  number && index == 0 && point != '0'));
    }
}

static void append_like(struct pseudonym *pseudonym, struct slice text, struct slice name, struct buffer *ret)
{
    append_drawn(pseudonym, text, name, 0, ret);
}

/* Cannot be normalised, and so cannot its pseudonym: a control character, or too long. */
static void append_invalid(struct pseudonym *pseudonym, struct slice raw, bool too_large, struct buffer *ret)
{
    uint8_t chance[16];
    pseudonym_chance(pseudonym, "invalid", 0, raw, chance);
    if (!too_large)
        buffer_append(ret, SLICE("?\x01"));
    buffer_hex(ret, chance, sizeof chance, false);
    for (size_t used = sizeof chance * 2; too_large && used < raw.size; used++)
        buffer_append(ret, SLICE("?"));
}

/* White space that normalising takes off again tells one spelling from another. */
static void append_spelling(struct pseudonym *pseudonym, struct slice raw, struct slice pseudo, struct slice text,
                            struct buffer *ret)
{
    uint8_t chance[16] = {0};
    bool same = slice_equal(raw, text);
    pseudonym_chance(pseudonym, "spelling", 0, raw, chance);
    for (unsigned space = 0; !same && space <= chance[0] % SPACES; space++)
        buffer_append(ret, SLICE(" "));
    buffer_append(ret, pseudo);
    for (unsigned space = 0; !same && space < chance[1] % SPACES; space++)
        buffer_append(ret, SLICE(" "));
}

typedef void spell(struct pseudonym *pseudonym, struct slice text, struct slice name, struct buffer *ret);

/* Normalised, replaced, and spelled in its own way again. */
static void replace(struct pseudonym *pseudonym, struct slice raw, spell *way, struct buffer *ret)
{
    struct slice text = {0};
    struct slice name = {0};
    struct buffer pseudo;
    if (pseudonym == NULL || slice_empty(raw)) {
        buffer_append(ret, raw);
        return;
    }
    arena_reset(&pseudonym->arena);
    enum status status = text_normalise(raw, false, &pseudonym->arena, &text);
    if (status == STATUS_OK)
        status = text_normalise(raw, true, &pseudonym->arena, &name);
    if (status == STATUS_INVALID || status == STATUS_TOO_LARGE) {
        append_invalid(pseudonym, raw, status == STATUS_TOO_LARGE, ret);
        return;
    }
    if (status != STATUS_OK) {
        ret->status = status;
        return;
    }
    buffer_init(&pseudo, TEXT_MOST);
    if (!slice_empty(text))
        way(pseudonym, text, name, &pseudo);
    append_spelling(pseudonym, raw, buffer_slice(&pseudo), slice_empty(text) ? raw : text, ret);
    if (slice_empty(text))
        buffer_append(ret, raw);
    if (ret->status == STATUS_OK)
        ret->status = pseudo.status;
    buffer_free(&pseudo);
}

void pseudonym_text(struct pseudonym *pseudonym, struct slice raw, struct buffer *ret)
{
    replace(pseudonym, raw, append_like, ret);
}

static bool same_faults(struct slice one, struct slice other)
{
    char code[19];
    return identity_person(one, FAR_DAY, code) == identity_person(other, FAR_DAY, code) &&
           identity_organisation(one, code) == identity_organisation(other, code);
}

/* Neither an ID nor an organisation's code, for the same reasons. */
static void append_mistyped(struct pseudonym *pseudonym, struct slice text, struct slice name, struct buffer *ret)
{
    struct buffer drawn;
    buffer_init(&drawn, TEXT_MOST);
    for (unsigned tried = 0; tried < TRIES_MOST; tried++) {
        buffer_clear(&drawn);
        append_drawn(pseudonym, text, name, tried * DRAWS, &drawn);
        if (same_faults(text, buffer_slice(&drawn)) && !slice_equal(text, buffer_slice(&drawn)))
            break;
    }
    buffer_append(ret, buffer_slice(&drawn));
    buffer_free(&drawn);
}

static bool of_organisation(struct slice text)
{
    char code[19];
    return identity_organisation(text, code) == IDENTITY_OK &&
           identity_person(text, FAR_DAY, code) != IDENTITY_OK;
}

static void append_code(struct pseudonym *pseudonym, struct slice text, struct slice name, struct buffer *ret)
{
    if (of_organisation(text))
        buffer_append(ret, text);
    else if (pseudonym_id_like(text))
        pseudonym_id(pseudonym, text, ret);
    else
        append_mistyped(pseudonym, text, name, ret);
}

void pseudonym_code(struct pseudonym *pseudonym, struct slice raw, struct buffer *ret)
{
    replace(pseudonym, raw, append_code, ret);
}

void pseudonym_kept(struct pseudonym *pseudonym, struct slice raw, struct buffer *ret)
{
    size_t at = 0;
    while (pseudonym != NULL && at < raw.size) {
        size_t size = 0;
        bool inside = at > 0 && raw.at[at - 1] >= '0' && raw.at[at - 1] <= '9';
        if (!inside)
            size = pseudonym_id_at((struct slice){raw.at + at, raw.size - at});
        if (size == 0) {
            at++;
            continue;
        }
        buffer_append(ret, (struct slice){raw.at, at});
        pseudonym_id(pseudonym, (struct slice){raw.at + at, size}, ret);
        raw = (struct slice){raw.at + at + size, raw.size - at - size};
        at = 0;
    }
    buffer_append(ret, raw);
}

enum replaced pseudonym_of_field(enum field field)
{
    const struct field_row *row = field_row(field);
    switch (row->mask) {
    case MASK_CODE:
        return row->form == FORM_CODES ? REPLACED_CODES : row->form == FORM_CODE ? REPLACED_CODE : REPLACED_NUMBER;
    case MASK_MOBILE:
    case MASK_NAME:
    case MASK_HIDDEN: return REPLACED_TEXT;
    case MASK_NONE:
    default: return REPLACED_NOT;
    }
}

/* A set keeps its order only when it is sorted anew. */
static void append_codes(struct pseudonym *pseudonym, struct slice value, struct buffer *ret)
{
    struct codes codes = {.count = 0};
    struct slice code = {0};
    struct slice joined = {0};
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    while (slice_next_word(&value, &code)) {
        struct buffer one;
        buffer_init(&one, TEXT_MOST);
        pseudonym_code(pseudonym, code, &one);
        codes_add(&codes, arena_copy(&arena, buffer_slice(&one)));
        buffer_free(&one);
    }
    enum status status = codes_join(&codes, &arena, &joined);
    buffer_append(ret, joined);
    if (ret->status == STATUS_OK)
        ret->status = status;
    arena_free(&arena);
}

void pseudonym_as(struct pseudonym *pseudonym, enum replaced replaced, struct slice raw, struct buffer *ret)
{
    switch (replaced) {
    case REPLACED_CODES:
    case REPLACED_CODE: pseudonym_code(pseudonym, raw, ret); break;
    case REPLACED_NUMBER:
        if (pseudonym_id_like(slice_trim(raw)))
            pseudonym_code(pseudonym, raw, ret);
        else
            pseudonym_kept(pseudonym, raw, ret);
        break;
    case REPLACED_TEXT: pseudonym_text(pseudonym, raw, ret); break;
    case REPLACED_NOT:
    default: pseudonym_kept(pseudonym, raw, ret); break;
    }
}

void pseudonym_value(struct pseudonym *pseudonym, enum field field, struct slice value, struct buffer *ret)
{
    enum replaced replaced = pseudonym_of_field(field);
    if (replaced == REPLACED_CODES)
        append_codes(pseudonym, value, ret);
    else
        pseudonym_as(pseudonym, replaced, value, ret);
}

static bool of_person(struct slice subject)
{
    return slice_starts(subject, SLICE("person:")) || slice_starts(subject, SLICE("annual:")) ||
           slice_starts(subject, SLICE("day:"));
}

/* As mask_subject: of a person's kinds the first part is her code whatever it looks like. */
void pseudonym_subject(struct pseudonym *pseudonym, struct slice subject, struct buffer *ret)
{
    const char *colon = subject.size == 0 ? NULL : memchr(subject.at, ':', subject.size);
    size_t head = colon == NULL ? 0 : (size_t)(colon - subject.at) + 1;
    bool first = of_person(subject);
    struct slice rest = {subject.at + head, subject.size - head};
    buffer_append(ret, (struct slice){subject.at, head});
    if (slice_starts(subject, SLICE("group:")))
        return;
    for (;; first = false) {
        const char *slash = rest.size == 0 ? NULL : memchr(rest.at, '/', rest.size);
        size_t size = slash == NULL ? rest.size : (size_t)(slash - rest.at);
        pseudonym_as(pseudonym, first ? REPLACED_CODE : REPLACED_NUMBER, (struct slice){rest.at, size}, ret);
        if (slash == NULL)
            return;
        buffer_append(ret, SLICE("/"));
        rest.at += size + 1;
        rest.size -= size + 1;
    }
}

enum status pseudonym_packed(struct pseudonym *pseudonym, struct slice packed, struct buffer *ret)
{
    struct record record = {.entity = ENTITY_ACCOUNT};
    struct record replaced = {.entity = ENTITY_ACCOUNT};
    struct arena arena;
    field_set set = 0;
    enum status status = slice_empty(packed) ? STATUS_NOT_FOUND : record_unpack(packed, &record, &set);
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    arena_init(&arena, ARENA_BYTES);
    replaced.entity = record.entity;
    for (enum field field = field_first(record.entity); field < field_end(record.entity); field++) {
        struct buffer value;
        if ((set & FIELD_BIT(field)) == 0 || slice_empty(record.value[field]))
            continue;
        buffer_init(&value, TEXT_MOST);
        pseudonym_value(pseudonym, field, record.value[field], &value);
        replaced.value[field] = arena_copy(&arena, buffer_slice(&value));
        if (replaced.value[field].at == NULL)
            status = STATUS_NO_MEMORY;
        buffer_free(&value);
    }
    record_pack(&replaced, set, ret);
    arena_free(&arena);
    return status;
}
