#include "tests/platform/service.h"

#include "tests/platform/alter.h"
#include "tests/platform/codes.h"
#include "tests/platform/index.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { TARGET_SIZE = 4096 };

void service_free(struct service *service)
{
    if (!service->built)
        return;
    for (int side = 0; side < 2; side++)
        platform_free(&service->platforms[side]);
    city_expected_free(&service->expected);
    service->built = false;
}

enum status service_build(struct service *service)
{
    uint64_t seed = service->city.seed;
    struct store *municipal = store_new(PLATFORM_MUNICIPAL, seed);
    struct store *provincial = store_new(PLATFORM_PROVINCIAL, seed);
    if (municipal == NULL || provincial == NULL) {
        store_free(municipal);
        store_free(provincial);
        return STATUS_NO_MEMORY;
    }
    service_free(service);
    service->expected = (struct city_expected){0};
    service->city.now = clock_seconds();
    if (service->city.people > 0)
        city_build(municipal, provincial, &service->city, &service->expected);
    platform_begin(&service->platforms[PLATFORM_MUNICIPAL], PLATFORM_MUNICIPAL, municipal,
                   &service->settings, seed);
    platform_begin(&service->platforms[PLATFORM_PROVINCIAL], PLATFORM_PROVINCIAL, provincial,
                   &service->settings, seed + 1);
    service->faults = (struct faults){.random = seed};
    service->built = true;
    return service->expected.status;
}

/* What happens to the platform before it looks at the request. */
static void play_before(struct platform *platform, const struct play *play)
{
    const struct played_fault *clock = play_of(play, FAULT_CLOCK);
    if (clock != NULL)
        platform->clock_offset = clock->seconds;
    if (play_of(play, FAULT_RESTORED) != NULL)
        store_restore(platform->store);
    if (play_of(play, FAULT_TOKEN_REVOKED) != NULL)
        tokens_revoke(&platform->tokens);
    platform->frozen_time = play_of(play, FAULT_FROZEN_TIME) != NULL;
    platform->pretends = play_of(play, FAULT_NOT_STORED) != NULL;
}

static void answer_clear(struct answer *answer)
{
    buffer_clear(&answer->body);
    answer->etag[0] = '\0';
    answer->retry_after[0] = '\0';
}

static void too_many(struct platform *platform, const struct played_fault *fault,
                     struct answer *answer)
{
    char text[64];
    if (platform->side == PLATFORM_MUNICIPAL) {
        municipal_too_fast(platform, answer, fault->retry_after * 1000);
        return;
    }
    if (fault->http_date) {
        time_t when = (time_t)(platform_now(platform) + fault->retry_after);
        struct tm parts;
        gmtime_r(&when, &parts);
        strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    } else {
        snprintf(text, sizeof text, "%lld", (long long)fault->retry_after);
    }
    provincial_too_fast(platform, answer, text);
}

/* An answer in the place of the platform's. False: none is played. */
static bool play_instead(struct platform *platform, const struct play *play, bool stored_only,
                         struct answer *answer)
{
    for (size_t at = 0; at < play->count; at++) {
        const struct played_fault *fault = &play->faults[at];
        bool instead = fault->kind == FAULT_TOO_MANY || fault->kind == FAULT_SERVER_ERROR ||
                       fault->kind == FAULT_HTML || fault->kind == FAULT_REFUSED;
        if (!instead || fault->stored != stored_only)
            continue;
        answer_clear(answer);
        if (fault->kind == FAULT_TOO_MANY)
            too_many(platform, fault, answer);
        else if (fault->kind == FAULT_HTML)
            answer_html(answer, fault->status);
        else if (platform->side == PLATFORM_MUNICIPAL)
            municipal_broken(platform, answer, fault->status);
        else
            provincial_broken(platform, answer, fault->status);
        return true;
    }
    return false;
}

/* What a page holds: the envelope around it is another each time. */
static struct slice page_content(const struct answer *answer)
{
    static const struct slice member = SLICE("\"data\":");
    struct slice body = buffer_slice(&answer->body); /* that a fault cut off is not ended by a NUL */
    const char *at = body.size == 0 ? NULL : memmem(body.at, body.size, member.at, member.size);
    bool good = answer->status == 200 && at != NULL && slice_starts(body, SLICE("{\"code\":0,"));
    return good ? (struct slice){at, body.size - (size_t)(at - body.at)} : (struct slice){0};
}

