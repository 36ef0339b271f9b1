#!/bin/bash
# What goes wrong with offers: what is doubtful waits, what the marketplace refuses is a finding
# that is corrected in the row, and what it leaves half done or unanswered is never done twice.
. "$(dirname "$0")/shop.sh"

# --- doubts -------------------------------------------------------------------------------------

shop "$(sale 001)" "$(sale 002 Buyers=444455556001)"
SELL=publish sell
agent reconcile
exits 0 "two rows for one buyer and product"
is "the first is made" 1 "$(offers)"
is "the second waits" 1 "$(findings APV-001)"
is "for a reason" 1 "$(findings OFR-014)"
agent reconcile
says "that the plan tells" 'held \(approval\): OFR-014: the offer offer-.* can be accepted until'
ctl accept "$(offer_id D-001)" >/dev/null
agent reconcile
is "an agreement is a doubt, too" 1 "$(findings OFR-013)"
is "still one offer" 1 "$(offers)"
agent offer create D-002
exits 1 "asked for by name, it waits, too"
says "with the reason" 'OFR-013'
agent offer create D-002 --force
exits 0 "forced, it is made"
is "once" 2 "$(offers)"
for run in 1 2; do agent reconcile; done
is "nothing is doubted any more" 0 "$(("$(findings OFR-013)" + "$(findings APV-001)"))"

# --- refused before anything is sent ------------------------------------------------------------

shop "$(sale 001 Included=seats_of_gold=1)" "$(sale 002 Buyers=99)" "$(sale 003)"
SELL=publish sell
agent reconcile
is "good rows go on" open "$(cell D-003 "AWS Offer")"
is "a wrong account is a finding" 1 "$(findings OFR-005)"
is "a wrong dimension, too" 1 "$("$AGENT" findings --output csv | grep -c seats_of_gold)"
is "nothing of both was sent" 2 "$(calls StartChangeSet)"
"$AGENT" findings --output json >out
check "each has a remedy" test "$(grep -c '"remedy": "' out)" = "$(grep -c '"code"' out)"
edit_cell D-001 Included users=5
edit_cell D-002 Buyers 444455556002
for run in 1 2; do agent reconcile; done
is "corrected in the rows, they go out" "open open open" "$(csv crm.csv "AWS Offer" | xargs)"
is "no finding is left" "" "$("$AGENT" findings --output csv | tail -n +2)"
is "nothing is there twice" "3 0" "$(offers) $(twice)"

# --- change sets that fail ----------------------------------------------------------------------

shop "$(sale 001)"
sell
ctl fault set-fails >/dev/null
agent reconcile
exits 3 "a change set that fails by its data"
"$AGENT" findings --output csv >findings.csv
is "is a finding" 1 "$(csv findings.csv code | grep -c '^OFR-\|^REF-019')"
ctl no-faults >/dev/null
ctl reset-stats >/dev/null
for run in 1 2; do agent reconcile; done
is "it is not sent again as it was" 0 "$(calls StartChangeSet)"
edit_cell D-001 "Offer Title" "Analytics, corrected"
agent reconcile
exits 0 "corrected, it goes out"
is "by another set" "1 1" "$(calls StartChangeSet) $(offers)"
is "the finding is gone" 0 "$(findings REF-019)"
approve_all publish
ctl fault set-fails:StartChangeSet:1:1 >/dev/null # the cloud's own fault
for run in 1 2 3; do agent reconcile; done
is "what fails by the cloud's fault is tried again" open "$(cell D-001 "AWS Offer")"
is "and done once" "1 0" "$(offers) $(twice)"

# --- half done ----------------------------------------------------------------------------------

for left in 0 1; do
    shop "$(sale 001)" "$(sale 002)"
    SELL=publish sell
    ctl fault "set-half:StartChangeSet:1:$left" >/dev/null
    for run in 1 2 3 4; do agent reconcile; done
    exits 0 "half done ($left): a run takes it up"
    is "half done ($left): the offers are out" "open open" "$(csv crm.csv "AWS Offer" | xargs)"
    is "half done ($left): once each" "2 0" "$(offers) $(twice)"
    agent plan
    exits 0 "half done ($left): nothing is left to do"
done

# --- stuck --------------------------------------------------------------------------------------

