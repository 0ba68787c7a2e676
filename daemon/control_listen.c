#include "daemon/control_listen.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

enum { BACKLOG = 64 };

static enum status refuse(enum status status, const char *path, const char *read,
                          struct fault *fault)
{
    return fault_set(fault, status, path, 0, "bridge.control_socket", read,
                     "a path where a socket can be made");
}

static enum status refuse_error(const char *path, struct fault *fault)
{
    enum status status = errno == EACCES || errno == EPERM || errno == EROFS ? STATUS_DENIED
                         : errno == ENOSPC                                   ? STATUS_FULL
                                                                             : STATUS_IO;
    return refuse(status, path, strerror(errno), fault);
}

/* systemd hands over at most the one of cebridged.socket. */
static int handed_over(void)
{
    int count = sd_listen_fds(1);
    for (int i = 0; i < count; i++) {
        if (sd_is_socket_unix(SD_LISTEN_FDS_START + i, SOCK_STREAM, 1, NULL, 0) > 0)
            return SD_LISTEN_FDS_START + i;
    }
    return -1;
}

static enum status make_folder(const char *path, struct fault *fault)
{
    char folder[sizeof((struct sockaddr_un *)NULL)->sun_path];
    (void)snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash == NULL || slash == folder)
        return STATUS_OK;
    *slash = '\0';
    if (mkdir(folder, 0755) != 0 && errno != EEXIST)
        return refuse_error(path, fault);
    return STATUS_OK;
}

/* A socket that nobody answers at was left by a daemon that was killed: it is taken away. */
static enum status take_away(const char *path, const struct sockaddr_un *address,
                             struct fault *fault)
{
    struct stat facts;
    if (lstat(path, &facts) == 0 && !S_ISSOCK(facts.st_mode))
        return refuse(STATUS_INVALID, path, "something else than a socket", fault);
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (probe < 0)
        return refuse_error(path, fault);
    int error = 0;
    if (connect(probe, (const struct sockaddr *)address, sizeof *address) != 0)
        error = errno;
    (void)close(probe);
    if (error == 0 || error == EAGAIN)
        return refuse(STATUS_BUSY, path, "a daemon answers there", fault);
    if (error == ENOENT || (error == ECONNREFUSED && (unlink(path) == 0 || errno == ENOENT)))
        return STATUS_OK;
    errno = error;
    return refuse_error(path, fault);
}

static enum status bind_at(int listener, const char *path, struct fault *fault)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return refuse(STATUS_INVALID, path, path, fault);
    memcpy(address.sun_path, path, strlen(path) + 1);
    const struct sockaddr *generic = (const struct sockaddr *)&address;
    if (bind(listener, generic, sizeof address) == 0)
        return STATUS_OK;
    if (errno != EADDRINUSE)
        return refuse_error(path, fault);
    enum status status = take_away(path, &address, fault);
    if (status == STATUS_OK && bind(listener, generic, sizeof address) != 0)
        status = refuse_error(path, fault);
    return status;
}

enum status control_listen(const char *path, struct control_listener *ret, struct fault *ret_fault)
{
    struct control_listener listener = {.socket = handed_over()};
    if (listener.socket >= 0) {
        *ret = listener;
        return STATUS_OK;
    }
    enum status status = make_folder(path, ret_fault);
    if (status != STATUS_OK)
        return status;
    listener.socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener.socket < 0)
        return refuse_error(path, ret_fault);
    status = bind_at(listener.socket, path, ret_fault);
    struct stat facts = {0};
    if (status == STATUS_OK && (chmod(path, 0666) != 0 || listen(listener.socket, BACKLOG) != 0 ||
                                lstat(path, &facts) != 0))
        status = refuse_error(path, ret_fault);
    if (status != STATUS_OK) {
        (void)close(listener.socket);
        return status;
    }
    listener.made = true;
    listener.device = facts.st_dev;
    listener.inode = facts.st_ino;
    *ret = listener;
    return STATUS_OK;
}

void control_unlisten(const char *path, const struct control_listener *listener)
{
    struct stat facts;
    if (listener->made && lstat(path, &facts) == 0 && facts.st_dev == listener->device &&
        facts.st_ino == listener->inode)
        (void)unlink(path);
}
