/* The event log: each line carries the hash of the one before, across restarts, torn lines, files.
 */
#include "tests/support/state.h"

#include "daemon/store/chain.h"
#include "daemon/store/chain_check.h"
#include "daemon/store/chain_files.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { NOW = 1685621700, DAY = 86400 }; /* 2023-06-01T12:15:00Z */

static const struct chain_rules rules = {
    .hash = DIGEST_SM3,
    .rotate_bytes = 1024 * 1024,
    .keep_seconds = 180 * DAY,
    .keep_movement_seconds = 1096 * DAY,
};

struct log {
    char directory[64];
    struct chain *chain;
    bool crashed; /* the machine failed before it is opened next */
};

static void log_open(struct log *log)
{
    assert_status(chain_open(log->directory, STATE_KEY, &rules, log->crashed, &log->chain));
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

/* holds: log.chained */
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
    chain_sync(log->chain);
    assert_whole(log, 2);
    assert_int_equal(chain_append(log->chain, NOW, "x", SLICE("\"a\":1\n")), STATUS_INVALID);
    assert_whole(log, 2);
    (void)snprintf(path, sizeof path, "%s/events.jsonl", log->directory);
    assert_int_equal(stat(path, &stands), 0);
    assert_int_equal(stands.st_mode & 0777, 0600);
}

/* holds: log.chained */
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
        lines += 2; /* the first one says what was put aside */
        assert_whole(log, lines);
        read = read_file(log, "events.jsonl", torn, sizeof torn);
        assert_non_null(memmem(read.at, read.size, "\"event\":\"log_torn\",\"bytes\":", 27));
    }
}

/* Of five lines that were not synced the third never reached the disk. */
static void with_a_hole(struct log *log)
{
    char text[8192];
    char path[256];
    for (int count = 0; count < 5; count++)
        assert_status(chain_append(log->chain, NOW, "event", SLICE("\"a\":\"b\"")));
    struct slice read = read_file(log, "events.jsonl", text, sizeof text);
    const char *third = memmem(read.at, read.size, "{\"n\":3,", 7);
    assert_non_null(third);
    (void)snprintf(path, sizeof path, "%s/events.jsonl", log->directory);
    int file = open(path, O_WRONLY);
    assert_int_equal(pwrite(file, "\0\0\0\0\0\0\0\0", 8, third - text), 8);
    (void)close(file);
}

/* holds: write.power */
static void after_the_machine_failed_what_stands_behind_a_hole_is_put_aside(void **test)
{
    struct log *log = *test;
    char torn[8192];
    with_a_hole(log);
    log->crashed = true;
    log_reopen(log);
    assert_whole(log, 2);
    struct slice read = read_file(log, "events.torn", torn, sizeof torn);
    assert_non_null(memmem(read.at, read.size, "{\"n\":5,", 7));
    assert_status(chain_append(log->chain, NOW, "event", (struct slice){0}));
    assert_whole(log, 4);
    log_reopen(log);
    assert_whole(log, 4);
}

