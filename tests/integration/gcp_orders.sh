#!/bin/bash
# Orders under Google's private offers through the real programs: joined to their offers, accepted and
# rejected where the job's rule and a person say so, and by hand; accounts are never let in.
. "$(dirname "$0")/lib.sh"

orders() { # orders [LINE…]: the job, with its gates
    cat >agent.yaml <<EOF_YAML
version: 1
store: {path: agent.db}
net: {quota_share: 100000%}
clouds:
$(gcp)
sources:
  deals: {type: csv, path: crm.csv, key: Deal, write: in-place}
jobs:
  - name: offers
    cloud: gcp
    kind: offer
    source: deals
    mode: apply
    limits: {max_share: 100%}
    match: [id, {title: exact}]
$(printf '    %s\n' "$@")
    fields:
      id: {column: Offer}
      title: {column: Title, owner: cloud}
      state: {column: State}
      agreement: {column: Agreement}
      agreement_status: {column: Status}
      agreement_stage: {column: Stage}
      agreement_approval: {column: Approval, empty: clear}
      agreement_end: {column: Ends}
      agreement_plan: {column: Plan}
      auto_renew: {column: Renews}
      buyer: {column: Buyer}
      buyer_approval: {column: Let in}
      reject_reason: {value: Not in this country}
EOF_YAML
}
got() { csv crm.csv "$2" Deal="$1"; } # got DEAL COLUMN
put() { # put DEAL COLUMN TEXT
    LC_ALL=C WANT=$2 FIT="Deal=$1" SETTING=1 SET=$3 awk "$CSV_AWK" crm.csv >crm.new && mv crm.new crm.csv
}
answers() { calls ApproveGcpEntitlement RejectGcpEntitlement ApproveGcpPlanChange RejectGcpPlanChange; }
later() { ctl advance 1m >/dev/null; } # what Google takes its time for is done

start_sandbox --gcp-offers 28
gcp_file service_account
orders
cat >crm.csv <<END
Deal,Offer,Title,State,Agreement,Status,Stage,Approval,Ends,Plan,Renews,Buyer,Let in,Answer
one,,Offer 1 for Company 1,,,,,,,,,,,
eight,,Offer 8 for Company 8,,,,,,,,,,,
second,,Offer 18 for Company 18,,,,,,,,,,,
third,,Offer 28 for Company 28,,,,,,,,,,,
END

# --- joined ---------------------------------------------------------------------------------------

agent reconcile
exits 0 "orders are read with their offers"
is "one that is in use" "accepted ACTIVE activated given yes" \
    "$(got one State) $(got one Status) $(got one Stage) $(got one Approval) $(got one Renews)"
is "one that waits" "accepted ACTIVATION_REQUESTED subscribed due" \
    "$(got eight State) $(got eight Status) $(got eight Stage) $(got eight Approval)"
is "for a buyer who has not signed up" "approved pending" "$(got one 'Let in') $(got eight 'Let in')"
check "the buyer's account" grep -q 'E-....-....-....-....' crm.csv
agent plan
exits 0 "nothing is answered that no rule is for"

# --- by rule --------------------------------------------------------------------------------------

orders 'accept: {when: [{column: Answer, equals: "yes"}, {field: buyer_approval, equals: approved}]}' \
    'reject: {when: {column: Answer, equals: "no"}}'
put eight Answer yes
put second Answer no
agent plan
exits 2 "a rejection is due"
says "and waits for a person" 'waits for agent approve'
says_not "an acceptance is not, by the rule: the buyer is not let in" 'to accept|accept +'
ctl gcp sign-up buyer=billingAccounts/00A000-000000-000008 state=APPROVED >/dev/null
agent reconcile
is "nothing is answered unasked" 0 "$(answers)"
agent plan --output csv
cp out plan.csv
ACCEPT=$(csv plan.csv change action=accept | head -1) REJECT=$(csv plan.csv change action=reject | head -1)
check "now both are due" test -n "$ACCEPT" -a -n "$REJECT"
agent approve "$ACCEPT" "$REJECT"
agent reconcile
exits 0 "approved, both are answered"
is "once each" "1 1" "$(calls ApproveGcpEntitlement) $(calls RejectGcpEntitlement)"
later
agent reconcile
is "the one is in use" "activated given" "$(got eight Stage) $(got eight Approval)"
is "the other is no more" "" "$(got second Approval)"
agent plan
exits 0 "nothing is left to do"

# --- by hand, for a buyer who has not signed up ---------------------------------------------------

orders
agent offer accept "$(got third Offer)"
exits 3 "by hand it waits for the buyer, too"
agent status
says "and says for what" 'not approved \(PENDING\).*signed up'
agent reconcile
is "each run looks" 1 "$(calls ApproveGcpEntitlement)"
ctl gcp sign-up buyer=billingAccounts/00A000-000000-00001C state=APPROVED >/dev/null
agent reconcile
is "once the buyer has, it is accepted" 2 "$(calls ApproveGcpEntitlement)"
later
agent reconcile
is "and in use" activated "$(got third Stage)"
agent offer accept "$(got third Offer)"
exits 1 "what was answered is not answered again"
says "for a reason" 'agreement_approval is given'

# --- by hand, where the job maps nothing of orders -------------------------------------------------

sed -i -E '/^      (agreement|buyer|auto_renew)/d' agent.yaml
agent reconcile
agent offer list --state open
OPEN=$(awk '/ open / { print $1; exit }' out)
ctl gcp accept-offer "id=$OPEN" >/dev/null
agent offer accept "$OPEN"
exits 1 "what the buyer needs nobody for is not accepted"
says "and that is known" 'agreement_approval is given'
LATEST=$(awk '/ open / && $1 != "'"$OPEN"'" { print $1; exit }' <(agent offer list --state open; cat out))
ctl gcp accept-offer "id=$LATEST" >/dev/null
agent offer accept "$LATEST"
exits 3 "an order that waits is"
says "without a field or a rule for it" 'accept +.*not approved \(PENDING\)'

is "no account was ever written to" 0 "$(calls ApproveGcpAccount RejectGcpAccount ResetGcpAccount)"

finish
