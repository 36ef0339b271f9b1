#!/bin/bash
# What the tests of offers and listings share, on top of lib.sh: a CRM file whose rows may be sold
# by a private offer, and the jobs that do it.
[ "${BASH_SOURCE[0]}" != "$0" ] || exit 0 # no test by itself
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

PRODUCT=prod-sandboxsaas01
BUYER=444455556666
OFFER_COLUMNS=(Offer "Offer Title" Product Form Buyers Pricing Value Term Instalments Included
    Prices Usage Starts Ends Expires Eula Resale Markup Reseller Replaces "AWS Offer ID" "AWS Offer"
    "AWS Agreement" "Agreement Status" "Agreement Value")

# sale NUMBER [COLUMN=TEXT…]: a row that the marketplace takes, with these cells instead. The buyer
# is another one for each number.
sale() {
    local number=$1 column row
    shift
    local -A cells=([Offer]=yes ["Offer Title"]="Analytics for $number" [Product]=$PRODUCT
        [Form]=private [Buyers]=444455556$number [Pricing]=fixed [Value]=12000.00 [Term]=P12M
        [Instalments]="$(days +45)=6000.00; $(days +225)=6000.00" [Included]=users=100
        [Expires]=$(days +30) [Eula]=standard)
    for column; do cells[${column%%=*}]=${column#*=}; done
    row=$(deal "$number")
    for column in "${OFFER_COLUMNS[@]}"; do row+=,${cells[$column]:-}; done
    echo "$row"
}

sale_header() {
    local column
    printf %s "$HEADER"
    for column in "${OFFER_COLUMNS[@]}"; do printf ',%s' "$column"; done
    echo
}

# shop [ROW…]: a fresh sandbox, store and crm.csv with these rows, which sale has made.
shop() {
    rm -f agent.db* ./*.needs-review.csv ./*.changes.csv
    start_sandbox --referrals 0 --set-ms 100
    { sale_header; [ $# -eq 0 ] || printf '%s\n' "$@"; } >crm.csv
}

# The offers' job; knobs as those of config, and PUBLISH, TIES (deals go out, too).
selling() {
    local cloud="    change_set_poll: 100ms
    patience: ${PATIENCE:-20s}"
    if [ -n "${TIES:-}" ]; then
        CLOUD=$cloud config | sed 's/^      solutions: .*/&\n      offers: {column: AWS Offer ID}/'
    else
        CLOUD=$cloud config | sed '/^jobs:/q'
    fi
    cat <<END
  - name: offers
    cloud: aws
    kind: offer
    source: crm
    every: 5s
    mode: ${MODE:-apply}
    only: {column: Offer, equals: "yes"}
    fields:
      id: {column: AWS Offer ID}
      state: {column: AWS Offer}
      agreement: {column: AWS Agreement}
      agreement_status: {column: Agreement Status}
      agreement_value: {column: Agreement Value}
      title: {column: Offer Title, owner: local}
      product: {column: Product, owner: local}
      form: {column: Form, owner: local}
      buyer_accounts: {column: Buyers, owner: local}
      pricing: {column: Pricing, owner: local}
      currency: {column: Currency, owner: local}
      value: {column: Value, owner: local}
      duration: {column: Term, owner: local}
      schedule: {column: Instalments, owner: local}
      grants: {column: Included, owner: local}
      prices: {column: Prices, owner: local}
      usage_prices: {column: Usage, owner: local}
      start_date: {column: Starts, owner: local}
      end_date: {column: Ends, owner: local}
      expires: {column: Expires, owner: ${EXPIRES-ask}}
      eula: {column: Eula}
      resale_authorization: {column: Resale, owner: local}
      markup: {column: Markup, owner: local}
      reseller: {column: Reseller, owner: local}
      replaces: {column: Replaces, owner: local}
    create: yes
    publish: ${PUBLISH:-yes}
    allow: [${SELL-}]
    limits: {max_share: 100%}
END
}
sell() { selling >agent.yaml; } # VARIABLE=value sell

offer_id() { cell "$1" "AWS Offer ID"; } # offer_id KEY
offer_state() { ctl offers | awk -F'\t' -v id="$1" '$1 == id { print $2 }'; } # … OFFER: the cloud's
offers() { ctl offers | grep -c '\[D-'; } # made from the CRM
twice() { ctl stats | awk '$1 == "offer_duplicates" { print $2 }'; } # offers of one record
entity() { ctl entity "$1"; }
# member OFFER NAME: the first of that name in the document.
member() { entity "$1" | sed -n "s/.*\"$2\": \"\(.*\)\",*$/\1/p" | head -1; }

approve_all() { # approve_all ACTION: what the last plan holds of it
    agent plan --output csv
    local ids
    ids=$(held "$1")
    [ -n "$ids" ] || fail "something waits: $1" "$(said)"
    agent approve $ids
}
