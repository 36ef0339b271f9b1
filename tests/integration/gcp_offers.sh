#!/bin/bash
# Google's private offers through the real programs: made, published, extended, taken back, bought
# and amended, by the job's rules and by hand.
. "$(dirname "$0")/lib.sh"

DB=sandbox-db.endpoints.sandbox-partner.cloud.goog
METER=sandbox-meter.endpoints.sandbox-partner.cloud.goog
BUYER=00A000-000000-00000

offer_config() { # offer_config CREATE PUBLISH
    cat <<EOF_YAML
version: 1
store: {path: agent.db}
net: {quota_share: 100000%}
clouds:
$(GCP='    documents: papers' gcp)
sources:
  crm: {type: csv, path: crm.csv, key: Opportunity ID, write: in-place}
jobs:
  - name: offers
    cloud: gcp
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
      review: {column: Review}
      attached: {column: Attached}
      agreement: {column: Order}
      agreement_stage: {column: Stage}
      agreement_approval: {column: Approval}
      value: {column: Value}
      revenue_share: {column: Share}
      form: {column: Form, owner: local}
      replaces: {column: Amends, owner: local}
      title: {column: Title, owner: local}
      deal_type: {column: Type, owner: local}
      product: {column: Product, owner: local}
      plan: {column: Plan, owner: local}
      buyer_accounts: {column: Buyer, owner: local}
      company: {column: Company, owner: local}
      buyer_contact: {value: Procurement}
      prepared_by: {value: desk@partner.example}
      prepared_by_name: {value: Deal Desk}
      pricing: {column: Pricing, owner: local}
      prices: {column: Prices, owner: local}
      schedule: {column: Schedule, owner: local}
      discounts: {column: Discount, owner: local}
      payment_period: {column: Paid, owner: local}
      duration: {column: Term, owner: local}
      expires: {column: Expires, owner: local}
      eula: {column: Terms}
      cancel_reason: {value: Other budget}
EOF_YAML
}

FIELDS="Opportunity ID,Offer,State,Review,Attached,Order,Stage,Approval,Value,Share,Form,Amends,Title,\
Type,Product,Plan,Buyer,Company,Pricing,Prices,Schedule,Discount,Paid,Term,Expires,Terms"
row() { # row KEY BUYER PRODUCT PLAN PRICING PRICES SCHEDULE DISCOUNT PAID [TERMS]
    echo "$1,,,,,,,,,,,,Sale to $2,new,$3,$4,$BUYER$2,Buyer $2,$5,$6,$7,$8,$9,P12M,$(days +30),${10:-standard}"
}
yearly() { # yearly KEY BUYER PRICE [TERMS]
    row "$1" "$2" $DB so-db-enterprise-1y fixed "flat_fee=$3" '' '' P1Y "${4:-}"
}
offer() { cell "$1" Offer; }
duplicates() { ctl stats | awk '$1 == "gcp_offer_duplicates" { print $2 }'; }
made() { calls CreateGcpOffer; }

start_sandbox --publish-ms 20
gcp_file service_account
mkdir -p papers
{ printf '%%PDF-1.7\n'; head -c 4194295 /dev/zero; } >papers/eula.pdf # as much as is taken
printf 'words' >papers/words.pdf
offer_config yes yes >agent.yaml
{
    echo "$FIELDS"
    yearly A-1 1 48000.50 eula.pdf
    row A-2 2 $METER so-meter-payg commitment '' "start=100;$(days +90)=200.25" commitment=10 ''
    row A-3 3 $DB so-db-enterprise-1y fixed_usage flat_fee=100 '' all=12.5 P1Y
    yearly A-4 4 1000000000.01
    yearly A-5 5 10 words.pdf
} >crm.csv

# --- checked before anything is sent --------------------------------------------------------------

agent lint crm.csv --job offers
says "a price beyond the limit is told of" 'OFR-004.*flat_fee=1000000000.01'
sed -i '/^A-4/d' crm.csv

# --- made and published ---------------------------------------------------------------------------

agent reconcile
exits 3 "what is no PDF is not attached"
is "which is a finding" 1 "$(findings OFR-021)"
agent reconcile
is "and stays one" 1 "$(findings OFR-021)"
agent reconcile
exits 0 "nothing is tried again"
is "that nobody has mended" "1 draft" "$(findings OFR-021) $(cell A-5 State)"
edit_cell A-5 Terms standard
agent reconcile
agent reconcile
is "three are out" "open open open" "$(cell A-1 State) $(cell A-2 State) $(cell A-3 State)"
is "and the fourth, corrected" "open standard_eula" "$(cell A-5 State) $(cell A-5 Attached)"
is "each has its terms" "custom_eula standard_eula standard_eula" \
    "$(cell A-1 Attached) $(cell A-2 Attached) $(cell A-3 Attached)"
