/* One key judged whole: what is written where, what is in conflict, what the base becomes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/sync/judge.h"
#include "tests/unit/mapping/shipped.h"

struct fixture {
    struct mapping *mapping;
    struct record side[SIDES], base;
    struct judge_case at;
    struct judgement judgement;
};

static struct record account(void)
{
    struct record record = {.entity = ENTITY_ACCOUNT, .updated = 1000};
    record.value[FIELD_ACCOUNT_KIND] = SLICE("person");
    record.value[FIELD_ACCOUNT_CODE] = SLICE("371681197001019019");
    record.value[FIELD_ACCOUNT_NAME] = SLICE("王小明");
    record.value[FIELD_ACCOUNT_MOBILE] = SLICE("13800000001");
    record.value[FIELD_ACCOUNT_REGION] = SLICE("371681");
    record.value[FIELD_ACCOUNT_EMPLOYER] = SLICE("91371681MAXXXXXX76");
    record.value[FIELD_ACCOUNT_TITLE] = SLICE("2");
    record.value[FIELD_ACCOUNT_REVIEW] = SLICE("approved");
    record.value[FIELD_ACCOUNT_VALID] = SLICE("true");
    return record;
}

static field_set whole(enum entity entity)
{
    field_set set = 0;
    for (enum field field = field_first(entity); field < field_end(entity); field++)
        set |= FIELD_BIT(field);
    return set;
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    if (fixture == NULL)
        return -1;
    fixture->mapping = shipped_mapping();
    if (fixture->mapping == NULL)
        return -1;
    fixture->side[MUNICIPAL] = fixture->side[PROVINCIAL] = fixture->base = account();
    fixture->at = (struct judge_case){
        .entity = ENTITY_ACCOUNT,
        .mapping = fixture->mapping,
        .presence = {PRESENCE_VALID, PRESENCE_VALID},
        .copy = {&fixture->side[MUNICIPAL], &fixture->side[PROVINCIAL]},
        .linked = true,
        .has_base = true,
        .base = &fixture->base,
        .base_fields = whole(ENTITY_ACCOUNT),
        .clocks_trusted = true,
    };
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    mapping_free(fixture->mapping);
    free(fixture);
    return 0;
}

static void expect(struct fixture *fixture, enum situation situation, field_set to_municipal,
                   field_set to_provincial, field_set mismatch)
{
    judge(&fixture->at, &fixture->judgement);
    assert_string_equal(situation_name(fixture->judgement.situation), situation_name(situation));
    assert_true(fixture->judgement.write[MUNICIPAL] == to_municipal);
    assert_true(fixture->judgement.write[PROVINCIAL] == to_provincial);
    assert_true(fixture->judgement.mismatch == mismatch);
}

/* holds: situation.in_sync */
static void in_step_writes_nothing(void **state)
{
    expect(*state, SITUATION_in_sync, 0, 0, 0);
}

/* holds: situation.municipal_changed */
static void one_changed_field_goes_over_alone(void **state)
{
    struct fixture *fixture = *state;
    fixture->side[MUNICIPAL].value[FIELD_ACCOUNT_NAME] = SLICE("王晓明");
    expect(fixture, SITUATION_municipal_changed, 0, FIELD_BIT(FIELD_ACCOUNT_NAME), 0);
    assert_true(slice_is(fixture->judgement.merged[FIELD_ACCOUNT_NAME], "王晓明"));
    assert_true((fixture->judgement.agreed & FIELD_BIT(FIELD_ACCOUNT_NAME)) == 0);
}

/* holds: merge.conflict_both */
static void a_conflict_stops_its_field_and_no_other(void **state)
{
    struct fixture *fixture = *state;
    fixture->side[MUNICIPAL].value[FIELD_ACCOUNT_NAME] = SLICE("王晓明");
    fixture->side[PROVINCIAL].value[FIELD_ACCOUNT_NAME] = SLICE("王小鸣");
    fixture->side[PROVINCIAL].value[FIELD_ACCOUNT_TITLE] = SLICE("3");
    expect(fixture, SITUATION_both_changed, FIELD_BIT(FIELD_ACCOUNT_TITLE), 0,
           FIELD_BIT(FIELD_ACCOUNT_NAME));
}

