#include "daemon/work/recent_page.h"

#include <string.h>

static bool speaks(const struct desk *desk, const struct recent_page *page)
{
    return page->rows.count > 0 && page->strikes == roll_strikes(desk->store) && !desk->any_lower &&
           !desk->decode_all;
}

void recent_page_open(struct desk *desk, enum side side, enum entity entity, struct split_expected *ret)
{
    struct recent_page *page = &desk->recent_pages[side][entity];
    *ret = (struct split_expected){0};
    desk->recent = NULL;
    if (page->run == desk->run)
        return;
    page->run = desk->run;
    desk->recent = page;
    if (!speaks(desk, page))
        return;
    ret->size = page->rows.size;
    memcpy(ret->digest, page->rows.digest, sizeof ret->digest);
}

void recent_page_none(struct desk *desk)
{
    desk->recent = NULL;
}

void recent_page_begin(struct desk *desk)
{
    desk->recent->rows.count = 0;
    desk->recent->changed = false;
    desk->recent->strikes = -1; /* until all of it was taken in */
}

enum status recent_page_row(struct desk *desk, const struct roll_entry *entry, bool unchanged)
{
    desk->recent->changed = desk->recent->changed || !unchanged;
    return desk->recent->changed ? STATUS_OK : roll_page_add(&desk->recent->rows, entry);
}

void recent_page_close(struct desk *desk, struct slice array)
{
    struct recent_page *page = desk->recent;
    page->strikes = roll_strikes(desk->store);
    page->rows.size = array.size;
    digest_quick(array, page->rows.digest);
    if (page->changed)
        page->rows.count = 0;
}

void recent_page_clear(struct desk *desk)
{
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        for (int entity = 0; entity < ENTITIES; entity++) {
            roll_page_free(&desk->recent_pages[side][entity].rows);
            desk->recent_pages[side][entity] = (struct recent_page){.run = 0};
        }
    }
    desk->recent = NULL;
}
