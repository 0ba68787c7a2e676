#include "mapping/dictionary.h"

#include "mapping/word.h"

#include <stdio.h>

static const char *const SIDE_NAMES[] = {"municipal", "provincial", NULL};

static enum status load_spelling(struct jsonplace *place, const json_t *json, struct arena *arena,
                                 struct spelling *ret)
{
    if (json_is_string(json) && json_string_length(json) > 0) {
        *ret = (struct spelling){{json_string_value(json), json_string_length(json)}, false};
        return STATUS_OK;
    }
    if (!json_is_integer(json))
        return jsonplace_wrong(place, json, "a text that is not empty, or a whole number");
    *ret = (struct spelling){arena_printf(arena, "%" JSON_INTEGER_FORMAT, json_integer_value(json)),
                             true};
    return ret->text.at == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

static enum status load_side(struct jsonplace *place, const json_t *json, struct arena *arena,
                             struct dictionary_entry *entry, enum side side)
{
    size_t count = json_is_array(json) ? json_array_size(json) : 1;
    if (count < 1 || count > DICTIONARY_SPELLINGS)
        return jsonplace_wrong(place, json, "one spelling, or a list of up to 4");
    for (size_t index = 0; index < count; index++) {
        const json_t *item = json_is_array(json) ? json_array_get(json, index) : json;
        enum status status =
            load_spelling(place, item, arena, &entry->spelling[side][entry->count[side]++]);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

/* One-to-one: what the side writes so must not mean an earlier word too. */
static enum status check_once(struct jsonplace *place, const struct dictionary *dictionary,
                              const struct dictionary_entry *entry, enum side side,
                              const json_t *json)
{
    for (size_t index = 0; index < entry->count[side]; index++) {
        struct slice other = dictionary_word(dictionary, side, entry->spelling[side][index].text);
        if (!slice_empty(other))
            return jsonplace_wrong(place, json,
                                   "a spelling that stands for no other word of this side "
                                   "(one-to-one)");
    }
    return STATUS_OK;
}

static enum status load_entry(struct jsonplace *place, const json_t *json, struct arena *arena,
                              struct dictionary *dictionary)
{
    struct dictionary_entry *entry = &dictionary->entries[dictionary->count];
    enum status status = jsonplace_known(place, json, SIDE_NAMES);
    for (enum side side = MUNICIPAL; side < SIDES && status == STATUS_OK; side++) {
        const json_t *spelling = json_object_get(json, SIDE_NAMES[side]);
        size_t length = jsonplace_enter(place, SIDE_NAMES[side]);
        if (spelling == NULL)
            status = jsonplace_wrong(place, NULL, "a spelling of both sides (total both ways)");
        if (status == STATUS_OK)
            status = load_side(place, spelling, arena, entry, side);
        if (status == STATUS_OK)
            status = check_once(place, dictionary, entry, side, spelling);
        jsonplace_leave(place, length);
    }
    dictionary->count += status == STATUS_OK;
    return status;
}

enum status dictionary_load(struct jsonplace *place, const char *name, const json_t *json,
                            struct arena *arena, struct dictionary *ret)
{
    const char *word;
    json_t *value;
    *ret = (struct dictionary){.name = name};
    if (!json_is_object(json) || json_object_size(json) == 0 ||
        json_object_size(json) > DICTIONARY_WORDS)
        return jsonplace_wrong(place, json, "an object of 1 to 48 words");
    json_object_foreach((json_t *)(uintptr_t)json, word, value)
    {
        size_t length = jsonplace_enter(place, word);
        ret->entries[ret->count].word = slice_of(word);
        enum status status = load_entry(place, value, arena, ret);
        jsonplace_leave(place, length);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static enum status word_missing(struct jsonplace *place, const struct dictionary *dictionary,
                                const char *word)
{
    char allowed[160];
    (void)snprintf(allowed, sizeof allowed, "the word \"%s\" too (total both ways)", word);
    char path[JSONPLACE_PATH];
    (void)snprintf(path, sizeof path, "/dictionaries/%.100s", dictionary->name);
    return fault_set(place->fault, STATUS_INVALID, place->file, jsonplace_line(place->text, path),
                     path, "", allowed);
}

static enum status word_unknown(struct jsonplace *place, const struct dictionary *dictionary,
                                const char *word, enum field field)
{
    const char *const *words = word_list(field);
    const char *nearest = jsonplace_nearest(word, words);
    char allowed[256];
    size_t used = 0;
    char path[JSONPLACE_PATH];
    if (nearest != NULL)
        used = (size_t)snprintf(allowed, sizeof allowed, "%s is the nearest; ", nearest);
    for (size_t index = 0; words[index] != NULL && used < 200; index++)
        used += (size_t)snprintf(allowed + used, sizeof allowed - used, "%s%s",
                                 index == 0 ? "" : ", ", words[index]);
    (void)snprintf(path, sizeof path, "/dictionaries/%.80s/%.80s", dictionary->name, word);
    return fault_set(place->fault, STATUS_INVALID, place->file, jsonplace_line(place->text, path),
                     path, word, allowed);
}

enum status dictionary_fits(struct jsonplace *place, const struct dictionary *dictionary,
                            enum field field)
{
    const char *const *words = word_list(field);
    if (words == NULL)
        return STATUS_OK;
    for (size_t index = 0; index < dictionary->count; index++) {
        struct slice word = dictionary->entries[index].word;
        if (word_find(field, word) == NULL)
            return word_unknown(place, dictionary, word.at, field);
    }
    for (size_t index = 0; words[index] != NULL; index++) {
        if (dictionary_spelling(dictionary, MUNICIPAL, slice_of(words[index])) == NULL)
            return word_missing(place, dictionary, words[index]);
    }
    return STATUS_OK;
}

struct slice dictionary_word(const struct dictionary *dictionary, enum side side,
                             struct slice spelling)
{
    for (size_t index = 0; index < dictionary->count; index++) {
        const struct dictionary_entry *entry = &dictionary->entries[index];
        for (size_t at = 0; at < entry->count[side]; at++) {
            if (slice_equal(entry->spelling[side][at].text, spelling))
                return entry->word;
        }
    }
    return (struct slice){0};
}

const struct spelling *dictionary_spelling(const struct dictionary *dictionary, enum side side,
                                           struct slice word)
{
    for (size_t index = 0; index < dictionary->count; index++) {
        if (slice_equal(dictionary->entries[index].word, word))
            return &dictionary->entries[index].spelling[side][0];
    }
    return NULL;
}
