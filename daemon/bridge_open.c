#include "daemon/bridge_inside.h"

#include "daemon/configuration.h"
#include "daemon/log.h"
#include "daemon/work/own_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum status read_definition(const struct settings *settings, enum side side,
                                   struct definition **ret, struct fault *ret_fault)
{
    char *text = NULL;
    size_t size = 0;
    char path[256];
    enum status status = settings_read_definition(
        settings, "connectors", settings->platform[side].definition, &text, &size, path, ret_fault);
    if (status != STATUS_OK)
        return status;
    status = definition_load((struct slice){text, size}, path, ret, ret_fault);
    free(text);
    return status;
}

static enum status read_mapping(const struct settings *settings, struct mapping **ret,
                                struct fault *ret_fault)
{
    char *text = NULL;
    size_t size = 0;
    char path[256];
    enum status status = settings_read_definition(settings, "mapping", settings->mapping, &text,
                                                  &size, path, ret_fault);
    if (status != STATUS_OK)
        return status;
    status = mapping_load((struct slice){text, size}, path, ret, ret_fault);
    free(text);
    return status;
}

static enum status open_http(struct bridge *bridge, enum side side, struct fault *ret_fault)
{
    const struct platform_settings *settings = &bridge->settings->platform[side];
    const struct definition_transport *transport =
        definition_transport(bridge->side[side].definition);
    struct http_options options = {
        .url = settings->url,
        .key = side == MUNICIPAL ? "municipal.url" : "provincial.url",
        .plaintext = transport->plaintext,
        .ca_file = settings->ca_file[0] != '\0' ? settings->ca_file : transport->ca,
        .client_certificate = transport->client_certificate,
        .client_key = transport->client_key,
        .pinned_key = transport->pin,
        .tls_minimum = transport->tls_minimum,
        .parallel = (unsigned)settings->parallel,
        .connect_timeout_ms = transport->connect_timeout_ms,
        .timeout_ms = transport->timeout_ms,
        .low_speed_bytes = transport->low_speed_bytes,
        .low_speed_ms = transport->low_speed_ms,
        .largest_body = transport->largest_body,
    };
    return http_open(bridge->loop, &options, &bridge->side[side].http, ret_fault);
}

static enum status open_side(struct bridge *bridge, enum side side, struct fault *ret_fault)
{
    struct bridge_side *at = &bridge->side[side];
    const struct platform_settings *settings = &bridge->settings->platform[side];
    enum status status = read_definition(bridge->settings, side, &at->definition, ret_fault);
    if (status == STATUS_OK)
        status = settings_read_secret(settings->secret_file,
                                      side == MUNICIPAL ? "municipal.secret_file"
                                                        : "provincial.secret_file",
                                      &at->secret, &at->secret_size, ret_fault);
    if (status == STATUS_OK)
        status = open_http(bridge, side, ret_fault);
    if (status != STATUS_OK)
        return status;
    pace_init(&at->pace, (unsigned)settings->rate);
    at->parked_end = &at->parked;
    (void)uv_timer_init(bridge->loop, &at->pace_timer);
    at->pace_timer.data = bridge;
    return STATUS_OK;
}

static enum status open_store(struct bridge *bridge, struct fault *ret_fault,
                              struct store_error *ret_error)
{
    struct settings_keys read;
    enum status status = settings_read_keys(bridge->settings, &read, ret_fault);
    struct seal_keys keys = configuration_seal_keys(bridge->settings, &read);
    if (status != STATUS_OK) {
        explicit_bzero(&read, sizeof read);
        return status;
    }
    status = store_open(bridge->settings->state_dir, &keys, &bridge->store, ret_error);
    if (status == STATUS_OK) {
        struct chain_rules rules = configuration_log_rules(bridge->settings);
        status = chain_open(bridge->settings->log_dir, keys.log, &rules, store_crashed(bridge->store), &bridge->chain);
        if (status != STATUS_OK)
            *ret_error = (struct store_error){.status = status, .step = "opening the sync log"};
        if (status == STATUS_OK)
            store_log_first(bridge->store, bridge->chain);
        if (status == STATUS_OK)
            status = own_state_look(bridge->store, bridge->chain, bridge_wall_ms() / 1000);
        if (status == STATUS_OK && own_state_doubtful(bridge->store))
            log_event(LOG_STATE_RESTORED, NULL);
        if (status != STATUS_OK && ret_error->status == STATUS_OK)
            *ret_error = (struct store_error){.status = status, .step = "comparing the state with the sync log"};
    }
    explicit_bzero(&read, sizeof read);
    return status;
}

static void fill_desk(struct bridge *bridge)
{
    const struct settings *settings = bridge->settings;
    struct desk *desk = &bridge->cycle.desk;
    desk->store = bridge->store;
    desk->chain = bridge->chain;
    desk->mapping = bridge->mapping;
    desk->digest = bridge->digest;
    desk->definition[MUNICIPAL] = bridge->side[MUNICIPAL].definition;
    desk->definition[PROVINCIAL] = bridge->side[PROVINCIAL].definition;
    desk->region = slice_of(settings->region);
    desk->memory = (size_t)settings->memory_bytes;
    desk->decode_all = settings->decode_all != 0;
    desk->create_accounts = (enum desk_create)settings->create_accounts;
    desk->transfer_submitted = settings->transfer_hours == TRANSFER_SUBMITTED;
    desk->limits = (struct guard_limits){
        .max_revocations_centi = settings->max_revocations_centi,
        .min_revocations = settings->min_revocations,
        .max_updates_centi = settings->max_updates_centi,
        .min_updates = settings->min_updates,
        .min_listing_centi = settings->min_listing_centi,
    };
}

