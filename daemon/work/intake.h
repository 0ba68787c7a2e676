/* Rows into the stage: what a page or an answer said of a record becomes one staged row, marked to be
 * judged when its content is new. An unchanged row costs a digest compare. Inside a transaction. */
#ifndef WORK_INTAKE_H
#define WORK_INTAKE_H

#include "connectors/listing.h"
#include "daemon/work/desk.h"

enum intake_outcome {
    INTAKE_UNCHANGED,
    INTAKE_CHANGED,   /* new, or with other content: to be judged */
    INTAKE_RESPELLED, /* other bytes, the same canonical content */
    INTAKE_STALE,     /* a lower version than one already seen, or under a known id another record:
                         ignored, read again by id */
    INTAKE_UNREADABLE /* no id can be read: nothing can be kept */
};

/* How a record came. */
enum intake_way {
    INTAKE_LISTED,   /* in a full listing: marks it seen */
    INTAKE_SEARCHED, /* in an increment, or in the answer to a query */
    INTAKE_BY_ID,    /* read by its id, or as stored in the answer to a write */
    INTAKE_PUT_RIGHT /* by its id, and lower than what an answer had said of it, which was not true */
};

/* One record of a side. */
enum status intake_record(struct desk *desk, enum side side, enum entity entity, struct slice row,
                          enum intake_way way, enum intake_outcome *ret);

/* The same of one that was decoded already, and can be read. */
enum status intake_decoded(struct desk *desk, enum side side, enum entity entity, struct slice row,
                           const struct decoded *decoded, enum intake_way way, enum intake_outcome *ret);

/* A whole page; fills what the listing has to know. ret_stopped: a required field was missing in every
 * record of a page of 20 or more (schema_drift): the entity stops, and nothing of the page is kept. */
enum status intake_page(struct desk *desk, enum side side, enum entity entity,
                        const struct answer *answer, bool listed, struct page_facts *ret,
                        bool *ret_stopped);

/* A staged account under another region of the settings: in scope or out of it as it stands, marked to be judged
 * with what hangs on it when that changed. In the desk's arena. */
enum status intake_restate(struct desk *desk, enum side side, struct slice remote_id, bool *ret_changed,
                           bool *ret_outside);

/* The record is gone: a read by its id answered 'no such record'. */
enum status intake_gone(struct desk *desk, enum side side, enum entity entity,
                        struct slice remote_id);
/* A staged record read once more, by the mapping as it is now; its request, version and listing stay. In a
 * transaction. ret_changed: it is another record by that. */
enum status intake_decode_again(struct desk *desk, enum side side, enum entity entity, struct slice remote_id,
                                bool *ret_changed);

/* A row as another state held it, put in as it was: its hashes are made anew, nothing is marked or woken. */
enum status intake_put_back(struct desk *desk, struct staged *staged);

#endif
