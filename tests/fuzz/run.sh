#!/bin/sh
# One fuzz target for so many seconds, from its corpus; what it finds new stays in the build folder. A line about it at the
# end; the last of its output, and 1, where it found a fault.
set -u
cd "$(dirname "$0")/../.."
target=$1
seconds=$2
found=build/fuzz/found/$target
mkdir -p "$found" "tests/fuzz/corpus/$target"
if build/fuzz/tests/fuzz/"${target}"_fuzz -max_total_time="$seconds" -rss_limit_mb=1024 -print_final_stats=1 \
    -artifact_prefix="$found/fault-" "$found" "tests/fuzz/corpus/$target" >"$found.log" 2>&1; then
    printf '%-12s %9s executions, %4s new inputs\n' "$target" \
        "$(sed -n 's/^stat::number_of_executed_units: *//p' "$found.log")" \
        "$(sed -n 's/^stat::new_units_added: *//p' "$found.log")"
else
    tail -40 "$found.log"
    echo "$target: a fault; the input is in $found"
    exit 1
fi
