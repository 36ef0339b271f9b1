#!/bin/bash
# First contact with a cloud and an export of some age: what fits is linked, what is wanted is
# created, damaged rows are set aside, and then there is nothing left to do.
. "$(dirname "$0")/lib.sh"

same_plan() { sed '/"at":/d' "$1"; }

start_sandbox --seed 7 --referrals 60
"$SANDBOX" crm --seed 7 --referrals 60 --out crm.csv
cp crm.csv before.csv
OWNER=newest SUBMIT='' ALLOW='close, launch' configure

agent plan --output json
exits 2 "a plan with changes"
check "the plan is JSON" valid_json out
same_plan out >plan1
agent plan --output json
same_plan out >plan2
check "the same plan twice, byte for byte" cmp plan1 plan2
check "a plan does not touch the source" cmp crm.csv before.csv
is "a plan writes nothing at the cloud" 0 "$(writes)"
is "a plan links nothing" 0 "$(status linked)"

# What an export of that age brings: rows without key, shortened keys, keys twice, days and words
# that are none, a comma that nobody quoted. They are the last fifteen, and shortened keys above.
damaged=$( (csv before.csv Name "Opportunity ID=2.5E+09"; csv before.csv Name | tail -15) | sort -u)
is "exactly the damaged rows are set aside" "$damaged" "$(csv crm.referrals.needs-review.csv Name | sort -u)"
is "and each of them once" "$(csv_count crm.referrals.needs-review.csv)" \
    "$(csv crm.referrals.needs-review.csv review_line | sort -u | grep -c '')"
is "each with a code" 0 "$(csv crm.referrals.needs-review.csv review_code | grep -cv '^SRC-0')"
agent findings --output csv
pasted=$(csv crm.referrals.needs-review.csv review_line review_code=SRC-002 | head -n -1)
is "each is a finding with its place; the deal that was pasted thrice is one" \
    "$(csv crm.referrals.needs-review.csv review_line | grep -vxF "$pasted")" \
    "$(csv out place | sed -n 's/^crm.csv:\([0-9]*\):.*/\1/p' | sort)"

agent reconcile
exits 0 "reconcile"
says "it says what it did" '^Done: referrals: [0-9]+ applied \([0-9]+ created\)'
is "no opportunity twice" 0 "$(duplicates)"
created=$(calls CreateOpportunity)
is "the cloud has what was created" $((60 + created)) "$(opportunities)"
check "something was created" test "$created" -gt 0
check "the rest was linked" test "$(status linked)" -gt $((20 + created))

ctl reset-stats >/dev/null
cp crm.csv after.csv
agent plan
exits 0 "the second plan has nothing to do"
is "it lists once" 1 "$(calls ListOpportunities)"
is "and calls nothing else" 1 "$(ctl stats | grep -c ' 200 ')"
agent reconcile
exits 0 "the second reconcile"
is "it lists once" 2 "$(calls ListOpportunities)"
is "and calls nothing else" 1 "$(ctl stats | grep -c ' 200 ')"
check "the source stays as it is" cmp crm.csv after.csv
agent plan --full
exits 0 "nothing to do after a full read either"
is "a full read writes nothing" 0 "$(writes)"

# Every row that was right is still there, in order, and carries the cloud's id where it has one.
is "no row comes or goes" "$(csv before.csv "Opportunity ID")" "$(csv crm.csv "Opportunity ID")"
is "one id per linked row" "$(status linked)" \
    "$(csv crm.csv "AWS Opportunity ID" | grep -v '^$' | sort -u | grep -c '')"
finish
