#!/bin/bash
# Local records in files: what goes back and how, and what happens when a file is not what it was.
. "$(dirname "$0")/lib.sh"

# --- a changes file -----------------------------------------------------------------------------

linked 12
WRITE=changes-file configure
ONE=$(id_of D-001)
cp crm.csv before.csv
CHANGES=crm.changes.csv
ctl edit "$ONE" LifeCycle.NextSteps "For the changes file" >/dev/null
agent reconcile
exits 0 "changes-file: reconcile"
check "the source is not touched" cmp crm.csv before.csv
is "the change is delivered" "For the changes file" \
    "$(csv $CHANGES new key=D-001 "column=Next Step")"
is "with what stood there" 'Call "Jo" back' "$(csv $CHANGES old key=D-001)"
agent reconcile
agent reconcile --full
is "once" 1 "$(csv_count $CHANGES)"
says "and says that it waits" 'delivered'
agent plan
exits 0 "and there is nothing more to do"
ctl reset-stats >/dev/null
edit_cell D-001 "Next Step" "For the changes file" # somebody took it over
agent reconcile
agent plan
exits 0 "taken over, nothing is left"
is "and nothing goes back to the cloud" 0 "$(writes)"
is "and nothing is delivered again" 1 "$(csv_count $CHANGES)"
ctl edit "$ONE" LifeCycle.NextSteps "The next one" >/dev/null
agent reconcile
is "another change is another row" 2 "$(csv_count $CHANGES)"

# --- read-only ----------------------------------------------------------------------------------

linked 12
WRITE=read-only configure
cp crm.csv before.csv
ctl edit "$(id_of D-002)" LifeCycle.NextSteps "Not to be written" >/dev/null
edit_cell D-003 "Next Step" "Goes out all the same"
cp crm.csv before.csv
agent reconcile
exits 0 "read-only: reconcile"
check "nothing is written in the source" cmp crm.csv before.csv
check "no changes file either" test ! -e crm.changes.csv
is "the CSV's edit goes out" 1 "$(writes)"

# --- the file is gone, empty, short -------------------------------------------------------------

linked 12
cp crm.csv whole.csv
spoiled() { # spoiled TEXT CODE FINDING: the file as it is now takes nothing away
    local run
    for run in first second; do
        ctl reset-stats >/dev/null
        agent reconcile
        exits "$2" "$1, $run run"
        is "$1, $run run: nothing is written at the cloud" 0 "$(writes)"
        is "$1, $run run: nothing is unlinked" 12 "$(status linked)"
        is "$1, $run run: a finding tells" 1 "$(findings "$3")"
    done
    cp whole.csv crm.csv
    agent reconcile
    agent plan
    exits 0 "$1: with the file back there is nothing to do"
    is "$1: and no finding" 0 "$(findings "$3")"
}
rm crm.csv
spoiled "the file is gone" 1 RUN-001
: >crm.csv
spoiled "the file is empty" 1 RUN-001
head -1 whole.csv >crm.csv
spoiled "only the header is left" 3 RUN-003
head -5 whole.csv >crm.csv
spoiled "a third is left" 3 RUN-003
sed 's/^Opportunity ID,/Key,/' whole.csv >crm.csv
spoiled "the key column is gone" 1 RUN-001
sed '1s/,Stage,/,Phase,/' whole.csv >crm.csv
spoiled "a mapped column is gone" 1 RUN-001
head -c $(($(wc -c <whole.csv) - 3000)) whole.csv >crm.csv
agent reconcile
is "a file that is cut writes nothing" 0 "$(writes)"
cp whole.csv crm.csv
sed -i '/^D-007/d' crm.csv
agent reconcile
exits 0 "one row less"
is "is a finding" 1 "$(findings MAT-004)"
is "and closes nothing" 0 "$(writes)"
cp whole.csv crm.csv
agent reconcile
is "back again, it is none" 0 "$(findings MAT-004)"

# --- CRLF, BOM, and a writer beside us ----------------------------------------------------------

{ printf '\357\273\277'; sed 's/$/\r/' whole.csv; } >crm.csv
agent plan
exits 0 "BOM and CRLF are the same rows"
cp crm.csv before.csv
ctl edit "$(id_of D-001)" LifeCycle.NextSteps "With BOM and CRLF" >/dev/null
agent reconcile
is "the edit lands" "With BOM and CRLF" "$(cell D-001 "Next Step")"
sed 's/Call ""Jo"" back/With BOM and CRLF/' before.csv | grep '^D-001' >want
check "the row keeps its line end" cmp want <(grep '^D-001' crm.csv)
check "the rest keeps every byte" cmp <(grep -v '^D-001' before.csv) <(grep -v '^D-001' crm.csv)

