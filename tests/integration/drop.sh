#!/bin/bash
# Google Cloud without its APIs: a folder of files, a person who works the portal, and the commands
# that everybody uses.
. "$(dirname "$0")/lib.sh"

drop_config() { # drop_config [MODE]
    cat >agent.yaml <<EOF
version: 1
store: {path: agent.db}
clouds:
  drop: {folder: google, cosell_columns: [deal_id = Opportunity, display_name = Deal name]}
sources:
  crm: {type: csv, path: crm.csv, key: Opportunity ID, write: in-place, currency: USD}
  quotes: {type: csv, path: quotes.csv, key: Key, write: read-only, currency: USD}
jobs:
  - name: deals
    cloud: drop
    kind: referral
    source: crm
    mode: ${1:-apply}
    fields:
      id: {column: Deal}
      status: {column: Status}
      title: {column: Name, owner: local}
      company: {column: Account, owner: local}
      website: {column: Web, owner: local}
      close_date: {column: Close, owner: newest}
      contract_value: {column: Amount, owner: local}
    match: [id, partner_reference]
    create: {when: {column: Share, equals: "yes"}}
    limits: {max_share: 100%}
  - name: offers
    cloud: drop
    kind: offer
    source: quotes
    mode: observe
    fields:
      title: {column: Name, owner: local}
      value: {column: Amount, owner: local}
    match: [partner_reference]
EOF
}

column() { # column FILE NAME: of its first row
    CSV_COLUMN=$2 awk "$CSV_FIELDS"'
        { sub(/\r$/, ""); fields($0) }
        NR == 1 { for (i = 1; i <= count; i++) if (cell[i] == ENVIRON["CSV_COLUMN"]) at = i }
        NR == 2 { print cell[at] }' "$1"
}
waiting() { find google/outbox -name '*.csv' 2>/dev/null | wc -l; }

# enter ID: a person enters the first file of outbox/ in the portal, and drops it with the identifier.
enter() {
    local file
    file=$(find google/outbox -name '*.csv' | sort | head -1)
    awk -v id="$1" "$CSV_FIELDS"'
        { sub(/\r$/, ""); fields($0) }
        NR == 1 { for (i = 1; i <= count; i++) name[i] = cell[i]; print; next }
        { for (i = 1; i <= count; i++) {
              if (name[i] == "deal_id") raw[i] = id
              if (name[i] == "state") raw[i] = "ACCEPTED"
              printf "%s%s", raw[i], i < count ? "," : "\n" } }' "$file" >google/inbox/entered.part
    mv google/inbox/entered.part "google/inbox/entered-${1#*/}.csv"
}

cat >crm.csv <<EOF
Opportunity ID,Deal,Status,Name,Account,Web,Close,Amount,Share
C1,,,First deal,Northwind,northwind.example,2037-12-01,1000,yes
C2,,,Second deal,Contoso,contoso.example,2037-12-02,2000,no
C3,,,Third deal,Fabrikam,fabrikam.example,2037-12-03,3000,no
EOF
printf 'Key,Name,Amount\nQ1,Renewal,500\n' >quotes.csv
drop_config

agent check
exits 0 "the configuration is right"
agent plan
exits 1 "without the folder there is no plan"
says "it says what to do" 'no folder .*google: make it, or correct clouds.drop.folder'
mkdir -p google/inbox

# An export of the portal, with its own headings, and files in our format.
cat >google/inbox/export.full.csv <<EOF
Opportunity,Deal name,crm_id,state,customer_name,customer_domain,close_date,currency,amount,Region
opportunities/2,Second deal,C2,Accepted,Contoso,contoso.example,2037-12-02,USD,2000.00,North
opportunities/3,Third deal,C3,Not accepted,Fabrikam,fabrikam.example,2037-12-03,USD,3000.00,West
opportunities/4,Broken deal,C4,Accepted,Fabrikam,fabrikam.example,soon,USD,3000.00,West
EOF
cat >google/inbox/offers.csv <<EOF
schema,offer_id,crm_id,title,state,currency,tcv,update_time
offer/1,77,Q1,Renewal,PUBLISHED,USD,600,2026-01-01T00:00:00Z
EOF

agent plan
exits 2 "there is something to do"
says "a deal is to be created" 'create +C1'
says "two are found" '2 to link'
is "a plan takes nothing in" 2 "$(find google/inbox -type f | wc -l)"
is "and lays nothing out" 0 "$(waiting)"

