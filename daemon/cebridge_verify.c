/* cebridge-verify: the proof that a sync log is whole, from its files and the log key alone. */
#include "daemon/memory.h"
#include "daemon/store/chain_check.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_BYTES = 32, EXIT_WHOLE = 0, EXIT_USAGE = 64, EXIT_INPUT = 65, EXIT_INTERNAL = 70 };

static const char usage[] =
    "cebridge-verify --key-file FILE [--head HEX] [--json] DIRECTORY\n"
    "Proves that the sync log in DIRECTORY is whole, or names the first line at fault.\n"
    "  --key-file FILE  the log key: 64 hex digits\n"
    "  --head HEX       a head that was kept elsewhere; without it a cut tail is not seen\n"
    "  --json           one JSON object, as `cebridge log --verify --json`\n"
    "Exit: 0 whole, 64 usage, 65 not whole or not readable, 70 out of memory.\n";

struct wanted {
    const char *key_file, *head, *directory;
    bool json;
};

/* 1: go on; else the program ends with the code in *ret_exit. */
static bool read_arguments(int count, char **arguments, struct wanted *ret, int *ret_exit)
{
    static const struct option options[] = {{"key-file", required_argument, NULL, 'k'},
                                            {"head", required_argument, NULL, 'd'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    int letter;
    *ret_exit = EXIT_USAGE;
    while ((letter = getopt_long(count, arguments, "", options, NULL)) != -1) {
        switch (letter) {
        case 'k': ret->key_file = optarg; break;
        case 'd': ret->head = optarg; break;
        case 'j': ret->json = true; break;
        case 'h':
            (void)fputs(usage, stdout);
            *ret_exit = EXIT_WHOLE;
            return false;
        default: return false;
        }
    }
    ret->directory = optind + 1 == count ? arguments[optind] : NULL;
    if (ret->key_file == NULL || ret->directory == NULL ||
        (ret->head != NULL && (strlen(ret->head) != CHAIN_HEX ||
                               strspn(ret->head, "0123456789abcdef") != CHAIN_HEX))) {
        (void)fputs(usage, stderr);
        return false;
    }
    return true;
}

static bool read_key(const char *path, char ret[KEY_BYTES])
{
    char text[2 * KEY_BYTES + 1] = "";
    FILE *file = fopen(path, "re");
    bool good = file != NULL && fread(text, 1, 2 * KEY_BYTES, file) == 2 * KEY_BYTES &&
                strspn(text, "0123456789abcdefABCDEF") == 2 * KEY_BYTES;
    if (file != NULL)
        (void)fclose(file);
    for (size_t index = 0; good && index < KEY_BYTES; index++) {
        char pair[3] = {text[2 * index], text[2 * index + 1], '\0'};
        ret[index] = (char)strtoul(pair, NULL, 16);
    }
    return good;
}

static void print(const struct chain_report *report, bool json)
{
    const char *name = chain_fault_name(report->fault);
    bool whole = report->fault == CHAIN_WHOLE;
    char line[24] = "null"; /* of a file that is missing */
    if (report->line != 0)
        (void)snprintf(line, sizeof line, "%lld", (long long)report->line);
    if (json && whole)
        (void)printf("{\"verify\":\"%s\",\"number\":null,\"file\":null,\"line\":null,", name);
    else if (json)
        (void)printf("{\"verify\":\"%s\",\"number\":%lld,\"file\":\"%s\",\"line\":%s,", name,
                     (long long)report->number, report->file, line);
    else if (whole)
        (void)printf("whole: ");
    else
        (void)printf("%s: line %lld, %s:%s; ", name, (long long)report->number, report->file,
                     report->line == 0 ? "the file is missing" : line);
    (void)printf(json ? "\"first\":%lld,\"last\":%lld,\"head\":\"%s\"}\n"
                      : "lines %lld to %lld, head %s\n",
                 (long long)report->first, (long long)report->last, report->head);
}

int main(int count, char **arguments)
{
    struct wanted wanted = {.key_file = NULL};
    struct chain_report report;
    char key[KEY_BYTES];
    int code = EXIT_USAGE;
    memory_watch("out of memory; try again");
    if (!read_arguments(count, arguments, &wanted, &code))
        return code;
    if (!read_key(wanted.key_file, key)) {
        (void)fprintf(stderr, "%s: the log key is 64 hex digits\n", wanted.key_file);
        return EXIT_INPUT;
    }
    enum status status =
        chain_check(wanted.directory, (struct slice){key, sizeof key}, wanted.head, &report);
    explicit_bzero(key, sizeof key);
    if (status != STATUS_OK) {
        (void)fprintf(stderr, "%s: %s\n", wanted.directory,
                      status == STATUS_NOT_FOUND ? "there is no log" : status_text(status));
        return status == STATUS_NO_MEMORY ? EXIT_INTERNAL : EXIT_INPUT;
    }
    print(&report, wanted.json);
    return report.fault == CHAIN_WHOLE ? EXIT_WHOLE : EXIT_INPUT;
}
