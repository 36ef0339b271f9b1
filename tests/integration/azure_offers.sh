#!/bin/bash
# Microsoft's private offers through the real programs: made, published, extended, taken back,
# bought and renewed, by the job's rules and by hand.
. "$(dirname "$0")/lib.sh"

export AZURE_SECRET='s4n~d.b_o-x+se/cr=et'
SAAS=50000000-0000-4000-8000-000000000001
GOLD=60000000-0000-4000-8000-000000000011

offer_config() { # offer_config CREATE PUBLISH
    cat <<EOF
version: 1
store: {path: agent.db}
net: {quota_share: 100000%}
clouds:
$(SIGN_IN='' AZURE='    document_links: links' azure)
sources:
  crm: {type: csv, path: crm.csv, key: Opportunity ID, write: in-place}
jobs:
  - name: offers
    cloud: azure
    kind: offer
    source: crm
    mode: apply
    create: $1
    publish: $2
    allow: [publish, cancel]
    limits: {max_share: 100%}
    fields:
      id: {column: Offer}
      state: {column: State}
      acceptance_link: {column: Link}
      agreement: {column: Subscription}
      agreement_stage: {column: Stage}
      form: {column: Form, owner: local}
      replaces: {column: Renews, owner: local}
      title: {column: Title, owner: local}
      product: {value: $SAAS}
      buyer_accounts: {column: Buyer, owner: local}
      pricing: {column: Pricing, owner: local}
      discounts: {column: Discount, owner: local}
      prices: {column: Prices, owner: local}
      start_date: {column: Starts, owner: local}
      end_date: {column: Ends, owner: local}
      expires: {column: Expires, owner: local}
      prepared_by: {value: deals@contoso.com}
      notify: {value: deals@contoso.com}
      documents: {column: Terms}
EOF
}

FIELDS="Opportunity ID,Offer,State,Link,Subscription,Stage,Form,Renews,Title,Buyer,Pricing,Discount,\
Prices,Starts,Ends,Expires,Terms"
row() { # row KEY BUYER PRICING DISCOUNT PRICES [TERMS]
    echo "$1,,,,,,,,For $2,$2,$3,$4,$5,,$(days +330),$(days +30),${6:-}"
}
offer() { cell "$1" Offer; }

start_sandbox --azure-offers 0 --job-ms 20
mkdir -p links
echo 'https://example.blob.core.windows.net/terms/a.pdf?sv=1&sig=very-secret' >links/terms.url
offer_config yes yes >agent.yaml
{
    echo "$FIELDS"
    row A-1 4711 discount all=12.5 '' terms.url
    row A-2 4712 plan_price '' "$GOLD/P1M=90;$GOLD/P1Y=900"
    row A-3 4713 plan_price '' "$GOLD/P1M=90"
} >crm.csv

# --- made and published -------------------------------------------------------------------------

agent reconcile
is "two of three can be made" "open open " "$(cell A-1 State) $(cell A-2 State) $(cell A-3 State)"
is "one is refused, since it does not say what becomes of the other terms" 1 "$(findings REF-019)"
edit_cell A-3 Prices "$GOLD/P1M=95;$GOLD/P1Y=950"
agent reconcile
agent reconcile
exits 0 "corrected, it goes, too"
is "all are out" "open open open" "$(cell A-1 State) $(cell A-2 State) $(cell A-3 State)"
check "with the links for their buyers" grep -q 'https://portal.azure.com/' crm.csv
check "no signature is in what was written" sh -c "! grep -rq very-secret agent.db* crm.csv out err"
ctl reset-stats >/dev/null
agent reconcile
is "and nothing is left to do" 0 "$(calls Configure)"

# --- by hand ------------------------------------------------------------------------------------

ONE=$(offer A-1) TWO=$(offer A-2) THREE=$(offer A-3)
agent offer list --state open
says "the list has it" "$ONE"
edit_cell A-1 Expires "$(days +60)"
agent offer extend "$ONE" --to "$(days +60)"
exits 0 "extended"
is "by taking it back and publishing it anew" 2 "$(calls Configure)"
agent offer cancel "$TWO"
exits 0 "taken back"
agent reconcile
is "it reads so" "open cancelled" "$(cell A-1 State) $(cell A-2 State)"
agent reconcile
is "and is not published again" cancelled "$(cell A-2 State)"
ctl azure accept-offer "id=$THREE" >/dev/null
ctl azure subscribe "id=$THREE" >/dev/null
agent reconcile
is "what was bought is known" "accepted subscribed" "$(cell A-3 State) $(cell A-3 Stage)"
agent offer cancel "$THREE"
exits 1 "what was accepted is not taken back"

# --- renewed ------------------------------------------------------------------------------------

row A-4 4713 discount all=15 '' | sed "s/,,$(days +330),$(days +30),/,$(days +331),$(days +700),$(days +330),/" >>crm.csv
sed -i 's/^    create: yes/    create: no/' agent.yaml
agent offer amend "$ONE" --from A-4
exits 1 "nothing is renewed that was not accepted"
agent offer amend "$THREE" --from A-4
exits 0 "what was accepted is"
agent reconcile
is "by an offer that names it" "$THREE" "$(cell A-4 Renews)"

# --- a draft that nobody wants ------------------------------------------------------------------

sed -i -e 's/^    create: no/    create: yes/' -e 's/^    publish: yes/    publish: no/' agent.yaml
row A-5 4715 discount all=5 '' >>crm.csv
agent reconcile
is "a draft" draft "$(cell A-5 State)"
FIVE=$(offer A-5)
agent offer cancel "$FIVE" --dry-run
says "that it would be deleted is said" 'the draft is deleted; this cannot be undone'
ctl reset-stats >/dev/null
agent offer cancel A-5
exits 0 "deleted"
is "by one job" 1 "$(calls Configure)"
agent offer cancel A-5
exits 1 "once"
says "which it tells" 'it was deleted'
agent reconcile
is "the row knows" deleted "$(cell A-5 State)"
agent reconcile --full
is "and nothing is made anew for it" "1 deleted" "$(calls Configure) $(cell A-5 State)"
is "nor missed" "0 0" "$(findings MAT-003) $(findings MAT-007)"
edit_cell A-5 Discount all=6
agent reconcile
is "an edit is told of, and makes nothing" "1 1" "$(calls Configure) $(findings MAT-007)"
agent offer create A-5
exits 0 "asked for, another draft is made"
agent reconcile
is "which takes its place" "draft 0" "$(cell A-5 State) $(findings MAT-007)"
is "nothing is there twice" 0 "$(ctl stats | awk '$1 == "azure_offer_duplicates" { print $2 }')"
finish
