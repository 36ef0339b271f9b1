#!/bin/bash
# What costs money or cannot be undone waits for a person; limits stop a run that would change too
# much; and both say so.
. "$(dirname "$0")/lib.sh"

linked 12
ALLOW='' configure
stage_of() { document "$1" | sed -n 's/.*"Stage": "\(.*\)".*/\1/p'; }

# --- close and launch ---------------------------------------------------------------------------

ONE=$(id_of D-001) TWO=$(id_of D-002) THREE=$(id_of D-003)
edit_cell D-001 Stage "Closed Lost"
edit_cell D-001 "Loss Reason" Price
edit_cell D-002 Stage "Closed Won"
agent reconcile
exits 0 "a run that holds back is no failure"
is "nothing is written without approval" 0 "$(writes)"
says "it says that it holds back" 'held back: 2 for approval'
agent findings
says "a finding for each" 'APV-001'
says "that names the change" 'c-[0-9a-f]+ close of '
agent plan --output csv
exits 2 "a held change is a change"
CLOSE=$(held close) LAUNCH=$(held launch)
is "the plan says why" 1 \
    "$(csv out held_reason action=close field=stage | grep -c 'cannot be undone')"
agent approve c-000000000000
exits 1 "an unknown id is refused"
says "with a way on" 'not in the last plan'
agent approve
exits 64 "approve needs an id"
agent approve "$CLOSE" --all
exits 64 "or --all, not both"
agent approve "$CLOSE"
exits 0 "approve one"
agent reconcile
is "the approved deal is closed" "Closed Lost" "$(stage_of "$ONE")"
is "the other is not" "Qualified" "$(stage_of "$TWO")"
is "one write" 1 "$(writes)"

# --- reject -------------------------------------------------------------------------------------

agent reject "$LAUNCH"
exits 0 "reject the other"
agent reconcile
agent reconcile
is "rejected stays rejected" "Qualified" "$(stage_of "$TWO")"
agent plan
says "the plan says by whom" 'rejected by '
exits 0 "and nothing more is to do"
agent why "$TWO"
says "why tells it too" 'reject by '
agent approve "$LAUNCH"
agent reconcile
is "an approval takes it back" "Launched" "$(stage_of "$TWO")"

# --- an approval is for these values ------------------------------------------------------------

edit_cell D-003 Stage "Closed Lost"
edit_cell D-003 "Loss Reason" Price
agent plan --output csv
agent approve "$(held close)"
edit_cell D-003 "Loss Reason" "Customer Experience"
agent reconcile
is "other values need another approval" "Qualified" "$(stage_of "$THREE")"
edit_cell D-003 "Loss Reason" Price
agent reconcile
is "the approved values go out" "Closed Lost" "$(stage_of "$THREE")"

# --- modes --------------------------------------------------------------------------------------

ctl reset-stats >/dev/null
for mode in observe propose; do
    edit_cell D-004 "Next Step" "In mode $mode"
    ctl edit "$(id_of D-005)" LifeCycle.NextSteps "Portal in mode $mode" >/dev/null
    cp crm.csv before.csv
    MODE=$mode configure
    agent reconcile
    exits 0 "mode $mode"
    is "$mode: nothing is written at the cloud" 0 "$(writes)"
    check "$mode: nothing is written in the CSV" cmp crm.csv before.csv
    says "$mode: it says why" 'held back: 2 by the job.s mode'
done
agent plan --output csv
agent approve "$(held update)"
agent reconcile
is "propose: the approved change goes out" 1 "$(calls UpdateOpportunity)"
check "propose: the other stays" cmp crm.csv before.csv
agent plan --output csv
agent approve "$(held pull)"
agent reconcile
is "propose: so does a write to the CSV" "Portal in mode propose" "$(cell D-005 "Next Step")"
configure
agent plan
exits 0 "then nothing is left"

# --- limits -------------------------------------------------------------------------------------

edit_some() { # edit_some COLUMN PREFIX: of four deals
    local i
    for i in 6 7 8 9; do
        edit_cell "D-00$i" "$1" "$2$i"
    done
}

limit() { # limit NAME LIMITS PATTERN
    LIMITS=$2 configure
    ctl reset-stats >/dev/null
    agent reconcile
    exits 0 "$1: no failure"
    is "$1: nothing is written" 0 "$(writes)"
    says "$1: it says so" "$3"
    is "$1: a finding tells" 1 "$(findings RUN-004)"
}

edit_some "Next Step" "Limited to "
limit max_share '{max_share: 20%, floor: 5}' '4 of 12 linked records, more than max_share 20%'
limit max_changes '{max_share: 100%, max_changes: 3}' '4 changes, more than max_changes 3'
LIMITS='{max_share: 20%, floor: 20}' configure
agent reconcile
is "max_share does not count below its floor" 4 "$(writes)"

edit_some "Amount (MRR)" "5000.0"
limit max_amount '{max_share: 100%, max_amount: 5000 USD}' 'amounts move by [0-9.]+ USD, more than'
agent plan --output csv
agent approve "$(held update | head -1)"
agent reconcile
is "an approved change goes out, and counts no more" 1 "$(writes)"
agent approve --all
exits 0 "approve --all"
says "says what it approved" 'approve: c-.* update'
agent reconcile
is "then all go out" 4 "$(writes)"
agent approve --all
exits 0 "nothing left to approve"
says "it says so" 'nothing waits'
agent plan
exits 0 "nothing left to do"
finish
