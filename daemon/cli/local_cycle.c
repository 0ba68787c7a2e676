/* A cycle in this program: the bridge on a loop of its own. */
#include "daemon/bridge.h"
#include "daemon/cli/language.h"
#include "daemon/cli/local.h"
#include "daemon/order.h"
#include "mapping/base/civil.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct local_run {
    uv_loop_t loop;
    uv_signal_t interrupt, terminate;
    struct bridge *bridge;
    const struct session_reply *reply;
    int exit_code;
    int64_t run;
    const char *message;
    bool finished;
};

static void on_progress(void *context, const struct cycle_progress *progress)
{
    struct local_run *at = context;
    json_t *json = json_pack("{s:s, s:I, s:I, s:I}", "stage", progress->stage, "done",
                             (json_int_t)progress->done, "total", (json_int_t)progress->total,
                             "run", (json_int_t)progress->run);
    if (json != NULL && at->reply->progress != NULL) {
        at->reply->progress(at->reply->context, json);
    }
    json_decref(json);
}

static void close_signals(struct local_run *at)
{
    uv_close((uv_handle_t *)&at->interrupt, NULL);
    uv_close((uv_handle_t *)&at->terminate, NULL);
}

static void on_closed(void *context)
{
    (void)context; /* the loop ends by itself once nothing is open */
}

static void on_finished(void *context, const struct cycle_result *result)
{
    struct local_run *at = context;
    at->exit_code = result->exit_code;
    at->run = result->run;
    at->message = result->message != NULL ? result->message : "";
    at->finished = true;
    close_signals(at);
    bridge_close(at->bridge, on_closed, at);
}

static void on_signal(uv_signal_t *signal, int number)
{
    struct local_run *at = signal->data;
    (void)number;
    bridge_interrupt(at->bridge);
}

static void watch_signals(struct local_run *at)
{
    (void)uv_signal_init(&at->loop, &at->interrupt);
    (void)uv_signal_init(&at->loop, &at->terminate);
    at->interrupt.data = at->terminate.data = at;
    (void)uv_signal_start(&at->interrupt, on_signal, SIGINT);
    (void)uv_signal_start(&at->terminate, on_signal, SIGTERM);
}

static int open_bridge(struct session *session, struct local_run *at)
{
    struct fault fault = {.status = STATUS_OK};
    struct store_error error = {.status = STATUS_OK};
    const struct bridge_callbacks callbacks = {on_progress, on_finished, at};
    enum status status = bridge_open(&at->loop, &local_configuration(session)->settings, &callbacks,
                                     &at->bridge, &fault, &error);
    if (status == STATUS_OK) {
        return EXIT_DONE;
    }
    if (error.status != STATUS_OK) {
        return local_store_fault(session, &error);
    }
    session_fault(&fault, session->message, sizeof session->message);
    return status == STATUS_INVALID || status == STATUS_NOT_FOUND ? EXIT_SETTINGS
                                                                  : (int)command_exit_of(status);
}

static int run_order(struct session *session, struct local_run *at, const struct cycle_order *order)
{
    int code = open_bridge(session, at);
    if (code != EXIT_DONE) {
        return code;
    }
    watch_signals(at);
    enum status status = bridge_start(at->bridge, order);
    if (status != STATUS_OK) {
        close_signals(at);
        bridge_close(at->bridge, on_closed, at);
        at->exit_code = (int)command_exit_of(status);
        at->message = status_text(status);
    }
    (void)uv_run(&at->loop, UV_RUN_DEFAULT);
    (void)snprintf(session->message, sizeof session->message, "%s",
                   at->message != NULL ? _(at->message) : "");
    return at->exit_code;
}

/* The row of the run as every reader sees it; the cycle's own message and exit code stand. */
static void give_run(struct session *session, int64_t run, const struct session_reply *reply)
{
    char message[sizeof session->message];
    json_t *arguments = json_pack("{s:I}", "number", (json_int_t)run);
    memcpy(message, session->message, sizeof message);
    (void)local_view(session, "run", arguments, reply);
    memcpy(session->message, message, sizeof message);
    json_decref(arguments);
}

int local_cycle(struct session *session, const char *command, json_t *arguments,
                const struct session_reply *reply)
{
    struct order *order = calloc(1, sizeof *order);
    struct local_run at = {.reply = reply, .exit_code = EXIT_INTERNAL};
    const char *message = "";
    int today = (int)civil_china_day(session_now());
    if (order == NULL || uv_loop_init(&at.loop) != 0) {
        free(order);
        return EXIT_INTERNAL;
    }
    enum status status = order_read(command, arguments, session->who, today, order, &message);
    int code = (int)command_exit_of(status);
    if (status == STATUS_OK) {
        code = run_order(session, &at, &order->cycle);
        if (at.run != 0) {
            give_run(session, at.run, reply);
        }
    } else {
        (void)snprintf(session->message, sizeof session->message, "%s", _(message));
    }
    order_free(order);
    free(order);
    (void)uv_loop_close(&at.loop);
    return code;
}