/* holds: situation.held_field */
static void a_field_in_conflict_is_no_change_of_its_side(void **state)
{
    struct fixture *fixture = *state;
    struct field_hold hold = {.field = FIELD_ACCOUNT_NAME, .open = true,
                              .value = {SLICE("王晓明"), SLICE("王小鸣")}};
    fixture->side[MUNICIPAL].value[FIELD_ACCOUNT_NAME] = hold.value[MUNICIPAL];
    fixture->side[PROVINCIAL].value[FIELD_ACCOUNT_NAME] = hold.value[PROVINCIAL];
    fixture->at.holds = &hold;
    fixture->at.hold_count = 1;
    expect(fixture, SITUATION_in_sync, 0, 0, FIELD_BIT(FIELD_ACCOUNT_NAME));
}

static void a_decision_is_carried_out_and_then_settled(void **state)
{
    struct fixture *fixture = *state;
    struct field_hold hold = {.field = FIELD_ACCOUNT_NAME, .open = true,
                              .value = {SLICE("王晓明"), SLICE("王小鸣")},
                              .decided = VERDICT_TO_PROVINCIAL};
    fixture->side[MUNICIPAL].value[FIELD_ACCOUNT_NAME] = hold.value[MUNICIPAL];
    fixture->side[PROVINCIAL].value[FIELD_ACCOUNT_NAME] = hold.value[PROVINCIAL];
    fixture->at.holds = &hold;
    fixture->at.hold_count = 1;
    judge(&fixture->at, &fixture->judgement);
    assert_true(fixture->judgement.write[PROVINCIAL] == FIELD_BIT(FIELD_ACCOUNT_NAME));
    assert_true(fixture->judgement.decided == FIELD_BIT(FIELD_ACCOUNT_NAME));
    fixture->side[PROVINCIAL].value[FIELD_ACCOUNT_NAME] = hold.value[MUNICIPAL];
    judge(&fixture->at, &fixture->judgement);
    assert_true(fixture->judgement.settled == FIELD_BIT(FIELD_ACCOUNT_NAME));
    assert_true(fixture->judgement.write[PROVINCIAL] == 0);
}

static void a_decision_made_on_other_values_does_not_stand(void **state)
{
    struct fixture *fixture = *state;
    struct field_hold hold = {.field = FIELD_ACCOUNT_NAME, .open = true,
                              .value = {SLICE("王晓明"), SLICE("王小鸣")},
                              .decided = VERDICT_TO_PROVINCIAL};
    fixture->side[MUNICIPAL].value[FIELD_ACCOUNT_NAME] = SLICE("王萧明");
    fixture->side[PROVINCIAL].value[FIELD_ACCOUNT_NAME] = hold.value[PROVINCIAL];
    fixture->at.holds = &hold;
    fixture->at.hold_count = 1;
    judge(&fixture->at, &fixture->judgement);
    assert_true(fixture->judgement.write[PROVINCIAL] == 0);
    assert_true(fixture->judgement.mismatch == FIELD_BIT(FIELD_ACCOUNT_NAME));
}

/* holds: merge.empty */
static void first_contact_fills_empty_fields_both_ways(void **state)
{
    struct fixture *fixture = *state;
    fixture->at.has_base = false;
    fixture->at.base_fields = 0;
    fixture->side[MUNICIPAL].value[FIELD_ACCOUNT_MOBILE] = (struct slice){0};
    fixture->side[PROVINCIAL].value[FIELD_ACCOUNT_TITLE] = (struct slice){0};
    expect(fixture, SITUATION_first_contact, FIELD_BIT(FIELD_ACCOUNT_MOBILE),
           FIELD_BIT(FIELD_ACCOUNT_TITLE), 0);
}

/* holds: situation.municipal_revoked */
static void a_revocation_is_carried_over_alone(void **state)
{
    struct fixture *fixture = *state;
    fixture->side[MUNICIPAL].value[FIELD_ACCOUNT_VALID] = SLICE("false");
    fixture->at.presence[MUNICIPAL] = PRESENCE_INVALID;
    expect(fixture, SITUATION_municipal_revoked, 0, FIELD_BIT(FIELD_ACCOUNT_VALID), 0);
}

