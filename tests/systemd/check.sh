#!/bin/sh
# Installs into a copy of this machine's tree that is thrown away (an overlay on tmpfs, in a mount namespace of its
# own), boots it with systemd, and lets inside.py look at the service there. Needs root and systemd-nspawn.
# usage: check.sh BUILD
set -eu
skip() { echo "skipped: $1"; exit 0; }
root=$(cd "$(dirname "$0")/../.." && pwd)

if [ "${1-}" != --inside ]; then
    build=$(cd "$1" && pwd)
    [ "$(id -u)" = 0 ] || skip "a systemd is booted, which needs root"
    command -v systemd-nspawn >/dev/null || skip "no systemd-nspawn (apt-get install systemd-container)"
    unshare --mount --propagation private true 2>/dev/null || skip "no mount namespace of one's own here"
    work=$(mktemp -d)
    trap 'rmdir "$work"' EXIT # what is mounted there is gone with its namespace
    unshare --mount --propagation private "$0" --inside "$build" "$work"
    exit
fi

build=$2
work=$3
mount -t tmpfs tmpfs "$work"
mkdir "$work/upper" "$work/work" "$work/tree"
mount -t overlay -o "lowerdir=/,upperdir=$work/upper,workdir=$work/work" overlay "$work/tree" 2>/dev/null ||
    skip "no overlay of the tree can be mounted here"
make -s -C "$root" install "OUT=$build" "DESTDIR=$work/tree" >/dev/null
cat >"$work/tree/etc/systemd/system/cebridge-check.service" <<UNIT
[Unit]
Wants=dbus.socket systemd-journald.socket
After=dbus.socket basic.target
SuccessAction=poweroff-force
FailureAction=poweroff-force
[Service]
Type=oneshot
Environment=CEBRIDGE_BUILD=$build PYTHONDONTWRITEBYTECODE=1
ExecStart=/usr/bin/python3 -W ignore $root/tests/systemd/inside.py
StandardOutput=file:/etc/cebridge-check.out
StandardError=file:/etc/cebridge-check.out
TimeoutStartSec=240
UNIT
rm -f "$work/tree/usr/sbin/policy-rc.d"
timeout 300 systemd-nspawn --quiet --register=no --keep-unit --private-network --boot --directory "$work/tree" \
    --bind-ro="$root" --bind-ro="$build" \
    systemd.unit=cebridge-check.service >"$work/boot.log" 2>&1 </dev/null || true
if [ ! -e "$work/tree/etc/cebridge-check.out" ]; then
    tail -n 20 "$work/boot.log"
    skip "systemd-nspawn could not boot here"
fi
cat "$work/tree/etc/cebridge-check.out"
tail -n 1 "$work/tree/etc/cebridge-check.out" | grep -q '^OK$'
