/* A dictionary of the mapping file: canonical words and how each side spells them. Total both ways:
 * every word has a spelling at both sides; and one-to-one: no spelling of a side says two words. */
#ifndef MAPPING_DICTIONARY_H
#define MAPPING_DICTIONARY_H

#include "mapping/base/arena.h"
#include "mapping/field.h"
#include "mapping/jsonplace.h"

enum { DICTIONARY_WORDS = 48, DICTIONARY_SPELLINGS = 4 };

/* A JSON scalar by its text; number: it stands without quotes. */
struct spelling {
    struct slice text;
    bool number;
};

struct dictionary_entry {
    struct slice word;
    struct spelling spelling[SIDES]
                            [DICTIONARY_SPELLINGS]; /* the first is the one that is written */
    size_t count[SIDES];
};

struct dictionary {
    const char *name;
    struct dictionary_entry entries[DICTIONARY_WORDS];
    size_t count;
};

/* {"person": {"municipal": 1, "provincial": "01"}, …}; a list of spellings is read, its first
 * written. Texts are borrowed from the JSON or lie in the arena. INVALID with its place, NO_MEMORY.
 */
enum status dictionary_load(struct jsonplace *place, const char *name, const json_t *json,
                            struct arena *arena, struct dictionary *ret);
/* The words must be exactly the field's, where it has a closed set. */
enum status dictionary_fits(struct jsonplace *place, const struct dictionary *dictionary,
                            enum field field);

/* Empty: the side has no such spelling. */
struct slice dictionary_word(const struct dictionary *dictionary, enum side side,
                             struct slice spelling);
/* NULL: no such word. */
const struct spelling *dictionary_spelling(const struct dictionary *dictionary, enum side side,
                                           struct slice word);

#endif
