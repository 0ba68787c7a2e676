#include "daemon/cli/invocation.h"
#include "daemon/cli/language.h"
#include "mapping/text.h"

enum { HELP_COLUMN = 26 };

static const struct {
    const char *name, *help;
} common[] = {
    {"--json", N_("for machines: one object, or one object a line")},
    {"--no-color", N_("no colours")},
    {"--config FILE", N_("settings; /etc/cebridge/cebridge.conf without it")},
    {"--help", N_("this help")},
    {"--version", N_("the version")},
};

static void print_row(FILE *to, const char *name, const char *help)
{
    int space = HELP_COLUMN - text_columns(slice_of(name));
    fprintf(to, "  %s%*s%s\n", name, space > 2 ? space : 2, "", help);
}

static const char *metavar(const struct argument *argument)
{
    switch (argument->type) {
    case ARGUMENT_FLAG: return "";
    case ARGUMENT_TEXT: return " TEXT";
    case ARGUMENT_WORD: return " WORD";
    case ARGUMENT_NUMBER: return " N";
    case ARGUMENT_YEAR: return " YEAR";
    case ARGUMENT_TIME: return " TIME";
    case ARGUMENT_PERSON: return " ID|-";
    case ARGUMENT_ORGANISATION:
    case ARGUMENT_REGION: return " CODE";
    case ARGUMENT_FILE: return " FILE|-";
    }
    return "";
}

static void print_argument(FILE *to, const struct argument *argument)
{
    char name[80], help[400];
    if (argument_positional(argument)) {
        (void)snprintf(name, sizeof name, "%s", argument->name);
    } else if (argument->letter != 0) {
        (void)snprintf(name, sizeof name, "-%c, --%s%s", argument->letter, argument->name,
                       metavar(argument));
    } else {
        (void)snprintf(name, sizeof name, "--%s%s", argument->name, metavar(argument));
    }
    (void)snprintf(
        help, sizeof help, "%s%s%s%s", _(argument->help), argument->words != NULL ? " (" : "",
        argument->words != NULL ? argument->words : "", argument->words != NULL ? ")" : "");
    print_row(to, name, help);
}

static void print_usage(const struct command *command, FILE *to)
{
    const struct argument *argument = NULL;
    fprintf(to, _("Usage: cebridge %s"), command_spelled(command));
    while ((argument = command_argument(command->name, argument)) != NULL) {
        if (argument_positional(argument)) {
            fprintf(to, argument->needed ? " %s%s" : " [%s%s]", argument->name,
                    argument->type == ARGUMENT_PERSON || argument->type == ARGUMENT_FILE ? "|-"
                                                                                         : "");
        }
    }
    fprintf(to, " %s\n\n%s\n\n", _("[OPTION]..."), _(command->help));
}

void invocation_help(const struct command *command, FILE *to)
{
    const struct argument *argument = NULL;
    if (command == NULL) {
        fprintf(to, "%s\n\n", _("Usage: cebridge COMMAND [OPTION]..."));
        for (size_t i = 0; (command = command_at(i)) != NULL; i++) {
            print_row(to, command_spelled(command), _(command->help));
        }
        fprintf(to, "\n");
        command = NULL;
    } else {
        print_usage(command, to);
        while ((argument = command_argument(command->name, argument)) != NULL) {
            print_argument(to, argument);
        }
    }
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++) {
        print_row(to, common[i].name, _(common[i].help));
    }
    fprintf(
        to, "\n%s\n",
        _("Exit: 0 done, 3 conflicts are open, 4 a platform failed, 5 held by a guard, 64 usage, "
          "65 bad input,\n69 no daemon, 70 internal, 73 cannot create, 75 busy, 77 not "
          "permitted, 78 settings."));
}
