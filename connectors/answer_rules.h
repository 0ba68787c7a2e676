/* The rule that a reply matches; for answer.c only. */
#ifndef CONNECTORS_ANSWER_RULES_H
#define CONNECTORS_ANSWER_RULES_H

#include "connectors/definition_inside.h"

/* What the rules look at. */
struct answer_view {
    enum call call;
    int status;
    struct slice content_type;
    struct slice json; /* what the pointers point into */
    struct arena *arena;
};

/* The first that matches, or NULL. NO_MEMORY. */
enum status answer_rule_find(const struct answer_rules *rules, const struct answer_view *view,
                             const struct answer_rule **ret);
/* A scalar at a pointer as text; .at == NULL where there is none (no such place, null, no scalar).
 * pointer.at == NULL: none. NO_MEMORY. */
enum status answer_scalar(struct slice json, struct slice pointer, struct arena *arena,
                          struct slice *ret);
/* The value's bytes at a pointer; empty where there is none, or null. */
struct slice answer_raw(struct slice json, struct slice pointer);
/* The bytes of an object at a pointer; empty where there is none. */
struct slice answer_object(struct slice json, struct slice pointer);

#endif
