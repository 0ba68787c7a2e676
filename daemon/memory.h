/* Memory that is refused ends the program at once: a message and exit 70, as in a kill, which the journal and the
 * log are made for. Whatever went on with a hole in it (a member missing in a record, a check left out) could
 * write what nobody meant. The programs are linked so that no malloc, calloc, realloc, strdup or strndup of
 * theirs returns NULL (Makefile, NEVER_NULL); a limit of an arena or a buffer is another thing, and a status. */
#ifndef DAEMON_MEMORY_H
#define DAEMON_MEMORY_H

/* From here on also libuv's, Jansson's and OpenSSL's. Call first in main, before a thread starts and before any
 * of them is used. `words`: what is said; must live as long as the program. */
void memory_watch(const char *words);

/* Secrets and persons' data stand in it: no core is written, and no other process of the user looks in. */
void memory_never_dumped(void);

/* Says the words and ends the program; async-signal-safe. */
_Noreturn void memory_lost(void);

#endif
