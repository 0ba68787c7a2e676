#include "daemon/service.h"

#include "daemon/log.h"
#include "daemon/requests.h"
#include "daemon/store/runs.h"
#include "mapping/base/civil.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { STOP_MS = 9000, RUNS_LOOKED_AT = 5000, RETRY_MS = 1000, ARENA_BYTES = 16 * 1024 * 1024,
       ONCE_LINE_MS = 10000 };

struct clocks service_clocks(void)
{
    struct timespec monotonic, wall;
    (void)clock_gettime(CLOCK_BOOTTIME, &monotonic); /* a machine that slept: both clocks went on */
    (void)clock_gettime(CLOCK_REALTIME, &wall);
    return (struct clocks){
        .monotonic_ms = (int64_t)monotonic.tv_sec * 1000 + monotonic.tv_nsec / 1000000,
        .wall = wall.tv_sec,
    };
}

/* What keeps the program from starting, for whoever started it: "FILE:LINE: key: read …, allowed:
 * …". */
static void print_fault(const struct fault *fault)
{
    char text[1024];
    (void)log_fault_text(fault, text, sizeof text);
    (void)fprintf(stderr, "%s\n", text);
}

static int exit_of_fault(const struct fault *fault)
{
    bool folder =
        strcmp(fault->key, "bridge.state_dir") == 0 || strcmp(fault->key, "bridge.log_dir") == 0;
    if (fault->status == STATUS_NO_MEMORY)
        return EXIT_INTERNAL;
    return folder || fault->status == STATUS_FULL ? EXIT_CREATE : EXIT_SETTINGS;
}

/* What stands in the way of the state. */
static int tell_store_error(const struct service *service, const struct store_error *error)
{
    const char *folder = service->configuration->settings.state_dir;
    bool busy = error->status == STATUS_BUSY, full = error->status == STATUS_FULL;
    struct log_facts facts = {.code = error->code, .number = error->holder};
    if (!service->once)
        log_event(busy ? LOG_STATE_HELD : full ? LOG_DISK_FULL : LOG_STATE_FAILED, &facts);
    if (busy && error->holder > 0)
        (void)fprintf(stderr, "%s: held by process %ld\n", folder, error->holder);
    else
        (void)fprintf(stderr, "%s: %s%s%s\n", folder, error->step == NULL ? "" : error->step,
                      error->step == NULL ? "" : ": ", status_text(error->status));
    if (busy)
        return EXIT_BUSY;
    bool create = full || error->status == STATUS_DENIED || error->status == STATUS_IO ||
                  error->status == STATUS_NOT_FOUND;
    return create ? EXIT_CREATE : EXIT_INTERNAL;
}

static enum due counts_as(const struct cycle_order *order)
{
    if (order->dry_run || order->kind == CYCLE_SCOPED)
        return DUE_NOTHING;
    return order->kind == CYCLE_FULL ? DUE_FULL : DUE_INCREMENTAL;
}

enum status service_begin(struct service *service, const struct cycle_order *order)
{
    enum status status = bridge_start(service->bridge, order);
    if (status != STATUS_OK)
        return status;
    service->running = counts_as(order);
    schedule_began(&service->schedule, service->running, service_clocks());
    return STATUS_OK;
}

/* Goes on in the loop's next turn, or later. */
static void proceed_in(struct service *service, int64_t wait_ms);

static void tell_next(struct service *service, const char *last)
{
    int64_t next = schedule_next(&service->schedule, service_clocks());
    time_t local = (time_t)(next + CIVIL_CST_SECONDS);
    struct tm parts;
    char text[32] = "";
    if (gmtime_r(&local, &parts) != NULL)
        (void)strftime(text, sizeof text, "%H:%M:%S", &parts);
    notify_status("%s; next cycle %s CST", last, text);
}

static void put_in_force(struct service *service)
{
    struct fault fault = {0};
    struct configuration *next = service->next;
    enum status status = bridge_reload(service->bridge, &next->settings, &fault);
    if (status == STATUS_BUSY)
        return;
    service->next = NULL;
    if (status != STATUS_OK) {
        log_fault(LOG_SETTINGS_REFUSED, &fault);
        notify_status("the new settings are wrong; the old ones stay in force");
        configuration_drop(next);
        return;
    }
    configuration_drop(service->configuration);
    service->configuration = next;
    schedule_change(&service->schedule, next->settings.incremental_ms, next->settings.full_minute,
                    service_clocks());
    log_event(LOG_RELOADED, NULL);
}

