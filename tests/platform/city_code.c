#include "tests/platform/city_code.h"

#include "mapping/base/civil.h"

#include <stdio.h>
#include <string.h>

enum { FIRST_BIRTH_YEAR = 1958, LAST_BIRTH_YEAR = 1999, SEQUENCES = 100, FIRST_SEQUENCE = 900 };

/* GB/T 2260: the districts of Binzhou, present codes and those that their elders' IDs keep. */
static const char *const prefixes[] = {"371602", "371603", "371621", "371622", "371623", "371625",
                                       "371681", "371624", "371626", "372301", "372321", "372323",
                                       "372324", "372325", "372328", "372330"};
enum { PREFIXES = sizeof prefixes / sizeof *prefixes };

static const char credit_alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
enum { CREDIT_BASE = 31 };

static int64_t first_birth(void)
{
    return civil_days(FIRST_BIRTH_YEAR, 1, 1);
}

static uint32_t birth_days(void)
{
    return (uint32_t)(civil_days(LAST_BIRTH_YEAR + 1, 1, 1) - first_birth());
}

uint32_t city_code_residents(void)
{
    return PREFIXES * birth_days() * SEQUENCES;
}

/* ISO 7064 MOD 11-2: the weight of a digit is 2 to the power of its place from the right. */
static char resident_check(const char *code)
{
    int rest = 0;
    for (int at = 0; at < 17; at++)
        rest = (rest + code[at] - '0') * 2 % 11;
    return "0123456789X"[(12 - rest) % 11];
}

void city_code_resident(uint64_t number, char ret[CITY_CODE_SIZE])
{
    number %= city_code_residents();
    const char *prefix = prefixes[number % PREFIXES];
    number /= PREFIXES;
    int64_t day = first_birth() + (int64_t)(number % birth_days());
    unsigned sequence = FIRST_SEQUENCE + (unsigned)(number / birth_days());
    struct civil born = civil_from_instant(day * CIVIL_DAY_SECONDS, 0);
    snprintf(ret, CITY_CODE_SIZE, "%s%04u%02u%02u%03u", prefix, (unsigned)born.year % 10000,
             (unsigned)born.month % 100, (unsigned)born.day % 100, sequence % 1000);
    ret[17] = resident_check(ret);
    ret[18] = '\0';
}

static int number_of(const char *digits, int count)
{
    int value = 0;
    for (int at = 0; at < count; at++)
        value = value * 10 + digits[at] - '0';
    return value;
}

bool city_code_resident_valid(const char *code)
{
    if (strlen(code) != 18 || strspn(code, "0123456789") < 17)
        return false;
    return civil_valid_date(number_of(code + 6, 4), number_of(code + 10, 2),
                            number_of(code + 12, 2)) &&
           code[17] == resident_check(code);
}

bool city_code_resident_short(const char *code, char ret[CITY_CODE_SIZE])
{
    if (strncmp(code + 6, "19", 2) != 0 || number_of(code + 14, 3) >= 996)
        return false;
    memcpy(ret, code, 6);
    memcpy(ret + 6, code + 8, 9);
    ret[15] = '\0';
    return true;
}

void city_code_resident_spoil(char code[CITY_CODE_SIZE])
{
    code[17] = code[17] == '7' ? '8' : '7';
}

/* GB 11714: characters 9 to 17 of the code, the ninth of them is the check. */
static char organisation_check(const char *organisation)
{
    static const int weights[] = {3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (int at = 0; at < 8; at++) {
        char sign = organisation[at];
        sum += weights[at] * (sign <= '9' ? sign - '0' : sign - 'A' + 10);
    }
    return "0123456789X"[(11 - sum % 11) % 11];
}

/* GB 32100: weights are powers of 3 modulo 31. */
static char credit_check(const char *code)
{
    int sum = 0, weight = 1;
    for (int at = 0; at < 17; at++) {
        sum += weight * (int)(strchr(credit_alphabet, code[at]) - credit_alphabet);
        weight = weight * 3 % CREDIT_BASE;
    }
    return credit_alphabet[(CREDIT_BASE - sum % CREDIT_BASE) % CREDIT_BASE];
}

void city_code_credit(const char *category, const char *region, uint32_t serial,
                      char ret[CITY_CODE_SIZE])
{
    snprintf(ret, CITY_CODE_SIZE, "%.2s%.6sMAX", category, region);
    for (int at = 15; at >= 11; at--) {
        ret[at] = credit_alphabet[serial % CREDIT_BASE];
        serial /= CREDIT_BASE;
    }
    ret[16] = organisation_check(ret + 8);
    ret[17] = credit_check(ret);
    ret[18] = '\0';
}

bool city_code_credit_valid(const char *code)
{
    return strlen(code) == 18 && strspn(code, credit_alphabet) == 18 &&
           code[16] == organisation_check(code + 8) && code[17] == credit_check(code);
}

void city_code_credit_spoil(char code[CITY_CODE_SIZE])
{
    code[17] = code[17] == '4' ? '5' : '4';
}
