#!/bin/sh
# The manual page names the commands that the program has, with the same words.
# usage: manual.sh; the programs are in CEBRIDGE_BUILD
set -eu
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
LC_ALL=C "$CEBRIDGE_BUILD/cebridge" --help | sed -n 's/^  \([a-z][a-z-]*\)  *\(.*\)$/\1 \2./p' | tr '[:upper:]' '[:lower:]' \
    >"$scratch/program"
awk '/^\.It Cm / { name = $3; getline; print name " " $0 }' docs/cebridge.1 | tr '[:upper:]' '[:lower:]' \
    >"$scratch/page"
if [ -s "$scratch/program" ] && diff "$scratch/program" "$scratch/page"; then
    echo "1 passed, 0 failed"
else
    echo "FAILED: docs/cebridge.1 does not name the commands of cebridge --help as it does"
    echo "0 passed, 1 failed"
    exit 1
fi
