#!/bin/bash
# agent offer: everything by hand, on the terms of a plan; and what it refuses.
. "$(dirname "$0")/shop.sh"

listed() { # listed COLUMN NAME=VALUE…
    "$AGENT" offer list --output csv >list.csv && csv list.csv "$@"
}

shop "$(sale 001)" "$(sale 002)" "$(sale 003)" "$(sale 004 Offer=no)"
sell
sed -i 's/^    create: yes/    create: no/; s/^    publish: yes/    publish: no/' agent.yaml

# --- create and publish -------------------------------------------------------------------------

agent offer list
exits 1 "a list before anything was read"
agent plan
agent offer list
exits 0 "a list of nothing"
says "says so" 'No offers'
agent offer create D-001 D-002 --dry-run
exits 2 "a dry run shows the changes"
is "and makes nothing" "0 0" "$(calls StartChangeSet) $(offers)"
agent offer create D-001 D-002
exits 0 "two offers, though the job makes none"
is "are made" 2 "$(offers)"
agent offer create D-001
exits 1 "what is there is not made again"
is "two they are" 2 "$(offers)"
agent offer create D-004
exits 1 "a row that the job does not look at"
agent offer create D-999
exits 1 "a row that is not there"
says "is named" 'D-999'
agent reconcile
is "the rows have their offers" 2 "$(csv crm.csv "AWS Offer ID" | grep -c '^offer-')"
ONE=$(offer_id D-001) TWO=$(offer_id D-002)
agent offer list --output json
check "the list is JSON" valid_json out
is "as CSV it has both" "$(printf '%s\n' "$ONE" "$TWO" | sort)" "$(listed id state=draft | sort)"
agent offer show "$ONE"
says "show" "$ONE"
agent offer publish "$ONE" "$TWO"
exits 0 "published without approval: it was asked for"
is "both" "Released Released" "$(offer_state "$ONE") $(offer_state "$TWO")"
agent offer publish "$ONE"
exits 1 "what is out is not published again"
says "for a reason" 'its state is open, and this is for draft'
is "nothing else was done" no "$(csv crm.csv Offer "Opportunity ID=D-004")"
agent reconcile
agent offer list --state open
says "the list by state" "$ONE"
agent offer list --state draft
says_not "which drafts are not in" "$ONE"

# --- what another cloud has ---------------------------------------------------------------------

agent offer accept "$ONE"
exits 1 "there are no orders to accept"
says "for a reason" 'its agreement_approval is not known'
sed 's/^    publish: no/&\n    accept: yes/' agent.yaml >eager.yaml
agent check --config eager.yaml
exits 78 "a gate that the cloud does not have"
says "is named" 'has no accept for offers'

# --- extend -------------------------------------------------------------------------------------

end_of() { member "$1" AvailabilityEndDate | cut -c1-10; }
agent offer extend "$ONE"
exits 64 "extend without a day"
says "says what is missing" '--to'
agent offer extend "$ONE" --to 31/31/2027
exits 64 "a day that is none"
agent offer extend "$ONE" --to "$(days -5)"
exits 1 "a day that is over"
says "would take it back" 'it comes to: cancel'
agent offer extend "$ONE" --to "$(days +20)"
exits 1 "nor does an earlier day extend"
agent offer extend offer-nobodyhasit --to "$(days +60)"
exits 1 "an offer that is not there"
says "is named" offer-nobodyhasit
is "nothing has moved" "$(days +30)" "$(end_of "$ONE")"
agent offer extend "$ONE" "$TWO" --to "$(days +60)"
exits 0 "two at once"
is "are extended" "$(days +60) $(days +60)" "$(end_of "$ONE") $(end_of "$TWO")"
agent why "$ONE"
says "why tells who asked" "asked for by"
agent offer extend "$ONE" --to "$(days +60)"
exits 1 "the same once more is nothing to do"
agent offer extend "$ONE" --to "$(days +70)" --from D-002
exits 64 "an option of another verb"
agent offer prolong "$ONE"
exits 64 "a verb that is none"
agent offer publsh "$ONE"
says "which is suggested" 'did you mean publish'
agent offer
exits 64 "no verb at all"
agent reconcile
is "the rows are told of the days" "$(days +60) $(days +60)" \
    "$(cell D-001 Expires) $(cell D-002 Expires)"

