#!/bin/sh
# Every text that people read is in the Chinese catalogue, translated, and nothing else is.
set -eu
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
po=daemon/po/zh_CN.po
xgettext -k_ -kN_ --from-code=UTF-8 --no-location --sort-output \
    -o "$scratch/sources.pot" daemon/command.h daemon/command.c \
    daemon/cli/*.c daemon/view/*.c daemon/action/*.c
passed=0
failed=0
# good WHAT COMMAND…: counts whether the command succeeds
good() {
    what=$1
    shift
    if "$@" >"$scratch/out" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $what"
        cat "$scratch/out"
    fi
}
whole() { msgcmp "$po" "$scratch/sources.pot"; }
untranslated() { [ "$(msgattrib --untranslated "$po" | grep -c '^msgid')" = 0 ]; }
fuzzy() { [ "$(msgattrib --only-fuzzy "$po" | grep -c '^msgid')" = 0 ]; }
spare() { msgcmp --use-untranslated "$scratch/sources.pot" "$po"; }
good "a text of the sources is not in $po" whole
good "$po has texts without a translation" untranslated
good "$po has doubtful translations" fuzzy
good "$po has texts that the sources do not have" spare
good "$po has wrong formats" msgfmt --check -o "$scratch/out.mo" "$po"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
