/* Views and actions on a small state: one person on both sides with two hour records, one of them
 * linked, a cycle, a conflict. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/action/action.h"
#include "daemon/store/conflicts.h"
#include "daemon/store/journal.h"
#include "daemon/store/links.h"
#include "daemon/store/runs.h"
#include "daemon/store/stage.h"
#include "daemon/view/view.h"
#include "mapping/base/civil.h"
#include "mapping/mask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PERSON "371681197001019019"

static struct small_state {
    char folder[64];
    struct settings settings;
    struct mapping *mapping;
    struct store *store;
    json_t *rows; /* what the last view or action gave */
    const char *message;
    int64_t conflict;  /* a field_mismatch on the amount of an hour record */
    int64_t fieldless; /* one that is not decided by a value */
    int64_t run;
    unsigned shown; /* how often something was shown in full */
} small;

static int64_t now(void)
{
    return civil_days(2023, 6, 1) * CIVIL_DAY_SECONDS;
}

static const char municipal_account[] =
    "{\"id\":\"11\",\"version\":2,\"updatedAt\":\"2023-05-01 08:00:00\",\"accountType\":1,"
    "\"idCard\":\"" PERSON "\",\"realName\":\"王秀英\",\"mobile\":\"13800000001\","
    "\"areaCode\":\"371681\",\"auditStatus\":1,\"deleted\":0}";
static const char provincial_account[] =
    "{\"ryid\":\"A1\",\"bbh\":1,\"gxsj\":\"2023-05-01T08:00:00+08:00\",\"rylb\":\"01\","
    "\"sfzjhm\":\"" PERSON "\",\"mc\":\"王秀英\",\"lxdh\":\"13800000002\",\"xzqh\":\"371681\","
    "\"shzt\":\"20\",\"yxbz\":\"1\"}";
#define MUNICIPAL_HOURS(id, amount, course)                                                        \
    "{\"id\":\"" id "\",\"version\":1,\"updatedAt\":\"2023-05-02 08:00:00\","                      \
    "\"originSystem\":\"371600\",\"originNo\":\"" id "\",\"idCard\":\"" PERSON "\","               \
    "\"studyYear\":2023,\"courseType\":1,\"classHour\":" amount ",\"source\":1,"                   \
    "\"courseCode\":\"" course "\",\"courseName\":\"公需科目\","                               \
    "\"finishTime\":\"2023-04-0" id " 10:00:00\",\"auditStatus\":4,\"deleted\":0}"
static const char municipal_hours[] = MUNICIPAL_HOURS("1", "20", "C1");
static const char unpaired_hours[] = MUNICIPAL_HOURS("2", "12.5", "C2");
static const char provincial_hours[] =
    "{\"xsid\":\"B1\",\"bbh\":1,\"gxsj\":\"2023-05-02T08:00:00+08:00\",\"lyxtbm\":\"371600\","
    "\"lyxh\":\"1\",\"sfzjhm\":\"" PERSON "\",\"nd\":\"2023\",\"kmlb\":\"GX\",\"jldw\":\"XS\","
    "\"sl\":\"15.00\",\"rdfs\":\"01\",\"kcdm\":\"C1\",\"kcmc\":\"公需科目\","
    "\"wcsj\":\"2023-04-01T10:00:00+08:00\",\"shzt\":\"40\",\"yxbz\":\"1\"}";

static void stage(enum side side, enum entity entity, const char *id, const char *payload,
                  const char *subject)
{
    struct staged row = {.side = side,
                         .entity = entity,
                         .remote_id = slice_of(id),
                         .version = 1,
                         .updated = now(),
                         .state = STAGED_PRESENT,
                         .kind = entity == ENTITY_ACCOUNT ? 1 : 0,
                         .key = store_hash(small.store, slice_of(subject)),
                         .person = store_hash(small.store, slice_of("person:" PERSON)),
                         .fetch = {small.run, now() - 45, SLICE("list"), side == MUNICIPAL ? 3 : 0},
                         .payload = slice_of(payload)};
    assert_int_equal(stage_put(small.store, &row), STATUS_OK);
    if (entity == ENTITY_ACCOUNT) {
        struct staged_code code = {.code = row.person};
        assert_int_equal(stage_put_codes(small.store, side, row.remote_id, &code, 1), STATUS_OK);
    }
}

