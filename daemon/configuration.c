#include "daemon/configuration.h"

#include <stdlib.h>
#include <string.h>

static enum status load_mapping(struct configuration *configuration, struct fault *fault)
{
    char *text = NULL, path[256];
    size_t size = 0;
    enum status status =
        settings_read_definition(&configuration->settings, "mapping",
                                 configuration->settings.mapping, &text, &size, path, fault);
    if (status == STATUS_OK)
        status = mapping_load((struct slice){text, size}, path, &configuration->mapping, fault);
    free(text);
    return status;
}

enum status configuration_load(const char *file, struct configuration **ret,
                               struct fault *ret_fault)
{
    struct configuration *configuration = calloc(1, sizeof *configuration);
    if (configuration == NULL)
        return fault_set(ret_fault, STATUS_NO_MEMORY, file, 0, "", "", "");
    configuration->users = 1;
    enum status status = settings_load(file, &configuration->settings, ret_fault);
    if (status == STATUS_OK)
        status = settings_read_keys(&configuration->settings, &configuration->keys, ret_fault);
    if (status == STATUS_OK)
        status = load_mapping(configuration, ret_fault);
    if (status == STATUS_OK)
        *ret = configuration;
    else
        configuration_drop(configuration);
    return status;
}

struct configuration *configuration_use(struct configuration *configuration)
{
    configuration->users++;
    return configuration;
}

void configuration_drop(struct configuration *configuration)
{
    if (configuration == NULL || --configuration->users > 0)
        return;
    mapping_free(configuration->mapping);
    settings_free(&configuration->settings);
    explicit_bzero(&configuration->keys, sizeof configuration->keys);
    free(configuration);
}

struct chain_rules configuration_log_rules(const struct settings *settings)
{
    return (struct chain_rules){
        .hash = (enum digest_kind)settings->log_hash,
        .rotate_bytes = settings->log_rotate_bytes,
        .keep_seconds = settings->log_keep_ms / 1000,
        .keep_movement_seconds = settings->log_keep_movements_ms / 1000,
    };
}

static struct slice bytes_of(const uint8_t key[32], bool given)
{
    return (struct slice){(const char *)key, given ? 32 : 0};
}

struct seal_keys configuration_seal_keys(const struct settings *settings,
                                         const struct settings_keys *keys)
{
    return (struct seal_keys){
        .log = bytes_of(keys->log, true),
        .seal = bytes_of(keys->seal, keys->has_seal),
        .former = bytes_of(keys->former, keys->has_former),
        .cipher = (enum seal_cipher)settings->cipher,
    };
}

struct slice configuration_log_key(const struct configuration *configuration)
{
    return bytes_of(configuration->keys.log, true);
}
