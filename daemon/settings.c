#include "daemon/settings.h"

#include "daemon/settings_table.h"
#include "daemon/settings_value.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LARGEST_FILE = 1024 * 1024, LARGEST_TEXTS = 4 * 1024 * 1024, SETTINGS_MOST = 64 };

/* One file being read. */
struct reading {
    struct settings *settings;
    const char *file;
    int line;
    char section[40];
    bool seen[SETTINGS_MOST]; /* in this file: a key twice is an error, a later file may overrule */
    struct fault *fault;
};

static enum status refuse(const struct reading *reading, const char *key, struct slice read,
                          const char *allowed)
{
    char cut[96];
    (void)snprintf(cut, sizeof cut, "%.*s", (int)(read.size < 90 ? read.size : 90),
                   read.at == NULL ? "" : read.at);
    return fault_set(reading->fault, STATUS_INVALID, reading->file, reading->line, key, cut,
                     allowed);
}

/* Edits between two names, for a nearest one; names of up to 39 characters. */
static size_t distance(struct slice one, const char *other)
{
    size_t row[41];
    size_t width = strlen(other);
    for (size_t j = 0; j <= width; j++)
        row[j] = j;
    for (size_t i = 0; i < one.size; i++) {
        size_t corner = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < width; j++) {
            size_t change = corner + (one.at[i] != other[j]);
            corner = row[j + 1];
            size_t edit = (row[j] < corner ? row[j] : corner) + 1;
            row[j + 1] = change < edit ? change : edit;
        }
    }
    return row[width];
}

static enum status refuse_section(const struct reading *reading, struct slice name)
{
    const char *nearest = "";
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < settings_table_count; i++) {
        size_t edits = distance(name, settings_table[i].section);
        if (edits < least) {
            least = edits;
            nearest = settings_table[i].section;
        }
    }
    char allowed[200];
    (void)snprintf(allowed, sizeof allowed,
                   "[%s] is the nearest known section (bridge, log, municipal, provincial, schedule, "
                   "guard, console)",
                   nearest);
    return refuse(reading, "section", name, allowed);
}

static enum status refuse_key(const struct reading *reading, struct slice name)
{
    const struct setting *nearest = &settings_table[0];
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < settings_table_count; i++) {
        const struct setting *setting = &settings_table[i];
        /* The section's own names come first; another section's only when it is the very name. */
        size_t edits = 2 * distance(name, setting->name) +
                       (strcmp(setting->section, reading->section) == 0 ? 0 : 3);
        if (edits < least) {
            least = edits;
            nearest = setting;
        }
    }
    char allowed[200], key[100];
    bool here = strcmp(nearest->section, reading->section) == 0;
    (void)snprintf(allowed, sizeof allowed, "%s%s%s%s is the nearest known name", here ? "" : "[",
                   here ? "" : nearest->section, here ? "" : "] ", nearest->name);
    (void)snprintf(key, sizeof key, "%s.%.*s", reading->section,
                   (int)(name.size < 50 ? name.size : 50), name.at);
    return refuse(reading, key, name, allowed);
}

static void key_text(const struct setting *setting, char key[100])
{
    (void)snprintf(key, 100, "%s.%s", setting->section, setting->name);
}

static enum status refuse_value(const struct reading *reading, const struct setting *setting,
                                struct slice value)
{
    struct buffer allowed;
    buffer_init(&allowed, 240);
    setting_write_allowed(setting, &allowed);
    char key[100];
    key_text(setting, key);
    enum status status =
        refuse(reading, key, value, allowed.status == STATUS_OK ? allowed.at : setting->help);
    buffer_free(&allowed);
    return status;
}

/* The folder of the settings file, with its slash. settings->file is absolute. */
static struct slice folder_of(const char *file)
{
    return (struct slice){file, (size_t)(strrchr(file, '/') - file) + 1};
}

static enum status keep_text(const struct reading *reading, const struct setting *setting,
                             struct slice value)
{
    struct settings *settings = reading->settings;
    struct slice kept;
    if (setting->type == SETTING_PATH && value.size > 0 && value.at[0] != '/') {
        struct slice folder = folder_of(settings->file);
        kept = arena_printf(&settings->texts, "%.*s%.*s", (int)folder.size, folder.at,
                            (int)value.size, value.at);
    } else {
        while (setting->type == SETTING_ADDRESS && value.at[value.size - 1] == '/')
            value.size--;
        kept = arena_copy(&settings->texts, value);
    }
    if (kept.at == NULL)
        return STATUS_NO_MEMORY;
    /* A path grows when it is made absolute. */
    if (setting->type == SETTING_PATH && !setting_allows_text(setting, kept))
        return refuse_value(reading, setting, kept);
    const char **place = (const char **)(void *)((char *)settings + setting->offset);
    *place = kept.at;
    return STATUS_OK;
}

