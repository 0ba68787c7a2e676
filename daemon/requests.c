#include "daemon/requests.h"

#include "daemon/action/action.h"
#include "daemon/action/pieces.h"
#include "daemon/log.h"
#include "daemon/order.h"
#include "daemon/store/chain.h"
#include "daemon/view/value.h"
#include "daemon/view/view.h"
#include "mapping/base/civil.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One command from its arrival to its end. */
struct request {
    struct service *service;
    struct control_client *client;
    struct configuration *configuration;
    const char *command; /* static */
    json_t *arguments, *live, *rows;
    size_t given; /* of the rows */
    struct control_peer peer;
    int64_t now;
    uv_work_t work;
    struct order *order; /* of a cycle */
    int file; /* what a backup gives away behind its rows; -1: nothing */
    int exit_code;
    const char *message; /* static */
};

/* A view on its own thread waits while the showing is logged by the worker. */
struct shown {
    struct shown *next;
    struct service *service;
    const char *event, *reference, *who;
    int64_t conflict;
    int64_t now;
    enum status status;
    uv_sem_t logged;
};

static void request_free(struct request *request)
{
    if (request->order != NULL)
        order_free(request->order);
    free(request->order);
    if (request->file >= 0)
        (void)close(request->file);
    json_decref(request->arguments);
    json_decref(request->live);
    json_decref(request->rows);
    configuration_drop(request->configuration);
    free(request);
}

/* The next row, a new reference; NULL: that were all. A backup was written just now: its pieces come from the
 * page cache, and the loop waits for no disk. */
static json_t *next_row(struct request *request)
{
    if (request->given < json_array_size(request->rows))
        return json_incref(json_array_get(request->rows, request->given++));
    return request->file >= 0 && !control_gone(request->client) ? piece_next(request->file) : NULL;
}

/* Rows as fast as the client takes them, end, and away. */
static void request_give(void *context)
{
    struct request *request = context;
    for (json_t *row = next_row(request); row != NULL; row = next_row(request)) {
        control_row(request->client, row);
        json_decref(row);
        if (control_full(request->client)) {
            control_when_taken(request->client, request_give, request);
            return;
        }
    }
    control_end(request->client, request->exit_code, request->message);
    request_free(request);
}

static void request_refuse(struct request *request, int exit_code, const char *message)
{
    request->exit_code = exit_code;
    request->message = message;
    request_give(request);
}

static void keep_row(void *context, json_t *row)
{
    struct request *request = context;
    (void)json_array_append(request->rows, row);
}

static void log_shown(void *context, struct store *store)
{
    (void)store;
    struct shown *shown = context;
    struct buffer members;
    buffer_init(&members, 1024);
    buffer_text(&members, "\"who\":");
    buffer_json(&members, slice_of(shown->who));
    buffer_text(&members, ",\"ref\":");
    buffer_json(&members, slice_of(shown->reference));
    if (shown->conflict != 0)
        buffer_printf(&members, ",\"conflict\":%lld", (long long)shown->conflict);
    shown->status = members.status;
    if (shown->status == STATUS_OK)
        shown->status = chain_append(bridge_chain(shown->service->bridge), shown->now, shown->event,
                                     buffer_slice(&members));
    if (shown->status == STATUS_OK)
        chain_sync(bridge_chain(shown->service->bridge));
    buffer_free(&members);
}

static void on_logged(void *context)
{
    struct shown *shown = context;
    uv_sem_post(&shown->logged);
}

static void on_shown(uv_async_t *async)
{
    struct service *service = async->data;
    uv_mutex_lock(&service->shown_lock);
    struct shown *each = service->shown;
    service->shown = NULL;
    uv_mutex_unlock(&service->shown_lock);
    while (each != NULL) {
        struct shown *next = each->next; /* *each is gone once it is posted */
        enum status status = bridge_work(service->bridge, log_shown, on_logged, each);
        if (status != STATUS_OK) {
            each->status = status;
            uv_sem_post(&each->logged);
        }
        each = next;
    }
}

/* On the view's thread. */
static enum status show(void *context, const char *event, const char *reference, int64_t conflict,
                        const char *who)
{
    struct request *request = context;
    struct service *service = request->service;
    struct shown shown = {.service = service,
                          .event = event,
                          .reference = reference,
                          .conflict = conflict,
                          .who = who,
                          .now = request->now};
    if (uv_sem_init(&shown.logged, 0) != 0)
        return STATUS_NO_MEMORY;
    uv_mutex_lock(&service->shown_lock);
    shown.next = service->shown;
    service->shown = &shown;
    uv_mutex_unlock(&service->shown_lock);
    (void)uv_async_send(&service->shown_async);
    uv_sem_wait(&shown.logged);
    uv_sem_destroy(&shown.logged);
    return shown.status;
}

