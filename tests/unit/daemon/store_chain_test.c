/* The event log: each line carries the hash of the one before, across restarts, torn lines, files.
 */
#include "tests/support/state.h"

#include "daemon/store/chain.h"
#include "daemon/store/chain_check.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum { NOW = 1685621700 };

struct log {
    char directory[64];
    struct chain *chain;
};

static void log_open(struct log *log)
{
    assert_status(chain_open(log->directory, STATE_KEY, DIGEST_SM3, &log->chain));
}

static void log_reopen(struct log *log)
{
    chain_close(log->chain);
    log_open(log);
}

static int setup(void **test)
{
    struct log *log = calloc(1, sizeof *log);
    (void)snprintf(log->directory, sizeof log->directory, "/tmp/cebridge-chain-XXXXXX");
    assert_non_null(mkdtemp(log->directory));
    log_open(log);
    *test = log;
    return 0;
}

static int teardown(void **test)
{
    struct log *log = *test;
    chain_close(log->chain);
    state_remove(log->directory);
    free(log);
    return 0;
}

static struct slice read_file(const struct log *log, const char *name, char *to, size_t room)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", log->directory, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return (struct slice){0};
    size_t size = fread(to, 1, room, file);
    (void)fclose(file);
    return (struct slice){to, size};
}

static void append_raw(const struct log *log, const char *bytes, size_t size)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/events.jsonl", log->directory);
    int file = open(path, O_WRONLY | O_APPEND);
    assert_true(file >= 0);
    assert_int_equal(write(file, bytes, size), (ssize_t)size);
    (void)close(file);
}

/* Every line's prev is the hash of the line before; returns how many lines there are. */
static int64_t follow(struct slice text, char head[CHAIN_HEX + 1], int64_t number)
{
    struct chain_mac *mac = NULL;
    assert_status(chain_mac_new(STATE_KEY, DIGEST_SM3, &mac));
    if (number == 0)
        assert_status(chain_mac_line(mac, (struct slice){0}, head));
    while (text.size > 0) {
        char start[64];
        const char *newline = memchr(text.at, '\n', text.size);
        assert_non_null(newline);
        struct slice line = {text.at, (size_t)(newline - text.at) + 1};
        (void)snprintf(start, sizeof start, "{\"n\":%lld,\"time\":\"2023-", (long long)++number);
        assert_memory_equal(line.at, start, strlen(start));
        assert_memory_equal(line.at + line.size - CHAIN_HEX - 3, head, CHAIN_HEX);
        assert_status(chain_mac_line(mac, line, head));
        text.at += line.size;
        text.size -= line.size;
    }
    chain_mac_free(mac);
    return number;
}

static void assert_whole(struct log *log, int64_t lines)
{
    char text[8192];
    char head[CHAIN_HEX + 1];
    char stands[CHAIN_HEX + 1];
    assert_int_equal(follow(read_file(log, "events.jsonl", text, sizeof text), head, 0), lines);
    chain_head(log->chain, stands);
    assert_string_equal(stands, head);
    assert_int_equal(chain_count(log->chain), lines);
}

static void line_has_its_form(void **test)
{
    static const char form[] =
        "{\"n\":1,\"time\":\"2023-06-01T12:15:00Z\",\"event\":\"cycle_done\","
        "\"run\":7,\"prev\":\"";
    struct log *log = *test;
    char text[8192];
    struct stat stands;
    char path[256];
    assert_whole(log, 0);
    assert_status(chain_append(log->chain, NOW, "cycle_done", SLICE("\"run\":7")));
    struct slice read = read_file(log, "events.jsonl", text, sizeof text);
    assert_memory_equal(read.at, form, sizeof form - 1);
    assert_status(chain_append(log->chain, NOW, "mode", (struct slice){0}));
    assert_status(chain_sync(log->chain));
    assert_whole(log, 2);
    assert_int_equal(chain_append(log->chain, NOW, "x", SLICE("\"a\":1\n")), STATUS_INVALID);
    assert_whole(log, 2);
    (void)snprintf(path, sizeof path, "%s/events.jsonl", log->directory);
    assert_int_equal(stat(path, &stands), 0);
    assert_int_equal(stands.st_mode & 0777, 0600);
}

