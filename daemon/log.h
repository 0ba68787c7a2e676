/* The journal: one static sentence an event with its fields (operators.md, "The service"). Where
 * the standard error is not the journal, one line a message with the priority in front. No person's
 * data by construction: sentences are string literals, values are numbers or words of the program's
 * own. */
#ifndef DAEMON_LOG_H
#define DAEMON_LOG_H

#include "mapping/base/status.h"
#include "mapping/field.h"

#include <stddef.h>
#include <stdint.h>

/* name, priority (syslog), MESSAGE_ID, sentence. The catalog explains each:
 * systemd/cebridge.catalog. */
#define LOG_MAP(X)                                                                                 \
    X(STARTED, 5, "99817e24b94b4912bd3a52154abb1cf6", "the bridge has started")                    \
    X(STOPPED, 5, "75c1973a992f4a698ef6fe13e511ae48", "the bridge has stopped")                    \
    X(RELOADED, 5, "281e0bdb74e84d938d30d01b922d65ff", "new settings are in force")                \
    X(SETTINGS_REFUSED, 3, "c81c041d35614c8e95a85bb20dca1ac5",                                     \
      "the new settings are wrong; the old ones stay in force")                                    \
    X(CYCLE_DONE, 6, "fdb43c95c72f4e5da11662b171c7fb99", "a cycle is done")                        \
    X(CYCLE_FAILED, 3, "7b755705df5a4bcba476df4072c6493a", "a cycle has failed")                   \
    X(PLATFORM_DOWN, 4, "6c42a31b54c9408785e48b57331e8152",                                        \
      "a platform cannot be reached, or refuses; it is tried again")                               \
    X(PLATFORM_BACK, 5, "1e3e4dc1681f4aff813d3e27ac57b89c", "a platform answers again")            \
    X(GUARD_HELD, 2, "a26a752e7c244216b9d0c8bba780a66a",                                           \
      "a guard holds a plan; nothing is written until it is released")                             \
    X(PLATFORM_CHANGED, 2, "d6f3b1c82a1f4a7c9a1df3f6f9a1b0c4",                                     \
      "another platform seems to stand behind the address; nothing is written until it is accepted") \
    X(STALE, 2, "0b7c2f7e5f0b4c0fa2b8e2a1f0c7d9e3",                                                \
      "no cycle has succeeded for longer than stale_after")                                        \
    X(STALE_ENDED, 5, "7f1f9a5c3f5d4d0a8f6f3c1b2e4d6a90", "cycles succeed again")                   \
    X(CONFLICT, 4, "d2c291393dec480d9fe4bb28df8a617a", "conflicts have come up")                       \
    X(STATE_HELD, 3, "340325e1e98d4ac7911ff8fe50c98d2e", "another process holds the state")        \
    X(STATE_FAILED, 2, "7dc0171fd0e148f796614fdbeb67dd0e", "the state cannot be used")             \
    X(STATE_RESTORED, 4, "b0f3c5d1a9e24d0b8f7c6a2e4d1b9c83",                                       \
      "the state is older than the sync log, as if put back from a backup; the next cycle only observes") \
    X(RECORDING_FAILED, 4, "5b9f0a6e2c714d3f9a8e61d0c47b2f15",                                     \
      "the cycle could not be recorded; it goes on without")                                       \
    X(DISK_FULL, 2, "cd695cae5ca44c05b3e84b5d727310d3", "there is no space left for the state")    \
    X(LOG_HEAD, 5, "fac5080d503d4e918579450fc848c7ee", "head of the sync log")                     \
    X(CONTROL_FAILED, 3, "eaabafce8a274fe68cf0faa07c2ed8e2",                                       \
      "the control socket cannot be opened")                                                       \
    X(CONTROL_DENIED, 4, "a81f2c9e2bcd48c7a2e008fa69b11c7c", "a command was not permitted")        \
    X(COMMAND_GIVEN, 6, "5c4b311b7fba413dba2cf91dddd016cd", "a command was given")                 \
    X(CERTIFICATE_ENDS, 4, "057647a678224f5bb7d5c0665334f41a",                                     \
      "a platform's certificate expires within 30 days")                                           \
    X(INTERNAL, 2, "aef6e6ecbef84293a11f1184120f9624", "a defect of the bridge")

enum log_event {
#define LOG_ENUM(name, priority, id, text) LOG_##name,
    LOG_MAP(LOG_ENUM)
#undef LOG_ENUM
        LOG_EVENTS
};

/* What goes with an event; zero-initialised means 'none'. Texts are static or come from settings
 * and definitions, never from a record or a reply. */
struct log_facts {
    int64_t run;      /* CEBRIDGE_RUN */
    int64_t conflict; /* CEBRIDGE_CONFLICT */
    bool has_platform;
    enum side platform;  /* CEBRIDGE_PLATFORM */
    const char *command; /* CEBRIDGE_COMMAND: a name of the command table */
    long uid;            /* CEBRIDGE_UID, where command is set */
    int code;            /* CEBRIDGE_CODE: an exit code, an errno */
    int64_t number;      /* CEBRIDGE_NUMBER: a pid, a count */
    const char *detail;  /* CEBRIDGE_DETAIL, behind the sentence: a static text, a hash */
};

/* Looks once whether the standard error is the journal's. Call before any thread starts. */
void log_open(void);
/* Lines below this priority (larger number) are not written; 6 by default. */
void log_level(int priority);
void log_event(enum log_event event, const struct log_facts *facts); /* facts may be NULL */
/* A wrong setting or definition: "FILE:LINE: key: read "…", allowed: …". */
void log_fault(enum log_event event, const struct fault *fault);

/* The same text for a terminal. Returns what snprintf would. */
int log_fault_text(const struct fault *fault, char *text, size_t size);
const char *log_text(enum log_event event);       /* static */
const char *log_message_id(enum log_event event); /* 32 hex digits, static */

#endif
