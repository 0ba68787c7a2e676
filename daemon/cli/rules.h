/* The rules by which conflicts are raised, in a sentence each (reconciliation.md), for people. */
#ifndef CLI_RULES_H
#define CLI_RULES_H

/* In the user's language; "" for a kind that is not known. Static. */
const char *rule_of_kind(const char *kind);

#endif
