/* What a run is inside: for run.c, run_effect.c, run_stream.c and run_answer.c only. The
 * phase is changed by run.c alone. */
#ifndef SYNC_RUN_INSIDE_H
#define SYNC_RUN_INSIDE_H

#include "daemon/sync/run.h"

enum { EFFECTS_MOST = 256, STREAMS = SIDES * ENTITIES };

enum phase {
    PHASE_OPENING,
    PHASE_READING,   /* signing on and streams, each side on its own */
    PHASE_LISTED,    /* streams ended: what they lack is looked for */
    PHASE_NEEDS,
    PHASE_RESOLVING,
    PHASE_DECIDING,
    PHASE_GUARDING,
    PHASE_WRITING,
    PHASE_AFTERMATH, /* what stayed unknown is looked for */
    PHASE_SETTLING,  /* the platforms compute their yearly results */
    PHASE_ANNUAL,    /* which are read once more */
    PHASE_CHECKING,  /* learners' years */
    PHASE_CLOSING,
    PHASE_ENDED
};

struct stream {
    enum side side;
    enum entity entity;
    struct listing listing;
    bool used, running, done, listed;
    bool divided;      /* read region by region since its cursor died twice: never certified */
    size_t part;       /* of the regions, the one at hand */
    int64_t watermark; /* the least of the parts' */
};

struct run {
    struct run_setup setup;
    enum phase phase;
    enum run_end end;
    struct run_side side[SIDES];
    struct stream streams[STREAMS];
    int64_t since[SIDES][ENTITIES];
    int64_t known[SIDES][ENTITIES];
    int64_t writes, answered;  /* of the plans that passed the guard; of these, with an outcome */
    bool ready[SIDES];         /* its clock was asked; streams run */
    bool asked_clock[SIDES];
    bool probing[SIDES];       /* its first request is out, alone */
    unsigned doubtful[SIDES];  /* writes in a row of which nobody knows whether they happened */
    unsigned flying[SIDES];    /* exchanges out, waiting ones too */
    unsigned jobs;             /* jobs out */
    unsigned rounds;
    unsigned wave;
    bool need_asked[SIDES];    /* a JOB_NEED is out */
    bool need_empty[SIDES];
    bool write_asked;
    bool write_room[SIDES];    /* the sides that it was asked for */
    bool write_empty[SIDES];   /* nothing left in this wave */
    unsigned wave_left;
    bool again;                /* something was overtaken or unknown: decide again */
    bool unknown_pending;      /* unknown writes were asked for and are to be resolved */
    bool wrote;                /* something was sent: the platforms' yearly results may change */
    bool settling, settled;
    bool stop;
    bool guard;
    uint64_t random;
    struct effect effects[EFFECTS_MOST];
    size_t effect_count, effect_next;
};

/* One more effect, taken by run_effect in this order. No room for it ends the run. */
void run_effect_add(struct run *run, const struct effect *effect);
/* Hands the exchange over; counted as flying until it is answered. */
void run_effect_send(struct run *run, struct exchange *exchange);
/* Asks for a job with the fields that it names; counted until EVENT_JOB. */
void run_effect_job(struct run *run, const struct effect *job);

bool run_side_usable(const struct run *run, enum side side);
bool run_both_usable(const struct run *run);
/* The side is tried no more in this run; the first failure is the one that is told. */
void run_fail_side(struct run *run, enum side side, const struct received *received);

/* Ask for the next read of each side, or the next write, as far as there is room in flight. */
void run_ask_needs(struct run *run);
void run_ask_write(struct run *run);
/* No more of them. */
void run_no_writes(struct run *run);

/* Asks the side's clock where it has such a call, then begins its streams: called again once the
 * clock is answered. */
void run_stream_sign_on(struct run *run, enum side side);
/* Asks the clock of a side that no answer told yet: nothing is decided without it. */
void run_stream_clock(struct run *run);
/* A page of a stream, or its cursor's death: the next page, the next region, or its end. */
void run_stream_page(struct run *run, const struct exchange *exchange,
                     const struct received *received);
/* It answers again: the streams that waited for that. */
void run_stream_answered(struct run *run, enum side side);
/* The yearly results once more, from where the cycle's first reading ended. */
void run_stream_annual(struct run *run);
/* All streams of the sides that are usable. */
bool run_stream_all_done(const struct run *run);

/* An exchange came back: sent again, taken further or freed. */
void run_answer_received(struct run *run, struct exchange *exchange,
                         const struct received *received);

#endif
