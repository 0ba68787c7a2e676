#include "daemon/recording/replay_inside.h"

#include "connectors/definition.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEXTS_BYTES = 64 * 1024 * 1024 };

/* The state holds nothing but pseudonyms, and is gone with the replay. */
static const char key[] = "the key of a state that is thrown";

static enum status open_state(struct replay *replay)
{
    const char *folder = getenv("TMPDIR");
    (void)snprintf(replay->folder, sizeof replay->folder, "%.200s/cebridge-replay-XXXXXX",
                   folder == NULL || folder[0] == '\0' ? "/tmp" : folder);
    if (mkdtemp(replay->folder) == NULL) {
        replay->folder[0] = '\0';
        return STATUS_IO;
    }
    return store_open(replay->folder, &(struct seal_keys){.log = {key, 32}}, &replay->store, NULL);
}

static enum status load(struct replay *replay, const json_t *head)
{
    struct fault fault = {.status = STATUS_OK};
    enum status status = mapping_load(line_get_text(head, "mapping"), "mapping", &replay->mapping, &fault);
    for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES; side++)
        status = definition_load(line_get_text(head, side_name(side)), side_name(side), &replay->definition[side],
                                 &fault);
    return status == STATUS_OK ? digest_new(DIGEST_SM3, &replay->digest) : status;
}

static enum status read_codes(struct replay *replay, const json_t *list, const struct slice **ret,
                              size_t *ret_count)
{
    size_t count = json_array_size(list);
    struct slice *codes = arena_alloc(&replay->texts, (count + 1) * sizeof *codes);
    for (size_t index = 0; codes != NULL && index < count; index++)
        codes[index] = arena_copy(&replay->texts, slice_of(json_string_value(json_array_get(list, index))));
    *ret = codes;
    *ret_count = count;
    return codes == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

static void fill_desk(struct replay *replay, const json_t *head)
{
    struct desk *desk = &replay->cycle.desk;
    *desk = (struct desk){.store = replay->store, .mapping = replay->mapping, .digest = replay->digest};
    desk->definition[MUNICIPAL] = replay->definition[MUNICIPAL];
    desk->definition[PROVINCIAL] = replay->definition[PROVINCIAL];
    desk->region = arena_copy(&replay->texts, line_get_text(head, "region"));
    desk->create_accounts = (enum desk_create)line_get_number(head, "create_accounts");
    desk->transfer_submitted = line_get_number(head, "transfer_submitted") != 0;
    desk->limits = (struct guard_limits){
        .max_revocations_centi = line_get_number(head, "max_revocations"),
        .min_revocations = line_get_number(head, "min_revocations"),
        .max_updates_centi = line_get_number(head, "max_updates"),
        .min_updates = line_get_number(head, "min_updates"),
        .min_listing_centi = line_get_number(head, "min_listing"),
    };
    (void)desk_init(desk);
    desk->organisation_changed = line_get_number(head, "organisation_changed") != 0;
    desk->ambiguous_open = line_get_number(head, "ambiguous_open") != 0;
    desk->any_lower = line_get_number(head, "any_lower") != 0;
    desk->now = line_get_number(head, "now");
    desk->by_operator = line_get_number(head, "by_operator") != 0;
    desk->full = line_get_number(head, "kind") == RUN_FULL;
    desk->scope.limited = line_get_number(head, "kind") == RUN_SCOPED;
    desk->scope.year = (int)line_get_number(head, "year");
    desk->scope.region = arena_copy(&replay->texts, line_get_text(head, "scope_region"));
    desk->order.reviewed = line_get_number(head, "reviewed") != 0;
    desk->order.undo_run = line_get_number(head, "undo_run");
    desk->order.undo_conflict = line_get_number(head, "undo_conflict");
}

static enum status fill_cycle(struct replay *replay, const json_t *head)
{
    struct cycle *cycle = &replay->cycle;
    int64_t kind = line_get_number(head, "kind");
    fill_desk(replay, head);
    if (kind < RUN_INCREMENTAL || kind > RUN_SCOPED)
        return STATUS_CORRUPT;
    cycle->kind = (enum run_kind)line_get_number(head, "kind");
    cycle->dry = line_get_number(head, "dry") != 0;
    cycle->settings_observe = line_get_number(head, "observe") != 0;
    cycle->started = line_get_number(head, "started");
    enum status status =
        read_codes(replay, json_object_get(head, "persons"), &cycle->persons, &cycle->person_count);
    if (status == STATUS_OK)
        status = read_codes(replay, json_object_get(head, "organisations"), &cycle->organisations,
                            &cycle->organisation_count);
    cycle_begin(cycle);
    return status;
}

static int64_t number_of_side(const json_t *head, const char *name, enum side side)
{
    char whole[40];
    (void)snprintf(whole, sizeof whole, "%s_%s", name, side_name(side));
    return line_get_number(head, whole);
}

static enum status make_run(struct replay *replay, const json_t *head)
{
    struct desk *desk = &replay->cycle.desk;
    struct run_setup setup = {
        .kind = replay->cycle.kind,
        .region = slice_empty(desk->scope.region) ? desk->region : desk->scope.region,
        .year = desk->scope.year,
        .named = replay->cycle.person_count + replay->cycle.organisation_count > 0,
        .dry = replay->cycle.dry,
        .now = line_get_number(head, "now"),
        .overlap_seconds = line_get_number(head, "overlap_seconds"),
        .settle_ms = line_get_number(head, "settle_ms"),
        .seed = strtoull(line_get_word(head, "seed"), NULL, 16),
    };
    struct slice *parts = arena_alloc(&replay->texts, REPLAY_PARTS * sizeof *parts);
    if (parts == NULL)
        return STATUS_NO_MEMORY;
    setup.part_count = mapping_regions_inside(replay->mapping, desk->region, parts, REPLAY_PARTS);
    setup.parts = parts;
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        setup.definition[side] = replay->definition[side];
        setup.parallel[side] = (unsigned)number_of_side(head, "parallel", side);
        setup.left_alone[side] = number_of_side(head, "left_alone", side) != 0;
        setup.probe[side] = number_of_side(head, "probe", side) != 0;
        setup.retries[side].spent = number_of_side(head, "retries_spent", side);
        setup.has_offset[side] = number_of_side(head, "measured", side) != 0;
        setup.offset_ms[side] = number_of_side(head, "offset_ms", side);
    }
    return run_new(&setup, &replay->run);
}