static enum status assign(const struct reading *reading, const struct setting *setting,
                          struct slice value)
{
    if (setting_is_text(setting)) {
        if (!setting_allows_text(setting, value))
            return refuse_value(reading, setting, value);
        return keep_text(reading, setting, value);
    }
    int64_t number;
    if (!setting_read_number(setting, value, &number))
        return refuse_value(reading, setting, value);
    *(int64_t *)(void *)((char *)reading->settings + setting->offset) = number;
    return STATUS_OK;
}

static enum status read_section(struct reading *reading, struct slice line)
{
    if (line.at[line.size - 1] != ']')
        return refuse(reading, "section", line, "[name]");
    struct slice name = slice_trim((struct slice){line.at + 1, line.size - 2});
    for (size_t i = 0; i < settings_table_count; i++) {
        if (slice_is(name, settings_table[i].section)) {
            (void)snprintf(reading->section, sizeof reading->section, "%s",
                           settings_table[i].section);
            return STATUS_OK;
        }
    }
    name.size = name.size < 39 ? name.size : 39;
    return refuse_section(reading, name);
}

/* A comment behind a value begins with white space and ';' or '#'. */
static struct slice without_comment(struct slice value)
{
    for (size_t i = 0; i < value.size; i++) {
        bool mark = value.at[i] == ';' || value.at[i] == '#';
        if (mark && (i == 0 || value.at[i - 1] == ' ' || value.at[i - 1] == '\t'))
            value.size = i;
    }
    return slice_trim(value);
}

static enum status read_key(struct reading *reading, struct slice line)
{
    const char *equals = memchr(line.at, '=', line.size);
    if (equals == NULL)
        return refuse(reading, reading->section, line, "key = value, [section], or a comment");
    struct slice name = slice_trim((struct slice){line.at, (size_t)(equals - line.at)});
    struct slice value =
        without_comment((struct slice){equals + 1, line.size - (size_t)(equals - line.at) - 1});
    if (reading->section[0] == '\0')
        return refuse(reading, "", name, "a [section] before the first key");
    for (size_t i = 0; i < settings_table_count; i++) {
        const struct setting *setting = &settings_table[i];
        if (strcmp(setting->section, reading->section) != 0 || !slice_is(name, setting->name))
            continue;
        if (reading->seen[i]) {
            char key[100];
            key_text(setting, key);
            return refuse(reading, key, value, "each key once in a file");
        }
        reading->seen[i] = true;
        return assign(reading, setting, value);
    }
    name.size = name.size < 39 ? name.size : 39;
    return refuse_key(reading, name);
}

