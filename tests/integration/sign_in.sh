#!/bin/bash
# The person behind Microsoft's referrals: signing in, using the sign-in, losing it; and an account
# without one.
. "$(dirname "$0")/lib.sh"

start_sandbox --azure-referrals 6 --azure-offers 3
HEADER="$HEADER,Microsoft Co-sell,Microsoft Referral ID,Microsoft Status,Microsoft Deal ID"
echo "$HEADER" >crm.csv
yaml() { # yaml: a configuration with Microsoft alone
    cat <<EOF
version: 1
store: {path: agent.db}
net: {quota_share: 100000%}
clouds:
$(azure)
sources:
  crm: {type: csv, path: crm.csv, key: Opportunity ID, currency: USD}
jobs:
$(MS_MODE=observe MS_GATES='' azure_job)
EOF
}
stored() { sed -n 's/.*"refresh_token": "\(.*\)".*/\1/p' sign-in.json; }

# --- nobody has signed in
yaml >agent.yaml
agent check
exits 0 "a configuration with a sign-in that is still to come is good"
says_not "there is nothing to remark" "without sign_in"
agent doctor azure
exits 1 "the doctor misses the sign-in"
says "and says who has to do what" "fail +azure Referrals admin .*agent login azure"
agent reconcile
exits 1 "a run cannot read referrals"
is "and finds why" 1 "$(findings RUN-001)"

# --- signing in
sign_in
is "a person signs in" 0 $?
check "the browser is told" grep -q "^200 Signed in" browser.txt
is "the file is nobody else's" 600 "$(stat -c %a sign-in.json)"
check "it is this account's" grep -q 11111111-2222-4333-8444-555555555555 sign-in.json
agent reconcile
exits 0 "referrals are read"
says "all of them" "[0-9]+ at the cloud"
is "the finding is gone" 0 "$(findings RUN-001)"
agent doctor azure
exits 0 "the doctor is content"
says "and tells how old the sign-in is, and when it ends" \
    "sign-in of [0-9-]{10}, token 0 days old, until [0-9]{4}-"
agent status
says "so does status" "^azure: client secret; sign-in of .*, until [0-9]{4}-"
agent status --output json
check "also as JSON" grep -q '"credentials_until": *"[0-9]' out

# --- every use gives another token, which is kept
first=$(stored)
agent reconcile
second=$(stored)
if [ -n "$second" ] && [ "$first" != "$second" ]; then ok "the token rotates"; else fail "the token rotates"; fi
is "the newest one is kept" "$(ctl azure-show sign-in | sed -n 's/.*"newest": *"\(.*\)".*/\1/p')" "$second"
ctl advance 80d >/dev/null
agent reconcile
exits 0 "used in time it goes on"
ctl advance 80d >/dev/null
agent reconcile
exits 0 "and on"

# --- the address that the browser is sent to, pasted on another host
rm -f sign-in.json login.txt
mkfifo keys
timeout 60 "$AGENT" login azure --port 0 >login.txt 2>login.err <keys &
pid=$!
exec 9>keys
wait_for 10 grep -q authorize login.txt
state=$(grep -m1 authorize login.txt | sed 's/.*state=\([^&]*\).*/\1/')
back=$(sed -n 's/^The browser comes back to \(http[^ ]*[0-9]\)\. .*/\1/p' login.txt)
check "a free port was found" grep -qE '^http://localhost:[0-9]{4,5}$' <<<"$back"
echo "$back/?code=x&state=somebody-elses" >&9
wait_for 5 grep -q "not the answer" login.err
is "an answer to another question is not taken" 0 $?
echo "$back/?error=access_denied&state=$state" >&9
exec 9>&-
wait "$pid"
is "a refusal in the browser ends it" 1 $?
check "and is told" grep -q "refused or given up" login.err
check "without a file" test ! -e sign-in.json

# --- wrong input
agent login aws
exits 64 "a cloud without such a sign-in is told apart"
agent login mars
exits 64 "an unknown one, too"
agent login azure --port 80
exits 64 "a port that is none of ours"
agent login
exits 64 "no cloud at all"
SIGN_IN='' yaml >agent.yaml
agent login azure
exits 1 "no file to keep it in"
says "says which setting it takes" "clouds.azure.sign_in"

