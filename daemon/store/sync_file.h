/* A sync that fails ends the program at once (exit 73): the kernel may have dropped what it could not write and says
 * that all is well the next time, so neither another try nor anything that was read meanwhile can be trusted. The
 * next start reads from the disk what is really there. */
#ifndef STORE_SYNC_FILE_H
#define STORE_SYNC_FILE_H

/* A file's data, or a directory's names, are on the disk when this returns. */
void sync_file(int file);
void sync_directory(int directory);

/* What another found to have failed, with the errno. */
_Noreturn void sync_failed(int code);

#endif
