#include "tests/sim/bridge_driver.h"

#include "daemon/log.h"
#include "daemon/recording/replay.h"
#include "tests/sim/clerk.h"
#include "tests/sim/definitions.h"
#include "tests/sim/loop.h"
#include "tests/sim/wire.h"

#include <assert.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 256, STEPS_MOST = 200000, DEFINITION_BYTES = 64 * 1024 };

static const char settings_text[] = "[bridge]\n"
                                    "mode = write\n"
                                    "region = 3716\n"
                                    "state_dir = state\n"
                                    "log_dir = log\n"
                                    "control_socket = control.sock\n"
                                    "log_key_file = log.key\n"
                                    "connectors_dir = connectors\n"
                                    "mapping_dir = %s/mapping\n"
                                    "decode_all = %s\n"
                                    "[municipal]\n"
                                    "definition = municipal\n"
                                    "url = https://127.0.0.1:8441\n"
                                    "key_id = app-001\n"
                                    "secret_file = secret\n"
                                    "rate = 1000/s\n"
                                    "parallel = 3\n"
                                    "[provincial]\n"
                                    "definition = provincial\n"
                                    "url = https://127.0.0.1:8442\n"
                                    "key_id = client-001\n"
                                    "secret_file = secret\n"
                                    "rate = 1000/s\n"
                                    "parallel = 3\n"
                                    "[guard]\n"
                                    "min_listing = 1 %%\n";

static struct {
    char root[PATH_BYTES];
    char state[PATH_BYTES], log[PATH_BYTES]; /* of the bridge at hand */
    char kept[PATH_BYTES];                   /* a copy of its state; "": none */
    unsigned lives;
    struct settings settings;
    struct bridge *bridge;
    uv_loop_t loop;
    bool finished, closed;
    struct cycle_result result;
} driver;

/* --- files ------------------------------------------------------------------------------------- */

