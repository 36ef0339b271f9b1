#!/bin/bash
# Two runs on one store at once: one holds the job, the other says who does; nothing is written
# twice, and looking on works meanwhile.
. "$(dirname "$0")/lib.sh"

start_sandbox --referrals 0
deals 10
configure
ctl fault "latency:CreateOpportunity::300" >/dev/null
recording
"$AGENT" reconcile "${HAR[@]}" >out1 2>err1 </dev/null &
first=$!
PIDS+=("$first")
creating() { [ "$(calls CreateOpportunity)" -gt 0 ]; }
wait_for 10 creating

agent reconcile
exits 1 "the second run does not get the job"
says "it says who holds it" "(process|pid).* $first|$first.*agent reconcile"
agent plan
exits 1 "nor does a plan"
agent status
exits 0 "status works meanwhile"
says "and shows the run" 'referrals +apply'
agent findings
exits 0 "findings work meanwhile"
agent conflicts
exits 0 "conflicts work meanwhile"
agent check
exits 0 "check works meanwhile"
check "the first is still at it" kill -0 $first
wait $first
is "the first run ends well" 0 $?
is "each deal is created once" 10 "$(calls CreateOpportunity)"
is "nothing is there twice" 0 "$(duplicates)"
agent reconcile
exits 0 "then the job is free"

# Several at the same instant, again and again.
for i in 1 2 3 4 5; do
    rm -f agent.db*
    start_sandbox --referrals 0
    deals 3
    configure
    ids=()
    for j in 1 2 3; do
        "$AGENT" reconcile >"out.$j" 2>"err.$j" </dev/null &
        ids+=($!)
        PIDS+=($!)
    done
    ended=
    for pid in "${ids[@]}"; do
        wait "$pid"
        ended="$ended $?"
    done
    [ "$(duplicates) $(opportunities)" = "0 3" ] || fail "round $i: twice" "$(cat out.* err.*)"
    case $ended in *0*) : ;; *) fail "round $i: no run did it ($ended)" "$(cat err.*)" ;; esac
    case $ended in *[!01\ ]*) fail "round $i: odd exit codes ($ended)" "$(cat err.*)" ;; esac
done
is "three at once: every deal once" "0 3" "$(duplicates) $(opportunities)"

# A run that was killed does not keep the job.
edit_cell D-001 "Next Step" "After a kill"
ctl fault "latency:ListOpportunities::3000" >/dev/null
"$AGENT" reconcile >out1 2>err1 </dev/null &
first=$!
PIDS+=("$first")
listing() { # what is delayed is counted only when it is answered: the run's start must do
    [ "$(calls ListOpportunities)" -gt "$LISTED" ] || ! "$AGENT" status | grep -q complete
}
LISTED=$(calls ListOpportunities)
wait_for 5 listing
stop $first KILL 2>/dev/null
ctl no-faults >/dev/null
agent reconcile
exits 0 "the job of a killed run is free at once"
finish