static void view_work(uv_work_t *work)
{
    struct request *request = work->data;
    struct store_error error = {0};
    struct view view = {
        .mapping = request->configuration->mapping,
        .settings = &request->configuration->settings,
        .log_key = configuration_log_key(request->configuration),
        .now = request->now,
        .live = request->live,
        .who = request->peer.who,
        .may_decide = (request->peer.roles & (ROLE_ADMIN | ROLE_CLERK)) != 0,
        .shown = show,
        .shown_context = request,
    };
    struct seal_keys keys =
        configuration_seal_keys(&request->configuration->settings, &request->configuration->keys);
    enum status status =
        store_open_reader(request->configuration->settings.state_dir, &keys, &view.store, &error);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
        if (request->order == NULL) {
            request->exit_code = (int)command_exit_of(status);
            request->message = "the state cannot be read";
        }
        return;
    }
    const char *message = "";
    int exit_code =
        view_run(&view, request->command, request->arguments, keep_row, request, &message);
    /* The row of a cycle ends with what the cycle said. */
    if (request->order == NULL) {
        request->exit_code = exit_code;
        request->message = message;
    }
    if (view.store != NULL)
        store_close(view.store);
}

static void on_view_done(uv_work_t *work, int status)
{
    struct request *request = work->data;
    struct service *service = request->service;
    if (status != 0) {
        request->exit_code = EXIT_BUSY;
        request->message = "the daemon is stopping";
    }
    request_give(request);
    service->busy--;
    service_proceed(service);
}

static void view_begin(struct request *request)
{
    struct service *service = request->service;
    request->work.data = request;
    request->live = bridge_live(service->bridge);
    if (request->live != NULL && service->control != NULL)
        (void)json_object_set_new(
            request->live, "next_cycle",
            value_instant(schedule_next(&service->schedule, service_clocks())));
    if (uv_queue_work(&service->loop, &request->work, view_work, on_view_done) != 0)
        request_refuse(request, EXIT_INTERNAL, "out of memory");
    else
        service->busy++;
}

static void action_job(void *context, struct store *store)
{
    struct request *request = context;
    struct action action = {
        .store = store,
        .mapping = request->configuration->mapping,
        .settings = &request->configuration->settings,
        .now = request->now,
        .who = request->peer.who,
        .chain = bridge_chain(request->service->bridge),
        .ret_file = &request->file,
    };
    if (strcmp(request->command, "backup") != 0)
        bridge_record_not(request->service->bridge);
    request->exit_code = action_run(&action, request->command, request->arguments, keep_row,
                                    request, &request->message);
}

static void on_action_done(void *context)
{
    struct request *request = context;
    struct service *service = request->service;
    request_give(request);
    service->busy--;
    service_proceed(service);
}

static void action_begin(struct request *request)
{
    struct service *service = request->service;
    if (bridge_work(service->bridge, action_job, on_action_done, request) != STATUS_OK)
        request_refuse(request, EXIT_BUSY, "the state is busy; try again");
    else
        service->busy++;
}

/* `--no-wait`: the client is let go, the cycle goes on. */
static void let_go(struct request *request)
{
    if (!json_is_true(json_object_get(request->arguments, "no_wait")))
        return;
    control_end(request->client, EXIT_DONE, "");
    request->client = NULL;
}

static void cycle_wait(struct request *request)
{
    struct service *service = request->service;
    json_t *progress = json_pack("{s:s,s:i,s:i}", "stage", "waiting", "done", 0, "total", 0);
    if (service->waiting_count == SERVICE_WAITING) {
        json_decref(progress);
        request_refuse(request, EXIT_BUSY, "other cycles wait; try again");
        return;
    }
    service->waiting[service->waiting_count++] = request;
    control_progress(request->client, progress);
    json_decref(progress);
    let_go(request);
}

static void cycle_end(struct request *request, int exit_code, const char *message)
{
    if (request->client != NULL)
        request_refuse(request, exit_code, message);
    else
        request_free(request);
}

static bool cycle_start(struct request *request)
{
    struct service *service = request->service;
    enum status status = service_begin(service, &request->order->cycle);
    if (status == STATUS_OK) {
        service->current = request;
        return true;
    }
    cycle_end(request, (int)command_exit_of(status), "the cycle could not begin");
    return false;
}

