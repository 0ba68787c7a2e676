/* The network of a simulation, in the place of daemon/net/http.c: messages wait until the loop delivers one, in
 * any order, straight to the reference platform of their side (world.h). */
#ifndef SIM_WIRE_H
#define SIM_WIRE_H

#include "connectors/message.h"

#include <stdbool.h>
#include <stddef.h>

size_t wire_pending(void);
/* Delivers one of the messages that are under way, and its answer. */
void wire_deliver(void);
/* The machine that sends is dead (true): of what is under way some still arrives, nothing is answered; whatever
 * is sent later goes nowhere. False: a new network. */
void wire_cut(bool cut);
/* Whoever is to see each message that arrives at its platform, with the answer and when it was sent (loop_now_ms);
 * NULL: nobody. */
typedef void (*wire_watcher)(int side, const struct message *message, const struct reply *reply, int64_t sent_ms);
void wire_watch(wire_watcher watcher);

#endif
