#include "daemon/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

enum { FIELDS_MOST = 16, FIELD_BYTES = 1200 };

static const struct {
    int priority;
    const char *id, *text;
} events[] = {
#define LOG_ROW(name, priority, id, text) [LOG_##name] = {priority, id, text},
    LOG_MAP(LOG_ROW)
#undef LOG_ROW
};

static bool to_journal;
static int least_priority = 6;

/* One message's fields, each "NAME=value". */
struct lines {
    struct iovec at[FIELDS_MOST];
    int count;
    char text[FIELDS_MOST][FIELD_BYTES];
};

/* JOURNAL_STREAM names the device and inode that the standard error had when we were started. */
void log_open(void)
{
    unsigned long long device, inode;
    struct stat facts;
    const char *stream = getenv("JOURNAL_STREAM");
    char *end;
    to_journal = false;
    if (stream == NULL || fstat(STDERR_FILENO, &facts) != 0)
        return;
    device = strtoull(stream, &end, 10);
    if (*end != ':')
        return;
    inode = strtoull(end + 1, &end, 10);
    to_journal = *end == '\0' && device == facts.st_dev && inode == facts.st_ino;
}

void log_level(int priority)
{
    least_priority = priority;
}

const char *log_text(enum log_event event)
{
    return events[event].text;
}

const char *log_message_id(enum log_event event)
{
    return events[event].id;
}

__attribute__((format(printf, 2, 3))) static void add(struct lines *lines, const char *format, ...)
{
    if (lines->count == FIELDS_MOST)
        return;
    char *text = lines->text[lines->count];
    va_list values;
    va_start(values, format);
    (void)vsnprintf(text, FIELD_BYTES, format, values);
    va_end(values);
    lines->at[lines->count++] = (struct iovec){text, strlen(text)};
}

static void add_facts(struct lines *lines, const struct log_facts *facts)
{
    if (facts->run != 0)
        add(lines, "CEBRIDGE_RUN=%lld", (long long)facts->run);
    if (facts->conflict != 0)
        add(lines, "CEBRIDGE_CONFLICT=%lld", (long long)facts->conflict);
    if (facts->has_platform)
        add(lines, "CEBRIDGE_PLATFORM=%s", side_name(facts->platform));
    if (facts->command != NULL) {
        add(lines, "CEBRIDGE_COMMAND=%s", facts->command);
        add(lines, "CEBRIDGE_UID=%ld", facts->uid);
    }
    if (facts->code != 0)
        add(lines, "CEBRIDGE_CODE=%d", facts->code);
    if (facts->number != 0)
        add(lines, "CEBRIDGE_NUMBER=%lld", (long long)facts->number);
    if (facts->detail != NULL && facts->detail[0] != '\0')
        add(lines, "CEBRIDGE_DETAIL=%s", facts->detail);
}

/* "platform provincial, run 12, code 4: the connection was refused" */
static void write_line(enum log_event event, const struct lines *lines, const char *message)
{
    char line[FIELD_BYTES * 2];
    size_t size = 0;
    for (int i = 3; i < lines->count && size < FIELD_BYTES; i++) {
        int more = snprintf(line + size, sizeof line - size, " %s", lines->text[i]);
        size += more > 0 ? (size_t)more : 0;
    }
    (void)fprintf(stderr, "<%d>cebridged: %s%.*s\n", events[event].priority, message,
                  (int)(size < sizeof line ? size : sizeof line - 1), line);
}

static void give(enum log_event event, const char *message, const struct log_facts *facts)
{
    if (events[event].priority > least_priority)
        return;
    static const struct log_facts none;
    struct lines lines = {0};
    add(&lines, "MESSAGE=%s", message);
    add(&lines, "PRIORITY=%d", events[event].priority);
    add(&lines, "MESSAGE_ID=%s", events[event].id);
    add_facts(&lines, facts == NULL ? &none : facts);
    if (!to_journal || sd_journal_sendv(lines.at, lines.count) < 0)
        write_line(event, &lines, message);
}

void log_event(enum log_event event, const struct log_facts *facts)
{
    if (facts == NULL || facts->detail == NULL || facts->detail[0] == '\0') {
        give(event, events[event].text, facts);
        return;
    }
    char message[FIELD_BYTES - 16];
    (void)snprintf(message, sizeof message, "%s: %s", events[event].text, facts->detail);
    struct log_facts rest = *facts;
    if (!to_journal)
        rest.detail = NULL; /* it stands in the sentence already */
    give(event, message, &rest);
}

int log_fault_text(const struct fault *fault, char *text, size_t size)
{
    char place[300];
    if (fault->line > 0)
        (void)snprintf(place, sizeof place, "%s:%d", fault->file, fault->line);
    else
        (void)snprintf(place, sizeof place, "%s", fault->file);
    if (fault->key[0] == '\0' && fault->read[0] == '\0' && fault->allowed[0] == '\0')
        return snprintf(text, size, "%s: %s", place, status_text(fault->status));
    return snprintf(text, size, "%s: %s%sread \"%s\", allowed: %s", place, fault->key,
                    fault->key[0] == '\0' ? "" : ": ", fault->read, fault->allowed);
}

void log_fault(enum log_event event, const struct fault *fault)
{
    char text[FIELD_BYTES - 200];
    (void)log_fault_text(fault, text, sizeof text);
    log_event(event, &(struct log_facts){.detail = text});
}
