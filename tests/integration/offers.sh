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
finish