static void without_such_a_failure_a_changed_line_stays_as_evidence(void **test)
{
    struct log *log = *test;
    char torn[64];
    with_a_hole(log);
    log_reopen(log);
    assert_int_equal(chain_count(log->chain), 5);
    assert_int_equal(read_file(log, "events.torn", torn, sizeof torn).size, 0);
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

/* holds: log.rotated */
static void chain_goes_on_across_files(void **test)
{
    static const char first[] = "{\"n\":3,\"time\":\"2023-06-01T12:15:00Z\",\"event\":\"log_rotated\","
                                "\"file\":\"events-000000000002-20230601T121500Z.jsonl\",";
    struct log *log = *test;
    char text[8192];
    char head[CHAIN_HEX + 1];
    assert_status(chain_rotate(log->chain, NOW)); /* nothing is there yet */
    assert_status(chain_append(log->chain, NOW, "one", (struct slice){0}));
    assert_status(chain_append(log->chain, NOW, "two", (struct slice){0}));
    assert_status(chain_rotate(log->chain, NOW));
    log_reopen(log);
    assert_int_equal(chain_count(log->chain), 3);
    assert_status(chain_append(log->chain, NOW, "three", (struct slice){0}));
    struct slice old =
        read_file(log, "events-000000000002-20230601T121500Z.jsonl", text, sizeof text);
    assert_int_equal(follow(old, head, 0), 2);
    struct slice current = read_file(log, "events.jsonl", text, sizeof text);
    assert_memory_equal(current.at, first, sizeof first - 1);
    assert_int_equal(follow(current, head, 2), 4);
}

/* The rotated files' names, oldest first. */
static size_t list_rotated(const struct log *log, char names[8][CHAIN_NAME_BYTES])
{
    struct chain_files files;
    int directory = open(log->directory, O_RDONLY | O_DIRECTORY);
    assert_status(chain_files_open(directory, &files));
    size_t count = files.count;
    assert_true(count <= 8);
    for (size_t index = 0; index < count; index++)
        memcpy(names[index], files.names[index], CHAIN_NAME_BYTES);
    chain_files_close(&files);
    (void)close(directory);
    return count;
}

static struct chain_report check(const struct log *log, const char *head)
{
    struct chain_report report;
    assert_status(chain_check(log->directory, STATE_KEY, head, &report));
    return report;
}

static void assert_fault(const struct log *log, enum chain_fault fault, int64_t number)
{
    struct chain_report report = check(log, NULL);
    if (report.fault != fault)
        print_error("%s at %lld in %s\n", chain_fault_name(report.fault),
                    (long long)report.number, report.file);
    assert_int_equal(report.fault, fault);
    assert_int_equal(report.number, number);
}

static void a_file_ends_with_its_month_and_its_size(void **test)
{
    /* 2023-06-30T15:59:59Z is the last second of June in China */
    enum { LAST_OF_JUNE = 1688140799 };
    struct log *log = *test;
    struct chain_rules small = rules;
    char names[8][CHAIN_NAME_BYTES];
    assert_status(chain_append(log->chain, NOW, "one", (struct slice){0}));
    assert_status(chain_append(log->chain, LAST_OF_JUNE, "two", (struct slice){0}));
    assert_int_equal(list_rotated(log, names), 0);
    log_reopen(log);
    assert_status(chain_append(log->chain, LAST_OF_JUNE + 1, "three", (struct slice){0}));
    assert_int_equal(list_rotated(log, names), 1);
    assert_string_equal(names[0], "events-000000000002-20230630T160000Z.jsonl");
    /* a clock that was put back begins none */
    assert_status(chain_append(log->chain, NOW, "four", (struct slice){0}));
    assert_int_equal(list_rotated(log, names), 1);
    small.rotate_bytes = 100;
    chain_obey(log->chain, &small);
    assert_status(chain_append(log->chain, LAST_OF_JUNE + 2, "five", (struct slice){0}));
    assert_status(chain_append(log->chain, LAST_OF_JUNE + 3, "six", (struct slice){0}));
    assert_int_equal(list_rotated(log, names), 3);
    assert_fault(log, CHAIN_WHOLE, 0);
    assert_int_equal(check(log, NULL).last, 9); /* three of them log_rotated */
}

/* Lines 1 and 2, 3 to 5, 6 to 8 in a file each, of which each second line is `event`, written a
 * month apart; the last file is the current one. */
static void fill_three_files(struct log *log, const char *event)
{
    for (int64_t month = 0; month < 3; month++) {
        int64_t now = NOW + month * 31 * DAY;
        assert_status(chain_append(log->chain, now, "cycle", (struct slice){0}));
        assert_status(chain_append(log->chain, now, event, SLICE("\"to\":\"provincial\"")));
    }
}

static void old_files_are_deleted_after_their_time_and_the_log_proves_its_start(void **test)
{
    static const struct {
        const char *event; /* a line of each file */
        int64_t days;      /* from NOW on; the files were closed 31 and 62 days behind it */
        size_t kept;       /* of two rotated files, with the one that is rotated then */
    } rows[] = {
        {"mode", 31 + 180, 3},  {"mode", 31 + 181, 2},   {"mode", 62 + 181, 1},
        {"write", 62 + 181, 3}, {"write", 31 + 1096, 3}, {"write", 31 + 1097, 2},
        {"write", 62 + 1097, 1},
    };
    struct log *log = *test;
    for (size_t index = 0; index < sizeof rows / sizeof *rows; index++) {
        char names[8][CHAIN_NAME_BYTES];
        chain_close(log->chain);
        state_remove(log->directory);
        log_open(log);
        fill_three_files(log, rows[index].event);
        assert_int_equal(list_rotated(log, names), 2);
        assert_status(chain_append(log->chain, NOW + rows[index].days * DAY, "later",
                                   (struct slice){0}));
        size_t kept = list_rotated(log, names);
        if (kept != rows[index].kept)
            print_error("row %zu\n", index);
        assert_int_equal(kept, rows[index].kept);
        assert_fault(log, CHAIN_WHOLE, 0);
        log_reopen(log);
        assert_fault(log, CHAIN_WHOLE, 0);
        static const int64_t first[] = {0, 6, 3, 1};
        assert_int_equal(check(log, NULL).first, first[kept]);
    }
}

static void remove_file(const struct log *log, const char *name)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", log->directory, name);
    assert_int_equal(unlink(path), 0);
}

