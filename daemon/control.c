#include "daemon/control.h"

#include "daemon/control_listen.h"
#include "daemon/control_peer.h"
#include "mapping/base/bytes.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CLIENTS_OF_ONE = 16, READ_BYTES = 16 * 1024, CLOSE_MS = 1000 };

struct control {
    uv_loop_t *loop;
    struct control_options options;
    char *path;
    struct control_listener listener;
    uv_pipe_t server;
    uv_timer_t end; /* while closing */
    size_t open_handles;
    struct control_client *clients;
    size_t client_count;
    bool closing;
    void (*closed)(void *context);
    void *closed_context;
};

/* Lives until its handles are closed, its look-up is over and its command, if any, has ended. */
struct control_client {
    struct control *control;
    struct control_client *next;
    uv_pipe_t pipe;
    uv_timer_t timer;
    uv_work_t look_up;
    struct peer_facts facts;
    struct control_peer peer;
    struct buffer request;
    char chunk[READ_BYTES];
    size_t open_handles, queued;
    void (*taken)(void *context);
    void *taken_context;
    bool looking_up, known; /* who it is */
    bool whole;             /* the request is here */
    bool commanded;         /* control_end is to come */
    bool ended;             /* the last line is queued */
    bool gone;              /* handles closing or closed */
};

struct line {
    uv_write_t write;
    struct control_client *client;
    size_t size;
    char *text; /* of jansson's allocator */
};

static void finish_closing(struct control *control)
{
    if (!control->closing || control->open_handles > 0 || control->client_count > 0)
        return;
    void (*closed)(void *context) = control->closed;
    void *context = control->closed_context;
    free(control->path);
    free(control);
    if (closed != NULL)
        closed(context);
}

static void release(struct control_client *client)
{
    if (client->open_handles > 0 || client->looking_up || client->commanded)
        return;
    struct control *control = client->control;
    struct control_client **at = &control->clients;
    while (*at != client)
        at = &(*at)->next;
    *at = client->next;
    control->client_count--;
    buffer_free(&client->request);
    free(client);
    finish_closing(control);
}

static void tell_taken(struct control_client *client)
{
    void (*taken)(void *context) = client->taken;
    client->taken = NULL;
    if (taken != NULL)
        taken(client->taken_context);
}

static void on_client_closed(uv_handle_t *handle)
{
    struct control_client *client = handle->data;
    if (--client->open_handles > 0)
        return;
    if (client->taken != NULL)
        tell_taken(client); /* which may well end, and so release, it */
    else
        release(client);
}

static void hang_up(struct control_client *client)
{
    if (client->gone)
        return;
    client->gone = true;
    uv_close((uv_handle_t *)&client->pipe, on_client_closed);
    uv_close((uv_handle_t *)&client->timer, on_client_closed);
}

static void on_client_late(uv_timer_t *timer)
{
    hang_up(timer->data);
}

static void expect(struct control_client *client)
{
    (void)uv_timer_start(&client->timer, on_client_late, CONTROL_TIMEOUT_MS, 0);
}

static void on_written(uv_write_t *write, int status)
{
    struct line *line = write->data;
    struct control_client *client = line->client;
    client->queued -= line->size;
    free(line->text);
    free(line);
    if (client->gone)
        return;
    if (status != 0 || (client->queued == 0 && client->ended))
        hang_up(client);
    else if (client->queued > 0)
        expect(client);
    else {
        (void)uv_timer_stop(&client->timer);
        tell_taken(client);
    }
}

/* Takes {"name": value} over; NULL is 'out of memory'. */
static void give(struct control_client *client, json_t *reply)
{
    char *text = reply == NULL || client->gone ? NULL : json_dumps(reply, JSON_COMPACT);
    json_decref(reply);
    if (client->gone)
        return;
    struct line *line = text == NULL ? NULL : calloc(1, sizeof *line);
    if (line == NULL) {
        free(text);
        hang_up(client);
        return;
    }
    line->client = client;
    line->text = text;
    line->size = strlen(text) + 1;
    line->write.data = line;
    text[line->size - 1] = '\n'; /* the end is known by the size */
    client->queued += line->size;
    uv_buf_t piece = uv_buf_init(text, (unsigned)line->size);
    if (uv_write(&line->write, (uv_stream_t *)&client->pipe, &piece, 1, on_written) != 0) {
        client->queued -= line->size;
        free(text);
        free(line);
        hang_up(client);
        return;
    }
    if (client->queued > CONTROL_LARGEST_BACKLOG)
        hang_up(client);
    else if (!uv_is_active((uv_handle_t *)&client->timer))
        expect(client);
}

