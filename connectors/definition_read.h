/* Members of a definition file, read by type, each refused with its place when it is something
 * else. All answer OK or INVALID; *ret keeps its value where an optional member is not there. On
 * failure the place stays where the fault is. */
#ifndef CONNECTORS_DEFINITION_READ_H
#define CONNECTORS_DEFINITION_READ_H

#include "connectors/definition_inside.h"
#include "mapping/jsonplace.h"

enum need { OPTIONAL, REQUIRED };

/* The object at the key, entered (left with jsonplace_leave and *ret_length), only keys of `names`
 * in it. Not there: *ret_object is NULL and nothing was entered. */
enum status definition_read_section(struct jsonplace *place, const json_t *parent, const char *key,
                                    enum need need, const char *const names[],
                                    const json_t **ret_object, size_t *ret_length);
enum status definition_read_text(struct jsonplace *place, const json_t *object, const char *key,
                                 enum need need, const char **ret);
enum status definition_read_flag(struct jsonplace *place, const json_t *object, const char *key,
                                 bool *ret);
enum status definition_read_number(struct jsonplace *place, const json_t *object, const char *key,
                                   int64_t low, int64_t high, int64_t *ret);
/* One of the words (ends with NULL); *ret is its index. */
enum status definition_read_word(struct jsonplace *place, const json_t *object, const char *key,
                                 enum need need, const char *const words[], int *ret);
/* A JSON Pointer (RFC 6901). */
enum status definition_read_pointer(struct jsonplace *place, const json_t *object, const char *key,
                                    enum need need, struct slice *ret);
/* "time" and "zone" of the object. */
enum status definition_read_time(struct jsonplace *place, const json_t *object, enum need need,
                                 struct time_form *ret);
/* "a", "b", "c": words as one text, for `allowed`. */
void definition_read_list(const char *const words[], char *text, size_t size);

/* An object of header or query values, a body template: see definition_values.c. */
enum value_place { VALUE_IN_HEADER, VALUE_IN_QUERY, VALUE_IN_FORM, VALUE_IN_BODY };
enum status definition_read_values(struct jsonplace *place, const json_t *object, const char *key,
                                   enum value_place where, const json_t **ret);
/* A header's name at the place at hand. */
enum status definition_check_header(struct jsonplace *place, const char *name, const json_t *value);

/* The sections. */
enum status definition_read_transport(struct jsonplace *place, struct definition *definition);
enum status definition_read_sign_on(struct jsonplace *place, struct definition *definition);
enum status definition_read_signing(struct jsonplace *place, struct definition *definition);
enum status definition_read_clock(struct jsonplace *place, struct definition *definition);
enum status definition_read_paging(struct jsonplace *place, struct definition *definition);
enum status definition_read_promises(struct jsonplace *place, struct definition *definition);
enum status definition_read_answers(struct jsonplace *place, struct definition *definition);
enum status definition_read_entities(struct jsonplace *place, struct definition *definition);

enum call_parts { CALL_HAS_RECORD = 1, CALL_HAS_LARGEST = 2, CALL_HAS_RESULTS = 4 };
/* The call at the key; parts: which members it has beyond what all have. */
enum status definition_read_call(struct jsonplace *place, const json_t *object, const char *key,
                                 unsigned parts, struct call_form *ret);

#endif
