/* The settings in force with what is read through them, counted by their users: a reload puts new
 * ones in force while a command still reads by the old. The count belongs to the loop's thread. */
#ifndef DAEMON_CONFIGURATION_H
#define DAEMON_CONFIGURATION_H

#include "daemon/settings.h"
#include "daemon/store/chain.h"
#include "daemon/store/seal.h"
#include "mapping/mapfile.h"

struct configuration {
    struct settings settings;
    struct mapping *mapping;
    struct settings_keys keys;
    unsigned users;
};

/* Loads settings, mapping and log key. On failure ret_fault says what people must change. */
enum status configuration_load(const char *file, struct configuration **ret,
                               struct fault *ret_fault);
struct configuration *configuration_use(struct configuration *configuration);
/* The last one frees it. NULL is fine. */
void configuration_drop(struct configuration *configuration);

/* How the sync log is chained, rotated and kept: the section [log]. */
struct chain_rules configuration_log_rules(const struct settings *settings);

/* What the store is opened with; borrows from both. */
struct seal_keys configuration_seal_keys(const struct settings *settings,
                                         const struct settings_keys *keys);
/* Borrowed. */
struct slice configuration_log_key(const struct configuration *configuration);

#endif
