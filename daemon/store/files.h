/* The files of a state directory: made with their modes, opened with their pragmas, migrated, and
 * the stage made anew when it is damaged or belongs to another state. */
#ifndef STORE_FILES_H
#define STORE_FILES_H

#include "daemon/store/inside.h"

/* Opens both files for writing into *store, whose lock is held; sets store->db, stage_new. On
 * failure store->last says why. */
enum status files_open(struct store *store, const char *directory);
/* Opens both files for reading. NOT_FOUND: there is no state yet. */
enum status files_open_reader(struct store *store, const char *directory);
/* Closes both; a writer's files are checkpointed and synced, so that a later crash of the machine
 * cannot hurt the stage. */
void files_close(struct store *store);
/* Files of the state belong to whoever their folder belongs to, also when root makes them. */
void files_give_to_owner(int file, const char *path);
/* Makes the directory (0700) and takes the lock in it. */
enum status files_lock(struct store *store, const char *directory);

#endif
