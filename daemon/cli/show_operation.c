/* What accept-platform, rebase and unlink have done. */
#include "daemon/cli/language.h"
#include "daemon/cli/show.h"

void show_accept_platform(struct show *show, json_t *row)
{
    show_line(show, _("Platform"), language_word(show_text(row, "side")), COLOUR_NONE);
    show_line(show, _("Accepted"), _("yes; the next cycle reads it whole"), COLOUR_GREEN);
}

void show_rebase(struct show *show, json_t *row)
{
    show_line(show, _("Platform"), language_word(show_text(row, "side")), COLOUR_NONE);
    show_line_value(show, _("New epoch"), "epoch", json_object_get(row, "epoch"));
    show_line(show, _("Next"), _("the next cycle reads it whole and refills it"), COLOUR_GREEN);
}

void show_unlink(struct show *show, json_t *row)
{
    if (json_object_get(row, "undone") != NULL) {
        show_line(show, _("Apart no longer"), show_text(row, "undone"), COLOUR_GREEN);
        show_line(show, _("Next"), _("both records are decided again, and linked if they are the same"), COLOUR_NONE);
        return;
    }
    show_line(show, _("Link taken back"), show_text(row, "unlinked"), COLOUR_GREEN);
    show_line(show, _("Next"), _("both records are decided again, and kept apart"), COLOUR_NONE);
}
