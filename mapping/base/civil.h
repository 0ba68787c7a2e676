/* Dates and instants. An instant is whole seconds since 1970-01-01T00:00:00Z; days and years of the
 * field are judged in China Standard Time (reconciliation.md, "Normalising"). No clock is read. */
#ifndef BASE_CIVIL_H
#define BASE_CIVIL_H

#include "mapping/base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

enum { CIVIL_CST_SECONDS = 8 * 3600, CIVIL_DAY_SECONDS = 86400 };

struct civil {
    int year; /* 1 to 9999 */
    int month, day, hour, minute, second;
};

bool civil_valid_date(int year, int month, int day); /* Gregorian */
int64_t civil_days(int year, int month, int day);    /* days since 1970-01-01 */
/* offset_seconds: what the zone is ahead of UTC. */
struct civil civil_from_instant(int64_t instant, int offset_seconds);
int64_t civil_to_instant(struct civil civil, int offset_seconds);
/* The day in China on which the instant falls, counted from 1970-01-01 there. */
int64_t civil_china_day(int64_t instant);

/* Reads `text` by `format`: Y m d H M S stand behind '%' as in strptime, %z for "+08:00", "+0800"
 * or "Z"; all else literally. Without %z, offset_seconds is the zone. 24:00:00 is the next day's
 * start. False: not such a time. The whole text must be used. */
bool civil_parse(struct slice text, const char *format, int offset_seconds, int64_t *ret_instant);

/* The inverse; appends to the buffer. */
void civil_format(struct buffer *buffer, int64_t instant, const char *format, int offset_seconds);

/* "2023-06-01T12:15:00Z": the canonical text of an instant. size of text: at least 21. */
void civil_utc_text(int64_t instant, char text[21]);

#endif
