#!/bin/bash
# Where Microsoft tells of events: asked for, registered, taken over only when that is said; and what
# the doctor finds of it and of everything else.
. "$(dirname "$0")/lib.sh"

start_sandbox --azure-referrals 2 --azure-offers 2
echo "Opportunity ID,Referral,Offer,Product,Name" >crm.csv
yaml() { # yaml [ADDRESS]: every kind of job, and an address for events
    cat <<EOF
version: 1
store: {path: agent.db}
net: {quota_share: 100000%}
clouds:
$(AZURE="${1:+    webhook_url: $1}" azure)
sources:
  crm: {type: csv, path: crm.csv, key: Opportunity ID}
jobs:
  - {name: referrals, cloud: azure, kind: referral, source: crm, mode: observe,
     fields: {id: {column: Referral}, title: {column: Name}}}
  - {name: offers, cloud: azure, kind: offer, source: crm, mode: observe,
     fields: {id: {column: Offer}, title: {column: Name}, agreement: {column: Opportunity ID}}}
  - {name: listings, cloud: azure, kind: listing, source: crm, mode: observe,
     fields: {id: {column: Product}, title: {column: Name}}}
EOF
}
HOOKS="CreateWebhook PutWebhook"

# --- without an address -------------------------------------------------------------------------

yaml >agent.yaml
sign_in
agent webhook azure check
exits 1 "none is registered"
agent webhook azure register
exits 1 "none is set"
says "which is told" 'set webhook_url'
agent doctor azure
exits 0 "the doctor does not ask for one"
says "and says what comes of it" 'changes are found by polling'
for purpose in listings "private offers" "what accepted offers became" "the person sees"; do
    says "it tries: $purpose" "^ok .* $purpose"
done

# --- ours ---------------------------------------------------------------------------------------

yaml https://hooks.contoso.example/azure >agent.yaml
agent doctor azure
exits 1 "an address that nobody calls is told"
agent webhook azure register
exits 0 "registered"
agent webhook azure check
exits 0 "it is there"
says "for all events" 'hooks.contoso.example'
is "by one call" 1 "$(calls $HOOKS)"
agent webhook azure register
exits 0 "again"
is "without a call" 1 "$(calls $HOOKS)"
agent doctor azure
exits 0 "the doctor is content"
says "with the events, too" 'all events of referrals are offered'

# --- another integration's ----------------------------------------------------------------------

yaml https://other.contoso.example/here >agent.yaml
agent webhook azure check --output json
exits 1 "somebody else's"
check "as programs read it" grep -q '"others"' out
agent webhook azure register
exits 1 "is not taken away unasked"
says "which is told" 'say --replace'
is "and nothing was sent" 1 "$(calls $HOOKS)"
agent webhook azure register --replace
exits 0 "only if that is said"
is "by replacing it" 1 "$(calls PutWebhook)"
agent webhook azure check
exits 0 "it is ours"
finish
