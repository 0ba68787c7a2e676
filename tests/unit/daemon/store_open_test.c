/* The state's files: modes, migrations, the lock, damage, keys, what a crash leaves. */
#include "tests/support/state.h"

#include "daemon/store/migrate.h"
#include "daemon/store/journal.h"
#include "daemon/store/stage.h"

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>

static void set_version(const struct state *state, const char *name, int version)
{
    char path[160];
    char text[64];
    sqlite3 *db = NULL;
    state_path(state, name, path);
    (void)snprintf(text, sizeof text, "PRAGMA user_version = %d", version);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void overwrite(const struct state *state, const char *name, off_t at, size_t size)
{
    char path[160];
    char junk[4096];
    memset(junk, 0x5A, sizeof junk);
    state_path(state, name, path);
    int file = open(path, O_WRONLY);
    assert_true(file >= 0);
    assert_int_equal(pwrite(file, junk, size, at), (ssize_t)size);
    (void)close(file);
}

static void stage_one(struct state *state, const char *id)
{
    struct staged staged = {.remote_id = slice_of(id), .version = 1, .payload = SLICE("{}")};
    assert_status(stage_put(state->store, &staged));
}

static void files_are_for_their_owner_only(void **test)
{
    static const struct {
        const char *name;
        mode_t mode;
    } rows[] = {{"", 0700},     {"state.db", 0600},     {"stage.db", 0600},
                {"lock", 0600}, {"state.db-wal", 0600}, {"stage.db-wal", 0600}};
    struct state *state = *test;
    assert_status(store_meta_set(state->store, "mode", SLICE("write")));
    stage_one(state, "1");
    for (size_t index = 0; index < sizeof rows / sizeof *rows; index++) {
        char path[160];
        struct stat stands;
        state_path(state, rows[index].name, path);
        assert_int_equal(stat(path, &stands), 0);
        assert_int_equal(stands.st_mode & 0777, rows[index].mode);
    }
}

static void settings_of_operation_outlive_a_restart(void **test)
{
    struct state *state = *test;
    struct slice value = {0};
    assert_int_equal(store_meta_get(state->store, "mode", &state->arena, &value), STATUS_NOT_FOUND);
    assert_status(store_meta_set(state->store, "mode", SLICE("observe")));
    assert_status(store_meta_set(state->store, "mode", SLICE("write")));
    assert_status(store_secret_set(state->store, "token", SLICE("of no use to a thief")));
    state_reopen(state);
    assert_status(store_meta_get(state->store, "mode", &state->arena, &value));
    assert_slice(value, "write");
    assert_status(store_secret_get(state->store, "token", &state->arena, &value));
    assert_slice(value, "of no use to a thief");
    assert_int_equal(store_secret_get(state->store, "other", &state->arena, &value),
                     STATUS_NOT_FOUND);
}

static void newer_state_is_refused_and_left_as_it_is(void **test)
{
    struct state *state = *test;
    struct store_error error = {0};
    store_close(state->store);
    state->store = NULL;
    set_version(state, "state.db", 1000);
    assert_int_equal(store_open(state->directory, STATE_KEYS, &state->store, &error),
                     STATUS_UNSUPPORTED);
    assert_int_equal(error.status, STATUS_UNSUPPORTED);
    assert_non_null(error.step);
    assert_int_equal(store_open_reader(state->directory, STATE_KEYS, &state->store, &error),
                     STATUS_UNSUPPORTED);
    set_version(state, "state.db", schema_state.version);
    state_open(state);
}

static void newer_or_damaged_stage_is_made_anew(void **test)
{
    struct state *state = *test;
    struct staged staged;
    assert_true(store_stage_is_new(state->store));
    stage_one(state, "1");
    assert_status(store_meta_set(state->store, "mode", SLICE("write")));
    state_reopen(state);
    assert_false(store_stage_is_new(state->store));
    assert_status(stage_glance(state->store, MUNICIPAL, ENTITY_ACCOUNT, SLICE("1"), &staged));
    for (int how = 0; how < 3; how++) {
        char path[160];
        struct slice value = {0};
        store_close(state->store);
        state->store = NULL;
        state_path(state, "stage.db", path);
        if (how == 0)
            set_version(state, "stage.db", 77);
        else if (how == 1)
            overwrite(state, "stage.db", 0, 4096);
        else
            assert_int_equal(unlink(path), 0);
        state_open(state);
        assert_true(store_stage_is_new(state->store));
        assert_int_equal(stage_glance(state->store, MUNICIPAL, ENTITY_ACCOUNT, SLICE("1"), &staged),
                         STATUS_NOT_FOUND);
        assert_status(store_meta_get(state->store, "mode", &state->arena, &value));
        stage_one(state, "1");
    }
}

static void run_on_state(const struct state *state, const char *text)
{
    char path[160];
    sqlite3 *db = NULL;
    state_path(state, "state.db", path);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int64_t staged_count(struct state *state)
{
    int64_t counts[STAGED_GONE + 1] = {0};
    assert_status(stage_count(state->store, MUNICIPAL, ENTITY_ACCOUNT, counts));
    return counts[STAGED_PRESENT];
}

/* holds: write.power
 * Some of its pages may be older than the bases beside it: nothing in it is believed. */
static void after_the_machine_failed_the_stage_is_made_anew(void **test)
{
    struct state *state = *test;
    stage_one(state, "1");
    assert_status(store_meta_set(state->store, "mode", SLICE("write")));
    store_close(state->store);
    run_on_state(state, "INSERT OR REPLACE INTO meta VALUES ('store.boot', 'an earlier start of the machine')");
    state_open(state);
    assert_true(store_crashed(state->store));
    assert_true(store_stage_is_new(state->store));
    assert_int_equal(staged_count(state), 0);
    stage_one(state, "1");
    state_reopen(state);
    assert_false(store_crashed(state->store));
    assert_int_equal(staged_count(state), 1);
}

static void damaged_state_is_named_and_not_replaced(void **test)
{
    struct state *state = *test;
    struct store_error error = {0};
    store_close(state->store);
    state->store = NULL;
    overwrite(state, "state.db", 0, 100);
    assert_int_equal(store_open(state->directory, STATE_KEYS, &state->store, &error),
                     STATUS_CORRUPT);
    assert_int_equal(error.status, STATUS_CORRUPT);
}

static void another_log_key_is_denied(void **test)
{
    struct state *state = *test;
    struct store_error error = {0};
    struct slice other = SLICE("another key of the same 32 bytes");
    store_close(state->store);
    state->store = NULL;
    assert_int_equal(store_open(state->directory, &(struct seal_keys){.log = other}, &state->store, &error), STATUS_DENIED);
    assert_int_equal(error.code, 0);
    assert_int_equal(store_open_reader(state->directory, &(struct seal_keys){.log = other}, &state->store, &error),
                     STATUS_DENIED);
    assert_int_equal(store_open(state->directory, &(struct seal_keys){.log = SLICE("short")}, &state->store, &error),
                     STATUS_INVALID);
}

static void second_process_is_told_who_holds_the_state(void **test)
{
    struct state *state = *test;
    long holder = (long)getpid();
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct store *store = NULL;
        struct store_error error = {0};
        enum status status = store_open(state->directory, STATE_KEYS, &store, &error);
        _exit(status == STATUS_BUSY && error.status == STATUS_BUSY && error.holder == holder ? 0
                                                                                             : 1);
    }
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how));
    assert_int_equal(WEXITSTATUS(how), 0);
}

