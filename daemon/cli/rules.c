#include "daemon/cli/rules.h"

#include "daemon/cli/language.h"

#include <string.h>

static const struct {
    const char *kind, *rule;
} rules[] = {
    {"field_mismatch",
     N_("both sides differ and the field's policy lets neither win: it is written to neither")},
    {"review_mismatch",
     N_("one side rejected what the other one passed: a person decides")},
    {"revoked_or_changed",
     N_("one side revoked what the other one changed or still holds: an edit stands until a person decides")},
    {"reinstated",
     N_("one side made valid again what both had revoked: a person decides")},
    {"vanished",
     N_("a linked record is gone from one side, by its listing and by its id: never taken for a revocation")},
    {"left_region",
     N_("a linked account left the region: nothing of it is judged meanwhile")},
    {"region_mismatch",
     N_("a person must stand in the region on both levels")},
    {"missing_counterpart",
     N_("who or what stands on one level must be registered on both")},
    {"id_changed",
     N_("the person's ID was corrected on one side only")},
    {"invalid_record",
     N_("the record cannot be mapped or validated: it is written nowhere")},
    {"duplicate_record",
     N_("two records have one key on one side")},
    {"ambiguous_match",
     N_("several records could be the counterpart: none is linked by guessing")},
    {"write_rejected",
     N_("the target refused the write: it is not sent again until something changes")},
    {"unit_mismatch",
     N_("credits to 2019, hours from 2020 on")},
    {"year_mismatch",
     N_("studied before the year that it states")},
    {"late_record",
     N_("studied later than the cut-off of its year")},
    {"counted_twice",
     N_("one course counts once in a year")},
    {"unproven_hours",
     N_("recognised hours that are finally reviewed need evidence")},
    {"implausible_amount",
     N_("more than a record, or a day, can hold")},
    {"total_mismatch",
     N_("both platforms' totals must equal the sum of the records")},
    {"qualification_mismatch",
     N_("both platforms must say of 'qualified' what the notice's rule gives")},
    {"certificate_mismatch",
     N_("a certificate needs a qualified, finally reviewed year, and one number on both levels")},
    {"mass_change_guard",
     N_("more changes than one cycle may write: the plan waits for release")},
    {"platform_changed",
     N_("the platform looks like another one: nothing is decided for that side")},
    {"control_total",
     N_("the two levels' totals differ by more than conflicts and waiting records explain")},
    {"schema_drift",
     N_("a required field is missing in every record: that entity stops")},
    {"field_drift",
     N_("one field became the same in too many records: it is held")},
    {"oscillation",
     N_("both sides write the field back and forth: it is frozen")},
};

const char *rule_of_kind(const char *kind)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (strcmp(rules[i].kind, kind) == 0) {
            return _(rules[i].rule);
        }
    }
    return "";
}
