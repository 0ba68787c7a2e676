/* log --verify: the proof that the sync log is whole, or the first line at fault. It is held against the
 * head that the state keeps of each cycle, and against one that was kept elsewhere where one is given. */
#include "daemon/store/chain_check.h"
#include "daemon/view/view.h"

#include <string.h>

static bool is_head(const char *text)
{
    return strlen(text) == CHAIN_HEX && strspn(text, "0123456789abcdef") == CHAIN_HEX;
}

static enum status kept_head(struct view_call *call, char ret[CHAIN_HEX + 1])
{
    struct slice head = {0};
    struct store *store = call->view->store;
    enum status status = store == NULL ? STATUS_NOT_FOUND
                                       : store_meta_get(store, "log_head", call->arena, &head);
    if (status == STATUS_OK && head.size != CHAIN_HEX) {
        return STATUS_CORRUPT;
    }
    if (status == STATUS_OK) {
        memcpy(ret, head.at, CHAIN_HEX);
        ret[CHAIN_HEX] = '\0';
    }
    return status;
}

static json_t *report_json(const struct chain_report *report)
{
    bool whole = report->fault == CHAIN_WHOLE;
    return json_pack("{s:s, s:o, s:o, s:o, s:I, s:I, s:s}", "verify", chain_fault_name(report->fault),
                     "number", whole ? json_null() : json_integer(report->number), "file",
                     whole ? json_null() : json_string(report->file), "line",
                     whole || report->line == 0 ? json_null() : json_integer(report->line), "first",
                     (json_int_t)report->first, "last", (json_int_t)report->last, "head",
                     report->head);
}

int view_verify_log(struct view_call *call)
{
    const char *folder = call->view->settings->log_dir, *given = view_text(call, "head");
    struct chain_report report;
    char kept[CHAIN_HEX + 1] = "";
    if (given != NULL && !is_head(given)) {
        return view_fail(call, EXIT_USAGE, N_("a head is 64 hex digits, as the journal has them"));
    }
    enum status status = kept_head(call, kept);
    if (status == STATUS_OK || status == STATUS_NOT_FOUND) {
        status = chain_check(folder, call->view->log_key, kept[0] != '\0' ? kept : given, &report);
    }
    if (status == STATUS_OK && report.fault == CHAIN_WHOLE && kept[0] != '\0' && given != NULL) {
        status = chain_check(folder, call->view->log_key, given, &report);
    }
    if (status == STATUS_NOT_FOUND && kept[0] == '\0') {
        return view_fail(call, EXIT_DONE, N_("there is no log yet"));
    }
    if (status == STATUS_NOT_FOUND) {
        return view_fail(call, EXIT_INPUT, N_("the log is gone, though the state knows of one"));
    }
    if (status != STATUS_OK) {
        return view_fail_status(call, status);
    }
    int code = view_give(call, report_json(&report));
    if (code != EXIT_DONE || report.fault == CHAIN_WHOLE) {
        return code;
    }
    return view_fail(call, EXIT_INPUT, N_("the log is not as it was written; keep its files as they are"));
}