static void write_file(const char *name, const char *text)
{
    char path[2 * PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/%s", driver.root, name);
    FILE *file = fopen(path, "w");
    assert(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
    assert(chmod(path, 0600) == 0);
}

static const char largest[] = "\"largest\": 1000";

/* The shipped definitions, and one whose pages have a few records. */
static void write_definitions(void)
{
    static const char *const names[] = {"municipal.json", "provincial.json"};
    static char text[DEFINITION_BYTES];
    char path[2 * PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/connectors", driver.root);
    assert(mkdir(path, 0700) == 0);
    for (size_t index = 0; index < 2; index++) {
        (void)snprintf(path, sizeof path, "connectors/%s", names[index]);
        FILE *file = fopen(path, "r");
        assert(file != NULL);
        text[fread(text, 1, sizeof text - 1, file)] = '\0';
        (void)fclose(file);
        write_file(path, text);
        char *most = index == 0 ? strstr(text, largest) : NULL;
        if (most == NULL)
            continue;
        memcpy(most, "\"largest\": 3   ", sizeof largest - 1);
        write_file("connectors/municipal-small.json", text);
    }
}

static void copy_file(const char *from, const char *to)
{
    static char block[64 * 1024];
    size_t size = 0;
    FILE *source = fopen(from, "rb");
    FILE *target = fopen(to, "wb");
    assert(source != NULL && target != NULL);
    while ((size = fread(block, 1, sizeof block, source)) > 0)
        assert(fwrite(block, 1, size, target) == size);
    (void)fclose(source);
    assert(fclose(target) == 0 && chmod(to, 0600) == 0);
}

/* What is not to be copied: the index into the log of writes, which is rebuilt, the lock, and recordings. */
static bool of_the_process(const char *name)
{
    const char *end = strrchr(name, '-');
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strcmp(name, "recordings") == 0 || strstr(name, "lock") != NULL ||
           (end != NULL && strcmp(end, "-shm") == 0);
}

static void each_file(const char *from, const char *to)
{
    char one[2 * PATH_BYTES];
    char other[2 * PATH_BYTES];
    const struct dirent *entry = NULL;
    DIR *listing = opendir(from);
    while (listing != NULL && (entry = readdir(listing)) != NULL) {
        (void)snprintf(one, sizeof one, "%s/%.120s", from, entry->d_name);
        if (to != NULL && !of_the_process(entry->d_name)) {
            (void)snprintf(other, sizeof other, "%s/%.120s", to, entry->d_name);
            copy_file(one, other);
        } else if (to == NULL) {
            (void)unlink(one);
        }
    }
    if (listing != NULL)
        (void)closedir(listing);
}

static void copy_folder(const char *from, const char *to)
{
    assert(mkdir(to, 0700) == 0);
    each_file(from, to);
}

static void remove_folder(const char *folder)
{
    char recordings[2 * PATH_BYTES];
    (void)snprintf(recordings, sizeof recordings, "%.240s/recordings", folder);
    each_file(recordings, NULL);
    (void)rmdir(recordings);
    each_file(folder, NULL);
    (void)rmdir(folder);
}

/* --- opening and closing ----------------------------------------------------------------------- */

static void cycle_finished(void *context, const struct cycle_result *result)
{
    (void)context;
    driver.result = *result;
    driver.result.counts = NULL;
    driver.finished = true;
}

static void bridge_is_closed(void *context)
{
    (void)context;
    driver.closed = true;
}

static void open_bridge(void)
{
    struct bridge_callbacks callbacks = {.finished = cycle_finished};
    struct fault fault = {0};
    struct store_error error = {0};
    driver.settings.state_dir = driver.state;
    driver.settings.log_dir = driver.log;
    if (bridge_open(&driver.loop, &driver.settings, &callbacks, &driver.bridge, &fault, &error) ==
        STATUS_OK)
        return;
    (void)fprintf(stderr, "cannot open a bridge: %s %s %s (%s)\n", fault.key, fault.read,
                  fault.allowed, error.step == NULL ? "" : error.step);
    abort();
}

static void close_bridge(void)
{
    driver.closed = false;
    bridge_close(driver.bridge, bridge_is_closed, NULL);
    while (!driver.closed)
        assert(loop_step());
    driver.bridge = NULL;
}

static void next_life(char state[PATH_BYTES], char log[PATH_BYTES])
{
    driver.lives++;
    (void)snprintf(state, PATH_BYTES, "%.200s/state-%u", driver.root, driver.lives);
    (void)snprintf(log, PATH_BYTES, "%.200s/log-%u", driver.root, driver.lives);
}

void driver_prepare(void)
{
    char text[2048];
    char here[512];
    struct fault fault = {0};
    (void)snprintf(driver.root, sizeof driver.root, "%s/cebridge-sim-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert(mkdtemp(driver.root) != NULL && getcwd(here, sizeof here) != NULL);
    assert(setenv("TMPDIR", driver.root, 1) == 0); /* replays too stay in memory */
    (void)snprintf(text, sizeof text, settings_text, here,
                   getenv("DECODE_ALL") != NULL ? "on" : "off");
    write_definitions();
    write_file("cebridge.conf", text);
    write_file("secret", "secret\n");
    write_file("log.key", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n");
    (void)snprintf(text, sizeof text, "%s/cebridge.conf", driver.root);
    if (settings_load(text, &driver.settings, &fault) != STATUS_OK) {
        (void)fprintf(stderr, "settings: %s %s %s\n", fault.key, fault.read, fault.allowed);
        abort();
    }
    (void)snprintf(driver.state, PATH_BYTES, "%.200s/empty", driver.root);
    (void)snprintf(driver.log, PATH_BYTES, "%.200s/log", driver.root);
    log_level(3); /* a state that is put back is no news here */
    loop_begin(1, 1700000000000);
    open_bridge();
    close_bridge();
}

void driver_remove(void)
{
    static const char *const names[] = {"empty", "log", "connectors"};
    char path[2 * PATH_BYTES];
    for (size_t index = 0; index < sizeof names / sizeof names[0]; index++) {
        (void)snprintf(path, sizeof path, "%s/%s", driver.root, names[index]);
        remove_folder(path);
    }
    settings_free(&driver.settings);
    definitions_forget();
    remove_folder(driver.root);
}

void driver_small_pages(bool on)
{
    driver.settings.platform[MUNICIPAL].definition = on ? "municipal-small" : "municipal";
}

void driver_set_rate(unsigned per_second)
{
    for (enum side side = MUNICIPAL; side < SIDES; side++)
        driver.settings.platform[side].rate = per_second;
}

void driver_begin(void)
{
    char empty[2 * PATH_BYTES];
    (void)snprintf(empty, sizeof empty, "%s/empty", driver.root);
    next_life(driver.state, driver.log);
    copy_folder(empty, driver.state);
    wire_cut(false);
    open_bridge();
}

static void forget_kept(void)
{
    if (driver.kept[0] != '\0')
        remove_folder(driver.kept);
    driver.kept[0] = '\0';
}

void driver_end(void)
{
    close_bridge();
    forget_kept();
    remove_folder(driver.state);
    remove_folder(driver.log);
}

struct bridge *driver_bridge(void)
{
    return driver.bridge;
}

void driver_keep_state(void)
{
    char log[PATH_BYTES];
    forget_kept();
    next_life(driver.kept, log);
    copy_folder(driver.state, driver.kept);
}

bool driver_put_state_back(bool with_stage)
{
    char log[PATH_BYTES];
    char stage[2 * PATH_BYTES];
    if (driver.kept[0] == '\0')
        return false;
    close_bridge();
    remove_folder(driver.state);
    next_life(driver.state, log);
    copy_folder(driver.kept, driver.state);
    static const char *const names[] = {"stage.db", "stage.db-wal"};
    for (size_t index = 0; !with_stage && index < 2; index++) {
        (void)snprintf(stage, sizeof stage, "%.240s/%s", driver.state, names[index]);
        (void)unlink(stage);
    }
    open_bridge();
    return true;
}

/* --- a cycle ----------------------------------------------------------------------------------- */

static void run_on(void)
{
    for (unsigned step = 0; !driver.finished; step++) {
        if (step == STEPS_MOST || !loop_step()) {
            (void)fprintf(stderr, "a cycle does not end\n");
            abort();
        }
    }
}

/* The files are what a machine that stops here leaves behind; the process that goes on without a wire ends by
 * itself, in files that nobody looks at. */
static void crash(void)
{
    char state[PATH_BYTES];
    char log[PATH_BYTES];
    next_life(state, log);
    copy_folder(driver.state, state);
    copy_folder(driver.log, log);
    wire_cut(true);
    bridge_interrupt(driver.bridge);
    run_on();
    close_bridge();
    remove_folder(driver.state);
    remove_folder(driver.log);
    memcpy(driver.state, state, sizeof state);
    memcpy(driver.log, log, sizeof log);
    wire_cut(false);
    open_bridge();
}

/* --- recordings -------------------------------------------------------------------------------- */

static void pass_over(void *context, json_t *decision)
{
    (void)context;
    (void)decision;
}

/* KEEP_RECORDING=PATH: one that replays another way, for whoever looks into it. */
static bool kept(const char *path)
{
    const char *to = getenv("KEEP_RECORDING");
    return to != NULL && rename(path, to) == 0;
}

/* What was recorded is replayed at once and removed; false: to other decisions. */
static bool replayed_the_same(void)
{
    char folder[2 * PATH_BYTES];
    char path[3 * PATH_BYTES];
    bool same = true;
    const struct dirent *entry = NULL;
    (void)snprintf(folder, sizeof folder, "%.240s/recordings", driver.state);
    DIR *listing = opendir(folder);
    while (listing != NULL && (entry = readdir(listing)) != NULL) {
        struct replay_result result;
        if (of_the_process(entry->d_name))
            continue;
        (void)snprintf(path, sizeof path, "%s/%.120s", folder, entry->d_name);
        replay_file(path, pass_over, NULL, &result);
        if (result.end != REPLAY_SAME)
            (void)fprintf(stderr, "  the replay of a cycle ends as %d at line %lld\n", (int)result.end,
                          (long long)result.line);
        same = same && result.end == REPLAY_SAME;
        if (result.end == REPLAY_SAME || !kept(path))
            (void)unlink(path);
    }
    if (listing != NULL)
        (void)closedir(listing);
    return same;
}

void driver_record(bool on)
{
    driver.settings.record = on;
}

struct driver_result driver_cycle(enum cycle_kind kind, unsigned crash_at)
{
    struct cycle_order order = {.kind = kind};
    driver.finished = false;
    assert(bridge_start(driver.bridge, &order) == STATUS_OK);
    for (unsigned step = 1; !driver.finished && step != crash_at; step++) {
        if (step == STEPS_MOST || !loop_step()) {
            (void)fprintf(stderr, "a cycle does not end\n");
            abort();
        }
    }
    if (!driver.finished) {
        crash();
        return (struct driver_result){.exit_code = -1, .crashed = true, .replayed = true};
    }
    return (struct driver_result){.exit_code = driver.result.exit_code,
                                  .guard_held = driver.result.guard_held,
                                  .changed = {driver.result.platform_changed[MUNICIPAL],
                                              driver.result.platform_changed[PROVINCIAL]},
                                  .replayed = driver.settings.record == 0 || replayed_the_same()};
}

static struct clerk clerk_here(void)
{
    return (struct clerk){.store = driver.bridge->store,
                          .mapping = driver.bridge->mapping,
                          .settings = &driver.settings,
                          .chain = driver.bridge->chain,
                          .now = loop_now_ms() / 1000};
}

void driver_trust_listings(void)
{
    driver.settings.min_listing_centi = 0;
    driver.bridge->cycle.desk.limits.min_listing_centi = 0;
}

bool driver_rebase(const struct driver_result *result)
{
    struct clerk clerk = clerk_here();
    bool any = false;
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        if (result->changed[side])
            clerk_rebase(&clerk, side);
        any = any || result->changed[side];
    }
    return any;
}

unsigned driver_decide(struct chance *chance, unsigned percent)
{
    struct clerk clerk = clerk_here();
    return clerk_decide(&clerk, chance, percent);
}
