/* A record's values in few bytes, for what is stored of each record: the fields' names, which record_pack writes
 * out, are two bytes each. record_unpack reads both. */
#ifndef MAPPING_RECORD_SHORT_H
#define MAPPING_RECORD_SHORT_H

#include "mapping/record.h"

/* Otherwise as record_pack. */
void record_pack_short(const struct record *record, field_set set, struct buffer *ret);

/* For record_unpack. */
bool record_is_short(struct slice packed);
enum status record_unpack_short(struct slice packed, struct record *ret, field_set *ret_set);

/* What stands for the field's name: made of the name, so that a table with more fields, or in another order, reads what
 * is stored. No two fields have the same (the test). */
uint16_t record_short_code(enum field field);

#endif
