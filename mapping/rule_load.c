#include "mapping/base/civil.h"
#include "mapping/rule.h"

#include <stdio.h>
#include <string.h>

#define FORM_BIT(form) (1U << (form))
#define ANY_FORM (~0U)

/* An instant with all parts different, to try formats with: 2023-06-07T12:14:56Z. */
static const int64_t PROBE = 1686140096;

static const struct {
    const char *name;
    size_t fewest, most;
} SIGNATURES[RULES] = {
#define RULE_SIGNATURE(name, fewest, most, text) [RULE_##name] = {#name, fewest, most},
    RULE_MAP(RULE_SIGNATURE)
#undef RULE_SIGNATURE
};

static const char *const NAMES[] = {
#define RULE_NAME(name, fewest, most, text) #name,
    RULE_MAP(RULE_NAME)
#undef RULE_NAME
        NULL,
};

const char *rule_name(enum rule_kind kind)
{
    return SIGNATURES[kind].name;
}

/* The forms of canonical text that the function makes; 0: it leaves that open. */
static unsigned forms_made(enum rule_kind kind)
{
    switch (kind) {
    case RULE_text:
    case RULE_name: return FORM_BIT(FORM_TEXT);
    case RULE_integer: return FORM_BIT(FORM_YEAR) | FORM_BIT(FORM_COUNT);
    case RULE_decimal2: return FORM_BIT(FORM_AMOUNT);
    case RULE_time: return FORM_BIT(FORM_INSTANT);
    case RULE_date: return FORM_BIT(FORM_DATE);
    case RULE_flag: return FORM_BIT(FORM_FLAG);
    case RULE_dictionary: return FORM_BIT(FORM_WORD) | FORM_BIT(FORM_FLAG) | FORM_BIT(FORM_COUNT);
    case RULE_id18:
    case RULE_credit_code: return FORM_BIT(FORM_CODE) | FORM_BIT(FORM_CODES);
    case RULE_const: return ANY_FORM;
    case RULE_trim:
    case RULE_upper:
    case RULE_first_of:
    case RULE_split:
    case RULE_null_if:
    case RULES:
    default: return 0;
    }
}

static const char *function_for(enum form form)
{
    switch (form) {
    case FORM_TEXT: return "a list of functions with text or name";
    case FORM_CODE:
    case FORM_CODES: return "a list of functions that ends with id18 or credit_code";
    case FORM_WORD: return "a list of functions that ends with dictionary(name)";
    case FORM_YEAR: return "a list of functions that ends with integer";
    case FORM_AMOUNT: return "a list of functions that ends with decimal2";
    case FORM_INSTANT: return "a list of functions that ends with time(format, zone)";
    case FORM_DATE: return "a list of functions that ends with date or date(format)";
    case FORM_FLAG:
        return "a list of functions that ends with flag(true, false) or dictionary(name)";
    case FORM_COUNT: return "a list of functions that ends with integer or dictionary(name)";
    default: return "a list of functions";
    }
}

static enum status wrong_function(struct jsonplace *place, const json_t *json, const char *name)
{
    char allowed[256];
    const char *nearest = jsonplace_nearest(name, NAMES);
    size_t used = 0;
    if (nearest != NULL)
        used = (size_t)snprintf(allowed, sizeof allowed, "%s is the nearest; ", nearest);
    for (size_t index = 0; index < RULES; index++)
        used += (size_t)snprintf(allowed + used, sizeof allowed - used, "%s%s",
                                 index == 0 ? "" : ", ", NAMES[index]);
    return jsonplace_wrong(place, json, allowed);
}

static bool is_number(struct slice text)
{
    int64_t number = 0;
    return slice_integer(text, &number);
}

