#!/bin/bash
# Where Google's tokens come from: each kind of credential, acting for somebody else, what is said
# when it is wrong, and that no secret leaves.
. "$(dirname "$0")/lib.sh"

[ -n "${HAR_DIR:-}" ] || export HAR_DIR=$WORK # recordings are looked through as well
ACCOUNT=agent@sandbox-partner.iam.gserviceaccount.com

yaml() {
    cat <<EOF_YAML >agent.yaml
version: 1
store: {path: agent.db}
net: {quota_share: 100000%}
clouds:
$(gcp)
sources:
  crm: {type: csv, path: crm.csv, key: Opportunity ID, currency: USD}
  products: {type: csv, path: products.csv, key: SKU}
jobs:
  - {name: listings, cloud: gcp, kind: listing, source: products, mode: observe,
     fields: {id: {column: Product}, title: {column: Title}}}
  - {name: co-sell, cloud: gcp, kind: referral, source: crm, mode: observe,
     fields: {id: {column: AWS Opportunity ID}, title: {column: Name}}}
EOF_YAML
}
result() { csv out result check="$1"; } # result CHECK: of the last doctor -o csv
detail() { csv out detail check="$1"; }

works() { # works TEXT: both scopes
    ctl reset-stats >/dev/null
    agent doctor gcp -o csv
    is "$1" ok "$(result services.list)"
    is "$1: co-sell" ok "$(result opportunities.query)"
}
refused() { # refused TEXT PATTERN [CHECK]
    agent doctor gcp -o csv
    exits 1 "$1"
    is "$1: said" fail "$(result "${3:-locations.list}")"
    says "$1: what to do" "$2"
}

start_sandbox
echo "$HEADER" >crm.csv
echo "SKU,Product,Title" >products.csv
yaml

# --- a key ----------------------------------------------------------------------------------------

gcp_file service_account
works "a service account's key"
is "one token for each scope" 2 "$(calls OAuthToken)"
says "whose" "service account $ACCOUNT \(clouds.gcp.credentials\)"
GCP='    self_signed: yes' yaml
works "its own signature is the token"
is "so there is one exchange, for co-sell" 1 "$(calls OAuthToken)"
yaml
ctl gcp identities channel=missing >/dev/null
refused "no delegation" 'the delegation of that scope is missing' opportunities.query
is "no delegation: the others go on" ok "$(result services.list)"
ctl gcp identities channel=granted key=revoked >/dev/null
refused "a key that was deleted" 'the key was deleted'
ctl gcp identities key=good >/dev/null
ctl fault 401:ListGcpServices:1 >/dev/null
works "a token that ended early is fetched anew"
ctl no-faults >/dev/null
ctl fault 503:OAuthToken:1 >/dev/null
works "a token service that is down for a moment is asked again"
ctl no-faults >/dev/null

# --- where ----------------------------------------------------------------------------------------