is "to the cent" "48000.50 USD" "$(cell A-1 Value)"
check "with what the seller keeps" test -n "$(cell A-1 Share)"
is "each was tried before it was published" 8 "$(calls PublishGcpOffer)"
is "and told of no more" 0 "$(findings OFR-021)"
sed -i '/^A-5/d' crm.csv
yearly A-10 A 10 late.pdf >>crm.csv
agent reconcile
agent reconcile
is "a file that is missing" "1 draft" "$(findings OFR-021) $(cell A-10 State)"
printf '%%PDF-1.7\n' >papers/late.pdf
agent reconcile
is "is looked for again when it is there" "0 open" "$(findings OFR-021) $(cell A-10 State)"
sed -i '/^A-10/d' crm.csv
agent reconcile # which reads it once more
ctl reset-stats >/dev/null
agent reconcile
is "nothing is left to do" "0 0 0" \
    "$(made) $(calls UpdateGcpOffer) $(calls PublishGcpOffer)"
is "and what did not move is not read again" 0 "$(calls GetGcpOffer)"

edit_cell A-1 Value '48000.51 USD'
agent plan
exits 0 "what Google works out is not written"
agent reconcile
is "where the row says something else, that is told" 1 "$(findings OFR-034)"
edit_cell A-1 Value '48000.50 USD'
agent reconcile
is "until it does not" 0 "$(findings OFR-034)"

# --- by hand --------------------------------------------------------------------------------------

ONE=$(offer A-1) TWO=$(offer A-2) THREE=$(offer A-3)
agent offer list --state open
says "the list has it" "$ONE"
edit_cell A-1 Expires "$(days +60)"
agent offer extend "$ONE" --to "$(days +60)"
exits 0 "extended"
is "by one edit" 1 "$(calls UpdateGcpOffer)"
edit_cell A-1 Expires "$(days +120)"
agent reconcile
is "beyond three months it is not" "1 1" "$(calls UpdateGcpOffer) $(findings OFR-007)"
edit_cell A-1 Expires "$(days +60)"
agent offer cancel "$TWO"
exits 0 "taken back"
check "with the reason" sh -c "'$SANDBOX' ctl $URL gcp-show offer id=$TWO | grep -q 'Other budget'"
agent reconcile
is "it reads so" "open cancelled" "$(cell A-1 State) $(cell A-2 State)"

# --- bought ---------------------------------------------------------------------------------------

ctl gcp accept-offer "id=$THREE" >/dev/null
agent reconcile
is "what was bought is known" "accepted subscribed due" \
    "$(cell A-3 State) $(cell A-3 Stage) $(cell A-3 Approval)"
check "by its order" test -n "$(cell A-3 Order)"
ctl gcp sign-up "buyer=billingAccounts/${BUYER}3" state=APPROVED >/dev/null
agent offer accept "$THREE"
exits 0 "the order is accepted"
sleep 1.2 # Google takes a moment
agent reconcile
is "which is seen though the offer did not move" "activated given" \
    "$(cell A-3 Stage) $(cell A-3 Approval)"
agent offer cancel "$THREE"
exits 1 "what was accepted is not taken back"

# --- amended --------------------------------------------------------------------------------------

row A-6 3 $DB so-db-enterprise-1y fixed_usage flat_fee=150 '' all=15 P1Y >>crm.csv
agent reconcile
is "a second order waits for a person" "" "$(offer A-6)"
is "and is told of" 1 "$(findings OFR-013)"
sed -i 's/^    create: yes/    create: no/' agent.yaml
agent offer amend "$THREE" --from A-6
exits 0 "what was accepted is amended"
agent reconcile
is "by an offer that names it" "replacement $THREE" "$(cell A-6 Form) $(cell A-6 Amends)"

# --- reviewed -------------------------------------------------------------------------------------

sed -i 's/^    create: no/    create: yes/' agent.yaml
ctl gcp review-offer mode=always >/dev/null
yearly A-7 7 20 >>crm.csv
agent reconcile
agent reconcile
agent status
says "a review takes days, and is waited for" 'publish +Sale to 7|Google reviews the offer'
is "which the row says meanwhile" "publishing pending" "$(cell A-7 State) $(cell A-7 Review)"
ctl gcp review-offer "id=$(offer A-7)" >/dev/null
agent reconcile
agent reconcile
is "then it is out" "open approved" "$(cell A-7 State) $(cell A-7 Review)"
ctl gcp review-offer mode=never >/dev/null

# --- a draft that nobody wants --------------------------------------------------------------------

sed -i 's/^    publish: yes/    publish: no/' agent.yaml
yearly A-8 8 30 >>crm.csv
agent reconcile
is "a draft" draft "$(cell A-8 State)"
agent offer cancel A-8
exits 0 "deleted"
is "with what it carried" 1 "$(calls DeleteGcpOffer)"
agent reconcile --full
is "the row knows" deleted "$(cell A-8 State)"

# --- lost answers ---------------------------------------------------------------------------------

ctl fault lost-after:CreateGcpOffer:1:1 >/dev/null
yearly A-9 9 40 >>crm.csv
agent reconcile
sleep 1
agent reconcile
agent reconcile
is "is looked for, and found" draft "$(cell A-9 State)"
is "nothing is there twice" 0 "$(duplicates)"

finish