shop "$(sale 001)"
SELL=publish PATIENCE=300ms sell
ctl fault set-stuck >/dev/null
agent reconcile
exits 3 "a change set that does not end"
agent status
says "is in the status, with what it waits for" 'create +D-001 .* change set cs-'
says_not "of which nothing is cut" 'change set cs-.*…'
"$AGENT" status --output json >out
check "in JSON, too" grep -q '"under_way"' out
check "which is JSON" valid_json out
agent reconcile
exits 3 "the next run finds it still at work"
is "and starts no second" 1 "$(calls StartChangeSet)"
ctl no-faults >/dev/null
agent reconcile
agent reconcile
exits 0 "when it ends, a run goes on with it"
is "one offer, released" "open 1 0" "$(cell D-001 "AWS Offer") $(offers) $(twice)"
is "by two sets" 2 "$(calls StartChangeSet)"
agent status
says_not "nothing is under way" 'UNDER WAY'

# --- somebody else at work on it ----------------------------------------------------------------

ONE=$(offer_id D-001)
cp agent.db other.db # another installation, which has its own store
sed 's/agent\.db/other.db/' agent.yaml >other.yaml
edit_cell D-001 Expires "$(days +45)"
ctl fault set-stuck >/dev/null
agent reconcile
exits 3 "an extension that does not end"
edit_cell D-001 "Offer Title" "Another name"
agent reconcile --config other.yaml
exits 3 "somebody else cannot change the offer meanwhile"
"$AGENT" status --config other.yaml --output json >out
check "and sees why" grep -q 'another change set holds the entity' out
check "he was refused for that" test "$(ctl stats | grep -c '^StartChangeSet 4')" = 1
ctl no-faults >/dev/null
agent reconcile
is "then it is extended" "$(days +45)" "$(member "$ONE" AvailabilityEndDate | cut -c1-10)"
ctl reset-stats >/dev/null
agent reconcile --config other.yaml
exits 0 "the other one goes on"
is "with one set" "1 Another name" "$(calls StartChangeSet) $(member "$ONE" Name)"

# --- lost answers -------------------------------------------------------------------------------

shop "$(sale 001)" "$(sale 002)"
SELL=publish sell
ctl fault lost-after:StartChangeSet:1 >/dev/null
ctl fault lost-after:StartChangeSet:3 >/dev/null
for run in 1 2 3; do agent reconcile; done
exits 0 "answers to StartChangeSet lost"
is "the offers are out" "open open" "$(csv crm.csv "AWS Offer" | xargs)"
is "once each" "2 0" "$(offers) $(twice)"
edit_cell D-001 Expires "$(days +50)"
ctl reset-stats >/dev/null
ctl fault lost-after:StartChangeSet:1 >/dev/null
for run in 1 2; do agent reconcile; done
is "one extension, one set" "1 $(days +50)" \
    "$(ctl stats | awk '$1 == "StartChangeSet" && $2 == 200 { sum += $3 } END { print sum + 0 }') $(
        member "$(offer_id D-001)" AvailabilityEndDate | cut -c1-10)"

edit_cell D-002 Expires "$(days +55)"
ctl reset-stats >/dev/null
ctl fault lost-after:StartChangeSet >/dev/null
agent reconcile
exits 3 "no answer at all"
ctl no-faults >/dev/null
ctl reset-stats >/dev/null
agent reconcile
exits 0 "the next run looks for the set"
is "finds it, and starts none" "1 0" "$(calls ListChangeSets) $(calls StartChangeSet)"
is "the offer is extended" "$(days +55)" "$(member "$(offer_id D-002)" AvailabilityEndDate | cut -c1-10)"

# --- many ---------------------------------------------------------------------------------------

rows=()
for number in $(seq -f %03g 1 33); do rows+=("$(sale "$number")"); done
shop "${rows[@]}"
SELL=publish sell
for run in 1 2; do agent reconcile; done
exits 0 "more offers than the cloud works on at once"
is "all are out" 33 "$(csv crm.csv "AWS Offer" | grep -c '^open$')"
is "each once" "33 0" "$(offers) $(twice)"
is "none was refused for being too many" 0 "$(ctl stats | awk '$1 == "StartChangeSet" && $2 >= 400' | grep -c '')"
ctl reset-stats >/dev/null
agent plan
exits 0 "nothing is left to do"
check "and that takes few calls" test "$(ctl stats | awk '$2 == 200 { sum += $3 } END { print sum + 0 }')" -le 8
finish
