/* Canonical values as JSON: amounts as whole hundredths, years and counts as numbers, flags as true
 * and false, all else as text, no value as null (docs/json.md). New references; NULL: out of
 * memory. */
#ifndef VIEW_VALUE_H
#define VIEW_VALUE_H

#include "mapping/record.h"

#include <jansson.h>

/* In full. */
json_t *value_json(enum field field, struct slice value);
/* Masked by the field's mask; what it does not hide is as value_json. of: the record it stands in,
 * for its kind (organisations stand in full). */
json_t *value_masked(enum field field, const struct record *of);
/* "2023-06-01T12:15:00Z"; 0 gives null. */
json_t *value_instant(int64_t instant);
/* Text that may not be UTF-8 throughout; no value and empty give null. */
json_t *value_text(struct slice text);
/* All canonical fields of the record that it may show, in full: {"name": …}. */
json_t *value_record(const struct record *record);
/* The names of the fields of a set. */
json_t *value_fields(field_set set);

#endif
