#!/bin/bash
# What `make install` puts below DESTDIR, and that uninstall takes exactly that away.
set -u
cd "$(dirname "$0")/../.." || exit 2
unset MAKEFLAGS MFLAGS MAKELEVEL
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
faults=0

fail() {
    echo "FAIL $*"
    faults=$((faults + 1))
}

run() { # run PREFIX TARGET
    make --no-print-directory -s DESTDIR="$root" PREFIX="$1" SYSCONFDIR=/etc/somewhere "$2" ||
        fail "make $2 with PREFIX=$1"
}

for prefix in /usr /opt/agent; do
    run $prefix install
    has() { [ -s "$root$prefix/$1" ] || fail "$prefix/$1 is not there"; }
    has bin/agent
    has share/doc/marketplace-agent/agent.example.yaml
    for page in man/*.[1-9]; do
        [ -e "$page" ] && has "share/man/man${page##*.}/${page##*/}"
    done
    for unit in systemd/*.service systemd/*.timer; do
        [ -e "$unit" ] && has "lib/systemd/system/${unit##*/}"
    done
    compgen -G 'systemd/*sysusers*' >/dev/null && has lib/sysusers.d/marketplace-agent.conf
    compgen -G 'systemd/*tmpfiles*' >/dev/null && has lib/tmpfiles.d/marketplace-agent.conf

    [ "$(stat -c %a "$root$prefix/bin/agent")" = 755 ] || fail "mode of bin/agent"
    find "$root$prefix" -type f ! -path '*/bin/*' ! -perm 644 | grep . && fail "modes of files"
    grep -rnE '@[A-Z]+@' "$root$prefix/lib" && fail "a placeholder was left"
    units=$root$prefix/lib/systemd/system
    if compgen -G 'systemd/*.service' >/dev/null; then
        grep -q "^ExecStart=$prefix/bin/agent " "$units"/*.service || fail "path of the program"
        grep -rhoE '[^ ]*/bin/agent' "$units" | grep -v "$prefix/bin/agent" && fail "another path"
    fi
    "$root$prefix/bin/agent" --version >/dev/null || fail "the installed program does not run"

    touch "$root$prefix/bin/neighbour"
    run $prefix uninstall
    find "$root$prefix" -type f ! -name neighbour | grep . && fail "uninstall left files"
    [ -e "$root$prefix/bin/neighbour" ] || fail "uninstall took what is not its own"
    run $prefix uninstall # a second time is no error
done
[ $faults -eq 0 ] && echo "install: ok"
