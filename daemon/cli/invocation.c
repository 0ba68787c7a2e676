#include "daemon/cli/invocation.h"

#include "daemon/cli/language.h"
#include "mapping/base/civil.h"
#include "mapping/identity.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* The words that are still to be read. */
struct typed {
    struct invocation *invocation;
    char **words;
    int count, at;
    int64_t now;
    bool options_ended;
    const struct argument *positional; /* the last one that was filled */
};

static int wrong(struct invocation *invocation, enum exit_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int wrong(struct invocation *invocation, enum exit_code code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(invocation->message, sizeof invocation->message, format, arguments);
    va_end(arguments);
    return (int)code;
}

static int today_of(int64_t now)
{
    return (int)civil_china_day(now);
}

bool invocation_time(struct slice text, int64_t now, int64_t *ret_instant)
{
    static const struct {
        const char *unit;
        int64_t seconds;
    } units[] = {{"s", 1}, {"min", 60}, {"m", 60}, {"h", 3600}, {"d", 86400}, {"w", 604800}};
    static const char *const forms[] = {"%Y-%m-%d",          "%Y-%m-%d %H:%M",
                                        "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M",
                                        "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"};
    size_t digits = 0;
    int64_t number = 0;
    while (digits < text.size && text.at[digits] >= '0' && text.at[digits] <= '9') {
        digits++;
    }
    struct slice unit = slice_trim((struct slice){text.at + digits, text.size - digits});
    for (size_t i = 0; digits > 0 && digits < 7 && i < sizeof units / sizeof units[0]; i++) {
        if (slice_is(unit, units[i].unit) &&
            slice_integer((struct slice){text.at, digits}, &number)) {
            *ret_instant = now - number * units[i].seconds;
            return true;
        }
    }
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (civil_parse(text, forms[i], CIVIL_CST_SECONDS, ret_instant)) {
            return true;
        }
    }
    return false;
}

static bool is_one_of(const char *words, struct slice text)
{
    while (words != NULL && text.size > 0) {
        size_t size = strcspn(words, "|");
        if (size == text.size && memcmp(words, text.at, size) == 0) {
            return true;
        }
        words = words[size] == '|' ? words + size + 1 : NULL;
    }
    return false;
}

static int put(struct invocation *invocation, const struct argument *argument, json_t *value)
{
    json_t *arguments = invocation->arguments;
    if (!argument->many) {
        json_object_set_new(arguments, argument->member, value);
        return EXIT_DONE;
    }
    json_t *list = json_object_get(arguments, argument->member);
    if (list == NULL) {
        list = json_array();
        json_object_set_new(arguments, argument->member, list);
    }
    json_array_append_new(list, value);
    return EXIT_DONE;
}

static int put_text(struct invocation *invocation, const struct argument *argument,
                    struct slice text)
{
    json_t *value = json_stringn(text.at, text.size);
    if (value == NULL) {
        return wrong(invocation, EXIT_USAGE, _("--%s: not UTF-8"), argument->name);
    }
    return put(invocation, argument, value);
}

static int put_number(struct typed *typed, const struct argument *argument, struct slice text)
{
    int64_t number = 0;
    bool year = argument->type == ARGUMENT_YEAR;
    if (!slice_integer(text, &number) || number < (year ? 1990 : 1) || (year && number > 2999)) {
        return wrong(typed->invocation, EXIT_USAGE,
                     year ? _("%s: a year from 1990 to 2999 is needed")
                          : _("%s: a number from 1 is needed"),
                     argument->name);
    }
    return put(typed->invocation, argument, json_integer(number));
}

static int put_code(struct typed *typed, const struct argument *argument, struct slice text)
{
    char code[19];
    bool person = argument->type == ARGUMENT_PERSON;
    if (person && slice_is(text, "-")) {
        typed->invocation->from_input = true;
        return EXIT_DONE;
    }
    text = slice_trim(text);
    enum identity_fault fault = person ? identity_person(text, today_of(typed->now), code)
                                       : identity_organisation(text, code);
    if (fault != IDENTITY_OK) {
        return wrong(typed->invocation, EXIT_INPUT,
                     person ? _("argument %d: not a valid resident ID (%s)")
                            : _("argument %d: not a valid credit code (%s)"),
                     typed->at, language_word(identity_fault_name(fault)));
    }
    return put_text(typed->invocation, argument, slice_of(code));
}

static bool is_region(struct slice text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] < '0' || text.at[i] > '9') {
            return false;
        }
    }
    return text.size >= 2 && text.size <= 12;
}

