#include "daemon/store/cover.h"

#include <string.h>

static void append_number(struct buffer *buffer, uint64_t number, size_t bytes)
{
    char text[sizeof number];
    for (size_t index = 0; index < bytes; index++)
        text[index] = (char)(number >> (8 * (bytes - 1 - index)) & 0xFF);
    buffer_append(buffer, (struct slice){text, bytes});
}

/* Length first: no two rows of values give the same bytes. */
static void append_text(struct buffer *buffer, struct slice text)
{
    if (text.size > UINT32_MAX) {
        buffer->status = STATUS_TOO_LARGE;
        return;
    }
    append_number(buffer, text.size, 4);
    buffer_append(buffer, text);
}

void cover_begin(struct cover *cover, struct store *store, enum seal_room room)
{
    *cover = (struct cover){.store = store, .room = room};
    buffer_clear(&store->bound);
    buffer_clear(&store->plain);
    buffer_clear(&store->sealed);
    cover_bind_number(cover, (int64_t)room);
}

void cover_bind_number(struct cover *cover, int64_t number)
{
    append_number(&cover->store->bound, (uint64_t)number, sizeof number);
}

void cover_bind_text(struct cover *cover, struct slice text)
{
    append_text(&cover->store->bound, text);
}

void cover_bind_hash(struct cover *cover, const struct hash *hash)
{
    buffer_append(&cover->store->bound, (struct slice){(const char *)hash->at, HASH_BYTES});
}

void cover_add(struct cover *cover, struct slice text)
{
    append_text(&cover->store->plain, text);
}

enum status cover_close(struct cover *cover, struct slice *ret_sealed)
{
    struct store *store = cover->store;
    if (store->bound.status != STATUS_OK)
        return store->bound.status;
    if (store->plain.status != STATUS_OK)
        return store->plain.status;
    enum status status = seal_close(store->seal, cover->room, buffer_slice(&store->bound),
                                    buffer_slice(&store->plain), &store->sealed);
    if (status == STATUS_OK)
        *ret_sealed = buffer_slice(&store->sealed);
    return status;
}

void cover_name(struct cover *cover, int64_t number)
{
    cover->number = number;
}

enum status cover_open(struct cover *cover, struct slice sealed, struct arena *arena)
{
    struct store *store = cover->store;
    cover->status = store->bound.status;
    if (cover->status == STATUS_OK)
        cover->status = seal_open(store->seal, cover->room, buffer_slice(&store->bound), sealed,
                                  arena, &cover->rest);
    if (cover->status == STATUS_CORRUPT) {
        store->unsealed = true;
        store->damage = (struct store_damage){.room = cover->room, .number = cover->number};
    }
    if (cover->status == STATUS_OK && store->resealing) {
        buffer_clear(&store->resealed[cover->room]);
        cover->status = seal_close(store->seal, cover->room, buffer_slice(&store->bound), cover->rest,
                                   &store->resealed[cover->room]);
    }
    return cover->status;
}

struct slice cover_take(struct cover *cover)
{
    struct slice *rest = &cover->rest;
    size_t size = 0;
    if (cover->status != STATUS_OK || rest->size < 4) {
        cover->status = cover->status == STATUS_OK ? STATUS_CORRUPT : cover->status;
        return (struct slice){0};
    }
    for (size_t index = 0; index < 4; index++)
        size = size << 8 | (unsigned char)rest->at[index];
    if (size > rest->size - 4) {
        cover->status = STATUS_CORRUPT;
        return (struct slice){0};
    }
    struct slice text = {rest->at + 4, size};
    rest->at += 4 + size;
    rest->size -= 4 + size;
    return size == 0 ? (struct slice){0} : text;
}