static bool is_numbered_page(const struct request *request)
{
    const char *name = strrchr(request->path, '/');
    return strcmp(request->method, "GET") == 0 && name != NULL &&
           (strcmp(name, "/accounts") == 0 || strcmp(name, "/hours") == 0 || strcmp(name, "/annual") == 0);
}

static void send_nothing(struct platform *platform, struct answer *answer)
{
    buffer_clear(&answer->body);
    answer->status = 304;
    answer->content_type = NULL;
    platform->counters.not_modified_answers++;
}

/* The page as it is in the end has its ETag; one that is named just so is not sent. Whoever names one for anything
 * else is turned away. */
static void answer_conditionally(struct platform *platform, const struct request *request,
                                 struct answer *answer)
{
    const char *named = strcmp(request->method, "GET") == 0 ? request_header(request, "If-None-Match") : NULL;
    bool page = platform->side == PLATFORM_MUNICIPAL && is_numbered_page(request);
    platform->counters.conditional_requests += named != NULL;
    if (named == NULL && play_of(&request->play, FAULT_NOT_MODIFIED) != NULL) {
        send_nothing(platform, answer);
        return;
    }
    if (named != NULL && !page) {
        answer_clear(answer);
        answer_html(answer, 400);
        return;
    }
    struct slice content = page_content(answer);
    if (!page || !platform->settings->page_etags || slice_empty(content))
        return;
    (void)snprintf(answer->etag, sizeof answer->etag, "W/\"%016llx\"",
                   (unsigned long long)index_hash(content.at, content.size, 0));
    if (named != NULL && strcmp(named, answer->etag) == 0)
        send_nothing(platform, answer);
}

static void deliver(const struct play *play, struct delivery *ret)
{
    static const struct {
        enum fault_kind kind;
        enum delivery_way way;
    } ways[] = {
        {FAULT_CUT_BEFORE, DELIVER_NOTHING}, {FAULT_ANSWER_LOST, DELIVER_NOTHING},
        {FAULT_CUT_INSIDE, DELIVER_HALF},    {FAULT_CUT_AFTER, DELIVER_THEN_CLOSE},
        {FAULT_TRICKLE, DELIVER_SLOWLY},     {FAULT_HUGE_BODY, DELIVER_HUGE},
    };
    for (size_t at = 0; at < play->count; at++) {
        const struct played_fault *fault = &play->faults[at];
        if (fault->kind == FAULT_LATENCY)
            ret->delay_ms += fault->ms;
        for (size_t way = 0; way < sizeof ways / sizeof ways[0]; way++) {
            if (ways[way].kind != fault->kind)
                continue;
            ret->way = ways[way].way;
            ret->ms = fault->ms;
            ret->bytes = fault->bytes;
        }
    }
}

static void count_request(struct platform *platform, const struct request *request)
{
    char target[TARGET_SIZE];
    struct counters *counters = &platform->counters;
    counters->requests++;
    counters->bytes_in += (int64_t)request->body.size;
    counters->faults_played += (int64_t)request->play.count;
    bool decoded = request_decode(slice_of(request->target), true, target, sizeof target);
    if (codes_within(request->target) || (decoded && codes_within(target)))
        counters->ids_in_urls++;
    platform->trace++;
}

void service_answer(struct service *service, enum platform_side side, struct request *request,
                    struct answer *answer, struct delivery *ret)
{
    pthread_mutex_lock(&service->lock);
    struct platform *platform = &service->platforms[side];
    struct play *play = &request->play;
    faults_pick(&service->faults, side, request->method, request->target, request->body.at, play);
    count_request(platform, request);
    *ret = (struct delivery){.way = DELIVER_WHOLE};
    play_before(platform, play);
    bool instead =
        play_of(play, FAULT_CUT_BEFORE) != NULL || play_instead(platform, play, false, answer);
    if (!instead) {
        if (side == PLATFORM_MUNICIPAL)
            municipal_answer(platform, request, answer);
        else
            provincial_answer(platform, request, answer);
        play_instead(platform, play, true, answer);
    } else {
        platform_count(platform, request->method, "(played fault)");
    }
    alter_answer(platform, request, answer);
    answer_conditionally(platform, request, answer);
    deliver(play, ret);
    ret->date = platform_now(platform);
    platform->counters.bytes_out += (int64_t)answer->body.size;
    platform->frozen_time = platform->pretends = false;
    pthread_mutex_unlock(&service->lock);
}
