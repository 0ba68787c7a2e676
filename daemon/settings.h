/* The settings: one table of names, types, bounds, defaults and help feeds the parser, the printing and
 * the manual (operators.md, "Files and processes"). INI in systemd's habits. */
#ifndef DAEMON_SETTINGS_H
#define DAEMON_SETTINGS_H

#include "mapping/base/arena.h"
#include "mapping/field.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum mode { MODE_OBSERVE, MODE_WRITE };
enum create_accounts { CREATE_APPROVED, CREATE_ANY, CREATE_NEVER };
enum transfer_hours { TRANSFER_FINAL, TRANSFER_SUBMITTED };

/* All paths are absolute after loading. Texts are owned by the settings. */
struct platform_settings {
    const char *definition;
    const char *url; /* scheme, host, port */
    const char *key_id;
    const char *secret_file;
    const char *ca_file; /* "": the system's */
    int64_t rate;        /* requests a second */
    int64_t parallel;
};

struct settings {
    const char *file;
    int64_t mode; /* enum mode, … : as int64_t for the table */
    const char *region;
    const char *state_dir, *log_dir, *control_socket, *connectors_dir, *mapping_dir, *mapping;
    const char *log_key_file;
    int64_t record; /* 1: each cycle is written down */
    const char *seal_key_file, *former_seal_key_file; /* "": none */
    int64_t cipher;                                   /* enum seal_cipher */
    int64_t create_accounts, transfer_hours;
    int64_t stale_after_ms;
    int64_t memory_bytes;
    int64_t decode_all; /* 0, 1 */
    int64_t log_hash; /* enum digest_kind */
    int64_t log_rotate_bytes, log_keep_ms, log_keep_movements_ms;
    struct platform_settings platform[SIDES];
    int64_t incremental_ms, full_minute /* minute of the day, CST */, overlap_ms, settle_ms;
    int64_t max_revocations_centi, min_revocations, max_updates_centi, min_updates,
        min_listing_centi; /* percentages in hundredths of a percent */
    int64_t release_by;
    const char *console_listen;
    struct arena texts;
};

/* Reads FILE and FILE's sibling cebridge.conf.d (FILE with ".d" added), *.conf in order of name. An
 * unknown key or section is refused with the nearest known name. On failure ret_fault has file, line,
 * key, what was read, what is allowed. The settings are freed with settings_free in any case. */
enum status settings_load(const char *file, struct settings *ret, struct fault *ret_fault);
void settings_free(struct settings *settings);
/* All settings in force, as a file that would load, with defaults. */
void settings_print(const struct settings *settings, FILE *to);

/* Finds a shipped or local definition: the settings' folder, then ../connectors (or ../mapping) beside the
 * program as in a build tree, then /usr/share/cebridge/. The text is malloc'ed; ret_path has the path. */
enum status settings_read_definition(const struct settings *settings, const char *folder,
                                     const char *name, char **ret_text, size_t *ret_size,
                                     char ret_path[256], struct fault *ret_fault);
/* A secret's bytes: from $CREDENTIALS_DIRECTORY/NAME-of-file when there, else the file, which must be
 * a regular file of mode 0600 or stricter (0400); one trailing newline is dropped. malloc'ed. */
enum status settings_read_secret(const char *path, const char *key, char **ret_text,
                                 size_t *ret_size, struct fault *ret_fault);
/* What seals the state and chains the log; each is 32 bytes in hex in its file. */
struct settings_keys {
    uint8_t log[32], seal[32], former[32];
    bool has_seal, has_former;
};
/* To be wiped by the caller, in any case. */
enum status settings_read_keys(const struct settings *settings, struct settings_keys *ret,
                               struct fault *ret_fault);

#endif
