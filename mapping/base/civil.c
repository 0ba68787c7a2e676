#include "mapping/base/civil.h"

#include <string.h>

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

bool civil_valid_date(int year, int month, int day)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1)
        return false;
    return day <= lengths[month - 1] + (month == 2 && is_leap(year));
}

/* Days from the civil date, counted in eras of 400 years that begin in March. */
int64_t civil_days(int year, int month, int day)
{
    int64_t shifted = (int64_t)year - (month <= 2);
    int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
    int64_t year_of_era = shifted - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void civil_date(int64_t days, struct civil *civil)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    civil->day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
    civil->month = (int)(month < 10 ? month + 3 : month - 9);
    civil->year = (int)(year_of_era + era * 400 + (civil->month <= 2));
}

struct civil civil_from_instant(int64_t instant, int offset_seconds)
{
    struct civil civil = {0};
    int64_t local = instant + offset_seconds;
    int64_t days = local / CIVIL_DAY_SECONDS;
    int64_t rest = local % CIVIL_DAY_SECONDS;
    if (rest < 0) {
        rest += CIVIL_DAY_SECONDS;
        days--;
    }
    civil_date(days, &civil);
    civil.hour = (int)(rest / 3600);
    civil.minute = (int)(rest / 60 % 60);
    civil.second = (int)(rest % 60);
    return civil;
}

int64_t civil_to_instant(struct civil civil, int offset_seconds)
{
    return civil_days(civil.year, civil.month, civil.day) * CIVIL_DAY_SECONDS +
           civil.hour * 3600 + civil.minute * 60 + civil.second - offset_seconds;
}

static bool take_digits(struct slice *text, int count, int *ret)
{
    int value = 0;
    if (text->size < (size_t)count)
        return false;
    for (int index = 0; index < count; index++) {
        char byte = text->at[index];
        if (byte < '0' || byte > '9')
            return false;
        value = value * 10 + (byte - '0');
    }
    text->at += count;
    text->size -= (size_t)count;
    *ret = value;
    return true;
}

static bool take_zone(struct slice *text, int *ret_offset)
{
    int hours = 0;
    int minutes = 0;
    if (text->size == 0)
        return false;
    char sign = text->at[0];
    text->at++;
    text->size--;
    if (sign == 'Z') {
        *ret_offset = 0;
        return true;
    }
    if ((sign != '+' && sign != '-') || !take_digits(text, 2, &hours))
        return false;
    if (text->size > 0 && text->at[0] == ':') {
        text->at++;
        text->size--;
    }
    if (!take_digits(text, 2, &minutes) || hours > 14 || minutes > 59)
        return false;
    *ret_offset = (hours * 3600 + minutes * 60) * (sign == '-' ? -1 : 1);
    return true;
}

static bool take_part(struct slice *text, char directive, struct civil *civil, int *offset)
{
    switch (directive) {
    case 'Y': return take_digits(text, 4, &civil->year);
    case 'm': return take_digits(text, 2, &civil->month);
    case 'd': return take_digits(text, 2, &civil->day);
    case 'H': return take_digits(text, 2, &civil->hour);
    case 'M': return take_digits(text, 2, &civil->minute);
    case 'S': return take_digits(text, 2, &civil->second);
    case 'z': return take_zone(text, offset);
    default: return false;
    }
}

static bool valid_time(const struct civil *civil)
{
    bool midnight = civil->hour == 24 && civil->minute == 0 && civil->second == 0;
    return civil_valid_date(civil->year, civil->month, civil->day) &&
           (midnight || (civil->hour < 24 && civil->minute < 60 && civil->second < 60));
}

bool civil_parse(struct slice text, const char *format, int offset_seconds, int64_t *ret_instant)
{
    struct civil civil = {.year = 1970, .month = 1, .day = 1};
    for (const char *at = format; *at != '\0'; at++) {
        if (*at == '%' && at[1] != '\0') {
            if (!take_part(&text, *++at, &civil, &offset_seconds))
                return false;
            continue;
        }
        if (text.size == 0 || text.at[0] != *at)
            return false;
        text.at++;
        text.size--;
    }
    if (text.size != 0 || !valid_time(&civil))
        return false;
    *ret_instant = civil_to_instant(civil, offset_seconds);
    return true;
}

static void put_two(char *text, unsigned number)
{
    text[0] = (char)('0' + number / 10 % 10);
    text[1] = (char)('0' + number % 10);
}

static void format_two(struct buffer *buffer, int number)
{
    char text[2];
    put_two(text, (unsigned)number);
    buffer_append(buffer, (struct slice){text, sizeof text});
}

static void format_year(struct buffer *buffer, int year)
{
    if (year < 0 || year > 9999) {
        buffer_printf(buffer, "%04d", year);
        return;
    }
    format_two(buffer, year / 100);
    format_two(buffer, year % 100);
}

static void format_part(struct buffer *buffer, char directive, const struct civil *civil, int offset)
{
    int absolute = offset < 0 ? -offset : offset;
    switch (directive) {
    case 'Y': format_year(buffer, civil->year); break;
    case 'm': format_two(buffer, civil->month); break;
    case 'd': format_two(buffer, civil->day); break;
    case 'H': format_two(buffer, civil->hour); break;
    case 'M': format_two(buffer, civil->minute); break;
    case 'S': format_two(buffer, civil->second); break;
    case 'z':
        buffer_printf(buffer, "%c%02d:%02d", offset < 0 ? '-' : '+', absolute / 3600,
                      absolute / 60 % 60);
        break;
    default: buffer_printf(buffer, "%c", directive); break;
    }
}

void civil_format(struct buffer *buffer, int64_t instant, const char *format, int offset_seconds)
{
    struct civil civil = civil_from_instant(instant, offset_seconds);
    for (const char *at = format; *at != '\0'; at++) {
        if (*at == '%' && at[1] != '\0')
            format_part(buffer, *++at, &civil, offset_seconds);
        else
            buffer_append(buffer, (struct slice){at, 1});
    }
}

/* By hand: each time of each record goes through here. */
void civil_utc_text(int64_t instant, char text[21])
{
    struct civil civil = civil_from_instant(instant, 0);
    unsigned year = (unsigned)civil.year % 10000;
    memcpy(text, "yyyy-mm-ddThh:mm:ssZ", 21);
    put_two(text, year / 100);
    put_two(text + 2, year % 100);
    put_two(text + 5, (unsigned)civil.month);
    put_two(text + 8, (unsigned)civil.day);
    put_two(text + 11, (unsigned)civil.hour);
    put_two(text + 14, (unsigned)civil.minute);
    put_two(text + 17, (unsigned)civil.second);
}

int64_t civil_china_day(int64_t instant)
{
    return (instant + CIVIL_CST_SECONDS) / CIVIL_DAY_SECONDS;
}
