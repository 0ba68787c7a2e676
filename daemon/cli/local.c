#include "daemon/cli/local.h"

#include "daemon/action/action.h"
#include "daemon/action/pieces.h"
#include "daemon/cli/language.h"
#include "daemon/cli/local_log.h"
#include "daemon/store/chain.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct local {
    struct configuration *configuration;
};

int local_open(struct session *session)
{
    struct fault fault = {.status = STATUS_OK};
    if (session->local != NULL) {
        return EXIT_DONE;
    }
    struct local *local = calloc(1, sizeof *local);
    if (local == NULL) {
        return EXIT_INTERNAL;
    }
    enum status status = configuration_load(session->config, &local->configuration, &fault);
    if (status != STATUS_OK) {
        free(local);
        session_fault(&fault, session->message, sizeof session->message);
        return status == STATUS_DENIED ? EXIT_DENIED : EXIT_SETTINGS;
    }
    session->local = local;
    return EXIT_DONE;
}

void local_close(struct session *session)
{
    if (session->local != NULL) {
        configuration_drop(session->local->configuration);
        free(session->local);
        session->local = NULL;
    }
}

const struct configuration *local_configuration(const struct session *session)
{
    return session->local->configuration;
}

int local_store_fault(struct session *session, const struct store_error *error)
{
    const char *text = _(status_text(error->status));
    if (error->status == STATUS_BUSY && error->holder == 0) {
        (void)snprintf(session->message, sizeof session->message, "%s",
                       _("the state cannot be read yet: start the daemon or run cebridge resync, then try again"));
    } else if (error->status == STATUS_BUSY) {
        (void)snprintf(session->message, sizeof session->message,
                       _("process %ld holds the state and does not answer; try again"),
                       error->holder);
    } else {
        (void)snprintf(session->message, sizeof session->message, _("the state %s: %s (%s, %d)"),
                       session->settings.state_dir, text, error->step != NULL ? error->step : "",
                       error->code);
    }
    return (int)command_exit_of(error->status);
}

struct seal_keys local_keys(const struct session *session)
{
    const struct configuration *configuration = local_configuration(session);
    return configuration_seal_keys(&configuration->settings, &configuration->keys);
}

int local_view(struct session *session, const char *command, json_t *arguments,
               const struct session_reply *reply)
{
    struct store_error error = {.status = STATUS_OK};
    struct view view = {.mapping = local_configuration(session)->mapping,
                        .settings = &local_configuration(session)->settings,
                        .log_key = configuration_log_key(local_configuration(session)),
                        .now = session_now(),
                        .who = session->who,
                        .may_decide = true, /* whoever can read the sealed state and its key */
                        .shown = local_log_shown,
                        .shown_context = session};
    const char *message = "";
    struct seal_keys keys = local_keys(session);
    enum status status =
        store_open_reader(session->settings.state_dir, &keys, &view.store, &error);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
        error.status = status;
        return local_store_fault(session, &error);
    }
    int code = view_run(&view, command, arguments, reply->row, reply->context, &message);
    (void)snprintf(session->message, sizeof session->message, "%s", _(message));
    if (view.store != NULL) {
        store_close(view.store);
    }
    return code;
}

static void give_pieces(int file, const struct session_reply *reply)
{
    for (json_t *row = piece_next(file); row != NULL; row = piece_next(file)) {
        reply->row(reply->context, row);
        json_decref(row);
    }
    (void)close(file);
}

int local_action(struct session *session, const char *command, json_t *arguments,
                 const struct session_reply *reply)
{
    struct store_error error = {.status = STATUS_OK};
    const char *message = "";
    int file = -1;
    struct action action = {.ret_file = &file,
                            .mapping = local_configuration(session)->mapping,
                            .settings = &local_configuration(session)->settings,
                            .now = session_now(),
                            .who = session->who};
    struct seal_keys keys = local_keys(session);
    enum status status =
        store_open(session->settings.state_dir, &keys, &action.store, &error);
    if (status != STATUS_OK) {
        error.status = status;
        return local_store_fault(session, &error);
    }
    status = local_log_open(session, action.store, &action.chain);
    int code = (int)command_exit_of(status);
    if (status == STATUS_OK) {
        store_log_first(action.store, action.chain);
        code = action_run(&action, command, arguments, reply->row, reply->context, &message);
        (void)snprintf(session->message, sizeof session->message, "%s", _(message));
    } else {
        (void)snprintf(session->message, sizeof session->message, "%s",
                       _("the log cannot be written"));
    }
    chain_close(action.chain);
    store_close(action.store);
    if (file >= 0) {
        give_pieces(file, reply);
    }
    return code;
}
