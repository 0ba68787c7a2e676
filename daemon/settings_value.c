#include "daemon/settings_value.h"

#include <ctype.h>
#include <string.h>

struct unit {
    const char *name;
    int64_t times;
};

/* The first name of a size is the one that is written. */
static const struct unit time_units[] = {
    {"ms", 1},          {"s", 1000},     {"sec", 1000},     {"second", 1000},
    {"seconds", 1000},  {"min", 60000},  {"m", 60000},      {"minute", 60000},
    {"minutes", 60000}, {"h", 3600000},  {"hr", 3600000},   {"hour", 3600000},
    {"hours", 3600000}, {"d", 86400000}, {"day", 86400000}, {"days", 86400000},
};
static const struct unit size_units[] = {
    {"B", 1},       {"KiB", 1024},       {"K", 1024},       {"MiB", 1048576},
    {"M", 1048576}, {"GiB", 1073741824}, {"G", 1073741824},
};
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

bool setting_is_text(const struct setting *setting)
{
    return setting->type <= SETTING_ADDRESS;
}

static void skip_space(struct slice *rest)
{
    *rest = slice_trim(*rest);
}

static void skip(struct slice *rest, size_t count)
{
    rest->at += count;
    rest->size -= count;
}

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

/* Takes "12" or, with two places, "12.5" as 1250. */
static bool take_amount(struct slice *rest, int places, int64_t *ret)
{
    size_t digits = 0;
    while (digits < rest->size && is_digit(rest->at[digits]))
        digits++;
    int64_t whole;
    if (digits == 0 || digits > 15 || !slice_integer((struct slice){rest->at, digits}, &whole))
        return false;
    skip(rest, digits);
    bool point = places > 0 && rest->size > 1 && rest->at[0] == '.' && is_digit(rest->at[1]);
    if (point)
        skip(rest, 1);
    for (int i = 0; i < places; i++) {
        int digit = 0;
        if (point && rest->size > 0 && is_digit(rest->at[0])) {
            digit = rest->at[0] - '0';
            skip(rest, 1);
        }
        whole = whole * 10 + digit;
    }
    *ret = whole;
    return true;
}

/* 0: no such unit. An absent one is `bare`. */
static int64_t take_unit(struct slice *rest, const struct unit *units, size_t count, int64_t bare)
{
    skip_space(rest);
    size_t letters = 0;
    while (letters < rest->size && isalpha((unsigned char)rest->at[letters]))
        letters++;
    struct slice name = {rest->at, letters};
    skip(rest, letters);
    if (letters == 0)
        return bare;
    for (size_t i = 0; i < count; i++) {
        if (slice_is(name, units[i].name))
            return units[i].times;
    }
    return 0;
}

/* One or more amounts with units, added: "1h 30min". */
static bool read_units(struct slice rest, const struct unit *units, size_t count, int64_t bare,
                       int64_t *ret)
{
    int64_t sum = 0;
    do {
        int64_t amount, product;
        if (!take_amount(&rest, 0, &amount))
            return false;
        int64_t times = take_unit(&rest, units, count, bare);
        if (times == 0 || __builtin_mul_overflow(amount, times, &product) ||
            __builtin_add_overflow(sum, product, &sum))
            return false;
        skip_space(&rest);
    } while (rest.size > 0);
    *ret = sum;
    return true;
}

static bool read_word(const char *words, struct slice text, int64_t *ret)
{
    int64_t place = 0;
    for (const char *word = words;; place++) {
        size_t size = strcspn(word, "|");
        if (slice_equal(text, (struct slice){word, size})) {
            *ret = place;
            return size > 0;
        }
        if (word[size] == '\0')
            return false;
        word += size + 1;
    }
}

static bool read_clock(struct slice text, int64_t *ret)
{
    int64_t hour, minute;
    if (text.size != 5 || text.at[2] != ':' || !is_digit(text.at[0]) || !is_digit(text.at[3]) ||
        !slice_integer((struct slice){text.at, 2}, &hour) ||
        !slice_integer((struct slice){text.at + 3, 2}, &minute) || hour > 23 || minute > 59)
        return false;
    *ret = hour * 60 + minute;
    return true;
}

/* An amount that only `behind`, or nothing where that may be left out, follows. */
static bool read_with(struct slice rest, int places, const char *behind, bool needed, int64_t *ret)
{
    int64_t amount;
    if (!take_amount(&rest, places, &amount))
        return false;
    skip_space(&rest);
    if (!slice_is(rest, behind) && (needed || !slice_empty(rest)))
        return false;
    *ret = amount;
    return true;
}

static bool read_any(const struct setting *setting, struct slice text, int64_t *ret)
{
    switch (setting->type) {
    case SETTING_WORD: return read_word(setting->words, text, ret);
    case SETTING_NUMBER: return read_with(text, 0, "", false, ret);
    case SETTING_TIME: return read_units(text, time_units, COUNT(time_units), 1000, ret);
    case SETTING_SIZE: return read_units(text, size_units, COUNT(size_units), 1, ret);
    case SETTING_PERCENT: /* a bare number could be meant as a count: refused */
        return read_with(text, 2, "%", true, ret);
    case SETTING_RATE: return read_with(text, 0, "/s", false, ret);
    case SETTING_CLOCK: return read_clock(text, ret);
    case SETTING_TEXT:
    case SETTING_DIGITS:
    case SETTING_PATH:
    case SETTING_ADDRESS: break;
    }
    return false;
}

