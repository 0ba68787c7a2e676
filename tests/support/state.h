/* A state directory that lives as long as a test does. */
#ifndef SUPPORT_STATE_H
#define SUPPORT_STATE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/store/store.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STATE_KEYS (&(struct seal_keys){.log = STATE_KEY})
#define STATE_KEY ((struct slice){"0123456789abcdef0123456789abcdef", 32})

struct state {
    char root[64];
    char directory[96]; /* not made yet */
    struct store *store;
    struct arena arena;
};

static inline void state_path(const struct state *state, const char *name, char ret[160])
{
    (void)snprintf(ret, 160, "%s/%s", state->directory, name);
}

static inline void state_remove(const char *directory)
{
    char path[512];
    const struct dirent *entry = NULL;
    DIR *listing = opendir(directory);
    while (listing != NULL && (entry = readdir(listing)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        (void)unlink(path);
    }
    if (listing != NULL)
        (void)closedir(listing);
    (void)rmdir(directory);
}

static inline void state_open(struct state *state)
{
    struct store_error error = {0};
    enum status status = store_open(state->directory, STATE_KEYS, &state->store, &error);
    if (status != STATUS_OK)
        print_error("%s: %s (%d)\n", error.step, status_text(status), error.code);
    assert_int_equal(status, STATUS_OK);
}

static inline void state_reopen(struct state *state)
{
    store_close(state->store);
    state->store = NULL;
    state_open(state);
}

static inline int state_setup(void **test)
{
    struct state *state = calloc(1, sizeof *state);
    assert_non_null(state);
    (void)snprintf(state->root, sizeof state->root, "/tmp/cebridge-test-XXXXXX");
    assert_non_null(mkdtemp(state->root));
    (void)snprintf(state->directory, sizeof state->directory, "%s/state", state->root);
    arena_init(&state->arena, 64U * 1024 * 1024);
    *test = state;
    state_open(state);
    return 0;
}

static inline int state_teardown(void **test)
{
    struct state *state = *test;
    store_close(state->store);
    state_remove(state->directory);
    state_remove(state->root);
    arena_free(&state->arena);
    free(state);
    return 0;
}

static inline struct hash state_hash(const struct state *state, const char *text)
{
    return store_hash(state->store, slice_of(text));
}

static inline void state_compare(struct slice read, const char *text, const char *file, int line)
{
    if (slice_is(read, text))
        return;
    print_error("%s:%d: read \"%.*s\", expected \"%s\"\n", file, line, (int)read.size,
                read.size == 0 ? "" : read.at, text);
    fail();
}

#define assert_status(expression) assert_int_equal((expression), STATUS_OK)
#define assert_slice(read, text) state_compare(read, text, __FILE__, __LINE__)
#define STATE_TEST(function) cmocka_unit_test_setup_teardown(function, state_setup, state_teardown)

#endif
