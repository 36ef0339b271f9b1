#!/bin/bash
# One CRM export drives AWS, Microsoft and Google in one run: what two of them have is told, and what
# befalls one cloud leaves the others alone.
. "$(dirname "$0")/lib.sh"

start_sandbox --referrals 0 --review-seconds 1
HEADER="$HEADER,Microsoft Co-sell,Microsoft Referral ID,Microsoft Status,Microsoft Deal ID,\
Google Co-sell,Google Deal ID,Google Status"
{
    echo "$HEADER"
    echo "$(deal 001),yes,,,,,,"
    echo "$(deal 002),no,,,,,,"
    deal 003 | sed 's/,yes,/,no,/; s/$/,yes,,,,,,/'
    echo "$(deal 004),no,,,,,,"
    deal 005 | sed 's/,yes,/,no,/; s/$/,no,,,,yes,,/'
} >crm.csv
all() { # all: the configuration of the three
    config | sed '/^sources:/,$d'
    azure
    gcp
    config | sed -n '/^sources:/,$p'
    azure_job
    gcp_job
}
all >agent.yaml
counted() { ctl stats | awk -v name="$1" '$1 == name { print $2 }'; } # counted NAME
gcp_file service_account
sign_in

# --- first contact with all
agent plan
exits 2 "there is something to do at all three"
says "at AWS" "^Plan for referrals: 3 to create"
says "at Microsoft" "^Plan for ms-referrals: 2 to create"
says "at Google" "^Plan for google-referrals: 1 to create"
agent reconcile
exits 0 "one run does it"
is "three opportunities" 3 "$(opportunities)"
is "two deals at Microsoft" 2 "$(counted azure_referrals)"
is "one at Google" 1 "$(counted gcp_opportunities)"
is "nothing twice at AWS" 0 "$(duplicates)"
is "nothing twice at Microsoft" 0 "$(counted azure_duplicates)"
is "nothing twice at Google" 0 "$(counted gcp_duplicates)"
for key in D-001 D-002 D-004; do
    check "$key knows its opportunity" test -n "$(cell $key "AWS Opportunity ID")"
done
for key in D-001 D-003; do
    check "$key knows its referral" test -n "$(cell $key "Microsoft Referral ID")"
done
is "D-002 has none" "" "$(cell D-002 "Microsoft Referral ID")"
check "D-005 knows its opportunity at Google" test -n "$(cell D-005 "Google Deal ID")"

# --- the deal that both have
check "it is told where it was made last" test "$(findings MAT-006)" -ge 1
agent plan
is "and then at both" 2 "$(findings MAT-006)"
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

# --- one cloud down, throttled or refusing: the others go on
ctl review "$(cell D-002 "AWS Opportunity ID")" Approved >/dev/null
agent reconcile
landed() { # landed CLOUD TEXT: that cloud has the edit
    case $1 in
    aws) ctl show "$(cell D-002 "AWS Opportunity ID")" | grep -q "$2" ;;
    azure) document "$(cell D-001 "Microsoft Referral ID")" | grep -q "$2" ;;
    gcp) ctl gcp-show opportunity "id=$(cell D-005 "Google Deal ID")" | grep -q "$2" ;;
    esac
}
job_of() { case $1 in aws) echo referrals ;; azure) echo ms-referrals ;; gcp) echo google-referrals ;; esac; }
ROUND=0
trouble() { # trouble CLOUD NAME FAULT…: every call there meets the fault; ON, OFF: instead, by hand
    local cloud=$1 name=$2 step other failed
    shift 2
    ROUND=$((ROUND + 1))
    edit_cell D-001 City "Town $ROUND"
    edit_cell D-002 "Next Step" "$name $ROUND"
    edit_cell D-005 "Next Step" "$name $ROUND"
    for step in "$@"; do ctl fault "$step" >/dev/null; done
    ${ON:-:} >/dev/null
    agent reconcile
    exits 3 "$cloud, $name: the run is partial"
    says "$cloud, $name: and says where" "$(job_of "$cloud")"
    agent status --output csv
    failed=$(csv out job outcome=failed)
    is "$cloud, $name: that job alone failed" "$(job_of "$cloud")" "$failed"
    is "$cloud, $name: the two others are complete" 2 "$(csv_count out outcome=complete)"
    for other in aws azure gcp; do
        [ "$other" != "$cloud" ] || continue
        check "$cloud, $name: $other has its edit" landed $other "$([ $other = azure ] && echo "Town $ROUND" || echo "$name $ROUND")"
    done
    "$AGENT" findings --output csv >findings.csv
    is "$cloud, $name: and the findings say the same" "$(job_of "$cloud")" \
        "$({ csv findings.csv job code=RUN-001; csv findings.csv job code=RUN-009; } | sort -u)"
    ctl no-faults >/dev/null
    ${OFF:-:} >/dev/null
    agent reconcile
    exits 0 "$cloud, $name: then all is well"
    check "$cloud, $name: and it has its edit, too" landed $cloud "$([ $cloud = azure ] && echo "Town $ROUND" || echo "$name $ROUND")"
}
trouble aws down 500:ListOpportunities
trouble aws throttled 429:ListOpportunities::1
trouble aws refused 403:ListOpportunities
trouble azure down 500:ListReferrals
UNRECORDED=yes trouble azure "web pages" html:ListReferrals
trouble azure throttled 429:ListReferrals::1
trouble azure refused 403:ListReferrals
trouble azure "cut lines" reset:ListReferrals
trouble azure "no token" 500:Token
trouble gcp down 503:ListDeals::1
UNRECORDED=yes trouble gcp "web pages" html:ListDeals
trouble gcp throttled 429:ListDeals::1
trouble gcp refused 403:ListDeals
trouble gcp "cut lines" reset:ListDeals
trouble gcp "no token" 500:OAuthToken
ON="ctl gcp identities key=revoked" OFF="ctl gcp identities key=good" trouble gcp "key deleted"
ON="ctl gcp identities channel=missing" OFF="ctl gcp identities channel=granted" trouble gcp "no delegation"
ON="ctl azure revoke" OFF=sign_in trouble azure "sign-in revoked"

# --- a cloud that asks to wait is waited for, by its own job alone
edit_cell D-002 "Next Step" "Meanwhile"
edit_cell D-005 "Next Step" "In the end"
ctl fault 503:ListDeals:1:8 >/dev/null
recording
"$AGENT" reconcile "${HAR[@]}" >out 2>err </dev/null &
run=$!
PIDS+=("$run")
check "the others' edits do not wait" wait_for 6 landed aws "Meanwhile"
alone() { # alone JOB: the others' runs are over
    "$AGENT" status --output csv >status.csv &&
        [ "$(csv status.csv job "outcome=running or killed")" = "$1" ]
}
check "their runs are over" wait_for 6 alone google-referrals
check "while Google's job waits" kill -0 $run
wait $run
is "then it goes on, and all is well" 0 $?
check "with its edit" landed gcp "In the end"

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
is "nothing twice in the end" "0 0 0" "$(duplicates) $(counted azure_duplicates) $(counted gcp_duplicates)"

finish
