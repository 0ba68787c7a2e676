#include "daemon/cli/language.h"

#include <libintl.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef LOCALEDIR
#define LOCALEDIR "/usr/share/locale"
#endif

static bool folder_beside(char path[PATH_MAX])
{
    ssize_t size = readlink("/proc/self/exe", path, PATH_MAX - 16);
    if (size <= 0) {
        return false;
    }
    path[size] = '\0';
    char *slash = strrchr(path, '/');
    if (slash == NULL) {
        return false;
    }
    memcpy(slash, "/locale", sizeof "/locale");
    return access(path, R_OK | X_OK) == 0;
}

/* The first of the three that says anything, as setlocale does. */
static const char *messages_asked(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[0] != '\0') {
            return value;
        }
    }
    return "";
}

void language_open(void)
{
    char beside[PATH_MAX];
    if (setlocale(LC_ALL, "") == NULL && strncmp(messages_asked(), "zh", 2) == 0) {
        /* A small system has no Chinese locale; gettext needs one that is not "C", and the name. */
        (void)setlocale(LC_ALL, "C.UTF-8");
        (void)setenv("LANGUAGE", "zh_CN", 0);
    }
    (void)bindtextdomain("cebridge", folder_beside(beside) ? beside : LOCALEDIR);
    (void)bind_textdomain_codeset("cebridge", "UTF-8");
    (void)textdomain("cebridge");
}

const char *language_text(const char *english)
{
    return english[0] == '\0' ? english : gettext(english);
}

const char *language_word(const char *word)
{
    return word == NULL ? "" : language_text(word);
}
