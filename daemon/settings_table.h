/* The table of the settings (operators.md, "Files and processes"): one row feeds the parser, the
 * printing and the manual. For settings.c and for tests of the manual; the program reads struct
 * settings. */
#ifndef DAEMON_SETTINGS_TABLE_H
#define DAEMON_SETTINGS_TABLE_H

#include <stddef.h>
#include <stdint.h>

enum setting_type {
    SETTING_TEXT,    /* min, max: bytes */
    SETTING_DIGITS,  /* min, max: how many */
    SETTING_PATH,    /* made absolute; empty only when min is 0 */
    SETTING_ADDRESS, /* https://host[:port] */
    SETTING_WORD,    /* one of `words`, separated by '|'; its place from 0 */
    SETTING_NUMBER,
    SETTING_TIME,    /* milliseconds: "60 s", "1h 30min"; a bare number is seconds */
    SETTING_SIZE,    /* bytes: "64 MiB" */
    SETTING_PERCENT, /* hundredths of a percent: "1 %", "0.5 %" */
    SETTING_RATE,    /* a second: "50/s" */
    SETTING_CLOCK    /* minute of the day: "02:30" */
};

struct setting {
    const char *section, *name;
    enum setting_type type;
    size_t offset; /* in struct settings: a const char * for texts, else an int64_t */
    int64_t min, max;
    const char *standard; /* the default, as it would be written; NULL: required */
    const char *words;
    const char *help;
};

extern const struct setting settings_table[];
extern const size_t settings_table_count;

#endif
