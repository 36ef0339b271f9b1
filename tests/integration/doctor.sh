#!/bin/bash
# What the doctor finds, and the policy that the jobs need.
. "$(dirname "$0")/lib.sh"

unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
[ -n "${HAR_DIR:-}" ] || export HAR_DIR=$WORK
keys() { AWS_ACCESS_KEY_ID=AKIDSANDBOX AWS_SECRET_ACCESS_KEY=sandbox-secret "$@"; }
result() { csv out result check="$1"; } # result CHECK: of the last doctor -o csv

start_sandbox --referrals 3
deals 2
configure

# --- all is well --------------------------------------------------------------------------------

keys agent doctor -o csv
exits 0 "a good configuration"
is "a store that is not there yet is no fault" skip "$(result store)"
keys agent reconcile
keys agent doctor aws -o csv
exits 0 "after a run"
for check in GetCallerIdentity ListOpportunities GetOpportunity \
    ListEngagementFromOpportunityTasks credentials reachable clock store 'source crm'; do
    is "$check" ok "$(result "$check")"
done
is "whose keys" arn:aws:iam::111122223333:user/sandbox "$(csv out detail check=GetCallerIdentity)"
is "where they come from" environment "$(csv out detail check=credentials)"
is "no write is tried" 0 "$(csv_count out check=permission result=ok)"
ctl reset-stats >/dev/null
keys agent doctor -o json
exits 0 "as JSON"
check "which is JSON" valid_json out
is "nothing was written" 0 "$(writes)"
keys agent doctor
says "for people" '^ok +aws partnercentral:ListOpportunities'
keys agent doctor --quiet
is "quiet when all is well" "" "$(cat out)"

# --- something is not ---------------------------------------------------------------------------

agent doctor -o csv
exits 1 "no keys"
is "no keys: said" fail "$(result credentials)"
is "no keys: nothing else is tried" skip "$(result ListOpportunities)"
AWS_ACCESS_KEY_ID=AKIDUNKNOWN AWS_SECRET_ACCESS_KEY=sandbox-secret agent doctor
exits 1 "an unknown key"
says "an unknown key: what to do" 'fail +aws GetCallerIdentity.*InvalidClientTokenId.*check the profile'
ctl fault 403:GetOpportunity >/dev/null
keys agent doctor -o csv
exits 1 "a permission that is missing"
is "a permission that is missing: that one" fail "$(result GetOpportunity)"
is "a permission that is missing: not the others" ok "$(result ListOpportunities)"
says "a permission that is missing: its name" 'partnercentral:GetOpportunity'
ctl no-faults >/dev/null
mv crm.csv away
keys agent doctor -o csv
exits 1 "no source"
is "no source: said" fail "$(result 'source crm')"
mv away crm.csv
cp agent.db good.db
size=$(stat -c %s agent.db)
dd if=/dev/urandom of=agent.db bs=1 seek=$((size / 2)) count=4000 conv=notrunc 2>/dev/null
keys agent doctor -o csv
exits 1 "a damaged store"
is "a damaged store: said" fail "$(result store)"
mv good.db agent.db
keys agent doctor azure
exits 64 "a cloud that is not configured"
start_sandbox --referrals 3 --skew 1800000
configure
keys agent doctor -o csv
exits 1 "a wrong clock"
is "a wrong clock: said" fail "$(result clock)"
is "a wrong clock: worked around" ok "$(result ListOpportunities)"
stop_sandbox
AWS_MAX_ATTEMPTS=1 keys agent doctor -o csv
exits 1 "no cloud"
is "no cloud: said" fail "$(result reachable)"

# --- policy -------------------------------------------------------------------------------------

policy() { # policy: the permissions, on a line
    agent iam aws -o csv
    csv out permission | tr '\n' ' ' | sed 's/partnercentral://g; s/ $//'
}
MODE=observe configure
is "a job that observes reads" "ListOpportunities GetOpportunity" "$(policy)"
CREATE='' SUBMIT='' configure
is "one that updates" "ListOpportunities GetOpportunity UpdateOpportunity AssociateOpportunity \
DisassociateOpportunity" "$(policy)"
CREATE='' SUBMIT='' configure && sed -i '/solutions:/d' agent.yaml
is "one that updates no solutions" "ListOpportunities GetOpportunity UpdateOpportunity" "$(policy)"
SUBMIT='' OWNER=cloud configure
check "one that creates" grep -q CreateOpportunity <<<"$(policy)"
configure
check "one that submits passes the snapshot role" grep -q iam:PassRole <<<"$(policy)"
agent iam aws --read-only -o csv
is "only reading" 2 "$(csv_count out access=read)"
is "no write" 0 "$(csv_count out access=write)"
agent iam aws
exits 0 "the policy itself"
check "is JSON" valid_json out
says "pinned to the catalog" '"partnercentral:Catalog": "Sandbox"'
says "and the role to its service" '"iam:PassedToService"'
agent iam
exits 64 "which cloud must be said"
agent iam azure
exits 64 "and be configured"
finish
