#include "mapping/mask.h"

#include "mapping/text.h"

#include <string.h>

enum { MOBILE_SIZE = 11, ID_LONG = 18, ID_SHORT = 15 };

static void stars(struct buffer *ret, size_t count)
{
    while (count-- > 0)
        buffer_append(ret, SLICE("*"));
}

/* Bytes of the first count characters: what a platform sent as a number may be any text, and half a
 * character must not come into a log. */
static size_t characters_size(struct slice value, size_t count)
{
    size_t size = 0;
    while (size < value.size && count-- > 0) {
        size++;
        while (size < value.size && ((unsigned char)value.at[size] & 0xC0) == 0x80)
            size++;
    }
    return size;
}

/* Stars instead of all but the first and the last characters; all stars where that leaves too few.
 */
static void mask_ends(struct slice value, size_t first, size_t last, size_t fewest,
                      struct buffer *ret)
{
    size_t characters = text_characters(value);
    if (characters < fewest) {
        stars(ret, characters);
        return;
    }
    size_t tail = characters_size(value, characters - last);
    buffer_append(ret, (struct slice){value.at, characters_size(value, first)});
    stars(ret, characters - first - last);
    buffer_append(ret, (struct slice){value.at + tail, value.size - tail});
}

static void mask_code(struct slice value, struct buffer *ret)
{
    mask_ends(value, 1, 1, 3, ret);
}

void mask_value(enum mask mask, struct slice value, struct buffer *ret)
{
    if (slice_empty(value))
        return;
    switch (mask) {
    case MASK_NONE: buffer_append(ret, value); break;
    case MASK_CODE: {
        struct slice word = {0};
        for (bool first = true; slice_next_word(&value, &word); first = false) {
            if (!first)
                buffer_append(ret, SLICE(" "));
            mask_code(word, ret);
        }
        break;
    }
    case MASK_MOBILE: mask_ends(value, 3, 2, MOBILE_SIZE, ret); break;
    case MASK_NAME:
        buffer_append(ret, (struct slice){value.at, characters_size(value, 1)});
        stars(ret, 2);
        break;
    case MASK_HIDDEN:
    default: stars(ret, 1); break;
    }
}

static bool looks_like_id(struct slice text)
{
    if (text.size != ID_LONG && text.size != ID_SHORT)
        return false;
    for (size_t index = 0; index < text.size; index++) {
        bool digit = text.at[index] >= '0' && text.at[index] <= '9';
        bool check = index == ID_LONG - 1 && (text.at[index] == 'X' || text.at[index] == 'x');
        if (!digit && !check)
            return false;
    }
    return true;
}

void mask_field(enum field field, const struct record *record, struct buffer *ret)
{
    enum mask mask = field_row(field)->mask;
    struct slice value = record->value[field];
    bool organisation = record->entity == ENTITY_ACCOUNT &&
                        !slice_is(record->value[FIELD_ACCOUNT_KIND], "person") &&
                        !slice_empty(record->value[FIELD_ACCOUNT_KIND]);
    bool number = field == FIELD_HOURS_ORIGIN_NUMBER || field == FIELD_ACCOUNT_ORIGIN_NUMBER;
    if (organisation && mask != MASK_MOBILE)
        mask = MASK_NONE;
    if (number && !looks_like_id(value))
        mask = MASK_NONE;
    mask_value(mask, value, ret);
}

static void mask_part(struct slice part, bool always, struct buffer *ret)
{
    if (always || looks_like_id(part))
        mask_code(part, ret);
    else
        buffer_append(ret, part);
}

/* kind ":" parts separated by "/": of a person's kinds the first part is an ID whatever it looks
 * like. */
void mask_subject(struct slice subject, struct buffer *ret)
{
    const char *colon = subject.size == 0 ? NULL : memchr(subject.at, ':', subject.size);
    if (colon == NULL) {
        buffer_append(ret, SLICE("*"));
        return;
    }
    size_t kind = (size_t)(colon - subject.at) + 1;
    bool person = slice_starts(subject, SLICE("person:")) ||
                  slice_starts(subject, SLICE("annual:")) || slice_starts(subject, SLICE("day:"));
    buffer_append(ret, (struct slice){subject.at, kind});
    struct slice rest = {subject.at + kind, subject.size - kind};
    for (bool first = true;; first = false) {
        const char *slash = rest.size == 0 ? NULL : memchr(rest.at, '/', rest.size);
        size_t size = slash == NULL ? rest.size : (size_t)(slash - rest.at);
        mask_part((struct slice){rest.at, size}, person && first, ret);
        if (slash == NULL)
            break;
        buffer_append(ret, SLICE("/"));
        rest.at += size + 1;
        rest.size -= size + 1;
    }
}
