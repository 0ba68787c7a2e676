#!/bin/sh
# mbsync and Unison on as many documents as the bridge keeps hour records and accounts in step, in the same run.
# PEERS_PEOPLE (1000): people of the city; each stands for 21 documents.
set -eu
missing=
for pair in mbsync:isync unison:unison; do
    command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair#*:}"
done
if [ -n "$missing" ]; then
    sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
    echo "installing:$missing"
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi
exec python3 -B "$(dirname "$0")/peers.py" "$@"