enum status replay_open(struct replay *replay, const json_t *head)
{
    arena_init(&replay->texts, TEXTS_BYTES);
    enum status status = load(replay, head);
    if (status == STATUS_OK)
        status = open_state(replay);
    if (status == STATUS_OK)
        status = fill_cycle(replay, head);
    return status == STATUS_OK ? make_run(replay, head) : status;
}

static void remove_folder(const char *folder)
{
    const struct dirent *entry = NULL;
    DIR *listing = opendir(folder);
    while (listing != NULL && (entry = readdir(listing)) != NULL)
        (void)unlinkat(dirfd(listing), entry->d_name, 0);
    if (listing != NULL)
        (void)closedir(listing);
    (void)rmdir(folder);
}

void replay_close(struct replay *replay)
{
    run_free(replay->run);
    while (replay->pending != NULL) {
        struct pending *next = replay->pending->next;
        exchange_free(replay->pending->exchange);
        free(replay->pending);
        replay->pending = next;
    }
    while (replay->jobs != NULL) {
        struct asked_job *next = replay->jobs->next;
        free(replay->jobs);
        replay->jobs = next;
    }
    if (replay->cycle.desk.store != NULL) {
        cycle_end(&replay->cycle);
        desk_free(&replay->cycle.desk);
    }
    if (replay->store != NULL)
        store_close(replay->store);
    if (replay->folder[0] != '\0')
        remove_folder(replay->folder);
    digest_free(replay->digest);
    definition_free(replay->definition[MUNICIPAL]);
    definition_free(replay->definition[PROVINCIAL]);
    mapping_free(replay->mapping);
    arena_free(&replay->texts);
}