static void lock_goes_with_a_killed_process(void **test)
{
    struct state *state = *test;
    int ready[2];
    char byte = 0;
    store_close(state->store);
    state->store = NULL;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        struct store *store = NULL;
        (void)!write(ready[1],
                     store_open(state->directory, STATE_KEYS, &store, NULL) == STATUS_OK ? "y" : "n",
                     1);
        for (;;)
            (void)pause();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(byte, 'y');
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    (void)close(ready[0]);
    (void)close(ready[1]);
    state_open(state);
}

static void reader_sees_what_was_committed_and_writes_nothing(void **test)
{
    struct state *state = *test;
    struct store *reader = NULL;
    struct slice value = {0};
    struct staged staged;
    assert_status(store_meta_set(state->store, "mode", SLICE("write")));
    stage_one(state, "1");
    assert_status(store_open_reader(state->directory, STATE_KEYS, &reader, NULL));
    assert_status(store_meta_get(reader, "mode", &state->arena, &value));
    assert_status(
        stage_get(reader, MUNICIPAL, ENTITY_ACCOUNT, SLICE("1"), true, &state->arena, &staged));
    assert_slice(staged.payload, "{}");
    assert_int_equal(store_meta_set(reader, "mode", SLICE("observe")), STATUS_DENIED);
    assert_status(store_begin(reader));
    assert_status(store_meta_get(reader, "mode", &state->arena, &value));
    assert_status(store_meta_set(state->store, "mode", SLICE("observe")));
    assert_status(store_meta_get(reader, "mode", &state->arena, &value));
    assert_slice(value, "write");
    assert_status(store_commit(reader));
    assert_status(store_meta_get(reader, "mode", &state->arena, &value));
    assert_slice(value, "observe");
    store_close(reader);
    store_close(state->store);
    state->store = NULL;
    assert_status(store_open_reader(state->directory, STATE_KEYS, &reader, NULL));
    assert_status(store_meta_get(reader, "mode", &state->arena, &value));
    assert_slice(value, "observe");
    store_close(reader);
}