static enum status read_text(struct reading *reading, struct slice rest)
{
    if (slice_starts(rest, SLICE("\xEF\xBB\xBF"))) {
        rest.at += 3;
        rest.size -= 3;
    }
    while (rest.size > 0) {
        const char *end = memchr(rest.at, '\n', rest.size);
        size_t size = end == NULL ? rest.size : (size_t)(end - rest.at);
        struct slice line = slice_trim((struct slice){rest.at, size});
        rest.at += size + (end != NULL);
        rest.size -= size + (end != NULL);
        reading->line++;
        if (line.size == 0 || line.at[0] == ';' || line.at[0] == '#')
            continue;
        if (memchr(line.at, '\0', line.size) != NULL)
            return refuse(reading, reading->section, line, "text without NUL");
        enum status status =
            line.at[0] == '[' ? read_section(reading, line) : read_key(reading, line);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static enum status refuse_file(const char *file, int error, struct fault *fault)
{
    enum status status = error == ENOENT   ? STATUS_NOT_FOUND
                         : error == EACCES ? STATUS_DENIED
                                           : STATUS_IO;
    return fault_set(fault, status, file, 0, "", strerror(error), "a file that can be read");
}

static enum status read_file(struct settings *settings, const char *file, struct fault *fault)
{
    FILE *from = fopen(file, "re");
    if (from == NULL)
        return refuse_file(file, errno, fault);
    char *text = malloc(LARGEST_FILE + 1);
    size_t size = text == NULL ? 0 : fread(text, 1, LARGEST_FILE + 1, from);
    int error = ferror(from) ? errno : 0;
    (void)fclose(from);
    enum status status;
    struct reading reading = {.settings = settings, .file = file, .fault = fault};
    if (text == NULL)
        status = STATUS_NO_MEMORY;
    else if (error != 0)
        status = refuse_file(file, error, fault);
    else if (size > LARGEST_FILE)
        status = fault_set(fault, STATUS_INVALID, file, 0, "", "", "a file of at most 1 MiB");
    else
        status = read_text(&reading, (struct slice){text, size});
    free(text);
    return status;
}

static int is_conf(const struct dirent *entry)
{
    size_t size = strlen(entry->d_name);
    return entry->d_name[0] != '.' && size > 5 && strcmp(entry->d_name + size - 5, ".conf") == 0;
}

static int by_bytes(const struct dirent **one, const struct dirent **other)
{
    return strcmp((*one)->d_name, (*other)->d_name);
}

static enum status read_drop_ins(struct settings *settings, struct fault *fault)
{
    struct slice folder = arena_printf(&settings->texts, "%s.d", settings->file);
    struct dirent **entries;
    int count = folder.at == NULL ? -1 : scandir(folder.at, &entries, is_conf, by_bytes);
    if (count < 0)
        return folder.at == NULL                     ? STATUS_NO_MEMORY
               : errno == ENOENT || errno == ENOTDIR ? STATUS_OK
                                                     : refuse_file(folder.at, errno, fault);
    enum status status = STATUS_OK;
    for (int i = 0; i < count; i++) {
        if (status == STATUS_OK) {
            struct slice file =
                arena_printf(&settings->texts, "%s/%s", folder.at, entries[i]->d_name);
            status = file.at == NULL ? STATUS_NO_MEMORY : read_file(settings, file.at, fault);
        }
        free(entries[i]);
    }
    free(entries);
    return status;
}

static enum status assign_defaults(struct settings *settings, struct fault *fault)
{
    struct reading reading = {.settings = settings, .file = settings->file, .fault = fault};
    for (size_t i = 0; i < settings_table_count; i++) {
        if (settings_table[i].standard == NULL)
            continue;
        enum status status =
            assign(&reading, &settings_table[i], slice_of(settings_table[i].standard));
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static enum status refuse_missing(const struct settings *settings, struct fault *fault)
{
    for (size_t i = 0; i < settings_table_count; i++) {
        const struct setting *setting = &settings_table[i];
        if (setting->standard != NULL)
            continue;
        if (*(const char *const *)(const void *)((const char *)settings + setting->offset) != NULL)
            continue;
        char key[100], allowed[200];
        key_text(setting, key);
        (void)snprintf(allowed, sizeof allowed, "%s, required: %lld to %lld digits", setting->help,
                       (long long)setting->min, (long long)setting->max);
        return fault_set(fault, STATUS_INVALID, settings->file, 0, key, "", allowed);
    }
    return STATUS_OK;
}

static enum status keep_file_name(struct settings *settings, const char *file)
{
    struct slice kept;
    if (file[0] == '/') {
        kept = arena_copy(&settings->texts, slice_of(file));
    } else {
        char *here = getcwd(NULL, 0);
        if (here == NULL)
            return STATUS_IO;
        kept = arena_printf(&settings->texts, "%s/%s", here, file);
        free(here);
    }
    settings->file = kept.at;
    return kept.at == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

enum status settings_load(const char *file, struct settings *ret, struct fault *ret_fault)
{
    *ret = (struct settings){0};
    arena_init(&ret->texts, LARGEST_TEXTS);
    struct fault fault;
    (void)fault_set(&fault, STATUS_OK, file, 0, "", "", "");
    enum status status = keep_file_name(ret, file);
    if (status == STATUS_OK)
        status = assign_defaults(ret, &fault);
    if (status == STATUS_OK)
        status = read_file(ret, ret->file, &fault);
    if (status == STATUS_OK)
        status = read_drop_ins(ret, &fault);
    if (status == STATUS_OK)
        status = refuse_missing(ret, &fault);
    if (status != STATUS_OK && ret_fault != NULL) {
        fault.status = status;
        *ret_fault = fault;
    }
    return status;
}

void settings_free(struct settings *settings)
{
    arena_free(&settings->texts);
    *settings = (struct settings){0};
}

void settings_print(const struct settings *settings, FILE *to)
{
    const char *section = "";
    struct buffer text;
    buffer_init(&text, 1024);
    for (size_t i = 0; i < settings_table_count; i++) {
        const struct setting *setting = &settings_table[i];
        const char *at = (const char *)settings + setting->offset;
        if (strcmp(section, setting->section) != 0)
            (void)fprintf(to, "%s[%s]\n", i == 0 ? "" : "\n", setting->section);
        section = setting->section;
        (void)fprintf(to, "; %s\n", setting->help);
        if (setting_is_text(setting)) {
            const char *value = *(const char *const *)(const void *)at;
            (void)fprintf(to, "%s = %s\n", setting->name, value == NULL ? "" : value);
            continue;
        }
        buffer_clear(&text);
        setting_write_number(setting, *(const int64_t *)(const void *)at, &text);
        (void)fprintf(to, "%s = %s\n", setting->name, text.at == NULL ? "" : text.at);
    }
    buffer_free(&text);
}
