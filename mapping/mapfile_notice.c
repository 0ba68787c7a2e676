#include "mapping/base/civil.h"
#include "mapping/mapfile_table.h"
#include "mapping/word.h"

#include <string.h>

enum { YEAR_FIRST = 1900, DAYS_MOST = 3660, AMOUNT_DIGITS = 6 };

static enum status load_whole(struct jsonplace *place, const json_t *object, const char *key,
                              json_int_t least, json_int_t most, int *ret)
{
    const json_t *value = json_object_get(object, key);
    if (value == NULL)
        return STATUS_OK;
    if (!json_is_integer(value) || json_integer_value(value) < least ||
        json_integer_value(value) > most)
        return jsonplace_wrong_key(place, key, value, "a whole number within its bounds");
    *ret = (int)json_integer_value(value);
    return STATUS_OK;
}

/* "22.5" to 2250, from its own digits. */
static bool text_amount(const char *text, int64_t *ret)
{
    size_t whole = strspn(text, "0123456789");
    const char *part = text[whole] == '.' ? text + whole + 1 : "";
    size_t digits = strspn(part, "0123456789");
    int64_t centi = 0;
    bool point = text[whole] == '.';
    if (whole < 1 || whole > AMOUNT_DIGITS || digits > 2 || (point && digits == 0) ||
        text[whole + point + digits] != '\0')
        return false;
    (void)slice_integer((struct slice){text, whole}, &centi);
    centi *= 100;
    centi += digits > 0 ? (part[0] - '0') * 10 : 0;
    centi += digits > 1 ? part[1] - '0' : 0;
    *ret = centi;
    return true;
}

/* Whole numbers, or texts with at most two decimals; null or absent: none. */
static enum status load_amount(struct jsonplace *place, const json_t *object, const char *key,
                               int64_t *ret)
{
    const json_t *value = json_object_get(object, key);
    if (value == NULL || json_is_null(value))
        return STATUS_OK;
    json_int_t whole = json_integer_value(value);
    if (json_is_integer(value) && whole >= 0 && whole <= 100000) {
        *ret = (int64_t)whole * 100;
        return STATUS_OK;
    }
    if (json_is_string(value) && text_amount(json_string_value(value), ret))
        return STATUS_OK;
    return jsonplace_wrong_key(place, key, value,
                               "a whole number from 0, a text such as \"22.5\", or null for none");
}

static enum status load_day(struct jsonplace *place, const json_t *object, const char *key,
                            bool end, int64_t *ret)
{
    const json_t *value = json_object_get(object, key);
    int64_t instant = 0;
    if (!json_is_string(value) ||
        !civil_parse(slice_of(json_string_value(value)), "%Y-%m-%d", CIVIL_CST_SECONDS, &instant))
        return jsonplace_wrong_key(place, key, value, "a day such as 2023-04-17");
    *ret = instant + (end ? CIVIL_DAY_SECONDS : 0);
    return STATUS_OK;
}

static enum status load_region(struct jsonplace *place, const json_t *object,
                               struct notice_scope *ret)
{
    const json_t *value = json_object_get(object, "region");
    const char *text = json_string_value(value);
    if (value == NULL)
        return STATUS_OK;
    if (text == NULL || strlen(text) > NOTICE_REGION || strspn(text, "0123456789") != strlen(text))
        return jsonplace_wrong_key(place, "region", value, "a region code or the start of one");
    memcpy(ret->region, text, strlen(text) + 1);
    return STATUS_OK;
}

static enum status load_category(struct jsonplace *place, const json_t *object,
                                 struct notice_scope *ret)
{
    const json_t *value = json_object_get(object, "category");
    const char *word = word_find(FIELD_HOURS_CATEGORY, slice_of(json_string_value(value)));
    if (value == NULL)
        return STATUS_OK;
    if (word == NULL)
        return jsonplace_wrong_key(place, "category", value, "public, professional, credit");
    memcpy(ret->category, word, strlen(word) + 1);
    return STATUS_OK;
}

static enum status load_scope(struct jsonplace *place, const json_t *object,
                              struct notice_scope *ret)
{
    *ret = (struct notice_scope){.first_year = 0, .last_year = NOTICE_YEAR_END};
    enum status status =
        load_whole(place, object, "first_year", YEAR_FIRST, NOTICE_YEAR_END, &ret->first_year);
    if (status == STATUS_OK)
        status =
            load_whole(place, object, "last_year", YEAR_FIRST, NOTICE_YEAR_END, &ret->last_year);
    if (status == STATUS_OK && ret->last_year < ret->first_year)
        status = jsonplace_wrong_key(place, "last_year", json_object_get(object, "last_year"),
                                     "a year not before first_year");
    if (status == STATUS_OK)
        status = load_region(place, object, ret);
    return status == STATUS_OK ? load_category(place, object, ret) : status;
}

typedef enum status row_loader(struct jsonplace *place, const json_t *row, struct notice *notice);

static enum status load_threshold(struct jsonplace *place, const json_t *row, struct notice *notice)
{
    static const char *const KEYS[] = {"first_year",   "last_year", "region",  "public",
                                       "professional", "together",  "credits", NULL};
    struct notice_threshold *ret = &notice->thresholds[notice->threshold_count++];
    enum status status = jsonplace_known(place, row, KEYS);
    if (status == STATUS_OK)
        status = load_scope(place, row, &ret->scope);
    if (status == STATUS_OK)
        status = load_amount(place, row, "public", &ret->public_centi);
    if (status == STATUS_OK)
        status = load_amount(place, row, "professional", &ret->professional_centi);
    if (status == STATUS_OK)
        status = load_amount(place, row, "together", &ret->together_centi);
    return status == STATUS_OK ? load_amount(place, row, "credits", &ret->credits_centi) : status;
}

