/* JSON text checked in place, token by token (RFC 8259 in UTF-8): no tree, no copy, nothing read
 * behind `end`. Refused as well, as by jansson: NUL in a string, also as an escape, and lone
 * surrogates. Duplicate keys are not looked for, and a number may have any size, since here it
 * stays text. */
#ifndef MAPPING_SCAN_H
#define MAPPING_SCAN_H

#include <stddef.h>
#include <stdint.h>

/* Objects and arrays may stand this deep in one another. */
enum { SCAN_DEPTH = 64 };

/* Where the white space at `at` ends. */
const char *scan_space(const char *at, const char *end);

/* at: the opening quote. Behind the closing one; NULL: no string that is allowed. */
const char *scan_string(const char *at, const char *end);

/* at: where a value begins, white space already skipped; depth: how many objects and arrays it
 * stands in. Behind the value; NULL: no value that is allowed, or nested too deep. */
const char *scan_value(const char *at, const char *end, unsigned depth);

/* The next character, as UTF-8, of a string that was scanned; at: behind its opening quote, or
 * behind the last one taken; end: its closing quote. Moves *at on and returns how many bytes it
 * put. What has no escape is given byte by byte. */
size_t scan_character(const char **at, const char *end, char ret[4]);

#endif
