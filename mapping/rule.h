/* The closed list of mapping functions (connectors.md, "Mapping"): each is read forwards, from what
 * a platform sent to a canonical text, and backwards. A definition writes them as "time(%Y-%m-%d,
 * +08:00)". */
#ifndef MAPPING_RULE_H
#define MAPPING_RULE_H

#include "mapping/base/arena.h"
#include "mapping/dictionary.h"

/* name, fewest and most arguments, what it does (for docs and faults) */
#define RULE_MAP(X)                                                                                \
    X(trim, 0, 0, "white space at both ends goes")                                                 \
    X(upper, 0, 0, "ASCII letters to upper case")                                                  \
    X(text, 0, 0, "normalised text")                                                               \
    X(name, 0, 0, "normalised text, with the middle dots and old code points of names")            \
    X(integer, 0, 0, "a whole number")                                                             \
    X(decimal2, 0, 0, "an amount of at most two decimals, to hundredths")                          \
    X(time, 2, 2, "time(format, zone): an instant")                                                \
    X(date, 0, 6, "date(formats…): a day in China Standard Time; the first is written")            \
    X(dictionary, 1, 1, "dictionary(name): a word of the dictionary")                              \
    X(flag, 2, 2, "flag(true, false): the spellings of true and false")                            \
    X(id18, 0, 0, "a resident ID (GB 11643), 15 digits made 18")                                   \
    X(credit_code, 0, 0, "a unified social credit code (GB 32100)")                                \
    X(const, 1, 1, "const(value): this value, whatever the record has")                            \
    X(first_of, 1, 4, "first_of(pointers…): the first that is filled")                             \
    X(split, 1, 1, "split(separator): a list in one text")                                         \
    X(null_if, 1, 6, "null_if(values…): these mean no value")

enum rule_kind {
#define RULE_ENUM(name, fewest, most, text) RULE_##name,
    RULE_MAP(RULE_ENUM)
#undef RULE_ENUM
        RULES
};

enum { RULE_ARGUMENTS = 6, RULE_STEPS = 6 };

/* One function with its arguments, ready to use. Owns nothing. */
struct rule_step {
    enum rule_kind kind;
    struct spelling arguments[RULE_ARGUMENTS]; /* NUL-terminated; number: digits without quotes */
    size_t count;
    const struct dictionary *dictionary;
    int zone_seconds; /* of time() */
};

/* Functions in the order in which they are read. */
struct rule_chain {
    struct rule_step steps[RULE_STEPS];
    size_t count;
};

struct rule_context {
    enum side side;
    int64_t now; /* instant */
    struct arena *arena;
};

const char *rule_name(enum rule_kind kind);

/* Reads a JSON list of functions. dictionaries: those of the file. INVALID with its place (unknown
 * function with the nearest, wrong arguments, unknown dictionary), NO_MEMORY. */
enum status rule_load(struct jsonplace *place, const json_t *json,
                      const struct dictionary *dictionaries, size_t dictionary_count,
                      struct arena *arena, struct rule_chain *ret);
/* The last function that makes a canonical text must make one of the field's form. */
enum status rule_fits(struct jsonplace *place, const json_t *json, const struct rule_chain *chain,
                      enum field field);
/* NULL: the chain has no such function. */
const struct rule_step *rule_find(const struct rule_chain *chain, enum rule_kind kind);
/* May some canonical value not survive the way back and forth? */
bool rule_lossy(const struct rule_chain *chain);

/* Forwards. An empty value stays empty, but for const. INVALID: ret_reason says why, as a static
 * text; NO_MEMORY. */
enum status rule_read(const struct rule_chain *chain, const struct rule_context *context,
                      struct slice read, struct slice *ret, const char **ret_reason);
/* Backwards, from a value that is not empty. number: whether it is written without quotes where the
 * functions leave that open. INVALID: the value has no such spelling. */
enum status rule_write(const struct rule_chain *chain, const struct rule_context *context,
                       struct slice canonical, bool number, struct spelling *ret);

#endif