static void link_up(enum entity entity, const char *municipal, const char *provincial)
{
    struct link link = {.entity = entity,
                        .remote_id = {slice_of(municipal), slice_of(provincial)},
                        .state = LINK_HELD};
    assert_int_equal(link_put(small.store, &link), STATUS_OK);
}

static int64_t see(const char *kind, const char *field, const char *one, const char *other)
{
    enum conflict_seen seen = CONFLICT_NEW;
    struct conflict conflict = {.kind = kind,
                                .severity = SEVERITY_ERROR,
                                .entity = ENTITY_HOURS,
                                .subject = slice_of("hours:371600/1"),
                                .reference = "0123456789abcdef",
                                .masked = slice_of("hours:371600/1"),
                                .field = field,
                                .value = {slice_of(one), slice_of(other)},
                                .remote_id = {slice_of("1"), slice_of("B1")},
                                .person = store_hash(small.store, slice_of("person:" PERSON)),
                                .region = "371681",
                                .year = 2023,
                                .run = small.run};
    assert_int_equal(conflict_see(small.store, &conflict, now(), &seen), STATUS_OK);
    return conflict.number;
}

static void fill(void)
{
    struct run_row run = {.kind = SLICE("full"), .started = now() - 60, .exit_code = -1};
    assert_int_equal(store_begin(small.store), STATUS_OK);
    assert_int_equal(run_begin(small.store, &run), STATUS_OK);
    small.run = run.number;
    run.ended = now() - 30;
    run.exit_code = 3;
    run.result = SLICE("done");
    run.counts = SLICE("{\"read\":{\"municipal\":3}}");
    assert_int_equal(run_end(small.store, &run), STATUS_OK);
    stage(MUNICIPAL, ENTITY_ACCOUNT, "11", municipal_account, "person:" PERSON);
    stage(PROVINCIAL, ENTITY_ACCOUNT, "A1", provincial_account, "person:" PERSON);
    link_up(ENTITY_ACCOUNT, "11", "A1");
    stage(MUNICIPAL, ENTITY_HOURS, "1", municipal_hours, "hours:371600/1");
    stage(MUNICIPAL, ENTITY_HOURS, "2", unpaired_hours, "hours:371600/2");
    stage(PROVINCIAL, ENTITY_HOURS, "B1", provincial_hours, "hours:371600/1");
    link_up(ENTITY_HOURS, "1", "B1");
    small.conflict = see("field_mismatch", "amount", "2000", "1500");
    small.fieldless = see("duplicate_record", "", "", "");
    assert_int_equal(store_commit(small.store), STATUS_OK);
}

static void load_mapping(void)
{
    static char text[1024 * 1024];
    struct fault fault = {.status = STATUS_OK};
    FILE *from = fopen("mapping/continuing-education.json", "re");
    assert_non_null(from);
    size_t size = fread(text, 1, sizeof text, from);
    fclose(from);
    assert_int_equal(mapping_load((struct slice){text, size}, "mapping", &small.mapping, &fault),
                     STATUS_OK);
}

static int set_up(void **state)
{
    static const char key[32] = "0123456789abcdef0123456789abcde";
    struct store_error error;
    (void)state;
    memset(&small, 0, sizeof small);
    (void)snprintf(small.folder, sizeof small.folder, "/tmp/cebridge-view-XXXXXX");
    assert_non_null(mkdtemp(small.folder));
    small.settings = (struct settings){.region = "3716",
                                       .log_dir = small.folder,
                                       .state_dir = small.folder,
                                       .stale_after_ms = 3600000,
                                       .incremental_ms = 60000};
    load_mapping();
    assert_int_equal(
        store_open(small.folder, &(struct seal_keys){.log = {key, sizeof key}}, &small.store, &error), STATUS_OK);
    fill();
    return 0;
}

static int tear_down(void **state)
{
    char command[128];
    (void)state;
    store_close(small.store);
    mapping_free(small.mapping);
    json_decref(small.rows);
    (void)snprintf(command, sizeof command, "rm -r %s", small.folder);
    return system(command);
}

static void keep(void *context, json_t *row)
{
    (void)context;
    (void)json_array_append(small.rows, row);
}

static enum status shown(void *context, const char *event, const char *reference, int64_t conflict,
                         const char *who)
{
    (void)context, (void)event, (void)reference, (void)conflict, (void)who;
    small.shown++;
    return STATUS_OK;
}

