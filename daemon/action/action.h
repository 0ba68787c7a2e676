/* What the commands change in the state: decisions on conflicts, mode, pause, release. Runs on the
 * thread that has the writing store; each is one transaction and one event in the log. */
#ifndef ACTION_ACTION_H
#define ACTION_ACTION_H

#include "daemon/command.h"
#include "daemon/settings.h"
#include "daemon/store/store.h"
#include "daemon/view/view.h"
#include "mapping/mapfile.h"

#include <jansson.h>

struct chain;

struct action {
    struct store *store; /* writing */
    const struct mapping *mapping;
    const struct settings *settings;
    int64_t now;
    const char *who; /* "uid 1000 (name)" */
    struct chain *chain;
    int *ret_file; /* of `backup`: what to give away, to be closed by the caller; NULL: none is taken */
};

/* Carries out a command of kind COMMAND_ACTION; as view_run. Rows say what stands now. */
int action_run(const struct action *action, const char *command, json_t *arguments, view_row row,
               void *context, const char **ret_message);

struct action_call {
    const struct action *action;
    json_t *arguments;
    view_row row;
    void *context;
    const char *message;
    struct arena *arena;
};
typedef int (*action_function)(struct action_call *call);

int action_of_resolve(struct action_call *call);
int action_of_ack(struct action_call *call);
int action_of_mode(struct action_call *call);
int action_of_pause(struct action_call *call);
int action_of_resume(struct action_call *call);
int action_of_accept_platform(struct action_call *call);
int action_of_rebase(struct action_call *call);
int action_of_unlink(struct action_call *call);
int action_of_backup(struct action_call *call);

/* The reason that was given: trimmed of nothing, of at most 2000 bytes. NULL: none that counts; then the call
 * has its message, and EXIT_USAGE is the answer. */
const char *action_reason(struct action_call *call);

/* As their namesakes of views. */
int action_give(struct action_call *call, json_t *row);
int action_fail(struct action_call *call, enum exit_code code, const char *message);
int action_fail_status(struct action_call *call, enum status status);

/* The value that a clerk typed for a field, in canonical form ("12.5" is 1250 of an amount). today:
 * days since 1970-01-01. The text lies in the arena. INVALID: not a value of that field. */
enum status value_canonical(enum field field, struct slice typed, int today, struct arena *arena,
                            struct slice *ret);

#endif
