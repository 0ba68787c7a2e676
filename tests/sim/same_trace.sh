#!/bin/sh
# The same seed gives the same trace, in another process and after other seeds: else a seed that fails could not
# be looked at.
set -eu
traces=$(mktemp -d)
trap 'rm -rf "$traces"' EXIT
sim=${CEBRIDGE_BUILD:-build/release}/tests/sim/property_sim
SEEDS=40 JOBS=1 TRACES=1 "$sim" | grep '^SEED=' >"$traces/one"
SEEDS=40 JOBS=3 TRACES=1 "$sim" | grep '^SEED=' | sort -t= -k2n >"$traces/three"
[ "$(wc -l <"$traces/one")" = 40 ]
diff "$traces/one" "$traces/three"