static enum status load_cutoff(struct jsonplace *place, const json_t *row, struct notice *notice)
{
    static const char *const KEYS[] = {"first_year", "last_year",   "region", "category",
                                       "day",        "years_after", NULL};
    struct notice_cutoff_row *ret = &notice->cutoffs[notice->cutoff_count++];
    const json_t *day = json_object_get(row, "day");
    int64_t instant = 0;
    enum status status = jsonplace_known(place, row, KEYS);
    if (status == STATUS_OK)
        status = load_scope(place, row, &ret->scope);
    if (status == STATUS_OK)
        status = load_whole(place, row, "years_after", 0, 10, &ret->years_after);
    if (status != STATUS_OK)
        return status;
    /* of 1970, no leap year: 29 February is no cut-off day */
    if (!json_is_string(day) ||
        !civil_parse(slice_of(json_string_value(day)), "%m-%d", 0, &instant))
        return jsonplace_wrong_key(place, "day", day, "month and day such as 12-31");
    struct civil civil = civil_from_instant(instant, 0);
    ret->month = civil.month;
    ret->day = civil.day;
    return STATUS_OK;
}

static enum status load_window(struct jsonplace *place, const json_t *row, struct notice *notice)
{
    static const char *const KEYS[] = {"first_year", "last_year", "region", "category",
                                       "from",       "until",     NULL};
    struct notice_window *ret = &notice->windows[notice->window_count++];
    enum status status = jsonplace_known(place, row, KEYS);
    if (status == STATUS_OK)
        status = load_scope(place, row, &ret->scope);
    if (status == STATUS_OK)
        status = load_day(place, row, "from", false, &ret->from);
    if (status == STATUS_OK)
        status = load_day(place, row, "until", true, &ret->until);
    if (status == STATUS_OK && ret->until <= ret->from)
        status = jsonplace_wrong_key(place, "until", json_object_get(row, "until"),
                                     "a day not before from");
    return status;
}

static enum status load_rows(struct jsonplace *place, const json_t *object, const char *key,
                             row_loader *loader, struct notice *notice)
{
    const json_t *rows = json_object_get(object, key);
    if (rows == NULL)
        return STATUS_OK;
    if (!json_is_array(rows) || json_array_size(rows) > NOTICE_ROWS)
        return jsonplace_wrong_key(place, key, rows, "a list of up to 64 rows");
    size_t length = jsonplace_enter(place, key);
    enum status status = STATUS_OK;
    for (size_t index = 0; index < json_array_size(rows) && status == STATUS_OK; index++) {
        size_t inner = jsonplace_enter_index(place, index);
        status = loader(place, json_array_get(rows, index), notice);
        jsonplace_leave(place, inner);
    }
    jsonplace_leave(place, length);
    return status;
}

/* Two amounts in an object of their own. */
static enum status load_pair(struct jsonplace *place, const json_t *object, const char *key,
                             const char *const names[3], int64_t *ret_one, int64_t *ret_other)
{
    const json_t *pair = json_object_get(object, key);
    if (pair == NULL)
        return STATUS_OK;
    size_t length = jsonplace_enter(place, key);
    enum status status = jsonplace_known(place, pair, names);
    if (status == STATUS_OK)
        status = load_amount(place, pair, names[0], ret_one);
    if (status == STATUS_OK)
        status = load_amount(place, pair, names[1], ret_other);
    jsonplace_leave(place, length);
    return status;
}

static enum status load_limits(struct jsonplace *place, const json_t *json, struct notice *notice)
{
    static const char *const DAY[] = {"online", "recognised", NULL};
    static const char *const RECORD[] = {"hours", "credits", NULL};
    enum status status = load_pair(place, json, "day_hours", DAY, &notice->day_online_centi,
                                   &notice->day_recognised_centi);
    if (status == STATUS_OK)
        status = load_pair(place, json, "record", RECORD, &notice->record_hours_centi,
                           &notice->record_credits_centi);
    if (status == STATUS_OK)
        status = load_whole(place, json, "last_credit_year", 0, NOTICE_YEAR_END,
                            &notice->last_credit_year);
    if (status == STATUS_OK)
        status =
            load_whole(place, json, "certificate_days", 0, DAYS_MOST, &notice->certificate_days);
    if (status == STATUS_OK)
        status = load_whole(place, json, "waiting_days", 0, DAYS_MOST, &notice->waiting_days);
    return status;
}

enum status mapfile_load_notice(struct jsonplace *place, const json_t *json, struct notice *notice)
{
    static const char *const KEYS[] = {
        "thresholds", "cutoffs", "windows",          "last_credit_year", "registered_since",
        "day_hours",  "record",  "certificate_days", "waiting_days",     NULL};
    notice->certificate_days = 30;
    notice->waiting_days = 7;
    enum status status = jsonplace_known(place, json, KEYS);
    if (status == STATUS_OK)
        status = load_rows(place, json, "thresholds", load_threshold, notice);
    if (status == STATUS_OK)
        status = load_rows(place, json, "cutoffs", load_cutoff, notice);
    if (status == STATUS_OK)
        status = load_rows(place, json, "windows", load_window, notice);
    if (status == STATUS_OK)
        status = load_limits(place, json, notice);
    if (status == STATUS_OK)
        status = load_day(place, json, "registered_since", false, &notice->registered_since);
    if (status == STATUS_OK && notice->threshold_count == 0)
        status = jsonplace_wrong_key(place, "thresholds", NULL, "at least one row");
    return status;
}
