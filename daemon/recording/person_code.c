#include "daemon/recording/scribe.h"

#include "daemon/store/conflicts.h"
#include "daemon/work/person_case.h"

/* A code that was corrected since stands in the subjects of what was in conflict under it: "person:CODE",
 * "annual:CODE/YEAR". */
static struct slice in_subject(struct slice subject)
{
    struct slice code = {0};
    while (subject.size > 0 && *subject.at != ':')
        subject = (struct slice){subject.at + 1, subject.size - 1};
    if (subject.size > 0)
        code.at = subject.at + 1;
    while (subject.size > code.size + 1 && code.at[code.size] != '/')
        code.size++;
    return code;
}

static enum status from_conflicts(struct desk *desk, struct hash person, struct slice *ret)
{
    struct conflict_filter filter = {.state = -1, .severity = -1, .has_person = true, .person = person};
    struct conflict conflict = {.number = 0};
    enum status status = STATUS_OK;
    while (slice_empty(*ret) &&
           (status = conflict_next(desk->store, &filter, &desk->arena, &conflict)) == STATUS_OK) {
        struct slice code = in_subject(conflict.subject);
        filter.after = conflict.number;
        if (hash_equal(desk_account_hash(desk, "person", code), person))
            *ret = code;
    }
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status scribe_person_code(struct desk *desk, struct hash person, struct slice *ret)
{
    struct person_case at = {.store = desk->store, .mapping = desk->mapping, .now = desk->now, .arena = &desk->arena};
    enum status status = person_code_of(&at, person, ret);
    return status == STATUS_OK && slice_empty(*ret) ? from_conflicts(desk, person, ret) : status;
}