static void forget_rows(void)
{
    json_decref(small.rows);
    small.rows = json_array();
}

static int look(const char *command, json_t *arguments, bool may_decide)
{
    const struct view view = {.store = small.store,
                              .mapping = small.mapping,
                              .settings = &small.settings,
                              .now = now(),
                              .who = "uid 0 (test)",
                              .may_decide = may_decide,
                              .shown = shown};
    forget_rows();
    int code = view_run(&view, command, arguments, keep, NULL, &small.message);
    json_decref(arguments);
    return code;
}

static int act(const char *command, json_t *arguments)
{
    const struct action action = {.store = small.store,
                                  .mapping = small.mapping,
                                  .settings = &small.settings,
                                  .now = now(),
                                  .who = "uid 0 (test)"};
    forget_rows();
    int code = action_run(&action, command, arguments, keep, NULL, &small.message);
    json_decref(arguments);
    return code;
}

/* The value at "a/b/0" in the first row. */
static json_t *at(const char *path)
{
    json_t *value = json_array_get(small.rows, 0);
    char copy[128];
    (void)snprintf(copy, sizeof copy, "%s", path);
    for (char *name = strtok(copy, "/"); name != NULL; name = strtok(NULL, "/")) {
        value = json_is_array(value) ? json_array_get(value, (size_t)atoi(name))
                                     : json_object_get(value, name);
    }
    return value;
}

static void assert_text(const char *path, const char *expected)
{
    const char *text = json_string_value(at(path));
    if (text == NULL || strcmp(text, expected) != 0) {
        fail_msg("%s is %s instead of %s", path, text != NULL ? text : "no text", expected);
    }
}

static void assert_number(const char *path, int64_t expected)
{
    json_t *value = at(path);
    if (!json_is_integer(value) || json_integer_value(value) != expected) {
        fail_msg("%s is %lld instead of %lld", path, (long long)json_integer_value(value),
                 (long long)expected);
    }
}

static void status_says_what_is_open(void **state)
{
    (void)state;
    assert_int_equal(look("status", json_object(), true), 0);
    assert_text("mode", "observe");
    assert_true(json_is_false(at("in_step")));
    assert_true(json_is_false(at("stale")));
    assert_true(json_is_null(at("held_plan")));
    assert_true(json_is_null(at("municipal/reached")));
    assert_number("municipal/records/hours", 2);
    assert_number("provincial/records/account", 1);
    assert_number("conflicts/open", 2);
    assert_number("conflicts/by_severity/error", 2);
    assert_number("last_cycle/run", small.run);
    assert_text("last_good_cycle/started", "2023-05-31T23:59:00Z");
    assert_number("links/hours", 1);
    assert_true(json_is_false(at("daemon/running")));
}

/* holds: guard.stale_after */
static void no_good_cycle_for_long_is_an_alarm(void **state)
{
    (void)state;
    small.settings.stale_after_ms = 30000; /* the good one ended 30 s ago */
    assert_int_equal(look("status", json_object(), true), 0);
    assert_true(json_is_false(at("stale")));
    small.settings.stale_after_ms = 29999;
    assert_int_equal(look("status", json_object(), true), 0);
    assert_true(json_is_true(at("stale")));
    assert_true(json_is_false(at("in_step")));
}

static void runs_and_run_give_the_cycle_with_its_counts(void **state)
{
    (void)state;
    assert_int_equal(look("runs", json_object(), true), 0);
    assert_int_equal(json_array_size(small.rows), 1);
    assert_int_equal(look("run", json_pack("{s:I}", "number", (json_int_t)small.run), true), 0);
    assert_number("counts/read/municipal", 3);
    assert_number("exit", 3);
    assert_number("seconds", 30);
    assert_int_equal(look("run", json_pack("{s:i}", "number", 99), true), EXIT_INPUT);
}