bool setting_read_number(const struct setting *setting, struct slice text, int64_t *ret)
{
    int64_t number;
    if (!read_any(setting, text, &number))
        return false;
    if (setting->type != SETTING_WORD && (number < setting->min || number > setting->max))
        return false;
    *ret = number;
    return true;
}

/* "https://host", "https://host:port", "https://[::1]:port"; a slash at the end is forgiven. */
static bool is_address(struct slice text)
{
    if (slice_starts(text, SLICE("https://")))
        skip(&text, 8);
    else if (slice_starts(text, SLICE("http://")))
        skip(&text, 7);
    else
        return false;
    if (text.size > 0 && text.at[text.size - 1] == '/')
        text.size--;
    for (size_t i = 0; i < text.size; i++) {
        if (strchr("/?#@\\\"<> ", text.at[i]) != NULL || (unsigned char)text.at[i] <= ' ')
            return false;
    }
    return text.size > 0;
}

bool setting_allows_text(const struct setting *setting, struct slice text)
{
    if (text.size < (size_t)setting->min || text.size > (size_t)setting->max)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        unsigned char character = (unsigned char)text.at[i];
        if (character < ' ' || character == 0x7f)
            return false;
        if (setting->type == SETTING_DIGITS && !is_digit(text.at[i]))
            return false;
    }
    return setting->type != SETTING_ADDRESS || is_address(text);
}

static void write_units(const struct unit *units, size_t count, int64_t number, struct buffer *ret)
{
    const struct unit *best = &units[0];
    for (size_t i = 1; i < count; i++) {
        if (units[i].times > best->times && number != 0 && number % units[i].times == 0)
            best = &units[i];
    }
    buffer_printf(ret, "%lld %s", (long long)(number / best->times), best->name);
}

static void write_word(const char *words, int64_t place, struct buffer *ret)
{
    while (place-- > 0)
        words += strcspn(words, "|") + 1;
    buffer_append(ret, (struct slice){words, strcspn(words, "|")});
}

void setting_write_number(const struct setting *setting, int64_t number, struct buffer *ret)
{
    switch (setting->type) {
    case SETTING_WORD: write_word(setting->words, number, ret); break;
    case SETTING_TIME: write_units(time_units, COUNT(time_units), number, ret); break;
    case SETTING_SIZE: write_units(size_units, COUNT(size_units), number, ret); break;
    case SETTING_PERCENT:
        buffer_printf(ret, number % 100 == 0 ? "%lld %%" : "%lld.%02lld %%",
                      (long long)(number / 100), (long long)(number % 100));
        break;
    case SETTING_RATE: buffer_printf(ret, "%lld/s", (long long)number); break;
    case SETTING_CLOCK:
        buffer_printf(ret, "%02lld:%02lld", (long long)(number / 60), (long long)(number % 60));
        break;
    case SETTING_NUMBER:
    case SETTING_TEXT:
    case SETTING_DIGITS:
    case SETTING_PATH:
    case SETTING_ADDRESS: buffer_printf(ret, "%lld", (long long)number); break;
    }
}

static void write_bounds(const struct setting *setting, const char *before, struct buffer *ret)
{
    buffer_text(ret, before);
    setting_write_number(setting, setting->min, ret);
    buffer_text(ret, " to ");
    setting_write_number(setting, setting->max, ret);
}

static void write_words(const char *words, struct buffer *ret)
{
    for (;; words++) {
        size_t size = strcspn(words, "|");
        buffer_append(ret, (struct slice){words, size});
        words += size;
        if (*words == '\0')
            return;
        buffer_text(ret, ", ");
    }
}

void setting_write_allowed(const struct setting *setting, struct buffer *ret)
{
    switch (setting->type) {
    case SETTING_WORD: write_words(setting->words, ret); break;
    case SETTING_NUMBER: write_bounds(setting, "a whole number, ", ret); break;
    case SETTING_TIME:
        write_bounds(setting, "a time with its unit (ms, s, min, h, d), ", ret);
        break;
    case SETTING_SIZE: write_bounds(setting, "a size with its unit (KiB, MiB, GiB), ", ret); break;
    case SETTING_PERCENT: write_bounds(setting, "a percentage with its sign, ", ret); break;
    case SETTING_RATE: write_bounds(setting, "a rate, ", ret); break;
    case SETTING_CLOCK: write_bounds(setting, "a time of day, ", ret); break;
    case SETTING_DIGITS:
        buffer_printf(ret, "%lld to %lld digits", (long long)setting->min, (long long)setting->max);
        break;
    case SETTING_ADDRESS: buffer_text(ret, "https://host[:port], nothing behind it"); break;
    case SETTING_PATH:
        buffer_printf(ret, "a path of at most %lld bytes", (long long)setting->max);
        break;
    case SETTING_TEXT:
        buffer_printf(ret, "a text of %lld to %lld bytes", (long long)setting->min,
                      (long long)setting->max);
        break;
    }
}
