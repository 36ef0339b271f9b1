#!/bin/bash
# Google's co-sell through the real programs: a deal is created as a draft, handed over under legal
# terms that somebody accepted, kept in step, and its end asked for once; nothing is done twice, and
# nobody's edit is overwritten.
. "$(dirname "$0")/lib.sh"

FIELDS="Opportunity ID,Opportunity,Name,Account,Site,Country,City,Stage,Close,Amount,Problem,Notes,Next,Legal,\
Share,Status,Why,Deal,Seller,Asked"

gcp_config() { # gcp_config [LINE…]: more of the job
    cat <<EOF
version: 1
store: {path: agent.db}
net: {quota_share: 100000%}
clouds:
$(gcp)
sources:
  crm: {type: csv, path: crm.csv, key: Opportunity ID, write: in-place, currency: USD}
jobs:
  - name: co-sell
    cloud: gcp
    kind: referral
    source: crm
    mode: apply
    every: 5s
    match: [id, partner_reference]
    fields:
      id: {column: Opportunity}
      title: {column: Name, owner: local}
      company: {column: Account, owner: local}
      website: {column: Site, owner: local}
      country: {column: Country}
      city: {column: City}
      employees: {value: 250}
      industry: {value: SOFTWARE}
      sales_region: {value: NORTH_AMERICA}
      contact_wanted: {value: "yes"}
      stage:
        column: Stage
        owner: local
        values: {Lead: prospect, Discovery: qualified, Proof: technical_validation,
                 Proposal: business_validation, Closed Won: won, Closed Lost: lost}
      close_date: {column: Close, owner: local}
      contract_value: {column: Amount, owner: local}
      contract_months: {value: 12}
      opportunity_type: {value: new}
      problem: {column: Problem, owner: local}
      comments: {column: Notes}
      next_steps: {column: Next}
      cloud_products: {value: GOOGLE_CLOUD_PLATFORM}
      needs: {value: TECH}
      delivery_models: {value: SAAS_ON_GOOGLE_CLOUD}
      contract_vehicle: {value: CLOUD_MARKETPLACE}
      legal_accepted: {column: Legal}
      status: {column: Status}
      status_comments: {column: Why}
      cloud_reference: {column: Deal}
      cloud_team: {column: Seller}
      close_requested: {column: Asked}
    create: yes
    submit: {when: {column: Share, equals: "yes"}}
    limits: {max_share: 100%}
EOF
    printf '%s\n' "$@"
}

row() { # row KEY [LEGAL]
    echo "$1,,Analytics $1,Company $1,https://www.company-$1.example/,US,Reno,Discovery,$(days +90),\
50000.50,Two stores become one.,As agreed,Call,${2-yes},no,,,,,"
}
writes() { calls CreateDeal PatchDeal PatchCrmOpportunity; }
opportunity() { cell "$1" Opportunity; }
shown() { ctl gcp-show opportunity "id=$(opportunity "$1")" >shown.json; } # shown KEY
held() { # held ACTION KEY: the id of a change that the last run held
    "$AGENT" plan --output csv >plan.csv
    csv plan.csv change action="$1" local_key="$2" | sort -u | head -1
}
begin() { # begin ROW…
    rm -f agent.db* crm.csv
    start_sandbox --gcp-opportunities 0
    gcp_file service_account
    gcp_config >agent.yaml
    { echo "$FIELDS"; printf '%s\n' "$@"; } >crm.csv
}

begin "$(row A-1)" "$(row A-2 "")"

# --- created, as drafts -------------------------------------------------------------------------

