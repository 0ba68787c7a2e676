/* The control socket: who is let in, what is answered, and what clients do to it. */
#include "daemon/control.h"
#include "daemon/control_peer.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { REPLY_BYTES = 1024 * 1024 };

static uv_loop_t loop;
static char folder[64], path[96];
static struct control *control;
static bool closed;

/* What the command callback saw, and what it is to do. */
static struct {
    int count;
    char name[32];
    char arguments[256];
    struct control_peer peer;
    int rows;
    bool keep; /* does not end yet */
    struct control_client *client;
} seen;
static int denied;

static void on_command(void *context, struct control_client *client, const char *name,
                       json_t *arguments, const struct control_peer *peer)
{
    (void)context;
    seen.count++;
    seen.peer = *peer;
    seen.client = client;
    (void)snprintf(seen.name, sizeof seen.name, "%s", name);
    char *text = json_dumps(arguments, JSON_COMPACT);
    (void)snprintf(seen.arguments, sizeof seen.arguments, "%s", text);
    free(text);
    json_t *row = json_pack("{s:s}", "name", "行");
    control_progress(client, row);
    for (int i = 0; i < seen.rows; i++)
        control_row(client, row);
    json_decref(row);
    if (!seen.keep)
        control_end(client, EXIT_CONFLICTS, "done");
}

static void on_denied(void *context, const char *name, const struct control_peer *peer)
{
    (void)context, (void)name, (void)peer;
    denied++;
}

static enum status open_control(struct fault *fault)
{
    struct control_options options = {.path = path, .command = on_command, .denied = on_denied};
    return control_open(&loop, &options, &control, fault);
}

static void on_closed(void *context)
{
    (void)context;
    closed = true;
}

static void close_control(void)
{
    closed = false;
    control_close(control, on_closed, NULL);
    while (!closed)
        (void)uv_run(&loop, UV_RUN_ONCE);
    (void)uv_run(&loop, UV_RUN_DEFAULT);
}

static int set_up(void **state)
{
    (void)state;
    struct fault fault = {0};
    (void)signal(SIGPIPE, SIG_IGN);
    memset(&seen, 0, sizeof seen);
    seen.rows = 1;
    denied = 0;
    (void)snprintf(folder, sizeof folder, "/tmp/control_test.XXXXXX");
    if (mkdtemp(folder) == NULL || chmod(folder, 0755) != 0 || uv_loop_init(&loop) != 0)
        return -1;
    (void)snprintf(path, sizeof path, "%s/run/control.sock", folder);
    return open_control(&fault) == STATUS_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return uv_loop_close(&loop) != 0 || system(command) != 0 ? -1 : 0; /* NOLINT */
}

static int dial(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(client, (struct sockaddr *)&address, sizeof address), 0);
    return client;
}

static void turn_until_readable(int client)
{
    for (int i = 0; i < 3000; i++) {
        struct pollfd ready = {.fd = client, .events = POLLIN};
        if (poll(&ready, 1, 1) > 0)
            return;
        (void)uv_run(&loop, UV_RUN_NOWAIT);
    }
    fail_msg("nothing came");
}

/* Everything the daemon says until it closes. */
static const char *listen_to(int client)
{
    static char reply[REPLY_BYTES];
    size_t used = 0;
    for (;;) {
        turn_until_readable(client);
        ssize_t got = recv(client, reply + used, sizeof reply - used - 1, 0);
        if (got <= 0)
            break;
        used += (size_t)got;
    }
    reply[used] = '\0';
    assert_int_equal(close(client), 0);
    return reply;
}

