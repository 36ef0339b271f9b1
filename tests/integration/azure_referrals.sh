#!/bin/bash
# Microsoft's referrals through the real programs: a deal is created unseen, shared, won and
# registered; nothing is done twice, nobody's edit is overwritten, and a short list says nothing.
. "$(dirname "$0")/lib.sh"

TENANT=11111111-2222-4333-8444-555555555555
CLIENT=aaaaaaaa-0000-4000-8000-000000000001
export AZURE_SECRET='s4n~d.b_o-x+se/cr=et'

sign_in() { # as `agent login azure` leaves it
    local now
    now=$(date -u +%FT%TZ)
    printf '{"version": 1, "tenant": "%s", "client_id": "%s", "signed_in": "%s", "issued": "%s",
 "refresh_token": "0.sandbox-refresh-1"}\n' $TENANT $CLIENT "$now" "$now" >sign-in.json
    chmod 600 sign-in.json
}

azure_config() { # azure_config [ROLE]
    cat <<EOF
version: 1
store: {path: agent.db}
net: {quota_share: 100000%}
clouds:
  azure:
    tenant: $TENANT
    client_id: $CLIENT
    client_secret: {env: AZURE_SECRET}
    sign_in: sign-in.json
    endpoint_url: $URL
    authority_url: $URL
    referral_role: ${1:-admin}
    write_pause: 100ms
sources:
  crm: {type: csv, path: crm.csv, key: Opportunity ID, write: in-place, currency: USD}
jobs:
  - name: referrals
    cloud: azure
    kind: referral
    source: crm
    mode: apply
    every: 5s
    full_every: 1m
    fields:
      id: {column: Referral}
      title: {column: Name, owner: local}
      company: {column: Account, owner: local}
      country: {column: Country}
      city: {column: City}
      stage: {column: Stage, owner: ask, values: {Discovery: qualified, Closed Won: won, Closed Lost: lost}}
      lost_reason: {column: Loss Reason, owner: ask}
      close_date: {column: Close Date, owner: local}
      contract_value: {column: Amount, owner: local}
      comments: {column: Description, owner: ask}
      contact_first_name: {column: First, owner: local}
      contact_last_name: {column: Last, owner: local}
      contact_email: {column: Email, owner: local}
      owner_first_name: {value: Ann}
      owner_last_name: {value: Lee}
      owner_email: {value: ann@sandbox.example}
      solutions: {value: SOL-34104-EBB}
      needs: {value: QuotesOrLicensing}
      involvement: {column: Involvement, values: {help: co_sell, show: visibility_only}}
      partners: {column: Partners}
      members: {column: Members}
      status: {column: Status}
      cloud_reference: {column: Microsoft}
      registration: {column: Registration}
      revenue_value: {column: Contract, owner: local}
      revenue_start: {column: Begins, owner: local}
      revenue_end: {column: Ends, owner: local}
      signed: {column: Signed, owner: local}
      revenue_model: {value: Other}
      deployment: {value: Customer}
    create: yes
    submit: {when: {column: Share, equals: "yes"}}
    register: yes
    limits: {max_share: 100%}
EOF
}

FIELDS="Opportunity ID,Referral,Name,Account,Country,City,Stage,Loss Reason,Close Date,Amount,\
Description,First,Last,Email,Involvement,Share,Status,Microsoft,Registration,Contract,Begins,Ends,Signed,Partners,Members"

row() { # row KEY INVOLVEMENT [PARTNERS]
    echo "$1,,Analytics $1,Company $1,US,Reno,Discovery,,$(days +90),50000.50,As agreed,Bo,Li,\
bo@company.example,$2,no,,,,60000.00,$(days 0),$(days +365),$(days -1),${3:-},"
}

writes() { calls CreateReferral PatchReferral PutReferral; }
referral() { cell "$1" Referral; }
change() { # change ACTION KEY: the id of a change that the last run held
    "$AGENT" plan --output csv >plan.csv
    csv plan.csv change action="$1" local_key="$2" | sort -u | head -1
}

start_sandbox --azure-referrals 0
sign_in
azure_config >agent.yaml
{ echo "$FIELDS"; row A-1 help; row A-2 show; } >crm.csv

# --- created, unseen ----------------------------------------------------------------------------

agent reconcile
exits 0 "two deals are created"
is "by a call each" 2 "$(writes)"
is "as drafts" "draft draft" "$(cell A-1 Status) $(cell A-2 Status)"
check "Microsoft sees nothing of them" sh -c \
    "'$SANDBOX' ctl $URL azure-show referral id=$(referral A-1) |
        grep -q 'consentToShareReferralWithMicrosoftSellers\": *false'"
ctl reset-stats >/dev/null
agent reconcile
agent reconcile
is "once" 0 "$(writes)"

# --- shared -------------------------------------------------------------------------------------

