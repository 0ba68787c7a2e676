#!/bin/sh
# Runs each test given, several at once: cmocka programs, replays of a fuzz corpus, scenarios, scripts.
# Prints what each printed and how long it took, the slowest once more, and closes with one line of counts.
# They begin in the order given: the long ones first. Most wait for something part of their time, so that there
# are two more of them at once than processors. Their files lie in memory where there is room for them: else half of
# their time would be a disk's, which is made to sync thousands of times.
# usage: run.sh BUILD TEST…
set -eu
CEBRIDGE_BUILD=$(cd "$1" && pwd)
export CEBRIDGE_BUILD
export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0}"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1}"
shift
if [ -z "${TMPDIR-}" ] && [ -w /dev/shm ] && [ "$(df -Pk /dev/shm | awk 'NR == 2 { print $4 }')" -gt 2000000 ]; then
    export TMPDIR=/dev/shm
fi
logs=$CEBRIDGE_BUILD/logs
rm -rf "$logs"
mkdir -p "$logs"

cat >"$logs/one.sh" <<'ONE'
test=$1
log=$CEBRIDGE_BUILD/logs/$(printf '%s' "${test#"$CEBRIDGE_BUILD"/}" | tr / _).log
case $test in
    *.py) set -- python3 "$test" ;;
    *.sh) set -- "$test" ;;
    *_fuzz_replay)
        name=${test##*/}
        set -- "$test" "tests/fuzz/corpus/${name%_fuzz_replay}" ;;
    */scenario/runner) set -- "$test" tests/scenario ;;
esac
code=0
began=$(date +%s)
timeout -k 10 "${TEST_SECONDS:-1800}" "$@" >"$log" 2>&1 || code=$?
[ "$code" = 0 ] || echo "exit $code" >>"$log"
# Tests that count themselves say so; the others are one test each.
passed=$(grep -c '^\[       OK \]' "$log") || true
failed=$(grep -c '^\[  FAILED  \] [a-z_0-9]*$' "$log") || true
counted=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$log" | tail -n 1)
if [ -n "$counted" ]; then
    passed=${counted%% *}
    failed=${counted#*, }
    failed=${failed%% *}
elif [ "$passed$failed" = 00 ] && [ "$code" = 0 ]; then
    passed=1
fi
[ "$code" = 0 ] || [ "$failed" != 0 ] || failed=1
seconds=$(($(date +%s) - began))
times >"$log.times"
cpu=$(awk -F '[ ms]+' 'NR == 2 { print int($1 * 60 + $2 + $3 * 60 + $4 + 0.5) }' "$log.times")
echo "$passed $failed" >"$log.count"
echo "$seconds s, $cpu s of processor  ${test#"$CEBRIDGE_BUILD"/}" >"$log.seconds"
{ echo "== $test, $seconds s, $cpu s of processor"; cat "$log"; } >"$log.shown"
cat "$log.shown"
ONE

[ $# = 0 ] || printf '%s\n' "$@" | xargs -P "$(($(nproc) + 2))" -n 1 sh "$logs/one.sh"
cat "$logs"/*.seconds 2>/dev/null | sort -rn | head -n 8
cat "$logs"/*.count 2>/dev/null |
    awk '{ passed += $1; failed += $2 } END { print passed + 0 " passed, " failed + 0 " failed"; exit failed != 0 }'
