#!/bin/bash
# Includes point down only. A room may include itself and rooms of a lower rank; rooms of the same
# rank do not know each other; clouds do not know each other, and nobody above knows which there
# are.
#
#     tests/style/layering.sh [FOLDER]
set -u
here=$(cd "$(dirname "$0")" && pwd)
cd "${1:-$here/../..}" || exit 2
. "$here/files.sh"

mapfile -t sources < <(project_files '^(agent|connectors|config)/.*\.[ch]$')
[ ${#sources[@]} -gt 0 ] || { echo "no sources below $PWD"; exit 2; }

grep -HnE '^ *# *include *"' "${sources[@]}" /dev/null | awk -F: '
BEGIN {
    split("base:0 model:1 net:2 store:2 sources:2 config:2 connectors:3 reconcile:4 daemon:5" \
          " commands:6 main:7", rows, " ")
    for (i in rows) { split(rows[i], part, ":"); rank[part[1]] = part[2] }
}
# The room of a path as includes write it, "base/json.h"; clouds are named "connectors/aws".
function room(path) {
    if (path ~ /^connectors\/[^\/]*\//) { sub(/\/[^\/]*$/, "", path); return path }
    if (path !~ /\//) return path ~ /^main\./ ? "main" : "?"
    sub(/\/.*/, "", path)
    return path
}
function complain(why) { print $1 ":" $2 ": " why ": " target; faults++ }
{
    from = $1
    sub(/^agent\//, "", from)
    target = $0
    sub(/^[^"]*"/, "", target)
    sub(/".*/, "", target)
    mine = room(from)
    theirs = room(target)
    cloud = theirs ~ /^connectors\//
    mine_base = mine; sub(/\/.*/, "", mine_base)
    theirs_base = theirs; sub(/\/.*/, "", theirs_base)
    if (!(mine_base in rank)) complain("a room without a rank")
    else if (target ~ /^\.\.?\// || theirs == "tests" || !(theirs_base in rank))
        complain("not a header of a room")
    else if (mine == theirs) next
    else if (cloud && from != "connectors/connectors.c") complain("only the table knows the clouds")
    else if (mine_base == theirs_base) next
    else if (rank[theirs_base] > rank[mine_base]) complain("points up")
    else if (rank[theirs_base] == rank[mine_base]) complain("rooms of one rank")
}
END { exit faults > 0 }'
