#include "daemon/command.h"

#include <string.h>

static const struct command commands[] = {
#define COMMAND_ROW(name, kind, roles, help) {#name, COMMAND_##kind, roles, help},
    COMMAND_MAP(COMMAND_ROW)
#undef COMMAND_ROW
};

/* Of operators.md, but not of this version. */
static const char *const later_commands[] = {
    "report", "console",
};

#define PREFER_DASH N_("resident ID; better '-': IDs from standard input, one a line")

static const struct argument arguments[] = {
    {"resync", "person", 0, ARGUMENT_PERSON, "persons", NULL, true, false, PREFER_DASH},
    {"resync", "org", 0, ARGUMENT_ORGANISATION, "organisations", NULL, true, false,
     N_("credit code of an employer or a department")},
    {"resync", "region", 0, ARGUMENT_REGION, "region", NULL, false, false,
     N_("region code or its beginning")},
    {"resync", "year", 0, ARGUMENT_YEAR, "year", NULL, false, false, N_("year of the hours")},
    {"resync", "full", 0, ARGUMENT_FLAG, "full", NULL, false, false,
     N_("everything, not only what changed")},
    {"resync", "dry-run", 0, ARGUMENT_FLAG, "dry_run", NULL, false, false,
     N_("reads and decides, and writes nothing")},
    {"resync", "no-wait", 0, ARGUMENT_FLAG, "no_wait", NULL, false, false,
     N_("asks the daemon and does not wait for the end")},
    {"plan", "run", 0, ARGUMENT_NUMBER, "run", NULL, false, false,
     N_("the plan of that cycle, running none")},
    {"plan", "out", 0, ARGUMENT_FILE, "out", NULL, false, false,
     N_("writes the plan to a file, for `apply`; '-': standard output")},
    {"apply", "FILE", 0, ARGUMENT_FILE, "file", NULL, false, true,
     N_("a plan's file; '-': standard input")},
    {"undo", "RUN", 0, ARGUMENT_TEXT, "what", NULL, false, true,
     N_("number of the cycle, or the word 'conflict'")},
    {"undo", "N", 0, ARGUMENT_NUMBER, "number", NULL, false, false,
     N_("after 'conflict': number of the conflict whose decision is taken back")},
    {"undo", "dry-run", 0, ARGUMENT_FLAG, "dry_run", NULL, false, false,
     N_("shows what would be written, and writes nothing")},
    {"conflicts", "state", 0, ARGUMENT_WORD, "state",
     "open|acknowledged|decided|applied|closed|cleared|any", false, false,
     N_("state; without it, what is neither closed nor cleared")},
    {"conflicts", "kind", 0, ARGUMENT_TEXT, "kind", NULL, false, false, N_("kind of conflict")},
    {"conflicts", "severity", 0, ARGUMENT_WORD, "severity", "info|warning|error|critical", false,
     false, N_("severity")},
    {"conflicts", "owner", 0, ARGUMENT_TEXT, "owner", NULL, false, false,
     N_("who has to settle it: a credit code, or hrss:REGION")},
    {"conflicts", "person", 0, ARGUMENT_PERSON, "person", NULL, false, false, PREFER_DASH},
    {"conflicts", "region", 0, ARGUMENT_REGION, "region", NULL, false, false,
     N_("region code or its beginning")},
    {"conflicts", "year", 0, ARGUMENT_YEAR, "year", NULL, false, false, N_("year of the hours")},
    {"conflicts", "since", 0, ARGUMENT_TIME, "since", NULL, false, false,
     N_("last seen since: a date, a time (CST), or '2h', '3d'")},
    {"conflict", "N", 0, ARGUMENT_NUMBER, "number", NULL, false, true,
     N_("number of the conflict")},
    {"resolve", "N", 0, ARGUMENT_NUMBER, "number", NULL, false, false,
     N_("number of the conflict")},
    {"resolve", "take", 0, ARGUMENT_WORD, "take", "municipal|provincial", false, false,
     N_("whose value stands")},
    {"resolve", "value", 0, ARGUMENT_TEXT, "value", NULL, false, false,
     N_("another value for both; '-': read from standard input")},
    {"resolve", "accept", 0, ARGUMENT_FLAG, "accept", NULL, false, false,
     N_("leave it as it is, until either side changes")},
    {"resolve", "reason", 0, ARGUMENT_TEXT, "reason", NULL, false, false, N_("why, for the log")},
    {"resolve", "file", 0, ARGUMENT_FILE, "file", NULL, false, false,
     N_("decisions, one JSON object a line; '-': standard input")},
    {"ack", "N", 0, ARGUMENT_NUMBER, "number", NULL, false, true, N_("number of the conflict")},
    {"person", "ID", 0, ARGUMENT_PERSON, "persons", NULL, true, true, PREFER_DASH},
    {"person", "year", 0, ARGUMENT_YEAR, "year", NULL, false, false, N_("only that year")},
    {"log", "follow", 'f', ARGUMENT_FLAG, "follow", NULL, false, false,
     N_("goes on with what comes")},
    {"log", "since", 0, ARGUMENT_TIME, "since", NULL, false, false,
     N_("from: a date, a time (CST), or '2h', '3d'")},
    {"log", "until", 0, ARGUMENT_TIME, "until", NULL, false, false,
     N_("up to: a date, a time (CST), or '2h', '3d'")},
    {"log", "run", 0, ARGUMENT_NUMBER, "run", NULL, false, false, N_("number of the cycle")},
    {"log", "person", 0, ARGUMENT_PERSON, "person", NULL, false, false, PREFER_DASH},
    {"log", "event", 0, ARGUMENT_TEXT, "event", NULL, false, false, N_("name of the event")},
    {"log", "verify", 0, ARGUMENT_FLAG, "verify", NULL, false, false,
     N_("proves that the log is whole, or names the first line at fault")},
    {"log", "head", 0, ARGUMENT_TEXT, "head", NULL, false, false,
     N_("with --verify: a head that was kept elsewhere, from the journal")},
    {"runs", "most", 'n', ARGUMENT_NUMBER, "most", NULL, false, false,
     N_("how many; 20 without it")},
    {"run", "N", 0, ARGUMENT_NUMBER, "number", NULL, false, true, N_("number of the cycle")},
    {"check", "online", 0, ARGUMENT_FLAG, "online", NULL, false, false,
     N_("asks each platform for its time and one page")},
    {"explain", "FILE", 0, ARGUMENT_FILE, "file", NULL, false, true,
     N_("one record as JSON, '-': standard input; or the word 'conflict' or 'record'")},
    {"explain", "WHICH", 0, ARGUMENT_TEXT, "which", NULL, false, false,
     N_("after 'conflict': its number; after 'record': its reference (16 hex digits)")},
    {"explain", "from", 0, ARGUMENT_WORD, "from", "municipal|provincial", false, false,
     N_("whose record the file holds")},
    {"explain", "entity", 0, ARGUMENT_WORD, "entity", "account|hours|annual", false, false,
     N_("what it is; without it, the one that fits")},
    {"replay", "FILE", 0, ARGUMENT_TEXT, "file", NULL, false, true,
     N_("a recording, as `record = on` leaves them beside the state")},
    {"mode", "MODE", 0, ARGUMENT_WORD, "mode", "observe|write", false, true,
     N_("observe or write")},
    {"resume", "release-plan", 0, ARGUMENT_NUMBER, "release_plan", NULL, false, false,
     N_("lets the held plan of that cycle be written")},
    {"accept_platform", "SIDE", 0, ARGUMENT_WORD, "side", "municipal|provincial", false, true,
     N_("which platform")},
    {"accept_platform", "reason", 0, ARGUMENT_TEXT, "reason", NULL, false, false,
     N_("why, for the log")},
    {"rebase", "SIDE", 0, ARGUMENT_WORD, "side", "municipal|provincial", false, true,
     N_("which platform")},
    {"rebase", "reason", 0, ARGUMENT_TEXT, "reason", NULL, false, false, N_("why, for the log")},
    {"unlink", "RECORD", 0, ARGUMENT_TEXT, "record", NULL, false, true,
     N_("number of a conflict, or the reference of a record (16 hex digits)")},
    {"unlink", "undo", 0, ARGUMENT_FLAG, "undo", NULL, false, false,
     N_("it was a mistake: the two may be linked again")},
    {"unlink", "reason", 0, ARGUMENT_TEXT, "reason", NULL, false, false, N_("why, for the log")},
    {"backup", "FILE", 0, ARGUMENT_FILE, "file", NULL, false, true, N_("where the backup goes")},
    {"backup", "replace", 0, ARGUMENT_FLAG, "replace", NULL, false, false,
     N_("also where a file of that name is")},
    {"restore", "FILE", 0, ARGUMENT_FILE, "file", NULL, false, true, N_("a file that `backup` wrote")},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A name is spelled with a dash where the table's own, which is part of C names, has an underscore. */
static bool is_name(const char *name, const char *spelled)
{
    for (; *name != '\0' && (*name == *spelled || (*name == '_' && *spelled == '-')); name++) {
        spelled++;
    }
    return *name == '\0' && *spelled == '\0';
}

const char *command_spelled(const struct command *command)
{
    return strcmp(command->name, "accept_platform") == 0 ? "accept-platform" : command->name;
}

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < COUNT(commands); i++) {
        if (is_name(commands[i].name, name)) {
            return &commands[i];
        }
    }
    return NULL;
}

