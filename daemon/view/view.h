/* What the commands show, as JSON in no language (docs/json.md): read from the state, inside the
 * daemon or in the program itself. Personal data is masked, except for one person that was asked
 * for and one conflict that may be decided; that it was shown is then logged, or it is not shown.
 */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H

#include "daemon/command.h"
#include "daemon/settings.h"
#include "daemon/store/store.h"
#include "mapping/mapfile.h"

#include <jansson.h>

/* Writes to the log that something was shown in full: an event's name, the reference of whom it is
 * about, the conflict's number (0: none). Anything but OK: it is not shown. */
typedef enum status (*view_shown)(void *context, const char *event, const char *reference,
                                  int64_t conflict, const char *who);

struct view {
    struct store *store; /* reader; NULL: no state yet */
    const struct mapping *mapping;
    const struct settings *settings;
    struct slice log_key; /* for the verifier of the log */
    int64_t now;
    json_t *live;    /* bridge_live, borrowed, or NULL: no daemon */
    const char *who; /* "uid 1000 (name)" */
    bool may_decide;
    view_shown shown; /* NULL: nothing is shown in full */
    void *shown_context;
};

/* row: borrowed during the call. */
typedef void (*view_row)(void *context, json_t *row);

/* Answers a command of kind COMMAND_VIEW. Rows are given in order; a view of one thing gives one.
 * Exit code of operators.md; ret_message: static English text where there is something to say, else
 * "". */
int view_run(const struct view *view, const char *command, json_t *arguments, view_row row,
             void *context, const char **ret_message);

/* One view: what it is asked, where its rows go. The messages are static. */
struct view_call {
    const struct view *view;
    json_t *arguments; /* an object */
    view_row row;
    void *context;
    const char *message;
    struct arena *arena; /* of this call; freed by view_run */
};
typedef int (*view_function)(struct view_call *call);

int view_of_status(struct view_call *call);
int view_of_plan(struct view_call *call);
int view_of_conflicts(struct view_call *call);
int view_of_conflict(struct view_call *call);
int view_of_person(struct view_call *call);
int view_of_log(struct view_call *call);
int view_verify_log(struct view_call *call); /* `log --verify` */
int view_of_runs(struct view_call *call);
int view_of_run(struct view_call *call);
int view_of_explain(struct view_call *call);

/* Gives a row and drops it. NULL: out of memory, which the call ends with. */
int view_give(struct view_call *call, json_t *row);
/* Arguments: 0, NULL, false when not given. */
int64_t view_integer(const struct view_call *call, const char *name);
const char *view_text(const struct view_call *call, const char *name);
/* Sets the message and gives the exit code back. */
int view_fail(struct view_call *call, enum exit_code code, const char *message);
int view_fail_status(struct view_call *call, enum status status);

#endif
