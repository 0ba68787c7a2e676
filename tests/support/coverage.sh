#!/bin/sh
# Lines and branches covered, by file and in all, from a build with --coverage.
# usage: coverage.sh BUILD
set -eu
find "$1" -name '*.gcda' ! -path '*/tests/*' -exec gcov --no-output --branch-probabilities {} + 2>/dev/null |
    awk -F"[:' %]+" '
        /^File/ { file = $2; wanted = file ~ /^(mapping|connectors|daemon)\// }
        /^Lines executed/ && wanted && !(file in seen) {
            seen[file] = 1
            total[file] = $5; share[file] = $3
            lines += $5; hit += $3 * $5 / 100
            printf "%6.1f %% of %5d  %s\n", $3, $5, file
        }
        END { if (lines) printf "%6.1f %% of %5d lines in all\n", 100 * hit / lines, lines }' | sort -k5
