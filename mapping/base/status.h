/* What a function of the bridge answers: a status, and where people have to act, a fault that says
 * what was read, where, and what is allowed. A fault never holds a person's data: its texts come
 * from settings, definitions and static strings only. */
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

#define STATUS_MAP(X)                                                                              \
    X(OK, "done")                                                                                  \
    X(NO_MEMORY, "out of memory")                                                                  \
    X(INVALID, "invalid input")                                                                    \
    X(TOO_LARGE, "larger than allowed")                                                            \
    X(NOT_FOUND, "not found")                                                                      \
    X(IO, "input or output failed")                                                                \
    X(FULL, "no space left")                                                                       \
    X(BUSY, "held by another process")                                                             \
    X(DENIED, "not permitted")                                                                     \
    X(CORRUPT, "stored data is damaged")                                                           \
    X(UNSUPPORTED, "not supported")

enum status {
#define STATUS_ENUM(name, text) STATUS_##name,
    STATUS_MAP(STATUS_ENUM)
#undef STATUS_ENUM
};

/* Where a text that people write (settings, definition, mapping) is wrong. Unused parts are "". */
struct fault {
    enum status status;
    char file[256];    /* path as it was opened */
    int line;          /* 1-based; 0: unknown */
    char key[128];     /* section.key, or a JSON Pointer */
    char read[96];     /* what stood there, cut */
    char allowed[256]; /* what may stand there */
};

/* English text of a status, static. */
const char *status_text(enum status status);

/* Fills *fault (may be NULL) and returns its status. Texts are copied and cut. NULL counts as "". */
enum status fault_set(struct fault *fault, enum status status, const char *file, int line,
                      const char *key, const char *read, const char *allowed);

#endif