/* Takes one argument off `rest`: quoted with ' or ", or up to the next comma. */
static bool take_argument(struct slice *rest, struct arena *arena, struct spelling *ret)
{
    struct slice text = slice_trim(*rest);
    char quote = text.size > 0 ? text.at[0] : '\0';
    bool quoted = quote == '"' || quote == '\'';
    size_t size = 0;
    if (quoted)
        text = (struct slice){text.at + 1, text.size - 1};
    while (size < text.size && text.at[size] != (quoted ? quote : ','))
        size++;
    if (quoted && size == text.size)
        return false;
    struct slice argument = {text.at, size};
    text = (struct slice){text.at + size + quoted, text.size - size - quoted};
    text = slice_trim(text);
    if (text.size > 0 && (text.at[0] != ',' || text.size == 1))
        return false;
    *rest = text.size > 0 ? (struct slice){text.at + 1, text.size - 1} : (struct slice){0};
    ret->text = arena_copy(arena, quoted ? argument : slice_trim(argument));
    ret->number = !quoted && is_number(ret->text);
    return ret->text.at != NULL && (quoted || ret->text.size > 0);
}

static bool take_arguments(struct slice text, struct arena *arena, struct rule_step *step)
{
    struct slice rest = slice_trim(text);
    while (rest.size > 0) {
        if (step->count == RULE_ARGUMENTS ||
            !take_argument(&rest, arena, &step->arguments[step->count]))
            return false;
        step->count++;
    }
    return true;
}

static enum status find_dictionary(struct jsonplace *place, const json_t *json,
                                   const struct dictionary *dictionaries, size_t count,
                                   struct rule_step *step)
{
    const char *names[33] = {0};
    char allowed[256];
    for (size_t index = 0; index < count && index < 32; index++) {
        names[index] = dictionaries[index].name;
        if (slice_is(step->arguments[0].text, names[index])) {
            step->dictionary = &dictionaries[index];
            return STATUS_OK;
        }
    }
    const char *nearest = jsonplace_nearest(step->arguments[0].text.at, names);
    (void)snprintf(allowed, sizeof allowed, "a dictionary of this file%s%s",
                   nearest == NULL ? "" : "; the nearest is ", nearest == NULL ? "" : nearest);
    return jsonplace_wrong(place, json, allowed);
}

static bool read_zone(struct slice zone, int *ret_seconds)
{
    int64_t instant = 0;
    if (!civil_parse(zone, "%z", 0, &instant))
        return false;
    *ret_seconds = (int)-instant; /* midnight at the zone is so much earlier in UTC */
    return true;
}

/* A format must name the day, and print what it reads. */
static bool format_works(const char *format, int zone_seconds)
{
    struct buffer text;
    int64_t back = 0;
    buffer_init(&text, 128);
    civil_format(&text, PROBE, format, zone_seconds);
    bool works =
        text.status == STATUS_OK && civil_parse(buffer_slice(&text), format, zone_seconds, &back) &&
        (back + zone_seconds) / CIVIL_DAY_SECONDS == (PROBE + zone_seconds) / CIVIL_DAY_SECONDS;
    buffer_free(&text);
    return works;
}

static enum status check_arguments(struct jsonplace *place, const json_t *json,
                                   struct rule_step *step)
{
    if (step->kind == RULE_time && !read_zone(step->arguments[1].text, &step->zone_seconds))
        return jsonplace_wrong(place, json, "time(format, zone) with a zone such as +08:00");
    size_t formats = step->kind == RULE_time ? 1 : step->kind == RULE_date ? step->count : 0;
    for (size_t index = 0; index < formats; index++) {
        if (!format_works(step->arguments[index].text.at,
                          step->kind == RULE_time ? step->zone_seconds : CIVIL_CST_SECONDS))
            return jsonplace_wrong(place, json,
                                   "a format of %Y %m %d %H %M %S %z and literal text");
    }
    for (size_t index = 0; step->kind == RULE_first_of && index < step->count; index++) {
        if (step->arguments[index].text.size < 2 || step->arguments[index].text.at[0] != '/')
            return jsonplace_wrong(place, json, "first_of with JSON Pointers such as /id");
    }
    if (step->kind == RULE_flag && slice_equal(step->arguments[0].text, step->arguments[1].text))
        return jsonplace_wrong(place, json, "two different spellings");
    return STATUS_OK;
}