static void say(int client, const char *text)
{
    assert_int_equal(send(client, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

static const char *ask(const char *request)
{
    int client = dial();
    say(client, request);
    return listen_to(client);
}

static void a_command_is_answered_with_rows_and_an_end(void **state)
{
    (void)state;
    const char *reply =
        ask("{\"command\":\"conflicts\",\"arguments\":{\"kind\":\"x\"}}\nwhatever comes behind");
    assert_string_equal(reply, "{\"progress\":{\"name\":\"行\"}}\n{\"row\":{\"name\":\"行\"}}\n"
                               "{\"end\":{\"exit\":3,\"message\":\"done\"}}\n");
    assert_int_equal(seen.count, 1);
    assert_string_equal(seen.name, "conflicts");
    assert_string_equal(seen.arguments, "{\"kind\":\"x\"}");
    assert_int_equal(seen.peer.uid, getuid());
    assert_int_equal(seen.peer.pid, getpid());
    assert_true(seen.peer.roles & ROLE_ADMIN);
    close_control();
}

static void a_request_may_come_in_pieces(void **state)
{
    (void)state;
    int client = dial();
    static const char *const pieces[] = {"{\"comm", "and\":\"sta", "tus\"}", "\n"};
    for (size_t i = 0; i < 4; i++) {
        say(client, pieces[i]);
        for (int turn = 0; turn < 5; turn++)
            (void)uv_run(&loop, UV_RUN_NOWAIT);
    }
    assert_int_equal(shutdown(client, SHUT_WR), 0);
    assert_non_null(strstr(listen_to(client), "{\"end\":{\"exit\":3"));
    assert_string_equal(seen.name, "status");
    assert_string_equal(seen.arguments, "{}");
    close_control();
}

static void what_is_no_request_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *request;
        int exit;
    } rows[] = {
        {"\n", EXIT_INPUT},
        {"[]\n", EXIT_INPUT},
        {"{\"command\":1}\n", EXIT_INPUT},
        {"{\"command\":\"status\",\"command\":\"mode\"}\n", EXIT_INPUT},
        {"{\"command\":\"status\",\"arguments\":[]}\n", EXIT_INPUT},
        {"{\"command\":\"status\"} {}\n", EXIT_INPUT},
        {"{\"command\":\"format\"}\n", EXIT_USAGE},
        {"{\"command\":\"check\"}\n", EXIT_USAGE}, /* done by the program itself */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char expected[32];
        (void)snprintf(expected, sizeof expected, "{\"end\":{\"exit\":%d,", rows[i].exit);
        const char *reply = ask(rows[i].request);
        if (strncmp(reply, expected, strlen(expected)) != 0)
            fail_msg("%s was answered %s", rows[i].request, reply);
    }
    assert_int_equal(seen.count, 0);
    close_control();
}

static void a_request_without_end_is_cut_at_its_limit(void **state)
{
    (void)state;
    int client = dial();
    char piece[4096];
    memset(piece, 'x', sizeof piece);
    for (int i = 0; i < CONTROL_LARGEST_REQUEST / (int)sizeof piece + 300; i++) {
        (void)send(client, piece, sizeof piece, MSG_NOSIGNAL | MSG_DONTWAIT);
        (void)uv_run(&loop, UV_RUN_NOWAIT);
    }
    assert_non_null(strstr(listen_to(client), "too large"));
    close_control();
}

static void a_client_that_hangs_up_does_not_stop_its_command(void **state)
{
    (void)state;
    seen.keep = true;
    int client = dial();
    say(client, "{\"command\":\"resync\"}\n");
    while (seen.count == 0)
        (void)uv_run(&loop, UV_RUN_ONCE);
    assert_int_equal(close(client), 0);
    json_t *row = json_object();
    for (int i = 0; i < 100 && !control_gone(seen.client); i++) {
        control_row(seen.client, row);
        (void)uv_run(&loop, UV_RUN_NOWAIT);
    }
    json_decref(row);
    assert_true(control_gone(seen.client));
    control_end(seen.client, 0, "nobody hears it");
    close_control();
}

static void a_client_that_takes_nothing_is_dropped(void **state)
{
    (void)state;
    seen.keep = true;
    int client = dial();
    say(client, "{\"command\":\"resync\"}\n");
    while (seen.count == 0)
        (void)uv_run(&loop, UV_RUN_ONCE);
    char *text = malloc(1024 * 1024);
    memset(text, 'x', 1024 * 1024 - 1);
    text[1024 * 1024 - 1] = '\0';
    json_t *row = json_pack("{s:s}", "text", text);
    for (int i = 0; i < 80; i++)
        control_row(seen.client, row);
    json_decref(row);
    free(text);
    assert_true(control_gone(seen.client));
    control_end(seen.client, 0, "");
    assert_int_equal(close(client), 0);
    close_control();
}

static void give_more(void *context)
{
    struct control_client *client = context;
    json_t *row =
        json_pack("{s:s}", "text", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    for (; seen.rows > 0 && !control_full(client); seen.rows--)
        control_row(client, row);
    json_decref(row);
    if (seen.rows > 0)
        control_when_taken(client, give_more, client);
    else
        control_end(client, 0, "");
}

static void a_long_answer_is_given_as_it_is_taken(void **state)
{
    (void)state;
    seen.keep = true;
    seen.rows = 0;
    int client = dial();
    say(client, "{\"command\":\"log\"}\n");
    while (seen.count == 0)
        (void)uv_run(&loop, UV_RUN_ONCE);
    seen.rows = 50000; /* 4 MB */
    give_more(seen.client);
    size_t bytes = 0;
    char piece[65536];
    for (;;) {
        turn_until_readable(client);
        ssize_t got = recv(client, piece, sizeof piece, 0);
        if (got <= 0)
            break;
        bytes += (size_t)got;
    }
    assert_true(bytes > 50000 * 60);
    assert_int_equal(close(client), 0);
    /* A client that goes in between is told to whoever gives. */
    client = dial();
    say(client, "{\"command\":\"log\"}\n");
    while (seen.count == 1)
        (void)uv_run(&loop, UV_RUN_ONCE);
    seen.rows = 50000;
    give_more(seen.client);
    assert_int_equal(close(client), 0);
    while (seen.rows > 0)
        (void)uv_run(&loop, UV_RUN_ONCE);
    close_control();
}

static void closing_sends_the_waiting_away(void **state)
{
    (void)state;
    seen.keep = true;
    int client = dial();
    say(client, "{\"command\":\"resync\"}\n");
    while (seen.count == 0)
        (void)uv_run(&loop, UV_RUN_ONCE);
    closed = false;
    control_close(control, on_closed, NULL);
    assert_non_null(strstr(listen_to(client), "{\"end\":{\"exit\":75,"));
    assert_false(closed); /* the command was not ended yet */
    control_end(seen.client, 0, "");
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    assert_true(closed);
    assert_int_equal(access(path, F_OK), -1);
}

static void a_socket_in_use_is_left_alone_and_a_dead_one_replaced(void **state)
{
    (void)state;
    struct fault fault = {0};
    struct control *first = control;
    assert_int_equal(open_control(&fault), STATUS_BUSY);
    control = first;
    assert_non_null(strstr(ask("{\"command\":\"status\"}\n"), "{\"end\":"));
    close_control();
    /* As a killed daemon leaves it. */
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int dead = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(dead, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(close(dead), 0);
    assert_int_equal(open_control(&fault), STATUS_OK);
    assert_non_null(strstr(ask("{\"command\":\"status\"}\n"), "{\"end\":"));
    close_control();
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(open_control(&fault), STATUS_INVALID);
    assert_string_equal(fault.key, "bridge.control_socket");
    assert_int_equal(access(path, F_OK), 0);
}

static void strangers_may_do_nothing(void **state)
{
    (void)state;
    struct peer_facts facts = {.uid = 54321, .gid = 54321, .pid = 1};
    struct control_peer peer;
    peer_look_up(&facts, &peer);
    assert_int_equal(peer.roles, getuid() == 54321 ? ROLE_ADMIN : 0);
    assert_string_equal(peer.who, "uid 54321");
    facts.uid = 0;
    peer_look_up(&facts, &peer);
    assert_true(peer.roles & ROLE_ADMIN);
    assert_string_equal(peer.who, "uid 0 (root)");
    close_control();
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_command_is_answered_with_rows_and_an_end),
        TEST(a_request_may_come_in_pieces),
        TEST(what_is_no_request_is_refused),
        TEST(a_request_without_end_is_cut_at_its_limit),
        TEST(a_client_that_hangs_up_does_not_stop_its_command),
        TEST(a_client_that_takes_nothing_is_dropped),
        TEST(a_long_answer_is_given_as_it_is_taken),
        TEST(closing_sends_the_waiting_away),
        TEST(a_socket_in_use_is_left_alone_and_a_dead_one_replaced),
        TEST(strangers_may_do_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