agent reconcile
is "nobody has accepted the terms of one" 1 "$(findings REF-029)"
says "which is said" 'legalLanguageAccepted.*set legal_accepted to yes'
is "the other is created" "1 draft" "$(calls CreateDeal) $(cell A-1 Status)"
shown A-1
check "tagged with its key, where partners write" grep -q 'As agreed \[crm:A-1\]' shown.json
check "with the domain alone" grep -q '"domain": *"company-a-1.example"' shown.json
is "the tag is no part of the text" "As agreed" "$(cell A-1 Notes)"
ctl reset-stats >/dev/null
agent reconcile
agent reconcile
is "once" 0 "$(writes)"
is "and what Google writes otherwise is no edit" "https://www.company-A-1.example/" "$(cell A-1 Site)"
edit_cell A-2 Legal yes
agent reconcile
is "with the word of the row the other one goes, too" "1 0" "$(calls CreateDeal) $(findings REF-029)"

# --- handed over --------------------------------------------------------------------------------

ctl reset-stats >/dev/null
edit_cell A-1 Share yes
agent reconcile
is "that waits for a person" "0 1" "$(writes) $(findings APV-001)"
agent referral submit A-1
exits 0 "who says so"
is "by one patch" "1 submitted" "$(writes) $(agent reconcile; cell A-1 Status)"
edit_cell A-1 Name "Analytics A-1, again"
agent reconcile
is "in review edits wait" "1 1" "$(writes) $(findings REF-004)"
ctl gcp review "id=$(opportunity A-1)" word=NOT_ACCEPTED why="Too vague" >/dev/null
agent reconcile
is "what Google declines comes back with its reason" "rejected Too vague" \
    "$(cell A-1 Status) $(cell A-1 Why)"
is "the edit goes" 2 "$(writes)"
agent reconcile
is "and a person sees that it was corrected" "2 1" "$(writes) $(findings REF-017)"
agent approve "$(held submit A-1)"
agent reconcile
agent reconcile
is "before it is handed over again" submitted "$(cell A-1 Status)"
ctl gcp review "id=$(opportunity A-1)" word=ACCEPTED >/dev/null
agent reconcile
agent reconcile
is "what it accepts has a number" "approved DR" "$(cell A-1 Status) $(cell A-1 Deal | cut -c1-2)"
shown A-1
check "and then the stage that the row has" grep -q '"stage": *"REFINE"' shown.json

# --- kept in step -------------------------------------------------------------------------------

ctl gcp edit-opportunity "id=$(opportunity A-1)" path=isvSolutionConnectInfo.nextStep \
    value="Said there" >/dev/null
edit_cell A-1 Notes "Newer"
edit_cell A-1 Close "$(days +120)"
edit_cell A-1 Amount 60000.05
agent reconcile
agent reconcile
is "a colleague's edit stays, and comes here" "Said there" "$(cell A-1 Next)"
shown A-1
check "beside ours, which kept the tag" grep -q '"Newer \[crm:A-1\]"' shown.json
check "to the cent" grep -q '"nanos": *50000000' shown.json
check "when it closes is the sales cycle's by now" grep -q '"closeDate"' shown.json
edit_cell A-1 Stage Lead
ctl reset-stats >/dev/null
agent reconcile
is "no stage goes backwards by itself" "0 1" "$(writes) $(findings REF-033)"

# --- its end ------------------------------------------------------------------------------------

edit_cell A-1 Stage "Closed Won"
agent reconcile
is "that it is won takes a person" 0 "$(writes)"
agent approve "$(held launch A-1)"
agent reconcile
is "who has Google asked" "1 1" "$(writes) $(findings REF-030)"
agent reconcile
agent reconcile
is "once" "1 won" "$(writes) $(cell A-1 Asked)"
shown A-1
check "it is not won yet" grep -q '"stage": *"REFINE"' shown.json
agent why A-1
says "as whoever asks is told" 'REF-030'
ctl gcp confirm-close "id=$(opportunity A-1)" >/dev/null
agent reconcile
is "until its seller agrees" "0" "$(findings REF-030)"
agent plan
exits 0 "then nothing is left to do"
edit_cell A-1 City Elko
agent reconcile
is "and nothing is taken any more" "1 1" "$(writes) $(findings REF-012)"

