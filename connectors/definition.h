/* A platform's connector definition (connectors.md): a JSON file that says all that a platform's
 * interface document says, read once, checked down to the key and line, and then only asked. */
#ifndef CONNECTORS_DEFINITION_H
#define CONNECTORS_DEFINITION_H

#include "mapping/base/bytes.h"
#include "mapping/base/status.h"
#include "mapping/field.h"

enum call {
    CALL_TOKEN,  /* sign-on */
    CALL_TIME,   /* the platform's clock */
    CALL_LIST,   /* one page of all, or of what changed */
    CALL_QUERY,  /* one page by persons and organisations */
    CALL_READ,   /* one record by its id */
    CALL_CREATE, /* one record */
    CALL_UPDATE, /* one record */
    CALL_BATCH,  /* creates and updates together */
    CALLS
};

/* "token", "list", …: as the definition names them. */
const char *call_name(enum call call);

struct definition;

/* json: the file's text; file: its name for faults. On failure ret_fault (may be NULL) has file,
 * line, key (a JSON Pointer), what was read and what is allowed; unknown keys are refused with the
 * nearest known one, duplicate keys and what this program does not know how to do are refused.
 * NO_MEMORY, INVALID. The definition is freed with definition_free; it never changes and may be
 * shared. */
enum status definition_load(struct slice json, const char *file, struct definition **ret,
                            struct fault *ret_fault);
void definition_free(struct definition *definition); /* NULL is fine */

/* Changes when the file says something else; spaces and the order of keys do not count. */
uint64_t definition_digest(const struct definition *definition);
/* "municipal": what the file calls the platform; for people. */
const char *definition_name(const struct definition *definition);

/* What the network room needs. Texts are the definition's; "" is 'not said'. */
struct definition_transport {
    const char *base_path;          /* "/api/open/v1"; "" none */
    bool plaintext;                 /* http:// is allowed */
    int tls_minimum;                /* 12 or 13 */
    const char *ca;                 /* PEM file instead of the system's; a setting goes before it */
    const char *pin;                /* "sha256//…" of the platform's public key */
    const char *client_certificate; /* PEM file */
    const char *client_key;         /* PEM file */
    int64_t connect_timeout_ms, timeout_ms;
    int64_t low_speed_bytes; /* a second, below which for low_speed_ms the exchange is given up */
    int64_t low_speed_ms;
    size_t largest_body; /* of a reply, bytes */
    unsigned rate;       /* requests a second, where the settings say none */
    unsigned parallel;   /* requests at once, likewise */
};
const struct definition_transport *definition_transport(const struct definition *definition);

/* TOKEN and TIME belong to no entity: any may be given. */
bool definition_has(const struct definition *definition, enum call call, enum entity entity);
/* Most records in one batch; 0: no batch. */
size_t definition_batch_size(const struct definition *definition, enum entity entity);
/* Most persons, and most organisations, in one query; 0: no query. */
size_t definition_query_size(const struct definition *definition, enum entity entity);
/* Most rows on one page. */
size_t definition_page_size(const struct definition *definition);
/* The total that a page states is exact ("total": "exact"; "untrusted" and "none" are not). */
bool definition_total_trusted(const struct definition *definition);
/* A listing is one stable snapshot: no write shifts it. */
bool definition_snapshot(const struct definition *definition);
/* Pages are numbered (else: by cursor). */
bool definition_numbered(const struct definition *definition);
/* What changed since a moment can be listed; else only full listings can be compared. */
bool definition_incremental(const struct definition *definition, enum entity entity);
/* …and comes ordered by its update time. */
bool definition_time_ordered(const struct definition *definition);
/* The listing of what changed includes the moment itself, as both reference platforms do. */
bool definition_inclusive(const struct definition *definition);
/* A token is needed before all other calls. */
bool definition_signs_on(const struct definition *definition);
bool definition_has_clock_call(const struct definition *definition);
/* The Date header of its answers is its clock. */
bool definition_has_date(const struct definition *definition);
/* Its writes carry an idempotency key. Whether it also keeps refusals under the key (`keeps_refusals`; platforms.md,
 * "POST and PUT honour Idempotency-Key") makes no difference: the key of what was refused before is always another. */
bool definition_idempotent(const struct definition *definition);
enum deletion { DELETION_FLAG, DELETION_NEVER, DELETION_GONE };
enum deletion definition_deletion(const struct definition *definition);
/* `check --online` may try this call on it: one page of a listing, one read. */
bool definition_probes(const struct definition *definition, enum call call, enum entity entity);
/* What is weak in it, for `check`: "signing with MD5", …; NULL: nothing. Static English text. */
const char *definition_weakness(const struct definition *definition);

/* The names that its pointers and templates speak of ("data", "total", "code", …): what frames records in its
 * JSON. The names are the definition's, the list malloc'ed. NO_MEMORY. */
enum status definition_frame(const struct definition *definition, struct slice **ret, size_t *ret_count);

#endif
