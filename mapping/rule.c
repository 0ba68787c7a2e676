#include "mapping/rule.h"

#include "mapping/base/civil.h"
#include "mapping/identity.h"
#include "mapping/text.h"

#include <string.h>

enum { WHOLE_DIGITS = 9, YEAR_FIRST = 1000, YEAR_LAST = 9998 };

static const char DATE_FORMAT[] = "%Y-%m-%d";
static const char UTC_FORMAT[] = "%Y-%m-%dT%H:%M:%S%z";

typedef enum status rule_reader(const struct rule_step *step, const struct rule_context *context,
                                struct slice *value, const char **reason);
typedef enum status rule_writer(const struct rule_step *step, const struct rule_context *context,
                                struct spelling *value);

static enum status refuse(const char *why, const char **reason)
{
    *reason = why;
    return STATUS_INVALID;
}

static enum status keep(struct slice made, struct slice *value)
{
    if (made.at == NULL)
        return STATUS_NO_MEMORY;
    *value = made;
    return STATUS_OK;
}

static enum status as_it_is(const struct rule_step *step, const struct rule_context *context,
                            struct slice *value, const char **reason)
{
    (void)step, (void)context, (void)value, (void)reason;
    return STATUS_OK;
}

static enum status write_as_it_is(const struct rule_step *step, const struct rule_context *context,
                                  struct spelling *value)
{
    (void)step, (void)context, (void)value;
    return STATUS_OK;
}

static enum status read_trim(const struct rule_step *step, const struct rule_context *context,
                             struct slice *value, const char **reason)
{
    (void)step, (void)context, (void)reason;
    *value = slice_trim(*value);
    return STATUS_OK;
}

static enum status read_upper(const struct rule_step *step, const struct rule_context *context,
                              struct slice *value, const char **reason)
{
    (void)step, (void)reason;
    size_t at = 0;
    while (at < value->size && !(value->at[at] >= 'a' && value->at[at] <= 'z'))
        at++;
    if (at == value->size)
        return STATUS_OK;
    char *copy = arena_alloc(context->arena, value->size + 1);
    if (copy == NULL)
        return STATUS_NO_MEMORY;
    for (size_t index = 0; index < value->size; index++) {
        char byte = value->at[index];
        copy[index] = byte >= 'a' && byte <= 'z' ? (char)(byte - 'a' + 'A') : byte;
    }
    value->at = copy;
    return STATUS_OK;
}

static enum status read_text(const struct rule_step *step, const struct rule_context *context,
                             struct slice *value, const char **reason)
{
    enum status status = text_normalise(*value, step->kind == RULE_name, context->arena, value);
    if (status == STATUS_TOO_LARGE)
        return refuse("length", reason);
    return status == STATUS_INVALID ? refuse("character", reason) : status;
}

static enum status read_integer(const struct rule_step *step, const struct rule_context *context,
                                struct slice *value, const char **reason)
{
    (void)step;
    int64_t number = 0;
    if (!slice_integer(*value, &number))
        return refuse("integer", reason);
    return keep(arena_number(context->arena, number), value);
}

static size_t count_digits(struct slice text)
{
    size_t count = 0;
    while (count < text.size && text.at[count] >= '0' && text.at[count] <= '9')
        count++;
    return count;
}

/* "12.5" to 1250. From the digits themselves: a third decimal is an error, not a rounding. */
static const char *hundredths(struct slice text, int64_t *ret)
{
    bool negative = text.size > 0 && text.at[0] == '-';
    struct slice rest = {text.at + negative, text.size - negative};
    size_t whole = count_digits(rest);
    int64_t centi = 0;
    if (whole == 0)
        return "decimal";
    if (whole > WHOLE_DIGITS)
        return "length";
    (void)slice_integer((struct slice){rest.at, whole}, &centi);
    centi *= 100;
    rest = (struct slice){rest.at + whole, rest.size - whole};
    if (rest.size > 0) {
        struct slice part = {rest.at + 1, rest.size - 1};
        size_t digits = count_digits(part);
        if (rest.at[0] != '.' || digits == 0 || digits > 2 || digits != part.size)
            return "decimal";
        centi += (part.at[0] - '0') * 10 + (digits == 2 ? part.at[1] - '0' : 0);
    }
    *ret = negative ? -centi : centi;
    return NULL;
}