# --- the person is lost: one finding, and the other jobs go on
yaml >agent.yaml
sign_in
lost() { # lost WHAT: the next run fails, and finds it
    agent reconcile
    exits 1 "$1: the run fails"
    is "$1: one finding" 1 "$(findings RUN-009)"
    agent findings
    says "$1: it names the remedy" "agent login azure"
    is "$1: the old token stays where it was" "$before" "$(stored)"
}
agent reconcile
before=$(stored)
ctl azure revoke >/dev/null
lost "password reset"
sign_in
agent reconcile
exits 0 "signing in again mends it"
is "and the finding goes" 0 "$(findings RUN-009)"
before=$(stored)
ctl azure need need=mfa >/dev/null
lost "second factor wanted"
ctl azure need need=nothing >/dev/null
ctl advance 91d >/dev/null
lost "unused for 91 days"

# --- the application alone: said once, at check and at start; listings and offers go on
cat >offers.csv <<EOF
Key,Offer ID
EOF
{
    SIGN_IN='' yaml
    cat <<EOF
  - {name: ms-offers, cloud: azure, kind: offer, source: offers, mode: observe, every: 5s,
     fields: {id: {column: Offer ID}, title: {column: Key}}}
EOF
} | sed 's/^jobs:/  offers: {type: csv, path: offers.csv, key: Key}\njobs:/' >agent.yaml
agent check
exits 0 "an account without a person is good"
is "check says once what it cannot do" 1 "$(grep -c "no referrals" err)"
agent plan ms-offers
exits 0 "offers are read"
says "all of them" "ms-offers .* [1-9][0-9]* at the cloud"
agent reconcile
exits 3 "with referrals the run is partial"
says "referrals ask for the sign-in" "need a person's sign-in"
timeout 30 "$AGENT" run 2>daemon.log &
PIDS+=($!)
wait_for 20 grep -q "no referrals" daemon.log
is "the daemon says it at its start" 0 $?
sleep 0.2
is "once" 1 "$(grep -c "no referrals" daemon.log)"
stop "${PIDS[-1]}"

# --- other ways to be the application
echo sandbox.federated.assertion >token
PROOF='federated_token_file: token' yaml >agent.yaml
agent check
exits 0 "a federated token is a way"
SIGN_IN='' PROOF='federated_token_file: token' yaml | sed '/name: ms-referrals/,$d' >agent.yaml
cat >>agent.yaml <<EOF
  - {name: ms-offers, cloud: azure, kind: offer, source: crm, mode: observe, every: 5s,
     fields: {id: {column: Microsoft Referral ID}, title: {column: Name}}}
EOF
agent plan
exits 0 "offers are read by it"
echo wrong >token
agent plan
exits 1 "the file is read again for each token"
says "and a wrong one is told" "AADSTS[0-9]+"

# With a key of its own; the host may have no openssl to make one.
one_proof() { # one_proof LINES: the offers' job alone, by that proof
    SIGN_IN='' PROOF=$1 yaml | sed '/name: ms-referrals/,$d'
    sed -n '/name: ms-offers/,$p' agent.yaml
}
if openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 30 -subj /CN=agent \
    >openssl.log 2>&1; then
    chmod 600 key.pem
    start_sandbox --azure-offers 3 --azure-certificate cert.pem
    for algorithm in PS256 RS256; do
        one_proof "certificate: cert.pem
    certificate_key: key.pem
    certificate_algorithm: $algorithm" >other.yaml
        agent plan --config other.yaml
        exits 0 "offers are read by a certificate, $algorithm"
    done
else
    echo "skip  no openssl: nobody makes a certificate"
fi
one_proof "client_secret: {env: AZURE_SECRET}
    token_endpoint: v1" >other.yaml
agent plan --config other.yaml
exits 0 "offers are read by a token of the older endpoint"
one_proof 'managed_identity: system' | sed '/client_id:/d' >other.yaml
UNRECORDED=yes # what a machine is told of itself is no published API's
IDENTITY_ENDPOINT=$URL/msi/token IDENTITY_HEADER=sandbox-identity-header \
    agent plan --config other.yaml
exits 0 "offers are read as the machine itself"
UNRECORDED=
one_proof 'client_secret: {env: NO_SECRET}' >other.yaml
NO_SECRET=guess agent plan --config other.yaml
exits 1 "a wrong secret is told"
says "with the remedy" "secret's value, not its id"
finish
