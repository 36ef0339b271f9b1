#!/usr/bin/env bash
# The main job from end to end against the embedded sandbox. Ends with "demo: ok" only if every step did
# what it says. AGENT and SANDBOX name other builds; HAR_DIR keeps the HTTP exchanges.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
agent=${AGENT:-$root/build/agent}
sandbox=${SANDBOX:-$root/build/sandbox}
work=${DEMO_DIR:-$root/build/demo}
deals=520
har=()

die() {
    echo "demo: FAILED: $*" >&2
    exit 1
}

# Shows a command as a person would type it, and runs it. Expects one of the exit codes in $codes.
codes="0"
run() {
    local words="${*/#$agent/agent}"
    printf '\n$ %s\n' "${words/#$sandbox/sandbox}"
    local code=0
    "$@" || code=$?
    [[ " $codes " == *" $code "* ]] || die "exit code $code from: $*"
}

say() {
    printf '\n== %s\n' "$*"
}

# field KEY FIELD COLUMN: a cell of `agent show`: owner 2, local 3, cloud 4.
field() {
    "$agent" show "$1" --output csv | awk -F, -v f="$2" -v c="$3" '$1 == f { sub(/\r$/, ""); print $c }'
}

rm -rf "$work"
mkdir -p "$work"
cd "$work"

"$sandbox" serve --port 0 --port-file port --catalog Sandbox --seed 7 --referrals $deals --rate 1000 \
    --set-ms 600 --task-ms 300 --azure-referrals 12 --azure-offers 0 --job-ms 500 --publish-ms 200 \
    --state sandbox.json >sandbox.log 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true' EXIT
for _ in $(seq 100); do
    [[ -s port ]] && break
    kill -0 $server 2>/dev/null || die "the sandbox did not start: $(cat sandbox.log)"
    sleep 0.1
done
[[ -s port ]] || die "the sandbox did not start"
url="http://127.0.0.1:$(cat port)"
"$sandbox" crm --seed 7 --referrals $deals --out crm.csv
cat >products.csv <<'END'
SKU,Product ID,Title,Short Description,Support
INSIGHT-1,prod-sandboxsaas01,,Reports that are right when they come.,
END
cat >renewals.csv <<END
Contract,Offer ID,Offer,Link,Subscription,Purchase,Title,Product,Billing Account,Discount,Ends,Expires
C-2044,,,,,,Fabrikam 2027,50000000-0000-4000-8000-000000000001,4711,all=15,$(date -u -d "+400 days" +%F),$(date -u -d "+30 days" +%F)
END
cat >quotes.csv <<END
Quote,Offer ID,Offer,Entitlement,Purchase,Approval,Let in,Title,Product,Plan,Billing Account,Company,Prices,Term,Expires
Q-117,,,,,,,Data platform for Wingtip,sandbox-db.endpoints.sandbox-partner.cloud.goog,so-db-enterprise-1y,00A000-000000-000001,Wingtip Toys,flat_fee=48000.50,P12M,$(date -u -d "+30 days" +%F)
END
(umask 077; "$sandbox" ctl "$url" gcp-show credentials type=service_account >google.json)
sed "s/@PORT@/$(cat port)/" "$root/config/demo/agent.yaml" >agent.yaml
export AWS_ACCESS_KEY_ID=AKIDSANDBOX AWS_SECRET_ACCESS_KEY=sandbox-secret
export AZURE_SECRET='s4n~d.b_o-x+se/cr=et'
if [[ -n ${HAR_DIR:-} ]]; then
    mkdir -p "$HAR_DIR"
fi
# har_for NAME: options that record a command's exchanges, if anybody wants them.
har_for() {
    har=()
    [[ -z ${HAR_DIR:-} ]] || har=(--har "$HAR_DIR/demo-$1.har")
}

say "A sandbox of AWS, Microsoft and Google with $deals opportunities and some products, a CRM export with $(wc -l <crm.csv) lines, a configuration"
run "$agent" check

say "Microsoft's referrals want a person, who signs in once, in a browser (here the sandbox plays it)"
printf '\n$ agent login azure\n'
"$agent" login azure --port $((20000 + RANDOM % 20000)) >login.txt </dev/null &
login=$!
for _ in $(seq 100); do
    grep -qs authorize login.txt && break
    sleep 0.1
