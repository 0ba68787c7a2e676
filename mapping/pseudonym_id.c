#include "mapping/pseudonym_inside.h"

#include "mapping/base/civil.h"
#include "mapping/identity.h"

#include <stdio.h>
#include <string.h>

enum { ID_SIZE = 18, OLD_ID_SIZE = 15, OLD_CENTURY_SEQUENCE = 996, FIRST_SEQUENCE = 900, LAST_YEAR = 2015,
       TRIES_MOST = 4096, FAR_DAY = 100000 /* in the year 2243: whether a date is to come is not asked */ };

static const char checks[] = "10X98765432";
static const char provinces[] = "1112131415212223313233343536374142434445465051525354616263646571";

static bool digits(const char *at, size_t size)
{
    for (size_t index = 0; index < size; index++) {
        if (at[index] < '0' || at[index] > '9')
            return false;
    }
    return true;
}

static int number(const char *at, size_t size)
{
    int value = 0;
    for (size_t index = 0; index < size; index++)
        value = value * 10 + (at[index] - '0');
    return value;
}

bool pseudonym_id_like(struct slice text)
{
    if (text.size == OLD_ID_SIZE)
        return digits(text.at, text.size);
    if (text.size != ID_SIZE || !digits(text.at, ID_SIZE - 1))
        return false;
    char last = text.at[ID_SIZE - 1];
    return last == 'X' || last == 'x' || digits(&last, 1);
}

size_t pseudonym_id_at(struct slice text)
{
    static const size_t sizes[] = {ID_SIZE, OLD_ID_SIZE};
    char code[19];
    for (size_t index = 0; index < sizeof sizes / sizeof *sizes; index++) {
        struct slice part = {text.at, sizes[index]};
        bool ends = text.size == part.size ||
                    (text.size > part.size && !digits(text.at + part.size, 1));
        if (ends && pseudonym_id_like(part) && identity_person(part, FAR_DAY, code) == IDENTITY_OK)
            return part.size;
    }
    return 0;
}

static int check_place(const char *code)
{
    static const int weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (size_t index = 0; index + 1 < ID_SIZE; index++)
        sum += (code[index] - '0') * weights[index];
    return sum % 11;
}

static int place_of(char check)
{
    const char *at = strchr(checks, check == 'x' ? 'X' : check);
    return at == NULL ? 0 : (int)(at - checks);
}

/* 15 digits as 18; the check character is right. */
static void widen(struct slice text, char ret[ID_SIZE + 1])
{
    if (text.size == ID_SIZE) {
        memcpy(ret, text.at, ID_SIZE);
    } else {
        memcpy(ret, text.at, 6);
        memcpy(ret + 6, number(text.at + 12, 3) >= OLD_CENTURY_SEQUENCE ? "18" : "19", 2);
        memcpy(ret + 8, text.at + 6, 9);
        ret[ID_SIZE - 1] = checks[check_place(ret)];
    }
    ret[ID_SIZE] = '\0';
}

static void put_number(char *to, int size, unsigned value)
{
    char text[16];
    (void)snprintf(text, sizeof text, "%0*u", size, value);
    memcpy(to, text, (size_t)size);
}

/* Any region but the bridge's own, where it is looked at which codes were ever assigned. */
static void put_region(char *code, const uint8_t *chance)
{
    size_t place = chance[0] % ((sizeof provinces - 1) / 2) * 2;
    memcpy(code, provinces + place, 2);
    put_number(code + 2, 4, ((unsigned)chance[1] << 8 | chance[2]) % 10000);
    if (memcmp(code, "3716", 4) == 0 || memcmp(code, "3723", 4) == 0)
        code[2] = '0';
}

/* A date in the same century, since that decides whether there is a spelling with 15 digits; one that cannot be,
 * or may be to come, decides by itself and stays. */
static void put_date(char *code, const uint8_t *chance)
{
    unsigned draw = (unsigned)chance[0] << 8 | chance[1];
    int year = number(code + 6, 4);
    unsigned first = year < 1900 ? 1880 : year < 2000 ? 1920 : 2000;
    unsigned count = year < 1900 ? 20 : year < 2000 ? 80 : LAST_YEAR - 2000 + 1;
    if (year < 1800 || year > LAST_YEAR || !civil_valid_date(year, number(code + 10, 2), number(code + 12, 2)))
        return;
    put_number(code + 6, 4, first + draw % count);
    put_number(code + 10, 2, 1 + chance[2] % 12U);
    put_number(code + 12, 2, 1 + chance[3] % 28U);
}

static void put_sequence(char *code, const uint8_t *chance)
{
    bool old = number(code + 14, 3) >= OLD_CENTURY_SEQUENCE;
    unsigned first = old ? OLD_CENTURY_SEQUENCE : FIRST_SEQUENCE;
    unsigned count = old ? 4 : OLD_CENTURY_SEQUENCE - FIRST_SEQUENCE;
    put_number(code + 14, 3, first + chance[0] % count);
}

void pseudonym_id(struct pseudonym *pseudonym, struct slice text, struct buffer *ret)
{
    char code[ID_SIZE + 1];
    char drawn[ID_SIZE + 1];
    char valid[19];
    uint8_t chance[16];
    widen(text, code);
    bool closes_x = place_of(code[ID_SIZE - 1]) == 2;
    int off = (place_of(code[ID_SIZE - 1]) - check_place(code) + 11) % 11;
    bool region = identity_person(text, FAR_DAY, valid) != IDENTITY_REGION;
    code[ID_SIZE - 1] = checks[place_of(code[ID_SIZE - 1])];
    for (unsigned tried = 0; tried < TRIES_MOST; tried++) {
        pseudonym_chance(pseudonym, "id", tried, (struct slice){code, ID_SIZE}, chance);
        memcpy(drawn, code, sizeof drawn);
        if (region)
            put_region(drawn, chance);
        put_date(drawn, chance + 3);
        put_sequence(drawn, chance + 7);
        drawn[ID_SIZE - 1] = checks[(check_place(drawn) + off) % 11];
        if ((drawn[ID_SIZE - 1] == 'X') == closes_x)
            break;
    }
    if (text.size == ID_SIZE && text.at[ID_SIZE - 1] == 'x')
        drawn[ID_SIZE - 1] = 'x';
    buffer_append(ret, (struct slice){drawn, text.size == ID_SIZE ? ID_SIZE : 6});
    if (text.size != ID_SIZE)
        buffer_append(ret, (struct slice){drawn + 8, 9});
}