/* holds: situation.edit_wins */
static void an_edit_beats_a_revocation(void **state)
{
    struct fixture *fixture = *state;
    fixture->side[MUNICIPAL].value[FIELD_ACCOUNT_VALID] = SLICE("false");
    fixture->at.presence[MUNICIPAL] = PRESENCE_INVALID;
    fixture->side[PROVINCIAL].value[FIELD_ACCOUNT_MOBILE] = SLICE("13800000002");
    expect(fixture, SITUATION_revoked_or_changed, 0, 0, 0);
}

/* holds: situation.agreed */
static void equal_now_means_agreed_whatever_the_base(void **state)
{
    struct fixture *fixture = *state;
    fixture->base.value[FIELD_ACCOUNT_NAME] = SLICE("别人");
    expect(fixture, SITUATION_converged, 0, 0, 0);
    assert_true((fixture->judgement.agreed & FIELD_BIT(FIELD_ACCOUNT_NAME)) != 0);
}

/* holds: notice.region_read_only */
static void the_region_of_a_person_is_never_written_to_the_province(void **state)
{
    struct fixture *fixture = *state;
    fixture->side[MUNICIPAL].value[FIELD_ACCOUNT_REGION] = SLICE("371602");
    expect(fixture, SITUATION_municipal_changed, 0, 0, FIELD_BIT(FIELD_ACCOUNT_REGION));
    fixture->side[MUNICIPAL].value[FIELD_ACCOUNT_EMPLOYER] = SLICE("91371626000000000M");
    expect(fixture, SITUATION_municipal_changed, 0, FIELD_BIT(FIELD_ACCOUNT_EMPLOYER), 0);
}

/* holds: merge.since */
static void the_first_time_a_field_differed_is_kept(void **state)
{
    struct fixture *fixture = *state;
    int64_t before[FIELDS] = {0};
    before[FIELD_ACCOUNT_MOBILE] = 500;
    fixture->at.changed_at[MUNICIPAL] = before;
    fixture->at.clock_offset[PROVINCIAL] = 100;
    fixture->side[MUNICIPAL].value[FIELD_ACCOUNT_MOBILE] = SLICE("13800000002");
    fixture->side[PROVINCIAL].value[FIELD_ACCOUNT_MOBILE] = SLICE("13800000003");
    expect(fixture, SITUATION_both_changed, FIELD_BIT(FIELD_ACCOUNT_MOBILE), 0, 0);
    assert_int_equal(fixture->judgement.changed_at[MUNICIPAL][FIELD_ACCOUNT_MOBILE], 500);
    assert_int_equal(fixture->judgement.changed_at[PROVINCIAL][FIELD_ACCOUNT_MOBILE], 900);
    assert_int_equal(fixture->judgement.changed_at[MUNICIPAL][FIELD_ACCOUNT_NAME], 0);
}

/* What an undo wrote back stays, whatever the field's policy: mobile is newest, region municipal. */
static struct field_hold undone(struct fixture *fixture, enum field field, const char *municipal,
                                const char *provincial)
{
    struct field_hold hold = {.field = field, .open = true, .undone = true,
                              .value = {slice_of(municipal), slice_of(provincial)}};
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        fixture->side[side].value[field] = hold.value[side];
        if (field == FIELD_ACCOUNT_VALID)
            fixture->at.presence[side] =
                slice_is(hold.value[side], "true") ? PRESENCE_VALID : PRESENCE_INVALID;
    }
    fixture->base.value[field] = hold.value[MUNICIPAL];
    fixture->at.hold_count = 1;
    return hold;
}

