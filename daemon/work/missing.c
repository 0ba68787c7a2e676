#include "daemon/work/missing.h"

#include "daemon/work/damage.h"

#include "daemon/work/region.h"
#include "daemon/work/signs.h"

#include <stdio.h>

enum { AT_ONCE = PLATFORM_SENTINELS, WALK_BYTES = 64 * 1024 };

/* Which of the records that are missing are asked for. */
enum asked { ASK_NONE, ASK_SENTINELS, ASK_ALL };

struct search {
    struct desk *desk;
    enum side side;
    enum entity entity;
    bool first;
    enum asked ask;
    struct arena walk; /* of the one record at hand */
    int64_t missing, asked;
};

/* Who stands outside the region is looked at only while the link is held: she may come back. What hangs on her
 * went with her. */
static enum status out_of_sight(struct search *at, const struct staged *missing, bool *ret)
{
    struct link link = {0};
    *ret = false;
    if (at->entity != ENTITY_ACCOUNT)
        return region_outside(at->desk, at->side, missing->person, ret);
    *ret = missing->state == STAGED_OUTSIDE;
    if (!*ret || at->first) /* the first time no listing says that she came back */
        return STATUS_OK;
    enum status status = link_by_remote(at->desk->store, at->entity, at->side, missing->remote_id,
                                        &at->walk, &link);
    *ret = status == STATUS_NOT_FOUND || (status == STATUS_OK && link.state == LINK_ASIDE);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status ask(struct search *at, const struct link *link, struct slice remote_id)
{
    bool asked = at->ask == ASK_ALL;
    at->missing++;
    if (at->ask == ASK_SENTINELS && link->number != 0) {
        enum status status = signs_sentinel(at->desk, link, &asked);
        if (status != STATUS_OK)
            return status;
    }
    if (!asked)
        return STATUS_OK;
    at->asked++;
    return need_by_id(at->desk, at->side, at->entity, remote_id, &asked);
}

static enum status missing_row(struct search *at, const struct staged *missing)
{
    struct link link = {0};
    bool hidden = false;
    enum status status = out_of_sight(at, missing, &hidden);
    if (status != STATUS_OK || hidden)
        return status;
    if (at->ask == ASK_SENTINELS)
        status = link_by_remote(at->desk->store, at->entity, at->side, missing->remote_id, &at->walk,
                                &link);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    return ask(at, &link, missing->remote_id);
}

/* Staged rows that the listing did not bring. */
static enum status walk_rows(struct search *at)
{
    struct staged missing = {0};
    char last[72] = "";
    enum status status = STATUS_OK;
    while (status == STATUS_OK) {
        arena_reset(&at->walk);
        status = stage_next_missing(at->desk->store, at->side, at->entity, slice_of(last), &at->walk,
                                    &missing);
        if (status != STATUS_OK)
            break;
        (void)snprintf(last, sizeof last, "%.*s", (int)missing.remote_id.size, missing.remote_id.at);
        status = damage_pass_over(at->desk, missing_row(at, &missing));
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Its counterpart is judged once it is known whether the record is there. */
static enum status missing_link(struct search *at, const struct link *link)
{
    struct desk *desk = at->desk;
    enum side other = side_other(at->side);
    struct staged staged = {0};
    struct slice remote_id = link->remote_id[at->side];
    if (slice_empty(remote_id) || link->state == LINK_ASIDE)
        return STATUS_OK;
    enum status status = stage_glance(desk->store, at->side, at->entity, remote_id, &staged);
    if (status != STATUS_NOT_FOUND)
        return status;
    status = at->ask == ASK_NONE || slice_empty(link->remote_id[other])
                 ? STATUS_OK
                 : stage_set_dirty(desk->store, other, at->entity, link->remote_id[other], true);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    return ask(at, link, remote_id);
}

/* Links whose record is not even staged. */
static enum status walk_links(struct search *at)
{
    struct link link = {0};
    int64_t after = 0;
    enum status status = STATUS_OK;
    while (status == STATUS_OK) {
        arena_reset(&at->walk);
        status = link_next(at->desk->store, at->entity, after, &at->walk, &link);
        if (status != STATUS_OK)
            break;
        after = link.number;
        status = missing_link(at, &link);
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status search(struct search *at, enum asked ask_for)
{
    at->ask = ask_for;
    at->missing = at->asked = 0;
    enum status status = at->first ? walk_links(at) : STATUS_OK;
    return status == STATUS_OK ? walk_rows(at) : status;
}

static enum status begin(struct search *at)
{
    enum status status = search(at, ASK_NONE);
    if (status != STATUS_OK || at->missing == 0)
        return status;
    if (at->missing <= AT_ONCE || at->desk->rebasing[at->side])
        return search(at, ASK_ALL);
    status = search(at, ASK_SENTINELS);
    if (status == STATUS_OK && at->asked == 0)
        return search(at, ASK_ALL);
    at->desk->missing_left[at->side][at->entity] = true;
    at->desk->known_first[at->side][at->entity] = at->first;
    return status;
}

enum status missing_ask(struct desk *desk, enum side side, enum entity entity, bool first)
{
    struct search at = {.desk = desk, .side = side, .entity = entity, .first = first};
    arena_init(&at.walk, WALK_BYTES);
    enum status status = begin(&at);
    arena_free(&at.walk);
    return status;
}

enum status missing_rest(struct desk *desk)
{
    enum status status = STATUS_OK;
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        for (int entity = 0; status == STATUS_OK && entity < ENTITIES; entity++) {
            struct search at = {.desk = desk, .side = side, .entity = (enum entity)entity};
            if (!desk->missing_left[side][entity])
                continue;
            desk->missing_left[side][entity] = false;
            at.first = desk->known_first[side][entity];
            arena_init(&at.walk, WALK_BYTES);
            status = search(&at, ASK_ALL);
            arena_free(&at.walk);
        }
    }
    return status;
}
