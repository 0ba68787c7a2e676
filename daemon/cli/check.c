#include "daemon/cli/check.h"

#include "connectors/definition.h"
#include "daemon/cli/local.h"
#include "daemon/store/reseal.h"
#include "daemon/log.h"

#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { DISK_WARNING_MIB = 1024, DETAIL_BYTES = 800 };

void check_row(struct check *check, const char *item, const char *state, enum side platform,
               const char *detail)
{
    json_t *row = json_pack("{s:s, s:s, s:s?, s:s?}", "item", item, "state", state, "platform",
                            platform < SIDES ? side_name(platform) : NULL, "detail", detail);
    if (row != NULL) {
        check->row(check->context, row);
    }
    json_decref(row);
}

void check_bad(struct check *check, const char *item, enum exit_code code, enum side platform,
               const char *detail)
{
    check->exit_code = check->exit_code != EXIT_DONE ? check->exit_code : (int)code;
    check_row(check, item, "bad", platform, detail);
}

/* Good, or bad with the fault in words. */
static bool judge(struct check *check, const char *item, enum side platform, enum status status,
                  const struct fault *fault, const char *detail)
{
    char text[DETAIL_BYTES];
    if (status == STATUS_OK) {
        check_row(check, item, "good", platform, detail);
        return true;
    }
    (void)log_fault_text(fault, text, sizeof text);
    check_bad(check, item, status == STATUS_DENIED ? EXIT_DENIED : EXIT_SETTINGS, platform, text);
    return false;
}

static void check_definition(struct check *check, enum side side)
{
    const struct settings *settings = &check->session->settings;
    const char *name = settings->platform[side].definition;
    struct fault fault = {.status = STATUS_OK};
    struct definition *definition = NULL;
    char *text = NULL, path[256] = "";
    size_t size = 0;
    enum status status =
        settings_read_definition(settings, "connectors", name, &text, &size, path, &fault);
    if (status == STATUS_OK) {
        status = definition_load((struct slice){text, size}, path, &definition, &fault);
    }
    (void)judge(check, N_("definition"), side, status, &fault, path);
    definition_free(definition);
    free(text);
}

static void check_mapping(struct check *check)
{
    const struct settings *settings = &check->session->settings;
    struct fault fault = {.status = STATUS_OK};
    struct mapping *mapping = NULL;
    char *text = NULL, path[256] = "";
    size_t size = 0;
    enum status status = settings_read_definition(settings, "mapping", settings->mapping, &text,
                                                  &size, path, &fault);
    if (status == STATUS_OK) {
        status = mapping_load((struct slice){text, size}, path, &mapping, &fault);
    }
    (void)judge(check, N_("mapping"), SIDES, status, &fault, path);
    mapping_free(mapping);
    free(text);
}

static void check_secret(struct check *check, enum side side)
{
    static const char *const keys[SIDES] = {"municipal.secret_file", "provincial.secret_file"};
    const char *path = check->session->settings.platform[side].secret_file;
    struct fault fault = {.status = STATUS_OK};
    char *text = NULL;
    size_t size = 0;
    enum status status = settings_read_secret(path, keys[side], &text, &size, &fault);
    if (status == STATUS_OK) {
        explicit_bzero(text, size);
    }
    free(text);
    (void)judge(check, N_("secret"), side, status, &fault, path);
}

static bool check_log_key(struct check *check)
{
    struct settings_keys keys;
    struct fault fault = {.status = STATUS_OK};
    enum status status = settings_read_keys(&check->session->settings, &keys, &fault);
    explicit_bzero(&keys, sizeof keys);
    return judge(check, N_("log key"), SIDES, status, &fault,
                 check->session->settings.log_key_file);
}

