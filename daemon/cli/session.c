#include "daemon/cli/session.h"

#include "daemon/cli/control_client.h"
#include "daemon/cli/language.h"
#include "daemon/cli/local.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int64_t session_now(void)
{
    return (int64_t)time(NULL);
}

void session_fault(const struct fault *fault, char *text, size_t size)
{
    struct buffer words;
    buffer_init(&words, 4096);
    buffer_text(&words, fault->file);
    if (fault->line > 0) {
        buffer_printf(&words, ":%d", fault->line);
    }
    buffer_printf(&words, "%s%s: ", fault->key[0] != '\0' ? ": " : "", fault->key);
    if (fault->read[0] != '\0') {
        buffer_printf(&words, _("read \"%s\""), fault->read);
        buffer_text(&words, fault->allowed[0] != '\0' ? ", " : "");
    }
    if (fault->allowed[0] != '\0') {
        buffer_printf(&words, _("allowed: %s"), fault->allowed);
    }
    if (fault->read[0] == '\0' && fault->allowed[0] == '\0') {
        buffer_text(&words, _(status_text(fault->status)));
    }
    (void)snprintf(text, size, "%.*s", (int)words.size, words.size > 0 ? words.at : "");
    buffer_free(&words);
}

static void name_user(char who[96])
{
    const struct passwd *user = getpwuid(getuid());
    (void)snprintf(who, 96, "uid %ld (%.63s)", (long)getuid(), user != NULL ? user->pw_name : "");
}

int session_open(const char *config, struct session *ret)
{
    struct fault fault = {.status = STATUS_OK};
    *ret = (struct session){.config = config};
    name_user(ret->who);
    ret->settings_loaded = true; /* settings_free is needed in any case */
    if (settings_load(config, &ret->settings, &fault) == STATUS_OK) {
        return EXIT_DONE;
    }
    session_fault(&fault, ret->message, sizeof ret->message);
    return EXIT_SETTINGS;
}

void session_close(struct session *session)
{
    local_close(session);
    if (session->settings_loaded) {
        settings_free(&session->settings);
        session->settings_loaded = false;
    }
}

static int say(struct session *session, int code, const char *text)
{
    (void)snprintf(session->message, sizeof session->message, "%s", text);
    return code;
}

static int ask_here(struct session *session, const struct command *command, json_t *arguments,
                    const struct session_reply *reply)
{
    int code = local_open(session);
    if (code != EXIT_DONE) {
        return code;
    }
    switch (command->kind) {
    case COMMAND_VIEW: return local_view(session, command->name, arguments, reply);
    case COMMAND_ACTION: return local_action(session, command->name, arguments, reply);
    case COMMAND_CYCLE: return local_cycle(session, command->name, arguments, reply);
    case COMMAND_DAEMON:
    case COMMAND_LOCAL: break;
    }
    return say(session, EXIT_NO_DAEMON, _("no daemon answers"));
}

int session_ask(struct session *session, const char *command, json_t *arguments, bool needs_daemon,
                const struct session_reply *reply)
{
    int to = -1;
    char *message = NULL;
    session->message[0] = '\0';
    enum status status =
        control_client_open(session->settings.control_socket, command, arguments, &to);
    if (status == STATUS_OK) {
        int code = control_client_read(to, reply, &message);
        (void)say(session, code, message != NULL ? _(message) : "");
        free(message);
        return code;
    }
    if (status == STATUS_DENIED) {
        return say(session, EXIT_DENIED, _("not permitted to talk to the daemon"));
    }
    if (needs_daemon) {
        return say(session, EXIT_NO_DAEMON, _("no daemon answers"));
    }
    return ask_here(session, command_find(command), arguments, reply);
}
