#include "daemon/cli/local_log.h"

#include "daemon/cli/local.h"
#include "daemon/store/chain.h"
#include "daemon/store/store.h"

enum status local_log_open(struct session *session, const struct store *store, struct chain **ret)
{
    const struct configuration *configuration = local_configuration(session);
    struct chain_rules rules = configuration_log_rules(&configuration->settings);
    return chain_open(configuration->settings.log_dir, configuration_log_key(configuration), &rules,
                      store != NULL && store_crashed(store), ret);
}

static enum status append_shown(struct session *session, const struct store *store, const char *event,
                                const char *reference, int64_t conflict, const char *who)
{
    struct chain *chain = NULL;
    struct buffer members;
    enum status status = local_log_open(session, store, &chain);
    if (status != STATUS_OK) {
        return status;
    }
    buffer_init(&members, 4096);
    buffer_text(&members, "\"who\":");
    buffer_json(&members, slice_of(who));
    buffer_text(&members, ",\"ref\":");
    buffer_json(&members, slice_of(reference));
    if (conflict != 0) {
        buffer_printf(&members, ",\"conflict\":%lld", (long long)conflict);
    }
    status = members.status == STATUS_OK
                 ? chain_append(chain, session_now(), event, buffer_slice(&members))
                 : members.status;
    if (status == STATUS_OK) {
        chain_sync(chain);
    }
    buffer_free(&members);
    chain_close(chain);
    return status;
}

enum status local_log_shown(void *context, const char *event, const char *reference,
                            int64_t conflict, const char *who)
{
    struct session *session = context;
    struct store *store = NULL; /* only for its lock: one process writes the log */
    struct store_error error;
    const struct configuration *configuration = local_configuration(session);
    struct seal_keys keys = local_keys(session);
    enum status status =
        store_open(configuration->settings.state_dir, &keys, &store, &error);
    if (status != STATUS_OK) {
        return status;
    }
    status = append_shown(session, store, event, reference, conflict, who);
    store_close(store);
    return status;
}
