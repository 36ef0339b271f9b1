#!/bin/bash
# External symbols of the library: each is declared in a header, and its name begins or ends with a
# word of its module: of the path of its file or header, of a file beside it, or of a type which
# the header declares (action_name() for enum action, job_options of options.c).
#
#     tests/style/symbols.sh build/release
set -u
cd "$(dirname "$0")/../.." || exit 2
folder=${1:?}

list=$(mktemp)
trap 'rm -f "$list"' EXIT
# "source:", and "header:word" for every word of every header; types as "struct name".
find agent connectors config -name '*.c' -printf '%p:\n' >"$list"
grep -roE --include='*.h' '\b((struct|enum) )?[a-z][a-z0-9_]*\b' agent connectors config |
    sort -u >>"$list"

while read -r object; do
    nm --extern-only --defined-only --format=posix "$object" | while read -r symbol _; do
        echo "${object#"$folder"/} $symbol"
    done
done < <(find "$folder"/{agent,connectors,config} -name '*.o' | sort) | awk '
function learn(path, names,    parts, count, i, word) {
    sub(/\.[cho]/, "", path)
    count = split(path, parts, /[\/_]/)
    for (i = 1; i <= count; i++) {
        word = parts[i]
        names[word]
        names[word "s"]
        sub(/s$/, "", word)
        names[word]
    }
}
BEGIN { # plain values, named after what they are
    plain = "instant day duration sha256 hmac hex decimal currency number id sql"
}
function folder(path) { sub(/[^\/]*$/, "", path); return path }
function stem(path) { sub(/^.*\//, "", path); sub(/[_.].*/, "", path); return path }
FNR == NR { # header:word, or source:
    split($0, part, ":")
    if (part[2] == "") {
        room[folder(part[1])] = room[folder(part[1])] " " stem(part[1])
        next
    }
    if (sub(/^(struct|enum) /, "", part[2])) types[part[1]] = types[part[1]] "_" part[2]
    else declared[part[2]] = declared[part[2]] " " part[1]
    next
}
$2 == "main" { next }
{
    if (!($2 in declared)) {
        print $1 ": " $2 " stands in no header: make it static or declare it"
        faults++
        next
    }
    delete names
    learn($1, names)
    count = split(declared[$2], headers, " ")
    for (i = 1; i <= count; i++) learn(headers[i] types[headers[i]], names)
    count = split(plain " " room[folder($1)], words, " ")
    for (i = 1; i <= count; i++) names[words[i]]
    for (name in names) {
        if ($2 == name || index($2, name "_") == 1) next
        end = length($2) - length(name)
        if (end > 0 && substr($2, end) == "_" name) next
    }
    print $1 ": " $2 " has no prefix of its module"
    faults++
}
END { exit faults > 0 }' "$list" -
result=$?

# Tests link the library together with sandbox and support: one name, one meaning.
names() {
    nm --extern-only --defined-only --format=posix "$@" 2>/dev/null |
        awk 'NF > 2 { print $1 }' | sort -u
}
twice=$(comm -12 <(names "$folder"/libagent.a) <(names "$folder"/libtests.a))
[ -z "$twice" ] || { echo "in the library and in the tests' helpers: $twice"; result=1; }
exit $result
