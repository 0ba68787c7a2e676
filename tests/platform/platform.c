#include "tests/platform/platform.h"

#include <stdio.h>
#include <string.h>

int64_t platform_now(const struct platform *platform)
{
    return clock_seconds() + platform->clock_offset;
}

void platform_begin(struct platform *platform, enum platform_side side, struct store *store,
                    const struct settings *settings, uint64_t seed)
{
    memset(platform, 0, sizeof *platform);
    platform->side = side;
    platform->store = store;
    platform->settings = settings;
    platform->seed = seed;
    platform->annual_recompute = true;
    platform->cursors.lifetime = settings->cursor_seconds;
    listings_begin(&platform->listings, store);
}

void platform_free(struct platform *platform)
{
    listings_free(&platform->listings);
    cursors_free(&platform->cursors);
    idempotency_free(&platform->idempotency);
    nonces_free(&platform->nonces);
    store_free(platform->store);
    platform->store = NULL;
}

static void count_second(struct platform *platform)
{
    int64_t now = clock_ms();
    platform->begun[platform->begun_next++ % PEAK_WINDOW] = now;
    while (now - platform->begun[platform->begun_first % PEAK_WINDOW] >= WINDOW_MS ||
           platform->begun_next - platform->begun_first > PEAK_WINDOW)
        platform->begun_first++;
    int64_t within = (int64_t)(platform->begun_next - platform->begun_first);
    if (within > platform->counters.peak_per_second)
        platform->counters.peak_per_second = within;
}

void platform_count(struct platform *platform, const char *method, const char *path_class)
{
    char text[LABEL_SIZE];
    snprintf(text, sizeof text, "%s %s", method, path_class);
    for (size_t at = 0; at < LABELS; at++) {
        struct label *label = &platform->labels[at];
        if (label->text[0] == '\0')
            memcpy(label->text, text, sizeof text);
        if (strcmp(label->text, text) == 0) {
            label->count++;
            break;
        }
    }
    count_second(platform);
}

void platform_scramble(const struct platform *platform, uint32_t *numbers, size_t count)
{
    struct faults random = {.random = platform->seed ^ (platform->trace << 20)};
    for (size_t at = 0; at < count; at++)
        numbers[at] = (uint32_t)at;
    for (size_t left = count; left > 1; left--) {
        size_t other = faults_random(&random) % left;
        uint32_t kept = numbers[left - 1];
        numbers[left - 1] = numbers[other];
        numbers[other] = kept;
    }
}

static int hex_digit(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    int lower = byte | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool request_decode(struct slice text, bool plus, char *ret, size_t size)
{
    size_t used = 0;
    for (size_t at = 0; at < text.size; at++) {
        int byte = (unsigned char)text.at[at];
        if (byte == '%') {
            int high = at + 2 < text.size ? hex_digit(text.at[at + 1]) : -1;
            int low = high < 0 ? -1 : hex_digit(text.at[at + 2]);
            if (low < 0)
                return false;
            byte = high * 16 + low;
            at += 2;
        } else if (byte == '+' && plus) {
            byte = ' ';
        }
        if (byte == 0 || used + 1 >= size)
            return false;
        ret[used++] = (char)byte;
    }
    ret[used] = '\0';
    return true;
}

bool request_query(const struct request *request, const char *name, char *ret, size_t size)
{
    size_t length = strlen(name);
    for (const char *pair = request->query; pair != NULL && *pair != '\0';) {
        size_t whole = strcspn(pair, "&");
        if (whole > length && strncmp(pair, name, length) == 0 && pair[length] == '=') {
            struct slice value = {pair + length + 1, whole - length - 1};
            if (!request_decode(value, true, ret, size))
                snprintf(ret, size, "\x01");
            return true;
        }
        pair += whole + (pair[whole] == '&');
    }
    return false;
}

void answer_html(struct answer *answer, int status)
{
    answer->status = status;
    answer->content_type = "text/html";
    answer->etag[0] = '\0';
    buffer_clear(&answer->body);
    buffer_printf(&answer->body,
                  "<html>\r\n<head><title>%d</title></head>\r\n<body>\r\n<center><h1>%d</h1>"
                  "</center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
                  status, status);
}