edit_cell A-1 Share yes
edit_cell A-2 Share yes
agent reconcile
is "sharing waits for a person" 0 "$(writes)"
is "for each" 2 "$(findings APV-001)"
agent referral submit A-1 A-2
exits 0 "who says so"
is "by three writes: a patch each, and Microsoft's side of one" 3 "$(writes)"
agent reconcile
is "one is asked for, one is seen" "in_review submitted" "$(cell A-1 Status) $(cell A-2 Status)"
ctl azure answer-referral "id=$(referral A-1)" status=Accepted >/dev/null
agent reconcile
is "what Microsoft answers arrives" approved "$(cell A-1 Status)"
check "with its own identifier" test -n "$(cell A-1 Microsoft)"

# --- edited -------------------------------------------------------------------------------------

ctl reset-stats >/dev/null
edit_cell A-1 Amount 70000.00
agent reconcile
is "an edit is a patch" "1 0" "$(calls PatchReferral) $(calls PutReferral)"
ctl azure edit-referral "id=$(referral A-1)" path=details.notes value=Theirs >/dev/null
edit_cell A-1 City Sparks
agent reconcile
agent reconcile
is "a colleague's edit stays, and comes here" Theirs "$(cell A-1 Description)"
check "beside ours" sh -c \
    "'$SANDBOX' ctl $URL azure-show referral id=$(referral A-1) | grep -q Sparks"

# --- won, registered ----------------------------------------------------------------------------

edit_cell A-1 Stage "Closed Won"
agent reconcile
is "too early to win it" 1 "$(findings REF-027)"

# The cloud's clock runs five days behind the host's, by which the dates of the rules go.
begin_late() {
    rm -f agent.db* crm.csv
    start_sandbox --azure-referrals 0 --now "$(date -u -d '-5 days' +%FT%TZ)"
    sign_in
    azure_config >agent.yaml
    { echo "$FIELDS"; row B-1 show; row B-2 show; } >crm.csv
}
begin_late
agent reconcile
agent referral submit B-1 B-2
agent reconcile
ctl advance 4d >/dev/null
edit_cell B-1 Signed "$(days -2)"
agent reconcile
ctl reset-stats >/dev/null
agent referral close B-1 --won
exits 0 "four days later it is won"
agent referral close B-2 --reason "No budget"
exits 0 "and another one lost"
is "by a patch each" 2 "$(writes)"
agent reconcile
is "the CRM hears of it" "due" "$(cell B-1 Registration)"
is "and why" "No budget" "$(cell B-2 "Loss Reason")"
agent reconcile
says "its registration is due, and waits for a person" 'register .*B-1'
is "as nothing else does" 1 "$(findings APV-001)"
ctl reset-stats >/dev/null
agent referral register B-1
exits 0 "it is registered by hand"
agent referral register B-1
is "once" 1 "$(writes)"
agent reconcile
is "and under review" review "$(cell B-1 Registration)"

# --- shared step by step ------------------------------------------------------------------------

FABRIKAM=c0ffee01-0000-4b21-8a10-000000000001
NORTHWIND=c0ffee02-0000-4b21-8a10-000000000002

begin() { # begin ROW…
    rm -f agent.db* crm.csv
    start_sandbox --azure-referrals 0
    sign_in
    azure_config >agent.yaml
    { echo "$FIELDS"; printf '%s\n' "$@"; } >crm.csv
}
invitations() { # made, whoever heard of it, and refused
    ctl stats | awk '$1 == "CreateReferral" { $2 >= 400 ? no += $3 : yes += $3 }
        END { print yes + 0, no + 0 }'
}

begin "$(row D-1 show)" "$(row D-2 "")"
agent reconcile
agent referral submit D-1
agent reconcile
is "a deal is only seen" submitted "$(cell D-1 Status)"
ctl reset-stats >/dev/null
edit_cell D-1 Share yes
agent reconcile
agent reconcile
is "which is not repeated" 0 "$(writes)"
agent referral submit D-1
says "as the answer tells" "its status is submitted"
is "not by hand either" 0 "$(writes)"
edit_cell D-1 Involvement help
agent reconcile
is "more of it waits for a person" "0 1" "$(writes) $(findings APV-001)"
agent approve "$(change submit D-1)"
agent reconcile
agent reconcile
is "who lets Microsoft be asked in" "1 in_review" "$(calls CreateReferral) $(cell D-1 Status)"
agent reconcile
is "once" 2 "$(writes)"

# --- other partners -----------------------------------------------------------------------------

begin "$(row E-1 help $FABRIKAM)" "$(row E-2 show)"
agent reconcile
is "nobody is invited into a private deal" "2 0" "$(invitations)"
ctl reset-stats >/dev/null
agent referral submit E-1 E-2
exits 0 "the partner comes in with the submission"
is "beside Microsoft, by a call each" "2 0" "$(invitations)"
agent reconcile
is "and stands there as invited" "Fabrikam (invited);Microsoft" "$(cell E-1 Members)"
ctl azure answer-referral "id=$(referral E-1)" profile=$FABRIKAM status=Accepted >/dev/null
agent reconcile
is "until it accepts" "Fabrikam;Microsoft" "$(cell E-1 Members)"

