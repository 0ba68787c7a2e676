#include "daemon/action/record_event.h"

#include "daemon/store/chain.h"

#include <stdlib.h>
#include <string.h>

enum status record_event(const struct action *action, const char *event, json_t *members)
{
    json_t *line = json_object();
    if (action->chain == NULL) {
        json_decref(line);
        return STATUS_OK;
    }
    json_object_set_new(line, "who", json_string(action->who));
    json_object_update(line, members);
    char *text = json_dumps(line, JSON_COMPACT);
    json_decref(line);
    if (text == NULL || strlen(text) < 2) {
        free(text);
        return STATUS_NO_MEMORY;
    }
    /* Without the braces: the chain puts its own members around them. */
    struct slice inside = {text + 1, strlen(text) - 2};
    enum status status = chain_append(action->chain, action->now, event, inside);
    free(text);
    return status;
}
