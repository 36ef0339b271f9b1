#!/bin/bash
# Google's listings through the real programs: read, held against what is declared, drift told of,
# and nothing ever written there.
. "$(dirname "$0")/lib.sh"

DB=sandbox-db.endpoints.sandbox-partner.cloud.goog
API=sandbox-api.endpoints.sandbox-partner.cloud.goog

listing_config() { # listing_config OWNER: of what is declared
    cat <<EOF
version: 1
store: {path: agent.db}
net: {quota_share: 100000%}
clouds:
$(gcp)
sources:
  products: {type: csv, path: crm.csv, key: SKU, write: in-place}
jobs:
  - name: listings
    cloud: gcp
    kind: listing
    source: products
    mode: apply
    limits: {max_share: 100%}
    match: [id, {title: exact}]
    fields:
      id: {column: Product}
      title: {column: Title, owner: $1}
      plans: {column: Plans, owner: $1}
      prices: {column: Prices, owner: $1}
      product_type: {column: Type}
      dimensions: {column: SKUs}
EOF
}
put() { # put SKU COLUMN TEXT
    LC_ALL=C WANT=$2 FIT="SKU=$1" SETTING=1 SET=$3 awk "$CSV_AWK" crm.csv >crm.new && mv crm.new crm.csv
}
got() { csv crm.csv "$2" SKU="$1"; } # got SKU COLUMN
producer_calls() { # what is not a GET of a listing is none of ours
    calls ListGcpLocations ListGcpServices GetGcpService ListGcpStandardOffers GetGcpStandardOffer \
        ListGcpSkus ListGcpSkuGroups
}

start_sandbox
gcp_file service_account
listing_config local >agent.yaml
cat >crm.csv <<END
SKU,Product,Title,Plans,Prices,Type,SKUs
db,$DB,,,,,
api,,Sandbox API,,,,
END

# --- read -----------------------------------------------------------------------------------------

agent reconcile
exits 0 "the rows are filled"
is "with the title" "Sandbox DB" "$(got db Title)"
is "and what kind it is" saas "$(got db Type)"
is "a listing is found by its title" "$API" "$(got api Product)"
is "there is no drift" 0 "$(($(findings MRG-004) + $(findings MAT-008)))"
check "plans with their terms" grep -q 'enterprise | Enterprise | P12M' crm.csv
check "the price in force, not the one that comes" grep -q 'per mo | 5000.00 USD' crm.csv
check "a price of billionths" grep -q 'per 1 h | 0.000001 USD' crm.csv
agent plan
exits 0 "then there is nothing to do"

# --- drift ----------------------------------------------------------------------------------------

put db Title "Sandbox Database"
agent plan
exits 0 "an edit that cannot be made is no change"
agent reconcile
is "it is told of" 1 "$(findings MRG-004)"
agent findings
says "with both values" 'local "Sandbox Database", cloud "Sandbox DB"'
says "and where it is edited" 'the Producer Portal'
is "the row keeps what it declares" "Sandbox Database" "$(got db Title)"

ctl gcp edit-listing "id=services/$DB" path=title "value=Sandbox Database" >/dev/null
agent reconcile
is "once it is edited there, all is well" 0 "$(findings MRG-004)"

ctl gcp edit-listing "id=services/$API" path=title "value=Sandbox API, anew" >/dev/null
agent reconcile
is "an edit there that nobody declared" 1 "$(findings MRG-004)"
is "does not get into the row" "Sandbox API" "$(got api Title)"
put api Title "Sandbox API, anew"
agent reconcile
is "until it is declared" 0 "$(findings MRG-004)"

put db Prices "$(got db Prices | sed 's/5000.00 USD/4900.00 USD/')"
agent reconcile
agent findings
says "a price that is not the declared one" '5000.00 USD'

# --- existence ------------------------------------------------------------------------------------

echo "new,,Sandbox Graph,,,," >>crm.csv
echo "old,gone.endpoints.sandbox-partner.cloud.goog,Sandbox Old,,,," >>crm.csv
agent reconcile
is "a row without listing is told of" 1 "$(findings MAT-008)"
is "so is one that names what is not there" 1 "$(findings MAT-003)"

# --- the cloud's word -----------------------------------------------------------------------------

listing_config cloud >agent.yaml
agent reconcile
check "whose owner is the cloud follows it" grep -q 'per mo | 5000.00 USD' crm.csv
is "and there is no drift" 0 "$(findings MRG-004)"

# --- nothing was written --------------------------------------------------------------------------

agent status --capabilities
says "the table has it" 'listing'
is "every call was a look at listings" "$(producer_calls)" \
    "$(ctl stats | awk '$1 ~ /Gcp/ { sum += $3 } END { print sum + 0 }')"
agent doctor gcp
exits 0 "the account may do all of it"

finish
