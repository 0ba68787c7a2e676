#include "mapping/identity.h"

#include "mapping/base/civil.h"

#include <string.h>

enum { ID_SIZE = 18, OLD_ID_SIZE = 15, CREDIT_SIZE = 18, OLD_CENTURY_SEQUENCE = 996 };

/* Codes ever assigned in Binzhou (GB/T 2260 and its changes); elsewhere the province is looked at. */
static const char *const binzhou[] = {"371600", "371601", "371602", "371603", "371621", "371622",
                                      "371623", "371624", "371625", "371626", "371681", "372300",
                                      "372301", "372321", "372322", "372323", "372324", "372325",
                                      "372326", "372327", "372328", "372329", "372330"};
static const char provinces[] = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 "
                                "52 53 54 61 62 63 64 65 71 81 82 83";

static bool region_assigned(const char *code)
{
    char province[3] = {code[0], code[1], '\0'};
    if (strncmp(code, "3716", 4) != 0 && strncmp(code, "3723", 4) != 0)
        return strstr(provinces, province) != NULL;
    for (size_t index = 0; index < sizeof binzhou / sizeof *binzhou; index++) {
        if (strncmp(code, binzhou[index], 6) == 0)
            return true;
    }
    return false;
}

static bool all_digits(const char *text, size_t size)
{
    for (size_t index = 0; index < size; index++) {
        if (text[index] < '0' || text[index] > '9')
            return false;
    }
    return true;
}

static int number(const char *text, size_t size)
{
    int value = 0;
    for (size_t index = 0; index < size; index++)
        value = value * 10 + (text[index] - '0');
    return value;
}

static char person_check(const char *code)
{
    static const int weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (int index = 0; index < ID_SIZE - 1; index++)
        sum += (code[index] - '0') * weights[index];
    return "10X98765432"[sum % 11];
}

static enum identity_fault judge_person(const char code[19], int64_t today)
{
    int year = number(code + 6, 4);
    int month = number(code + 10, 2);
    int day = number(code + 12, 2);
    if (!region_assigned(code))
        return IDENTITY_REGION;
    if (year < 1800 || !civil_valid_date(year, month, day))
        return IDENTITY_DATE;
    if (civil_days(year, month, day) > today)
        return IDENTITY_FUTURE;
    return person_check(code) == code[ID_SIZE - 1] ? IDENTITY_OK : IDENTITY_CHECK;
}

/* 15 digits have two of the year: 19.., but for sequences kept for those born before 1900. */
static void widen(const char *old, char ret_code[19])
{
    memcpy(ret_code, old, 6);
    memcpy(ret_code + 6, number(old + 12, 3) >= OLD_CENTURY_SEQUENCE ? "18" : "19", 2);
    memcpy(ret_code + 8, old + 6, 9);
    ret_code[ID_SIZE - 1] = person_check(ret_code);
    ret_code[ID_SIZE] = '\0';
}

enum identity_fault identity_person(struct slice text, int64_t today, char ret_code[19])
{
    char code[19] = {0};
    text = slice_trim(text);
    if (text.size == 0)
        return IDENTITY_EMPTY;
    size_t digits = text.size == ID_SIZE ? ID_SIZE - 1 : text.size;
    char last = text.at[text.size - 1];
    if (!all_digits(text.at, digits) ||
        (text.size == ID_SIZE && last != 'X' && last != 'x' && !all_digits(&last, 1)))
        return IDENTITY_CHARSET;
    if (text.size != ID_SIZE && text.size != OLD_ID_SIZE)
        return IDENTITY_LENGTH;
    if (text.size == OLD_ID_SIZE) {
        widen(text.at, code);
    } else {
        memcpy(code, text.at, ID_SIZE);
        if (last == 'x')
            code[ID_SIZE - 1] = 'X';
    }
    enum identity_fault fault = judge_person(code, today);
    if (fault == IDENTITY_OK)
        memcpy(ret_code, code, sizeof code);
    return fault;
}

static int place(const char *alphabet, char character)
{
    const char *at = character == '\0' ? NULL : strchr(alphabet, character);
    return at == NULL ? -1 : (int)(at - alphabet);
}

/* GB 11714: characters 9 to 16 weighted, the 17th is the check character. */
static bool organisation_checks(const char *part)
{
    static const int weights[] = {3, 7, 9, 10, 5, 8, 4, 2};
    static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    int sum = 0;
    for (int index = 0; index < 8; index++)
        sum += place(alphabet, part[index]) * weights[index];
    int check = 11 - sum % 11;
    char expected = check == 10 ? 'X' : check == 11 ? '0' : (char)('0' + check);
    return part[8] == expected;
}

static enum identity_fault judge_credit(const char code[19])
{
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    int sum = 0;
    int weight = 1;
    for (int index = 0; index < CREDIT_SIZE; index++) {
        if (place(alphabet, code[index]) < 0)
            return IDENTITY_CHARSET;
    }
    if (!organisation_checks(code + 8))
        return IDENTITY_ORGANISATION_CHECK;
    for (int index = 0; index < CREDIT_SIZE - 1; index++) {
        sum += place(alphabet, code[index]) * weight;
        weight = weight * 3 % 31;
    }
    return alphabet[(31 - sum % 31) % 31] == code[CREDIT_SIZE - 1] ? IDENTITY_OK : IDENTITY_CHECK;
}

enum identity_fault identity_organisation(struct slice text, char ret_code[19])
{
    char code[19] = {0};
    text = slice_trim(text);
    if (text.size == 0)
        return IDENTITY_EMPTY;
    if (text.size != CREDIT_SIZE)
        return IDENTITY_LENGTH;
    for (size_t index = 0; index < CREDIT_SIZE; index++) {
        char byte = text.at[index];
        code[index] = byte >= 'a' && byte <= 'z' ? (char)(byte - 'a' + 'A') : byte;
    }
    enum identity_fault fault = judge_credit(code);
    if (fault == IDENTITY_OK)
        memcpy(ret_code, code, sizeof code);
    return fault;
}

const char *identity_fault_name(enum identity_fault fault)
{
    static const char *const names[] = {"ok",   "empty",  "length", "charset",           "region",
                                        "date", "future", "check",  "organisation_check"};
    return (unsigned)fault < sizeof names / sizeof *names ? names[fault] : "unknown";
}

size_t identity_spellings(const char code[19], char ret[4][19])
{
    size_t count = 0;
    bool old = number(code + 14, 3) >= OLD_CENTURY_SEQUENCE;
    memcpy(ret[count++], code, 19);
    if (code[ID_SIZE - 1] == 'X') {
        memcpy(ret[count], code, 19);
        ret[count++][ID_SIZE - 1] = 'x';
    }
    if (strncmp(code + 6, old ? "18" : "19", 2) == 0) {
        memset(ret[count], 0, 19);
        memcpy(ret[count], code, 6);
        memcpy(ret[count++] + 6, code + 8, 9);
    }
    return count;
}
