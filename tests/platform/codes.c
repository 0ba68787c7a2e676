#include "tests/platform/codes.h"

#include "mapping/base/civil.h"

#include <string.h>

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static size_t digits_run(const char *text)
{
    return strspn(text, "0123456789");
}

static int number(const char *digits, int count)
{
    int value = 0;
    for (int at = 0; at < count; at++)
        value = value * 10 + digits[at] - '0';
    return value;
}

/* ISO 7064 MOD 11-2 over the first 17 digits. */
static char resident_check(const char *digits)
{
    static const int weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (int at = 0; at < 17; at++)
        sum += weights[at] * (digits[at] - '0');
    return "10X98765432"[sum % 11];
}

bool codes_resident(const char *code)
{
    size_t size = strlen(code), run = digits_run(code);
    if (size == 15)
        return run == 15 && civil_valid_date(1900 + number(code + 6, 2), number(code + 8, 2),
                                             number(code + 10, 2));
    if (size != 18 || run < 17)
        return false;
    char last = code[17] == 'x' ? 'X' : code[17];
    return civil_valid_date(number(code + 6, 4), number(code + 10, 2), number(code + 12, 2)) &&
           last == resident_check(code);
}

bool codes_credit(const char *code)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    static const int weights[] = {1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28};
    if (strlen(code) != 18)
        return false;
    int sum = 0;
    for (int at = 0; at < 18; at++) {
        const char *found = strchr(alphabet, code[at]);
        if (found == NULL)
            return false;
        int value = (int)(found - alphabet);
        if (at == 17)
            return value == (31 - sum % 31) % 31;
        sum += value * weights[at];
    }
    return false;
}

size_t codes_normal(const char *code, char ret[CODES_SIZE])
{
    size_t size = strlen(code);
    if (size == 15 && digits_run(code) == 15) {
        memcpy(ret, code, 6);
        memcpy(ret + 6, "19", 2);
        memcpy(ret + 8, code + 6, 9);
        ret[17] = resident_check(ret);
        ret[18] = '\0';
        return 18;
    }
    if (size > CODES_SIZE - 1)
        size = CODES_SIZE - 1;
    for (size_t at = 0; at < size; at++)
        ret[at] = code[at] >= 'a' && code[at] <= 'z' ? (char)(code[at] - 'a' + 'A') : code[at];
    ret[size] = '\0';
    return size;
}

static bool day_plausible(const char *month)
{
    int month_number = number(month, 2), day = number(month + 2, 2);
    return month_number >= 1 && month_number <= 12 && day >= 1 && day <= 31;
}

bool codes_within(const char *text)
{
    while (*text != '\0') {
        size_t run = digits_run(text);
        bool checked = run == 17 && (text[17] == 'X' || text[17] == 'x') && !is_digit(text[18]);
        if (text[0] != '0' && ((run == 15 && day_plausible(text + 8)) ||
                               ((run == 18 || checked) && day_plausible(text + 10))))
            return true;
        text += run > 0 ? run : 1;
    }
    return false;
}
