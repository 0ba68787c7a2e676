/* What is shown in the user's language and said elsewhere: words of JSON, and sentences of the daemon. Here
 * so that they are found for translation; nothing reads these lists. English readers see the words
 * themselves, which they can grep. */
#include "daemon/command.h"

/* Words that may stand in JSON and are shown in a table. */
static const char *const words[] __attribute__((unused)) = {
    /* fields and other names */
    N_("kind"), N_("code"), N_("former_codes"), N_("name"), N_("mobile"), N_("region"),
    N_("employer"), N_("department"), N_("title"), N_("review"), N_("valid"), N_("origin_system"),
    N_("origin_number"), N_("created"), N_("person"), N_("year"), N_("category"), N_("unit"),
    N_("amount"), N_("source"), N_("course_code"), N_("course_name"), N_("evidence"),
    N_("finished"), N_("public"), N_("professional"), N_("credits"), N_("qualified"),
    N_("cert_no"), N_("cert_date"), N_("account"), N_("hours"), N_("annual"), N_("municipal"),
    N_("provincial"), N_("remote_id"), N_("version"), N_("updated"), N_("state"), N_("together"),
    N_("bad_field"), N_("bad_reason"),
    /* kinds of conflict */
    N_("field_mismatch"), N_("review_mismatch"), N_("revoked_or_changed"), N_("reinstated"),
    N_("vanished"), N_("left_region"), N_("region_mismatch"), N_("missing_counterpart"),
    N_("id_changed"), N_("invalid_record"), N_("duplicate_record"), N_("ambiguous_match"),
    N_("write_rejected"), N_("unit_mismatch"), N_("year_mismatch"), N_("late_record"),
    N_("counted_twice"), N_("unproven_hours"), N_("implausible_amount"), N_("total_mismatch"),
    N_("qualification_mismatch"), N_("certificate_mismatch"), N_("mass_change_guard"),
    N_("platform_changed"), N_("control_total"), N_("schema_drift"), N_("field_drift"),
    N_("oscillation"),
    /* severities, states, decisions */
    N_("info"), N_("warning"), N_("error"), N_("critical"), N_("open"), N_("acknowledged"),
    N_("decided"), N_("applied"), N_("closed"), N_("cleared"), N_("value"), N_("accept"),
    /* operations and states of writes */
    N_("create"), N_("update"), N_("revoke"), N_("proposed"), N_("planned"), N_("sent"),
    N_("settled"), N_("rejected"), N_("overtaken"), N_("dropped"),
    /* situations */
    N_("new_municipal"), N_("new_provincial"), N_("first_contact"), N_("municipal_changed"),
    N_("provincial_changed"), N_("both_changed"), N_("municipal_revoked"),
    N_("provincial_revoked"),
    /* canonical words */
    N_("waiting"), N_("approved"), N_("draft"), N_("submitted"), N_("hrss"), N_("credit"),
    N_("online"), N_("recognised"), N_("true"), N_("false"), N_("present"), N_("invalid"),
    N_("quarantined"), N_("outside"), N_("gone"),
    /* modes, kinds of cycles, results, stages */
    N_("observe"), N_("write"), N_("incremental"), N_("full"), N_("scoped"), N_("done"),
    N_("platform"), N_("guard"), N_("stopped"), N_("failed"), N_("reading"), N_("comparing"),
    N_("writing"), N_("verifying"), N_("settling"),
    /* why a record waits, why one is invalid */
    N_("day_limit"), N_("missing"), N_("both_amounts"), N_("dictionary"), N_("decimal"),
    N_("negative"), N_("integer"), N_("time"), N_("date"), N_("length"), N_("character"),
    N_("type"), N_("duplicate"), N_("check"), N_("charset"), N_("future"), N_("empty"),
};

/* What a cycle counts, its stages, and classes of answers (connectors/answer.h). */
static const char *const counts[] __attribute__((unused)) = {
    N_("read"), N_("changed"), N_("written"), N_("unknown"), N_("judged"), N_("conflicts"),
    N_("new"), N_("again"), N_("opening"), N_("checking"), N_("closing"), N_("retry"),
    N_("slow_down"), N_("renew_token"), N_("clock_off"), N_("new_nonce"), N_("precondition"),
    N_("not_found"), N_("cursor_dead"), N_("fatal"),
};

/* Why a record waits. */
static const char *const reasons[] __attribute__((unused)) = {
    N_("setting"),
    N_("rejected"),
};

/* Sentences that other rooms say and this one shows. */
static const char *const sentences[] __attribute__((unused)) = {
    /* mapping/base/status.h */
    N_("out of memory"), N_("invalid input"), N_("larger than allowed"), N_("not found"),
    N_("input or output failed"), N_("no space left"), N_("held by another process"),
    N_("not permitted"), N_("stored data is damaged"), N_("not supported"),
    /* the control socket */
    N_("the request is not one JSON object with a command"), N_("the daemon is stopping"),
    N_("the request is too large"), N_("too many connections"), N_("the state cannot be read"),
    N_("the state is busy; try again"), N_("other cycles wait; try again"),
    N_("the cycle could not begin"), N_("a resident ID is not valid, or there are too many"),
    N_("a credit code is not valid, or there are too many"), N_("a region is 2 to 12 digits"),
    N_("a year is 1990 to 2999"), N_("everything, or a scope, not both"),
    /* the end of a cycle */
    N_("in step"), N_("done; conflicts are open"),
    N_("a platform could not be reached or refused; nothing was lost"),
    N_("a guard holds the plan, or an entity stopped; see `cebridge status`"),
    N_("stopped; the next cycle goes on"), N_("the state could not be written; nothing was lost"),
};
