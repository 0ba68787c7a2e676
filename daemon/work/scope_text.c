#include "daemon/work/scope.h"

#include "mapping/mask.h"

static void begin_part(struct buffer *ret)
{
    if (ret->size > 0)
        buffer_text(ret, ", ");
}

void scope_describe(const struct scope_names *names, struct buffer *ret)
{
    if (names->person_count == 1)
        mask_value(MASK_CODE, names->persons[0], ret);
    else if (names->person_count > 1)
        buffer_printf(ret, "%zu persons", names->person_count);
    if (names->organisation_count > 0)
        begin_part(ret);
    if (names->organisation_count == 1)
        buffer_append(ret, names->organisations[0]);
    else if (names->organisation_count > 1)
        buffer_printf(ret, "%zu organisations", names->organisation_count);
    if (!slice_empty(names->region)) {
        begin_part(ret);
        buffer_text(ret, "region ");
        buffer_append(ret, names->region);
    }
    if (names->year != 0) {
        begin_part(ret);
        buffer_printf(ret, "year %d", names->year);
    }
}
