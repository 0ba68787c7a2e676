#include "mapping/text.h"

#include <stdlib.h>
#include <utf8proc.h>

enum {
    TEXT_BYTES = 16 * 1024, /* no field of a platform holds a quarter of that */
    MIDDLE_DOT = 0x00B7,
    PRIVATE_FIRST = 0xE815,
    FULL_WIDTH_FIRST = 0xFF01,
    FULL_WIDTH_LAST = 0xFF5E,
    FULL_WIDTH_STEP = 0xFEE0,
    IDEOGRAPHIC_SPACE = 0x3000,
    REPLACEMENT = 0xFFFD
};

/* Spellings of the middle dot that platforms are seen to store (NFKC alone turns two into a full
 * stop). */
static const utf8proc_int32_t dots[] = {0x0387, 0x2022, 0x2024, 0x2027, 0x2219,
                                        0x22C5, 0x30FB, 0xFF0E, 0xFF65};

/* U+E815 to U+E864: where GBK put the characters FE50 to FEA0 that Unicode lacked, and what they
 * became (GB 18030-2022; the last of them in Unicode 4.1). */
static const utf8proc_int32_t became[] = {
    0x2E81, 0x20087, 0x20089, 0x200CC, 0x2E84,  0x3473, 0x3447, 0x2E88, 0x2E8B,  0x9FB4,
    0x359E, 0x361A,  0x360E,  0x2E8C,  0x2E97,  0x396E, 0x3918, 0x9FB5, 0x39CF,  0x39DF,
    0x3A73, 0x39D0,  0x9FB6,  0x9FB7,  0x3B4E,  0x3C6E, 0x3CE0, 0x2EA7, 0x215D7, 0x9FB8,
    0x2EAA, 0x4056,  0x415F,  0x2EAE,  0x4337,  0x2EB3, 0x2EB6, 0x2EB7, 0x2298F, 0x43B1,
    0x43AC, 0x2EBB,  0x43DD,  0x44D6,  0x4661,  0x464C, 0x9FB9, 0x4723, 0x4729,  0x477C,
    0x478D, 0x2ECA,  0x4947,  0x497A,  0x497D,  0x4982, 0x4983, 0x4985, 0x4986,  0x499F,
    0x499B, 0x49B7,  0x49B6,  0x9FBA,  0x241FE, 0x4CA3, 0x4C9F, 0x4CA0, 0x4CA1,  0x4C77,
    0x4CA2, 0x4D13,  0x4D14,  0x4D15,  0x4D16,  0x4D17, 0x4D18, 0x4D19, 0x4DAE,  0x9FBB};

static utf8proc_int32_t name_character(utf8proc_int32_t point)
{
    for (size_t index = 0; index < sizeof dots / sizeof *dots; index++) {
        if (point == dots[index])
            return MIDDLE_DOT;
    }
    return point;
}

static utf8proc_int32_t assigned_character(utf8proc_int32_t point)
{
    const utf8proc_int32_t count = sizeof became / sizeof *became;
    utf8proc_int32_t index = point - PRIVATE_FIRST;
    return index >= 0 && index < count ? became[index] : point;
}

static utf8proc_int32_t half_width(utf8proc_int32_t point)
{
    if (point == IDEOGRAPHIC_SPACE)
        return ' ';
    return point >= FULL_WIDTH_FIRST && point <= FULL_WIDTH_LAST ? point - FULL_WIDTH_STEP : point;
}

static bool is_control(utf8proc_int32_t point)
{
    return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == REPLACEMENT;
}

static bool plain_ascii(struct slice raw)
{
    for (size_t index = 0; index < raw.size; index++) {
        unsigned char byte = (unsigned char)raw.at[index];
        if (byte < 0x20 || byte >= 0x7F)
            return false;
    }
    return true;
}

static enum status keep(struct slice text, struct arena *arena, struct slice *ret)
{
    struct slice copy = arena_copy(arena, text);
    if (copy.at == NULL)
        return STATUS_NO_MEMORY;
    *ret = copy;
    return STATUS_OK;
}

/* Points that NFC leaves alone while only such are in the text: nearly all that platforms send. */
static bool stands_alone(utf8proc_int32_t point)
{
    static const struct {
        utf8proc_int32_t first, last;
    } ranges[] = {{0x4E00, 0x9FFF}, {0, 0x2FF},       {0x3001, 0x3029},
                  {0x3400, 0x4DBF}, {0xFF01, 0xFFEE}, {0x2010, 0x2027}};
    for (size_t index = 0; index < sizeof ranges / sizeof *ranges; index++) {
        if (point >= ranges[index].first && point <= ranges[index].last)
            return true;
    }
    return false;
}

/* The text of points in NFC, trimmed, in the arena. */
static enum status compose(struct slice mapped, struct arena *arena, struct slice *ret)
{
    utf8proc_uint8_t *composed = NULL;
    utf8proc_ssize_t size =
        utf8proc_map((const utf8proc_uint8_t *)mapped.at, (utf8proc_ssize_t)mapped.size, &composed,
                     UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    if (size < 0)
        return size == UTF8PROC_ERROR_NOMEM ? STATUS_NO_MEMORY : STATUS_INVALID;
    struct slice trimmed = slice_trim((struct slice){(const char *)composed, (size_t)size});
    enum status status = keep(trimmed, arena, ret);
    free(composed);
    return status;
}

enum status text_normalise(struct slice raw, bool name, struct arena *arena, struct slice *ret)
{
    raw = slice_trim(raw); /* a line's end around a text is no part of it */
    if (raw.size > TEXT_BYTES)
        return STATUS_TOO_LARGE;
    if (plain_ascii(raw))
        return keep(raw, arena, ret);
    char *mapped = arena_alloc(arena, raw.size * 4 + 1);
    size_t used = 0;
    bool composed = true;
    if (mapped == NULL)
        return STATUS_NO_MEMORY;
    for (size_t at = 0; at < raw.size;) {
        utf8proc_int32_t point = 0;
        utf8proc_ssize_t taken = utf8proc_iterate((const utf8proc_uint8_t *)raw.at + at,
                                                  (utf8proc_ssize_t)(raw.size - at), &point);
        if (taken <= 0 || is_control(point))
            return STATUS_INVALID;
        at += (size_t)taken;
        point = half_width(assigned_character(name ? name_character(point) : point));
        composed = composed && stands_alone(point);
        used += (size_t)utf8proc_encode_char(point, (utf8proc_uint8_t *)mapped + used);
    }
    struct slice text = {mapped, used};
    return composed ? keep(slice_trim(text), arena, ret) : compose(text, arena, ret);
}

size_t text_characters(struct slice utf8)
{
    size_t count = 0;
    for (size_t index = 0; index < utf8.size; index++)
        count += ((unsigned char)utf8.at[index] & 0xC0) != 0x80;
    return count;
}

int text_columns(struct slice utf8)
{
    int columns = 0;
    for (size_t at = 0; at < utf8.size;) {
        utf8proc_int32_t point = 0;
        utf8proc_ssize_t taken = utf8proc_iterate((const utf8proc_uint8_t *)utf8.at + at,
                                                  (utf8proc_ssize_t)(utf8.size - at), &point);
        if (taken <= 0) {
            columns++;
            at++;
            continue;
        }
        columns += utf8proc_charwidth(point);
        at += (size_t)taken;
    }
    return columns;
}
