#!/bin/bash
# The house style, as far as a script can see it. Prints one line per fault; exit 1 if there is one.
#
#     tests/style/style.sh [FOLDER]     the project's root, unless told otherwise
set -u
here=$(cd "$(dirname "$0")" && pwd)
cd "${1:-$here/../..}" || exit 2
. "$here/files.sh"

faults=0
# complain WHAT: each line of standard input is a fault
complain() {
    local line
    while IFS= read -r line; do
        printf '%s: %s\n' "$1" "$line"
        faults=$((faults + 1))
    done
}

mapfile -t sources < <(project_files '\.[ch]$')
mapfile -t library < <(project_files '^(agent|connectors|config)/.*\.[ch]$')
# Fuzz corpora and test data are as they are; these scripts name what they forbid.
mapfile -t texts < <(project_files '\.([ch]|sh|md|yaml|[1-9]|service|timer|conf)$' '^Makefile$' |
    grep -vE '^tests/(style|fuzz/corpus|data)/')
[ ${#sources[@]} -gt 0 ] || { echo "no sources below $PWD"; exit 2; }

# --- layout -------------------------------------------------------------------------------------
# In tests a text may run on: tables of inputs and expected messages are read row by row.
complain "longer than 100 columns" < <(LC_ALL=C awk '{
    text = $0
    gsub(/[\200-\277]/, "", text)
    if (FILENAME ~ /^tests\//) gsub(/"([^"\\]|\\.)*"/, "\"\"", text)
    if (length(text) > 100) print FILENAME ":" FNR
}' "${sources[@]}" Makefile)
complain "tab" < <(grep -nP '\t' "${sources[@]}" /dev/null | cut -d: -f1,2)
complain "blank at the end" < <(grep -nE '[[:blank:]]$' "${texts[@]}" /dev/null | cut -d: -f1,2)
complain "carriage return" < <(grep -lP '\r$' "${texts[@]}" /dev/null)
complain "no newline at the end" < <(for file in "${texts[@]}"; do
    [ -z "$(tail -c 1 "$file")" ] || echo "$file"
done)
complain "more than 900 lines" < <(awk 'FNR == 901 { print FILENAME }' "${sources[@]}")
complain "unfinished" < <(grep -nE '\b(TODO|FIXME|HACK)\b|(^|[^"X])XXX\b' "${texts[@]}" /dev/null)

# --- headers ------------------------------------------------------------------------------------
# agent/base/json.h is guarded by BASE_JSON_H: its name after words of its path.
complain "header guard" < <(for file in "${sources[@]}"; do
    [ "${file%.h}" != "$file" ] || continue
    guard=$(sed -n 's/^#ifndef \([A-Z0-9_]*_H\)$/\1/p' "$file" | head -n 1)
    name=$(basename "${file%.h}" | tr 'a-z-' 'A-Z_')_H
    folders=_$(dirname "$file" | tr 'a-z/-' 'A-Z__')_
    before=${guard%"$name"}
    [ -n "$before" ] && [ "$before" != "$guard" ] && [[ $folders == *_"${before%%_*}"_* ]] &&
        grep -qx "#define $guard" "$file" || echo "$file: ${guard:-none}"
done)
complain "one guard, two headers" < <(grep -hE '^#ifndef [A-Z0-9_]*_H$' "${sources[@]}" |
    sort | uniq -d)

# --- what is called -----------------------------------------------------------------------------
code_lines "${sources[@]}" >"${code:=$(mktemp)}"
trap 'rm -f "$code" "$code.library"' EXIT
banned='strcpy|strcat|strncpy|strncat|sprintf|vsprintf|gets|strtok|strtok_r|atoi|atol|atoll|atof'
banned+='|gmtime|localtime|asctime|ctime|mktime|system|popen|alloca|rand|srand|random|tmpnam|mktemp'
banned+='|usleep|sleep'
complain "banned function" < <(grep -E "(^|[^A-Za-z0-9_.>])($banned) *\(" "$code")

# The library neither ends the process nor prints; commands do. Without memory or chance there is
# no going on, and the log is where words go.
grep -E '^(agent|connectors|config)/' "$code" | grep -vE '^agent/(commands/|main\.c)' >"$code.library"
complain "the library ends the process" < <(
    grep -E '[^A-Za-z0-9_.>](_?exit|abort|quick_exit) *\(' "$code.library" |
        grep -vE '^agent/base/(memory|world)\.c:')
complain "the library prints" < <(
    grep -E '[^A-Za-z0-9_.>](printf|puts|putchar|perror|vprintf) *\(|\b(stdout|stderr)\b' \
        "$code.library" | grep -vE '^agent/base/(memory|log)\.c:')

# Such a text is freed at every return, also at one before it holds anything; compilers miss that.
complain "freed before it is initialised" < <(awk '/^}/ { delete open }
    match($0, /CLEANUP_TEXT struct text [a-z_]+;/) {
        name = substr($0, RSTART, RLENGTH - 1)
        sub(/.* /, "", name)
        open[name]
        next
    }
    { for (name in open) if (index($0, "&" name)) delete open[name] }
    /(^|[^a-z_])return([^a-z_]|$)/ { for (name in open) print FILENAME ":" FNR ": " name }
' "${sources[@]}")

# Money is text: never near binary fractions.
complain "binary fraction" < <(grep -E '\b(float|double)\b' "$code" |
    grep -iE '^agent/model/|amount|price|money|spend|currency')

# --- what is included ---------------------------------------------------------------------------
only_in() { # only_in HEADER WHERE
    grep -HnE "^ *# *include *[<\"]$1" "${sources[@]}" /dev/null | grep -vE "^($2)"
}
complain "belongs to one file" < <(
    only_in 'yajl/' 'agent/base/json\.c:'
    only_in 'yaml\.h' 'config/yaml\.c:'
    only_in 'sqlite3\.h' 'agent/store/|tests/'
    only_in 'curl/' 'agent/net/|tests/'
    only_in 'microhttpd\.h' 'agent/daemon/|tests/sandbox/'
)

# --- what must not be in it ---------------------------------------------------------------------
# Tests may invent a home.
complain "path of one machine" < <(
    grep -nE '(^|[^A-Za-z0-9_.}])/(home|root)/' "${texts[@]}" /dev/null |
        grep -vE '^tests/.*/home/')

complain "layout" < <("$here/format.sh" "$PWD")

[ $faults -eq 0 ] || echo "$faults faults of style"
[ $faults -eq 0 ]
