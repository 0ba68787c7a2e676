/* Any text as the settings: refused with its file and what is allowed, or taken, and then printed as settings that
 * are taken again. */
#include "daemon/settings.h"
#include "tests/fuzz/scratch.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void print_and_take(const struct settings *settings)
{
    char *text = NULL;
    size_t size = 0;
    struct settings again;
    struct fault fault = {.status = STATUS_OK};
    FILE *to = open_memstream(&text, &size);
    must(to != NULL);
    settings_print(settings, to);
    (void)fclose(to);
    enum status status = settings_load(scratch_file("printed.conf", text, size), &again, &fault);
    must(status == STATUS_OK);
    must(again.mode == settings->mode && again.full_minute == settings->full_minute);
    settings_free(&again);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct settings settings;
    struct fault fault = {.status = STATUS_OK};
    enum status status = settings_load(scratch_file("read.conf", data, size), &settings, &fault);
    must(status == STATUS_OK || (fault.status == status && fault.file[0] != '\0' && fault.allowed[0] != '\0'));
    if (status == STATUS_OK)
        print_and_take(&settings);
    settings_free(&settings);
    return 0;
}
