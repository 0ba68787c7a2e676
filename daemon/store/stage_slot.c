#include "daemon/store/stage_slot.h"

#include "daemon/store/statement.h"
#include "mapping/digest.h"

#include <stdlib.h>
#include <string.h>

enum { NOTED = 4096, ID_MOST = 53 /* so that one takes 64 bytes */, ABSENT = -1 };

struct slot_noted {
    int64_t slot; /* 0: nothing is noted; ABSENT: no such record is staged */
    uint8_t side, entity, size;
    char id[ID_MOST];
};

static const struct sql find = {"find a staged record", "SELECT slot FROM stage.record WHERE side = ?1"
                                                        " AND entity = ?2 AND id = ?3"};

static struct slot_noted *place_of(const struct store *store, enum side side, enum entity entity,
                                   struct slice remote_id)
{
    uint8_t digest[16];
    uint32_t at = 0;
    digest_quick(remote_id, digest);
    memcpy(&at, digest, sizeof at);
    return &store->slots_noted[(at + (uint32_t)entity * SIDES + (uint32_t)side) % NOTED];
}

static bool is_noted(const struct slot_noted *noted, enum side side, enum entity entity, struct slice remote_id)
{
    return noted->slot != 0 && noted->side == (uint8_t)side && noted->entity == (uint8_t)entity &&
           slice_equal((struct slice){noted->id, noted->size}, remote_id);
}

void stage_slot_note(struct store *store, enum side side, enum entity entity, struct slice remote_id, int64_t slot)
{
    /* what a reader sees may be taken away by the daemon */
    if (store->reader || remote_id.size > ID_MOST || slice_empty(remote_id))
        return;
    if (store->slots_noted == NULL)
        store->slots_noted = calloc(NOTED, sizeof *store->slots_noted);
    if (store->slots_noted == NULL)
        return; /* it is looked for each time */
    struct slot_noted *noted = place_of(store, side, entity, remote_id);
    *noted = (struct slot_noted){.slot = slot, .side = (uint8_t)side, .entity = (uint8_t)entity,
                                 .size = (uint8_t)remote_id.size};
    memcpy(noted->id, remote_id.at, remote_id.size);
}

enum status stage_slot(struct store *store, enum side side, enum entity entity, struct slice remote_id, int64_t *ret)
{
    struct statement statement;
    const struct slot_noted *noted =
        store->slots_noted == NULL ? NULL : place_of(store, side, entity, remote_id);
    if (noted != NULL && is_noted(noted, side, entity, remote_id)) {
        if (noted->slot == ABSENT)
            return STATUS_NOT_FOUND;
        *ret = noted->slot;
        return STATUS_OK;
    }
    statement_open(&statement, store, &find);
    statement_bind_number(&statement, side);
    statement_bind_number(&statement, entity);
    statement_bind_id(&statement, remote_id);
    enum status status = statement_row(&statement);
    if (status == STATUS_NOT_FOUND) /* and so it will be added next */
        stage_slot_note(store, side, entity, remote_id, ABSENT);
    if (status != STATUS_OK)
        return status;
    int64_t slot = statement_read_number(&statement);
    status = statement_close(&statement);
    if (status != STATUS_OK)
        return status;
    stage_slot_note(store, side, entity, remote_id, slot);
    *ret = slot;
    return STATUS_OK;
}

void stage_slot_forget(struct store *store)
{
    free(store->slots_noted);
    store->slots_noted = NULL;
}
