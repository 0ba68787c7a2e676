/* The two reference platforms (platforms.md) as one program for tests, on 127.0.0.1 only. */
#include "tests/platform/delay.h"
#include "tests/platform/server.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { FILE_MOST = 1024 * 1024, DEFAULT_TOKEN_SECONDS = 7200 };

static const char USAGE[] =
    "usage: platformd --municipal-port P --provincial-port P --control-port P\n"
    "                 (--cert FILE --key FILE | --plain)\n"
    "                 [--app-id ID] [--secret-file FILE] [--client-id ID] "
    "[--client-secret-file FILE]\n"
    "                 [--people N] [--seed S] [--hours N] [--defects N] [--shared 0.67]\n"
    "                 [--token-seconds N] [--cursor-seconds N] [--keep-refusals] [--page-etags]\n"
    "A port of 0 is a free one; the ports are printed as one JSON line. Without --people: no "
    "records.\n"
    "Secrets without a file: 'municipal-secret' and 'provincial-secret'.\n";

struct options {
    uint16_t ports[3]; /* by enum server_role */
    const char *certificate_file, *key_file, *secret_file, *client_secret_file;
    bool plain;
};

/* The file's text; NULL: not readable. The caller frees. */
static char *file_text(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = file == NULL ? NULL : calloc(1, FILE_MOST + 1);
    if (text != NULL && fread(text, 1, FILE_MOST, file) == 0) {
        free(text);
        text = NULL;
    }
    if (file != NULL)
        fclose(file);
    if (text == NULL)
        fprintf(stderr, "platformd: cannot read %s: %s\n", path, strerror(errno));
    return text;
}

/* A secret: the file without the line's end, or the default. */
static char *secret_text(const char *path, const char *absent)
{
    if (path == NULL)
        return strdup(absent);
    char *text = file_text(path);
    if (text != NULL)
        text[strcspn(text, "\r\n")] = '\0';
    return text;
}

static uint16_t port_of(const char *text)
{
    return (uint16_t)strtoul(text, NULL, 10);
}

enum option_number {
    OPTION_MUNICIPAL = 256,
    OPTION_PROVINCIAL,
    OPTION_CONTROL,
    OPTION_CERT,
    OPTION_KEY,
    OPTION_PLAIN,
    OPTION_APP,
    OPTION_SECRET,
    OPTION_CLIENT,
    OPTION_CLIENT_SECRET,
    OPTION_PEOPLE,
    OPTION_SEED,
    OPTION_HOURS,
    OPTION_DEFECTS,
    OPTION_SHARED,
    OPTION_TOKEN_SECONDS,
    OPTION_CURSOR_SECONDS,
    OPTION_KEEP_REFUSALS,
    OPTION_PAGE_ETAGS
};

static const struct option OPTIONS[] = {
    {"municipal-port", required_argument, NULL, OPTION_MUNICIPAL},
    {"provincial-port", required_argument, NULL, OPTION_PROVINCIAL},
    {"control-port", required_argument, NULL, OPTION_CONTROL},
    {"cert", required_argument, NULL, OPTION_CERT},
    {"key", required_argument, NULL, OPTION_KEY},
    {"plain", no_argument, NULL, OPTION_PLAIN},
    {"app-id", required_argument, NULL, OPTION_APP},
    {"secret-file", required_argument, NULL, OPTION_SECRET},
    {"client-id", required_argument, NULL, OPTION_CLIENT},
    {"client-secret-file", required_argument, NULL, OPTION_CLIENT_SECRET},
    {"people", required_argument, NULL, OPTION_PEOPLE},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"hours", required_argument, NULL, OPTION_HOURS},
    {"defects", required_argument, NULL, OPTION_DEFECTS},
    {"shared", required_argument, NULL, OPTION_SHARED},
    {"token-seconds", required_argument, NULL, OPTION_TOKEN_SECONDS},
    {"cursor-seconds", required_argument, NULL, OPTION_CURSOR_SECONDS},
    {"keep-refusals", no_argument, NULL, OPTION_KEEP_REFUSALS},
    {"page-etags", no_argument, NULL, OPTION_PAGE_ETAGS},
    {NULL, 0, NULL, 0},
};

