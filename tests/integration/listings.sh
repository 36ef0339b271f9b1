#!/bin/bash
# Texts, visibility and dimensions of listings: drift is shown, pushed by change sets, and nothing
# that the table does not own is touched.
. "$(dirname "$0")/shop.sh"

start_sandbox --referrals 0 --set-ms 100
cat >crm.csv <<END
SKU,Product ID,Title,Short,Long,Highlights,Support,Visibility,Dimensions,Accounts
INSIGHT-1,$PRODUCT,,,,,,,,
GATE-1,prod-sandboxami001,,,,,,,,
END
cat >agent.yaml <<END
version: 1
store: {path: agent.db}
net: {quota_share: 100000%}
clouds:
  aws: {catalog: Sandbox, endpoint_url: $URL, change_set_poll: 100ms}
sources:
  products: {type: csv, path: crm.csv, key: SKU, write: in-place}
jobs:
  - name: listings
    cloud: aws
    kind: listing
    source: products
    mode: apply
    fields:
      id: {column: Product ID}
      title: {column: Title}
      short_description: {column: Short, owner: local}
      long_description: {column: Long}
      highlights: {column: Highlights}
      support: {column: Support}
      visibility: {column: Visibility}
      dimensions: {column: Dimensions}
      buyer_accounts: {column: Accounts}
END
put() { # put COLUMN TEXT [SKU]
    LC_ALL=C WANT=$1 FIT="SKU=${3:-INSIGHT-1}" SETTING=1 SET=$2 awk "$CSV_AWK" crm.csv >crm.new &&
        mv crm.new crm.csv
}
got() { csv crm.csv "$1" SKU="${2:-INSIGHT-1}"; } # got COLUMN [SKU]
portal() { # portal PATH TEXT: an edit there, not in the second of another one: dates are in seconds
    ctl advance 2s >/dev/null
    ctl edit-entity "$PRODUCT" "$1" "$2" >/dev/null
}
shape() { entity "$PRODUCT" | sed '/"id"\|LastModifiedDate/d'; }

# --- first contact ------------------------------------------------------------------------------

shape >before.json
agent reconcile
exits 0 "the rows are filled"
is "with texts" "Example Analytics" "$(got Title)"
is "with lists" "Ready in a day;No agents;Exports to CSV" "$(got Highlights)"
is "with the visibility" public "$(got Visibility)"
check "with the dimensions" grep -q 'users | Users | Named users | Users | Entitled, Metered' crm.csv
is "nothing was written at the cloud" 0 "$(calls StartChangeSet)"
shape >after.json
check "nor changed there" cmp before.json after.json
ctl reset-stats >/dev/null
cp crm.csv before.csv
agent reconcile
exits 0 "then there is nothing to do"
check "the file stays" cmp crm.csv before.csv
is "no record is fetched that did not change" 0 "$(calls DescribeEntity BatchDescribeEntities)"
check "each type is listed once" test "$(calls ListEntities)" -le 6

# --- pushed -------------------------------------------------------------------------------------

put Short "Reports that are right when they come."
agent plan
exits 2 "an edit is drift"
says "which is shown" 'short_description +Example Analytics for teams.* → Reports that are right'
agent status --output csv
says "in the status, too" 'listings,apply'
is "nothing is written yet" 0 "$(calls StartChangeSet)"
put Title "Example Analytics II"
put Long "All of it, and how."
put Highlights "Ready in an hour;No agents"
put Support "By phone, day and night."
agent reconcile
exits 0 "texts, highlights, support"
is "go out in one change set" 1 "$(calls StartChangeSet)"
is "all of them" "Example Analytics II|Reports that are right when they come.|By phone, day and night." \
    "$(member "$PRODUCT" ProductTitle)|$(member "$PRODUCT" ShortDescription)|$(
        entity "$PRODUCT" | grep -o 'By phone, day and night.')"