static void chain_goes_on_after_a_restart(void **test)
{
    struct log *log = *test;
    for (int64_t count = 1; count <= 5; count++) {
        assert_status(chain_append(log->chain, NOW, "event", SLICE("\"a\":\"b\"")));
        log_reopen(log);
        assert_whole(log, count);
    }
}

static void torn_end_is_moved_aside(void **test)
{
    static const struct {
        const char *bytes;
        size_t size;
    } rows[] = {
        {"{\"n\":3,\"time\":\"20", 17},
        {"{", 1},
        {"\0\0\0\0", 4},
        {"\0\0\n\0\0", 5},
        {"garbage\n", 8},
    };
    struct log *log = *test;
    int64_t lines = 0;
    for (size_t index = 0; index < sizeof rows / sizeof *rows; index++) {
        char torn[8192];
        assert_status(chain_append(log->chain, NOW, "event", (struct slice){0}));
        lines++;
        append_raw(log, rows[index].bytes, rows[index].size);
        log_reopen(log);
        struct slice read = read_file(log, "events.torn", torn, sizeof torn);
        assert_non_null(memmem(read.at, read.size, rows[index].bytes, rows[index].size));
        assert_whole(log, lines);
        assert_status(chain_append(log->chain, NOW, "event", (struct slice){0}));
        assert_whole(log, ++lines);
    }
}

static void long_lines_are_found_again(void **test)
{
    struct log *log = *test;
    char *members = malloc(20000);
    char head[CHAIN_HEX + 1];
    char again[CHAIN_HEX + 1];
    memset(members, 'x', 20000);
    memcpy(members, "\"a\":\"", 5);
    members[19999] = '"';
    for (size_t size = 4000; size <= 20000; size += 1777) {
        memset(members + 5, 'x', 19994);
        members[size - 1] = '"';
        assert_status(chain_append(log->chain, NOW, "event", (struct slice){members, size}));
        chain_head(log->chain, head);
        log_reopen(log);
        chain_head(log->chain, again);
        assert_string_equal(again, head);
    }
    free(members);
}

static void full_disk_leaves_no_part_of_a_line(void **test)
{
    struct log *log = *test;
    struct rlimit before;
    struct rlimit small;
    char members[512];
    memset(members, 'x', sizeof members);
    memcpy(members, "\"a\":\"", 5);
    members[sizeof members - 1] = '"';
    assert_status(chain_append(log->chain, NOW, "event", (struct slice){0}));
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 400; /* a file may not grow beyond it: EFBIG after a part was written */
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    enum status status =
        chain_append(log->chain, NOW, "event", (struct slice){members, sizeof members});
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(status, STATUS_FULL);
    assert_whole(log, 1);
    assert_status(chain_append(log->chain, NOW, "event", (struct slice){members, sizeof members}));
    assert_whole(log, 2);
    log_reopen(log);
    assert_whole(log, 2);
}

static void chain_goes_on_across_files(void **test)
{
    struct log *log = *test;
    char text[8192];
    char head[CHAIN_HEX + 1];
    assert_status(chain_rotate(log->chain, NOW));
    assert_status(chain_append(log->chain, NOW, "one", (struct slice){0}));
    assert_status(chain_append(log->chain, NOW, "two", (struct slice){0}));
    assert_status(chain_rotate(log->chain, NOW));
    log_reopen(log);
    assert_int_equal(chain_count(log->chain), 2);
    assert_status(chain_append(log->chain, NOW, "three", (struct slice){0}));
    struct slice old =
        read_file(log, "events-000000000002-20230601T121500Z.jsonl", text, sizeof text);
    assert_int_equal(follow(old, head, 0), 2);
    assert_int_equal(follow(read_file(log, "events.jsonl", text, sizeof text), head, 2), 3);
}

/* Six lines in two files, of which one is changed as `how` says. */
static void change_log(const struct log *log, const char *how, int line)
{
    char command[512];
    (void)snprintf(command, sizeof command, "cd %s && sed -i '%d%s' events.jsonl", log->directory,
                   line, how);
    assert_int_equal(system(command), 0);
}

