/* Any lines as requests to the control socket, or, where they name no command, as lines of a file of decisions: each
 * is answered with an exit code of its own, on a state with a person and a conflict. */
#include "daemon/action/action.h"
#include "daemon/order.h"
#include "daemon/store/chain.h"
#include "daemon/store/conflicts.h"
#include "tests/fuzz/scratch.h"
#include "tests/unit/mapping/shipped.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

enum { NOW = 1700000000, TODAY = 19675, LOG_BYTES = 8192 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
    struct settings settings;
    struct mapping *mapping;
    struct store *store;
    struct chain *chain;
} city;

static const struct slice key = SLICE("0123456789abcdef0123456789abcdef");

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void see(void)
{
    enum conflict_seen seen = CONFLICT_NEW;
    struct conflict conflict = {.kind = "field_mismatch", .severity = SEVERITY_ERROR, .entity = ENTITY_ACCOUNT,
                                .subject = SLICE("person:371681197001019019"), .reference = "0123456789abcdef",
                                .masked = SLICE("person:3****************9"), .field = "mobile",
                                .value = {SLICE("13800000001"), SLICE("13800000002")},
                                .remote_id = {SLICE("1"), SLICE("B1")}, .region = "371681", .run = 1};
    must(conflict_see(city.store, &conflict, NOW, &seen) == STATUS_OK);
}

/* A log that grows with each input would be verified by each that asks for it, and soon nothing else be done. */
static void begin_log(void)
{
    static const struct chain_rules rules = {.rotate_bytes = 1 << 20};
    char path[PATH_MAX];
    struct stat facts;
    (void)snprintf(path, sizeof path, "%s/events.jsonl", city.settings.log_dir);
    if (city.chain != NULL && stat(path, &facts) == 0 && facts.st_size < LOG_BYTES)
        return;
    chain_close(city.chain);
    must(unlink(path) == 0 || errno == ENOENT);
    must(chain_open(city.settings.log_dir, key, &rules, false, &city.chain) == STATUS_OK);
}

static void begin(void)
{
    static const char conf[] = "[bridge]\nregion = 3716\nmode = write\nstate_dir = state\nlog_dir = log\n"
                               "[municipal]\nurl = https://127.0.0.1:1\nkey_id = a\nsecret_file = s\n"
                               "[provincial]\nurl = https://127.0.0.1:2\nkey_id = b\nsecret_file = s\n";
    struct fault fault = {.status = STATUS_OK};
    struct store_error error;
    must(settings_load(scratch_file("cebridge.conf", conf, sizeof conf - 1), &city.settings, &fault) == STATUS_OK);
    city.mapping = shipped_mapping();
    must(store_open(city.settings.state_dir, &(struct seal_keys){.log = key}, &city.store, &error) == STATUS_OK);
    must(store_begin(city.store) == STATUS_OK);
    see();
    must(store_commit(city.store) == STATUS_OK);
}

static void drop(void *context, json_t *row)
{
    must(json_is_object(row) && context == NULL);
}

static void carry_out(const char *name, json_t *arguments)
{
    static struct order order;
    const struct command *command = command_find(name);
    const struct view view = {.store = city.store, .mapping = city.mapping, .settings = &city.settings,
                              .log_key = key, .now = NOW, .who = "uid 900 (clerk)", .may_decide = true};
    const struct action action = {.store = city.store, .mapping = city.mapping, .settings = &city.settings,
                                  .now = NOW, .who = "uid 900 (clerk)", .chain = city.chain};
    const char *message = "";
    int code = EXIT_DONE;
    if (command == NULL)
        return;
    if (command->kind == COMMAND_VIEW)
        code = view_run(&view, name, arguments, drop, NULL, &message);
    else if (command->kind == COMMAND_ACTION)
        code = action_run(&action, name, arguments, drop, NULL, &message);
    else if (command->kind == COMMAND_CYCLE) {
        (void)order_read(name, arguments, "uid 900 (clerk)", TODAY, &order, &message);
        order_free(&order);
    }
    must(message != NULL && code >= EXIT_DONE && code <= EXIT_SETTINGS);
    must(code != EXIT_INTERNAL);
}

static void one_line(const char *text, size_t size)
{
    json_t *request = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
    json_t *none = json_object();
    json_t *arguments = NULL;
    const char *name = NULL;
    if (json_unpack(request, "{s:s,s?o}", "command", &name, "arguments", &arguments) == 0 &&
        (arguments == NULL || json_is_object(arguments)))
        carry_out(name, arguments == NULL ? none : arguments);
    else if (json_is_object(request))
        carry_out("resolve", request);
    json_decref(request);
    json_decref(none);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *at = (const char *)data;
    if (city.store == NULL)
        begin();
    begin_log();
    while (size > 0) {
        const char *end = memchr(at, '\n', size);
        size_t line = end == NULL ? size : (size_t)(end - at);
        one_line(at, line);
        size -= end == NULL ? size : line + 1;
        at += line + 1;
    }
    return 0;
}
