#!/bin/bash
# The life of a private offer: from a row of the CRM to a draft, released when a person says so,
# accepted by the buyer, its agreement back in the row; extended, renamed, cancelled, amended, and
# tied to its deal.
. "$(dirname "$0")/shop.sh"

# --- from the row to the agreement --------------------------------------------------------------

shop "$(sale 001)" "$(sale 002)" "$(sale 003)"
sell
agent plan --output json
exits 2 "a plan with offers to make"
check "it is JSON" valid_json out
says "the plan shows what the buyer will see" '"field": "schedule"'
is "a plan makes nothing" 0 "$(calls StartChangeSet)"
agent reconcile
exits 0 "the offers are made"
says "it says what it did" '3 created\).*held back: 3 for approval'
is "three drafts" 3 "$(offers)"
is "the rows have their identifiers" 3 "$(csv crm.csv "AWS Offer ID" | grep -c '^offer-')"
is "and their state" "draft draft draft" "$(csv crm.csv "AWS Offer" | xargs)"
is "one change set each" 3 "$(calls StartChangeSet)"
ONE=$(offer_id D-001) TWO=$(offer_id D-002) THREE=$(offer_id D-003)
is "the release is held" 3 "$(findings APV-001)"

cp crm.csv before.csv
ctl reset-stats >/dev/null
agent reconcile
exits 0 "a second run changes nothing"
is "at the cloud" 0 "$(calls StartChangeSet)"
check "in the file" cmp crm.csv before.csv
says "and says how many calls it took" 'held back: 3 for approval; [1-4] calls'

approve_all publish
agent reconcile
exits 0 "approved, they are released"
is "by one change set each" 3 "$(calls StartChangeSet)"
is "at the cloud" "Released Released Released" \
    "$(for id in $ONE $TWO $THREE; do offer_state "$id"; done | xargs)"
is "and in the rows" "open open open" "$(csv crm.csv "AWS Offer" | xargs)"
is "nothing waits any more" 0 "$(findings APV-001)"
ctl reset-stats >/dev/null
agent plan
exits 0 "then there is nothing to do"
says_not "nothing at all" "[+*x^] "

AGREEMENT=$(ctl accept "$ONE" | cut -d' ' -f1)
agent reconcile
exits 0 "the buyer accepts"
is "the row has the agreement" "$AGREEMENT" "$(cell D-001 "AWS Agreement")"
is "the state" "accepted" "$(cell D-001 "AWS Offer")"
is "the agreement's own" "ACTIVE" "$(cell D-001 "Agreement Status")"
is "and its value" "12000.00" "$(cell D-001 "Agreement Value")"
ctl reset-stats >/dev/null
cp crm.csv before.csv
agent reconcile
exits 0 "and again there is nothing to do"
check "the file stays" cmp crm.csv before.csv
is "nothing is written" 0 "$(calls StartChangeSet)"
agent show "$ONE"
says "show tells the agreement" "$AGREEMENT"
agent why "$ONE"
says "why tells who approved" 'approve by '

# --- what is released ---------------------------------------------------------------------------

ctl reset-stats >/dev/null
edit_cell D-002 Expires "$(days +40)"
agent reconcile
exits 0 "a later last day in the row extends"
is "the offer" "$(days +40)" "$(member "$TWO" AvailabilityEndDate | cut -c1-10)"
is "by one change set" 1 "$(calls StartChangeSet)"
agent why "$TWO"
says "as an extension" extend

edit_cell D-002 "Offer Title" "Analytics, the whole"
agent reconcile
exits 0 "a new name in the row"
is "renames the offer" "Analytics, the whole" "$(member "$TWO" Name)"

edit_cell D-002 Value 9000.00
ctl reset-stats >/dev/null
agent reconcile
exits 0 "the price of a released offer is locked"
is "that is a finding" 1 "$(findings OFR-011)"
is "and is not sent" 0 "$(calls StartChangeSet)"
edit_cell D-002 Value 12000.00
agent reconcile
is "taken back, it is gone" 0 "$(findings OFR-011)"

# --- taken back ---------------------------------------------------------------------------------

