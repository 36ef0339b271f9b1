#!/bin/bash
# Builds and runs the project's checks; `make check` and its neighbours call this.
#
#     tests/run.sh check | lint | fuzz | bench | demo | conformance
#
# One line per step as it ends; logs of failed steps at the end, then "N passed, N failed" alone on
# a line. Every step's log stays in build/logs/. Programs under test find themselves through the
# variables AGENT and SANDBOX.
#
#     JOBS          steps at a time (2)
#     TEST_TIMEOUT  seconds until a step is ended (300)
set -u
cd "$(dirname "$0")/.." || exit 1

JOBS=${JOBS:-2}
TEST_TIMEOUT=${TEST_TIMEOUT:-300}
LOGS=build/logs
export AGENT=$PWD/build/agent SANDBOX=$PWD/build/sandbox

# What the host is set up for must not reach the tests: accounts, proxies, make's own flags.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES ${!AWS_*} http_proxy https_proxy HTTP_PROXY \
    HTTPS_PROXY all_proxy ALL_PROXY
shopt -s nullglob

build() { # build MODE COMPILER TARGET…
    local mode=$1 compiler=$2
    shift 2
    make --no-print-directory -k -j"$JOBS" MODE="$mode" CC="$compiler" "$@"
}

# --- steps --------------------------------------------------------------------------------------

run_one() { # run_one NAME COMMAND…
    local name=$1 log=$LOGS/${1//[\/ ]/-} started=$SECONDS result=ok
    shift
    if [ "$(type -t "$1")" = function ]; then
        "$@" >"$log" 2>&1 </dev/null || result=FAIL
    else
        timeout --kill-after=10 "$TEST_TIMEOUT" "$@" >"$log" 2>&1 </dev/null || result=FAIL
    fi
    printf '%-4s %s (%d s)\n' "$result" "$name" $((SECONDS - started))
    echo "$result $log $name" >>"$LOGS/results"
    [ $result = ok ]
}

step() { # in order: run_one, waiting for what runs in the background first
    wait
    run_one "$@"
}

spawn() { # at the same time as others
    while [ "$(jobs -pr | wc -l)" -ge "$JOBS" ]; do
        wait -n
    done
    run_one "$@" &
}

begin() {
    rm -rf "$LOGS"
    mkdir -p "$LOGS"
    : >"$LOGS/results"
}

finish() {
    wait
    local result log name passed=0 failed=0
    while read -r result log name; do
        if [ "$result" = ok ]; then
            passed=$((passed + 1))
            continue
        fi
        failed=$((failed + 1))
        printf '\n--- %s: the last lines of %s\n' "$name" "$log"
        # cmocka says much about what went well; and no line of a log may look like our last one.
        grep -avE '^\[ +(RUN|OK) +\]|^\[=+\]' "$log" | tail -n 60 | sed 's/^/    /'
    done <"$LOGS/results"
    printf '%d passed, %d failed\n' "$passed" "$failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

# --- what there is to run -----------------------------------------------------------------------

programs() { # programs MODE FOLDER: the tests of a folder, one step each
    local source name
    for source in tests/"$2"/*_test.c; do
        name=$(basename "$source" .c)
        spawn "$2/$name $1" "build/$1/$2/$name"
    done
}

corpora() {
    local source name
    for source in tests/fuzz/*_fuzz.c; do
        name=$(basename "$source" _fuzz.c)
        spawn "corpus/$name $1" "build/$1/corpus/$name" "tests/fuzz/corpus/$name"
    done
}

scripts() {
    local script
    for script in tests/integration/*.sh tests/fault/*.sh; do
        case $script in
        */lib.sh | */shop.sh) ;; # what the others share
        *) spawn "${script#tests/}" bash "$script" ;;
        esac
    done
}

