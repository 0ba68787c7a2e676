#include "mapping/text.h"

#include <stdlib.h>
#include <utf8proc.h>

enum {
    MIDDLE_DOT = 0x00B7,
    FULL_WIDTH_FIRST = 0xFF01,
    FULL_WIDTH_LAST = 0xFF5E,
    FULL_WIDTH_STEP = 0xFEE0,
    IDEOGRAPHIC_SPACE = 0x3000,
    REPLACEMENT = 0xFFFD
};

/* Spellings of the middle dot that platforms are seen to store (NFKC alone turns two into a full stop). */
static const utf8proc_int32_t dots[] = {0x0387, 0x2022, 0x2024, 0x2027, 0x2219,
                                        0x22C5, 0x30FB, 0xFF0E, 0xFF65};

/* Private-use code points of GBK and GB18030:2000, and what Unicode gave them later. */
static const struct {
    utf8proc_int32_t from, to;
} private_use[] = {
    {0xE816, 0x20087}, {0xE817, 0x20089}, {0xE818, 0x200CC}, {0xE81E, 0x9FB4}, {0xE826, 0x9FB5},
    {0xE82B, 0x9FB6},  {0xE82C, 0x9FB7},  {0xE831, 0x215D7}, {0xE832, 0x9FB8}, {0xE83B, 0x2298F},
    {0xE843, 0x9FB9},  {0xE854, 0x9FBA},  {0xE855, 0x241FE}, {0xE863, 0x4DAE}, {0xE864, 0x9FBB}};

static utf8proc_int32_t name_character(utf8proc_int32_t point)
{
    for (size_t index = 0; index < sizeof dots / sizeof *dots; index++) {
        if (point == dots[index])
            return MIDDLE_DOT;
    }
    for (size_t index = 0; index < sizeof private_use / sizeof *private_use; index++) {
        if (point == private_use[index].from)
            return private_use[index].to;
    }
    return point;
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

/* The text of points in NFC, trimmed, in the arena. */
static enum status compose(struct slice mapped, struct arena *arena, struct slice *ret)
{
    utf8proc_uint8_t *composed = NULL;
    utf8proc_ssize_t size =
        utf8proc_map((const utf8proc_uint8_t *)mapped.at, (utf8proc_ssize_t)mapped.size, &composed,
                     UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    if (size < 0)
        return size == UTF8PROC_ERROR_NOMEM ? STATUS_NO_MEMORY : STATUS_INVALID;
    *ret = arena_copy(arena, slice_trim((struct slice){(const char *)composed, (size_t)size}));
    free(composed);
    return ret->at == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

enum status text_normalise(struct slice raw, bool name, struct arena *arena, struct slice *ret)
{
    if (plain_ascii(raw)) {
        *ret = arena_copy(arena, slice_trim(raw));
        return ret->at == NULL ? STATUS_NO_MEMORY : STATUS_OK;
    }
    raw = slice_trim(raw); /* a line's end around a text is no part of it */
    char *mapped = arena_alloc(arena, raw.size * 4 + 1);
    size_t used = 0;
    if (mapped == NULL)
        return STATUS_NO_MEMORY;
    for (size_t at = 0; at < raw.size;) {
        utf8proc_int32_t point = 0;
        utf8proc_ssize_t taken = utf8proc_iterate((const utf8proc_uint8_t *)raw.at + at,
                                                  (utf8proc_ssize_t)(raw.size - at), &point);
        if (taken <= 0 || is_control(point))
            return STATUS_INVALID;
        at += (size_t)taken;
        point = half_width(name ? name_character(point) : point);
        used += (size_t)utf8proc_encode_char(point, (utf8proc_uint8_t *)mapped + used);
    }
    return compose((struct slice){mapped, used}, arena, ret);
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
