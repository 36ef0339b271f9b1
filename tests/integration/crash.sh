#!/bin/bash
# Killed at any moment, or left without an answer after the write has happened: the next run finds
# out what came of it, and in the end everything is there once.
. "$(dirname "$0")/lib.sh"
SEED=${SEED:-1}
echo "SEED=$SEED"
DEALS=30

run_on() { # the run that nobody disturbs
    agent reconcile
    agent reconcile # takes up what the first may have left to a later run
    exits 0 "$1: the last run ends well"
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
killed=0
for round in $(seq 12); do
    "$AGENT" reconcile >out 2>err </dev/null &
    pid=$!
    PIDS+=("$pid")
    # From 0 to 0.4 s: reading, creating, and waiting for what has been handed over.
    sleep "$(printf '0.%03d' $((RANDOM % 300)))"
    stop $pid KILL
    [ $? -eq 137 ] && killed=$((killed + 1))
    [ "$round" -eq 6 ] && for key in D-003 D-017; do # an edit while nothing is finished
        edit_cell $key "Next Step" "Edited between two crashes"
    done
done 2>/dev/null
check "runs were killed" test $killed -gt 5
run_on "killed"
all_there "killed"
agent status
says "nothing is left open" 'referrals +apply .* complete '

# Updates, killed.
for id in $(ctl ids); do
    ctl review "$id" Approved >/dev/null
done
agent reconcile
for key in $(csv crm.csv "Opportunity ID"); do
    edit_cell "$key" "Next Step" "Round two of $key"
done
for round in 1 2 3 4; do
    "$AGENT" reconcile >out 2>err </dev/null &
    pid=$!
    PIDS+=("$pid")
    sleep "$(printf '0.%03d' $((30 + RANDOM % 100)))"
    stop $pid KILL
done 2>/dev/null
run_on "killed while updating"
all_there "killed while updating"

# --- answers lost after the write has happened --------------------------------------------------

for operation in CreateOpportunity AssociateOpportunity StartEngagementFromOpportunityTask; do
    rm -f agent.db*
    start_sandbox --referrals 0
    DEALS=4
    deals $DEALS
    configure
    ctl fault "lost-after:$operation:every-2" >/dev/null
    agent reconcile
    ctl no-faults >/dev/null
    run_on "$operation lost"
    all_there "$operation lost"
done

linked 4
for key in D-001 D-002 D-003 D-004; do
    edit_cell "$key" "Next Step" "After the answer was lost"
done
ctl fault "lost-after:UpdateOpportunity:every-2" >/dev/null
agent reconcile
ctl no-faults >/dev/null
run_on "UpdateOpportunity lost"
all_there "UpdateOpportunity lost"
finish
