#include "mapping/word.h"

#include <string.h>

static const char *const KINDS[] = {"person", "employer", "department", NULL};
static const char *const TITLES[] = {"0", "1", "2", "3", "4", NULL};
static const char *const APPROVALS[] = {"waiting", "approved", "rejected", NULL};
static const char *const REVIEWS[] = {"draft", "submitted", "employer", "department",
                                      "hrss",  "rejected",  NULL};
static const char *const CATEGORIES[] = {"public", "professional", "credit", NULL};
static const char *const UNITS[] = {"hours", "credits", NULL};
static const char *const SOURCES[] = {"online", "recognised", NULL};
static const char *const FLAGS[] = {"true", "false", NULL};

static const struct {
    enum field field;
    const char *const *words;
} WORDS[] = {
    {FIELD_ACCOUNT_KIND, KINDS},        {FIELD_ACCOUNT_TITLE, TITLES},
    {FIELD_ACCOUNT_REVIEW, APPROVALS},  {FIELD_ACCOUNT_VALID, FLAGS},
    {FIELD_HOURS_CATEGORY, CATEGORIES}, {FIELD_HOURS_UNIT, UNITS},
    {FIELD_HOURS_SOURCE, SOURCES},      {FIELD_HOURS_REVIEW, REVIEWS},
    {FIELD_HOURS_VALID, FLAGS},         {FIELD_ANNUAL_REVIEW, REVIEWS},
    {FIELD_ANNUAL_QUALIFIED, FLAGS},
};

enum { AMOUNT_DIGITS = 11, COUNT_DIGITS = 9, YEAR_FIRST = 1900, YEAR_LAST = 2999 };

const char *const *word_list(enum field field)
{
    for (size_t index = 0; index < sizeof WORDS / sizeof *WORDS; index++) {
        if (WORDS[index].field == field)
            return WORDS[index].words;
    }
    return NULL;
}

const char *word_find(enum field field, struct slice text)
{
    const char *const *words = word_list(field);
    for (; words != NULL && *words != NULL; words++) {
        if (slice_is(text, *words))
            return *words;
    }
    return NULL;
}

static const char *number_fault(struct slice text, size_t digits)
{
    int64_t number = 0;
    if (!slice_integer(text, &number))
        return "integer";
    if (number < 0)
        return "negative";
    return text.size > digits ? "length" : NULL;
}

static const char *year_fault(struct slice text)
{
    int64_t year = 0;
    if (text.size != 4 || !slice_integer(text, &year) || year < YEAR_FIRST || year > YEAR_LAST)
        return "year";
    return NULL;
}

const char *word_form_fault(enum field field, struct slice canonical)
{
    if (slice_empty(canonical))
        return NULL;
    if (word_list(field) != NULL && word_find(field, canonical) == NULL)
        return "dictionary";
    switch (field_row(field)->form) {
    case FORM_YEAR: return year_fault(canonical);
    case FORM_AMOUNT: return number_fault(canonical, AMOUNT_DIGITS);
    case FORM_COUNT: return number_fault(canonical, COUNT_DIGITS);
    case FORM_TEXT:
    case FORM_CODE:
    case FORM_CODES:
    case FORM_WORD:
    case FORM_INSTANT:
    case FORM_DATE:
    case FORM_FLAG:
    default: return NULL;
    }
}
