/* The files that the settings name: definitions, mapping, secrets (daemon/settings.h). */
#include "daemon/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    LARGEST_DEFINITION = 4 * 1024 * 1024,
    LARGEST_SECRET = 64 * 1024,
    TRIED_BYTES = 4096,
    PLACES = 5
};

/* Reads an open file to its end. errno says why it is NULL; EFBIG: larger than allowed. */
static char *read_all(int from, size_t largest, size_t *ret_size)
{
    char *text = malloc(largest + 2);
    size_t size = 0;
    while (text != NULL && size <= largest) {
        ssize_t count = read(from, text + size, largest + 1 - size);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0) {
            if (count == 0) {
                text[size] = '\0';
                *ret_size = size;
                return text;
            }
            break;
        }
        size += (size_t)count;
    }
    int error = size > largest ? EFBIG : errno;
    free(text);
    errno = error;
    return NULL;
}

/* The folder of the program, without a slash at its end. */
static bool program_folder(char folder[TRIED_BYTES])
{
    ssize_t size = readlink("/proc/self/exe", folder, TRIED_BYTES - 1);
    if (size <= 0)
        return false;
    folder[size] = '\0';
    char *slash = strrchr(folder, '/');
    if (slash == NULL)
        return false;
    *slash = '\0';
    return true;
}

/* The places of a definition, in order: the operator's, those beside the program (a build tree, a
 * prefix), the system's. false: no such place. */
static bool place(const struct settings *settings, size_t index, const char *folder,
                  const char *name, char path[TRIED_BYTES])
{
    static const char *const beside[] = {"/..", "/../..", "/../share/cebridge"};
    char base[TRIED_BYTES];
    if (index == 0)
        return snprintf(path, TRIED_BYTES, "%s/%s.json",
                        strcmp(folder, "mapping") == 0 ? settings->mapping_dir
                                                       : settings->connectors_dir,
                        name) < TRIED_BYTES;
    if (index == PLACES - 1)
        return snprintf(path, TRIED_BYTES, "/usr/share/cebridge/%s/%s.json", folder, name) <
               TRIED_BYTES;
    return program_folder(base) && snprintf(path, TRIED_BYTES, "%s%s/%s/%s.json", base,
                                            beside[index - 1], folder, name) < TRIED_BYTES;
}

static bool plain_name(const char *name)
{
    return name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL && strlen(name) < 200;
}

enum status settings_read_definition(const struct settings *settings, const char *folder,
                                     const char *name, char **ret_text, size_t *ret_size,
                                     char ret_path[256], struct fault *ret_fault)
{
    if (!plain_name(name))
        return fault_set(ret_fault, STATUS_INVALID, settings->file, 0, folder, name,
                         "a plain name, without .json");
    char path[TRIED_BYTES];
    for (size_t i = 0; i < PLACES; i++) {
        if (!place(settings, i, folder, name, path))
            continue;
        int from = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        if (from < 0 && (errno == ENOENT || errno == ENOTDIR))
            continue;
        char *text = from < 0 ? NULL : read_all(from, LARGEST_DEFINITION, ret_size);
        int error = errno;
        if (from >= 0)
            (void)close(from);
        if (text == NULL)
            return fault_set(ret_fault, error == EACCES ? STATUS_DENIED : STATUS_IO, path, 0,
                             folder, strerror(error), "a readable file of at most 4 MiB");
        *ret_text = text;
        (void)snprintf(ret_path, 256, "%.255s", path);
        return STATUS_OK;
    }
    char allowed[256];
    (void)snprintf(allowed, sizeof allowed, "the name of a file in %.200s, or a shipped one",
                   strcmp(folder, "mapping") == 0 ? settings->mapping_dir
                                                  : settings->connectors_dir);
    return fault_set(ret_fault, STATUS_NOT_FOUND, settings->file, 0, folder, name, allowed);
}