cp whole.csv crm.csv
chmod 640 crm.csv
agent reconcile
is "the file keeps its mode" 640 "$(stat -c %a crm.csv)"

# A person saves while we read, plan and write: neither edit is lost.
ctl fault "latency:GetOpportunity::400" >/dev/null
ctl edit "$(id_of D-002)" LifeCycle.NextSteps "From the portal" >/dev/null
recording
"$AGENT" reconcile "${HAR[@]}" >out 2>err &
pid=$!
PIDS+=("$pid")
wait_for 5 reading_details
edit_cell D-003 "Next Step" "Saved by a person meanwhile"
wait $pid
CODE=$?
ctl no-faults >/dev/null
reading_details() { [ "$(calls GetOpportunity)" -gt 0 ]; }
check "the run does not fail" test $CODE -ne 1
agent reconcile
is "the person's edit is there" "Saved by a person meanwhile" "$(cell D-003 "Next Step")"
is "the portal's edit too" "From the portal" "$(cell D-002 "Next Step")"
is "the person's edit is at the cloud" 1 \
    "$(document "$(id_of D-003)" | grep -c '"NextSteps": "Saved by a person meanwhile"')"

# --- no room ------------------------------------------------------------------------------------

ctl edit "$(id_of D-004)" LifeCycle.NextSteps "No room for this" >/dev/null
cp crm.csv before.csv
if [ -d /dev/shm ] && mkdir sub && mount -t tmpfs -o size=16k tmpfs sub 2>/dev/null; then
    cp crm.csv sub/crm.csv
    head -c 65536 /dev/zero >sub/full 2>/dev/null
    FILE=sub/crm.csv configure
    agent reconcile
    exits 3 "a full disk"
    is "is a finding" 1 "$(findings RUN-006)"
    agent findings
    says "that says so" 'No space left|full'
    check "the old file is whole" cmp sub/crm.csv before.csv
    umount sub
fi
configure
(ulimit -f 8 && "$AGENT" reconcile >out 2>err)
is "a store that must not grow is an error" 1 $?
check "and the source is whole" cmp crm.csv before.csv
agent reconcile
is "with room it lands" "No room for this" "$(cell D-004 "Next Step")"

# --- JSON Lines ---------------------------------------------------------------------------------

# The same rows, with members in another order, members that are no column, and a bad line.
linked 12
LC_ALL=C awk "$CSV_FIELDS"'
{
    fields($0)
    if (NR == 1) { for (i = 1; i <= count; i++) name[i] = cell[i]; next }
    line = "{\"extra\":1.50,\"list\":[\"a\",2]"
    for (i = count; i > 0; i--) {
        gsub(/"/, "\\\"", cell[i])
        line = line ",\"" name[i] "\":" (cell[i] == "" ? "null" : "\"" cell[i] "\"")
    }
    print line "}"
}' crm.csv >crm.jsonl
SOURCE='type: jsonl' FILE=crm.jsonl configure
agent plan
exits 0 "jsonl: the same records"
echo '{"Opportunity ID": "D-099", "Name": ' >>crm.jsonl
cp crm.jsonl before.jsonl
ctl edit "$(id_of D-005)" LifeCycle.NextSteps 'For "jsonl", ä' >/dev/null
sed -i '/"D-006"/s/"Contact Title":"CTO"/"Contact Title":"CIO"/' crm.jsonl
cp crm.jsonl before.jsonl
agent reconcile
exits 0 "jsonl: reconcile"
is "the cloud's edit lands" 1 \
    "$(grep -c '"D-005"' <(grep -F '"Next Step":"For \"jsonl\", ä"' crm.jsonl))"
check "every other line keeps every byte" \
    cmp <(grep -v '"D-005"' before.jsonl) <(grep -v '"D-005"' crm.jsonl)
is "members that are no column stay" 12 "$(grep -cF '"extra":1.50,"list":["a",2]' crm.jsonl)"
is "the local edit goes out" 1 "$(document "$(id_of D-006)" | grep -c '"CIO"')"
is "the bad line is a finding" 1 "$("$AGENT" findings --output csv | grep -c 'crm.jsonl:13:')"
agent plan
exits 0 "jsonl: nothing left to do"
finish