/* holds: guard.field_drift guard.oscillation */
static void a_frozen_field_is_written_nowhere_and_stops_no_other(void **state)
{
    struct fixture *fixture = *state;
    struct field_hold hold = {.field = FIELD_ACCOUNT_MOBILE, .open = true,
                              .value = {SLICE("13800000002"), SLICE("13800000001")},
                              .decided = VERDICT_TO_PROVINCIAL};
    fixture->side[MUNICIPAL].value[FIELD_ACCOUNT_MOBILE] = SLICE("13800000002");
    fixture->side[MUNICIPAL].value[FIELD_ACCOUNT_NAME] = SLICE("王晓明");
    fixture->at.frozen = FIELD_BIT(FIELD_ACCOUNT_MOBILE);
    expect(fixture, SITUATION_municipal_changed, 0, FIELD_BIT(FIELD_ACCOUNT_NAME), 0);
    assert_true(fixture->judgement.frozen == FIELD_BIT(FIELD_ACCOUNT_MOBILE));
    assert_true((fixture->judgement.agreed & FIELD_BIT(FIELD_ACCOUNT_MOBILE)) == 0);
    fixture->at.holds = &hold;
    fixture->at.hold_count = 1;
    expect(fixture, SITUATION_municipal_changed, 0, FIELD_BIT(FIELD_ACCOUNT_NAME), 0);
    fixture->side[PROVINCIAL].value[FIELD_ACCOUNT_MOBILE] = SLICE("13800000002");
    expect(fixture, SITUATION_both_changed, 0, FIELD_BIT(FIELD_ACCOUNT_NAME), 0);
    assert_true((fixture->judgement.agreed & FIELD_BIT(FIELD_ACCOUNT_MOBILE)) != 0);
    assert_true(fixture->judgement.frozen == 0);
}

static void what_was_undone_is_written_to_neither_side_whatever_the_policy(void **state)
{
    static const enum field fields[] = {FIELD_ACCOUNT_NAME, FIELD_ACCOUNT_MOBILE, FIELD_ACCOUNT_EMPLOYER,
                                        FIELD_ACCOUNT_TITLE};
    for (size_t index = 0; index < sizeof fields / sizeof *fields; index++) {
        struct fixture *fixture = *state;
        struct fixture before = *fixture;
        struct field_hold hold = undone(fixture, fields[index], "13800000009", "13800000008");
        fixture->at.holds = &hold;
        expect(fixture, SITUATION_in_sync, 0, 0, FIELD_BIT(fields[index]));
        assert_true(fixture->judgement.undone == FIELD_BIT(fields[index]));
        hold.open = false; /* accepted as it is */
        expect(fixture, SITUATION_in_sync, 0, 0, FIELD_BIT(fields[index]));
        *fixture = before;
    }
}

/* holds: write.base */
static void an_undone_field_stops_no_other_and_moves_no_base(void **state)
{
    struct fixture *fixture = *state;
    struct field_hold hold = undone(fixture, FIELD_ACCOUNT_MOBILE, "13800000009", "13800000008");
    fixture->at.holds = &hold;
    fixture->side[MUNICIPAL].value[FIELD_ACCOUNT_NAME] = SLICE("王晓明");
    expect(fixture, SITUATION_municipal_changed, 0, FIELD_BIT(FIELD_ACCOUNT_NAME),
           FIELD_BIT(FIELD_ACCOUNT_MOBILE));
    assert_true((fixture->judgement.agreed & FIELD_BIT(FIELD_ACCOUNT_MOBILE)) == 0);
}

static void an_undone_field_is_judged_anew_once_a_side_changes(void **state)
{
    struct fixture *fixture = *state;
    struct field_hold hold = undone(fixture, FIELD_ACCOUNT_EMPLOYER, "91371626000000000M", "91371681MAXXXXXX76");
    fixture->at.holds = &hold;
    fixture->side[PROVINCIAL].value[FIELD_ACCOUNT_EMPLOYER] = SLICE("91371681MAXXXXXX77");
    judge(&fixture->at, &fixture->judgement);
    assert_true(fixture->judgement.write[PROVINCIAL] == FIELD_BIT(FIELD_ACCOUNT_EMPLOYER));
    assert_true(fixture->judgement.undone == 0);
}