# What the table does not own is as it was.
for name in ProductCode Sku Manufacturer FulfillmentUrl LogoUrl; do
    is "$name stays" "$(sed -n "s/.*\"$name\": \"\(.*\)\",*$/\1/p" before.json | head -1)" \
        "$(member "$PRODUCT" "$name")"
done
check "keywords and categories stay" test "$(entity "$PRODUCT" | grep -c '"example"\|"Log Analysis"')" = 2
agent plan
exits 0 "nothing is left to do"

# In the portal.
portal Description.LongDescription "Said in the portal."
ctl reset-stats >/dev/null
agent reconcile
is "an edit in the portal comes in" "Said in the portal." "$(got Long)"
is "by fetching that one" "1" "$(calls DescribeEntity BatchDescribeEntities)"
portal Description.ShortDescription "Wiped in the portal."
agent reconcile
is "a text of ours is set right" "Reports that are right when they come." \
    "$(member "$PRODUCT" ShortDescription)"

# --- dimensions ---------------------------------------------------------------------------------

dimensions=$(got Dimensions)
put Dimensions "${dimensions/Named users/Users by name};robots | Robots | Automata | Units | Entitled"
agent reconcile
exits 0 "a dimension changed, a dimension added"
check "the new one is there" grep -q '"robots"' <(entity "$PRODUCT")
check "the changed one, too" grep -q 'Users by name' <(entity "$PRODUCT")
agent plan
exits 0 "as the row has it"
put Dimensions "$(got Dimensions | sed 's/;*robots | Robots | Automata | Units | Entitled//')"
agent reconcile
check "one that is left out is not taken off sale unasked" grep -q '"robots"' <(entity "$PRODUCT")
agent plan --output csv
"$AGENT" approve "$(held cancel)" >/dev/null
agent reconcile
is "but once it is approved" 0 "$(entity "$PRODUCT" | grep -c '"robots"')"
check "the others stay" grep -q '"gb_ingested"' <(entity "$PRODUCT")
put Dimensions "nonsense"
agent reconcile
is "what is none is a finding" 1 "$(findings LST-005)"
put Dimensions "$(csv before.csv Dimensions SKU=INSIGHT-1)"

# --- visibility ---------------------------------------------------------------------------------

agent reconcile
ctl reset-stats >/dev/null
portal Description.Visibility Limited
agent reconcile
is "limited in the portal" limited "$(got Visibility)"
put Visibility public
agent reconcile
exits 0 "to be public again"
is "waits for approval" "1 0" "$(findings APV-001) $(calls StartChangeSet)"
agent plan --output csv
agent approve $(csv out change "action=publish" | sort -u)
agent reconcile
is "approved, it goes out" "Public" "$(member "$PRODUCT" Visibility)"

# --- somebody is faster -------------------------------------------------------------------------

put Support "By mail only."
ctl reset-stats >/dev/null
ctl fault latency:DescribeEntity:1:700 >/dev/null
"$AGENT" reconcile >out 2>err </dev/null &
PID=$!
PIDS+=("$PID")
# The edit falls into the second of the date that the run has read.
wait_for 5 eval '[ "$(calls DescribeEntity)" -ge 1 ]'
portal Description.LongDescription "Faster than you."
wait "$PID"
agent reconcile
exits 0 "edited between reading and writing"
is "both edits are there" "Faster than you. By mail only." \
    "$(member "$PRODUCT" LongDescription) $(entity "$PRODUCT" | grep -o 'By mail only.')"
is "and in the row" "Faster than you." "$(got Long)"

# --- another type -------------------------------------------------------------------------------

put Short "A gateway." GATE-1
agent reconcile
exits 0 "a machine image"
is "its text goes out" "A gateway." "$(member prod-sandboxami001 ShortDescription)"
check "its versions stay" grep -q 'ami-0123456789abcdef0' <(entity prod-sandboxami001)
agent plan
exits 0 "nothing is left to do"
finish
