/* Any bytes as the sync log: the verifier names a line or takes it for whole; opened for writing it goes on, or says
 * that it cannot, and what was not whole before is not called whole behind a new line. */
#include "daemon/store/chain.h"
#include "daemon/store/chain_check.h"
#include "tests/fuzz/scratch.h"

enum { NOW = 1700000000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check(const char *folder, struct slice key, struct chain_report *ret)
{
    enum status status = chain_check(folder, key, NULL, ret);
    must(status != STATUS_OK || ret->fault == CHAIN_WHOLE || ret->file[0] != '\0');
    if (status != STATUS_OK)
        ret->fault = CHAIN_UNREADABLE;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct chain_rules rules = {.rotate_bytes = 1 << 20};
    const struct slice key = SLICE("0123456789abcdef0123456789abcdef");
    const char *folder = scratch_folder();
    struct chain_report before = {.fault = CHAIN_WHOLE};
    struct chain_report after = {.fault = CHAIN_WHOLE};
    struct chain *chain = NULL;
    (void)scratch_file("events.jsonl", data, size);
    check(folder, key, &before);
    if (chain_open(folder, key, &rules, false, &chain) == STATUS_OK) {
        enum status status = chain_append(chain, NOW, "cycle", SLICE("\"run\":1"));
        chain_close(chain);
        check(folder, key, &after);
        bool forged = before.fault == CHAIN_ALTERED || before.fault == CHAIN_REMOVED || before.fault == CHAIN_INSERTED;
        must(status != STATUS_OK || !forged || after.fault != CHAIN_WHOLE);
    }
    return 0;
}
