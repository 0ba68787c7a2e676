#include "daemon/store/chain_check.h"

#include "daemon/store/chain_tail.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KINDS = DIGEST_SM3 + 1 };

/* Hashes of one line by both algorithms. */
struct hashes {
    char of[KINDS][CHAIN_HEX + 1];
};

struct checking {
    struct chain_mac *macs[KINDS];
    const char *head;
    bool head_seen;
    struct hashes before; /* of the line before */
    bool doubtful; /* the last line did not fit: the next one says which of the two is wrong */
    struct chain_report doubt;
    struct chain_report report;
    char before_file[256];
    int64_t before_line;
};

static enum status hash_line(struct checking *checking, struct slice line, struct hashes *ret)
{
    enum status status = STATUS_OK;
    for (enum digest_kind kind = DIGEST_SHA256; (int)kind < (int)KINDS && status == STATUS_OK;
         kind++)
        status = chain_mac_line(checking->macs[kind], line, ret->of[kind]);
    return status;
}

/* The digits of the line's own prev, which stands at its very end; NULL when it does not. */
static const char *prev_of(struct slice line)
{
    struct slice start = SLICE(",\"prev\":\"");
    size_t size = start.size + CHAIN_HEX + 3; /* and quote, brace, newline */
    if (line.size < size)
        return NULL;
    const char *at = line.at + line.size - size;
    bool fits =
        memcmp(at, start.at, start.size) == 0 && memcmp(line.at + line.size - 3, "\"}\n", 3) == 0;
    return fits ? at + start.size : NULL;
}

static bool follows(const struct hashes *before, const char *prev)
{
    for (size_t kind = 0; kind < KINDS; kind++) {
        if (memcmp(before->of[kind], prev, CHAIN_HEX) == 0)
            return true;
    }
    return false;
}

static void find_fault(struct chain_report *report, enum chain_fault fault, int64_t number)
{
    report->fault = fault;
    report->number = number;
}

/* Judges a line that does not follow, with the line itself as the first suspect. */
static void doubt_line(struct checking *checking, int64_t number)
{
    struct chain_report *report = &checking->report;
    if (number > report->last + 1) {
        find_fault(report, CHAIN_REMOVED, report->last + 1);
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

static enum status check_line(struct checking *checking, struct slice line)
{
    struct chain_report *report = &checking->report;
    struct hashes hashes;
    int64_t number = 0;
    const char *prev = prev_of(line);
    bool readable = prev != NULL && chain_tail_number(line, &number);
    bool fits = readable && follows(&checking->before, prev);
    if (checking->doubtful) {
        settle_doubt(checking, fits, number);
        return STATUS_OK;
    }
    /* What is older than the first line may have been thrown away after its time. */
    if (!readable)
        find_fault(report, CHAIN_UNREADABLE, 0);
    else if (report->last == 0 && number > 1)
        report->first = number;
    else if (!fits || number != report->last + 1)
        doubt_line(checking, number);
    if (report->fault != CHAIN_WHOLE)
        return STATUS_OK;
    enum status status = hash_line(checking, line, &hashes);
    if (status != STATUS_OK)
        return status;
    checking->before = hashes;
    report->first = report->first == 0 ? number : report->first;
    report->last = number;
    memcpy(report->head, hashes.of[DIGEST_SM3], sizeof report->head);
    if (checking->head != NULL && follows(&hashes, checking->head))
        checking->head_seen = true;
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

static enum status check_file(struct checking *checking, const char *directory, const char *name)
{
    char path[4096];
    int size = snprintf(path, sizeof path, "%s/%s", directory, name);
    if (size < 0 || (size_t)size >= sizeof path)
        return STATUS_TOO_LARGE;
    FILE *file = fopen(path, "rbe");
    if (file == NULL)
        return STATUS_IO;
    enum status status = check_lines(checking, file, name);
    (void)fclose(file);
    return status;
}

static int is_log(const struct dirent *entry)
{
    return chain_is_rotated(entry->d_name) || strcmp(entry->d_name, CHAIN_CURRENT) == 0;
}

/* By last line; the current file, whose name sorts behind "events-", comes last by itself. */
static int by_name(const struct dirent **one, const struct dirent **other)
{
    return strcmp((*one)->d_name, (*other)->d_name);
}

static enum status check_files(struct checking *checking, const char *directory)
{
    struct dirent **entries = NULL;
    int count = scandir(directory, &entries, is_log, by_name);
    enum status status = count <= 0 ? STATUS_NOT_FOUND : STATUS_OK;
    for (int index = 0; index < count; index++) {
        if (status == STATUS_OK && checking->report.fault == CHAIN_WHOLE)
            status = check_file(checking, directory, entries[index]->d_name);
        free(entries[index]);
    }
    free(entries);
    return status;
}

enum status chain_check(const char *directory, struct slice key, const char *head,
                        struct chain_report *ret)
{
    struct checking checking = {.head = head};
    enum status status = STATUS_OK;
    for (enum digest_kind kind = DIGEST_SHA256; (int)kind < (int)KINDS && status == STATUS_OK;
         kind++)
        status = chain_mac_new(key, kind, &checking.macs[kind]);
    if (status == STATUS_OK && head != NULL && strlen(head) != CHAIN_HEX)
        status = STATUS_INVALID;
    if (status == STATUS_OK)
        status = hash_line(&checking, (struct slice){0}, &checking.before);
    if (status == STATUS_OK)
        status = check_files(&checking, directory);
    for (size_t kind = 0; kind < KINDS; kind++)
        chain_mac_free(checking.macs[kind]);
    if (status != STATUS_OK)
        return status;
    if (checking.doubtful)
        settle_doubt(&checking, false, 0);
    else if (checking.report.fault == CHAIN_WHOLE && head != NULL && !checking.head_seen)
        find_fault(&checking.report, CHAIN_CUT, checking.report.last);
    *ret = checking.report;
    return STATUS_OK;
}

const char *chain_fault_name(enum chain_fault fault)
{
    static const char *const names[] = {"whole",    "altered",    "removed",
                                        "inserted", "unreadable", "cut"};
    return fault <= CHAIN_CUT ? names[fault] : "";
}