static void a_file_that_was_taken_away_is_named(void **test)
{
    struct log *log = *test;
    char names[8][CHAIN_NAME_BYTES];
    fill_three_files(log, "mode");
    assert_int_equal(list_rotated(log, names), 2);
    remove_file(log, names[0]); /* the oldest: its time was not over */
    struct chain_report report = check(log, NULL);
    assert_int_equal(report.fault, CHAIN_REMOVED);
    assert_int_equal(report.number, 1);
    assert_string_equal(report.file, names[0]);
    assert_int_equal(report.line, 0);

    chain_close(log->chain);
    state_remove(log->directory);
    log_open(log);
    fill_three_files(log, "mode");
    remove_file(log, names[1]); /* from the middle */
    report = check(log, NULL);
    assert_int_equal(report.fault, CHAIN_REMOVED);
    assert_int_equal(report.number, 3);
    assert_string_equal(report.file, names[1]);
    assert_int_equal(report.line, 0);
}

static void what_was_deleted_in_its_time_covers_no_other_file(void **test)
{
    struct log *log = *test;
    char names[8][CHAIN_NAME_BYTES];
    fill_three_files(log, "mode");
    assert_status(chain_append(log->chain, NOW + 212 * DAY, "later", (struct slice){0}));
    assert_int_equal(list_rotated(log, names), 2);
    remove_file(log, names[0]);
    struct chain_report report = check(log, NULL);
    assert_int_equal(report.fault, CHAIN_REMOVED);
    assert_int_equal(report.number, 3);
    assert_string_equal(report.file, names[0]);
}

/* The last line alone proves nothing: whoever has no key could have changed it. */
static void a_deletion_that_no_line_seals_counts_by_the_head_alone(void **test)
{
    struct log *log = *test;
    char names[8][CHAIN_NAME_BYTES], members[128], head[CHAIN_HEX + 1];
    fill_three_files(log, "mode");
    assert_int_equal(list_rotated(log, names), 2);
    (void)snprintf(members, sizeof members, "\"file\":\"%s\"", names[0]);
    assert_status(chain_append(log->chain, NOW + 62 * DAY, "log_forgotten", slice_of(members)));
    chain_head(log->chain, head);
    remove_file(log, names[0]);
    assert_fault(log, CHAIN_REMOVED, 1);
    assert_int_equal(check(log, head).fault, CHAIN_WHOLE);
    assert_status(chain_append(log->chain, NOW + 62 * DAY, "mode", (struct slice){0}));
    assert_fault(log, CHAIN_WHOLE, 0);
}

static void a_head_of_the_last_deleted_line_still_counts(void **test)
{
    struct log *log = *test;
    char head[CHAIN_HEX + 1];
    assert_status(chain_append(log->chain, NOW, "cycle", (struct slice){0}));
    chain_head(log->chain, head);
    assert_status(chain_append(log->chain, NOW + 31 * DAY, "cycle", (struct slice){0}));
    assert_status(chain_append(log->chain, NOW + 250 * DAY, "cycle", (struct slice){0}));
    assert_int_equal(check(log, NULL).first, 2);
    assert_int_equal(check(log, head).fault, CHAIN_WHOLE);
    head[0] = head[0] == '0' ? '1' : '0';
    assert_int_equal(check(log, head).fault, CHAIN_CUT);
}

/* holds: log.kept */
static void a_clock_put_years_ahead_deletes_nothing_that_is_young_by_others_clocks(void **test)
{
    struct log *log = *test;
    char names[8][CHAIN_NAME_BYTES];
    fill_three_files(log, "mode");
    chain_know(log->chain, NOW + 63 * DAY);
    assert_status(chain_append(log->chain, NOW + 4000 * DAY, "later", (struct slice){0}));
    assert_int_equal(list_rotated(log, names), 3);
    chain_know(log->chain, NOW + 4040 * DAY);
    assert_status(chain_append(log->chain, NOW + 4040 * DAY, "later still", (struct slice){0}));
    assert_int_equal(list_rotated(log, names), 2);
    assert_fault(log, CHAIN_WHOLE, 0);
}

