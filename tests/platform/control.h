/* What tests ask of the platforms beside their own calls: fill, edit, look, count, break. JSON
 * over plain HTTP; `side` is municipal or provincial, in the query or in the body.
 *
 *     POST   /seed      {"accounts":[..],"hours":[..],"annual":[..]} in the platform's own schema,
 *                       nothing validated -> {"accounts":[ids],"hours":[ids],"annual":n}
 *     POST   /edit      {"entity","id"|"code"|"system"+"number"|"match":{..}, "year","kind",
 *                       "set":{..}}: as staff would; version + 1, update time now -> the record
 *     GET    /inspect   the same selection -> {"records":[..]}
 *     GET    /dump      all content, sorted JSON lines (entity=account|hours|annual)
 *     GET    /digest    {"digest","records"}: equal dumps have equal digests
 *     GET    /stats     counters of both sides; DELETE: from 0 again
 *     GET    /expected  the city's defects and the conflicts that they must give, JSON lines
 *     POST   /fault     fault.h; GET: what is set; DELETE: none
 *     POST   /clock     {"offset_seconds"} of that side's clock against the machine's
 *     POST   /snapshot, /restore   both sides, or that one; what was kept for Idempotency-Key stays, and
 *                       when tokens were asked for, unless {"forget":true}
 *     POST   /reset     {"seed","people","hours","defects","shared"} or {"empty":true}: new stores,
 *                       counters, clocks, faults
 *     POST   /settings  {"annual_recompute","keep_refusals","token_seconds","cursor_seconds"}
 *     POST   /revoke-tokens */
#ifndef PLATFORM_CONTROL_H
#define PLATFORM_CONTROL_H

#include "tests/platform/service.h"

void control_answer(struct service *service, const struct request *request, struct answer *answer);

#endif
