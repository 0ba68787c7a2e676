#include "daemon/recording/scribe.h"

#include "connectors/definition.h"

#include <stdlib.h>

void scribe_init(struct scribe *scribe, struct desk *desk, struct pseudonym *pseudonym, scribe_take *take,
                 void *context)
{
    *scribe = (struct scribe){.desk = desk, .pseudonym = pseudonym, .take = take, .context = context};
    buffer_init(&scribe->line, LINE_BYTES);
    buffer_init(&scribe->text, LINE_BYTES);
    for (enum side side = MUNICIPAL; side < SIDES; side++)
        (void)definition_frame(desk->definition[side], &scribe->frame[side].names, &scribe->frame[side].count);
}

void scribe_free(struct scribe *scribe)
{
    for (enum side side = MUNICIPAL; side < SIDES; side++)
        free(scribe->frame[side].names);
    buffer_free(&scribe->line);
    buffer_free(&scribe->text);
}

enum status scribe_give(struct scribe *scribe)
{
    line_end(&scribe->line);
    if (scribe->text.status != STATUS_OK)
        return scribe->text.status;
    return scribe->line.status == STATUS_OK ? scribe->take(scribe->context, buffer_slice(&scribe->line))
                                            : scribe->line.status;
}

void scribe_kept(struct scribe *scribe, const char *name, struct slice text)
{
    buffer_clear(&scribe->text);
    pseudonym_kept(scribe->pseudonym, text, &scribe->text);
    line_text(&scribe->line, name, buffer_slice(&scribe->text));
}

void scribe_code(struct scribe *scribe, const char *name, struct slice code)
{
    buffer_clear(&scribe->text);
    pseudonym_code(scribe->pseudonym, code, &scribe->text);
    line_text(&scribe->line, name, buffer_slice(&scribe->text));
}

void scribe_subject(struct scribe *scribe, const char *name, struct slice subject)
{
    buffer_clear(&scribe->text);
    pseudonym_subject(scribe->pseudonym, subject, &scribe->text);
    line_text(&scribe->line, name, buffer_slice(&scribe->text));
}

void scribe_packed(struct scribe *scribe, const char *name, struct slice packed)
{
    buffer_clear(&scribe->text);
    enum status status = pseudonym_packed(scribe->pseudonym, packed, &scribe->text);
    line_text(&scribe->line, name, buffer_slice(&scribe->text));
    if (status != STATUS_OK)
        scribe->line.status = status;
}

/* What stands in a field that the canonical model does not know is a number or a word of the bridge's own. */
void scribe_field(struct scribe *scribe, const char *name, enum entity entity, const char *field,
                  struct slice value)
{
    enum field known = FIELDS;
    buffer_clear(&scribe->text);
    if (entity < ENTITIES && field_find(entity, slice_of(field), &known))
        pseudonym_value(scribe->pseudonym, known, value, &scribe->text);
    else
        pseudonym_kept(scribe->pseudonym, value, &scribe->text);
    line_text(&scribe->line, name, buffer_slice(&scribe->text));
}

void scribe_json(struct scribe *scribe, const char *name, enum side side, struct slice json)
{
    if (slice_empty(json))
        return;
    buffer_clear(&scribe->text);
    enum status status = pseudonym_json(scribe->pseudonym, scribe->desk->mapping, side, &scribe->frame[side], json,
                                        &scribe->text);
    if (status == STATUS_INVALID)
        line_number(&scribe->line, "no_json", 1);
    else
        line_text(&scribe->line, name, buffer_slice(&scribe->text));
    if (status == STATUS_INVALID)
        buffer_clear(&scribe->text);
}