GCP_PROOF='' yaml
mkdir -p elsewhere "$HOME/.config/gcloud"
mv gcp.json key.json
GOOGLE_APPLICATION_CREDENTIALS=key.json works "the environment names the file"
GOOGLE_APPLICATION_CREDENTIALS=no.json refused "a file that is not there" 'no.json'
is "a file that is not there: none are found" fail "$(result credentials)"
cp key.json elsewhere/application_default_credentials.json
CLOUDSDK_CONFIG=elsewhere works "\$CLOUDSDK_CONFIG"
cp key.json "$HOME/.config/gcloud/application_default_credentials.json"
works "gcloud's own place"
rm "$HOME/.config/gcloud/application_default_credentials.json"
GCP_PROOF='' GCP='    service_account: '$ACCOUNT yaml
GCE_METADATA_HOST=${URL#http://} works "the metadata server"
is "which is asked for each scope" 2 "$(calls MetadataToken)"
is "and IAM signs for the person" 1 "$(calls SignJwt)"
GCE_METADATA_HOST=metadata.example refused "a metadata server elsewhere" 'this host or its own link'
ctl fault 503:MetadataToken:1 >/dev/null
GCE_METADATA_HOST=${URL#http://} works "one that is busy"
ctl no-faults >/dev/null
GCP_PROOF='credentials: {env: GCP_KEY}' yaml
GCP_KEY=$(cat key.json) works "the content itself, in the environment"

# --- a person ---------------------------------------------------------------------------------------

GCP='    service_account: '$ACCOUNT yaml
gcp_file authorized_user
works "a person's sign-in"
is "co-sell by IAM's signature" 1 "$(calls SignJwt)"
yaml
refused "without an account to sign for" 'clouds.gcp.service_account' opportunities.query
ctl gcp identities sign_in=ended >/dev/null
refused "a sign-in that has ended" 'gcloud auth application-default login'
ctl gcp identities sign_in=good >/dev/null

# --- acting for others ------------------------------------------------------------------------------

gcp_file impersonated_service_account delegate=yes
works "an impersonated account, through a chain"
is "IAM gives the token" 1 "$(calls GenerateAccessToken)"
is "and signs for the same account" 1 "$(calls SignJwt)"
ctl gcp identities roles=missing >/dev/null
refused "a role that is missing" 'Service Account Token Creator'
ctl gcp identities roles=granted >/dev/null

# --- somebody else's token --------------------------------------------------------------------------

UNRECORDED=1 # an exchange of tokens carries no bearer token
printf 'sandbox.foreign.token\n' >foreign
gcp_file external_account source=file "path=$WORK/foreign"
works "a foreign token in a file"
is "exchanged for each scope" 2 "$(calls ExchangeToken)"
gcp_file external_account
works "at an address"
is "with its header" 2 "$(calls ForeignToken)"
agent doctor gcp --har external.har
check "the exchange can be recorded" grep -q 'token-exchange' external.har
gcp_file external_account impersonate=no
refused "without impersonation there is nobody to sign for" 'clouds.gcp.service_account' \
    opportunities.query
is "but listings are read" ok "$(result services.list)"
ctl gcp identities pool=disabled >/dev/null
refused "a pool that is disabled" 'pool or its provider is disabled'
ctl gcp identities pool=enabled >/dev/null
echo another >foreign
gcp_file external_account source=file "path=$WORK/foreign"
refused "a foreign token that is not taken" 'did not accept the foreign token'
cat >helper <<EOF_HELPER
#!/bin/sh
echo "\$GOOGLE_EXTERNAL_ACCOUNT_IMPERSONATED_EMAIL" >>"$WORK/helper.calls"
printf '{"version":1,"success":true,"token_type":"%s","id_token":"sandbox.foreign.token"}' \
    "\$GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE"
EOF_HELPER
chmod +x helper
gcp_file external_account source=executable "path=$WORK/helper"
refused "a program, unasked" 'executable_source'
is "is not run" no "$([ -e helper.calls ] && echo yes || echo no)"
GCP='    executable_source: yes' yaml
works "a program, allowed"
is "it is told whom for" $ACCOUNT "$(sort -u helper.calls)"
printf '#!/bin/sh\necho "no badge" >&2\nexit 3\n' >helper
refused "a program that fails" 'exit status 3'
yaml
unset UNRECORDED

# --- what is needed for it ----------------------------------------------------------------------------

agent iam gcp -o csv
exits 0 "the permissions that the jobs need"
is "reading alone" 0 "$(csv_count out access=write)"
check "of listings" grep -q commerceproducer.services.list out
check "the scope of co-sell" grep -q apps.order out
check "and of its older interface, whose records are read by the ids in the source" \
    grep -q cloudcrmpartners out
sed 's/id: {column: AWS Opportunity ID}, //' agent.yaml >unnamed.yaml
agent iam gcp -o csv --config unnamed.yaml
check "which is not needed where there are none" \
    sh -c 'grep -q apps.order out && ! grep -q cloudcrmpartners out'

# --- files that are wrong ---------------------------------------------------------------------------

gcp_file service_account
sed 's|"token_uri": "[^"]*"|"token_uri": "https://tokens.example/"|' gcp.json >wrong && mv wrong gcp.json
refused "another host" 'tokens.example.*none of Google'
echo '{"type": "gdch_service_account"}' >gcp.json
refused "a type that is not known" 'known are service_account'
gcp_file service_account
sed -i 's|PRIVATE KEY-----.n.*.n-----END|PRIVATE KEY-----\\nAAAA\\n-----END|' gcp.json
refused "a key that is none" 'gcp.credentials: private_key'
echo nothing >gcp.json
refused "no JSON" 'no credential file'

# --- clocks -----------------------------------------------------------------------------------------

for skew in 1800000 -1800000; do
    start_sandbox --skew $skew
    yaml
    gcp_file service_account
    agent doctor gcp -o csv
    is "a clock that is half an hour off: worked around" ok "$(result services.list)"
    is "and said" fail "$(result clock)"
done

# --- nothing leaves -----------------------------------------------------------------------------

for secret in 'sandbox.foreign.token' '1//0sandbox-refresh' 'd-sandbox+/=&secret' 'ya29.c.' \
    "$(sed -n 's/.*PRIVATE KEY-----.n\(.\{40\}\).*/\1/p' key.json)"; do
    for text in "$secret" "$(printf %s "$secret" | sed 's|/|\\/|g')" \
        "$(printf %s "$secret" | sed 's|/|%2F|g; s|+|%2B|g; s|=|%3D|g; s|&|%26|g')"; do
        is "no secret in what was said, stored and recorded" "" \
            "$(grep -rlaF -- "$text" transcript out err agent.db* external.har "$HAR_DIR"/$NAME-*.har)"
    done
done
check "requests were recorded" grep -q 'generateAccessToken' "$HAR_DIR"/$NAME-*.har
is "assertions were not" 0 "$(cat "$HAR_DIR"/$NAME-*.har external.har | grep -c 'eyJ[A-Za-z0-9_-]*\.eyJ')"
finish
