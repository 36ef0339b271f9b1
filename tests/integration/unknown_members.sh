#!/bin/bash
# Members that this program's tables do not know travel back unchanged through a full replace, the
# text of their numbers included.
. "$(dirname "$0")/lib.sh"
UNRECORDED=yes

start_sandbox --seed 7 --referrals 60 --unknown-members
"$SANDBOX" crm --seed 7 --referrals 60 --out crm.csv
OWNER=newest SUBMIT='' CREATE='' configure
agent reconcile
exits 0 "first contact"
agent plan
LEFT=$CODE # changes that wait for a person

strange=()
for id in $(csv crm.csv "AWS Opportunity ID" "AWS Status=approved"); do
    document "$id" >shown
    grep -qE '"Stage": "(Launched|Closed Lost)"' shown && continue # takes no more edits
    grep -q FutureMember shown && strange+=("$id")
done
check "there are records with members of the future" test ${#strange[@]} -ge 2
for id in "${strange[@]}"; do
    document "$id" >"$id.before"
    edit_cell "$(csv crm.csv "Opportunity ID" "AWS Opportunity ID=$id")" "Next Step" "Edited $id"
done
ctl reset-stats >/dev/null
agent reconcile
exits 0 "updates of records with unknown members"
updated=0
for id in "${strange[@]}"; do
    document "$id" >"$id.after"
    grep -q "\"NextSteps\": \"Edited $id\"" "$id.after" || continue
    updated=$((updated + 1))
    is "$id: nothing but the edit differs" "" \
        "$(diff <(sed 's/,$//' "$id.before" | sort) <(sed 's/,$//' "$id.after" | sort) |
            grep '^[<>]' | grep -vE '"(NextSteps|Value|Time|LastModifiedDate)":|^[<>] *[{}]$')"
done
is "each was updated" ${#strange[@]} $updated
for text in '"Score": 1.50' '"Weight": 1e3' '"Ratio": -0.10' '"Big": 12345678901234567890.000' \
    '"FutureRank": 1.10' '"FutureSegment": "Mid-market"'; do
    is "kept to the letter: $text" ${#strange[@]} "$(cat ./*.after | grep -cF "$text")"
done
agent plan
is "then nothing is left that was not before" "$LEFT" $CODE
finish
