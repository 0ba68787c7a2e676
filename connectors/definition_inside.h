/* A definition as it is kept once it was read; for the connectors room only. Texts and templates
 * lie in `root`, which the definition owns. */
#ifndef CONNECTORS_DEFINITION_INSIDE_H
#define CONNECTORS_DEFINITION_INSIDE_H

#include "connectors/answer.h"
#include "connectors/definition.h"
#include "connectors/signing.h"

/* How an instant is written. */
struct time_form {
    const char *format; /* as civil_parse reads it */
    int zone_seconds;   /* ahead of UTC, where the format has no %z */
};

enum { RULES_MOST = 48, RULE_STATUSES = 16, RULE_VALUES = 32 };

struct status_range {
    int low, high;
};

/* One row of the table that classifies replies; what it does not say is zero and always holds. */
struct answer_rule {
    struct status_range statuses[RULE_STATUSES];
    size_t status_count;
    const char *content_type; /* its beginning; NULL: any */
    unsigned calls;           /* bit 1 << call; 0: all */
    struct slice pointer;     /* .at NULL: none */
    const json_t *is;         /* array of scalars; NULL: anything but null */
    enum answer_class class;
    enum answer_class write_class;  /* for a request that writes */
    struct slice delay_ms, delay_s; /* pointers */
    bool retry_after;
    struct slice record, id, fields; /* pointers */
};

struct answer_rules {
    struct slice code;         /* pointer of the platform's own code; .at NULL: none */
    struct answer_rule *rules; /* owned */
    size_t count;
};

struct call_form {
    bool present;
    bool is_unsigned; /* neither the platform's headers nor its signature */
    const char *method;
    const char *path;              /* may hold {id}, {origin_system}, {origin_number}, {year} */
    const json_t *query, *headers; /* objects of values; NULL: none */
    const json_t *body;            /* template; NULL: none */
    const json_t *form;            /* object of values, sent as a form; NULL: none */
    struct slice record;           /* READ, CREATE, UPDATE: pointer of the record in the answer */
    size_t largest;                /* QUERY, BATCH */
    struct slice results;          /* BATCH: pointer of the results, and in each of them: */
    struct slice result_index, result_record;
};

enum timestamp_kind { TIMESTAMP_SECONDS, TIMESTAMP_MILLISECONDS, TIMESTAMP_FORMAT };
enum paging_kind { PAGING_PAGE, PAGING_CURSOR };
enum total_promise { TOTAL_NONE, TOTAL_UNTRUSTED, TOTAL_EXACT };

struct paging {
    enum paging_kind kind;
    int64_t first; /* number of the first page */
    size_t largest;
    struct slice rows, total, next, stated; /* pointers; .at NULL: none */
    struct time_form stated_form;
    enum total_promise promise;
    bool snapshot;
};

struct definition {
    json_t *root;
    uint64_t digest;
    const char *name;
    struct definition_transport transport;
    bool basic; /* HTTP Basic with key id and secret */
    struct call_form token, time;
    struct slice token_pointer, token_seconds;
    struct slice now;
    struct time_form now_form;
    bool date_header;
    const json_t *headers;
    struct signing signing;
    enum timestamp_kind timestamp;
    struct time_form timestamp_form;
    struct paging paging;
    bool incremental, time_ordered, exclusive;
    const char *idempotency_header; /* NULL: none */
    enum deletion deletion;
    unsigned probes[CALLS]; /* bit 1 << entity */
    struct answer_rules answers, item_answers;
    struct call_form calls[ENTITIES][CALLS];
};

/* NULL: the platform has no such call. */
const struct call_form *definition_form(const struct definition *definition, enum call call,
                                        enum entity entity);

#endif
