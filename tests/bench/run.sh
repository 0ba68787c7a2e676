#!/bin/sh
# A cycle of a generated city beside the floor: the same pages fetched by curl alone. Prints one table.
# BENCH_PEOPLE (10000): people of the city; each has 20 hour records.
set -eu
exec python3 -B "$(dirname "$0")/bench.py" "$@"
