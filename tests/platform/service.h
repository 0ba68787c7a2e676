/* Both platforms and the faults that they play, under one lock. */
#ifndef PLATFORM_SERVICE_H
#define PLATFORM_SERVICE_H

#include "tests/platform/city.h"
#include "tests/platform/platform.h"

#include <pthread.h>

/* How an answer is to reach its caller. */
enum delivery_way {
    DELIVER_WHOLE,
    DELIVER_NOTHING,    /* the connection is closed without an answer */
    DELIVER_HALF,       /* closed in the middle of the body */
    DELIVER_THEN_CLOSE, /* closed behind the answer, unannounced */
    DELIVER_SLOWLY,     /* a byte each `ms` */
    DELIVER_HUGE        /* `bytes` in all instead of the body */
};

struct delivery {
    enum delivery_way way;
    int64_t delay_ms;
    int64_t ms;
    int64_t bytes;
    int64_t date; /* instant of the Date header */
};

struct service {
    pthread_mutex_t lock;
    struct platform platforms[2]; /* by enum platform_side */
    struct faults faults;
    struct settings settings;
    struct city_options city;
    struct city_expected expected;
    bool built;
};

/* Builds both stores anew, with the city unless it has no people. Settings stay. NO_MEMORY. */
enum status service_build(struct service *service);
void service_free(struct service *service);
/* Answers a request to that platform, faults included. */
void service_answer(struct service *service, enum platform_side side, struct request *request,
                    struct answer *answer, struct delivery *ret);

#endif
