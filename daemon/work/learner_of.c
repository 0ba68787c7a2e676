#include "daemon/work/learner_of.h"

const struct record *learner_account(const struct person_case *person)
{
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        const struct person_copy *copy = &person->account.side[side];
        if (copy->here && copy->decoded.ok)
            return &copy->decoded.record;
    }
    return NULL;
}

/* The words of a difference's reason, by what the stage knows of the copy. */
static const char *held_by(const struct person_copy *copy)
{
    static const struct {
        const char *kind, *word;
    } words[] = {{"duplicate_record", "duplicate"},
                 {"ambiguous_match", "ambiguous"},
                 {"write_rejected", "refused"}};
    if (!copy->here)
        return NULL;
    if (!copy->decoded.ok)
        return "quarantined";
    for (size_t index = 0; index < sizeof words / sizeof *words; index++) {
        if (slice_is(copy->open, words[index].kind))
            return words[index].word;
    }
    if (!slice_empty(copy->open))
        return "held";
    return slice_empty(copy->waiting) ? NULL : "waiting";
}

static void take_copy(const struct person_copy *copy, enum side side, struct study *study)
{
    int64_t year = 0;
    if (!copy->here)
        return;
    if (copy->decoded.ok)
        study->copy[side] = &copy->decoded.record;
    if (slice_integer(copy->decoded.record.value[FIELD_HOURS_YEAR], &year))
        study->year[side] = (int)year;
    if (study->held == NULL)
        study->held = held_by(copy);
}

static bool twins(const struct record *one, const struct record *other)
{
    struct buffer first, second;
    bool same = slice_equal(one->value[FIELD_HOURS_ORIGIN_SYSTEM],
                            other->value[FIELD_HOURS_ORIGIN_SYSTEM]) &&
                slice_equal(one->value[FIELD_HOURS_ORIGIN_NUMBER],
                            other->value[FIELD_HOURS_ORIGIN_NUMBER]);
    if (same)
        return true;
    buffer_init(&first, 4096);
    buffer_init(&second, 4096);
    same = record_natural_key(one, SLICE(""), &first) &&
           record_natural_key(other, SLICE(""), &second) &&
           slice_equal(buffer_slice(&first), buffer_slice(&second));
    buffer_free(&first);
    buffer_free(&second);
    return same;
}

/* A municipal record that has no counterpart yet and looks like this provincial one. */
static struct study *municipal_twin(struct study *studies, size_t count, const struct record *record)
{
    for (size_t index = 0; index < count; index++) {
        struct study *study = &studies[index];
        if (study->copy[MUNICIPAL] != NULL && study->copy[PROVINCIAL] == NULL &&
            study->year[PROVINCIAL] == 0 && twins(study->copy[MUNICIPAL], record))
            return study;
    }
    return NULL;
}

enum status learner_of(const struct person_case *person, bool annual_known, struct learner *ret)
{
    struct study *studies =
        arena_alloc(person->arena, (person->hour_count + 1) * sizeof *studies);
    const struct record *account = learner_account(person);
    size_t count = 0;
    if (studies == NULL)
        return STATUS_NO_MEMORY;
    for (size_t index = 0; index < person->hour_count; index++) {
        const struct person_pair *pair = &person->hours[index];
        struct study study = {.held = NULL};
        take_copy(&pair->side[MUNICIPAL], MUNICIPAL, &study);
        take_copy(&pair->side[PROVINCIAL], PROVINCIAL, &study);
        studies[count++] = study;
    }
    for (size_t index = 0; index < count; index++) {
        struct study *own = &studies[index];
        if (own->copy[MUNICIPAL] != NULL || own->copy[PROVINCIAL] == NULL ||
            own->year[MUNICIPAL] != 0)
            continue;
        struct study *twin = municipal_twin(studies, count, own->copy[PROVINCIAL]);
        if (twin == NULL)
            continue;
        take_copy(&person->hours[index].side[PROVINCIAL], PROVINCIAL, twin);
        *own = (struct study){.held = NULL, .year = {-1, -1}};
    }
    *ret = (struct learner){.notice = mapping_notice(person->mapping),
                            .now = person->now,
                            .studies = studies,
                            .study_count = count,
                            .annual_known = annual_known,
                            .arena = person->arena};
    if (account != NULL)
        ret->region = account->value[FIELD_ACCOUNT_REGION];
    return STATUS_OK;
}
