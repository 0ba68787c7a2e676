#include "daemon/sync/run_inside.h"

/* Rows that the stream will have; 0: not known. */
static int64_t expected(const struct run *run, const struct stream *stream)
{
    int64_t stated = listing_stated(&stream->listing);
    int64_t read = (int64_t)listing_raw(&stream->listing);
    bool full = stream->listing.goal.kind == LISTING_FULL && run->setup.kind == RUN_FULL;
    int64_t total = stated >= 0 ? stated : full ? run->known[stream->side][stream->entity] : 0;
    return stream->divided ? 0 : stream->done || total < read ? read : total;
}

static bool counts(const struct run *run, size_t index)
{
    return run->streams[index].used && run_side_usable(run, (enum side)(index / ENTITIES));
}

static void reading(const struct run *run, int64_t *ret_done, int64_t *ret_total)
{
    bool known = true;
    for (size_t index = 0; index < STREAMS; index++) {
        const struct stream *stream = &run->streams[index];
        if (!counts(run, index)) {
            known = known && (stream->done || !run_side_usable(run, (enum side)(index / ENTITIES)));
            continue;
        }
        int64_t total = expected(run, stream);
        *ret_done += (int64_t)listing_raw(&stream->listing);
        *ret_total += total;
        known = known && (total > 0 || stream->done);
    }
    if (!known)
        *ret_total = 0;
}

void run_progress(const struct run *run, int64_t *ret_done, int64_t *ret_total)
{
    *ret_done = *ret_total = 0;
    if (run->phase == PHASE_READING)
        reading(run, ret_done, ret_total);
    else if (run->phase == PHASE_WRITING) {
        *ret_done = run->answered;
        *ret_total = run->writes;
    }
}