done
"$sandbox" ctl "$url" browse "$(grep -m1 authorize login.txt)"
wait $login || die "the sign-in failed: $(cat login.txt)"
tail -1 login.txt

say "What would happen? Nothing is written yet"
har_for plan
codes="2"
run "$agent" plan "${har[@]}" aws-referrals >plan.txt
head -28 plan.txt
echo "  ... ($(wc -l <plan.txt) lines, all of them in $work/plan.txt)"
sed -n '/^Plan for/,$p' plan.txt

say "Do it"
codes="0"
har_for reconcile
run "$agent" reconcile --quiet "${har[@]}"
run "$agent" status

say "Once more: nothing is left to do, and it costs two calls: one list of opportunities, one of invitations"
har_for again
run "$agent" reconcile aws-referrals --quiet "${har[@]}" | tee again.txt
grep -q "nothing to do" again.txt || die "the second reconcile found something to do"
grep -q " 2 calls" again.txt || die "the second reconcile made more than two calls"

say "A colleague works in the partner portal, another one in the CRM"
pair=""
while IFS=, read -r key id; do
    [[ $(field "$id" status 4) == approved && $(field "$id" close_date 3) == "$(field "$id" close_date 4)" &&
        $(field "$id" next_steps 3) == "$(field "$id" next_steps 4)" && $(field "$id" next_steps 4) != "" &&
        $(field "$id" stage 4) =~ ^(qualified|technical_validation)$ ]] || continue
    pair="$pair $key,$id"
    [[ $(wc -w <<<"$pair") -lt 3 ]] || break
done < <(grep -oE '^[0-9]{10},.*,O[0-9]+,' crm.csv | sed -E 's/^([0-9]+),.*,(O[0-9]+),$/\1,\2/')
read -r first second third <<<"$pair"
[[ -n ${third:-} ]] || die "the demo data holds no three approved deals that agree"

run "$sandbox" ctl "$url" edit "${first#*,}" LifeCycle.NextSteps "Architecture review with the customer"
old=$(field "${second#*,}" next_steps 3)
echo
echo "(in the CRM export, deal ${second%,*}: \"$old\" becomes \"Contract is with procurement\")"
sed -i "/^${second%,*},/s/$old/Contract is with procurement/" crm.csv
date=$(field "${third#*,}" close_date 3)
run "$sandbox" ctl "$url" edit "${third#*,}" LifeCycle.TargetCloseDate "$(date -u -d "$date + 20 days" +%F)"
echo
echo "(in the CRM export, the same deal ${third%,*}: $date becomes $(date -u -d "$date + 40 days" +%F))"
sed -i "/^${third%,*},/s/$date/$(date -u -d "$date + 40 days" +%F)/" crm.csv

har_for edits
run "$agent" reconcile aws-referrals "${har[@]}" >edits.txt
# What is written now, without what is held or in conflict as before.
awk '/^  [~<!>+=]/ { head = $0; open = !/^  !/; next }
     /^        held/ { open = 0 }
     /^        / { if (open && head) print head; head = ""; if (open) print; next }
     { print }' edits.txt
[[ $(field "${first#*,}" next_steps 3) == "Architecture review with the customer" ]] ||
    die "the portal's edit did not reach the CRM"
[[ $(field "${second#*,}" next_steps 4) == "Contract is with procurement" ]] ||
    die "the CRM's edit did not reach the cloud"

say "Both changed the close date of one deal: nobody guesses, a person decides"
run "$agent" conflicts | grep -E "^ID|${third#*,}"
run "$agent" why "${third#*,}"
conflict=$("$agent" conflicts --output csv | grep "${third#*,}" | grep close_date | cut -d, -f1)
run "$agent" resolve "$conflict" --take local
har_for resolved
run "$agent" reconcile aws-referrals --quiet "${har[@]}"
[[ $(field "${third#*,}" close_date 4) == "$(date -u -d "$date + 40 days" +%F)" ]] ||
    die "the decision was not carried out"