static void an_undone_create_never_revokes_the_source(void **state)
{
    struct fixture *fixture = *state;
    struct field_hold hold = undone(fixture, FIELD_ACCOUNT_VALID, "true", "false");
    fixture->at.holds = &hold;
    expect(fixture, SITUATION_revoked_or_changed, 0, 0, 0);
    assert_int_equal(fixture->judgement.action, ACTION_CONFLICT);
    assert_true(fixture->judgement.undone == FIELD_BIT(FIELD_ACCOUNT_VALID));
    fixture->side[MUNICIPAL].value[FIELD_ACCOUNT_NAME] = SLICE("王晓明");
    expect(fixture, SITUATION_revoked_or_changed, 0, 0, 0);
}

static void a_decision_on_an_undone_create_is_carried_out_and_nothing_else(void **state)
{
    struct fixture *fixture = *state;
    struct field_hold hold = undone(fixture, FIELD_ACCOUNT_VALID, "true", "false");
    hold.decided = VERDICT_TO_PROVINCIAL;
    fixture->at.holds = &hold;
    expect(fixture, SITUATION_revoked_or_changed, 0, FIELD_BIT(FIELD_ACCOUNT_VALID), 0);
    assert_true(slice_is(fixture->judgement.merged[FIELD_ACCOUNT_VALID], "true"));
    assert_true(fixture->judgement.undone == FIELD_BIT(FIELD_ACCOUNT_VALID));
    fixture->side[PROVINCIAL].value[FIELD_ACCOUNT_VALID] = SLICE("true");
    fixture->at.presence[PROVINCIAL] = PRESENCE_VALID;
    expect(fixture, SITUATION_in_sync, 0, 0, 0);
    assert_true(fixture->judgement.undone == 0);
}

static void an_undone_revocation_stands_apart(void **state)
{
    struct fixture *fixture = *state;
    struct field_hold hold = undone(fixture, FIELD_ACCOUNT_VALID, "false", "true");
    fixture->at.holds = &hold;
    expect(fixture, SITUATION_revoked_or_changed, 0, 0, 0);
    assert_true(fixture->judgement.undone == FIELD_BIT(FIELD_ACCOUNT_VALID));
}

/* holds: merge.since */
static void what_both_sides_agree_on_has_no_time_of_change(void **state)
{
    struct fixture *fixture = *state;
    fixture->at.has_base = false;
    fixture->at.base_fields = 0;
    expect(fixture, SITUATION_first_contact, 0, 0, 0);
    for (enum side side = MUNICIPAL; side < SIDES; side++)
        assert_int_equal(fixture->judgement.changed_at[side][FIELD_ACCOUNT_MOBILE], 0);
    /* so that a later change is dated by its own version, and not by that of the first contact */
    int64_t before[SIDES][FIELDS];
    memcpy(before, fixture->judgement.changed_at, sizeof before);
    fixture->at.has_base = true;
    fixture->at.base_fields = whole(ENTITY_ACCOUNT);
    fixture->at.changed_at[MUNICIPAL] = before[MUNICIPAL];
    fixture->at.changed_at[PROVINCIAL] = before[PROVINCIAL];
    fixture->side[MUNICIPAL].updated = 2000;
    fixture->side[PROVINCIAL].updated = 2010;
    fixture->side[MUNICIPAL].value[FIELD_ACCOUNT_MOBILE] = SLICE("13800000002");
    fixture->side[PROVINCIAL].value[FIELD_ACCOUNT_MOBILE] = SLICE("13800000003");
    expect(fixture, SITUATION_both_changed, FIELD_BIT(FIELD_ACCOUNT_MOBILE), 0, 0);
}

/* --- decisions and what was accepted ----------------------------------------------------------- */

static void put_hold(struct fixture *fixture, struct field_hold *hold)
{
    fixture->side[MUNICIPAL].value[hold->field] = hold->value[MUNICIPAL];
    fixture->side[PROVINCIAL].value[hold->field] = hold->value[PROVINCIAL];
    fixture->at.holds = hold;
    fixture->at.hold_count = 1;
}

