#include "daemon/settings_table.h"

#include "daemon/settings.h"

enum { PATH_BYTES = 4000, NAME_BYTES = 200, DAY_MINUTES = 1440 };
#define SECONDS(n) ((int64_t)(n)*1000)
#define MIB ((int64_t)1024 * 1024)
#define AT(member) offsetof(struct settings, member)

/* clang-format off */
#define PLATFORM(section, side, port)                                                              \
    {section, "definition", SETTING_TEXT, AT(platform[side].definition), 1, NAME_BYTES, section,   \
     NULL, "name of the connector definition, without .json"},                                     \
    {section, "url", SETTING_ADDRESS, AT(platform[side].url), 1, PATH_BYTES,                       \
     "https://127.0.0.1:" port, NULL, "scheme, host and port of the platform"},                    \
    {section, "key_id", SETTING_TEXT, AT(platform[side].key_id), 1, NAME_BYTES, "app-001", NULL,   \
     "name under which the platform knows the bridge"},                                            \
    {section, "secret_file", SETTING_PATH, AT(platform[side].secret_file), 1, PATH_BYTES,          \
     "/etc/cebridge/" section ".secret", NULL, "file of mode 0600 with the platform's secret"},    \
    {section, "ca_file", SETTING_PATH, AT(platform[side].ca_file), 0, PATH_BYTES, "", NULL,        \
     "certificates to trust, PEM; empty: the system's"},                                           \
    {section, "rate", SETTING_RATE, AT(platform[side].rate), 1, 10000, "50/s", NULL,               \
     "requests that may begin in any one second"},                                                 \
    {section, "parallel", SETTING_NUMBER, AT(platform[side].parallel), 1, 64, "4", NULL,           \
     "requests under way at once"}
/* clang-format on */

