#!/bin/bash
# What the command line promises before any cloud is involved.
. "$(dirname "$0")/lib.sh"

start_sandbox --referrals 3
deals 3

# --- help, and what is mistyped -----------------------------------------------------------------

agent --help
exits 0 "--help"
COMMANDS=$(sed -n 's/^  \([a-z]*\) .*/\1/p' out)
is "every command is listed" \
    "approve check conflicts doctor findings iam init lint login offer plan reconcile referral reject resolve run show status webhook why" \
    "$(echo "$COMMANDS" | sort | xargs)"
for command in $COMMANDS; do
    agent "$command" --help
    exits 0 "$command --help"
    says "$command: usage" "^usage: agent $command"
    says "$command: exits, options" '^  -c, --config FILE'
done
agent --version
says "--version" '^agent [0-9]+\.[0-9]'
agent
exits 64 "no command"
agent reconsile
exits 64 "unknown command"
says "a suggestion for the command" 'did you mean reconcile\?'
agent plan --fulll
exits 64 "unknown option"
says "a suggestion for the option" 'did you mean --full\?'
agent check --config
exits 64 "an option without its value"
agent plan --output xml
exits 64 "unknown format"
says "says which there are" 'table, json or csv'
agent show
exits 64 "too few words"
agent findings --severity loud
exits 64 "unknown severity"

# --- configuration ------------------------------------------------------------------------------

agent plan
exits 78 "no configuration"
says "says how to get one" 'agent init'
agent init
exits 0 "init"
agent check
exits 0 "the starter passes check"
echo "mine" >agent.yaml
agent init
exits 1 "init does not overwrite"
is "the file is as it was" mine "$(cat agent.yaml)"
agent init --force
exits 0 "unless it is told to"
agent init other/agent.yaml
exits 1 "init into a folder that is not there"

configure
agent check
exits 0 "check"
agent status --config "$WORK/agent.yaml"
exits 1 "status before the first run"
says "says what to do" 'agent (plan|reconcile)|no such file|not there'
agent plan referals
exits 64 "unknown job"
says "a suggestion for the job" 'did you mean referrals\?'

faulty() { # faulty TEXT PLACE SED…: a fault is found at line:column
    config | sed "${@:3}" >faulty.yaml
    agent check faulty.yaml
    exits 78 "$1"
    says "$1: place" "^faulty\.yaml:$2: "
    says "$1: remedy" '^    [a-z]'
}
line() { config | grep -n "$1" | head -1 | cut -d: -f1; }
faulty "a key that there is not" "$(line '^    mode:'):5" 's/^    mode: /    mood: /'
says "a suggestion for the key" 'mode'
faulty "a word that there is not" "$(line '^    mode:'):11" 's/^    mode: .*/    mode: aply/'
says "a suggestion for the word" 'apply'
faulty "a source that there is not" "$(line '^    source:'):13" \
    's/^    source: crm/    source: crmm/'
faulty "a field that there is not" "$(line '^      next_steps:'):7" 's/next_steps:/next_stepp:/'
faulty "an interval that is too short" "$(line '^    every:'):12" 's/every: 5s/every: 1s/'
config | sed 's/^    mode: .*/    mode: aply/; s/every: 5s/every: 1s/; s/next_steps:/next_stepp:/' \
    >faulty.yaml
agent check faulty.yaml
is "every fault at once" 3 "$(grep -c '^faulty.yaml:[0-9]*:[0-9]*: ' err)"
: >empty.yaml
agent check empty.yaml
exits 78 "an empty file"
says "says so" '^empty.yaml(:1)?(:1)?: '
agent check missing.yaml
exits 78 "a file that is not there"
says "says so" 'missing.yaml.*(No such|not there)'
mkdir folder.yaml
agent check folder.yaml
exits 78 "a folder"
if [ "$(id -u)" -ne 0 ]; then
    cp agent.yaml locked.yaml
    chmod 000 locked.yaml
    agent check locked.yaml
    exits 78 "a file that must not be read"
fi
head -c 100 /dev/urandom >noise.yaml
agent check noise.yaml
exits 78 "noise"
says_not "noise does not reach the terminal" $'\x1b'
config | sed 's/^    catalog:.*/&\n    secret_access_key: sandbox-secret/' >faulty.yaml
agent check faulty.yaml
exits 78 "a secret in the file"
says_not "is not repeated" 'sandbox-secret'
AGENT_CONFIG=faulty.yaml agent check
exits 78 "\$AGENT_CONFIG is looked at"
(cd / && "$AGENT" check --config "$WORK/agent.yaml") >/dev/null 2>&1
is "paths start at the configuration's folder" 0 $?

# --- outputs ------------------------------------------------------------------------------------

agent plan
exits 2 "plan"
says_not "no color into a file" $'\x1b'
agent plan --color always
says "unless it is wanted" $'\x1b''\['
agent reconcile --dry-run
exits 2 "reconcile --dry-run is plan"
is "and writes nothing" 0 "$(writes)"
for command in plan findings status conflicts; do
    agent $command --output json
    check "$command --output json" valid_json out
    is "$command: nothing beside it" "" "$(cat err)"
    agent $command --output csv
    is "$command --output csv has a header" 1 \
        "$(head -1 out | tr -d '\r' | grep -cE '^[a-z_]+(,[a-z_]+)+$')"
done
agent reconcile -o json
check "reconcile --output json" valid_json out
ID=$(id_of D-001)
"$AGENT" status --capabilities | sed 's/ *$//; s/^/    /' >capabilities
check "the README has the table of what each cloud can do" \
    test "$(grep -Fxc -f capabilities "$ROOT/README.md")" -eq "$(grep -c '' capabilities)"
for command in "show $ID" "why $ID" "status --capabilities"; do
    agent $command -o json
    check "$command --output json" valid_json out
done
agent show D-001
exits 0 "show by the local key"
says "both sides" 'Archive move, part 001'
agent show nobody
exits 1 "show of what is not there"
says "says what can be given" 'nothing is known of nobody'
agent plan -q
says_not "quiet shows no single change" '^  [+~<>] '
"$AGENT" findings >/dev/full 2>err
is "a full disk is an error" 1 $?
is "the store is private" 600 "$(stat -c %a agent.db)"
finish
