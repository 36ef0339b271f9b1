#!/bin/bash
# The daemon: edits of both sides land within two intervals, a bad configuration changes nothing, a
# stop in the middle of writes loses and repeats nothing, and the service manager is told.
. "$(dirname "$0")/lib.sh"
INTERVAL=5 # the shortest that there is
RECORD=${HAR_DIR:-$WORK}/$NAME-0.har

# Who listens as a service manager does.
listen() {
    rm -f notify.socket
    : >notified
    python3 - <<'EOF' &
import socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("notify.socket")
while True:
    with open("notified", "ab") as out:
        out.write(s.recv(4096) + b"\n")
EOF
    PIDS+=($!)
    wait_for 5 test -S notify.socket
}

configure_daemon() { # as configure, with a steady clock and a recording
    TOP="daemon: {jitter: 0%, stop_timeout: 10s}
har: $RECORD" configure
}

start_daemon() {
    : >log
    "$AGENT" run >log 2>&1 </dev/null &
    DAEMON=$!
    PIDS+=("$DAEMON")
}

logged() { grep -q -- "$1" log; }
count() { ctl stats | awk -v operation="$1" '$1 == operation && $2 == 200 { sum += $3 }
    END { print sum + 0 }'; }

linked 6
configure_daemon
if command -v python3 >/dev/null && listen; then
    export NOTIFY_SOCKET=$WORK/notify.socket
else
    echo "skip  no python3: nobody listens to what the service manager is told"
fi

# --- start, and edits on both sides -------------------------------------------------------------

start_daemon
wait_for 5 logged started
check "it says that it started" logged started
[ -z "${NOTIFY_SOCKET:-}" ] || check "and that it is ready" grep -qx READY=1 notified
wait_for 5 test "$(calls ListOpportunities)" -gt 0
edit_cell D-001 "Next Step" "Edited in the CRM"
ctl edit "$(id_of D-002)" LifeCycle.NextSteps "Edited in the portal" >/dev/null

# A bad configuration in between: the old one runs on, and the edits land.
cp agent.yaml good.yaml
sed 's/^    mode: .*/    mode: aply/' good.yaml >agent.yaml
kill -HUP $DAEMON
check "a bad configuration is refused" wait_for 3 logged refused
check "and its fault is told, with the place" logged 'agent.yaml:[0-9]*:[0-9]*'
at_cloud() { document "$(id_of D-001)" | grep -q '"NextSteps": "Edited in the CRM"'; }
in_csv() { [ "$(cell D-002 "Next Step")" = "Edited in the portal" ]; }
check "the CRM's edit lands within two intervals" wait_for $((2 * INTERVAL)) at_cloud
check "the portal's edit too" wait_for $((2 * INTERVAL)) in_csv
is "each once" 1 "$(count UpdateOpportunity)"
cp good.yaml agent.yaml
agent status
exits 0 "status beside a daemon"
UNRECORDED=yes agent plan
exits 1 "a plan beside it wants a record of its own"
check "and says so" grep -q "each needs a file of its own" err

# --- a configuration that is right --------------------------------------------------------------

sed 's/^    mode: .*/    mode: observe/' good.yaml >agent.yaml
kill -HUP $DAEMON
check "a good one is taken" wait_for 3 logged 'configuration reloaded'
edit_cell D-003 "Next Step" "While it only observes"
observed() { "$AGENT" status --output csv >s.csv && [ "$(csv s.csv held)" = 1 ]; }
check "and is in force" wait_for $((2 * INTERVAL)) observed
is "nothing is written under mode observe" 1 "$(count UpdateOpportunity)"

# --- a stop in the middle of writes -------------------------------------------------------------

for i in 4 5 6; do
    edit_cell "D-00$i" "Next Step" "Before the stop"
done
ctl fault "latency:UpdateOpportunity::700" >/dev/null
cp good.yaml agent.yaml
kill -HUP $DAEMON
writing() { [ "$(calls UpdateOpportunity)" -gt 1 ]; }
check "it writes" wait_for $((2 * INTERVAL)) writing
stop $DAEMON TERM
is "it ends in order" 0 $?
check "and says so" logged stopped
[ -z "${NOTIFY_SOCKET:-}" ] || check "to the service manager, too" grep -qx STOPPING=1 notified
check "its recording is whole, whoever looked at its status" valid_json "$RECORD"
check "from the first call on" grep -q UpdateOpportunity "$RECORD"
ctl no-faults >/dev/null
agent reconcile
exits 0 "the next run takes it up"
is "every edit is written once" 5 "$(count UpdateOpportunity)"
is "and every one is there" 3 "$(for i in 4 5 6; do
    document "$(id_of "D-00$i")"
done | grep -c '"NextSteps": "Before the stop"')"
is "nothing is there twice" 0 "$(duplicates)"
agent plan
exits 0 "and nothing is left to do"

sed 's/^    mode: .*/    mode: aply/' good.yaml >agent.yaml
"$AGENT" run >log 2>&1 </dev/null
is "a daemon does not start on a bad configuration" 78 $?
finish