edit_cell D-003 Expires "$(days -1)"
agent reconcile
exits 0 "a last day that is over cancels"
is "but not by itself" Released "$(offer_state "$THREE")"
agent plan
says "it waits for approval" 'cancel +'"$THREE"
agent offer cancel "$TWO"
exits 0 "cancelled by a command"
is "the offer can no longer be accepted" "$(days -1)" "$(member "$TWO" AvailabilityEndDate | cut -c1-10)"
agent reconcile
is "the row says so" cancelled "$(cell D-002 "AWS Offer")"
ctl reset-stats >/dev/null
for run in 1 2; do agent reconcile; done
is "cancelled stays cancelled" 0 "$(calls StartChangeSet)"
is "whatever the row's day was" cancelled "$(cell D-002 "AWS Offer")"
approve_all cancel
agent reconcile
is "the other, too, once approved" cancelled "$(cell D-003 "AWS Offer")"
is "nothing is there twice" 0 "$(twice)"
agent plan
exits 0 "nothing is left to do"

# An unchanged row brings nothing back, whoever owns the field; an edited one waits for a person.
EXPIRES=local sell
ctl reset-stats >/dev/null
edit_cell D-002 Expires "$(days +40)"
for run in 1 2; do agent reconcile; done
is "a later day does not offer again what was taken back" 0 "$(calls StartChangeSet)"
says "that waits for a person" 'taken back.*waits for agent approve'
approve_all extend
agent reconcile
agent reconcile
is "who can want it" open "$(cell D-002 "AWS Offer")"
agent offer cancel "$TWO"
for run in 1 2; do agent reconcile; done
is "cancelled again, with the row's day unchanged, it stays so" cancelled \
    "$(cell D-002 "AWS Offer")"
agent plan
exits 0 "and nothing is left to do"

# A column says it, and the job may.
shop "$(sale 001 Eula=standard)" "$(sale 002)"
selling >agent.yaml
sed -i 's/^    publish: .*/&\n    cancel: {when: {column: Next Step, equals: Drop it}}/' agent.yaml
agent reconcile
approve_all publish
agent reconcile
edit_cell D-001 "Next Step" "Drop it"
agent reconcile
is "a cancel condition waits for approval" open "$(cell D-001 "AWS Offer")"
is "with a finding" 1 "$(findings APV-001)"
sed -i 's/^    allow: .*/    allow: [cancel]/' agent.yaml
agent reconcile
agent reconcile
is "unless the job allows it" "cancelled open" "$(csv crm.csv "AWS Offer" | xargs)"
ctl reset-stats >/dev/null
agent reconcile
is "and stays cancelled while the condition holds" 0 "$(calls StartChangeSet)"

# --- extended by a command ----------------------------------------------------------------------

sell
agent offer extend "$(offer_id D-002)" --to "$(days +50)"
exits 0 "extended by a command"
is "the offer ends later" "$(days +50)" "$(member "$(offer_id D-002)" AvailabilityEndDate | cut -c1-10)"
agent reconcile
is "and the row is told" "$(days +50)" "$(cell D-002 Expires)"

# --- amended ------------------------------------------------------------------------------------

TWO=$(offer_id D-002)
OLD=$(ctl accept "$TWO" | cut -d' ' -f1)
agent reconcile
sale 003 Form=replacement Buyers= Product= Term= Ends="$(days +760)" Value=24000.00 Instalments="$(
    days +45)=6000.00; $(days +225)=6000.00; $(days +400)=12000.00" >>crm.csv
agent reconcile
is "a replacement of nothing is a finding" 1 "$(findings OFR-002)"
agent offer amend "$TWO" --from D-003
exits 0 "an amendment of the accepted offer"
agent reconcile
THREE=$(offer_id D-003)
is "is a draft, whose release waits" draft "$(cell D-003 "AWS Offer")"
is "the row tells what it replaces" "$OLD" "$(cell D-003 Replaces)"
is "the finding is gone" 0 "$(findings OFR-002)"
approve_all publish
agent reconcile
NEW=$(ctl accept "$THREE" | cut -d' ' -f1)
agent reconcile
exits 0 "the buyer accepts the amendment"
is "the old offer is replaced" replaced "$(cell D-002 "AWS Offer")"
is "as its agreement is" REPLACED "$(cell D-002 "Agreement Status")"
is "the new agreement is in its row" "$NEW ACTIVE 24000.00" \
    "$(cell D-003 "AWS Agreement") $(cell D-003 "Agreement Status") $(cell D-003 "Agreement Value")"
