#!/bin/bash
# Edits on both sides of pairs that are in step: each lands on the other side, and nothing else
# moves. Where both sides moved, a person decides.
. "$(dirname "$0")/lib.sh"

# What differs between two documents beside the next step, the history that the cloud keeps of it,
# and the time of change. Members of an object have no order.
differs() {
    diff <(sed 's/,$//' "$1" | sort) <(sed 's/,$//' "$2" | sort) | grep '^[<>]' |
        grep -vE '"(NextSteps|Value|Time|LastModifiedDate)":|^[<>] *[{}]$'
}

linked 5
ONE=$(id_of D-001) TWO=$(id_of D-002) THREE=$(id_of D-003) FOUR=$(id_of D-004) FIVE=$(id_of D-005)
# Members that this program has no column for must travel along.
ctl edit "$TWO" Project.AdditionalComments "Said by a colleague: 1 < 2 & \"three\"" >/dev/null
ctl edit "$TWO" Customer.Account.Address.StreetAddress "12 Canal Street" >/dev/null
agent reconcile

# The portal first.
cp crm.csv before.csv
ctl edit "$ONE" LifeCycle.NextSteps "Typed in the portal, with a \"quote\"" >/dev/null
document "$ONE" >one.before
agent plan
exits 2 "the plan sees the portal's edit"
says "it shows both values" 'next_steps .*Call "Jo" back → Typed in the portal'
agent reconcile
exits 0 "reconcile"
is "the portal's edit is in the CSV" 'Typed in the portal, with a "quote"' \
    "$(cell D-001 "Next Step")"
is "no other row changed" "$(grep -v '^D-001,' before.csv)" "$(grep -v '^D-001,' crm.csv)"
is "no other cell of the row changed" \
    "$(sed 's/"Call ""Jo"" back"/HERE/' before.csv | grep '^D-001,')" \
    "$(sed 's/"Typed in the portal, with a ""quote"""/HERE/' crm.csv | grep '^D-001,')"
document "$ONE" >one.after
check "nothing was written at the cloud" cmp one.before one.after

# The CSV.
document "$TWO" >two.before
edit_cell D-002 "Next Step" "Typed in the CRM, with an é"
cp crm.csv before.csv
ctl reset-stats >/dev/null
agent reconcile
exits 0 "reconcile after an edit in the CRM"
document "$TWO" >two.after
is "the CRM's edit is at the cloud" 1 \
    "$(grep -c '"NextSteps": "Typed in the CRM, with an é"' two.after)"
is "one update" 1 "$(calls UpdateOpportunity)"
is "and no other write" 1 "$(writes)"
is "every other member is as it was" "" "$(differs two.before two.after)"
check "the CSV is as the person left it" cmp crm.csv before.csv
agent plan
exits 0 "then both sides are in step"

# Solutions: the new one is associated before the old one is taken off, and their order says nothing.
edit_cell D-001 Solution "S-2000003;S-2000002"
ctl reset-stats >/dev/null
agent reconcile
exits 0 "reconcile with other solutions"
is "two are associated" 2 "$(calls AssociateOpportunity)"
is "one is taken off" 1 "$(calls DisassociateOpportunity)"
is "and nothing else is written" 3 "$(writes)"
document "$ONE" >one.after
is "the cloud has the new ones" "S-2000002 S-2000003" \
    "$(grep -o 'S-200000[0-9]' one.after | sort | paste -sd' ')"
edit_cell D-001 Solution "S-2000002;S-2000003"
agent plan
exits 0 "another order is no change"

# Both sides, in different fields of one record.
edit_cell D-003 "Contact Title" "Head of Archives"
ctl edit "$THREE" LifeCycle.NextSteps "From the portal" >/dev/null
agent reconcile
exits 0 "edits of one record on both sides"
is "the one lands in the CSV" "From the portal" "$(cell D-003 "Next Step")"
is "the other at the cloud" 1 "$(document "$THREE" | grep -c '"Head of Archives"')"

# Both sides, the same field: nobody guesses.
conflict() { # conflict KEY ID LOCAL CLOUD: sets X
    edit_cell "$1" "Next Step" "$3"
    ctl edit "$2" LifeCycle.NextSteps "$4" >/dev/null
    ctl reset-stats >/dev/null
    cp crm.csv before.csv
    agent reconcile
    agent conflicts --output csv
    X=$(csv out id remote_id="$2")
}
conflict D-004 "$FOUR" "Says the CRM" "Says the portal"
is "one conflict" 1 "$(csv_count out)"
is "with what was last agreed" 'Call "Jo" back' "$(csv out last_agreed)"
is "nothing is written at the cloud" 0 "$(writes)"
check "nothing is written in the CSV" cmp crm.csv before.csv
agent plan
exits 2 "a plan with a conflict is not empty"
agent why "$FOUR"
says "why tells both values" 'Says the CRM.*Says the portal|Says the portal'
says "and the rule" 'both sides moved'
agent why "$X"
exits 0 "why knows the conflict's id"
agent resolve "$X"
exits 64 "a decision needs a side"
agent resolve "$X" --take cloud
exits 0 "resolve for the cloud"
agent reconcile
exits 0 "reconcile carries it out"
is "the CSV has the cloud's value" "Says the portal" "$(cell D-004 "Next Step")"
is "the cloud keeps its own" 1 "$(document "$FOUR" | grep -c '"NextSteps": "Says the portal"')"

conflict D-005 "$FIVE" "Again the CRM" "Again the portal"
agent resolve --take local "$X"
exits 0 "resolve for the local side"
agent reconcile
is "the cloud has the CRM's value" 1 "$(document "$FIVE" | grep -c '"NextSteps": "Again the CRM"')"
is "the CSV keeps its own" "Again the CRM" "$(cell D-005 "Next Step")"
agent conflicts
says "no conflict is left" 'No conflicts'
agent plan
exits 0 "and nothing to do"
agent why "$FIVE"
says "the decision is remembered" 'local by'

# A decision is for these two values only.
conflict D-005 "$FIVE" "Third of the CRM" "Third of the portal"
agent resolve "$X" --take cloud
edit_cell D-005 "Next Step" "Fourth of the CRM"
agent reconcile
is "other values are another conflict" "Fourth of the CRM" "$(cell D-005 "Next Step")"
is "open again" 1 "$("$AGENT" conflicts --output csv | csv /dev/stdin id | grep -c '')"
finish