/* holds: conflict.outdated */
static void a_decision_is_for_the_value_that_was_seen_and_no_later_one(void **state)
{
    struct fixture *fixture = *state;
    struct field_hold hold = {.field = FIELD_ACCOUNT_NAME, .open = true,
                              .value = {SLICE("王晓明"), SLICE("王小鸣")},
                              .decided = VERDICT_TO_PROVINCIAL};
    put_hold(fixture, &hold);
    /* the sides changed places: taking the municipal one was never about this value */
    fixture->side[MUNICIPAL].value[FIELD_ACCOUNT_NAME] = SLICE("王小鸣");
    fixture->side[PROVINCIAL].value[FIELD_ACCOUNT_NAME] = SLICE("王晓明");
    expect(fixture, SITUATION_both_changed, 0, 0, FIELD_BIT(FIELD_ACCOUNT_NAME));
    assert_true(fixture->judgement.decided == 0);
    /* both came to agree on the other value: in step, but not by the decision */
    fixture->side[PROVINCIAL].value[FIELD_ACCOUNT_NAME] = SLICE("王小鸣");
    judge(&fixture->at, &fixture->judgement);
    assert_true(fixture->judgement.settled == 0);
    assert_true((fixture->judgement.agreed & FIELD_BIT(FIELD_ACCOUNT_NAME)) != 0);
}

/* holds: conflict.value */
static void a_value_of_the_clerks_goes_to_each_side_that_lacks_it(void **state)
{
    struct fixture *fixture = *state;
    struct field_hold hold = {.field = FIELD_ACCOUNT_NAME, .open = true,
                              .value = {SLICE("王晓明"), SLICE("王小鸣")},
                              .by_value = true, .decided_value = SLICE("王筱明")};
    field_set name = FIELD_BIT(FIELD_ACCOUNT_NAME);
    put_hold(fixture, &hold);
    judge(&fixture->at, &fixture->judgement);
    assert_true(fixture->judgement.write[MUNICIPAL] == name && fixture->judgement.write[PROVINCIAL] == name);
    fixture->side[MUNICIPAL].value[FIELD_ACCOUNT_NAME] = hold.decided_value;
    judge(&fixture->at, &fixture->judgement);
    assert_true(fixture->judgement.write[MUNICIPAL] == 0 && fixture->judgement.write[PROVINCIAL] == name);
    assert_true(fixture->judgement.settled == 0);
    fixture->side[PROVINCIAL].value[FIELD_ACCOUNT_NAME] = hold.decided_value;
    judge(&fixture->at, &fixture->judgement);
    assert_true(fixture->judgement.write[PROVINCIAL] == 0 && fixture->judgement.settled == name);
}

static void what_was_accepted_is_not_written_though_the_policy_could_say_by_now(void **state)
{
    struct fixture *fixture = *state;
    struct field_hold hold = {.field = FIELD_ACCOUNT_MOBILE, .found = VERDICT_FIELD_MISMATCH,
                              .value = {SLICE("13800000002"), SLICE("13800000003")}};
    int64_t later[FIELDS] = {0};
    later[FIELD_ACCOUNT_MOBILE] = 5000;
    fixture->at.changed_at[MUNICIPAL] = later; /* newest would take the municipal one */
    put_hold(fixture, &hold);
    expect(fixture, SITUATION_in_sync, 0, 0, FIELD_BIT(FIELD_ACCOUNT_MOBILE));
    fixture->side[PROVINCIAL].value[FIELD_ACCOUNT_MOBILE] = SLICE("13800000004");
    judge(&fixture->at, &fixture->judgement);
    assert_true(fixture->judgement.write[PROVINCIAL] == FIELD_BIT(FIELD_ACCOUNT_MOBILE));
}

static void a_decided_revocation_is_carried_out_and_settled(void **state)
{
    struct fixture *fixture = *state;
    struct field_hold hold = {.field = FIELD_ACCOUNT_VALID, .open = true,
                              .value = {SLICE("false"), SLICE("true")},
                              .decided = VERDICT_TO_PROVINCIAL};
    field_set valid = FIELD_BIT(FIELD_ACCOUNT_VALID);
    put_hold(fixture, &hold);
    fixture->at.presence[MUNICIPAL] = PRESENCE_INVALID;
    fixture->side[PROVINCIAL].value[FIELD_ACCOUNT_MOBILE] = SLICE("13800000002");
    expect(fixture, SITUATION_revoked_or_changed, 0, valid, 0);
    fixture->side[PROVINCIAL].value[FIELD_ACCOUNT_VALID] = SLICE("false");
    fixture->at.presence[PROVINCIAL] = PRESENCE_INVALID;
    expect(fixture, SITUATION_retired, 0, 0, 0);
    assert_true(fixture->judgement.settled == valid);
}