static bool option_take(int option, const char *value, struct options *options,
                        struct service *service)
{
    struct city_options *city = &service->city;
    struct settings *settings = &service->settings;
    switch (option) {
    case OPTION_MUNICIPAL:
    case OPTION_PROVINCIAL:
    case OPTION_CONTROL: options->ports[option - OPTION_MUNICIPAL] = port_of(value); break;
    case OPTION_CERT: options->certificate_file = value; break;
    case OPTION_KEY: options->key_file = value; break;
    case OPTION_PLAIN: options->plain = true; break;
    case OPTION_APP: settings->app_id = value; break;
    case OPTION_SECRET: options->secret_file = value; break;
    case OPTION_CLIENT: settings->client_id = value; break;
    case OPTION_CLIENT_SECRET: options->client_secret_file = value; break;
    case OPTION_PEOPLE: city->people = (unsigned)strtoul(value, NULL, 10); break;
    case OPTION_SEED: city->seed = strtoull(value, NULL, 10); break;
    case OPTION_HOURS: city->hours = (unsigned)strtoul(value, NULL, 10); break;
    case OPTION_DEFECTS: city->defects = (unsigned)strtoul(value, NULL, 10); break;
    case OPTION_SHARED: city->shared = strtod(value, NULL); break;
    case OPTION_TOKEN_SECONDS: settings->token_seconds = strtoll(value, NULL, 10); break;
    case OPTION_CURSOR_SECONDS: settings->cursor_seconds = strtoll(value, NULL, 10); break;
    case OPTION_KEEP_REFUSALS: settings->keep_refusals = true; break;
    case OPTION_PAGE_ETAGS: settings->page_etags = true; break;
    default: return false;
    }
    return true;
}

static bool options_read(int count, char **arguments, struct options *options,
                         struct service *service)
{
    service->settings = (struct settings){.app_id = "app-001",
                                          .client_id = "client-001",
                                          .token_seconds = DEFAULT_TOKEN_SECONDS,
                                          .cursor_seconds = CURSOR_SECONDS};
    service->city = (struct city_options){.seed = 1, .shared = 0.67};
    for (int option; (option = getopt_long(count, arguments, "", OPTIONS, NULL)) != -1;)
        if (!option_take(option, optarg, options, service))
            return false;
    bool certified = options->certificate_file != NULL && options->key_file != NULL;
    return optind == count && (options->plain || certified);
}

static bool begin(struct service *service, const struct options *options, struct server servers[3])
{
    char *certificate = options->plain ? NULL : file_text(options->certificate_file);
    char *key = options->plain ? NULL : file_text(options->key_file);
    bool begun = options->plain || (certificate != NULL && key != NULL);
    for (int role = SERVER_MUNICIPAL; role <= SERVER_CONTROL && begun; role++) {
        bool plain = role == SERVER_CONTROL;
        servers[role] = (struct server){.service = service, .role = (enum server_role)role};
        begun = server_begin(&servers[role], options->ports[role], plain ? NULL : certificate,
                             plain ? NULL : key) == STATUS_OK;
        if (!begun)
            fprintf(stderr, "platformd: cannot listen on port %u: %s\n",
                    (unsigned)options->ports[role], strerror(errno));
    }
    free(certificate);
    free(key);
    return begun;
}

static void wait_for_end(pid_t parent)
{
    sigset_t ends;
    int received;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    if (getppid() == parent)
        sigwait(&ends, &received);
}

static void end(struct service *service, struct server servers[3])
{
    delay_end();
    for (int role = SERVER_MUNICIPAL; role <= SERVER_CONTROL; role++)
        server_end(&servers[role]);
    service_free(service);
    free(service->settings.app_secret);
    free(service->settings.client_secret);
}

int main(int count, char **arguments)
{
    static struct service service = {.lock = PTHREAD_MUTEX_INITIALIZER};
    struct options options = {0};
    struct server servers[3] = {{0}};
    sigset_t blocked;
    pid_t parent = getppid();
    if (!options_read(count, arguments, &options, &service)) {
        fputs(USAGE, stderr);
        return 2;
    }
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGINT);
    pthread_sigmask(SIG_BLOCK, &blocked, NULL);
    service.settings.app_secret = secret_text(options.secret_file, "municipal-secret");
    service.settings.client_secret = secret_text(options.client_secret_file, "provincial-secret");
    if (service.settings.app_secret == NULL || service.settings.client_secret == NULL)
        return 1;
    if (service_build(&service) != STATUS_OK || delay_begin() != STATUS_OK) {
        fputs("platformd: out of memory\n", stderr);
        return 1;
    }
    bool begun = begin(&service, &options, servers);
    if (begun) {
        printf("{\"municipal\":%u,\"provincial\":%u,\"control\":%u}\n",
               (unsigned)servers[SERVER_MUNICIPAL].port, (unsigned)servers[SERVER_PROVINCIAL].port,
               (unsigned)servers[SERVER_CONTROL].port);
        fflush(stdout);
        wait_for_end(parent);
    }
    end(&service, servers);
    return begun ? 0 : 1;
}
