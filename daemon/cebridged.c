/* cebridged: the bridge as a service, or one cycle of it in the foreground. */
#include "daemon/configuration.h"
#include "daemon/log.h"
#include "daemon/memory.h"
#include "daemon/service.h"
#include "daemon/version.h"

#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <uv.h>

static const char *const help =
    "cebridged: keeps the municipal and the provincial platform in step\n"
    "\n"
    "  --config FILE    settings (/etc/cebridge/cebridge.conf)\n"
    "  --once           one cycle in the foreground; exits as `cebridge resync`\n"
    "  --full           with --once: a full cycle\n"
    "  --check          reads settings, mapping and secrets, and ends\n"
    "  --print-config   prints the settings in force, and ends\n"
    "  --version, --help\n"
    "\n"
    "exit: 0 done, 3 conflicts are open, 4 a platform failed, 5 a guard holds, 64 usage,\n"
    "      73 cannot create, 75 the state is held by another process, 78 settings\n";

struct choices {
    const char *file;
    bool once, full, check, print;
};

static int refuse(const struct fault *fault)
{
    char text[1024];
    (void)log_fault_text(fault, text, sizeof text);
    (void)fprintf(stderr, "%s\n", text);
    return EXIT_SETTINGS;
}

static int print_settings(const char *file)
{
    struct settings settings;
    struct fault fault;
    enum status status = settings_load(file, &settings, &fault);
    if (status == STATUS_OK)
        settings_print(&settings, stdout);
    settings_free(&settings);
    return status == STATUS_OK ? EXIT_DONE : refuse(&fault);
}

static enum status check_side(const struct settings *settings, enum side side, struct fault *fault)
{
    const struct platform_settings *platform = &settings->platform[side];
    char *text, path[256];
    size_t size;
    enum status status = settings_read_definition(settings, "connectors", platform->definition,
                                                  &text, &size, path, fault);
    if (status != STATUS_OK)
        return status;
    free(text);
    status =
        settings_read_secret(platform->secret_file,
                             side == MUNICIPAL ? "municipal.secret_file" : "provincial.secret_file",
                             &text, &size, fault);
    if (status != STATUS_OK)
        return status;
    explicit_bzero(text, size);
    free(text);
    return STATUS_OK;
}

static int check(const char *file)
{
    struct fault fault;
    struct configuration *configuration;
    enum status status = configuration_load(file, &configuration, &fault);
    if (status != STATUS_OK)
        return refuse(&fault);
    for (enum side side = 0; side < SIDES && status == STATUS_OK; side++)
        status = check_side(&configuration->settings, side, &fault);
    configuration_drop(configuration);
    return status == STATUS_OK ? EXIT_DONE : refuse(&fault);
}

/* 0: go on; else the program ends with *ret_exit. */
static bool ends_here(int option, struct choices *choices, int *ret_exit)
{
    switch (option) {
    case 'c': choices->file = optarg; return false;
    case 'o': choices->once = true; return false;
    case 'f': choices->full = true; return false;
    case 'k': choices->check = true; return false;
    case 'p': choices->print = true; return false;
    case 'v':
        (void)printf("cebridged %s\n", CEBRIDGE_VERSION);
        *ret_exit = EXIT_DONE;
        return true;
    case 'h':
        (void)fputs(help, stdout);
        *ret_exit = EXIT_DONE;
        return true;
    default: *ret_exit = EXIT_USAGE; return true;
    }
}

int main(int count, char **arguments)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'}, {"once", no_argument, NULL, 'o'},
        {"full", no_argument, NULL, 'f'},         {"check", no_argument, NULL, 'k'},
        {"print-config", no_argument, NULL, 'p'}, {"version", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0},
    };
    struct choices choices = {.file = "/etc/cebridge/cebridge.conf"};
    memory_watch("out of memory; nothing was lost, the next start goes on");
    (void)uv_replace_allocator(malloc, realloc, calloc, free);
    int option, exit_code;
    while ((option = getopt_long(count, arguments, "", options, NULL)) != -1) {
        if (ends_here(option, &choices, &exit_code))
            return exit_code;
    }
    if (optind < count || (choices.full && !choices.once)) {
        (void)fputs(optind < count ? "cebridged takes no arguments; see --help\n"
                                   : "--full goes with --once\n",
                    stderr);
        return EXIT_USAGE;
    }
    memory_never_dumped();
    (void)umask(0077);
    (void)signal(SIGPIPE, SIG_IGN);
    json_object_seed(0);
    log_open();
    if (choices.print)
        return print_settings(choices.file);
    if (choices.check)
        return check(choices.file);
    if (choices.once)
        log_level(4);
    return service_run(choices.file, choices.once, choices.full);
}
