#!/bin/sh
# Runs each cmocka program given; says which failed, and closes with one line of counts.
passed=0 failed=0
for program in "$@"; do
    if output=$("$program" 2>&1); then
        passed=$((passed + $(printf '%s\n' "$output" | grep -c '^\[       OK \]')))
    else
        failed=$((failed + 1))
        printf '%s\n%s\n' "== $program" "$output"
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
