#!/bin/bash
# Style and layering must be able to fail: plants one fault at a time into a small clean tree.
set -u
here=$(cd "$(dirname "$0")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
faults=0

clean() {
    rm -rf "${tree:?}"/*
    mkdir -p "$tree"/agent/{base,model,store,net,reconcile,commands} "$tree"/connectors/{aws,gcp} \
        "$tree"/config "$tree"/tests/unit
    printf '#ifndef BASE_A_H\n#define BASE_A_H\n\nint a_one(void);\n\n#endif\n' \
        >"$tree/agent/base/a.h"
    printf '/* sprintf( is only named here. */\n#include "base/a.h"\n\nint a_one(void)\n{\n' \
        >"$tree/agent/base/a.c"
    printf '    return sizeof "strcpy(";\n}\n' >>"$tree/agent/base/a.c"
    printf '#include "base/a.h"\n#include "store/store.h"\n#include "connectors/connector.h"\n' \
        >"$tree/agent/reconcile/engine.c"
    printf '#include "connectors/aws/aws.h"\n#include "base/a.h"\n' >"$tree/connectors/connectors.c"
}

expect() { # expect CHECK PASS|FAIL WHAT
    local result=PASS
    "$here/$1.sh" "$tree" >"$tree/log" 2>&1 || result=FAIL
    if [ $result != "$2" ]; then
        echo "$1 said $result, not $2: $3"
        cat "$tree/log"
        faults=$((faults + 1))
    fi
}

plant() { # plant CHECK FILE LINE…: that line alone must be found
    local check=$1 file=$2
    shift 2
    clean
    mkdir -p "$(dirname "$tree/$file")"
    printf '%s\n' "$@" >>"$tree/$file"
    expect "$check" FAIL "$(printf '%s' "$*" | head -c 60)"
    grep -qF "$file" "$tree/log" || expect "$check" "FAIL for $file" "$*"
}

clean
expect style PASS "a clean tree"
expect layering PASS "a clean tree"

plant layering agent/base/a.c '#include "model/kind.h"'
plant layering agent/model/kind.c '#include "store/store.h"'
plant layering agent/store/records.c '#include "net/http.h"'
plant layering agent/net/http.c '  #  include "store/store.h"'
plant layering agent/store/records.c '#include "config/config.h"'
plant layering config/load.c '#include "connectors/connector.h"'
plant layering connectors/aws/aws.c '#include "connectors/gcp/gcp.h"'
plant layering connectors/aws/aws.c '#include "reconcile/plan.h"'
plant layering connectors/document.c '#include "connectors/aws/aws.h"'
plant layering agent/reconcile/plan.c '#include "commands/command.h"'
plant layering agent/reconcile/plan.c '#include "connectors/aws/aws.h"'
plant layering agent/commands/plan.c '#include "tests/support/fake.h"'
plant layering agent/commands/plan.c '#include "../base/a.h"'
plant layering agent/attic/old.c '#include "base/a.h"'

plant style agent/base/a.c '/* TODO: later */'
plant style agent/base/a.c "/* $(printf '%0101d' 0) */"
plant style agent/base/a.c $'\tint x;'
plant style agent/base/a.c 'int x; '
plant style agent/base/a.c $'int x;\r'
plant style agent/base/a.c "$(seq -f 'int x%g;' 1000)"
for call in strcpy strcat sprintf gets strtok atoi atof gmtime localtime system sleep; do
    plant style tests/unit/a_test.c "int x(void) { return $call(0); }"
done
plant style agent/base/a.c 'void x(void) { exit(1); }'
plant style agent/base/a.c 'void x(void) { printf("x"); }'
plant style connectors/aws/aws.c 'void x(void) { fputs("x", stderr); }'
plant style connectors/aws/aws.c 'static double amount;'
plant style agent/model/money.c 'static float x;'
plant style agent/model/money.h '#define WRONG_H'
plant style agent/store/records.c '#include <yajl/yajl_parse.h>'
plant style agent/store/records.c '#include <yaml.h>'
plant style agent/net/http.c '#include <sqlite3.h>'
plant style agent/store/records.c '#include <curl/curl.h>'
plant style agent/net/http.c '#include <microhttpd.h>'
plant style agent/net/http.c 'static const char *path = "/home/somebody/x";'
plant style tests/unit/a_test.c 'static const char *path = "/root/x";'
plant style agent/base/b.c 'int b_one(int i)' '{' '    CLEANUP_TEXT struct text text;' \
    '    if (i)' '        return i;' '    text_init(&text, 9);' '    return 0;' '}'

[ $faults -eq 0 ]
