/* The rules that a platform enforces beyond the form of single members (platforms.md, "Rules that
 * the provincial platform enforces"). */
#ifndef PLATFORM_VALIDATE_H
#define PLATFORM_VALIDATE_H

#include "tests/platform/fields.h"
#include "tests/platform/store.h"

/* Looks at a record read from a caller; what is wrong becomes an error of the draft, and what the
 * platform derives (a person's region) is set. row: what stood before, NULL at a create. */
void validate_draft(const struct store *store, enum entity entity, const struct row *row,
                    struct draft *draft);
/* The region a person of the provincial platform gets from the employer, where it names one. */
void validate_derive_region(const struct store *store, struct platform_account *account);

#endif