static void close_all(struct service *service);

static void begin_due(struct service *service)
{
    struct clocks now = service_clocks();
    enum due due = schedule_due(&service->schedule, now);
    struct cycle_order order = {.kind = due == DUE_FULL ? CYCLE_FULL : CYCLE_INCREMENTAL};
    if (due != DUE_NOTHING)
        proceed_in(service, service_begin(service, &order) == STATUS_OK ? -1 : RETRY_MS);
    else
        proceed_in(service, schedule_wait_ms(&service->schedule, now));
}

void service_proceed(struct service *service)
{
    if (service->stopping) {
        if (!bridge_running(service->bridge) && service->busy == 0)
            close_all(service);
        return;
    }
    if (service->once || bridge_running(service->bridge))
        return;
    if (service->next != NULL)
        put_in_force(service);
    if (!requests_next(service))
        begin_due(service);
}

static void on_timer(uv_timer_t *timer)
{
    service_proceed(timer->data);
}

static void proceed_in(struct service *service, int64_t wait_ms)
{
    if (wait_ms < 0)
        (void)uv_timer_stop(&service->timer);
    else
        (void)uv_timer_start(&service->timer, on_timer, (uint64_t)wait_ms, 0);
}

/* In the foreground: a line for each stage, and every 10 s within it. */
static bool line_due(struct service *service, const char *stage)
{
    uint64_t now = uv_hrtime() / 1000000;
    if (stage == service->shown_stage && now - service->shown_ms < ONCE_LINE_MS)
        return false;
    service->shown_stage = stage;
    service->shown_ms = now;
    return true;
}

static void on_progress(void *context, const struct cycle_progress *progress)
{
    struct service *service = context;
    if (service->once) {
        if (!line_due(service, progress->stage))
            return;
        (void)fprintf(stderr, "cycle %lld: %s %lld", (long long)progress->run, progress->stage,
                      (long long)progress->done);
        if (progress->total > 0)
            (void)fprintf(stderr, " of %lld", (long long)progress->total);
        (void)fputc('\n', stderr);
        return;
    }
    service_log_stale(service, progress->run);
    notify_status("cycle %lld: %s, %lld read, %lld written", (long long)progress->run,
                  progress->stage, (long long)progress->read[0] + progress->read[1],
                  (long long)progress->written[0] + progress->written[1]);
    requests_progress(service, progress);
}

static void end_once(struct service *service, const struct cycle_result *result)
{
    service->exit_code = result->exit_code;
    if (result->message[0] != '\0')
        (void)fprintf(stderr, "cycle %lld: %s\n", (long long)result->run, result->message);
    if (result->counts != NULL)
        (void)printf("%s\n", result->counts);
    service->stopping = true;
}

static void on_finished(void *context, const struct cycle_result *result)
{
    struct service *service = context;
    /* 3 and 5 have read all they had to. */
    bool complete = !service_was_paused(result) &&
                    (result->exit_code == EXIT_DONE || result->exit_code == EXIT_CONFLICTS ||
                     result->exit_code == EXIT_HELD);
    schedule_ended(&service->schedule, service->running, complete, service_clocks());
    if (service->once) {
        end_once(service, result);
    } else {
        char last[128];
        service_log_cycle(service, result);
        if (service_was_paused(result))
            (void)snprintf(last, sizeof last, "paused");
        else
            (void)snprintf(last, sizeof last, "cycle %lld: %s", (long long)result->run,
                           result->message[0] == '\0' ? "done" : result->message);
        tell_next(service, last);
        requests_finished(service, result);
    }
    proceed_in(service, 0); /* the bridge has its own ending to do first */
}

static const char *cipher_name(const struct settings *settings)
{
    return settings->cipher == SEAL_SM4 ? "sm4" : "aes-256-gcm";
}