static void conflicts_are_listed_and_filtered(void **state)
{
    static const struct {
        const char *arguments;
        int code;
        size_t rows;
    } cases[] = {
        {"{}", 0, 2},
        {"{\"kind\":\"field_mismatch\"}", 0, 1},
        {"{\"kind\":\"no_such_kind\"}", 64, 0},
        {"{\"severity\":\"error\"}", 0, 2},
        {"{\"severity\":\"critical\"}", 0, 0},
        {"{\"state\":\"open\"}", 0, 2},
        {"{\"state\":\"closed\"}", 0, 0},
        {"{\"person\":\"" PERSON "\"}", 0, 2},
        {"{\"person\":\"371681196912319026\"}", 0, 0},
        {"{\"region\":\"3716\",\"year\":2023}", 0, 2},
        {"{\"year\":2022}", 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int code = look("conflicts", json_loads(cases[i].arguments, 0, NULL), true);
        if (code != cases[i].code || json_array_size(small.rows) != cases[i].rows) {
            fail_msg("%s: exit %d, %zu rows", cases[i].arguments, code,
                     json_array_size(small.rows));
        }
    }
}

/* holds: conflict.sealed */
static void a_conflict_in_full_is_logged_and_only_for_who_may_decide(void **state)
{
    (void)state;
    assert_int_equal(
        look("conflict", json_pack("{s:I}", "number", (json_int_t)small.conflict), false), 0);
    assert_int_equal(small.shown, 0);
    assert_int_equal(
        look("conflict", json_pack("{s:I}", "number", (json_int_t)small.conflict), true), 0);
    assert_int_equal(small.shown, 1);
    assert_text("kind", "field_mismatch");
    assert_text("field", "amount");
    assert_number("municipal", 2000);
    assert_number("provincial", 1500);
    assert_true(json_is_null(at("base")));
    assert_true(json_is_null(at("decision")));
    assert_text("state", "open");
    assert_text("subject_ref", "0123456789abcdef");
    assert_int_equal(look("conflict", json_pack("{s:i}", "number", 99), true), EXIT_INPUT);
}

static void a_person_is_shown_with_both_sides_beside_each_other(void **state)
{
    (void)state;
    assert_int_equal(look("person", json_pack("{s:s}", "person", PERSON), true), 0);
    assert_int_equal(small.shown, 1);
    assert_text("person", PERSON);
    assert_text("accounts/municipal/name", "王秀英");
    assert_text("accounts/provincial/mobile", "13800000002");
    assert_true(json_is_true(at("accounts/linked")));
    assert_int_equal(json_array_size(at("hours")), 2);
    assert_text("hours/0/origin", "371600/1");
    assert_true(json_is_true(at("hours/0/linked")));
    assert_number("hours/0/municipal/amount", 2000);
    assert_number("hours/0/provincial/amount", 1500);
    assert_true(json_is_null(at("hours/1/provincial")));
    assert_number("annual/0/year", 2023);
    assert_number("annual/0/own/public", 3250);
    assert_true(json_is_false(at("annual/0/own/qualified")));
    assert_number("annual/0/own/missing/professional", 6000);
    assert_null(at("annual/0/own/missing/public"));
    assert_int_equal(json_array_size(at("conflicts")), 2);
    assert_int_equal(look("person", json_pack("{s:s}", "person", "371681197001019018"), true),
                     EXIT_INPUT);
    assert_int_equal(json_array_size(small.rows), 0);
}

static void a_person_without_a_log_is_not_shown(void **state)
{
    const struct view view = {
        .store = small.store, .mapping = small.mapping, .settings = &small.settings, .now = now()};
    json_t *arguments = json_pack("{s:s}", "person", PERSON);
    (void)state;
    forget_rows();
    assert_int_equal(view_run(&view, "person", arguments, keep, NULL, &small.message), EXIT_DENIED);
    assert_int_equal(json_array_size(small.rows), 0);
    json_decref(arguments);
}

static void decisions_are_checked(void **state)
{
    static const struct {
        const char *members;
        bool fieldless;
        int code;
    } cases[] = {
        {"{\"take\":\"municipal\"}", false, 64},
        {"{\"take\":\"municipal\",\"reason\":\"  \"}", false, 64},
        {"{\"reason\":\"r\"}", false, 64},
        {"{\"take\":\"municipal\",\"accept\":true,\"reason\":\"r\"}", false, 64},
        {"{\"take\":\"both\",\"reason\":\"r\"}", false, 64},
        {"{\"value\":\"12.555\",\"reason\":\"r\"}", false, 65},
        {"{\"value\":\"-1\",\"reason\":\"r\"}", false, 65},
        {"{\"value\":\"many\",\"reason\":\"r\"}", false, 65},
        {"{\"take\":\"municipal\",\"reason\":\"r\"}", true, 65},
        {"{\"value\":\"1\",\"reason\":\"r\"}", true, 65},
        {"{\"accept\":true,\"reason\":\"r\"}", true, 0},
        {"{\"value\":\"12.5\",\"reason\":\"r\"}", false, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *arguments = json_loads(cases[i].members, 0, NULL);
        int64_t number = cases[i].fieldless ? small.fieldless : small.conflict;
        json_object_set_new(arguments, "number", json_integer(number));
        int code = act("resolve", arguments);
        if (code != cases[i].code) {
            fail_msg("%s: exit %d (%s)", cases[i].members, code, small.message);
        }
    }
    assert_text("state", "decided");
    struct conflict decided;
    struct arena arena;
    arena_init(&arena, 1024 * 1024);
    assert_int_equal(conflict_get(small.store, small.conflict, &arena, &decided), STATUS_OK);
    assert_int_equal(decided.decision, DECISION_VALUE);
    assert_true(slice_is(decided.decision_value, "1250"));
    arena_free(&arena);
}

static void a_decision_marks_both_records_to_be_judged(void **state)
{
    struct staged row;
    (void)state;
    assert_int_equal(
        act("resolve", json_pack("{s:I, s:s, s:s}", "number", (json_int_t)small.conflict, "take",
                                 "provincial", "reason", "seen the papers")),
        0);
    assert_int_equal(stage_glance(small.store, MUNICIPAL, ENTITY_HOURS, SLICE("1"), &row),
                     STATUS_OK);
    assert_true(row.dirty);
    assert_int_equal(stage_glance(small.store, PROVINCIAL, ENTITY_HOURS, SLICE("B1"), &row),
                     STATUS_OK);
    assert_true(row.dirty);
    assert_text("decided_by", "uid 0 (test)");
    assert_text("reason", "seen the papers");
}

/* holds: conflict.states */
static void an_acknowledged_conflict_stays_open(void **state)
{
    (void)state;
    assert_int_equal(act("ack", json_pack("{s:I}", "number", (json_int_t)small.conflict)), 0);
    assert_text("state", "acknowledged");
    assert_int_equal(look("conflicts", json_object(), true), 0);
    assert_int_equal(json_array_size(small.rows), 2);
    assert_int_equal(act("ack", json_pack("{s:i}", "number", 99)), EXIT_INPUT);
}

static void mode_pause_and_release_are_kept(void **state)
{
    (void)state;
    assert_int_equal(act("mode", json_pack("{s:s}", "mode", "write")), 0);
    assert_int_equal(act("mode", json_pack("{s:s}", "mode", "off")), EXIT_USAGE);
    assert_int_equal(act("pause", json_object()), 0);
    assert_int_equal(look("status", json_object(), true), 0);
    assert_text("mode", "write");
    assert_true(json_is_true(at("paused")));
    assert_int_equal(act("resume", json_object()), 0);
    assert_int_equal(act("resume", json_pack("{s:i}", "release_plan", 7)), EXIT_INPUT);
    assert_int_equal(store_begin(small.store), STATUS_OK);
    assert_int_equal(store_meta_set(small.store, "held_plan",
                                    SLICE("{\"run\":7,\"hash\":\"00ff\",\"why\":\"updates\"}")),
                     STATUS_OK);
    assert_int_equal(store_commit(small.store), STATUS_OK);
    assert_int_equal(act("resume", json_pack("{s:i}", "release_plan", 6)), EXIT_INPUT);
    assert_int_equal(act("resume", json_pack("{s:i}", "release_plan", 7)), 0);
    assert_text("hash", "00ff");
    assert_int_equal(look("status", json_object(), true), 0);
    assert_number("held_plan/run", 7);
    assert_true(json_is_false(at("paused")));
}

static void without_a_state_views_say_so(void **state)
{
    static const char *const commands[] = {"status", "runs", "conflicts", "log"};
    const struct view view = {
        .mapping = small.mapping, .settings = &small.settings, .now = now(), .shown = shown};
    json_t *arguments = json_object();
    (void)state;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        forget_rows();
        assert_int_equal(view_run(&view, commands[i], arguments, keep, NULL, &small.message), 0);
    }
    forget_rows();
    assert_int_equal(view_run(&view, "status", arguments, keep, NULL, &small.message), 0);
    assert_string_equal(small.message, "no cycle has run yet");
    assert_true(json_is_null(at("last_cycle")));
    assert_true(json_is_null(at("municipal/records/account")));
    json_decref(arguments);
}

static void the_log_is_filtered(void **state)
{
    static const struct {
        const char *arguments;
        size_t rows;
    } cases[] = {{"{}", 4},
                 {"{\"event\":\"decision\"}", 1},
                 {"{\"run\":2}", 2},
                 {"{\"after\":3}", 1},
                 {"{\"since\":1685577600}", 2},
                 {"{\"until\":1685577599}", 2}};
    char path[128];
    (void)state;
    (void)snprintf(path, sizeof path, "%s/events-000000000002-20230531T020000Z.jsonl", small.folder);
    FILE *file = fopen(path, "we");
    fputs("{\"n\":1,\"time\":\"2023-05-31T00:00:00Z\",\"event\":\"cycle\",\"run\":1}\n"
          "{\"n\":2,\"time\":\"2023-05-31T01:00:00Z\",\"event\":\"cycle\",\"run\":2}\n",
          file);
    fclose(file);
    (void)snprintf(path, sizeof path, "%s/events.jsonl", small.folder);
    file = fopen(path, "we");
    fputs("{\"n\":3,\"time\":\"2023-06-01T00:00:00Z\",\"event\":\"decision\",\"run\":2}\n"
          "{\"n\":4,\"time\":\"2023-06-01T01:00:00Z\",\"event\":\"cycle\",\"run\":3}\n"
          "{\"n\":5,\"time\":\"2023-06-01T0",
          file);
    fclose(file);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(look("log", json_loads(cases[i].arguments, 0, NULL), true), 0);
        if (json_array_size(small.rows) != cases[i].rows) {
            fail_msg("%s: %zu rows", cases[i].arguments, json_array_size(small.rows));
        }
    }
    assert_int_equal(look("log", json_object(), true), 0);
    assert_number("n", 1);
}