/* --- directions -------------------------------------------------------------------------------- */

static struct mapping *mapping_toward(const char *direction)
{
    struct mapping *mapping = NULL;
    struct fault fault = {0};
    char put[64];
    char *text = shipped_text();
    (void)snprintf(put, sizeof put, "\"direction\": \"%s\"", direction);
    char *changed = shipped_changed(text, "\"entities\"", "\"direction\": \"both\"", put);
    assert_int_equal(mapping_load(slice_of(changed), SHIPPED_FILE, &mapping, &fault), STATUS_OK);
    free(changed);
    free(text);
    return mapping;
}

/* One row: a direction, what is at each side, and what may still be written. */
/* holds: direction.to_provincial direction.to_municipal direction.compare */
static void writes_towards_the_source_are_dropped_and_become_mismatches(void **state)
{
#define NAME FIELD_ACCOUNT_NAME
#define VALID FIELD_ACCOUNT_VALID
    static const struct {
        const char *direction;
        enum side changed; /* which side has a new value */
        enum field field;
        bool written;
    } rows[] = {
        {"to_provincial", MUNICIPAL, NAME, true},
        {"to_provincial", PROVINCIAL, NAME, false},
        {"to_provincial", MUNICIPAL, VALID, true},
        {"to_provincial", PROVINCIAL, VALID, false},
        {"to_municipal", PROVINCIAL, NAME, true},
        {"to_municipal", MUNICIPAL, NAME, false},
        {"to_municipal", PROVINCIAL, VALID, true},
        {"to_municipal", MUNICIPAL, VALID, false},
        {"compare", MUNICIPAL, NAME, false},
        {"compare", PROVINCIAL, NAME, false},
        {"compare", MUNICIPAL, VALID, false},
        {"compare", PROVINCIAL, VALID, false},
        {"both", MUNICIPAL, NAME, true},
        {"both", PROVINCIAL, NAME, true},
        {"both", MUNICIPAL, VALID, true},
        {"both", PROVINCIAL, VALID, true},
    };
    struct fixture *fixture = *state;
    for (size_t index = 0; index < sizeof rows / sizeof *rows; index++) {
        enum side other = side_other(rows[index].changed);
        field_set bit = FIELD_BIT(rows[index].field);
        struct mapping *mapping = mapping_toward(rows[index].direction);
        fixture->side[MUNICIPAL] = fixture->side[PROVINCIAL] = account();
        fixture->at.mapping = mapping;
        fixture->at.presence[MUNICIPAL] = fixture->at.presence[PROVINCIAL] = PRESENCE_VALID;
        fixture->side[rows[index].changed].value[rows[index].field] =
            rows[index].field == VALID ? SLICE("false") : SLICE("王晓明");
        if (rows[index].field == VALID)
            fixture->at.presence[rows[index].changed] = PRESENCE_INVALID;
        judge(&fixture->at, &fixture->judgement);
        field_set expected = rows[index].written ? bit : 0;
        if (fixture->judgement.write[other] != expected || fixture->judgement.write[rows[index].changed] != 0 ||
            fixture->judgement.mismatch != (rows[index].written ? 0 : bit))
            fail_msg("row %zu: %s, changed on the %s side", index, rows[index].direction,
                     side_name(rows[index].changed));
        fixture->at.mapping = fixture->mapping;
        mapping_free(mapping);
    }
#undef NAME
#undef VALID
}

