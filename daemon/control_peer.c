#include "daemon/control_peer.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ENTRY_BYTES = 64 * 1024 };

static const struct {
    const char *group;
    unsigned role;
} role_groups[] = {
    {"cebridge-admin", ROLE_ADMIN},
    {"cebridge-clerk", ROLE_CLERK},
    {"cebridge-audit", ROLE_AUDIT},
    {"cebridge-read", ROLE_READ},
};

bool peer_facts(int socket, struct peer_facts *ret)
{
    struct ucred credentials;
    socklen_t size = sizeof credentials;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
        return false;
    *ret =
        (struct peer_facts){.uid = credentials.uid, .gid = credentials.gid, .pid = credentials.pid};
    size = sizeof ret->groups;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, ret->groups, &size) == 0)
        ret->group_count = size / sizeof *ret->groups;
    return true;
}

static bool is_member(gid_t group, const gid_t *groups, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (groups[i] == group)
            return true;
    }
    return false;
}

/* The groups that the user database gives, beside those the process has: whoever was added to a
 * group need not log in again. */
static size_t user_groups(const struct passwd *user, gid_t groups[PEER_GROUPS])
{
    int count = PEER_GROUPS;
    if (getgrouplist(user->pw_name, user->pw_gid, groups, &count) < 0)
        return PEER_GROUPS;
    return (size_t)count;
}

void peer_look_up(const struct peer_facts *facts, struct control_peer *ret)
{
    char text[ENTRY_BYTES];
    struct passwd entry, *user = NULL;
    gid_t groups[PEER_GROUPS];
    size_t count = 0;
    *ret = (struct control_peer){.uid = facts->uid, .gid = facts->gid, .pid = facts->pid};
    if (getpwuid_r(facts->uid, &entry, text, sizeof text, &user) == 0 && user != NULL) {
        (void)snprintf(ret->name, sizeof ret->name, "%s", user->pw_name);
        count = user_groups(user, groups);
    }
    (void)snprintf(ret->who, sizeof ret->who, ret->name[0] == '\0' ? "uid %ld" : "uid %ld (%s)",
                   ret->uid, ret->name);
    if (facts->uid == 0 || facts->uid == geteuid())
        ret->roles |= ROLE_ADMIN;
    for (size_t i = 0; i < sizeof role_groups / sizeof *role_groups; i++) {
        struct group found, *group = NULL;
        if (getgrnam_r(role_groups[i].group, &found, text, sizeof text, &group) != 0 ||
            group == NULL)
            continue;
        if (group->gr_gid == facts->gid || is_member(group->gr_gid, groups, count) ||
            is_member(group->gr_gid, facts->groups, facts->group_count))
            ret->roles |= role_groups[i].role;
    }
}
