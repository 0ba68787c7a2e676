/* The mapping file in memory: how each canonical field is read and written at each side, the
 * policies, directions, dictionaries, the region table and the notice's data (connectors.md,
 * "Mapping"). */
#ifndef MAPPING_MAPFILE_H
#define MAPPING_MAPFILE_H

#include "mapping/field.h"
#include "mapping/notice.h"
#include "mapping/record.h"

#include <stdbool.h>
#include <stdint.h>

struct mapping;

enum direction {
    DIRECTION_BOTH,
    DIRECTION_TO_PROVINCIAL,
    DIRECTION_TO_MUNICIPAL,
    DIRECTION_COMPARE /* no write to either side */
};

/* Loads and checks the whole file. json: its text, not kept; file: its path, for faults. INVALID
 * with file, line, key (a JSON Pointer), what was read and what is allowed: no JSON, a duplicate
 * key, an unknown key (with the nearest known one), a value out of its bounds, a required field
 * that is not mapped, a dictionary that is not total both ways or not one-to-one. NO_MEMORY. */
enum status mapping_load(struct slice json, const char *file, struct mapping **ret,
                         struct fault *ret_fault);
void mapping_free(struct mapping *mapping); /* NULL is fine */

/* Of the file, else the field's default. A field that only one side has is never compared: IGNORE.
 */
enum policy mapping_policy(const struct mapping *mapping, enum field field);
enum direction mapping_direction(const struct mapping *mapping, enum entity entity);
const char *direction_name(enum direction direction); /* "both", "to_provincial", … */

/* May the bridge write the field at that side, in an update or a create? of: the record, for the
 * kind of an account (a person's region is never written at the province); NULL: whatever kind. */
bool mapping_writable(const struct mapping *mapping, enum side side, enum field field,
                      const struct record *of, bool create);
/* Is the field read at that side at all? */
bool mapping_has(const struct mapping *mapping, enum side side, enum field field);
/* The member of that side's records in which the field stands ("xzqh"), the first where there are several; empty: it
 * has none there. Borrowed from the mapping. */
struct slice mapping_member(const struct mapping *mapping, enum side side, enum field field);
/* May the field decide which record is which? (connectors.md, "Mapping") */
bool mapping_identity(const struct mapping *mapping, enum field field);
/* Fields of the entity that can hold values which that side's spelling cannot carry back exactly (a
 * time without seconds): they must decide no merge. */
field_set mapping_lossy(const struct mapping *mapping, enum side side, enum entity entity);
/* The most characters that both sides can hold in the field; 0: not limited. */
size_t mapping_characters(const struct mapping *mapping, enum field field);

/* Changes when the file's text changes. */
uint64_t mapping_digest(const struct mapping *mapping);
/* The file's own name, such as "continuing-education". */
struct slice mapping_name(const struct mapping *mapping);
/* Origin code of the side: "371600", "370000". */
struct slice mapping_side_system(const struct mapping *mapping, enum side side);
/* The name of a region in the table, also of a retired code; empty: not in the table. */
struct slice mapping_region_name(const struct mapping *mapping, struct slice region);
/* The code that took a retired code's place, else the code itself. Never said of an ID's digits. */
struct slice mapping_region_now(const struct mapping *mapping, struct slice region);
/* Walks the table of current regions in the file's order; false behind the last. */
bool mapping_region_at(const struct mapping *mapping, size_t index, struct slice *ret_code,
                       struct slice *ret_name);
/* The current codes of the table that lie inside the prefix and are longer; at most `most`. Returns how many. */
size_t mapping_regions_inside(const struct mapping *mapping, struct slice prefix, struct slice *ret, size_t most);
const struct notice *mapping_notice(const struct mapping *mapping);

#endif
