#include "connectors/answer.h"
#include "mapping/base/civil.h"

#include <string.h>

static int month_of(const char *name)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int month = 0; month < 12; month++) {
        if (memcmp(name, names + month * 3, 3) == 0)
            return month + 1;
    }
    return 0;
}

/* "Mon, 17 Apr 2023 00:00:00 GMT": the month's name becomes a number, the rest is a format. The
 * name of the day says nothing that the date does not. */
bool answer_http_date(struct slice text, int64_t *ret_instant)
{
    char plain[32];
    text = slice_trim(text);
    if (text.size != 29 || memcmp(text.at + 3, ", ", 2) != 0)
        return false;
    int month = month_of(text.at + 8);
    if (month == 0)
        return false;
    memcpy(plain, text.at + 5, 3); /* "17 " */
    plain[3] = (char)('0' + month / 10);
    plain[4] = (char)('0' + month % 10);
    memcpy(plain + 5, text.at + 11, 18); /* " 2023 00:00:00 GMT" */
    return civil_parse((struct slice){plain, 23}, "%d %m %Y %H:%M:%S GMT", 0, ret_instant);
}