static void nothing_is_deleted_of_a_file_that_is_not_whole(void **test)
{
    struct log *log = *test;
    char names[8][CHAIN_NAME_BYTES], command[512];
    fill_three_files(log, "mode");
    assert_int_equal(list_rotated(log, names), 2);
    (void)snprintf(command, sizeof command, "cd %s && sed -i '2s/2023-06/2021-06/' %s",
                   log->directory, names[0]);
    assert_int_equal(system(command), 0);
    assert_status(chain_append(log->chain, NOW + 400 * DAY, "later", (struct slice){0}));
    assert_int_equal(list_rotated(log, names), 3);
    assert_fault(log, CHAIN_ALTERED, 2);
}

/* An older name hastens nothing: the lines' own times count. */
static void a_renamed_file_is_not_deleted_before_its_time(void **test)
{
    struct log *log = *test;
    char names[8][CHAIN_NAME_BYTES], command[512];
    fill_three_files(log, "mode");
    assert_int_equal(list_rotated(log, names), 2);
    (void)snprintf(command, sizeof command,
                   "cd %s && mv %s events-000000000002-20200101T000000Z.jsonl", log->directory,
                   names[0]);
    assert_int_equal(system(command), 0);
    assert_status(chain_append(log->chain, NOW + 100 * DAY, "later", (struct slice){0}));
    assert_int_equal(list_rotated(log, names), 3);
    assert_fault(log, CHAIN_WHOLE, 0);
}

static void a_rotation_that_cannot_be_done_is_put_off_and_loses_nothing(void **test)
{
    struct log *log = *test;
    char names[8][CHAIN_NAME_BYTES], path[256];
    (void)snprintf(path, sizeof path, "%s/" CHAIN_NEXT, log->directory);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_status(chain_append(log->chain, NOW, "one", (struct slice){0}));
    assert_status(chain_append(log->chain, NOW + 31 * DAY, "two", (struct slice){0}));
    assert_int_equal(list_rotated(log, names), 0);
    assert_whole(log, 2);
    assert_int_equal(rmdir(path), 0);
    log_reopen(log);
    assert_status(chain_append(log->chain, NOW + 31 * DAY, "three", (struct slice){0}));
    assert_int_equal(list_rotated(log, names), 1);
    assert_fault(log, CHAIN_WHOLE, 0);
    assert_int_equal(check(log, NULL).last, 4);
}

/* Each state that a kill inside of chain_rotate leaves. */
static void killed_inside_a_rotation_the_log_is_whole_and_goes_on(void **test)
{
    static const char *const left[] = {
        ": >events.next",                                              /* made, nothing renamed */
        ": >events.next && mv events.jsonl $NAME",                      /* between the renames */
        ": >events.next && mv events.jsonl $NAME && rm events.next",    /* ... and that lost */
        ": >events.next && mv events.jsonl $NAME && mv events.next events.jsonl",
    };
    struct log *log = *test;
    for (size_t index = 0; index < sizeof left / sizeof *left; index++) {
        char command[512];
        chain_close(log->chain);
        state_remove(log->directory);
        log_open(log);
        fill_three_files(log, "mode");
        (void)snprintf(command, sizeof command,
                       "cd %s && NAME=events-000000000008-20230901T000000Z.jsonl && %s",
                       log->directory, left[index]);
        assert_int_equal(system(command), 0);
        assert_fault(log, CHAIN_WHOLE, 0);
        log_reopen(log);
        assert_int_equal(chain_count(log->chain), 8);
        assert_status(chain_append(log->chain, NOW + 93 * DAY, "later", (struct slice){0}));
        assert_fault(log, CHAIN_WHOLE, 0);
        assert_true(check(log, NULL).last >= 9);
    }
}

/* Another process begins a file with each line, while this one looks. */
static void looked_at_while_it_is_rotated_the_log_is_whole(void **test)
{
    struct log *log = *test;
    struct chain_rules small = rules;
    int stands = 0;
    small.rotate_bytes = 1;
    chain_obey(log->chain, &small);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        for (int line = 0; line < 60; line++) {
            if (chain_append(log->chain, NOW, "event", (struct slice){0}) != STATUS_OK)
                _exit(1);
        }
        _exit(0);
    }
    int64_t last = 0;
    while (waitpid(child, &stands, WNOHANG) == 0) {
        struct chain_report report = check(log, NULL);
        assert_int_equal(report.fault, CHAIN_WHOLE);
        assert_true(report.last >= last);
        last = report.last;
    }
    assert_int_equal(stands, 0);
    assert_int_equal(check(log, NULL).last, 119); /* each file but the first begins with log_rotated */
    log_reopen(log);
}

