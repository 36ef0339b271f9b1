#!/bin/bash
# tests/deps.sh on made-up machines: a folder with a few tools as the whole PATH, where apt-get and
# the tools that it brings are scripts.
set -u
cd "$(dirname "$0")/../.." || exit 2
deps=$PWD/tests/deps.sh
box=$(mktemp -d)
trap 'rm -rf "$box"' EXIT
faults=0

# machine UID SUDO APT: a bare machine; APT is works, fails or none
machine() {
    rm -rf "${box:?}"/*
    mkdir "$box/bin"
    : >"$box/calls"
    for tool in bash env cut tr mktemp rm tail cat touch chmod mkdir; do
        ln -s "$(command -v $tool)" "$box/bin/"
    done
    script id "echo $1"
    [ "$2" = sudo ] && script sudo "echo sudo >>$box/calls; exec \"\$@\""
    # shellcheck disable=SC2016
    case $3 in
    works) script apt-get "$(
        echo "echo \"\$DEBIAN_FRONTEND \$*\" >>$box/calls"
        echo 'case "$*" in *update*) exit 0 ;; esac'
        echo "for t in gcc pkg-config clang clang-format mandoc; do"
        echo "    printf '#!/bin/bash\n[[ \$1 = --exists ]] || echo $box\n' >$box/bin/\$t; chmod +x $box/bin/\$t"
        echo "done"
        echo "mkdir -p $box/lib/linux; touch $box/lib/linux/libclang_rt.asan-x86_64.a"
    )" ;;
    fails) script apt-get "echo \"\$*\" >>$box/calls; echo no network; exit 100" ;;
    esac
}

script() { # script NAME TEXT
    printf '#!/bin/bash\n%s\n' "$2" >"$box/bin/$1"
    chmod +x "$box/bin/$1"
}

expect() { # expect CODE SET…: runs it; then `says` and `calls` look at what came of it
    local code=$1 got=0
    shift
    PATH=$box/bin bash "$deps" "$@" >"$box/said" 2>&1 || got=$?
    [ $got -eq "$code" ] || fail "exit code $got, not $code"
}
says() { grep -qF -- "$1" "$box/said" || fail "does not say: $1"; }
calls() { [ "$(grep -cE -- "$1" "$box/calls" 2>/dev/null)" = "$2" ] || fail "calls of $1 are not $2"; }
fail() {
    echo "FAIL $case: $*"
    cat "$box/said" "$box/calls" 2>/dev/null | sed 's/^/    /'
    faults=$((faults + 1))
}

case="root"
machine 0 none works
expect 0 build check
says "libcurl4-openssl-dev   HTTP"
says "clang "
calls '^noninteractive .* update$' 1
calls '^noninteractive .* install .*gcc .*libyajl-dev .*libcmocka-dev' 1
calls 'valgrind' 0

case="nothing is missing"
: >"$box/calls"
expect 0 build check
[ -s "$box/said" ] && fail "is not silent"
calls . 0

case="only the set asked for"
machine 0 none works
expect 0 build
calls 'clang' 0

case="sudo"
machine 1000 sudo works
expect 0 build
calls '^sudo$' 2

case="neither root nor sudo"
machine 1000 none works
expect 1 build
says "neither root nor sudo"
says "apt-get install gcc "
calls . 0

case="no Debian"
machine 0 none none
expect 1 build
says "not Debian"

case="apt-get fails"
machine 0 none fails
expect 1 build
says "no network"
says "could not install: gcc"

[ $faults -eq 0 ] && echo "deps: ok"
