/* Any text as a file of a plan: refused with a reason, or taken with a key for each of its writes. */
#include "daemon/cli/plan_file.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 100, KEY_DIGITS = 32 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct plan_file plan;
    const char *why = NULL;
    FILE *from = size == 0 ? fopen("/dev/null", "re") : fmemopen((void *)(uintptr_t)data, size, "r");
    must(from != NULL);
    enum status status = plan_file_read(from, MOST, &plan, &why);
    (void)fclose(from);
    must((status == STATUS_OK) == (why == NULL));
    if (status == STATUS_OK)
        must(strlen(plan.keys) == KEY_DIGITS * json_array_size(plan.writes));
    plan_file_free(&plan);
    return 0;
}
