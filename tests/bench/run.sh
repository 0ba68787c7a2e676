#!/bin/sh
# The cycles of a generated city at one and four times a size, beside their floors taken in the same run.
# BENCH_PEOPLE (2500): people of the smaller city, each with 20 hour records; BENCH_ROUNDS (3): of the cycle in
# which nothing changed, whose median is told.
set -eu
exec python3 -B "$(dirname "$0")/bench.py" "$@"
