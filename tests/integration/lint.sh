#!/bin/bash
# agent lint: files with one fault per row, for each thing that AWS demands of an opportunity, and for
# what it demands of an offer; one line per fault, with place, code and remedy, and nothing for what
# is right.
. "$(dirname "$0")/lib.sh"

FIELDS="partner_reference title company website industry other_industry country state postal_code
national_security problem use_case delivery_models spend contract_value contract_months stage
close_date needs involvement sales_activities marketing_source marketing_funded marketing_campaign
marketing_channels marketing_use_cases solutions opportunity_type related competitor
other_competitors other_solution lost_reason contact_email contact_phone cloud_account duns"

{
    cat <<END
version: 1
store: {path: agent.db}
clouds:
  aws: {catalog: Sandbox, endpoint_url: http://127.0.0.1:9}
sources:
  deals: {type: csv, path: deals.csv, key: partner_reference, write: read-only}
jobs:
  - name: referrals
    cloud: aws
    kind: referral
    source: deals
    mode: apply
    create: yes
    submit: yes
    fields:
END
    for field in $FIELDS; do echo "      $field: {column: $field}"; done
} >agent.yaml

# A deal with which nothing is wrong.
declare -A BASE=(
    [title]="Analytics" [company]="Fabrikam Works" [website]="fabrikam.example"
    [industry]="Retail" [country]="US" [state]="Ohio" [postal_code]="43004"
    [problem]="Reports take days and are wrong when they come" [use_case]="Business Intelligence"
    [delivery_models]="SaaS or PaaS" [spend]="1000 USD" [stage]="qualified"
    [close_date]="2099-03-31" [needs]="Co-Sell - Deal Support"
    [sales_activities]="Initialized discussions with customer" [marketing_source]="None"
    [solutions]="S-0000001" [involvement]="co_sell")

line() { # line KEY [FIELD=VALUE…]
    local -A values=()
    local field cells=$1 pair
    for field in "${!BASE[@]}"; do values[$field]=${BASE[$field]}; done
    for pair in "${@:2}"; do values[${pair%%=*}]=${pair#*=}; done
    for field in $FIELDS; do
        [ "$field" = partner_reference ] || cells+=,${values[$field]:-}
    done
    echo "$cells"
}

column() { # column FIELD: the number of its cell
    local number=1 field
    for field in $FIELDS; do
        [ "$field" != "$1" ] || { echo $number; return; }
        number=$((number + 1))
    done
}

# One case a line: finding, field, and what makes the fault.
CASES=$(cat <<'END'
REF-001 company company=
REF-001 industry industry=
REF-001 country country=
REF-001 website website=
REF-001 postal_code postal_code=
REF-001 state state=
REF-001 title title=
REF-001 problem problem=
REF-001 use_case use_case=
REF-001 delivery_models delivery_models=
REF-001 spend spend=
REF-001 close_date close_date=
REF-002 needs needs=
REF-002 sales_activities sales_activities=
REF-002 marketing_source marketing_source=
REF-014 solutions solutions=
REF-005 close_date close_date=2020-01-31
REF-006 problem problem=Too short
REF-008 industry industry=Retailing
REF-008 lost_reason stage=lost|lost_reason=Bad luck
REF-009 contact_email contact_email=ann@exam_ple.com
REF-009 cloud_account cloud_account=12345
REF-009 duns duns=1234
REF-009 related related=4711
REF-009 solutions solutions=solution one
REF-009 spend spend=1000 JPY
REF-009 contract_months contract_months=145
REF-010 lost_reason lost_reason=Price
REF-013 state state=OH
REF-015 other_industry industry=Other
REF-015 other_competitors competitor=*Other
REF-015 related opportunity_type=renewal
REF-015 contract_months contract_value=12000 USD
REF-015 marketing_funded marketing_source=Marketing Activity
REF-015 lost_reason stage=lost
REF-016 stage stage=prospect
REF-016 other_competitors other_competitors=Contoso
REF-016 marketing_campaign marketing_campaign=Spring
REF-016 marketing_channels marketing_channels=Email
REF-016 marketing_use_cases marketing_use_cases=Analytics
REF-016 national_security national_security=yes
SRC-004 close_date close_date=soon
SRC-010 stage stage=hopeful
END
)

echo "$FIELDS" | xargs | tr ' ' , >deals.csv
line good >>deals.csv
line secret industry=Government national_security=yes company= website= state= postal_code= >>deals.csv
line abroad country=AE state= postal_code= >>deals.csv
number=4
: >wanted
while read -r code field faults; do
    IFS='|' read -ra pairs <<<"$faults"
    number=$((number + 1))
    line "case$number" "${pairs[@]}" >>deals.csv
    echo "deals.csv:$number:$(column "$field"): $code" >>wanted
done <<<"$CASES"

agent lint deals.csv
exits 1 "a file with faults"
for line in $(cut -d: -f2 wanted); do
    want=$(grep "^deals.csv:$line:" wanted)
    case=$(sed -n "$((line - 4))p" <<<"$CASES")
    if grep -qE "^${want//./\\.} (warning|error|info): .+\. .+" out; then
        ok "line $line: $case"
    else
        fail "line $line: $case" "$(grep "^deals.csv:$line:" out; echo "wanted: $want")"
    fi
done
is "nothing is said of good rows" "" "$(grep -E '^deals.csv:[1-4]:' out)"
is "only rules that belong together say two things of a row" "" \
    "$(cut -d: -f1,2 out | grep deals | sort | uniq -d |
        grep -vxF "$(grep -nE 'stage=|contract_value|national_security' <<<"$CASES" |
            cut -d: -f1 | while read -r n; do echo "deals.csv:$((n + 4))"; done)")"
says "the sum is told" "faults in $((number - 1)) rows, by the rules of referrals"

agent lint deals.csv --output json
exits 1 "the same as JSON"
check "it is JSON" valid_json out
check "with remedies" grep -q '"remedy": "' out

# --- offers ---------------------------------------------------------------------------------------

FIELDS="partner_reference title product buyer_accounts pricing currency value duration schedule expires
eula form replaces end_date resale_authorization markup prices payment_due refund_policy grants"
sed -e '/fields:/,$d' -e 's/kind: referral/kind: offer/; s/name: referrals/name: offers/' \
    -e 's/submit: yes/publish: yes/; s/deals.csv/offers.csv/' agent.yaml >offers.yaml
{
    echo "    fields:"
    for field in $FIELDS; do echo "      $field: {column: $field}"; done
} >>offers.yaml
BASE=([title]="Analytics" [product]="prod-1" [buyer_accounts]="123456789012" [pricing]=fixed
    [currency]=USD [value]="3000 USD" [duration]=P12M [schedule]="2099-06-01=1000;2099-09-01=2000"
    [expires]=2099-03-31 [eula]=standard [grants]="seats=10")
CASES=$(cat <<'END'
OFR-001 title title=
OFR-001 product product=
OFR-001 buyer_accounts buyer_accounts=
OFR-001 expires expires=
OFR-001 eula eula=
OFR-002 duration duration=
OFR-002 grants grants=
OFR-003 markup markup=5
OFR-004 payment_due payment_due=P31D
OFR-005 buyer_accounts buyer_accounts=12345678901
OFR-008 expires expires=2020-01-31
OFR-009 schedule value=2999 USD
OFR-009 value currency=EUR
OFR-010 schedule schedule=2099-01-01=1000;2099-02-01=2000
REF-007 title title=LONG
END
)
echo "$FIELDS" | xargs | tr ' ' , >offers.csv
line good >>offers.csv
number=2
: >wanted
while read -r code field faults; do
    number=$((number + 1))
    case $faults in title=LONG) faults="title=$(printf 'x%.0s' {1..151})" ;; esac
    line "case$number" "$faults" >>offers.csv
    echo "offers.csv:$number:$(column "$field"): $code" >>wanted
done <<<"$CASES"
agent lint offers.csv --config offers.yaml
exits 1 "offers with faults"
while read -r want; do
    if grep -qE "^${want//./\\.} (warning|error|info): .+\. .+" out; then
        ok "$want: $(sed -n "$(($(cut -d: -f2 <<<"$want") - 2))p" <<<"$CASES")"
    else
        fail "$want" "$(grep "^offers.csv:$(cut -d: -f2 <<<"$want"):" out)"
    fi
done <wanted
is "nothing is said of the good one" "" "$(grep '^offers.csv:2:' out)"

head -4 deals.csv >good.csv
agent lint good.csv
exits 0 "a file without a fault, which is no job's source: the only job's rules"
says "says so" "0 faults in 3 rows"
agent lint good.csv --job nobody
exits 64 "an unknown job"
agent lint nothing.csv
exits 1 "a file that is not there"
says "is named" nothing.csv
printf 'title,company\nA,B\n' >other.csv
agent lint other.csv
exits 1 "a file without the key's column"
agent lint
exits 64 "no file at all"
finish
