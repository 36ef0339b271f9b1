#!/bin/bash
# One CRM export drives AWS and Microsoft in one run: what both have is told, and what befalls one
# cloud leaves the other alone.
. "$(dirname "$0")/lib.sh"

start_sandbox --referrals 0 --review-seconds 1
HEADER="$HEADER,Microsoft Co-sell,Microsoft Referral ID,Microsoft Status,Microsoft Deal ID"
{
    echo "$HEADER"
    echo "$(deal 001),yes,,,"
    echo "$(deal 002),no,,,"
    deal 003 | sed 's/,yes,/,no,/; s/$/,yes,,,/'
    echo "$(deal 004),no,,,"
} >crm.csv
both() { # both: the configuration of the two
    config | sed '/^sources:/,$d'
    azure
    config | sed -n '/^sources:/,$p'
    azure_job
}
both >agent.yaml
microsoft() { ctl stats | awk -v name="$1" '$1 == name { print $2 }'; } # microsoft COUNT
sign_in

# --- first contact with both
agent plan
exits 2 "there is something to do at both"
says "at AWS" "^Plan for referrals: 3 to create"
says "at Microsoft" "^Plan for ms-referrals: 2 to create"
agent reconcile
exits 0 "one run does it"
is "three opportunities" 3 "$(opportunities)"
is "two deals at Microsoft" 2 "$(microsoft azure_referrals)"
is "nothing twice at AWS" 0 "$(duplicates)"
is "nothing twice at Microsoft" 0 "$(microsoft azure_duplicates)"
for key in D-001 D-002 D-004; do
    check "$key knows its opportunity" test -n "$(cell $key "AWS Opportunity ID")"
done
for key in D-001 D-003; do
    check "$key knows its referral" test -n "$(cell $key "Microsoft Referral ID")"
done
is "D-002 has none" "" "$(cell D-002 "Microsoft Referral ID")"

# --- the deal that both have
agent findings
is "it is told at both" 2 "$(findings MAT-006)"
agent findings
says "with its name at each" "D-001 is with aws as O[0-9]+, and with azure as [0-9a-f-]{36}"
says_not "the others are not" "D-00[234] is with"

# --- Microsoft answers, and an edit in the CRM reaches both
sleep 1.2
agent reconcile
exits 0 "the answers come in"
is "Microsoft takes part" approved "$(cell D-001 "Microsoft Status")"
check "its own number of the deal is in the CRM" test -n "$(cell D-001 "Microsoft Deal ID")"
edit_cell D-001 "Close Date" "$(days +120)"
edit_cell D-001 Name "Archive move, part 1, and the cellar"
agent reconcile
exits 0 "the edit goes out"
id=$(cell D-001 "Microsoft Referral ID")
document() { ctl azure-show referral id="$1"; }
check "to Microsoft" grep -q "$(days +120)T00:00:00" <(document "$id")
check "with the name" grep -q "and the cellar" <(document "$id")
agent plan
exits 0 "then there is nothing left"

# --- an edit in Partner Center comes back, and what we do not own stays
ctl azure edit-referral id="$id" path=details.notes value="Said by a colleague" >/dev/null
ctl azure edit-referral id="$id" path=details.customerAction value="CallMe" >/dev/null
agent reconcile
is "the portal's edit is in the CRM" "Said by a colleague" "$(cell D-001 Description)"
edit_cell D-001 City Dayton
agent reconcile
check "our next edit leaves the colleague's" grep -q CallMe <(document "$id")
check "and arrives" grep -q Dayton <(document "$id")

# --- one cloud down, throttled or refusing: the other goes on
ctl review "$(cell D-002 "AWS Opportunity ID")" Approved >/dev/null
agent reconcile
trouble() { # trouble NAME FAULT…: every call to Microsoft meets the fault
    local name=$1 step
    shift
    edit_cell D-002 "Next Step" "$name"
    for step in "$@"; do ctl fault "$step" >/dev/null; done
    agent reconcile
    exits 3 "$name: the run is partial"
    check "$name: AWS got its edit" grep -q "$name" <(ctl show "$(cell D-002 "AWS Opportunity ID")")
    agent status --output csv
    is "$name: one job failed" "complete failed" \
        "$(csv out outcome | sort | tr '\n' ' ' | sed 's/ $//')"
    ctl no-faults >/dev/null
    agent reconcile
    exits 0 "$name: then all is well"
}
trouble "500s" 500:ListReferrals
UNRECORDED=yes trouble "web pages" html:ListReferrals
trouble "refused" 403:ListReferrals
trouble "cut lines" reset:ListReferrals
trouble "no token" 500:Token

# --- a list that is suddenly short, or empty, takes nothing away
for fault in empty-list short-list; do
    ctl fault $fault:ListReferrals >/dev/null
    agent reconcile --full ms-referrals
    ctl no-faults >/dev/null
    check "$fault: the pair stands" test -n "$(cell D-001 "Microsoft Referral ID")"
    agent plan ms-referrals
    exits 0 "$fault: nothing is planned from it"
done

# --- a deal is lost: closing waits for a person, who says so
edit_cell D-003 Stage "Closed Lost"
sed -i 's/allow: \[submit, close\]/allow: [submit]/' agent.yaml
agent plan ms-referrals --output csv
change=$(held close)
check "closing is held" test -n "$change"
agent approve "$change"
agent reconcile ms-referrals
exits 0 "approved, it is closed"
check "with state and reason together" grep -q '"substatus": *"Lost"' <(document "$(cell D-003 "Microsoft Referral ID")")
is "nothing twice in the end" 0 "$(microsoft azure_duplicates)"

finish
