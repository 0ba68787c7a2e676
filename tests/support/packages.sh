#!/bin/sh
# Installs what building and testing need, and is not there yet, through apt; silent when all is there.
set -eu
missing=
for pair in gcc:gcc clang:clang make:make pkg-config:pkg-config python3:python3 openssl:openssl \
            cppcheck:cppcheck clang-tidy:clang-tidy msgfmt:gettext strace:strace faketime:faketime; do
    command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair#*:}"
done
for pair in libuv:libuv1-dev libcurl:libcurl4-openssl-dev jansson:libjansson-dev \
            libcrypto:libssl-dev sqlite3:libsqlite3-dev libmicrohttpd:libmicrohttpd-dev \
            libsystemd:libsystemd-dev libutf8proc:libutf8proc-dev libxxhash:libxxhash-dev cmocka:libcmocka-dev; do
    pkg-config --exists "${pair%%:*}" 2>/dev/null || missing="$missing ${pair#*:}"
done
[ -n "$missing" ] || exit 0
sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
# shellcheck disable=SC2086
$sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