static void check_names_the_first_line_that_is_wrong(void **test)
{
    static const struct {
        const char *how; /* for sed, behind the number of a line of the second file */
        int line;
        enum chain_fault fault;
        int64_t number;
    } rows[] = {
        {"b", 1, CHAIN_WHOLE, 0}, /* nothing is changed */
        {"s/two/twO/", 2, CHAIN_ALTERED, 4},
        {"s/prev\":\"./prev\":\"x/", 2, CHAIN_ALTERED, 4},
        {"s/two/twO/", 1, CHAIN_ALTERED, 3},
        {"d", 2, CHAIN_REMOVED, 4},
        {"d", 1, CHAIN_REMOVED, 3},
        {"p", 2, CHAIN_INSERTED, 4},
        {"{h;s/two/twO/;p;g}", 2, CHAIN_INSERTED, 4},
        {"s/^/garbage/", 3, CHAIN_UNREADABLE, 0},
        {"d", 4, CHAIN_CUT, 5},
        {"s/two/twO/", 4, CHAIN_CUT, 6},
    };
    struct log *log = *test;
    for (size_t index = 0; index < sizeof rows / sizeof *rows; index++) {
        char head[CHAIN_HEX + 1];
        struct chain_report report;
        chain_close(log->chain);
        state_remove(log->directory);
        log_open(log);
        for (int line = 1; line <= 6; line++) {
            assert_status(chain_append(log->chain, NOW, "event", SLICE("\"a\":\"two\"")));
            if (line == 2)
                assert_status(chain_rotate(log->chain, NOW));
        }
        chain_head(log->chain, head);
        change_log(log, rows[index].how, rows[index].line);
        assert_status(chain_check(log->directory, STATE_KEY, head, &report));
        if (report.fault != rows[index].fault || report.number != rows[index].number)
            print_error("row %zu: %s at %lld\n", index, chain_fault_name(report.fault),
                        (long long)report.number);
        assert_int_equal(report.fault, rows[index].fault);
        assert_int_equal(report.number, rows[index].fault == CHAIN_WHOLE ? 0 : rows[index].number);
        if (rows[index].fault == CHAIN_WHOLE) {
            assert_int_equal(report.first, 1);
            assert_int_equal(report.last, 6);
            assert_string_equal(report.head, head);
        }
    }
}

static void old_files_may_be_gone_and_both_hashes_are_taken(void **test)
{
    struct log *log = *test;
    struct chain_report report;
    assert_status(chain_append(log->chain, NOW, "event", (struct slice){0}));
    assert_status(chain_rotate(log->chain, NOW));
    chain_close(log->chain);
    assert_status(chain_open(log->directory, STATE_KEY, DIGEST_SHA256, &log->chain));
    assert_status(chain_append(log->chain, NOW, "event", (struct slice){0}));
    assert_status(chain_append(log->chain, NOW, "event", (struct slice){0}));
    assert_status(chain_check(log->directory, STATE_KEY, NULL, &report));
    assert_int_equal(report.fault, CHAIN_WHOLE);
    assert_int_equal(report.last, 3);
    assert_status(chain_rotate(log->chain, NOW));
    char path[256];
    (void)snprintf(path, sizeof path, "%s/events-000000000001-20230601T121500Z.jsonl",
                   log->directory);
    assert_int_equal(unlink(path), 0);
    assert_status(chain_check(log->directory, STATE_KEY, NULL, &report));
    assert_int_equal(report.fault, CHAIN_WHOLE);
    assert_int_equal(report.first, 2);
    assert_status(chain_check(log->directory, SLICE("another key"), NULL, &report));
    assert_int_equal(report.fault, CHAIN_ALTERED);
    assert_int_equal(chain_check("/nowhere", STATE_KEY, NULL, &report), STATUS_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(line_has_its_form, setup, teardown),
        cmocka_unit_test_setup_teardown(chain_goes_on_after_a_restart, setup, teardown),
        cmocka_unit_test_setup_teardown(torn_end_is_moved_aside, setup, teardown),
        cmocka_unit_test_setup_teardown(long_lines_are_found_again, setup, teardown),
        cmocka_unit_test_setup_teardown(full_disk_leaves_no_part_of_a_line, setup, teardown),
        cmocka_unit_test_setup_teardown(chain_goes_on_across_files, setup, teardown),
        cmocka_unit_test_setup_teardown(check_names_the_first_line_that_is_wrong, setup, teardown),
        cmocka_unit_test_setup_teardown(old_files_may_be_gone_and_both_hashes_are_taken, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