const struct command *command_at(size_t index)
{
    return index < COUNT(commands) ? &commands[index] : NULL;
}

bool command_is_later(const char *name)
{
    for (size_t i = 0; i < COUNT(later_commands); i++) {
        if (strcmp(later_commands[i], name) == 0) {
            return true;
        }
    }
    return false;
}

const struct argument *command_argument(const char *command, const struct argument *before)
{
    size_t i = before == NULL ? 0 : (size_t)(before - arguments) + 1;
    for (; i < COUNT(arguments); i++) {
        if (strcmp(arguments[i].command, command) == 0) {
            return &arguments[i];
        }
    }
    return NULL;
}

bool argument_positional(const struct argument *argument)
{
    return argument->name[0] >= 'A' && argument->name[0] <= 'Z';
}

enum exit_code command_exit_of(enum status status)
{
    switch (status) {
    case STATUS_OK: return EXIT_DONE;
    case STATUS_INVALID:
    case STATUS_NOT_FOUND: return EXIT_INPUT;
    case STATUS_BUSY: return EXIT_BUSY;
    case STATUS_DENIED: return EXIT_DENIED;
    case STATUS_FULL: return EXIT_CREATE;
    case STATUS_NO_MEMORY:
    case STATUS_TOO_LARGE:
    case STATUS_IO:
    case STATUS_CORRUPT:
    case STATUS_UNSUPPORTED: break;
    }
    return EXIT_INTERNAL;
}