agent plan
exits 0 "then nothing is left to do"
ctl end "$NEW" TERMINATED >/dev/null
agent reconcile
is "an agreement that ends is seen" TERMINATED "$(cell D-003 "Agreement Status")"

# --- other forms and prices ---------------------------------------------------------------------

NO_SUM=(Value= Instalments= Included=)
shop "$(sale 001 Pricing=configurable "${NO_SUM[@]}" \
    Prices="basic_service=9000; premium_service=18000")" \
    "$(sale 002 Pricing=usage "${NO_SUM[@]}" Usage=gb_ingested=0.13)" \
    "$(sale 003 Starts="$(days +60)" Ends="$(days +424)" Term= \
        Instalments="$(days +61)=6000; $(days +200)=6000")" \
    "$(sale 004 Form=channel Product= Pricing= Term= "${NO_SUM[@]}" Eula= \
        Resale=resaleauthz-sandboxshare1 Markup=12.5)" \
    "$(sale 005 Form=resale_authorization Buyers= Expires= Pricing=configurable "${NO_SUM[@]}" \
        Starts="$(days +90)" Prices=basic_service=5000 Reseller=777788889999)" \
    "$(sale 006 Pricing=configurable "${NO_SUM[@]}" Term= \
        Prices="P12M/basic_service=9000; P24M/basic_service=16000")"
SELL=publish sell
agent reconcile
agent reconcile
exits 0 "prices to choose, by usage, a later start, a resale, the right to resell, two durations"
is "all of them are out" "open open open open open open" "$(csv crm.csv "AWS Offer" | xargs)"
agent plan
exits 0 "as the rows have them"
is "no finding" "" "$("$AGENT" findings --output csv | tail -n +2)"
is "the price of use, exact" 0.13 "$(member "$(offer_id D-002)" Price)"
is "the later start" "$(days +60)" "$(member "$(offer_id D-003)" AgreementStartDate | cut -c1-10)"
is "the resale's markup" 12.5 "$(member "$(offer_id D-004)" MarkupPercentage)"
AUTHORIZATION=$(offer_id D-005)
is "the authorization is active" Active \
    "$(ctl offers ResaleAuthorization | awk -F'\t' -v id="$AUTHORIZATION" '$1 == id { print $2 }')"
agent offer cancel "$AUTHORIZATION"
exits 0 "it is restricted by a command"
agent reconcile
is "for good" "Restricted cancelled" "$(ctl offers ResaleAuthorization |
    awk -F'\t' -v id="$AUTHORIZATION" '$1 == id { print $2 }') $(cell D-005 "AWS Offer")"

# --- tied to the deal ---------------------------------------------------------------------------

shop "$(sale 001)" "$(sale 002)"
TIES=1 SUBMIT='' sell
agent reconcile
for id in $(ctl ids); do ctl review "$id" Approved >/dev/null; done
ctl reset-stats >/dev/null
agent reconcile
is "a draft is not tied" 0 "$(calls AssociateOpportunity)"
agent plan --output csv
agent approve "$(csv out change local_key=D-001 action=publish)"
for run in 1 2 3; do agent reconcile; done
is "released, it is tied, once" 1 "$(calls AssociateOpportunity)"
ONE=$(offer_id D-001) DEAL=$(id_of D-001)
check "the opportunity names it" grep -q "$ONE" <(document "$DEAL")
agent show "$DEAL"
says "show tells the offer of the deal" "tied to $ONE"
agent show "$ONE"
says "and the deal of the offer" "tied to $DEAL"
ctl accept "$ONE" >/dev/null
for run in 1 2; do agent reconcile; done
is "accepted, too, it is tied once" 1 "$(calls AssociateOpportunity)"
is "nothing is there twice" "0 0" "$(duplicates) $(twice)"
finish