manuals() {
    local pages=(man/*.[1-9])
    [ ${#pages[@]} -eq 0 ] || mandoc -T lint -W warning "${pages[@]}"
}

check() {
    begin
    spawn "style" tests/style/style.sh
    spawn "layering" tests/style/layering.sh
    spawn "style and layering can fail" tests/style/selftest.sh
    spawn "manual pages" manuals
    if step "build release, gcc" build release gcc all tests; then
        step "symbols" tests/style/symbols.sh build/release
        programs release unit
        programs release fault
        scripts
    fi
    if step "build asan, gcc" build asan gcc tests; then
        programs asan unit
        programs asan fault
        corpora asan
    fi
    step "build debug, clang" build debug clang objects
    finish
}

# --- lint ---------------------------------------------------------------------------------------

under_valgrind() {
    valgrind --quiet --leak-check=full --show-leak-kinds=definite,indirect --error-exitcode=99 \
        --child-silent-after-fork=yes --trace-children=no "$1"
}

tidy() {
    clang-tidy --quiet --warnings-as-errors='*' "$1" -- -std=gnu11 -Iagent -I. -D_GNU_SOURCE \
        -DAGENT_VERSION='""' $(pkg-config --cflags libcurl yajl) 2>&1 | grep -vE 'warnings? generated'
    return "${PIPESTATUS[0]}"
}

# NULL is a pointer here, also as the end of a list of arguments; and a callee is handed an address
# that it does not keep.
cpp_check() {
    cppcheck --quiet --std=c11 --language=c --enable=warning,performance,portability \
        --inline-suppr --error-exitcode=1 --suppress=missingIncludeSystem \
        --suppress=varFuncNullUB --suppress=autoVariables:agent/reconcile/plan_pair.c \
        -D_GNU_SOURCE -DAGENT_VERSION='""' -Iagent -I. agent connectors config tests/sandbox
}

tidy_all() {
    printf '%s\n' agent/*.c agent/*/*.c connectors/*.c connectors/*/*.c config/*.c |
        xargs -P "$JOBS" -I{} "$0" tidy {}
}

lint() {
    begin
    step "format" tests/style/format.sh
    step "manual pages" manuals
    step "gcc -fanalyzer" build analyze gcc library
    step "cppcheck" cpp_check
    step "clang-tidy" tidy_all
    if step "build debug, gcc" build debug gcc units; then
        local source name
        for source in tests/unit/*_test.c; do
            name=$(basename "$source" .c)
            spawn "valgrind $name" "$0" valgrind "build/debug/unit/$name"
        done
    fi
    finish
}

# --- the others ---------------------------------------------------------------------------------

fuzz_one() {
    local name=$1 found=build/fuzz/$1
    mkdir -p "$found"
    build/fuzz-clang/fuzz/"$name" -max_total_time="${FUZZ_SECONDS:-10}" -timeout=10 \
        -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 -artifact_prefix="$found/crash-" \
        "$found" "tests/fuzz/corpus/$name"
}

fuzz() {
    begin
    if step "build fuzz, clang" build fuzz clang fuzzers; then
        local source name
        for source in tests/fuzz/*_fuzz.c; do
            name=$(basename "$source" _fuzz.c)
            TEST_TIMEOUT=$((${FUZZ_SECONDS:-10} + 120)) spawn "fuzz $name" "$0" fuzz-one "$name"
        done
    fi
    finish
}

bench() {
    build release gcc benches >/dev/null || return 1
    local program
    printf '%-38s %14s %14s %9s  %s\n' what measured floor ratio unit
    for program in build/release/bench/*_bench; do
        "$program" || return 1
    done
}

demo() {
    build release gcc all >build/demo.log 2>&1 || {
        cat build/demo.log
        return 1
    }
    bash config/demo/demo.sh
}

conformance() {
    export HAR_DIR=$PWD/build/har
    rm -rf "$HAR_DIR"
    mkdir -p "$HAR_DIR"
    begin
    if step "build release, gcc" build release gcc all; then
        step "demo" bash config/demo/demo.sh
        scripts
        wait
        local hars=("$HAR_DIR"/*.har) har
        [ ${#hars[@]} -gt 0 ] || step "recordings in build/har" false
        for har in "${hars[@]}"; do
            [ -z "${CHECKER:-}" ] ||
                step "conformance of ${har##*/}" python3 "$CHECKER" --summary "$har"
        done
        # How often each operation was seen, over all recordings.
        cat /dev/null "$LOGS"/conformance-of-* | awk '$1 ~ /^[0-9]+$/ && NF > 2 && !/exchanges,/ {
            calls = $1
            sub(/^ *[0-9]+ +/, "")
            count[$0] += calls
        }
        END { for (name in count) printf "%6d  %s\n", count[name], name }' | sort -k2
        [ -n "${CHECKER:-}" ] || echo "${#hars[@]} recordings in build/har; CHECKER=… judges them"
    fi
    finish
}

mkdir -p build
case ${1:-} in
check | lint | fuzz | bench | demo | conformance) "$1" ;;
tidy) tidy "$2" ;;
valgrind) under_valgrind "$2" ;;
fuzz-one) fuzz_one "$2" ;;
*)
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
