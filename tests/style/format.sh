#!/bin/bash
# Whether clang-format would leave every C file as it is; names those it would not. Other releases
# than Debian 12's lay code out differently, so only that one judges.
#
#     tests/style/format.sh [FOLDER]
set -u
here=$(cd "$(dirname "$0")" && pwd)
cd "${1:-$here/../..}" || exit 2
. "$here/files.sh"

[ -e .clang-format ] || exit 0
case $(clang-format --version 2>/dev/null) in
*"version 14."*) ;;
*)
    echo "clang-format 14 is not here: layout not checked" >&2
    exit 0
    ;;
esac
project_files '\.[ch]$' | xargs -r -P 2 -n 20 clang-format --dry-run --Werror 2>&1 |
    sed -n 's/^\([^:]*:[0-9]*\):[0-9]*: error:.*/\1: run clang-format -i/p' | sort -u -t: -k1,1
[ "${PIPESTATUS[1]}" -eq 0 ]
