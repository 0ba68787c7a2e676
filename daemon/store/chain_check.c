#include "daemon/store/chain_check.h"

#include "daemon/store/chain_files.h"
#include "daemon/store/chain_line.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct checking {
    struct chain_macs macs;
    const char *head;
    bool head_seen;
    struct chain_hashes before; /* of the line before */
    bool doubtful; /* the last line did not fit: the next one says which of the two is wrong */
    struct chain_report doubt;
    struct chain_report report;
    char before_file[256];
    int64_t before_line;
    char first_file[256]; /* the oldest that is kept */
    char first_before[CHAIN_NAME_BYTES]; /* the file before it, as its first line says; "": unknown */
    int64_t forgotten;  /* n of the last line that was deleted after its time */
    int64_t forgetting; /* the same by the last line: counts once another line or the head seals it */
};

static void find_fault(struct chain_report *report, enum chain_fault fault, int64_t number)
{
    report->fault = fault;
    report->number = number;
}

static bool is_event(struct slice line, const char *name)
{
    struct slice event = {0};
    int64_t time = 0;
    return chain_line_event(line, &time, &event) && slice_is(event, name);
}

/* The rotated file that the line names, and the n of its last line; 0: none. */
static int64_t named_file(struct slice line, const char *event, char ret[CHAIN_NAME_BYTES])
{
    int64_t last = 0, closed = 0;
    ret[0] = '\0';
    if (is_event(line, event)) {
        struct slice name = chain_line_file(line);
        if (name.size < CHAIN_NAME_BYTES)
            (void)snprintf(ret, CHAIN_NAME_BYTES, "%.*s", (int)name.size, name.at);
        if (!chain_file_facts(ret, &last, &closed))
            ret[0] = '\0';
    }
    return ret[0] == '\0' ? 0 : last;
}

/* Whole files are missing in front of the line that is first in its file and names the last one. */
static void name_missing(struct chain_report *report, const char *before)
{
    if (before[0] == '\0')
        return;
    (void)snprintf(report->file, sizeof report->file, "%s", before);
    report->line = 0;
}

static void find_removed(struct checking *checking, struct slice line)
{
    char name[CHAIN_NAME_BYTES] = "";
    struct chain_report *report = &checking->report;
    find_fault(report, CHAIN_REMOVED, report->last + 1);
    if (report->line == 1)
        (void)named_file(line, CHAIN_EVENT_ROTATED, name);
    if (strcmp(name, checking->before_file) != 0)
        name_missing(report, name);
}

/* Judges a line that does not follow, with the line itself as the first suspect. */
static void doubt_line(struct checking *checking, struct slice line, int64_t number)
{
    struct chain_report *report = &checking->report;
    if (number > report->last + 1) {
        find_removed(checking, line);
    } else if (number <= report->last) {
        find_fault(report, CHAIN_INSERTED, number);
    } else {
        checking->doubtful = true;
        checking->doubt = *report;
        find_fault(&checking->doubt, CHAIN_ALTERED, number);
    }
}

/* A line did not fit to the one before it. If its own successor fits to it, it is whole, and the
 * one before was altered; if the successor has the same number, it was put in; else it was altered.
 */
static void settle_doubt(struct checking *checking, bool successor_follows, int64_t successor)
{
    struct chain_report *report = &checking->report;
    int64_t last = report->last;
    *report = checking->doubt;
    report->last = last;
    checking->doubtful = false;
    if (successor_follows && report->first != 0 && report->number > report->first) {
        report->number--;
        report->line = checking->before_line;
        memcpy(report->file, checking->before_file, sizeof report->file);
    } else if (!successor_follows && successor == report->number) {
        report->fault = CHAIN_INSERTED;
    }
}

/* The first line that is kept is not line 1. */
static void begin_late(struct checking *checking, struct slice line, const char *prev,
                       int64_t number)
{
    struct chain_report *report = &checking->report;
    report->first = number;
    (void)snprintf(checking->first_file, sizeof checking->first_file, "%s", report->file);
    (void)named_file(line, CHAIN_EVENT_ROTATED, checking->first_before);
    if (checking->head != NULL && memcmp(prev, checking->head, CHAIN_HEX) == 0)
        checking->head_seen = true;
}

/* What a line says was deleted counts when the line is sealed: by one behind it, or by the head. */
static void note_forgotten(struct checking *checking, struct slice line, bool is_head)
{
    char name[CHAIN_NAME_BYTES];
    if (checking->forgetting > checking->forgotten)
        checking->forgotten = checking->forgetting;
    checking->forgetting = named_file(line, CHAIN_EVENT_FORGOTTEN, name);
    if (is_head && checking->forgetting > checking->forgotten)
        checking->forgotten = checking->forgetting;
    checking->head_seen = checking->head_seen || is_head;
}