/* The write that took the municipal amount over, and one about another record. */
static void write_down(void)
{
    struct write write = {.run = small.run,
                          .target = PROVINCIAL,
                          .entity = ENTITY_HOURS,
                          .operation = WRITE_UPDATE,
                          .state = WRITE_PLANNED,
                          .source_id = SLICE("1"),
                          .target_id = SLICE("B1"),
                          .version = 1,
                          .reference = "0123456789abcdef",
                          .masked = SLICE("hours:371600/1"),
                          .reason = "municipal_changed",
                          .fields = FIELD_BIT(FIELD_HOURS_AMOUNT)};
    assert_int_equal(store_begin(small.store), STATUS_OK);
    write.key = store_hash(small.store, SLICE("one"));
    assert_int_equal(journal_plan(small.store, &write), STATUS_OK);
    memcpy(write.reference, "fedcba9876543210", sizeof write.reference);
    write.key = store_hash(small.store, SLICE("other"));
    assert_int_equal(journal_plan(small.store, &write), STATUS_OK);
    assert_int_equal(store_commit(small.store), STATUS_OK);
}

/* The row of that field in the first row's "record". */
static json_t *explained(const char *name)
{
    size_t index;
    json_t *field, *found = NULL;
    json_array_foreach(at("record/fields"), index, field)
    {
        if (strcmp(json_string_value(json_object_get(field, "field")), name) == 0) {
            found = field;
        }
    }
    assert_non_null(found);
    return found;
}