agent referral submit A-2
ctl gcp review "id=$(opportunity A-2)" word=ACCEPTED >/dev/null
agent reconcile
agent reconcile
edit_cell A-2 Stage "Closed Lost"
ctl reset-stats >/dev/null
agent referral close A-2 --lost
exits 0 "by hand it is the same"
agent referral close A-2 --lost
is "and asked for once" "1 lost" "$(writes) $(agent reconcile; cell A-2 Asked)"
ctl gcp close-admin "id=$(opportunity A-2)" >/dev/null
agent reconcile
is "what Google ends for reasons of its own is neither" closed "$(cell A-2 Status)"

# --- answers that get lost ----------------------------------------------------------------------

begin "$(row C-1)"
ctl fault lost-after:CreateDeal:1 >/dev/null
agent reconcile
ctl no-faults >/dev/null
agent reconcile
exits 0 "a creation that nobody heard of is found by its tag"
is "and not repeated" "1 draft" "$(calls CreateDeal) $(cell C-1 Status)"
is "nothing is there twice" 0 "$(ctl stats | awk '$1 == "gcp_duplicates" { print $2 }')"
ctl fault lost-after:PatchDeal:1 >/dev/null
agent referral submit C-1
ctl no-faults >/dev/null
ctl reset-stats >/dev/null
agent reconcile
is "a submission that nobody heard of is found" "0 submitted" "$(writes) $(cell C-1 Status)"

# --- another revision ---------------------------------------------------------------------------

UNRECORDED=yes # the recordings are held against one revision
begin "$(row D-1)"
agent reconcile
ctl gcp revision word=older >/dev/null
edit_cell D-1 Name Other
agent reconcile
exits 0 "a service that does not know a parameter"
is "refuses it once" 2 "$(calls PatchDeal)"
UNRECORDED=

# --- what only rows know of ---------------------------------------------------------------------

KNOWN=partners/C0sandbox1/opportunities/Cx0000000001
begin "E-1,$KNOWN,,,,,,,,,,,,,no,,,,," "E-2,${KNOWN/opportunities/leads},,,,,,,,,,,,,no,,,,,"
agent reconcile
exits 0 "a deal of the older interface is read by its name"
check "and fills its row" test -n "$(cell E-1 Amount)"
check "as a lead is" test -n "$(cell E-2 Problem)"
edit_cell E-1 Notes Ours
agent reconcile
is "its notes are written" 1 "$(ctl gcp-show crm-opportunity id=Cx0000000001 | grep -c '"Ours"')"
ctl reset-stats >/dev/null
edit_cell E-1 Name "Other name"
agent reconcile
is "what it does not take is told" "0 1" "$(writes) $(findings REF-036)"

# --- all of them --------------------------------------------------------------------------------

rm -f agent.db*
start_sandbox --gcp-opportunities 230 --seed 5
gcp_file service_account
gcp_config >agent.yaml
echo "$FIELDS" >crm.csv
agent plan --full
is "all are read, by pages" "230 at the cloud" "$(grep -oE '[0-9]+ at the cloud' out)"
is "three of them" 3 "$(calls ListDeals)"
agent reconcile
is "and nothing is written" 0 "$(writes)"

# --- one record that is denied ------------------------------------------------------------------

begin "$(row B-1)" "$(row B-2)" "$(row B-3)"
agent reconcile
ctl reset-stats >/dev/null
for key in B-1 B-2 B-3; do edit_cell $key Name "Renamed $key"; done
ctl fault 403:PatchDeal:1 >/dev/null
agent reconcile
exits 3 "one of three is denied"
is "the two others go all the same" 3 "$(calls PatchDeal)"
is "and it is told" 1 "$(findings RUN-006)"
ctl no-faults >/dev/null
agent reconcile
exits 0 "it goes once it may"
is "then all three are there" 3 \
    "$(for key in B-1 B-2 B-3; do shown $key; grep -c "Renamed $key" shown.json; done | grep -c 1)"

finish
