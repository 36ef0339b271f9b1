#!/bin/bash
# Installs the Debian packages that are missing for the sets named: build, check, lint. Looks at
# what the machine can do rather than at package names, so other systems pass as long as the tools
# are there. Silent when nothing is missing.
set -u

# set, package, how to see that it is there, what it is for
table() {
    cat <<'END'
build gcc                  command gcc             the C compiler
build libc6-dev            file /usr/include/stdio.h  headers of the C library
build pkg-config           command pkg-config      finds the libraries below
build libcurl4-openssl-dev library libcurl         HTTP
build libssl-dev           library openssl         signatures and digests
build libsqlite3-dev       library sqlite3         the store
build libyaml-dev          library yaml-0.1        the configuration
build libyajl-dev          library yajl            JSON
build libmicrohttpd-dev    library libmicrohttpd   the sandbox serves HTTP
build ca-certificates      file /etc/ssl/certs/ca-certificates.crt  whom HTTPS trusts
check libcmocka-dev        library cmocka          unit tests
check clang                command clang           second compiler, fuzzers
check libclang-rt-14-dev   runtime asan            sanitizers and fuzzers of clang
check clang-format         command clang-format    layout of the code
check mandoc               command mandoc          manual pages
lint  clang-tidy           command clang-tidy      static analysis
lint  cppcheck             command cppcheck        static analysis
lint  valgrind             command valgrind        memory use of the unit tests
END
}

# The name of clang's runtimes differs between releases, so ask clang itself where it looks.
has_runtime() {
    local folder
    folder=$(clang -print-resource-dir 2>/dev/null) || return 1
    compgen -G "$folder/lib/*/libclang_rt.$1*.a" >/dev/null
}

has() {
    case $1 in
    command) command -v "$2" >/dev/null ;;
    file) test -e "$2" ;;
    library) pkg-config --exists "$2" 2>/dev/null ;;
    runtime) has_runtime "$2" ;;
    esac
}

# Prints "package purpose" for each line of the sets asked for that is not there.
missing() {
    table | while read -r set package how what purpose; do
        case " $* " in
        *" $set "*) has "$how" "$what" || echo "$package $purpose" ;;
        esac
    done
}

say() {
    echo "deps: $*" >&2
}

list=$(missing "$@")
[ -z "$list" ] && exit 0

names() {
    cut -d' ' -f1 <<<"$list" | tr '\n' ' '
}

packages=$(names)
packages=${packages% }
say "missing:"
echo "$list" | while read -r package purpose; do
    printf '  %-22s %s\n' "$package" "$purpose" >&2
done

if ! command -v apt-get >/dev/null; then
    say "this is not Debian: install what these packages hold, then try again"
    exit 1
fi
if [ "$(id -u)" -eq 0 ]; then
    as_root=()
elif command -v sudo >/dev/null; then
    as_root=(sudo)
else
    say "neither root nor sudo; as root, run: apt-get update && apt-get install $packages"
    exit 1
fi

say "installing with apt-get"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 \
        "$@" >"$log" 2>&1 </dev/null
}
# An update that fails may still leave lists to install from, so that only its end decides.
apt update || say "apt-get update failed; trying with the lists that are there"
# shellcheck disable=SC2086  # the packages are words
if ! apt install --no-install-recommends $packages; then
    tail -n 30 "$log" >&2
    say "apt-get could not install: $packages"
    exit 1
fi

hash -r
list=$(missing "$@")
if [ -n "$list" ]; then
    say "still missing after installing: $(names)"
    exit 1
fi
say "done"