static int put_value(struct typed *typed, const struct argument *argument, struct slice text)
{
    int64_t instant = 0;
    switch (argument->type) {
    case ARGUMENT_FLAG: return put(typed->invocation, argument, json_true());
    case ARGUMENT_WORD:
        return is_one_of(argument->words, text)
                   ? put_text(typed->invocation, argument, text)
                   : wrong(typed->invocation, EXIT_USAGE, _("%s: one of %s is needed"),
                           argument->name, argument->words);
    case ARGUMENT_NUMBER:
    case ARGUMENT_YEAR: return put_number(typed, argument, text);
    case ARGUMENT_TIME:
        return invocation_time(text, typed->now, &instant)
                   ? put(typed->invocation, argument, json_integer(instant))
                   : wrong(typed->invocation, EXIT_USAGE,
                           _("%s: a date, a time or a duration such as 2h is needed"),
                           argument->name);
    case ARGUMENT_PERSON:
    case ARGUMENT_ORGANISATION: return put_code(typed, argument, text);
    case ARGUMENT_REGION:
        return is_region(text) ? put_text(typed->invocation, argument, text)
                               : wrong(typed->invocation, EXIT_INPUT,
                                       _("%s: 2 to 12 digits are needed"), argument->name);
    case ARGUMENT_TEXT:
    case ARGUMENT_FILE: break;
    }
    return put_text(typed->invocation, argument, text);
}

/* An ID, or a value that may hold anything, leaves the process list. */
static void overwrite(const struct argument *argument, char *text)
{
    bool value = argument->type == ARGUMENT_PERSON || strcmp(argument->name, "value") == 0;
    if (value && strcmp(text, "-") != 0) {
        memset(text, '*', strlen(text));
    }
}

static int take_value(struct typed *typed, const struct argument *argument, char *text)
{
    char *copy = strdup(text);
    if (copy == NULL) {
        return wrong(typed->invocation, EXIT_INTERNAL, "%s", _("out of memory"));
    }
    overwrite(argument, text);
    int code = put_value(typed, argument, slice_of(copy));
    explicit_bzero(copy, strlen(copy));
    free(copy);
    return code;
}

static const struct argument *find_option(const struct command *command, struct slice name)
{
    const struct argument *argument = NULL;
    while (command != NULL && (argument = command_argument(command->name, argument)) != NULL) {
        bool letter = name.size == 1 && argument->letter != 0 && name.at[0] == argument->letter;
        if (!argument_positional(argument) && (letter || slice_is(name, argument->name))) {
            return argument;
        }
    }
    return NULL;
}

/* --json, --no-color, --help, --version, --config: everywhere. False: none of them. */
static bool take_common(struct typed *typed, struct slice name, const char *value, int *ret_code)
{
    struct invocation *invocation = typed->invocation;
    *ret_code = EXIT_DONE;
    if (slice_is(name, "config")) {
        if (value == NULL && typed->at < typed->count) {
            value = typed->words[typed->at++];
        }
        if (value == NULL) {
            *ret_code = wrong(invocation, EXIT_USAGE, _("--%s: a value is needed"), "config");
        }
        invocation->config = value;
        return true;
    }
    const struct {
        const char *name;
        bool *flag;
    } flags[] = {{"json", &invocation->json},
                 {"no-color", &invocation->no_color},
                 {"help", &invocation->help},
                 {"h", &invocation->help},
                 {"version", &invocation->version}};
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (slice_is(name, flags[i].name)) {
            *flags[i].flag = true;
            if (value != NULL) {
                *ret_code = wrong(invocation, EXIT_USAGE, _("--%s takes no value"), flags[i].name);
            }
            return true;
        }
    }
    return false;
}

static int take_option(struct typed *typed, char *word)
{
    struct invocation *invocation = typed->invocation;
    char *name = word + (word[1] == '-' ? 2 : 1), *equals = strchr(name, '=');
    struct slice text = {name, equals != NULL ? (size_t)(equals - name) : strlen(name)};
    char *value = equals != NULL ? equals + 1 : NULL;
    int code = EXIT_DONE;
    if ((word[1] != '-' && text.size != 1) || take_common(typed, text, value, &code)) {
        return word[1] != '-' && text.size != 1
                   ? wrong(invocation, EXIT_USAGE, "%s", _("unknown option; see --help"))
                   : code;
    }
    const struct argument *option = find_option(invocation->command, text);
    if (option == NULL) {
        /* Not what was typed: an ID may have slipped in. */
        return wrong(invocation, EXIT_USAGE, _("argument %d: unknown option; see --help"),
                     typed->at);
    }
    if (option->type == ARGUMENT_FLAG) {
        return value != NULL ? wrong(invocation, EXIT_USAGE, _("--%s takes no value"), option->name)
                             : put(invocation, option, json_true());
    }
    if (value == NULL && typed->at < typed->count) {
        value = typed->words[typed->at++];
    }
    if (value == NULL) {
        return wrong(invocation, EXIT_USAGE, _("--%s: a value is needed"), option->name);
    }
    return take_value(typed, option, value);
}

