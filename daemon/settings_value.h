/* One value of a setting, from its text and back (daemon/settings_table.h). Pure. */
#ifndef DAEMON_SETTINGS_VALUE_H
#define DAEMON_SETTINGS_VALUE_H

#include "daemon/settings_table.h"
#include "mapping/base/bytes.h"

#include <stdbool.h>

/* Does the type keep a text (const char *), or a number (int64_t)? */
bool setting_is_text(const struct setting *setting);
/* The number that a text stands for, within the setting's bounds. */
bool setting_read_number(const struct setting *setting, struct slice text, int64_t *ret);
/* May the text stand there? */
bool setting_allows_text(const struct setting *setting, struct slice text);
/* A number as it would be written: "10 min", "64 MiB", "1 %", "50/s", "02:30", "write". */
void setting_write_number(const struct setting *setting, int64_t number, struct buffer *ret);
/* What may stand there, in words, for faults. */
void setting_write_allowed(const struct setting *setting, struct buffer *ret);

#endif