static enum status read_decimal2(const struct rule_step *step, const struct rule_context *context,
                                 struct slice *value, const char **reason)
{
    (void)step;
    int64_t centi = 0;
    const char *wrong = hundredths(*value, &centi);
    if (wrong != NULL)
        return refuse(wrong, reason);
    return keep(arena_number(context->arena, centi), value);
}

/* As a number without needless zeros, as a text with two decimals. */
static enum status write_decimal2(const struct rule_step *step, const struct rule_context *context,
                                  struct spelling *value)
{
    (void)step;
    int64_t centi = 0;
    if (!slice_integer(value->text, &centi) || centi < 0)
        return STATUS_INVALID;
    long long whole = centi / 100;
    int part = (int)(centi % 100);
    struct slice made;
    if (value->number && part == 0)
        made = arena_number(context->arena, whole);
    else if (value->number && part % 10 == 0)
        made = arena_printf(context->arena, "%lld.%d", whole, part / 10);
    else
        made = arena_printf(context->arena, "%lld.%02d", whole, part);
    return keep(made, &value->text);
}

static enum status read_time(const struct rule_step *step, const struct rule_context *context,
                             struct slice *value, const char **reason)
{
    int64_t instant = 0;
    char text[21];
    if (!civil_parse(*value, step->arguments[0].text.at, step->zone_seconds, &instant))
        return refuse("time", reason);
    struct civil civil = civil_from_instant(instant, 0);
    if (civil.year < YEAR_FIRST || civil.year > YEAR_LAST)
        return refuse("time", reason);
    civil_utc_text(instant, text);
    return keep(arena_copy(context->arena, slice_of(text)), value);
}

static enum status write_instant(int64_t instant, const char *format, int zone_seconds,
                                 struct arena *arena, struct spelling *value)
{
    struct buffer text;
    buffer_init(&text, 128);
    civil_format(&text, instant, format, zone_seconds);
    enum status status = text.status != STATUS_OK
                             ? text.status
                             : keep(arena_copy(arena, buffer_slice(&text)), &value->text);
    buffer_free(&text);
    return status;
}

static enum status write_time(const struct rule_step *step, const struct rule_context *context,
                              struct spelling *value)
{
    int64_t instant = 0;
    if (!civil_parse(value->text, UTC_FORMAT, 0, &instant))
        return STATUS_INVALID;
    return write_instant(instant, step->arguments[0].text.at, step->zone_seconds, context->arena,
                         value);
}

static enum status read_date(const struct rule_step *step, const struct rule_context *context,
                             struct slice *value, const char **reason)
{
    int64_t instant = 0;
    bool read = step->count == 0 && civil_parse(*value, DATE_FORMAT, CIVIL_CST_SECONDS, &instant);
    for (size_t index = 0; index < step->count && !read; index++)
        read = civil_parse(*value, step->arguments[index].text.at, CIVIL_CST_SECONDS, &instant);
    struct civil civil = civil_from_instant(instant, CIVIL_CST_SECONDS);
    if (!read || civil.year < YEAR_FIRST || civil.year > YEAR_LAST)
        return refuse("date", reason);
    return keep(arena_printf(context->arena, "%04d-%02d-%02d", civil.year, civil.month, civil.day),
                value);
}

static enum status write_date(const struct rule_step *step, const struct rule_context *context,
                              struct spelling *value)
{
    int64_t instant = 0;
    if (!civil_parse(value->text, DATE_FORMAT, CIVIL_CST_SECONDS, &instant))
        return STATUS_INVALID;
    return write_instant(instant, step->count == 0 ? DATE_FORMAT : step->arguments[0].text.at,
                         CIVIL_CST_SECONDS, context->arena, value);
}

static enum status read_dictionary(const struct rule_step *step, const struct rule_context *context,
                                   struct slice *value, const char **reason)
{
    struct slice word = dictionary_word(step->dictionary, context->side, *value);
    if (slice_empty(word))
        return refuse("dictionary", reason);
    *value = word;
    return STATUS_OK;
}

static enum status write_dictionary(const struct rule_step *step,
                                    const struct rule_context *context, struct spelling *value)
{
    const struct spelling *spelling =
        dictionary_spelling(step->dictionary, context->side, value->text);
    if (spelling == NULL)
        return STATUS_INVALID;
    *value = *spelling;
    return STATUS_OK;
}

