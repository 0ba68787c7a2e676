/* What was typed, by the table of commands (daemon/command.h), as a command with its JSON
 * arguments. */
#ifndef CLI_INVOCATION_H
#define CLI_INVOCATION_H

#include "daemon/command.h"

#include <jansson.h>
#include <stdio.h>

struct invocation {
    const struct command *command; /* NULL with help or version alone */
    json_t *arguments;             /* an object, as the control socket takes it */
    const char *config;
    bool json, no_color, help, version;
    bool from_input;   /* IDs were given as "-": they are read with invocation_read_persons */
    char message[200]; /* what is wrong, in the user's language; never a person's value */
};

/* Reads the arguments; every resident ID and every value in them is overwritten with '*' at once,
 * so that it leaves the process list. today: days since 1970-01-01 CST; now: for durations. Exit
 * code 0, 64 (usage) or 65 (an ID or a code that is not valid). Freed with invocation_free in any
 * case. */
int invocation_read(int count, char **words, int64_t now, struct invocation *ret);
void invocation_free(struct invocation *invocation);

/* Resident IDs from `from`, one a line, into the argument that was "-". 65: message names the line.
 */
int invocation_read_persons(struct invocation *invocation, FILE *from, int64_t now);

/* "2h", "3 d", "90min", "45s" before now; "2023-06-01" (its start), "2023-06-01 20:15[:30]" in CST;
 * "2023-06-01T12:15:00Z". False: none of them. */
bool invocation_time(struct slice text, int64_t now, int64_t *ret_instant);

/* Prints the help of a command (NULL: of all). */
void invocation_help(const struct command *command, FILE *to);

#endif
