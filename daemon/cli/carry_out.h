/* What was typed is carried out and shown: one function a way of doing it, chosen by the command.
 */
#ifndef CLI_CARRY_OUT_H
#define CLI_CARRY_OUT_H

#include "daemon/cli/invocation.h"

/* The exit code of operators.md. Prints answers to standard output, messages to standard error. */
int carry_out(struct invocation *invocation);

#endif
