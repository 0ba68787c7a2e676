/* A reply read and put where it belongs: by what its exchange was for, in one transaction. */
#ifndef WORK_RECEIVE_H
#define WORK_RECEIVE_H

#include "connectors/message.h"
#include "daemon/sync/exchange.h"
#include "daemon/work/desk.h"

/* ret_token: TOKEN only, the token in the exchange's arena. */
void receive(struct desk *desk, struct exchange *exchange, const struct reply *reply,
             struct received *ret, struct slice *ret_token);

#endif
