#!/bin/sh
# What is told by its bytes alone and what is decoded each time lead to the same requests: 200 cities, each with
# the same trace both ways.
set -eu
traces=$(mktemp -d)
trap 'rm -rf "$traces"' EXIT
sim=${CEBRIDGE_BUILD:-build/release}/tests/sim/property_sim
SEEDS=200 JOBS=2 TRACES=1 "$sim" | grep '^SEED=' | sort >"$traces/bytes"
DECODE_ALL=1 SEEDS=200 JOBS=2 TRACES=1 "$sim" | grep '^SEED=' | sort >"$traces/all"
[ "$(wc -l <"$traces/bytes")" = 200 ]
diff "$traces/bytes" "$traces/all"