static void give_end(struct control_client *client, int exit_code, const char *message)
{
    client->ended = true;
    give(client, json_pack("{s:{s:i,s:s}}", "end", "exit", exit_code, "message", message));
}

void control_row(struct control_client *client, json_t *row)
{
    if (!client->gone && !client->ended)
        give(client, json_pack("{s:O}", "row", row));
}

void control_progress(struct control_client *client, json_t *progress)
{
    if (!client->gone && !client->ended)
        give(client, json_pack("{s:O}", "progress", progress));
}

void control_end(struct control_client *client, int exit_code, const char *message)
{
    client->commanded = false;
    client->taken = NULL;
    if (!client->gone && !client->ended)
        give_end(client, exit_code, message == NULL ? "" : message);
    release(client);
}

bool control_gone(const struct control_client *client)
{
    return client->gone;
}

bool control_full(const struct control_client *client)
{
    return !client->gone && !client->ended && client->queued > CONTROL_FULL;
}

void control_when_taken(struct control_client *client, void (*taken)(void *context), void *context)
{
    client->taken = taken;
    client->taken_context = context;
}

static void dispatch(struct control_client *client, const char *name, json_t *arguments)
{
    const struct control_options *options = &client->control->options;
    const struct command *command = command_find(name);
    if (command == NULL || command->kind == COMMAND_LOCAL) {
        give_end(client, EXIT_USAGE, "no such command");
        return;
    }
    if ((command->roles & client->peer.roles) == 0) {
        if (options->denied != NULL)
            options->denied(options->context, command->name, &client->peer);
        give_end(client, EXIT_DENIED, "not permitted");
        return;
    }
    client->commanded = true;
    options->command(options->context, client, command->name, arguments, &client->peer);
}

/* The request is here and who asks is known. */
static void answer(struct control_client *client)
{
    json_error_t error;
    const char *name;
    json_t *arguments = NULL, *none = json_object();
    json_t *request =
        json_loadb(client->request.at, client->request.size, JSON_REJECT_DUPLICATES, &error);
    if (request == NULL || none == NULL ||
        json_unpack(request, "{s:s,s?o}", "command", &name, "arguments", &arguments) != 0 ||
        (arguments != NULL && !json_is_object(arguments)))
        give_end(client, EXIT_INPUT, "the request is not one JSON object with a command");
    else
        dispatch(client, name, arguments == NULL ? none : arguments);
    json_decref(request);
    json_decref(none);
}

static void proceed(struct control_client *client)
{
    if (client->gone || client->ended || !client->known || !client->whole)
        return;
    (void)uv_timer_stop(&client->timer);
    if (client->control->closing)
        give_end(client, EXIT_BUSY, "the daemon is stopping");
    else
        answer(client);
}

static void on_room(uv_handle_t *handle, size_t wished, uv_buf_t *ret)
{
    (void)wished;
    struct control_client *client = handle->data;
    *ret = uv_buf_init(client->chunk, sizeof client->chunk);
}

/* What comes behind the first line is not looked at. */
static void take(struct control_client *client, struct slice chunk)
{
    if (client->whole || client->ended)
        return;
    const char *end = memchr(chunk.at, '\n', chunk.size);
    if (end != NULL)
        chunk.size = (size_t)(end - chunk.at);
    buffer_append(&client->request, chunk);
    if (client->request.status != STATUS_OK) {
        give_end(client, EXIT_INPUT, "the request is too large");
        return;
    }
    client->whole = end != NULL;
    proceed(client);
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *piece)
{
    struct control_client *client = stream->data;
    if (size > 0) {
        take(client, (struct slice){piece->base, (size_t)size});
        return;
    }
    if (size == 0)
        return;
    /* A client may say that it sends no more and still listen. */
    (void)uv_read_stop(stream);
    if (size != UV_EOF || !client->whole)
        hang_up(client);
}

static void look_up(uv_work_t *work)
{
    struct control_client *client = work->data;
    peer_look_up(&client->facts, &client->peer);
}

static void on_looked_up(uv_work_t *work, int status)
{
    struct control_client *client = work->data;
    client->looking_up = false;
    client->known = status == 0;
    if (client->gone)
        release(client);
    else if (status != 0)
        hang_up(client);
    else
        proceed(client);
}