static int take_command(struct typed *typed, const char *name)
{
    struct invocation *invocation = typed->invocation;
    if (command_is_later(name)) {
        return wrong(invocation, EXIT_USAGE, "%s", _("not available in this version"));
    }
    invocation->command = command_find(name);
    if (invocation->command == NULL) {
        return wrong(invocation, EXIT_USAGE, "%s", _("no such command; see --help"));
    }
    return EXIT_DONE;
}

static int take_positional(struct typed *typed, char *word)
{
    const struct command *command = typed->invocation->command;
    const struct argument *argument = typed->positional;
    if (command == NULL) {
        return take_command(typed, word);
    }
    do {
        argument = command_argument(command->name, argument);
    } while (argument != NULL && !argument_positional(argument));
    if (argument == NULL) {
        return wrong(typed->invocation, EXIT_USAGE, _("argument %d: one too many"), typed->at);
    }
    typed->positional = argument->many ? typed->positional : argument;
    return take_value(typed, argument, word);
}

/* What must be given and was not. */
static int check_needed(struct invocation *invocation)
{
    const struct argument *argument = NULL;
    while ((argument = command_argument(invocation->command->name, argument)) != NULL) {
        bool given = json_object_get(invocation->arguments, argument->member) != NULL ||
                     (argument->type == ARGUMENT_PERSON && invocation->from_input);
        if (argument->needed && !given) {
            return wrong(invocation, EXIT_USAGE, _("%s%s is needed; see --help"),
                         argument_positional(argument) ? "" : "--", argument->name);
        }
    }
    return EXIT_DONE;
}

/* After a fault the rest is not understood, but IDs in it leave the process list too. */
static void overwrite_rest(struct typed *typed)
{
    for (int i = 1; i < typed->count; i++) {
        char *word = typed->words[i];
        size_t digits = strspn(word, "0123456789");
        if (digits >= 14 && strlen(word) <= 18) {
            memset(word, '*', strlen(word));
        }
    }
}

int invocation_read(int count, char **words, int64_t now, struct invocation *ret)
{
    struct typed typed = {.invocation = ret, .words = words, .count = count, .at = 1, .now = now};
    int code = EXIT_DONE;
    *ret = (struct invocation){.config = "/etc/cebridge/cebridge.conf", .arguments = json_object()};
    while (code == EXIT_DONE && typed.at < count) {
        char *word = words[typed.at++];
        if (!typed.options_ended && strcmp(word, "--") == 0) {
            typed.options_ended = true;
        } else if (!typed.options_ended && word[0] == '-' && word[1] != '\0') {
            code = take_option(&typed, word);
        } else {
            code = take_positional(&typed, word);
        }
    }
    overwrite_rest(&typed);
    if (code != EXIT_DONE || ret->help || ret->version) {
        return code;
    }
    if (ret->command == NULL) {
        return wrong(ret, EXIT_USAGE, "%s", _("a command is needed; see --help"));
    }
    return check_needed(ret);
}

void invocation_free(struct invocation *invocation)
{
    json_decref(invocation->arguments);
    invocation->arguments = NULL;
}

static const struct argument *person_argument(const struct invocation *invocation)
{
    const struct argument *argument = NULL;
    while ((argument = command_argument(invocation->command->name, argument)) != NULL) {
        if (argument->type == ARGUMENT_PERSON) {
            return argument;
        }
    }
    return NULL;
}

int invocation_read_persons(struct invocation *invocation, FILE *from, int64_t now)
{
    char line[256], code[19];
    int number = 0, found = 0;
    const struct argument *argument = person_argument(invocation);
    while (fgets(line, sizeof line, from) != NULL) {
        number++;
        struct slice text = slice_trim(slice_of(line));
        if (slice_empty(text)) {
            continue;
        }
        enum identity_fault fault = identity_person(text, today_of(now), code);
        if (fault != IDENTITY_OK) {
            return wrong(invocation, EXIT_INPUT, _("line %d: not a valid resident ID (%s)"), number,
                         language_word(identity_fault_name(fault)));
        }
        put_text(invocation, argument, slice_of(code));
        found++;
    }
    explicit_bzero(line, sizeof line);
    return found > 0 ? EXIT_DONE
                     : wrong(invocation, EXIT_INPUT, "%s", _("no resident ID was given"));
}
