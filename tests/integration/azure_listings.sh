#!/bin/bash
# Microsoft's listings through the real programs: read, drift shown, a draft edited, a listing edited
# and published, one taken off sale; a colleague's half done draft does not go out unasked.
. "$(dirname "$0")/lib.sh"

SAAS=50000000-0000-4000-8000-000000000001
VM=50000000-0000-4000-8000-000000000002
DRAFT=50000000-0000-4000-8000-000000000003

listing_config() { # listing_config ALLOW
    cat <<EOF
version: 1
store: {path: agent.db}
net: {quota_share: 100000%}
clouds:
$(SIGN_IN='' azure)
sources:
  products: {type: csv, path: crm.csv, key: SKU, write: in-place}
jobs:
  - name: listings
    cloud: azure
    kind: listing
    source: products
    mode: apply
    allow: [$1]
    limits: {max_share: 100%}
    fields:
      id: {column: Product}
      title: {column: Title, owner: local}
      search_summary: {column: Summary}
      categories: {column: Categories}
      dimensions: {column: Plans}
      visibility: {column: Visibility, owner: local}
      publication: {column: Publication}
      pending: {column: Pending}
EOF
}
put() { # put SKU COLUMN TEXT
    LC_ALL=C WANT=$2 FIT="SKU=$1" SETTING=1 SET=$3 awk "$CSV_AWK" crm.csv >crm.new && mv crm.new crm.csv
}
got() { csv crm.csv "$2" SKU="$1"; } # got SKU COLUMN

start_sandbox --azure-offers 0 --job-ms 20
listing_config '' >agent.yaml
cat >crm.csv <<END
SKU,Product,Title,Summary,Categories,Plans,Visibility,Publication,Pending
analytics,$SAAS,,,,,,,
gateway,$VM,,,,,,,
coming,$DRAFT,,,,,,,
END

# --- read ---------------------------------------------------------------------------------------

agent reconcile
exits 0 "the rows are filled"
is "with texts" "Sandbox Analytics" "$(got analytics Title)"
is "with what is live, and what is not" "public live, draft draft" \
    "$(got analytics Visibility) $(got analytics Publication), $(got coming Visibility) $(got coming Publication)"
check "with plans" grep -q 'standard | Standard' crm.csv
is "nothing was written at the cloud" 0 "$(calls Configure)"
agent plan
exits 0 "then there is nothing to do"

# --- a draft ------------------------------------------------------------------------------------

put coming Summary "Soon in this shop"
agent reconcile
exits 0 "what nobody sees yet is edited"
is "by one job" 1 "$(calls Configure)"
agent plan
exits 0 "and stands"

# --- published ----------------------------------------------------------------------------------

put analytics Title "Sandbox Analytics, anew"
agent plan
exits 2 "an edit of what customers see"
says "is a publication" 'publish'
says "and waits for a person" 'waits for agent approve'
agent reconcile
is "for it cannot be undone" 1 "$(calls Configure)"
listing_config "publish, cancel" >agent.yaml
ctl reset-stats >/dev/null
agent reconcile
agent reconcile
is "allowed, it goes by three jobs: the edit, preview, live" 3 "$(calls Configure)"
agent plan
exits 0 "customers see it"
is "and nobody else's edits are pending" no "$(got analytics Pending)"

# --- somebody else's draft ----------------------------------------------------------------------

ctl azure edit-resource "id=listing/$SAAS/public/main/default/en-us" path=description \
    value="Half a sentence of a colleague" >/dev/null
ctl reset-stats >/dev/null
put analytics Title "Sandbox Analytics, once more"
agent reconcile
is "a draft that a colleague has begun is not published" 0 "$(calls Configure)"
is "which is told" 1 "$(findings LST-008)"
put analytics Title "Sandbox Analytics, anew"

# --- off sale -----------------------------------------------------------------------------------

put gateway Visibility restricted
ctl reset-stats >/dev/null
agent reconcile
exits 0 "a listing is taken off sale"
is "by one job" 1 "$(calls Configure)"
agent reconcile
is "and reads so" restricted "$(got gateway Visibility)"
put gateway Title "An old name"
agent reconcile
is "then it takes no edits" "1 1" "$(calls Configure) $(findings LST-001)"
finish
