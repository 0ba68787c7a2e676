/* The language of what people read: English in the source, through gettext where it is shown. What
 * machines read
 * (--json) is never translated. */
#ifndef CLI_LANGUAGE_H
#define CLI_LANGUAGE_H

#include "daemon/command.h"

/* Sets the locale by the environment and finds the catalogue: "locale" beside the program as in a
 * build tree, else the installed one. Where the system lacks a Chinese locale that the environment
 * names, the texts are Chinese all the same. */
void language_open(void);

/* The text in the user's language. The empty text stays empty. */
const char *language_text(const char *english) __attribute__((format_arg(1)));
#define _(text) language_text(text)

/* As above, of what stands in JSON: states, kinds, reasons, names of fields. What is not known
 * stays as it is; NULL gives "". */
const char *language_word(const char *word);

#endif