/* The nearest folder that is there: the state's own may not have been made yet. */
static void check_disk(struct check *check, const char *item, const char *folder)
{
    char path[512], detail[DETAIL_BYTES];
    struct statvfs facts;
    (void)snprintf(path, sizeof path, "%s", folder);
    while (statvfs(path, &facts) != 0) {
        char *slash = strrchr(path, '/');
        if (slash == NULL || slash == path) {
            check_row(check, item, "warning", SIDES, folder);
            return;
        }
        *slash = '\0';
    }
    unsigned long long free_mib =
        (unsigned long long)facts.f_bavail * facts.f_frsize / (1024 * 1024);
    (void)snprintf(detail, sizeof detail, "%s: %llu MiB", path, free_mib);
    check_row(check, item, free_mib < DISK_WARNING_MIB ? "warning" : "good", SIDES, detail);
}

static void check_state(struct check *check)
{
    struct store *store = NULL;
    struct store_error error = {.status = STATUS_OK};
    const struct settings *settings = &check->session->settings;
    struct seal_keys keys = local_keys(check->session);
    enum status status = store_open_reader(settings->state_dir, &keys, &store, &error);
    if (status == STATUS_OK) {
        check_row(check, N_("state"), "good", SIDES, settings->state_dir);
        check_row(check, N_("sealing key"), reseal_waits(store) ? "warning" : "good", SIDES,
                  reseal_waits(store)
                      ? N_("rows are being sealed anew; the former key is still needed")
                      : N_("all rows are sealed with the present key"));
        store_close(store);
    } else if (status == STATUS_NOT_FOUND) {
        check_row(check, N_("state"), "good", SIDES, N_("no cycle has run yet"));
    } else {
        check_bad(check, N_("state"), command_exit_of(status), SIDES, status_text(status));
    }
}

/* Duties are to be separate (三员分立): who operates does not audit. */
static void check_groups(struct check *check)
{
    char *const *members = NULL;
    const struct group *admin = getgrnam("cebridge-admin");
    char names[4096] = " ";
    for (members = admin != NULL ? admin->gr_mem : NULL; members != NULL && *members != NULL;
         members++) {
        size_t used = strlen(names);
        (void)snprintf(names + used, sizeof names - used, "%s ", *members);
    }
    const struct group *audit = getgrnam("cebridge-audit");
    for (members = audit != NULL ? audit->gr_mem : NULL; members != NULL && *members != NULL;
         members++) {
        char wanted[128];
        (void)snprintf(wanted, sizeof wanted, " %s ", *members);
        if (strstr(names, wanted) != NULL) {
            check_row(check, N_("user in cebridge-admin and cebridge-audit at once"), "warning",
                      SIDES, *members);
            return;
        }
    }
    check_row(check, N_("separate duties"), "good", SIDES, NULL);
}

int check_run(struct session *session, int settings_code, bool online, view_row row, void *context)
{
    struct check check = {.session = session, .row = row, .context = context};
    if (settings_code != EXIT_DONE) {
        check_bad(&check, N_("settings"), (enum exit_code)settings_code, SIDES, session->message);
        return check.exit_code;
    }
    check_row(&check, N_("settings"), "good", SIDES, session->config);
    check_mapping(&check);
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        check_definition(&check, side);
        check_secret(&check, side);
    }
    bool key = check_log_key(&check);
    check_disk(&check, N_("disk of the state"), session->settings.state_dir);
    check_disk(&check, N_("disk of the log"), session->settings.log_dir);
    int opened = key ? local_open(session) : EXIT_SETTINGS;
    if (opened == EXIT_DONE) {
        check_state(&check);
    } else if (check.exit_code == EXIT_DONE) { /* nothing has said why yet */
        check_bad(&check, N_("state"), (enum exit_code)opened, SIDES, session->message);
    }
    check_groups(&check);
    for (enum side side = MUNICIPAL; online && side < SIDES; side++) {
        if (check.exit_code == EXIT_DONE || check.exit_code == EXIT_PLATFORM) {
            check_online(&check, side);
        }
    }
    session->message[0] = '\0';
    return check.exit_code;
}