/* The log begins behind its first line, and does not say that this was its time. */
static void judge_start(struct checking *checking)
{
    struct chain_report *report = &checking->report;
    if (report->fault != CHAIN_WHOLE || report->first <= checking->forgotten + 1)
        return;
    find_fault(report, CHAIN_REMOVED, checking->forgotten + 1);
    (void)snprintf(report->file, sizeof report->file, "%s", checking->first_file);
    report->line = 1;
    name_missing(report, checking->first_before);
}

static enum status check_line(struct checking *checking, struct slice line)
{
    struct chain_report *report = &checking->report;
    struct chain_hashes hashes;
    int64_t number = 0;
    const char *prev = chain_line_prev(line);
    bool readable = prev != NULL && chain_line_number(line, &number);
    bool fits = readable && chain_hashes_have(&checking->before, prev);
    if (checking->doubtful) {
        settle_doubt(checking, fits, number);
        return STATUS_OK;
    }
    /* What is older may have been deleted after its time: judged at the end. */
    if (!readable)
        find_fault(report, CHAIN_UNREADABLE, 0);
    else if (report->last == 0 && number > 1)
        begin_late(checking, line, prev, number);
    else if (!fits || number != report->last + 1)
        doubt_line(checking, line, number);
    if (report->fault != CHAIN_WHOLE)
        return STATUS_OK;
    enum status status = chain_macs_line(&checking->macs, line, &hashes);
    if (status != STATUS_OK)
        return status;
    checking->before = hashes;
    report->first = report->first == 0 ? number : report->first;
    report->last = number;
    memcpy(report->head, hashes.of[DIGEST_SM3], sizeof report->head);
    note_forgotten(checking, line,
                   checking->head != NULL && chain_hashes_have(&hashes, checking->head));
    return STATUS_OK;
}

static enum status check_lines(struct checking *checking, FILE *file, const char *name)
{
    struct chain_report *report = &checking->report;
    enum status status = STATUS_OK;
    char *text = NULL;
    size_t capacity = 0;
    ssize_t size = 0;
    int64_t line = 0;
    while (status == STATUS_OK && report->fault == CHAIN_WHOLE &&
           (size = getline(&text, &capacity, file)) > 0 && text[size - 1] == '\n') {
        if (!checking->doubtful) {
            memcpy(checking->before_file, report->file, sizeof report->file);
            checking->before_line = report->line;
        }
        (void)snprintf(report->file, sizeof report->file, "%s", name);
        report->line = ++line;
        status = check_line(checking, (struct slice){text, (size_t)size});
    }
    if (ferror(file))
        status = STATUS_IO;
    free(text);
    return status;
}

static enum status check_files(struct checking *checking, const struct chain_files *files)
{
    enum status status = STATUS_OK;
    for (size_t place = 0; place <= files->count; place++) {
        FILE *file = NULL;
        if (status == STATUS_OK && checking->report.fault == CHAIN_WHOLE)
            status = chain_files_read(files, place, &file);
        if (status == STATUS_OK && file != NULL)
            status = check_lines(checking, file, chain_files_name(files, place));
        chain_files_done(files, file);
    }
    return status;
}

static enum status check_directory(struct checking *checking, const char *path)
{
    struct chain_files files;
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return errno == ENOENT ? STATUS_NOT_FOUND : chain_errno(errno);
    enum status status = chain_files_open(directory, &files);
    if (status == STATUS_OK)
        status = check_files(checking, &files);
    chain_files_close(&files);
    (void)close(directory);
    return status;
}

static enum status check_once(const char *directory, struct slice key, const char *head,
                              struct chain_report *ret)
{
    struct checking checking = {.head = head};
    enum status status = chain_macs_new(key, &checking.macs);
    if (status == STATUS_OK && head != NULL && strlen(head) != CHAIN_HEX)
        status = STATUS_INVALID;
    if (status == STATUS_OK)
        status = chain_macs_line(&checking.macs, (struct slice){0}, &checking.before);
    if (status == STATUS_OK)
        status = check_directory(&checking, directory);
    chain_macs_free(&checking.macs);
    if (status != STATUS_OK)
        return status;
    if (checking.doubtful)
        settle_doubt(&checking, false, 0);
    judge_start(&checking);
    if (checking.report.fault == CHAIN_WHOLE && head != NULL && !checking.head_seen)
        find_fault(&checking.report, CHAIN_CUT, checking.report.last);
    *ret = checking.report;
    return STATUS_OK;
}

/* What was rotated and deleted under our hands looks like a fault once, not twice. */
enum status chain_check(const char *directory, struct slice key, const char *head,
                        struct chain_report *ret)
{
    enum status status = check_once(directory, key, head, ret);
    return status == STATUS_OK && ret->fault != CHAIN_WHOLE ? check_once(directory, key, head, ret)
                                                            : status;
}

const char *chain_fault_name(enum chain_fault fault)
{
    static const char *const names[] = {"whole",    "altered",    "removed",
                                        "inserted", "unreadable", "cut"};
    return fault <= CHAIN_CUT ? names[fault] : "";
}
