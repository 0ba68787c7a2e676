#include "daemon/action/action.h"
#include "mapping/base/civil.h"
#include "mapping/identity.h"
#include "mapping/text.h"
#include "mapping/word.h"

enum { LARGEST_WHOLE = 100000000 };

/* "12", "12.5", "12.50" in hundredths; a third decimal is an error, not a rounding. */
static enum status amount_of(struct slice typed, struct arena *arena, struct slice *ret)
{
    int64_t whole = 0, hundredths = 0;
    size_t point = 0;
    while (point < typed.size && typed.at[point] != '.') {
        point++;
    }
    struct slice before = {typed.at, point};
    if (!slice_integer(before, &whole) || whole < 0 || whole > LARGEST_WHOLE ||
        typed.at[0] == '-') {
        return STATUS_INVALID;
    }
    if (point < typed.size) {
        struct slice behind = {typed.at + point + 1, typed.size - point - 1};
        if (behind.size < 1 || behind.size > 2 || behind.at[0] == '-' ||
            !slice_integer(behind, &hundredths)) {
            return STATUS_INVALID;
        }
        hundredths *= behind.size == 1 ? 10 : 1;
    }
    *ret = arena_printf(arena, "%lld", (long long)whole * 100 + (long long)hundredths);
    return STATUS_OK;
}

static enum status code_of(enum field field, struct slice typed, int today, struct arena *arena,
                           struct slice *ret)
{
    char code[19];
    bool person = field == FIELD_HOURS_PERSON || field == FIELD_ANNUAL_PERSON;
    enum identity_fault fault =
        person ? identity_person(typed, today, code) : identity_organisation(typed, code);
    if (field == FIELD_ACCOUNT_CODE && fault != IDENTITY_OK) {
        fault = identity_person(typed, today, code);
    }
    if (fault != IDENTITY_OK) {
        return STATUS_INVALID;
    }
    *ret = arena_copy(arena, slice_of(code));
    return STATUS_OK;
}

/* A time is typed as the clerk reads it: CST, "2023-06-01 20:15" with or without seconds, or in UTC
 * with Z. */
static enum status instant_of(struct slice typed, struct arena *arena, struct slice *ret)
{
    static const struct {
        const char *format;
        int offset;
    } forms[] = {{"%Y-%m-%d %H:%M:%S", CIVIL_CST_SECONDS},
                 {"%Y-%m-%d %H:%M", CIVIL_CST_SECONDS},
                 {"%Y-%m-%dT%H:%M:%S%z", 0}};
    int64_t instant = 0;
    char text[21];
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (civil_parse(typed, forms[i].format, forms[i].offset, &instant)) {
            civil_utc_text(instant, text);
            *ret = arena_copy(arena, slice_of(text));
            return STATUS_OK;
        }
    }
    return STATUS_INVALID;
}

static enum status checked(enum field field, struct slice value, struct arena *arena,
                           struct slice *ret)
{
    if (slice_empty(value) || word_form_fault(field, value) != NULL) {
        return STATUS_INVALID;
    }
    struct slice copy = arena_copy(arena, value);
    if (copy.at == NULL) {
        return STATUS_NO_MEMORY;
    }
    *ret = copy;
    return STATUS_OK;
}

enum status value_canonical(enum field field, struct slice typed, int today, struct arena *arena,
                            struct slice *ret)
{
    struct slice text;
    enum status status = text_normalise(typed, field == FIELD_ACCOUNT_NAME, arena, &text);
    if (status != STATUS_OK || slice_empty(text)) {
        return status != STATUS_OK ? status : STATUS_INVALID;
    }
    switch (field_row(field)->form) {
    case FORM_AMOUNT: return amount_of(text, arena, ret);
    case FORM_CODE: return code_of(field, text, today, arena, ret);
    case FORM_INSTANT: return instant_of(text, arena, ret);
    case FORM_CODES:
        return STATUS_INVALID; /* what a person was called before is not for a clerk to set */
    case FORM_TEXT:
    case FORM_WORD:
    case FORM_YEAR:
    case FORM_DATE:
    case FORM_FLAG:
    case FORM_COUNT: break;
    }
    return checked(field, text, arena, ret);
}
