/* A full listing against the roll of the one before (store/roll.h): rows that come with the bytes of last
 * time are told by their digest, and pages that do are not even taken apart. What a page brought is the
 * roll's page from then on. Of each side's entity one listing at a time, its pages one by one. */
#ifndef WORK_ROLL_CALL_H
#define WORK_ROLL_CALL_H

#include "daemon/sync/exchange.h"
#include "daemon/work/desk.h"

/* That page is about to be read. ret: what its rows may come as again; size 0: they are looked at. */
enum status roll_call_open(struct desk *desk, enum side side, enum entity entity, unsigned page,
                           struct split_expected *ret);
/* Behind a page that came: by what the next one is known, if all that it brought is still staged so. In the exchange's
 * arena; without an ETag: it has to come. */
enum status roll_call_ahead(struct desk *desk, struct exchange *exchange, struct known_page *ret);
/* That page was named to the platform, which answered that it is the same. ret: it is taken for that; not when
 * something on it became another meanwhile, nor when the answer is about another ETag. */
enum status roll_call_believe(struct desk *desk, const struct exchange *exchange, const struct reply *reply,
                              bool *ret);
/* Of the page that was believed: the total that it stated, and all of its rows taken for present, which fills ret but
 * for what stood around them. */
int64_t roll_call_total(const struct desk *desk, enum side side, enum entity entity);
enum status roll_call_unsent(struct desk *desk, enum side side, enum entity entity, struct page_facts *ret);
/* A row of the page that is open, by the digest of its bytes. Is it, as it stands staged, on the roll? The
 * time of one that came elsewhere than last time may be 0: not known. */
bool roll_call_find(struct desk *desk, enum side side, enum entity entity, const struct hash *raw,
                    struct roll_entry *ret);
/* A row of the page, found or not, staged as the entry says. ret_before: it came in this cycle already. */
enum status roll_call_present(struct desk *desk, enum side side, enum entity entity,
                              const struct roll_entry *entry, bool *ret_before);
/* All rows came as they were expected. ret: the page's entries, until it is closed. */
const struct roll_page *roll_call_same(const struct desk *desk, enum side side, enum entity entity);
/* Likewise; one of these entries. */
enum status roll_call_again(struct desk *desk, enum side side, enum entity entity,
                            const struct roll_entry *entry, bool *ret_before);
/* All rows of the page were present. In a transaction. */
struct roll_came {
    const struct answer *answer;
    const struct page_facts *facts;
};
enum status roll_call_close(struct desk *desk, enum side side, enum entity entity, const struct roll_came *came);
/* A listing has ended that brought every record: the others are missing. In a transaction. */
enum status roll_call_end(struct desk *desk, enum side side, enum entity entity);
/* Did a full listing of this cycle bring it? */
bool roll_call_listed(const struct desk *desk, int64_t slot);

void roll_call_clear(struct desk *desk); /* memory is given back */

#endif