/* Loop, folders, socket and what seals are for life. */
static bool needs_restart(const struct settings *old, const struct settings *new,
                          struct fault *fault)
{
    const char *pairs[][3] = {
        {old->state_dir, new->state_dir, "bridge.state_dir"},
        {old->log_dir, new->log_dir, "bridge.log_dir"},
        {old->control_socket, new->control_socket, "bridge.control_socket"},
        {old->seal_key_file, new->seal_key_file, "bridge.seal_key_file"},
        {old->former_seal_key_file, new->former_seal_key_file, "bridge.former_seal_key_file"},
        {cipher_name(old), cipher_name(new), "bridge.cipher"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (strcmp(pairs[i][0], pairs[i][1]) != 0) {
            (void)fault_set(fault, STATUS_UNSUPPORTED, new->file, 0, pairs[i][2], pairs[i][1],
                            "what it was when the daemon started; restart it to change this");
            return true;
        }
    }
    return false;
}

static void reload(struct service *service)
{
    struct fault fault = {0};
    struct configuration *next = NULL;
    notify_reloading();
    enum status status = configuration_load(service->file, &next, &fault);
    if (status == STATUS_OK &&
        needs_restart(&service->configuration->settings, &next->settings, &fault)) {
        configuration_drop(next);
        status = fault.status;
    }
    if (status == STATUS_OK) {
        configuration_drop(service->next);
        service->next = next;
        service_proceed(service);
    } else {
        log_fault(LOG_SETTINGS_REFUSED, &fault);
        notify_status("the new settings are wrong; the old ones stay in force");
    }
    notify_ready();
}

static void on_deadline(uv_timer_t *timer)
{
    (void)timer;
    log_event(LOG_STOPPED, &(struct log_facts){.detail = "not all ended in time"});
    _exit(EXIT_DONE);
}

static void stop(struct service *service)
{
    if (service->stopping && !service->once)
        return;
    service->stopping = true;
    notify_stopping();
    proceed_in(service, -1);
    (void)uv_timer_start(&service->deadline, on_deadline, STOP_MS, 0);
    (void)alarm(STOP_MS / 1000 + 1); /* should the loop itself hang */
    if (!service->once)
        requests_dismiss(service);
    if (bridge_running(service->bridge))
        bridge_interrupt(service->bridge);
    service_proceed(service);
}

static void on_signal(uv_signal_t *handle, int number)
{
    if (number == SIGHUP)
        reload(handle->data);
    else
        stop(handle->data);
}

/* A look-up at a silent name server may still be under way: it is not waited for. */
static void on_all_closed(uv_handle_t *handle)
{
    uv_stop(handle->loop);
}

static void on_room_closed(void *context)
{
    struct service *service = context;
    if (--service->open_rooms == 0)
        uv_close((uv_handle_t *)&service->deadline, on_all_closed);
}

static void close_all(struct service *service)
{
    if (service->closing)
        return;
    service->closing = true;
    uv_close((uv_handle_t *)&service->timer, NULL);
    for (size_t i = 0; i < 3; i++)
        uv_close((uv_handle_t *)&service->signals[i], NULL);
    notify_close(&service->notify);
    requests_close(service);
    service->open_rooms = 1 + (service->control != NULL) + (service->bridge != NULL);
    if (service->control != NULL)
        control_close(service->control, on_room_closed, service);
    if (service->bridge != NULL)
        bridge_close(service->bridge, on_room_closed, service);
    on_room_closed(service);
}

/* How long ago, in ms, a cycle ended well; 0: never, or not to be read. */
static int64_t since_good_ms(const struct configuration *configuration)
{
    struct store *store = NULL;
    struct store_error error;
    struct seal_keys keys = configuration_seal_keys(&configuration->settings, &configuration->keys);
    struct run_row run = {0};
    struct arena arena;
    if (store_open_reader(configuration->settings.state_dir, &keys, &store, &error) != STATUS_OK)
        return 0;
    arena_init(&arena, ARENA_BYTES);
    bool known = run_last_good(store, &arena, &run) == STATUS_OK;
    int64_t since = known ? service_clocks().wall - run.ended : 0;
    arena_free(&arena);
    store_close(store);
    return since > 0 ? since * 1000 : 0;
}

/* When the last complete full cycle began; 0: never, or not to be read. */
static int64_t last_full(const struct configuration *configuration)
{
    struct store *store = NULL;
    struct store_error error;
    struct seal_keys keys = configuration_seal_keys(&configuration->settings, &configuration->keys);
    struct run_row run = {0};
    struct arena arena;
    int64_t before = 0, began = 0;
    if (store_open_reader(configuration->settings.state_dir, &keys, &store, &error) != STATUS_OK)
        return 0;
    arena_init(&arena, ARENA_BYTES);
    for (int i = 0; i < RUNS_LOOKED_AT && began == 0; i++) {
        if (run_next(store, before, &arena, &run) != STATUS_OK)
            break;
        before = run.number;
        bool complete = run.exit_code == EXIT_DONE || run.exit_code == EXIT_CONFLICTS ||
                        run.exit_code == EXIT_HELD;
        if (complete && !run.dry && run.ended != 0 && slice_is(run.kind, "full"))
            began = run.started;
        arena_reset(&arena);
    }
    arena_free(&arena);
    store_close(store);
    return began;
}

static int open_bridge(struct service *service)
{
    struct fault fault = {0};
    struct store_error error = {0};
    struct bridge_callbacks callbacks = {on_progress, on_finished, service};
    enum status status = bridge_open(&service->loop, &service->configuration->settings, &callbacks,
                                     &service->bridge, &fault, &error);
    if (status == STATUS_OK)
        return EXIT_DONE;
    service->bridge = NULL;
    if (error.status != STATUS_OK)
        return tell_store_error(service, &error);
    if (fault.status == STATUS_OK) {
        log_event(LOG_INTERNAL, &(struct log_facts){.detail = status_text(status)});
        return EXIT_INTERNAL;
    }
    print_fault(&fault);
    return exit_of_fault(&fault);
}

static int open_control(struct service *service)
{
    struct fault fault = {0};
    struct control_options options = {
        .path = service->configuration->settings.control_socket,
        .command = requests_command,
        .denied = requests_denied,
        .context = service,
    };
    enum status status = control_open(&service->loop, &options, &service->control, &fault);
    if (status == STATUS_OK)
        return EXIT_DONE;
    service->control = NULL;
    log_event(LOG_CONTROL_FAILED, NULL);
    print_fault(&fault);
    return status == STATUS_BUSY ? EXIT_BUSY : EXIT_CREATE;
}

static enum status open_handles(struct service *service)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
    (void)uv_timer_init(&service->loop, &service->timer);
    (void)uv_timer_init(&service->loop, &service->deadline);
    service->timer.data = service;
    for (size_t i = 0; i < 3; i++) {
        (void)uv_signal_init(&service->loop, &service->signals[i]);
        service->signals[i].data = service;
        uv_unref((uv_handle_t *)&service->signals[i]);
        if (numbers[i] != SIGHUP || !service->once)
            (void)uv_signal_start(&service->signals[i], on_signal, numbers[i]);
    }
    enum status status = requests_open(service);
    if (status == STATUS_OK)
        status = notify_open(&service->loop, &service->notify);
    return status;
}

