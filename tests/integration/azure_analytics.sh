#!/bin/bash
# Orders under Microsoft's private offers, as its analytics reports them, through the real programs:
# what is sold as a virtual machine becomes no subscription, so only they tell that it was accepted.
. "$(dirname "$0")/lib.sh"

export AZURE_SECRET='s4n~d.b_o-x+se/cr=et'
MACHINE=50000000-0000-4000-8000-000000000002

cat_config() { # cat_config ANALYTICS
    cat <<EOF
version: 1
store: {path: agent.db}
net: {quota_share: 100000%}
clouds:
$(SIGN_IN='' AZURE="    analytics: $1" azure)
sources:
  crm: {type: csv, path: crm.csv, key: Opportunity ID, write: in-place}
jobs:
  - name: offers
    cloud: azure
    kind: offer
    source: crm
    mode: apply
    create: yes
    publish: yes
    allow: [publish]
    limits: {max_share: 100%}
    fields:
      id: {column: Offer}
      state: {column: State}
      agreement: {column: Order}
      agreement_status: {column: Status}
      buyer: {column: Account}
      form: {value: private}
      title: {column: Title, owner: local}
      product: {value: $MACHINE}
      buyer_accounts: {column: Buyer, owner: local}
      pricing: {value: discount}
      discounts: {value: all=12.5}
      end_date: {column: Ends, owner: local}
      expires: {column: Expires, owner: local}
      prepared_by: {value: deals@contoso.com}
      notify: {value: deals@contoso.com}
EOF
}

start_sandbox --azure-offers 0 --job-ms 20
cat_config no >agent.yaml
{
    echo "Opportunity ID,Offer,State,Order,Status,Account,Title,Buyer,Ends,Expires"
    echo "V-1,,,,,,For 4711,4711,$(days +330),$(days +30)"
    echo "V-2,,,,,,For 4712,4712,$(days +330),$(days +30)"
} >crm.csv
agent reconcile
agent reconcile
is "two offers are out" "open open" "$(cell V-1 State) $(cell V-2 State)"
is "nothing is asked of analytics" "0 0" "$(calls ListReports) $(calls CreateReport)"

# The customer accepts, and the service says no more than that the offer is live.
ONE=$(cell V-1 Offer)
ctl azure accept-offer "id=$ONE" >/dev/null
ctl azure edit-offer "id=$ONE" path=subState value=null >/dev/null
agent reconcile --full
is "without reports nobody knows" open "$(cell V-1 State)"

# --- the report ---------------------------------------------------------------------------------

cat_config yes >agent.yaml
agent doctor
check "doctor tries it" grep -q ListDatasets out
agent reconcile --full
exits 0 "a report is made"
is "and its query" "1 1" "$(calls CreateQuery) $(calls CreateReport)"
is "it says nothing before its first run" open "$(cell V-1 State)"
agent reconcile --full
is "nothing is made twice" "1 1" "$(calls CreateQuery) $(calls CreateReport)"
is "nor read meanwhile" 0 "$(calls DownloadReport)"
ctl advance 6h >/dev/null
agent reconcile --full
exits 0 "the file is read"
is "once" 1 "$(calls DownloadReport)"
is "the order proves it" "accepted Active 4711" \
    "$(cell V-1 State) $(cell V-1 Status) $(cell V-1 Account)"
check "and is named" test -n "$(cell V-1 Order)"
is "the other offer still waits" open "$(cell V-2 State)"
is "no finding" 0 "$(findings RUN-002)"
UNRECORDED=1 agent reconcile --full --har link.har
is "and read again in full" 2 "$(calls DownloadReport)"
check "no link is recorded, logged or kept" \
    sh -c "grep -q REDACTED link.har && ! grep -q 'sig=' link.har out err agent.db"
agent reconcile
is "between full reads it is not" 2 "$(calls DownloadReport)"

# --- when it fails ------------------------------------------------------------------------------

UNRECORDED=1
ORDER=$(cell V-1 Order)
ctl fault 403:ListReports >/dev/null
agent reconcile --full
is "what it proved stays" "accepted Active $ORDER" \
    "$(cell V-1 State) $(cell V-1 Status) $(cell V-1 Order)"
is "people hear of it" 1 "$(findings RUN-002)"
ctl no-faults >/dev/null
agent reconcile --full
is "until it works" 0 "$(findings RUN-002)"
is "still one report" "1 1" "$(calls CreateQuery) $(calls CreateReport)"
finish