static void cycle_begin(struct request *request)
{
    int64_t today = civil_china_day(request->now);
    request->order = malloc(sizeof *request->order);
    enum status status = request->order == NULL ? STATUS_NO_MEMORY
                                                : order_read(request->command, request->arguments,
                                                             request->peer.who, today,
                                                             request->order, &request->message);
    if (status != STATUS_OK)
        request_refuse(request, (int)command_exit_of(status),
                       request->message[0] == '\0' ? "out of memory" : request->message);
    else if (bridge_running(request->service->bridge) || request->service->next != NULL)
        cycle_wait(request);
    else if (cycle_start(request))
        let_go(request);
}

bool requests_next(struct service *service)
{
    while (service->waiting_count > 0) {
        struct request *request = service->waiting[0];
        service->waiting_count--;
        for (size_t i = 0; i < service->waiting_count; i++)
            service->waiting[i] = service->waiting[i + 1];
        if (cycle_start(request))
            return true;
    }
    return false;
}

void requests_dismiss(struct service *service)
{
    while (service->waiting_count > 0)
        cycle_end(service->waiting[--service->waiting_count], EXIT_BUSY, "the daemon is stopping");
}

void requests_progress(struct service *service, const struct cycle_progress *progress)
{
    if (service->current == NULL || service->current->client == NULL)
        return;
    json_t *json =
        json_pack("{s:s,s:I,s:I,s:I,s:[II],s:[II]}", "stage", progress->stage, "done",
                  (json_int_t)progress->done, "total", (json_int_t)progress->total, "run",
                  (json_int_t)progress->run, "read", (json_int_t)progress->read[0],
                  (json_int_t)progress->read[1], "written", (json_int_t)progress->written[0],
                  (json_int_t)progress->written[1]);
    if (json != NULL)
        control_progress(service->current->client, json);
    json_decref(json);
}

/* Whoever asked is given the row that `run N` gives, and the cycle's exit code. */
void requests_finished(struct service *service, const struct cycle_result *result)
{
    struct request *request = service->current;
    service->current = NULL;
    if (request == NULL)
        return;
    json_t *arguments = json_pack("{s:I}", "number", (json_int_t)result->run);
    if (request->client == NULL || result->run == 0 || arguments == NULL) {
        json_decref(arguments);
        cycle_end(request, result->exit_code, result->message);
        return;
    }
    json_decref(request->arguments);
    request->arguments = arguments;
    request->command = "run";
    request->exit_code = result->exit_code;
    request->message = result->message;
    view_begin(request);
}

static int64_t conflict_named(const struct command *command, const json_t *arguments)
{
    bool one = strcmp(command->name, "resolve") == 0 || strcmp(command->name, "ack") == 0;
    return one ? json_integer_value(json_object_get(arguments, "number")) : 0;
}

void requests_command(void *context, struct control_client *client, const char *name,
                      json_t *arguments, const struct control_peer *peer)
{
    struct service *service = context;
    const struct command *command = command_find(name);
    struct request *request = calloc(1, sizeof *request);
    json_t *rows = json_array();
    if (command == NULL || request == NULL || rows == NULL) {
        free(request);
        json_decref(rows);
        control_end(client, EXIT_INTERNAL, "out of memory");
        return;
    }
    *request = (struct request){
        .service = service,
        .client = client,
        .configuration = configuration_use(service->configuration),
        .command = command->name,
        .arguments = json_incref(arguments),
        .rows = rows,
        .peer = *peer,
        .now = service_clocks().wall,
        .file = -1,
        .message = "",
    };
    if (command->kind != COMMAND_VIEW)
        log_event(LOG_COMMAND_GIVEN, &(struct log_facts){.command = command->name,
                                                         .uid = peer->uid,
                                                         .conflict = conflict_named(command, arguments)});
    if (service->stopping)
        request_refuse(request, EXIT_BUSY, "the daemon is stopping");
    else if (command->kind == COMMAND_VIEW)
        view_begin(request);
    else if (command->kind == COMMAND_ACTION)
        action_begin(request);
    else if (command->kind == COMMAND_CYCLE)
        cycle_begin(request);
    else
        request_refuse(request, EXIT_USAGE, "no such command");
}

void requests_denied(void *context, const char *name, const struct control_peer *peer)
{
    (void)context;
    log_event(LOG_CONTROL_DENIED, &(struct log_facts){.command = name, .uid = peer->uid});
}

enum status requests_open(struct service *service)
{
    if (uv_mutex_init(&service->shown_lock) != 0)
        return STATUS_NO_MEMORY;
    if (uv_async_init(&service->loop, &service->shown_async, on_shown) != 0)
        return STATUS_NO_MEMORY;
    service->shown_async.data = service;
    return STATUS_OK;
}

void requests_close(struct service *service)
{
    uv_close((uv_handle_t *)&service->shown_async, NULL);
    uv_mutex_destroy(&service->shown_lock);
}
