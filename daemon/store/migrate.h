/* Migrations by number: each is a row of SQL texts, carried out in one transaction; the number of
 * the last one stands in the file's user_version. */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "mapping/base/status.h"

#include <sqlite3.h>

/* NULL-terminated texts, each one statement. The n-th migration leads from version n - 1 to n. */
typedef const char *const *migration;

struct schema {
    const char *name; /* "main", "stage" */
    const migration *migrations;
    int version; /* how many there are */
};

extern const struct schema schema_state;
extern const struct schema schema_stage;

/* Brings the file to the schema's version. UNSUPPORTED: a newer program wrote it (it is left as it
 * is). ret_code: SQLite's code of a failure. */
enum status migrate_run(sqlite3 *db, const struct schema *schema, int *ret_code);
/* For readers: BUSY where a writer has not brought the file to the schema's version yet; UNSUPPORTED: as above. */
enum status migrate_check(sqlite3 *db, const struct schema *schema, int *ret_code);

#endif
