#include "daemon/cli/control_client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static enum status connect_to(const char *path, int *ret_socket)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        return STATUS_NOT_FOUND;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    int to = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (to < 0) {
        return STATUS_IO;
    }
    if (connect(to, (const struct sockaddr *)&address, sizeof address) == 0) {
        *ret_socket = to;
        return STATUS_OK;
    }
    int error = errno;
    close(to);
    return error == ENOENT || error == ECONNREFUSED || error == ENOTDIR ? STATUS_NOT_FOUND
           : error == EACCES || error == EPERM                          ? STATUS_DENIED
                                                                        : STATUS_IO;
}

static bool send_all(int to, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(to, text, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent <= 0) {
            return false;
        }
        text += sent;
        size -= (size_t)sent;
    }
    return true;
}

enum status control_client_open(const char *path, const char *command, json_t *arguments,
                                int *ret_socket)
{
    int to = -1;
    enum status status = connect_to(path, &to);
    if (status != STATUS_OK) {
        return status;
    }
    json_t *request = json_pack("{s:s, s:O}", "command", command, "arguments", arguments);
    char *text = request != NULL ? json_dumps(request, JSON_COMPACT) : NULL;
    json_decref(request);
    bool good = text != NULL && send_all(to, text, strlen(text)) && send_all(to, "\n", 1);
    free(text);
    if (!good) {
        close(to);
        return STATUS_IO;
    }
    *ret_socket = to;
    return STATUS_OK;
}

/* True: that was the end. */
static bool take_line(json_t *line, const struct session_reply *reply, int *ret_code,
                      char **ret_message)
{
    json_t *row = json_object_get(line, "row");
    json_t *progress = json_object_get(line, "progress");
    json_t *end = json_object_get(line, "end");
    if (row != NULL) {
        reply->row(reply->context, row);
    }
    if (progress != NULL && reply->progress != NULL) {
        reply->progress(reply->context, progress);
    }
    if (end == NULL) {
        return false;
    }
    const char *message = json_string_value(json_object_get(end, "message"));
    *ret_code = (int)json_integer_value(json_object_get(end, "exit"));
    *ret_message = strdup(message != NULL ? message : "");
    return true;
}

int control_client_read(int socket, const struct session_reply *reply, char **ret_message)
{
    int code = EXIT_INTERNAL;
    bool ended = false;
    char *text = NULL;
    size_t capacity = 0;
    FILE *from = fdopen(socket, "r");
    *ret_message = NULL;
    while (from != NULL && !ended && getline(&text, &capacity, from) > 0) {
        json_t *line = json_loads(text, 0, NULL);
        ended = line != NULL && take_line(line, reply, &code, ret_message);
        json_decref(line);
    }
    free(text);
    if (from != NULL) {
        fclose(from);
    } else {
        close(socket);
    }
    if (!ended) {
        *ret_message = strdup(N_("the daemon went away before it had answered"));
    }
    return code;
}