say "A deal that is as good as won got a private offer, a draft: releasing it waits for a person"
run "$agent" offer list --state draft
codes="2"
har_for offer-plan
run "$agent" plan aws-offers "${har[@]}"
codes="0"
publish=$({ "$agent" plan aws-offers --output csv || true; } | awk -F, '$3 == "publish" { print $2 }')
run "$agent" approve "$publish"
har_for offer-publish
run "$agent" reconcile aws-offers --quiet "${har[@]}"
offer=$("$agent" offer list --state open --output csv | awk -F, 'NR > 1 { print $1 }')
[[ $offer == offer-* ]] || die "the offer was not released"

say "The buyer accepts: the agreement goes back to the CRM, the offer is tied to its opportunity"
run "$sandbox" ctl "$url" accept "$offer"
har_for offer-accepted
run "$agent" reconcile aws-offers aws-referrals "${har[@]}" >accepted.txt
run "$agent" show "$offer" | grep -E "^  |state|agreement |value"
agreement=$(field "$offer" agreement 3)
[[ $agreement == agmt-* ]] && grep -q "$agreement" crm.csv || die "the agreement is not in the CRM"
"$agent" show "$offer" | grep -q "tied to O" || die "the offer is not tied to its opportunity"

say "AWS's sellers propose a deal of their own: it is in the CRM, and a person accepts it"
run "$sandbox" ctl "$url" invite "Fleet telemetry on AWS" "Northwind Couriers"
har_for invited
run "$agent" reconcile aws-referrals --quiet "${har[@]}"
invitation=$("$agent" referral list --state invited --output csv | grep -o '^engi-[^,]*')
[[ $invitation == engi-* ]] && grep -q "Northwind Couriers" crm.csv || die "the invitation is not in the CRM"
har_for accept
run "$agent" referral accept "$invitation" "${har[@]}"
har_for accepted
run "$agent" reconcile aws-referrals --quiet "${har[@]}"
grep "Northwind Couriers" crm.csv | grep -qE ",O[0-9]+," || die "the CRM does not hold the new opportunity"

say "Texts of a listing stand in a table; somebody edits them in the portal, and they are set right"
run "$sandbox" ctl "$url" edit-entity prod-sandboxsaas01 Description.ShortDescription "Reports."
har_for listing
run "$agent" reconcile aws-listings "${har[@]}"
grep -q "Reports that are right" <<<"$("$sandbox" ctl "$url" entity prod-sandboxsaas01)" ||
    die "the listing was not set right"
"$sandbox" ctl "$url" stats | grep -q "^duplicates 0" || die "an opportunity was created twice"

say "The same export has deals for Microsoft: two were made and shared; one is with AWS, too, and that is said"
run "$agent" findings | grep -A3 MAT-006
shared=$("$agent" findings --output csv | grep MAT-006 | grep -oE '[0-9]{10} is with' | head -1 | cut -d' ' -f1)
[[ -n $shared ]] || die "nobody was told that two clouds have one deal"
echo
echo "(Microsoft's sellers look at it for two minutes)"
"$sandbox" ctl "$url" advance 2m >/dev/null
har_for microsoft
run "$agent" reconcile ms-referrals --quiet "${har[@]}"
deal=$(grep "^$shared," crm.csv | grep -oE '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12},approved,[^,]+')
[[ -n $deal ]] || die "Microsoft's answer is not in the CRM"
run "$agent" show "${deal%%,*}" | grep -E "^FIELD|status|cloud_reference|stage"

say "One comes from Microsoft: it is in the CRM, and a person accepts it"
run "$sandbox" ctl "$url" azure invite from=msft title="Factory floor telemetry" company="Adatum Tools" >invited.txt
har_for microsoft-in
run "$agent" reconcile ms-referrals --quiet "${har[@]}"
incoming=$("$agent" referral list --state invited --output csv | grep "Factory floor" | cut -d, -f1)
[[ -n $incoming ]] && grep -q "Adatum Tools" crm.csv || die "the referral is not in the CRM"
har_for microsoft-accept
run "$agent" referral accept "$incoming" "${har[@]}"
run "$agent" reconcile ms-referrals --quiet
grep "Adatum Tools" crm.csv | grep -q ",accepted," || die "the CRM does not know that it was accepted"