static enum status load_step(struct jsonplace *place, const json_t *json,
                             const struct dictionary *dictionaries, size_t dictionary_count,
                             struct arena *arena, struct rule_step *ret)
{
    char name[32] = {0};
    if (!json_is_string(json))
        return jsonplace_wrong(place, json, "a function such as trim or dictionary(name)");
    const char *text = json_string_value(json);
    size_t size = strcspn(text, "(");
    (void)snprintf(name, sizeof name, "%.*s", size > 30 ? 30 : (int)size, text);
    *ret = (struct rule_step){.kind = 0};
    while (ret->kind < RULES && strcmp(NAMES[ret->kind], name) != 0)
        ret->kind++;
    if (ret->kind == RULES)
        return wrong_function(place, json, name);
    size_t end = strlen(text);
    bool called = text[size] == '(';
    if (called && (text[end - 1] != ')' ||
                   !take_arguments((struct slice){text + size + 1, end - size - 2}, arena, ret)))
        return jsonplace_wrong(place, json, "a function such as name(one, 'two')");
    if (ret->count < SIGNATURES[ret->kind].fewest || ret->count > SIGNATURES[ret->kind].most) {
        char allowed[96];
        (void)snprintf(allowed, sizeof allowed, "%s with %zu to %zu arguments", name,
                       SIGNATURES[ret->kind].fewest, SIGNATURES[ret->kind].most);
        return jsonplace_wrong(place, json, allowed);
    }
    if (ret->kind == RULE_dictionary)
        return find_dictionary(place, json, dictionaries, dictionary_count, ret);
    return check_arguments(place, json, ret);
}

enum status rule_load(struct jsonplace *place, const json_t *json,
                      const struct dictionary *dictionaries, size_t dictionary_count,
                      struct arena *arena, struct rule_chain *ret)
{
    *ret = (struct rule_chain){.count = 0};
    if (!json_is_array(json) || json_array_size(json) > RULE_STEPS)
        return jsonplace_wrong(place, json, "a list of up to 6 functions");
    for (size_t index = 0; index < json_array_size(json); index++) {
        size_t length = jsonplace_enter_index(place, index);
        enum status status = load_step(place, json_array_get(json, index), dictionaries,
                                       dictionary_count, arena, &ret->steps[index]);
        jsonplace_leave(place, length);
        if (status != STATUS_OK)
            return status;
        ret->count++;
    }
    return STATUS_OK;
}

enum status rule_fits(struct jsonplace *place, const json_t *json, const struct rule_chain *chain,
                      enum field field)
{
    enum form form = field_row(field)->form;
    unsigned made = 0;
    for (size_t index = 0; index < chain->count; index++) {
        unsigned forms = forms_made(chain->steps[index].kind);
        made = forms != 0 ? forms : made;
        if (chain->steps[index].dictionary != NULL) {
            enum status status = dictionary_fits(place, chain->steps[index].dictionary, field);
            if (status != STATUS_OK)
                return status;
        }
    }
    return (made & FORM_BIT(form)) != 0 ? STATUS_OK
                                        : jsonplace_wrong(place, json, function_for(form));
}

const struct rule_step *rule_find(const struct rule_chain *chain, enum rule_kind kind)
{
    for (size_t index = 0; index < chain->count; index++) {
        if (chain->steps[index].kind == kind)
            return &chain->steps[index];
    }
    return NULL;
}

bool rule_lossy(const struct rule_chain *chain)
{
    const struct rule_step *time = rule_find(chain, RULE_time);
    struct buffer text;
    int64_t back = 0;
    if (rule_find(chain, RULE_const) != NULL)
        return true;
    if (time == NULL)
        return false;
    buffer_init(&text, 128);
    civil_format(&text, PROBE, time->arguments[0].text.at, time->zone_seconds);
    bool exact =
        civil_parse(buffer_slice(&text), time->arguments[0].text.at, time->zone_seconds, &back) &&
        back == PROBE;
    buffer_free(&text);
    return !exact;
}