/* The token that an earlier process was given, while it holds. */
static void recall_token(struct bridge *bridge, enum side side)
{
    struct arena arena;
    struct slice token = {0};
    struct slice until = {0};
    char name[32];
    arena_init(&arena, 64 * 1024);
    (void)snprintf(name, sizeof name, "token.%s", side_name(side));
    if (definition_signs_on(bridge->side[side].definition) &&
        store_secret_get(bridge->store, name, &arena, &token) == STATUS_OK && !slice_empty(token)) {
        (void)snprintf(name, sizeof name, "token_until.%s", side_name(side));
        if (store_meta_get(bridge->store, name, &arena, &until) == STATUS_OK &&
            slice_integer(until, &bridge->side[side].token_until))
            bridge->side[side].token = strndup(token.at, token.size);
    }
    arena_free(&arena);
}

static void free_parts(struct bridge *bridge)
{
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        definition_free(bridge->side[side].definition);
        if (bridge->side[side].secret != NULL)
            explicit_bzero(bridge->side[side].secret, bridge->side[side].secret_size);
        free(bridge->side[side].secret);
        free(bridge->side[side].token);
    }
    mapping_free(bridge->mapping);
    digest_free(bridge->digest);
    desk_free(&bridge->cycle.desk);
    arena_free(&bridge->order);
    if (bridge->chain != NULL)
        chain_close(bridge->chain);
    if (bridge->store != NULL)
        store_close(bridge->store);
    free(bridge);
}

enum status bridge_open(uv_loop_t *loop, const struct settings *settings,
                        const struct bridge_callbacks *callbacks, struct bridge **ret,
                        struct fault *ret_fault, struct store_error *ret_store_error)
{
    struct bridge *bridge = calloc(1, sizeof *bridge);
    if (bridge == NULL)
        return fault_set(ret_fault, STATUS_NO_MEMORY, settings->file, 0, "", "", "");
    *ret_store_error = (struct store_error){.status = STATUS_OK};
    bridge->loop = loop;
    bridge->settings = settings;
    bridge->callbacks = *callbacks;
    bridge->ahead_ms = bridge_wall_ms() - bridge_monotonic_ms(bridge);
    arena_init(&bridge->order, 64 * 1024 * 1024);
    enum status status = read_mapping(settings, &bridge->mapping, ret_fault);
    for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES; side++)
        status = open_side(bridge, side, ret_fault);
    if (status == STATUS_OK)
        status = digest_new(DIGEST_SM3, &bridge->digest);
    if (status == STATUS_OK)
        status = open_store(bridge, ret_fault, ret_store_error);
    if (status == STATUS_OK)
        status = worker_start(loop, &bridge->worker);
    if (status != STATUS_OK) {
        /* nothing runs yet but idle handles: the caller gives the loop up */
        free_parts(bridge);
        return status;
    }
    (void)uv_timer_init(loop, &bridge->interrupt_timer);
    bridge->interrupt_timer.data = bridge;
    fill_desk(bridge);
    (void)desk_init(&bridge->cycle.desk);
    recall_token(bridge, MUNICIPAL);
    recall_token(bridge, PROVINCIAL);
    *ret = bridge;
    return STATUS_OK;
}

/* --- new settings ----------------------------------------------------------------------------- */

struct log_change {
    struct chain *chain;
    struct chain_rules rules;
};

static void obey_rules(void *context, struct store *store)
{
    const struct log_change *change = context;
    (void)store;
    chain_obey(change->chain, &change->rules);
}

/* The log is the worker's. */
static enum status change_log(struct bridge *bridge)
{
    struct log_change *change = malloc(sizeof *change);
    if (change == NULL)
        return STATUS_NO_MEMORY;
    *change = (struct log_change){bridge->chain, configuration_log_rules(bridge->settings)};
    return bridge_work(bridge, obey_rules, free, change);
}

enum status bridge_reload(struct bridge *bridge, const struct settings *settings,
                          struct fault *ret_fault)
{
    struct definition *definitions[SIDES] = {NULL, NULL};
    struct mapping *mapping = NULL;
    if (bridge->run != NULL)
        return STATUS_BUSY;
    enum status status = read_mapping(settings, &mapping, ret_fault);
    for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES; side++)
        status = read_definition(settings, side, &definitions[side], ret_fault);
    if (status != STATUS_OK) {
        mapping_free(mapping);
        definition_free(definitions[MUNICIPAL]);
        definition_free(definitions[PROVINCIAL]);
        return status;
    }
    mapping_free(bridge->mapping);
    bridge->mapping = mapping;
    bridge->settings = settings;
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        definition_free(bridge->side[side].definition);
        bridge->side[side].definition = definitions[side];
        pace_init(&bridge->side[side].pace, (unsigned)settings->platform[side].rate);
    }
    fill_desk(bridge);
    return change_log(bridge);
}

/* --- closing ---------------------------------------------------------------------------------- */

static void part_closed(struct bridge *bridge)
{
    if (--bridge->closing > 0)
        return;
    void (*closed)(void *) = bridge->closed;
    void *context = bridge->closed_context;
    free_parts(bridge);
    if (closed != NULL)
        closed(context);
}

static void http_closed(void *context)
{
    part_closed(context);
}

static void timer_closed(uv_handle_t *handle)
{
    part_closed(handle->data);
}

void bridge_close(struct bridge *bridge, void (*closed)(void *context), void *context)
{
    bridge->closed = closed;
    bridge->closed_context = context;
    bridge->closing = 2 * SIDES + 2;
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        http_close(bridge->side[side].http, http_closed, bridge);
        uv_close((uv_handle_t *)&bridge->side[side].pace_timer, timer_closed);
    }
    uv_close((uv_handle_t *)&bridge->interrupt_timer, timer_closed);
    worker_close(bridge->worker, http_closed, bridge);
}
