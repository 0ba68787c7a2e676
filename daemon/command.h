/* The commands as a table: what each is called, who may give it, what it takes and what it is for
 * (operators.md, "`cebridge`" and "The service"). One row feeds the parser and the help of the
 * program, the gate of the control socket, and the look-up of the function that answers. */
#ifndef DAEMON_COMMAND_H
#define DAEMON_COMMAND_H

#include "mapping/base/bytes.h"

#include <stdbool.h>
#include <stddef.h>

/* How a command is carried out. */
enum command_kind {
    COMMAND_VIEW,   /* only shows: on the state opened for reading */
    COMMAND_ACTION, /* changes the state: on the worker, or with the state locked */
    COMMAND_CYCLE,  /* runs a cycle */
    COMMAND_DAEMON, /* answered by the daemon only */
    COMMAND_LOCAL   /* done by the program itself; the control socket refuses it */
};

/* The groups of operators.md, "The service"; root is admin. */
enum command_role { ROLE_ADMIN = 1, ROLE_CLERK = 2, ROLE_AUDIT = 4, ROLE_READ = 8 };

/* name, kind, roles, help (English, through gettext where it is shown). A view is answered by
 * view_of_NAME (daemon/view/), an action by action_of_NAME (daemon/action/); what they give is
 * printed by show_NAME (daemon/cli/). */
#define COMMAND_MAP(X)                                                                             \
    X(status, VIEW, ROLE_ADMIN | ROLE_CLERK | ROLE_AUDIT | ROLE_READ,                              \
      N_("both platforms, the last and the next cycle, what waits, open conflicts"))               \
    X(resync, CYCLE, ROLE_ADMIN | ROLE_CLERK,                                                      \
      N_("reads a scope, or all that changed, from both platforms and brings it into step"))       \
    X(plan, VIEW, ROLE_ADMIN | ROLE_CLERK | ROLE_AUDIT,                                            \
      N_("what the next cycle would write and why, writing nothing"))                              \
    X(apply, CYCLE, ROLE_ADMIN | ROLE_CLERK,                                                       \
      N_("carries out exactly the plan of a file that `plan --out` wrote"))                        \
    X(undo, CYCLE, ROLE_ADMIN | ROLE_CLERK,                                                        \
      N_("takes back what a cycle wrote, or what carried out a conflict's decision"))              \
    X(conflicts, VIEW, ROLE_ADMIN | ROLE_CLERK | ROLE_AUDIT, N_("the open conflicts"))             \
    X(conflict, VIEW, ROLE_ADMIN | ROLE_CLERK | ROLE_AUDIT,                                        \
      N_("one conflict, with both values to whoever may decide"))                                  \
    X(resolve, ACTION, ROLE_ADMIN | ROLE_CLERK, N_("decides a conflict, or a file of conflicts"))  \
    X(ack, ACTION, ROLE_ADMIN | ROLE_CLERK, N_("acknowledges a conflict: somebody works on it"))   \
    X(person, VIEW, ROLE_ADMIN | ROLE_CLERK,                                                       \
      N_("everything about a person, both platforms beside each other"))                           \
    X(log, VIEW, ROLE_ADMIN | ROLE_CLERK | ROLE_AUDIT, N_("the log of what happened"))             \
    X(runs, VIEW, ROLE_ADMIN | ROLE_CLERK | ROLE_AUDIT | ROLE_READ,                                \
      N_("the cycles, newest first"))                                                              \
    X(run, VIEW, ROLE_ADMIN | ROLE_CLERK | ROLE_AUDIT | ROLE_READ,                                 \
      N_("one cycle, and what each stage cost"))                                                   \
    X(check, LOCAL, ROLE_ADMIN, N_("settings, definitions, secrets, disk; then the platforms"))    \
    X(explain, VIEW, ROLE_ADMIN | ROLE_CLERK | ROLE_AUDIT,                                         \
      N_("one raw record through the mapping; why a conflict or a record stands as it does"))                                    \
    X(replay, LOCAL, ROLE_ADMIN | ROLE_CLERK | ROLE_AUDIT | ROLE_READ,                             \
      N_("decides a recorded cycle once more, offline, and says whether it comes to the same"))    \
    X(mode, ACTION, ROLE_ADMIN, N_("observe: everything but writing; write: all"))                 \
    X(pause, ACTION, ROLE_ADMIN, N_("no cycle begins until resume"))                               \
    X(resume, ACTION, ROLE_ADMIN, N_("goes on after pause, or releases a held plan"))              \
    X(accept_platform, ACTION, ROLE_ADMIN,                                                         \
      N_("the platform was put right: it is read whole, and goes on"))                             \
    X(rebase, ACTION, ROLE_ADMIN,                                                                  \
      N_("the platform was restored from a backup: a new epoch, refilled from the other one"))     \
    X(unlink, ACTION, ROLE_ADMIN | ROLE_CLERK,                                                     \
      N_("takes back that two records are the same, and keeps them apart"))                        \
    X(backup, ACTION, ROLE_ADMIN, N_("the state as one file, also while the daemon runs"))         \
    X(restore, LOCAL, ROLE_ADMIN,                                                                  \
      N_("puts a backup in the place of the state, which nobody may hold"))

