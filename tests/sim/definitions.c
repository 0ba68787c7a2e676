#include "tests/sim/definitions.h"

#include "connectors/definition.h"
#include "mapping/mapfile.h"

#include <stdlib.h>
#include <string.h>

enum { DEFINITIONS_MOST = 4 };

struct known {
    char *json;
    size_t size;
    struct definition *definition;
    struct mapping *mapping;
};

static struct {
    struct known items[DEFINITIONS_MOST];
    size_t count;
} known;

enum status __real_definition_load(struct slice json, const char *file, struct definition **ret,
                                   struct fault *ret_fault);
void __real_definition_free(struct definition *definition);
enum status __real_mapping_load(struct slice json, const char *file, struct mapping **ret,
                                struct fault *ret_fault);
void __real_mapping_free(struct mapping *mapping);
enum status __wrap_definition_load(struct slice json, const char *file, struct definition **ret,
                                   struct fault *ret_fault);
void __wrap_definition_free(struct definition *definition);
enum status __wrap_mapping_load(struct slice json, const char *file, struct mapping **ret,
                                struct fault *ret_fault);
void __wrap_mapping_free(struct mapping *mapping);

/* By the file's bytes. */
static struct known *find(struct slice json)
{
    for (size_t index = 0; index < known.count; index++) {
        struct known *item = &known.items[index];
        if (item->size == json.size && memcmp(item->json, json.at, json.size) == 0)
            return item;
    }
    if (known.count == DEFINITIONS_MOST)
        abort();
    struct known *item = &known.items[known.count++];
    item->json = malloc(json.size);
    if (item->json == NULL)
        abort();
    memcpy(item->json, json.at, json.size);
    item->size = json.size;
    return item;
}

enum status __wrap_definition_load(struct slice json, const char *file, struct definition **ret,
                                   struct fault *ret_fault)
{
    struct known *item = find(json);
    enum status status = item->definition != NULL ? STATUS_OK
                                                  : __real_definition_load(json, file,
                                                                           &item->definition, ret_fault);
    *ret = item->definition;
    return status;
}

void __wrap_definition_free(struct definition *definition)
{
    (void)definition;
}

enum status __wrap_mapping_load(struct slice json, const char *file, struct mapping **ret,
                                struct fault *ret_fault)
{
    struct known *item = find(json);
    enum status status = item->mapping != NULL
                             ? STATUS_OK
                             : __real_mapping_load(json, file, &item->mapping, ret_fault);
    *ret = item->mapping;
    return status;
}

void __wrap_mapping_free(struct mapping *mapping)
{
    (void)mapping;
}

void definitions_forget(void)
{
    for (size_t index = 0; index < known.count; index++) {
        __real_definition_free(known.items[index].definition);
        __real_mapping_free(known.items[index].mapping);
        free(known.items[index].json);
    }
    known.count = 0;
    memset(known.items, 0, sizeof known.items);
}
