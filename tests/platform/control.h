/* What tests ask of the platforms beside their own calls: fill, edit, look, count, break. */
#ifndef PLATFORM_CONTROL_H
#define PLATFORM_CONTROL_H

#include "tests/platform/service.h"

void control_answer(struct service *service, const struct request *request, struct answer *answer);

#endif