agent reconcile
exits 3 "a part is left to a person"
says "which is said" 'outbox/cosell.C1.*waits for a person'
is "one registration is laid out" 1 "$(waiting)"
is "what was taken in is put away" 0 "$(find google/inbox -type f | wc -l)"
is "the status came back" "rejected" "$(cell C3 Status)"
check "the bad row is set apart" grep -q '^4,.*close_date.*soon' google/failed/export.full.rejects.csv
agent findings
says "and told" 'CLD-010'
agent status
says "status tells what is waited for" 'create +C1 .*waits for a person to enter it in the portal'
agent plan
says "an offer is found, and only shown" 'adopt +77 = Q1'

before=$(cat google/outbox/*.csv)
for i in 1 2 3; do agent reconcile; done
is "it is not laid out again" "$before" "$(cat google/outbox/*.csv)"

agent doctor drop
exits 0 "the doctor finds nothing wrong"
says "he counts what waits for a person" 'outbox +1 file to be entered'
says_not "and looks for no keys" 'credentials|clock'
agent status --capabilities
says "the capabilities are printed" '^drop +referral +yes'
agent iam drop
exits 0 "there is nothing to allow"

enter opportunities/1
agent reconcile
is "the pair has its identifier" 1 "$(cell C1 Deal)"
is "nothing waits any more" 0 "$(waiting)"
agent why C1
says "the story is kept" 'create: done'
agent plan deals
exits 0 "both sides are in step"

edit_cell C2 Amount 2500
agent reconcile
is "an edit is laid out" "amount" "$(column "$(ls google/outbox/*)" agent_changed)"
is "with its new value" "2500.00" "$(column "$(ls google/outbox/*)" amount)"
enter opportunities/2
agent reconcile
agent plan deals
exits 0 "and ends when it was entered"

# Rules before anything is laid out.
printf 'Opportunity ID,Deal,Status,Name,Account,Web,Close,Amount,Share\nC9,,,Nameless,,,2019-01-01,1,yes\n' >new.csv
agent lint --job deals new.csv
exits 1 "lint knows the rules"
says "what is missing" 'REF-001 .*customer_domain'
says "what is past" 'REF-005'

# Two at once: one has it, nothing is laid out twice.
printf 'C5,,,Fifth deal,Adatum,adatum.example,2037-12-05,5000,yes\n' >>crm.csv
for i in 1 2 3; do
    "$AGENT" reconcile >"out.$i" 2>"err.$i" </dev/null &
    PIDS+=($!)
    ids+=($!)
done
for pid in "${ids[@]}"; do wait "$pid"; done
agent reconcile
is "three at once lay it out once" 1 "$(find google -name 'cosell.C5.*.csv' | wc -l)"
enter opportunities/5

# Killed anywhere, again and again.
for i in 1 2 3 4 5 6 7 8; do
    printf 'K%d,,,Deal %d,Litware,l%d.example,2037-11-0%d,100,yes\n' "$i" "$i" "$i" "$i" >>crm.csv
    "$AGENT" reconcile >/dev/null 2>&1 </dev/null &
    pid=$!
    sleep "0.0$i"
    kill -KILL $pid 2>/dev/null
    wait $pid 2>/dev/null
done
agent reconcile
is "each is laid out once" "K1 K2 K3 K4 K5 K6 K7 K8" \
    "$(find google/outbox google/done google/failed -name 'cosell.K*.csv' -printf '%f\n' |
        cut -d. -f2 | sort | xargs)"

# A disk that takes no more.
printf 'schema,deal_id,crm_id,update_time\ncosell/1,opportunities/5,C5,2037-01-01T00:00:00Z\n' \
    >google/inbox/more.csv
cp google/state/cosell.jsonl state.before
(ulimit -f 0; trap '' XFSZ; "$AGENT" reconcile deals >out 2>err </dev/null)
check "what was known is as it was" cmp -s google/state/cosell.jsonl state.before
check "the file waits" test -f google/inbox/more.csv
agent reconcile
check "and is taken in later" test -f google/done/more.csv

# A map that names what there is not.
agent check
says_not "a map that fits is not spoken of" cosell_columns
sed -i 's/deal_id = Opportunity/deal = Opportunity/' agent.yaml
agent check
says "a map that does not is" 'cosell_columns: cosell/1 has no column "deal"'
finish