static void reader_waits_for_a_stage_that_was_left_half_made(void **test)
{
    struct state *state = *test;
    struct store *reader = NULL;
    struct store_error error;
    store_close(state->store);
    state->store = NULL;
    set_version(state, "stage.db", 3);
    assert_int_equal(store_open_reader(state->directory, STATE_KEYS, &reader, &error), STATUS_BUSY);
    assert_int_equal(error.holder, 0);
}

static void reader_makes_nothing(void **test)
{
    struct state *state = *test;
    struct store *reader = NULL;
    char path[160];
    (void)snprintf(path, sizeof path, "%s/none", state->root);
    assert_int_equal(store_open_reader(path, STATE_KEYS, &reader, NULL), STATUS_NOT_FOUND);
    assert_int_equal(access(path, F_OK), -1);
}

static void rollback_takes_both_files_back(void **test)
{
    struct state *state = *test;
    struct slice value = {0};
    struct staged staged;
    assert_status(store_begin(state->store));
    assert_int_equal(store_begin(state->store), STATUS_INVALID);
    assert_status(store_meta_set(state->store, "mode", SLICE("write")));
    stage_one(state, "1");
    store_rollback(state->store);
    assert_int_equal(store_meta_get(state->store, "mode", &state->arena, &value), STATUS_NOT_FOUND);
    assert_int_equal(stage_glance(state->store, MUNICIPAL, ENTITY_ACCOUNT, SLICE("1"), &staged),
                     STATUS_NOT_FOUND);
    assert_int_equal(store_commit(state->store), STATUS_INVALID);
}

/* Says the number of each commit once it is done, until it is killed. */
static void write_until_killed(const struct state *state, int told)
{
    struct store *store = NULL;
    if (store_open(state->directory, STATE_KEYS, &store, NULL) != STATUS_OK)
        _exit(1);
    for (int32_t number = 1;; number++) {
        char id[16];
        (void)snprintf(id, sizeof id, "%08d", number);
        struct write write_row = {.run = 1, .state = WRITE_PLANNED, .source_id = slice_of(id)};
        struct staged staged = {.remote_id = slice_of(id), .version = 1, .payload = SLICE("{}")};
        if (store_begin(store) != STATUS_OK || journal_plan(store, &write_row) != STATUS_OK ||
            stage_put(store, &staged) != STATUS_OK || store_commit(store) != STATUS_OK ||
            write(told, &number, sizeof number) != (ssize_t)sizeof number)
            _exit(2);
    }
}

static void killed_between_steps_loses_nothing_committed(void **test)
{
    struct state *state = *test;
    int32_t last = 0;
    for (unsigned round = 0; round < 5; round++) {
        int told[2];
        int32_t number = 0;
        store_close(state->store);
        state_remove(state->directory);
        assert_int_equal(pipe(told), 0);
        pid_t child = fork();
        if (child == 0)
            write_until_killed(state, told[1]);
        (void)close(told[1]);
        for (unsigned want = 0; want < 3 + round; want++)
            assert_int_equal(read(told[0], &number, sizeof number), (ssize_t)sizeof number);
        (void)usleep(700 * round);
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, NULL, 0), child);
        while (read(told[0], &number, sizeof number) == (ssize_t)sizeof number)
            last = number;
        last = number;
        (void)close(told[0]);
        state_open(state);
        for (int32_t index = 1; index <= last; index++) {
            char id[16];
            struct write write_row;
            struct staged staged;
            (void)snprintf(id, sizeof id, "%08d", index);
            assert_status(journal_get(state->store, index, &state->arena, &write_row));
            assert_slice(write_row.source_id, id);
            assert_status(stage_get(state->store, MUNICIPAL, ENTITY_ACCOUNT, slice_of(id), true,
                                    &state->arena, &staged));
        }
        arena_reset(&state->arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STATE_TEST(files_are_for_their_owner_only),
        STATE_TEST(settings_of_operation_outlive_a_restart),
        STATE_TEST(newer_state_is_refused_and_left_as_it_is),
        STATE_TEST(newer_or_damaged_stage_is_made_anew),
        STATE_TEST(after_the_machine_failed_the_stage_is_made_anew),
        STATE_TEST(damaged_state_is_named_and_not_replaced),
        STATE_TEST(another_log_key_is_denied),
        STATE_TEST(second_process_is_told_who_holds_the_state),
        STATE_TEST(lock_goes_with_a_killed_process),
        STATE_TEST(reader_sees_what_was_committed_and_writes_nothing),
        STATE_TEST(reader_waits_for_a_stage_that_was_left_half_made),
        STATE_TEST(reader_makes_nothing),
        STATE_TEST(rollback_takes_both_files_back),
        STATE_TEST(killed_between_steps_loses_nothing_committed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