ctl reset-stats >/dev/null
edit_cell E-1 Partners "$FABRIKAM;$NORTHWIND"
edit_cell E-1 City Elko
edit_cell E-2 Partners "$NORTHWIND"
agent reconcile
is "an edit goes on" 1 "$(calls PatchReferral)"
is "one more partner waits for a person" "0 0" "$(invitations)"
is "for each deal" 2 "$(findings APV-001)"
agent approve "$(change submit E-1)"
ctl fault lost-after:CreateReferral:1 >/dev/null
agent reconcile
ctl no-faults >/dev/null
agent reconcile
agent reconcile
is "and is invited once, whoever hears of it" "1 0" "$(invitations)"
is "beside the other" "Fabrikam;Microsoft;Northwind (invited)" "$(cell E-1 Members)"
agent referral submit E-2
exits 0 "a deal that is only seen takes a partner by hand"
agent reconcile
is "and Microsoft is not asked into it" "Northwind (invited)" "$(cell E-2 Members)"
ctl azure answer-referral "id=$(referral E-2)" profile=$NORTHWIND status=Declined >/dev/null
agent reconcile
is "who declines stays so" "Northwind (declined)" "$(cell E-2 Members)"
ctl reset-stats >/dev/null
edit_cell E-1 Partners "$NORTHWIND"
agent reconcile
is "nobody is taken out" "0 1" "$(writes) $(findings REF-028)"
edit_cell E-1 Partners "$FABRIKAM;$NORTHWIND"
edit_cell E-2 Partners "$NORTHWIND;nobody"
agent reconcile
is "the finding goes with its reason" 0 "$(findings REF-028)"
agent referral submit E-2
exits 3 "somebody whom the service does not know"
is "is refused, and nobody is asked twice" "0 1" "$(invitations)"

# --- answers that get lost ----------------------------------------------------------------------

rm -f agent.db* crm.csv
start_sandbox --azure-referrals 0
sign_in
azure_config >agent.yaml
{ echo "$FIELDS"; row C-1 help; } >crm.csv
ctl fault lost-after:CreateReferral:1 >/dev/null
agent reconcile
ctl no-faults >/dev/null
agent reconcile
exits 0 "a creation that nobody heard of is found"
is "and not repeated" 1 "$(calls CreateReferral)"
is "its deal is linked" draft "$(cell C-1 Status)"
ctl fault lost-after:PatchReferral:1 >/dev/null
agent referral submit C-1
ctl no-faults >/dev/null
ctl fault lost-after:CreateReferral:1 >/dev/null
agent reconcile
agent reconcile
ctl no-faults >/dev/null
agent reconcile
agent reconcile
is "Microsoft is asked once" "2 in_review" "$(calls CreateReferral) $(cell C-1 Status)"
is "nothing is there twice" 0 "$(ctl stats | awk '$1 == "azure_duplicates" { print $2 }')"

# --- what leaves a list -------------------------------------------------------------------------

rm -f agent.db* crm.csv
start_sandbox --azure-referrals 0
sign_in
azure_config | sed 's/solutions: .*/solutions: {column: Solutions, owner: local}/' >agent.yaml
{ echo "$FIELDS,Solutions"; echo "$(row E-1 help),SOL-34104-EBB;SOL-52180-KLM"; } >crm.csv
agent reconcile
edit_cell E-1 Solutions SOL-34104-EBB
ctl reset-stats >/dev/null
agent reconcile
exits 0 "an item leaves a list"
is "the whole deal is put, which no patch could say" "0 1" "$(calls PatchReferral) $(calls PutReferral)"
is "it has gone" "SOL-34104-EBB" "$(ctl azure-show referral "id=$(referral E-1)" |
    sed -n '/"solutions"/,/\]/s/.*"\(SOL-[^"]*\)".*/\1/p')"
agent plan
exits 0 "and nothing else is left to do"

# --- a short list -------------------------------------------------------------------------------

rm -f agent.db*
start_sandbox --azure-referrals 40 --seed 5
sign_in
azure_config user >agent.yaml
echo "$FIELDS" >crm.csv
agent plan --full
ALL=$(grep -oE '[0-9]+ at the cloud' out)
check "all are read" test "${ALL%% *}" -gt 20
ctl azure role role=user >/dev/null
agent plan --full --accept-shrunk
says "what a lesser role is not shown is not gone" "$ALL"
azure_config admin >agent.yaml
agent plan --full --accept-shrunk
says_not "unless it is said to be shown all" "$ALL"
finish
