#include "daemon/work/person_known.h"

#include <stdlib.h>
#include <string.h>

enum { PERSONS = 8 * 1024 /* with their texts some 2 MiB */, TEXTS = 4 * SIDES + 4, ASKED = TEXTS, NO_TEXT = UINT16_MAX };

/* One person in one piece: the texts behind it, each with its NUL. */
struct known_person {
    uint64_t accounts; /* stage_accounts_version when it was found */
    int64_t version[SIDES];
    uint16_t sizes[TEXTS + 1]; /* the last is of the code as it was asked for; NO_TEXT: no value */
    uint8_t standing[SIDES];
    uint8_t side;
    bool linked;
    char texts[];
};

/* Every text of a person. */
static void texts_of(struct person *person, struct slice *ret[TEXTS])
{
    size_t count = 0;
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        ret[count++] = &person->remote_id[side];
        ret[count++] = &person->code[side];
        ret[count++] = &person->former[side];
        ret[count++] = &person->stands[side];
    }
    ret[count++] = &person->name_code;
    ret[count++] = &person->employer;
    ret[count++] = &person->department;
    ret[count] = &person->region;
}

static struct known_person **place_of(const struct desk *desk, enum side side, struct slice code)
{
    uint8_t digest[16];
    uint32_t at = 0;
    digest_quick(code, digest);
    memcpy(&at, digest, sizeof at);
    return &desk->persons[(at + (uint32_t)side) % PERSONS];
}

static size_t size_of(const struct known_person *known, size_t text)
{
    return known->sizes[text] == NO_TEXT ? 0 : known->sizes[text];
}

/* In the order of the sizes; what was asked for stands first. */
static bool is_of(const struct known_person *known, enum side side, struct slice code)
{
    return known->side == (uint8_t)side &&
           slice_equal((struct slice){known->texts, known->sizes[ASKED]}, code);
}

static enum status take_out(struct desk *desk, const struct known_person *known, struct person *ret)
{
    struct slice *texts[TEXTS];
    size_t used = known->sizes[ASKED] + 1U;
    size_t size = 0;
    *ret = (struct person){.linked = known->linked};
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        ret->standing[side] = (enum person_standing)known->standing[side];
        ret->version[side] = known->version[side];
    }
    texts_of(ret, texts);
    for (size_t index = 0; index < TEXTS; index++)
        size += size_of(known, index) + 1;
    char *copy = arena_alloc(&desk->arena, size);
    if (copy == NULL)
        return STATUS_NO_MEMORY;
    memcpy(copy, known->texts + used, size);
    for (size_t index = 0; index < TEXTS; index++) {
        if (known->sizes[index] != NO_TEXT)
            *texts[index] = (struct slice){copy, known->sizes[index]};
        copy += size_of(known, index) + 1;
    }
    return STATUS_OK;
}

enum status person_known(struct desk *desk, enum side side, struct slice code, struct person *ret, bool *ret_known)
{
    const struct known_person *known = desk->persons == NULL ? NULL : *place_of(desk, side, code);
    *ret_known = known != NULL && known->accounts == stage_accounts_version(desk->store) && is_of(known, side, code);
    return *ret_known ? take_out(desk, known, ret) : STATUS_OK;
}

static void put_text(struct known_person *known, size_t index, struct slice text, size_t *used)
{
    known->sizes[index] = text.at == NULL ? NO_TEXT : (uint16_t)text.size;
    if (text.at != NULL && text.size > 0)
        memcpy(known->texts + *used, text.at, text.size);
    known->texts[*used + text.size] = '\0';
    *used += text.size + 1;
}

static void put_in(struct known_person *known, enum side side, const struct person *person)
{
    known->side = (uint8_t)side;
    known->linked = person->linked;
    for (enum side at = MUNICIPAL; at < SIDES; at++) {
        known->standing[at] = (uint8_t)person->standing[at];
        known->version[at] = person->version[at];
    }
}

enum status person_remember(struct desk *desk, enum side side, struct slice code, const struct person *person)
{
    struct person copy = *person;
    struct slice *texts[TEXTS];
    size_t size = code.size + 1;
    size_t used = 0;
    texts_of(&copy, texts);
    for (size_t index = 0; index < TEXTS; index++)
        size += texts[index]->size + 1;
    if (size >= NO_TEXT)
        return STATUS_OK; /* it is looked up each time */
    if (desk->persons == NULL)
        desk->persons = calloc(PERSONS, sizeof(struct known_person *));
    if (desk->persons == NULL)
        return STATUS_NO_MEMORY;
    struct known_person **place = place_of(desk, side, code);
    struct known_person *known = realloc(*place, sizeof *known + size);
    if (known == NULL)
        return STATUS_NO_MEMORY;
    *place = known;
    known->accounts = stage_accounts_version(desk->store);
    put_in(known, side, person);
    put_text(known, ASKED, code, &used);
    for (size_t index = 0; index < TEXTS; index++)
        put_text(known, index, *texts[index], &used);
    return STATUS_OK;
}

void person_forget_all(struct desk *desk)
{
    for (size_t index = 0; desk->persons != NULL && index < PERSONS; index++)
        free(desk->persons[index]);
    free(desk->persons);
    desk->persons = NULL;
}