static enum status read_flag(const struct rule_step *step, const struct rule_context *context,
                             struct slice *value, const char **reason)
{
    (void)context;
    if (slice_equal(*value, step->arguments[0].text))
        *value = SLICE("true");
    else if (slice_equal(*value, step->arguments[1].text))
        *value = SLICE("false");
    else
        return refuse("dictionary", reason);
    return STATUS_OK;
}

static enum status write_flag(const struct rule_step *step, const struct rule_context *context,
                              struct spelling *value)
{
    (void)context;
    bool is_true = slice_is(value->text, "true");
    if (!is_true && !slice_is(value->text, "false"))
        return STATUS_INVALID;
    *value = step->arguments[is_true ? 0 : 1];
    return STATUS_OK;
}

static int day_of(int64_t instant)
{
    struct civil civil = civil_from_instant(instant, CIVIL_CST_SECONDS);
    return (int)civil_days(civil.year, civil.month, civil.day);
}

static enum status read_code(const struct rule_step *step, const struct rule_context *context,
                             struct slice *value, const char **reason)
{
    char code[19];
    enum identity_fault fault = step->kind == RULE_id18
                                    ? identity_person(*value, day_of(context->now), code)
                                    : identity_organisation(*value, code);
    if (fault != IDENTITY_OK)
        return refuse(identity_fault_name(fault), reason);
    if (slice_is(*value, code))
        return STATUS_OK;
    return keep(arena_copy(context->arena, slice_of(code)), value);
}

static enum status read_const(const struct rule_step *step, const struct rule_context *context,
                              struct slice *value, const char **reason)
{
    (void)context, (void)reason;
    *value = step->arguments[0].text;
    return STATUS_OK;
}

static enum status write_const(const struct rule_step *step, const struct rule_context *context,
                               struct spelling *value)
{
    (void)context;
    *value = step->arguments[0];
    return STATUS_OK;
}

static enum status read_null_if(const struct rule_step *step, const struct rule_context *context,
                                struct slice *value, const char **reason)
{
    (void)context, (void)reason;
    for (size_t index = 0; index < step->count; index++) {
        if (slice_equal(*value, step->arguments[index].text))
            *value = (struct slice){0};
    }
    return STATUS_OK;
}

/* Forwards and backwards, one row a function. first_of and split are done where values are fetched.
 */
static const struct {
    rule_reader *read;
    rule_writer *write;
} RULE_TABLE[RULES] = {
    [RULE_trim] = {read_trim, write_as_it_is},
    [RULE_upper] = {read_upper, write_as_it_is},
    [RULE_text] = {read_text, write_as_it_is},
    [RULE_name] = {read_text, write_as_it_is},
    [RULE_integer] = {read_integer, write_as_it_is},
    [RULE_decimal2] = {read_decimal2, write_decimal2},
    [RULE_time] = {read_time, write_time},
    [RULE_date] = {read_date, write_date},
    [RULE_dictionary] = {read_dictionary, write_dictionary},
    [RULE_flag] = {read_flag, write_flag},
    [RULE_id18] = {read_code, write_as_it_is},
    [RULE_credit_code] = {read_code, write_as_it_is},
    [RULE_const] = {read_const, write_const},
    [RULE_first_of] = {as_it_is, write_as_it_is},
    [RULE_split] = {as_it_is, write_as_it_is},
    [RULE_null_if] = {read_null_if, write_as_it_is},
};

enum status rule_read(const struct rule_chain *chain, const struct rule_context *context,
                      struct slice read, struct slice *ret, const char **ret_reason)
{
    struct slice value = read;
    for (size_t index = 0; index < chain->count; index++) {
        const struct rule_step *step = &chain->steps[index];
        if (slice_empty(value) && step->kind != RULE_const)
            continue;
        enum status status = RULE_TABLE[step->kind].read(step, context, &value, ret_reason);
        if (status != STATUS_OK)
            return status;
    }
    *ret = value;
    return STATUS_OK;
}

enum status rule_write(const struct rule_chain *chain, const struct rule_context *context,
                       struct slice canonical, bool number, struct spelling *ret)
{
    struct spelling value = {canonical, number};
    for (size_t index = chain->count; index > 0; index--) {
        const struct rule_step *step = &chain->steps[index - 1];
        enum status status = RULE_TABLE[step->kind].write(step, context, &value);
        if (status != STATUS_OK)
            return status;
    }
    *ret = value;
    return STATUS_OK;
}
