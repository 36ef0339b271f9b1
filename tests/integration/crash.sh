#!/bin/bash
# Killed at any moment, or left without an answer after the write has happened: the next run finds
# out what came of it, and in the end everything is there once.
. "$(dirname "$0")/lib.sh"
SEED=${SEED:-1}
echo "SEED=$SEED"
DEALS=20

run_on() { # the run that nobody disturbs
    agent reconcile
    exits 0 "$1: a run takes it up and ends well"
    ctl reset-stats >/dev/null
    agent plan
    exits 0 "$1: then there is nothing to do"
    is "$1: and nothing is written" 0 "$(writes)"
}

all_there() { # all_there TEXT: every deal once, submitted, with the values of the CSV
    local id key wrong=0
    is "$1: nothing is there twice" 0 "$(duplicates)"
    is "$1: every deal is there" $DEALS "$(opportunities)"
    is "$1: every deal is linked" $DEALS "$(status linked)"
    for key in $(csv crm.csv "Opportunity ID"); do
        id=$(id_of "$key")
        document "$id" >shown
        grep -q "\"PartnerOpportunityIdentifier\": \"$key\"" shown &&
            grep -q "\"NextSteps\": \"$(cell "$key" "Next Step" | sed 's/"/\\\\"/g')\"" shown &&
            grep -q '"ReviewStatus": "Submitted"\|"ReviewStatus": "Approved"' shown &&
            grep -q '"S-2000001"' shown && continue
        wrong=$((wrong + 1))
        cat shown
    done >wrong.log
    is "$1: each is submitted and has its values" 0 "$wrong"
}

# --- killed -------------------------------------------------------------------------------------

start_sandbox --referrals 0
deals $DEALS
configure
RANDOM=$SEED

# kill_rounds N: starts N runs and kills each within 40 ms of its first write at the cloud.
kill_rounds() {
    local round pid before
    for round in $(seq "$1"); do
        before=$(writes)
        "$AGENT" reconcile >out 2>err </dev/null &
        pid=$!
        PIDS+=("$pid")
        while kill -0 $pid && [ "$(writes)" -eq "$before" ]; do :; done
        sleep "$(printf '0.%03d' $((RANDOM % 40)))"
        stop $pid KILL
        [ $? -eq 137 ] && killed=$((killed + 1))
    done 2>/dev/null
}

killed=0
kill_rounds 9
check "runs were killed" test $killed -gt 2
run_on "killed"
all_there "killed"
agent status
says "nothing is left open" 'referrals +apply .* complete '

# Updates, killed.
for id in $(ctl ids); do
    ctl review "$id" Approved >/dev/null
done
agent reconcile
killed=0
for round in 1 2 3; do
    for key in $(csv crm.csv "Opportunity ID"); do
        edit_cell "$key" "Next Step" "Round $round of $key"
    done
    kill_rounds 1
done
check "updates were killed" test $killed -gt 0
run_on "killed while updating"
all_there "killed while updating"

# --- answers lost after the write has happened --------------------------------------------------

rm -f agent.db*
start_sandbox --referrals 0
DEALS=8
deals $DEALS
configure
LOST="CreateOpportunity AssociateOpportunity StartEngagementFromOpportunityTask"
for operation in $LOST; do
    ctl fault "lost-after:$operation:every-3" >/dev/null
done
agent reconcile
for operation in $LOST; do
    check "$operation was called" test "$(calls "$operation")" -ge $DEALS
done
ctl no-faults >/dev/null
run_on "answers of a creation lost"
all_there "answers of a creation lost"

DEALS=4
linked $DEALS
for key in D-001 D-002 D-003 D-004; do
    edit_cell "$key" "Next Step" "After the answer was lost"
done
ctl fault "lost-after:UpdateOpportunity:every-2" >/dev/null
agent reconcile
ctl no-faults >/dev/null
run_on "UpdateOpportunity lost"
all_there "UpdateOpportunity lost"
finish