static int start(struct service *service, bool full)
{
    struct cycle_order order = {.kind = full ? CYCLE_FULL : CYCLE_INCREMENTAL, .by_operator = true};
    const struct settings *settings = &service->configuration->settings;
    int exit_code = open_bridge(service);
    if (exit_code != EXIT_DONE)
        return exit_code;
    if (service->once)
        return (int)command_exit_of(service_begin(service, &order));
    schedule_init(&service->schedule, settings->incremental_ms, settings->full_minute,
                  last_full(service->configuration), service_clocks());
    service->good_ms = service_clocks().monotonic_ms - since_good_ms(service->configuration);
    exit_code = open_control(service);
    if (exit_code != EXIT_DONE)
        return exit_code;
    log_event(LOG_STARTED, NULL);
    notify_ready();
    tell_next(service, "started");
    proceed_in(service, 0);
    return EXIT_DONE;
}

static int run(struct service *service, bool full)
{
    if (uv_loop_init(&service->loop) != 0)
        return EXIT_INTERNAL;
    if (open_handles(service) != STATUS_OK)
        return EXIT_INTERNAL;
    int exit_code = start(service, full);
    if (exit_code != EXIT_DONE) {
        service->stopping = true;
        close_all(service);
    }
    (void)uv_run(&service->loop, UV_RUN_DEFAULT);
    if (!service->once && exit_code == EXIT_DONE)
        log_event(LOG_STOPPED, NULL);
    exit_code = exit_code != EXIT_DONE ? exit_code : service->exit_code;
    if (uv_loop_close(&service->loop) != 0) {
        /* At an ordinary exit libuv would wait for its threads. */
        (void)fflush(NULL);
        _exit(exit_code);
    }
    return exit_code;
}

int service_run(const char *file, bool once, bool full)
{
    struct fault fault = {0};
    struct service *service = calloc(1, sizeof *service);
    if (service == NULL)
        return EXIT_INTERNAL;
    service->file = file;
    service->once = once;
    int exit_code;
    if (configuration_load(file, &service->configuration, &fault) == STATUS_OK) {
        exit_code = run(service, full);
    } else {
        print_fault(&fault);
        exit_code = fault.status == STATUS_NO_MEMORY ? EXIT_INTERNAL : EXIT_SETTINGS;
    }
    configuration_drop(service->next);
    configuration_drop(service->configuration);
    free(service);
    return exit_code;
}