static void a_dropped_step_back_is_no_revoked_review(void **state)
{
    struct fixture *fixture = *state;
    struct mapping *mapping = mapping_toward("to_provincial");
    fixture->at.mapping = mapping;
    fixture->side[PROVINCIAL].value[FIELD_ACCOUNT_REVIEW] = SLICE("rejected");
    judge(&fixture->at, &fixture->judgement);
    assert_true(fixture->judgement.mismatch == FIELD_BIT(FIELD_ACCOUNT_REVIEW));
    assert_false(fixture->judgement.review_revoked[MUNICIPAL]);
    fixture->at.mapping = fixture->mapping;
    mapping_free(mapping);
}

/* --- situations that write nothing ------------------------------------------------------------- */

/* holds: situation.vanished */
static void what_vanished_is_a_conflict_and_nothing_is_written(void **state)
{
    struct fixture *fixture = *state;
    fixture->at.presence[MUNICIPAL] = PRESENCE_GONE;
    expect(fixture, SITUATION_vanished, 0, 0, 0);
    fixture->at.presence[MUNICIPAL] = PRESENCE_OUTSIDE;
    expect(fixture, SITUATION_left_region, 0, 0, 0);
    fixture->base.value[FIELD_ACCOUNT_VALID] = SLICE("false");
    fixture->at.presence[MUNICIPAL] = PRESENCE_INVALID;
    fixture->side[MUNICIPAL].value[FIELD_ACCOUNT_VALID] = SLICE("false");
    fixture->at.presence[PROVINCIAL] = PRESENCE_VALID;
    expect(fixture, SITUATION_reinstated, 0, 0, 0);
}

/* holds: situation.held_field */
static void an_ignored_field_makes_no_side_changed(void **state)
{
    struct fixture *fixture = *state;
    struct mapping *mapping = NULL;
    struct fault fault = {0};
    char *text = shipped_text();
    char *changed = shipped_changed(text, "\"mobile\"", "\"policy\": \"newest\"", "\"policy\": \"ignore\"");
    assert_int_equal(mapping_load(slice_of(changed), SHIPPED_FILE, &mapping, &fault), STATUS_OK);
    fixture->at.mapping = mapping;
    fixture->side[MUNICIPAL].value[FIELD_ACCOUNT_MOBILE] = SLICE("13800000002");
    expect(fixture, SITUATION_in_sync, 0, 0, 0);
    fixture->at.mapping = fixture->mapping;
    mapping_free(mapping);
    free(changed);
    free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(in_step_writes_nothing),
        TEST(one_changed_field_goes_over_alone),
        TEST(a_conflict_stops_its_field_and_no_other),
        TEST(a_field_in_conflict_is_no_change_of_its_side),
        TEST(a_decision_is_carried_out_and_then_settled),
        TEST(a_decision_made_on_other_values_does_not_stand),
        TEST(first_contact_fills_empty_fields_both_ways),
        TEST(a_revocation_is_carried_over_alone),
        TEST(an_edit_beats_a_revocation),
        TEST(equal_now_means_agreed_whatever_the_base),
        TEST(the_region_of_a_person_is_never_written_to_the_province),
        TEST(the_first_time_a_field_differed_is_kept),
        TEST(what_both_sides_agree_on_has_no_time_of_change),
        TEST(a_frozen_field_is_written_nowhere_and_stops_no_other),
        TEST(what_was_undone_is_written_to_neither_side_whatever_the_policy),
        TEST(an_undone_field_stops_no_other_and_moves_no_base),
        TEST(an_undone_field_is_judged_anew_once_a_side_changes),
        TEST(an_undone_create_never_revokes_the_source),
        TEST(a_decision_on_an_undone_create_is_carried_out_and_nothing_else),
        TEST(an_undone_revocation_stands_apart),
        TEST(a_decision_is_for_the_value_that_was_seen_and_no_later_one),
        TEST(a_value_of_the_clerks_goes_to_each_side_that_lacks_it),
        TEST(what_was_accepted_is_not_written_though_the_policy_could_say_by_now),
        TEST(a_decided_revocation_is_carried_out_and_settled),
        TEST(writes_towards_the_source_are_dropped_and_become_mismatches),
        TEST(a_dropped_step_back_is_no_revoked_review),
        TEST(what_vanished_is_a_conflict_and_nothing_is_written),
        TEST(an_ignored_field_makes_no_side_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
