#include "daemon/store/chain_line.h"

#include "daemon/store/chain_mac.h"
#include "mapping/base/civil.h"

#include <string.h>

enum { TIME_BYTES = 20 };

static struct slice behind(struct slice text, size_t size)
{
    return (struct slice){text.at + size, text.size - size};
}

/* Up to the next quote, which must be there. */
static bool take_text(struct slice text, struct slice *ret)
{
    const char *quote = memchr(text.at, '"', text.size);
    if (quote == NULL)
        return false;
    *ret = (struct slice){text.at, (size_t)(quote - text.at)};
    return true;
}

/* The digits behind {"n": */
static bool number_digits(struct slice line, struct slice *ret)
{
    struct slice start = SLICE("{\"n\":");
    size_t size = 0;
    if (!slice_starts(line, start))
        return false;
    struct slice rest = behind(line, start.size);
    while (size < rest.size && rest.at[size] >= '0' && rest.at[size] <= '9')
        size++;
    *ret = (struct slice){rest.at, size};
    return size < rest.size && rest.at[size] == ',';
}

bool chain_line_number(struct slice line, int64_t *ret)
{
    struct slice digits = {0};
    return number_digits(line, &digits) && slice_integer(digits, ret) && *ret > 0;
}

bool chain_line_event(struct slice line, int64_t *ret_time, struct slice *ret_event)
{
    struct slice digits = {0};
    struct slice time_start = SLICE(",\"time\":\"");
    struct slice event_start = SLICE("\",\"event\":\"");
    if (!number_digits(line, &digits))
        return false;
    struct slice rest = behind(line, (size_t)(digits.at + digits.size - line.at));
    if (rest.size < time_start.size + TIME_BYTES || !slice_starts(rest, time_start))
        return false;
    struct slice time = {rest.at + time_start.size, TIME_BYTES};
    rest = behind(rest, time_start.size + TIME_BYTES);
    return slice_starts(rest, event_start) &&
           civil_parse(time, "%Y-%m-%dT%H:%M:%S%z", 0, ret_time) &&
           take_text(behind(rest, event_start.size), ret_event);
}

const char *chain_line_prev(struct slice line)
{
    struct slice start = SLICE(",\"prev\":\"");
    size_t size = start.size + CHAIN_HEX + 3; /* and quote, brace, newline */
    if (line.size < size)
        return NULL;
    const char *at = line.at + line.size - size;
    bool fits =
        memcmp(at, start.at, start.size) == 0 && memcmp(line.at + line.size - 3, "\"}\n", 3) == 0;
    return fits ? at + start.size : NULL;
}

struct slice chain_line_file(struct slice line)
{
    struct slice start = SLICE(",\"file\":\"");
    struct slice name = {0};
    const char *at = memmem(line.at, line.size, start.at, start.size);
    if (at != NULL && !take_text(behind(line, (size_t)(at - line.at) + start.size), &name))
        name = (struct slice){0};
    return name;
}