/* Six lines in two files and the line between them, of which one is changed as `how` says. */
static void change_log(const struct log *log, const char *how, int line)
{
    char command[512];
    (void)snprintf(command, sizeof command, "cd %s && sed -i '%d%s' events.jsonl", log->directory,
                   line, how);
    assert_int_equal(system(command), 0);
}

/* holds: log.altered */
static void check_names_the_first_line_that_is_wrong(void **test)
{
    static const struct {
        const char *how; /* for sed, behind the number of a line of the second file */
        int line;
        enum chain_fault fault;
        int64_t number;
    } rows[] = {
        {"b", 1, CHAIN_WHOLE, 0}, /* nothing is changed */
        {"s/two/twO/", 3, CHAIN_ALTERED, 5},
        {"s/prev\":\"./prev\":\"x/", 3, CHAIN_ALTERED, 5},
        {"s/rotated/rotateD/", 1, CHAIN_ALTERED, 3},
        {"s/two/twO/", 2, CHAIN_ALTERED, 4},
        {"d", 3, CHAIN_REMOVED, 5},
        {"d", 1, CHAIN_REMOVED, 3},
        {"p", 3, CHAIN_INSERTED, 5},
        {"{h;s/two/twO/;p;g}", 3, CHAIN_INSERTED, 5},
        {"s/^/garbage/", 4, CHAIN_UNREADABLE, 0},
        {"d", 5, CHAIN_CUT, 6},
        {"s/two/twO/", 5, CHAIN_CUT, 7},
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
        report = check(log, head);
        if (report.fault != rows[index].fault || report.number != rows[index].number)
            print_error("row %zu: %s at %lld\n", index, chain_fault_name(report.fault),
                        (long long)report.number);
        assert_int_equal(report.fault, rows[index].fault);
        assert_int_equal(report.number, rows[index].fault == CHAIN_WHOLE ? 0 : rows[index].number);
        if (rows[index].fault == CHAIN_WHOLE) {
            assert_int_equal(report.first, 1);
            assert_int_equal(report.last, 7);
            assert_string_equal(report.head, head);
        }
    }
}

static void another_hash_from_the_next_line_on_hurts_no_older_file(void **test)
{
    struct log *log = *test;
    struct chain_rules other = rules;
    other.hash = DIGEST_SHA256;
    assert_status(chain_append(log->chain, NOW, "event", (struct slice){0}));
    assert_status(chain_rotate(log->chain, NOW));
    chain_close(log->chain);
    assert_status(chain_open(log->directory, STATE_KEY, &other, false, &log->chain));
    assert_status(chain_append(log->chain, NOW, "event", (struct slice){0}));
    chain_obey(log->chain, &rules);
    assert_status(chain_append(log->chain, NOW, "event", (struct slice){0}));
    assert_fault(log, CHAIN_WHOLE, 0);
    assert_int_equal(check(log, NULL).last, 4);
    struct chain_report report;
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
        cmocka_unit_test_setup_teardown(after_the_machine_failed_what_stands_behind_a_hole_is_put_aside, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(without_such_a_failure_a_changed_line_stays_as_evidence, setup, teardown),
        cmocka_unit_test_setup_teardown(long_lines_are_found_again, setup, teardown),
        cmocka_unit_test_setup_teardown(full_disk_leaves_no_part_of_a_line, setup, teardown),
        cmocka_unit_test_setup_teardown(chain_goes_on_across_files, setup, teardown),
        cmocka_unit_test_setup_teardown(check_names_the_first_line_that_is_wrong, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_ends_with_its_month_and_its_size, setup, teardown),
        cmocka_unit_test_setup_teardown(
            old_files_are_deleted_after_their_time_and_the_log_proves_its_start, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_that_was_taken_away_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_deleted_in_its_time_covers_no_other_file, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_deletion_that_no_line_seals_counts_by_the_head_alone,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_head_of_the_last_deleted_line_still_counts, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            a_clock_put_years_ahead_deletes_nothing_that_is_young_by_others_clocks, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_is_deleted_of_a_file_that_is_not_whole, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_renamed_file_is_not_deleted_before_its_time, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_rotation_that_cannot_be_done_is_put_off_and_loses_nothing,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(killed_inside_a_rotation_the_log_is_whole_and_goes_on,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(looked_at_while_it_is_rotated_the_log_is_whole, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(another_hash_from_the_next_line_on_hurts_no_older_file,
                                        setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