/* A credential of systemd has its own access list, which the mode does not show. */
static int open_credential(const char *path)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    const char *slash = strrchr(path, '/');
    char credential[TRIED_BYTES];
    if (folder == NULL || folder[0] != '/')
        return -1;
    int size =
        snprintf(credential, sizeof credential, "%s/%s", folder, slash == NULL ? path : slash + 1);
    if (size >= TRIED_BYTES)
        return -1;
    return open(credential, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

static enum status open_secret(const char *path, const char *key, int *ret, struct fault *fault)
{
    int from = open_credential(path);
    if (from >= 0) {
        *ret = from;
        return STATUS_OK;
    }
    from = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (from < 0) {
        enum status status = errno == ENOENT ? STATUS_NOT_FOUND : STATUS_DENIED;
        return fault_set(fault, status, path, 0, key, strerror(errno),
                         "a file of mode 0600 that the bridge can read");
    }
    struct stat facts;
    char mode[32] = "no regular file";
    if (fstat(from, &facts) == 0 && S_ISREG(facts.st_mode)) {
        if ((facts.st_mode & 07177) == 0) {
            *ret = from;
            return STATUS_OK;
        }
        (void)snprintf(mode, sizeof mode, "mode %04o", (unsigned)facts.st_mode & 07777);
    }
    (void)close(from);
    return fault_set(fault, STATUS_INVALID, path, 0, key, mode, "a regular file of mode 0600");
}

enum status settings_read_secret(const char *path, const char *key, char **ret_text,
                                 size_t *ret_size, struct fault *ret_fault)
{
    int from = -1;
    enum status status = open_secret(path, key, &from, ret_fault);
    if (status != STATUS_OK)
        return status;
    size_t size = 0;
    char *text = read_all(from, LARGEST_SECRET, &size);
    int error = errno;
    (void)close(from);
    if (text == NULL)
        return fault_set(ret_fault, STATUS_IO, path, 0, key, strerror(error),
                         "a file of at most 64 KiB");
    if (size > 0 && text[size - 1] == '\n')
        text[--size] = '\0';
    if (size == 0) {
        free(text);
        return fault_set(ret_fault, STATUS_INVALID, path, 0, key, "",
                         "a secret, not an empty file");
    }
    *ret_text = text;
    *ret_size = size;
    return STATUS_OK;
}

static int hex_digit(char character)
{
    if (character >= '0' && character <= '9')
        return character - '0';
    if (character >= 'a' && character <= 'f')
        return character - 'a' + 10;
    if (character >= 'A' && character <= 'F')
        return character - 'A' + 10;
    return -1;
}

static bool read_hex(const char *text, uint8_t ret[32])
{
    for (size_t i = 0; i < 32; i++) {
        int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        ret[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static enum status read_key(const char *path, const char *name, uint8_t ret[32],
                            struct fault *ret_fault)
{
    char *text = NULL;
    size_t size = 0;
    enum status status = settings_read_secret(path, name, &text, &size, ret_fault);
    if (status != STATUS_OK || text == NULL)
        return status;
    uint8_t key[32];
    bool good = size == 64 && read_hex(text, key);
    explicit_bzero(text, size);
    free(text);
    if (!good)
        return fault_set(ret_fault, STATUS_INVALID, path, 0, name, "", "32 bytes as 64 hex digits");
    memcpy(ret, key, sizeof key);
    explicit_bzero(key, sizeof key);
    return STATUS_OK;
}

enum status settings_read_keys(const struct settings *settings, struct settings_keys *ret,
                               struct fault *ret_fault)
{
    *ret = (struct settings_keys){.has_seal = settings->seal_key_file[0] != '\0',
                                  .has_former = settings->former_seal_key_file[0] != '\0'};
    enum status status = read_key(settings->log_key_file, "bridge.log_key_file", ret->log, ret_fault);
    if (status == STATUS_OK && ret->has_seal)
        status = read_key(settings->seal_key_file, "bridge.seal_key_file", ret->seal, ret_fault);
    if (status == STATUS_OK && ret->has_former)
        status = read_key(settings->former_seal_key_file, "bridge.former_seal_key_file", ret->former,
                          ret_fault);
    return status;
}