static void a_conflict_is_explained_with_requests_rule_and_writes(void **state)
{
    (void)state;
    write_down();
    assert_int_equal(look("explain", json_pack("{s:I}", "conflict", (json_int_t)small.conflict), true), 0);
    assert_int_equal(small.shown, 1);
    assert_number("conflict/number", small.conflict);
    assert_text("rule/kind", "field_mismatch");
    assert_text("rule/policy", "conflict");
    assert_text("record/link/evidence", "key");
    assert_text("record/municipal/fetched/call", "list");
    assert_number("record/municipal/fetched/page", 3);
    assert_number("record/municipal/fetched/run", small.run);
    assert_text("record/municipal/fetched/at", "2023-05-31T23:59:15Z");
    assert_true(json_is_null(at("record/provincial/fetched/page")));
    assert_number("record/conflicts/0/number", small.conflict);
    assert_int_equal(json_array_size(at("record/writes")), 1);
    assert_text("record/writes/0/reason", "municipal_changed");
    const json_t *amount = explained("amount");
    assert_int_equal(json_integer_value(json_object_get(amount, "municipal")), 2000);
    assert_int_equal(json_integer_value(json_object_get(amount, "provincial")), 1500);
    assert_string_equal(json_string_value(json_object_get(amount, "verdict")), "field_mismatch");
    assert_string_equal(json_string_value(json_object_get(explained("category"), "verdict")), "agreed");
    assert_string_equal(json_string_value(json_object_get(explained("person"), "municipal")), PERSON);
    assert_int_equal(look("explain", json_pack("{s:I}", "conflict", (json_int_t)small.fieldless), true), 0);
    assert_true(json_is_null(at("rule/policy")));
}