# --- plan as JSON -------------------------------------------------------------------------------

agent offer cancel "$TWO" --dry-run --output json
check "a dry run as JSON" valid_json out
check "tells who asked" grep -q '"asked_by"' out
check "and what" grep -q '"action": "cancel"' out
is "and cancels nothing" "$(days +60)" "$(end_of "$TWO")"

# --- amend and watch ----------------------------------------------------------------------------

agent offer amend "$ONE" --from D-003
exits 1 "what nobody accepted cannot be amended"
says "says so" 'has not been accepted'
agent offer amend "$ONE"
exits 64 "amend without the new terms"
ctl accept "$ONE" >/dev/null
agent reconcile
edit_cell D-003 Form replacement
edit_cell D-003 Buyers ""
edit_cell D-003 Product ""
edit_cell D-003 Term ""
edit_cell D-003 Ends "$(days +800)"
edit_cell D-003 Instalments "$(days +50)=12000"
agent offer amend "$ONE" --from D-003
exits 1 "instalments that are not carried over are doubtful"
says "which are named" 'OFR-015.*still due'
edit_cell D-003 Instalments "$(days +45)=6000.00; $(days +225)=6000.00"
agent offer amend "$(cell D-001 "AWS Agreement")" --from D-003
exits 0 "by the agreement's id"
agent reconcile
THREE=$(offer_id D-003)
agent offer publish "$THREE"
exits 0 "publish the amendment"

recording
"$AGENT" offer watch --every 1s --output json "$TWO" "$THREE" "${HAR[@]}" >watched 2>&1 &
WATCH=$!
PIDS+=("$WATCH")
wait_for 10 grep -q "$THREE" watched
ctl accept "$THREE" >/dev/null
ctl accept "$TWO" >/dev/null
wait "$WATCH"
is "watch ends when all has come to an end" 0 $?
is "it told of both" 2 "$(grep -c '"was":"open","state":"accepted"' watched)"
check "with the agreement" grep -q "\"offer\":\"$THREE\".*\"agreement\":\"agmt-" watched
agent offer watch --every soon
exits 64 "a time that is none"
agent reconcile
is "the old one is replaced" "replaced accepted accepted" "$(csv crm.csv "AWS Offer" | head -3 | xargs)"

# --- cancel -------------------------------------------------------------------------------------

agent offer cancel "$TWO"
exits 1 "what was accepted is not taken back"
edit_cell D-004 Offer yes
agent offer create D-004
agent reconcile
FOUR=$(offer_id D-004)
agent offer cancel "$FOUR"
exits 1 "nor is a draft"
agent offer publish "$FOUR"
agent offer cancel "$FOUR"
exits 0 "what is out is"
agent reconcile
is "the row says so" cancelled "$(cell D-004 "AWS Offer")"

# --- modes --------------------------------------------------------------------------------------

ctl reset-stats >/dev/null
sed -i 's/mode: apply/mode: observe/' agent.yaml
agent offer extend "$FOUR" --to "$(days +60)"
exits 1 "a job that observes does nothing by hand either"
is "nothing was sent" 0 "$(calls StartChangeSet)"
sed -i 's/mode: observe/mode: propose/' agent.yaml
agent offer extend "$FOUR" --to "$(days +60)"
exits 0 "one that proposes does what is asked for"
is "the offer can be accepted again" "$(days +60)" "$(end_of "$FOUR")"
is "nothing is there twice" 0 "$(twice)"
sed -i 's/kind: offer/kind: listing/; /fields:/,$d' agent.yaml
echo '    fields: {id: {column: Product}}' >>agent.yaml
agent offer create D-001
exits 1 "no job about offers"
says "says so" 'no job is about offers'
finish
