#include "daemon/store/migrate.h"

#include "daemon/store/statement.h"

#include <stdio.h>

enum { TEXT_BYTES = 96 };

static int read_version(sqlite3 *db, const struct schema *schema, int *ret)
{
    char text[TEXT_BYTES];
    sqlite3_stmt *statement = NULL;
    (void)snprintf(text, sizeof text, "PRAGMA %s.user_version", schema->name);
    int code = sqlite3_prepare_v2(db, text, -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *ret = sqlite3_column_int(statement, 0);
    (void)sqlite3_finalize(statement);
    return code == SQLITE_ROW ? SQLITE_OK : code;
}

static int apply(sqlite3 *db, const struct schema *schema, int number)
{
    char text[TEXT_BYTES];
    int code = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    for (migration step = schema->migrations[number - 1]; code == SQLITE_OK && *step != NULL;
         step++)
        code = sqlite3_exec(db, *step, NULL, NULL, NULL);
    (void)snprintf(text, sizeof text, "PRAGMA %s.user_version = %d", schema->name, number);
    if (code == SQLITE_OK)
        code = sqlite3_exec(db, text, NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    if (code != SQLITE_OK && sqlite3_get_autocommit(db) == 0)
        (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return code;
}

enum status migrate_run(sqlite3 *db, const struct schema *schema, int *ret_code)
{
    int version = 0;
    int code = read_version(db, schema, &version);
    if (code == SQLITE_OK && (version > schema->version || version < 0))
        return STATUS_UNSUPPORTED;
    while (code == SQLITE_OK && version < schema->version)
        code = apply(db, schema, ++version);
    if (code != SQLITE_OK)
        *ret_code = code;
    return statement_status(db, code);
}

enum status migrate_check(sqlite3 *db, const struct schema *schema, int *ret_code)
{
    int version = 0;
    int code = read_version(db, schema, &version);
    if (code != SQLITE_OK) {
        *ret_code = code;
        return statement_status(db, code);
    }
    return version == schema->version ? STATUS_OK : version < schema->version ? STATUS_BUSY : STATUS_UNSUPPORTED;
}
