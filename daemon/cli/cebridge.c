/* cebridge: the command. */
#include "daemon/cli/carry_out.h"
#include "daemon/cli/language.h"
#include "daemon/memory.h"
#include "daemon/version.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <uv.h>

static int start(struct invocation *invocation)
{
    if (invocation->version) {
        printf("cebridge %s\n", CEBRIDGE_VERSION);
        return EXIT_DONE;
    }
    if (invocation->help) {
        invocation_help(invocation->command, stdout);
        return EXIT_DONE;
    }
    int code = EXIT_DONE;
    if (invocation->from_input) {
        code = invocation_read_persons(invocation, stdin, (int64_t)time(NULL));
    }
    return code == EXIT_DONE ? carry_out(invocation) : code;
}

int main(int count, char **words)
{
    struct invocation invocation;
    language_open();
    memory_watch(_("out of memory; nothing was lost, try again"));
    memory_never_dumped();
    (void)uv_replace_allocator(malloc, realloc, calloc, free);
    (void)signal(SIGPIPE, SIG_IGN);
    int code = invocation_read(count, words, (int64_t)time(NULL), &invocation);
    if (code == EXIT_DONE) {
        code = start(&invocation);
    }
    if (invocation.message[0] != '\0') {
        fprintf(stderr, "cebridge: %s\n", invocation.message);
    }
    invocation_free(&invocation);
    return code;
}