/* Marks an English text for translation where it is shown. */
#define N_(text) text

enum argument_type {
    ARGUMENT_FLAG,
    ARGUMENT_TEXT,
    ARGUMENT_WORD,         /* one of `words`, separated by '|' */
    ARGUMENT_NUMBER,       /* from 1 */
    ARGUMENT_YEAR,         /* 1990 to 2999 */
    ARGUMENT_TIME,         /* an instant: a duration before now, or a date or time, CST */
    ARGUMENT_PERSON,       /* a resident ID, or "-": IDs from standard input */
    ARGUMENT_ORGANISATION, /* a credit code */
    ARGUMENT_REGION,       /* 2 to 12 digits */
    ARGUMENT_FILE          /* a path, or "-" */
};

/* One thing a command takes. */
struct argument {
    const char *command; /* static name of the command */
    const char *name;    /* long option without dashes; a positional one in capitals */
    char letter;         /* short option; 0: none */
    enum argument_type type;
    const char *member; /* its name in the request's JSON "arguments" */
    const char *words;  /* of ARGUMENT_WORD */
    bool many;          /* may be given several times: a JSON array */
    bool needed;        /* positional: must be given */
    const char *help;
};

struct command {
    const char *name;
    enum command_kind kind;
    unsigned roles;
    const char *help;
};

/* As people write it: "accept-platform" for accept_platform. Static. */
const char *command_spelled(const struct command *command);
/* By its own name or as people write it. NULL: no such command. */
const struct command *command_find(const char *name);
/* In order of the table; NULL behind the last. */
const struct command *command_at(size_t index);
/* A command of operators.md that this version does not have yet. */
bool command_is_later(const char *name);
/* The next argument of that command behind `before` (NULL: the first); NULL at the end. */
const struct argument *command_argument(const char *command, const struct argument *before);
bool argument_positional(const struct argument *argument); /* its name is in capitals */

/* The exit codes of operators.md. */
enum exit_code {
    EXIT_DONE = 0,
    EXIT_CONFLICTS = 3,
    EXIT_PLATFORM = 4,
    EXIT_HELD = 5,
    EXIT_USAGE = 64,
    EXIT_INPUT = 65,
    EXIT_NO_DAEMON = 69,
    EXIT_INTERNAL = 70,
    EXIT_CREATE = 73,
    EXIT_BUSY = 75,
    EXIT_DENIED = 77,
    EXIT_SETTINGS = 78
};
/* What a failed step of the store means to whoever gave the command. */
enum exit_code command_exit_of(enum status status);

#endif