say "A private offer at Microsoft: drafted from a table, released by a person, accepted, bought"
[[ $("$agent" offer list --state draft --output csv | grep -c "Fabrikam 2027") == 1 ]] || die "there is no draft"
approve=$({ "$agent" plan ms-offers --output csv || true; } | awk -F, '$3 == "publish" { print $2 }')
run "$agent" approve "$approve"
har_for microsoft-publish
run "$agent" reconcile ms-offers "${har[@]}"
bargain=$("$agent" offer list --state open --output csv | grep "Fabrikam 2027" | cut -d, -f1)
[[ -n $bargain ]] || die "the offer was not released"
run "$sandbox" ctl "$url" azure accept-offer "id=$bargain" >/dev/null
run "$sandbox" ctl "$url" azure subscribe "id=$bargain" >/dev/null
har_for microsoft-bought
run "$agent" reconcile ms-offers --quiet "${har[@]}"
run "$agent" show "$bargain" | grep -E "^FIELD|state|agreement"
grep -q "^C-2044,$bargain,accepted,.*,subscribed," renewals.csv || die "the purchase is not in the table"
"$sandbox" ctl "$url" stats | grep -q "^azure_duplicates 0" || die "a referral was created twice"

say "The same export has a deal for Google: it was made and handed over, and Google's reviewers look at it"
"$sandbox" ctl "$url" advance 2m >/dev/null
har_for google
run "$agent" reconcile google-referrals --quiet "${har[@]}"
registered=$("$agent" referral list --state approved --output csv | grep -oE '^opportunities/[^,]+' | head -1)
[[ -n $registered ]] && grep -q "$registered,approved,DR-" crm.csv || die "Google's answer is not in the CRM"
run "$agent" show "$registered" | grep -E "^FIELD|status|cloud_reference|contract_value"

say "A private offer at Google: drafted from a table, checked and published after a person's word, bought, let in"
approve=$({ "$agent" plan google-offers --output csv || true; } | awk -F, '$3 == "publish" { print $2 }')
run "$agent" approve "$approve"
har_for google-publish
run "$agent" reconcile google-offers "${har[@]}"
quoted=$("$agent" offer list --state open --output csv | grep Wingtip | cut -d, -f1)
[[ -n $quoted ]] || die "the offer was not published"
run "$sandbox" ctl "$url" gcp accept-offer "id=${quoted##*/}" >/dev/null
echo "(the buyer signs up on the product's own page, and the row says that it may be let in)"
"$sandbox" ctl "$url" gcp sign-up buyer=billingAccounts/00A000-000000-000001 state=APPROVED >/dev/null
sed -i '/^Q-117,/s/,,Data platform/,yes,Data platform/' quotes.csv
har_for google-ordered
run "$agent" reconcile google-offers --quiet "${har[@]}"
accept=$({ "$agent" plan google-offers --output csv || true; } | awk -F, '$3 == "accept" { print $2 }')
run "$agent" approve "$accept"
har_for google-let-in
run "$agent" reconcile google-offers --quiet "${har[@]}"
"$sandbox" ctl "$url" advance 1m >/dev/null
har_for google-bought
run "$agent" reconcile google-offers --quiet "${har[@]}"
run "$agent" show "$quoted" | grep -E "^FIELD|state|agreement|value"
grep -qE "^Q-117,[^,]+,accepted,[^,]+,activated," quotes.csv || die "the entitlement is not in the table"
"$sandbox" ctl "$url" stats | grep -q "^gcp_duplicates 0" || die "an opportunity was registered twice at Google"

say "What a person must know"
"$agent" findings --severity warning --output csv | cut -d, -f1 | tail -n +2 | sort | uniq -c | sort -rn | head -5

cat <<END

Everything is in $work: agent.yaml, crm.csv, crm.*.needs-review.csv, products.csv, renewals.csv, quotes.csv, plan.txt, agent.db.
The sandbox ends with this demo; to go on, start it again with
  $sandbox serve --port $(cat port) --catalog Sandbox --rate 1000 --state $work/sandbox.json &
and export AWS_ACCESS_KEY_ID=AKIDSANDBOX AWS_SECRET_ACCESS_KEY=sandbox-secret AZURE_SECRET='$AZURE_SECRET'

demo: ok
END