const struct setting settings_table[] = {
    {"bridge", "mode", SETTING_WORD, AT(mode), 0, 0, "observe", "observe|write",
     "observe: everything but writing to the platforms"},
    {"bridge", "region", SETTING_DIGITS, AT(region), 2, 12, NULL, NULL,
     "region code, or its beginning, that the bridge serves"},
    {"bridge", "state_dir", SETTING_PATH, AT(state_dir), 1, PATH_BYTES, "/var/lib/cebridge", NULL,
     "the state"},
    {"bridge", "log_dir", SETTING_PATH, AT(log_dir), 1, PATH_BYTES, "/var/log/cebridge", NULL,
     "the sync log"},
    {"bridge", "control_socket", SETTING_PATH, AT(control_socket), 1, 107,
     "/run/cebridge/control.sock", NULL, "where `cebridge` finds the daemon"},
    {"bridge", "connectors_dir", SETTING_PATH, AT(connectors_dir), 1, PATH_BYTES,
     "/etc/cebridge/connectors", NULL, "connector definitions looked into before the shipped ones"},
    {"bridge", "mapping_dir", SETTING_PATH, AT(mapping_dir), 1, PATH_BYTES, "/etc/cebridge/mapping",
     NULL, "mapping files looked into before the shipped ones"},
    {"bridge", "mapping", SETTING_TEXT, AT(mapping), 1, NAME_BYTES, "continuing-education", NULL,
     "name of the mapping file, without .json"},
    {"bridge", "log_key_file", SETTING_PATH, AT(log_key_file), 1, PATH_BYTES,
     "/etc/cebridge/log.key", NULL, "file of mode 0600 with 32 bytes in hex"},
    {"bridge", "seal_key_file", SETTING_PATH, AT(seal_key_file), 0, PATH_BYTES, "", NULL,
     "likewise, the key that seals the state; empty: the log key does"},
    {"bridge", "former_seal_key_file", SETTING_PATH, AT(former_seal_key_file), 0, PATH_BYTES, "",
     NULL, "likewise, the one before it, until `check` says that it is not needed"},
    {"bridge", "cipher", SETTING_WORD, AT(cipher), 0, 0, "aes-256-gcm", "aes-256-gcm|sm4",
     "how the state is sealed; sm4: SM4-CTR with HMAC-SM3"},
    {"bridge", "create_accounts", SETTING_WORD, AT(create_accounts), 0, 0, "approved",
     "approved|any|never", "accounts that are created on the other side"},
    {"bridge", "transfer_hours", SETTING_WORD, AT(transfer_hours), 0, 0, "final", "final|submitted",
     "review that hour records need to be created on the other side"},
    {"bridge", "record", SETTING_WORD, AT(record), 0, 0, "off", "off|on",
     "each cycle written down for `cebridge replay`, people by pseudonyms; the newest 20 are kept"},
    {"bridge", "stale_after", SETTING_TIME, AT(stale_after_ms), SECONDS(60), SECONDS(30 * 86400),
     "1 h", NULL, "a platform not read for so long is called stale"},
    {"bridge", "memory", SETTING_SIZE, AT(memory_bytes), 32 * MIB, 65536 * MIB, "64 MiB", NULL,
     "what caches and look-ups of a cycle may take"},
    {"bridge", "decode_all", SETTING_WORD, AT(decode_all), 0, 0, "off", "off|on",
     "on: what came as last time is read as if it were new; slow, for comparing"},
    {"log", "hash", SETTING_WORD, AT(log_hash), 0, 0, "sm3", "sha256|sm3",
     "hash that chains the sync log from the next line on"},
    {"log", "rotate", SETTING_SIZE, AT(log_rotate_bytes), 65536, 1024 * MIB, "64 MiB", NULL,
     "a file of the sync log with so much is closed and a new one begun, as with each month"},
    {"log", "keep", SETTING_TIME, AT(log_keep_ms), SECONDS(180 * 86400), SECONDS(36500LL * 86400),
     "180 d", NULL, "how long a file of the sync log is kept once it is closed"},
    {"log", "keep_movements", SETTING_TIME, AT(log_keep_movements_ms), SECONDS(1096 * 86400),
     SECONDS(36500LL * 86400), "1096 d", NULL,
     "the same of a file that says whose data went from which level to the other"},
    PLATFORM("municipal", MUNICIPAL, "8441"),
    PLATFORM("provincial", PROVINCIAL, "8442"),
    {"schedule", "incremental", SETTING_TIME, AT(incremental_ms), SECONDS(1), SECONDS(86400),
     "60 s", NULL, "from the beginning of one incremental cycle to the next"},
    {"schedule", "full", SETTING_CLOCK, AT(full_minute), 0, DAY_MINUTES - 1, "02:30", NULL,
     "when the nightly full cycle begins, China Standard Time"},
    {"schedule", "overlap", SETTING_TIME, AT(overlap_ms), 0, SECONDS(86400), "10 min", NULL,
     "what an incremental cycle reads again before its watermark"},
    {"schedule", "settle", SETTING_TIME, AT(settle_ms), 0, SECONDS(86400), "60 s", NULL,
     "from the last write to the comparison of yearly results"},
    {"guard", "max_revocations", SETTING_PERCENT, AT(max_revocations_centi), 0, 10000, "1 %", NULL,
     "more revocations in one cycle are held for release"},
    {"guard", "min_revocations", SETTING_NUMBER, AT(min_revocations), 0, 1000000, "20", NULL,
     "and at least so many"},
    {"guard", "max_updates", SETTING_PERCENT, AT(max_updates_centi), 0, 10000, "10 %", NULL,
     "more updates in one cycle are held for release"},
    {"guard", "min_updates", SETTING_NUMBER, AT(min_updates), 0, 1000000, "200", NULL,
     "and at least so many"},
    {"guard", "min_listing", SETTING_PERCENT, AT(min_listing_centi), 0, 10000, "90 %", NULL,
     "a complete listing with less of the last one's records is held"},
    {"guard", "release_by", SETTING_NUMBER, AT(release_by), 1, 2, "1", NULL,
     "how many people release a held plan"},
    {"console", "listen", SETTING_TEXT, AT(console_listen), 0, NAME_BYTES, "127.0.0.1:8470", NULL,
     "address and port of the console; empty: off"},
};
const size_t settings_table_count = sizeof settings_table / sizeof *settings_table;
