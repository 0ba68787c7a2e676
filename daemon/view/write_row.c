#include "daemon/view/write_row.h"

#include "daemon/view/value.h"

json_t *write_row_json(const struct write *write)
{
    return json_pack("{s:I, s:I, s:s, s:s, s:s, s:s, s:o, s:o, s:s?, s:o, s:o, s:o}", "number",
                     (json_int_t)write->number, "run", (json_int_t)write->run, "target",
                     side_name(write->target), "entity", entity_name(write->entity), "operation",
                     write_operation_name(write->operation), "state",
                     write_state_name(write->state), "subject", value_text(write->masked), "fields",
                     value_fields(write->fields), "reason", write->reason, "code",
                     value_text(slice_of(write->code)), "sent", value_instant(write->sent_at),
                     "known", value_instant(write->known_at));
}
