#include "daemon/work/scope.h"

#include "daemon/work/people_of.h"

enum status scope_person(struct desk *desk, struct slice code)
{
    bool asked = false;
    enum status status =
        hashset_add(&desk->scope.subjects, desk_account_hash(desk, "person", code));
    for (enum side side = MUNICIPAL; side < SIDES; side++) {
        for (int entity = 0; status == STATUS_OK && entity < ENTITIES; entity++)
            status = need_by_code(desk, side, (enum entity)entity, false, code, &asked);
    }
    return status;
}

static enum status add_person(struct desk *desk, enum side side, const struct record *person)
{
    (void)side;
    return scope_person(desk, person->value[FIELD_ACCOUNT_CODE]);
}

enum status scope_organisation(struct desk *desk, struct slice code)
{
    bool asked = false;
    enum status status =
        hashset_add(&desk->scope.subjects, desk_account_hash(desk, "employer", code));
    if (status == STATUS_OK)
        status = hashset_add(&desk->scope.subjects, desk_account_hash(desk, "department", code));
    for (enum side side = MUNICIPAL; status == STATUS_OK && side < SIDES; side++) {
        status = need_by_code(desk, side, ENTITY_ACCOUNT, true, code, &asked);
        if (status == STATUS_OK)
            status = people_of(desk, side, code, add_person);
    }
    return status;
}