static size_t clients_of(const struct control *control, uid_t uid)
{
    size_t count = 0;
    for (const struct control_client *each = control->clients; each != NULL; each = each->next)
        count += each->facts.uid == uid && !each->gone;
    return count;
}

static void admit(struct control_client *client)
{
    struct control *control = client->control;
    int socket;
    if (uv_accept((uv_stream_t *)&control->server, (uv_stream_t *)&client->pipe) != 0 ||
        uv_fileno((uv_handle_t *)&client->pipe, &socket) != 0 ||
        !peer_facts(socket, &client->facts)) {
        hang_up(client);
        return;
    }
    expect(client);
    if (control->client_count > CONTROL_CLIENTS ||
        (client->facts.uid != 0 && clients_of(control, client->facts.uid) > CLIENTS_OF_ONE)) {
        give_end(client, EXIT_BUSY, "too many connections");
        return;
    }
    client->look_up.data = client;
    client->looking_up = uv_queue_work(control->loop, &client->look_up, look_up, on_looked_up) == 0;
    if (!client->looking_up || uv_read_start((uv_stream_t *)&client->pipe, on_room, on_read) != 0)
        hang_up(client);
}

static void on_connection(uv_stream_t *server, int status)
{
    struct control *control = server->data;
    struct control_client *client = status == 0 ? calloc(1, sizeof *client) : NULL;
    if (client == NULL)
        return;
    client->control = control;
    client->facts.uid = (uid_t)-1;
    buffer_init(&client->request, CONTROL_LARGEST_REQUEST);
    (void)uv_pipe_init(control->loop, &client->pipe, 0);
    (void)uv_timer_init(control->loop, &client->timer);
    client->pipe.data = client->timer.data = client;
    client->open_handles = 2;
    client->next = control->clients;
    control->clients = client;
    control->client_count++;
    admit(client);
}

static enum status start(struct control *control, struct fault *fault)
{
    enum status status = control_listen(control->path, &control->listener, fault);
    if (status != STATUS_OK)
        return status;
    (void)uv_pipe_init(control->loop, &control->server, 0);
    (void)uv_timer_init(control->loop, &control->end);
    control->server.data = control->end.data = control;
    control->open_handles = 2;
    int error = uv_pipe_open(&control->server, control->listener.socket);
    if (error != 0)
        (void)close(control->listener.socket);
    else
        error = uv_listen((uv_stream_t *)&control->server, CONTROL_CLIENTS, on_connection);
    if (error == 0)
        return STATUS_OK;
    return fault_set(fault, STATUS_IO, control->path, 0, "bridge.control_socket",
                     uv_strerror(error), "a path where a socket can be made");
}

enum status control_open(uv_loop_t *loop, const struct control_options *options,
                         struct control **ret, struct fault *ret_fault)
{
    struct control *control = calloc(1, sizeof *control);
    if (control == NULL)
        return STATUS_NO_MEMORY;
    control->loop = loop;
    control->options = *options;
    control->path = strdup(options->path);
    enum status status = control->path == NULL ? STATUS_NO_MEMORY : start(control, ret_fault);
    if (status == STATUS_OK) {
        *ret = control;
        return STATUS_OK;
    }
    if (control->open_handles > 0) {
        control_close(control, NULL, NULL);
    } else {
        free(control->path);
        free(control);
    }
    return status;
}

static void on_server_closed(uv_handle_t *handle)
{
    struct control *control = handle->data;
    control->open_handles--;
    finish_closing(control);
}

static void on_end(uv_timer_t *timer)
{
    struct control *control = timer->data;
    for (struct control_client *each = control->clients; each != NULL; each = each->next)
        hang_up(each);
    uv_close((uv_handle_t *)timer, on_server_closed);
}

void control_close(struct control *control, void (*closed)(void *context), void *context)
{
    control->closing = true;
    control->closed = closed;
    control->closed_context = context;
    control_unlisten(control->path, &control->listener);
    uv_close((uv_handle_t *)&control->server, on_server_closed);
    for (struct control_client *each = control->clients; each != NULL; each = each->next) {
        if (!each->gone && !each->ended && each->commanded)
            give_end(each, EXIT_BUSY, "the daemon is stopping");
    }
    uint64_t wait = control->client_count > 0 ? CLOSE_MS : 0;
    (void)uv_timer_start(&control->end, on_end, wait, 0);
}