static void what_is_explained_is_masked_for_whoever_may_not_decide(void **state)
{
    (void)state;
    assert_int_equal(look("explain", json_pack("{s:I}", "conflict", (json_int_t)small.conflict), false), 0);
    assert_int_equal(small.shown, 0);
    assert_string_equal(json_string_value(json_object_get(explained("person"), "municipal")),
                        "3****************9");
    char *text = json_dumps(small.rows, 0);
    assert_null(strstr(text, PERSON));
    free(text);
}

static void a_record_is_found_by_its_reference(void **state)
{
    char reference[17];
    (void)state;
    /* in conflict; only written about; only staged */
    assert_int_equal(look("explain", json_pack("{s:s}", "record", "0123456789abcdef"), true), 0);
    assert_text("record/municipal/remote_id", "1");
    assert_text("record/provincial/remote_id", "B1");
    write_down();
    assert_int_equal(look("explain", json_pack("{s:s}", "record", "fedcba9876543210"), true), 0);
    assert_text("record/provincial/remote_id", "B1");
    assert_int_equal(keyed_ref(store_keyed(small.store), SLICE("hours:371600/2"), reference), STATUS_OK);
    assert_int_equal(look("explain", json_pack("{s:s}", "record", reference), true), 0);
    assert_text("record/municipal/remote_id", "2");
    assert_text("record/subject", "hours:371600/2");
    assert_true(json_is_null(at("record/provincial")));
    assert_true(json_is_null(at("record/situation")));
    assert_int_equal(keyed_ref(store_keyed(small.store), SLICE("person:" PERSON), reference), STATUS_OK);
    assert_int_equal(look("explain", json_pack("{s:s}", "record", reference), false), 0);
    assert_text("record/provincial/remote_id", "A1");
    assert_string_equal(json_string_value(json_object_get(explained("name"), "municipal")), "王**");
    assert_int_equal(look("explain", json_pack("{s:s}", "record", "00000000000000aa"), true), 65);
    assert_int_equal(look("explain", json_pack("{s:s}", "record", "0123"), true), 64);
    assert_int_equal(look("explain", json_pack("{s:I}", "conflict", (json_int_t)999), true), 65);
}

#define ON_A_STATE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_STATE(status_says_what_is_open),
        ON_A_STATE(no_good_cycle_for_long_is_an_alarm),
        ON_A_STATE(runs_and_run_give_the_cycle_with_its_counts),
        ON_A_STATE(conflicts_are_listed_and_filtered),
        ON_A_STATE(a_conflict_in_full_is_logged_and_only_for_who_may_decide),
        ON_A_STATE(a_person_is_shown_with_both_sides_beside_each_other),
        ON_A_STATE(a_person_without_a_log_is_not_shown),
        ON_A_STATE(decisions_are_checked),
        ON_A_STATE(a_decision_marks_both_records_to_be_judged),
        ON_A_STATE(an_acknowledged_conflict_stays_open),
        ON_A_STATE(mode_pause_and_release_are_kept),
        ON_A_STATE(without_a_state_views_say_so),
        ON_A_STATE(the_log_is_filtered),
        ON_A_STATE(a_conflict_is_explained_with_requests_rule_and_writes),
        ON_A_STATE(what_is_explained_is_masked_for_whoever_may_not_decide),
        ON_A_STATE(a_record_is_found_by_its_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
