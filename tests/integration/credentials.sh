#!/bin/bash
# Where credentials come from, what is said when they are wrong, and that no secret leaves.
. "$(dirname "$0")/lib.sh"

KEY=AKIDSANDBOX SECRET='S3cr3t/that+leaves=nowhere' TOKEN='T0ken/that+leaves=nowhere'
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
export AWS_MAX_ATTEMPTS=2
[ -n "${HAR_DIR:-}" ] || export HAR_DIR=$WORK # recordings are looked through as well

start_sandbox --referrals 3 --secret "$SECRET"
deals 0
configure

works() { # works TEXT
    rm -f agent.db*
    agent plan --output json
    exits 0 "$1"
    check "$1: the cloud was read" grep -q '"read": "complete"' out
}

refused() { # refused TEXT PATTERN
    rm -f agent.db*
    agent plan
    exits 1 "$1"
    says "$1: says what to do" "$2"
}

# --- environment --------------------------------------------------------------------------------

refused "no credentials" 'AWS_ACCESS_KEY_ID|profile'
export AWS_ACCESS_KEY_ID=$KEY AWS_SECRET_ACCESS_KEY=$SECRET
works "from the environment"
AWS_SECRET_ACCESS_KEY=Wr0ng/that+leaves=nowhere \
    refused "a wrong secret" 'secret|signature|credentials'
AWS_ACCESS_KEY_ID=AKIDUNKNOWN refused "a key that there is not" 'key|token|credentials'
unset AWS_ACCESS_KEY_ID
refused "half of a key" 'AWS_ACCESS_KEY_ID'
unset AWS_SECRET_ACCESS_KEY

# --- shared files -------------------------------------------------------------------------------

mkdir "$HOME/.aws"
printf '[default]\naws_access_key_id = AKIDUNKNOWN\naws_secret_access_key = nothing\n\n' \
    >"$HOME/.aws/credentials"
printf '[alliance]\naws_access_key_id=%s\naws_secret_access_key = %s\n' $KEY "$SECRET" \
    >>"$HOME/.aws/credentials"
AWS_PROFILE=alliance works "a profile by \$AWS_PROFILE"
CLOUD='    profile: alliance' configure
works "a profile by the configuration"
AWS_ACCESS_KEY_ID=AKIDUNKNOWN AWS_SECRET_ACCESS_KEY=nothing \
    works "a profile in the configuration comes before the environment"
CLOUD='    profile: aliance' configure
refused "a profile that there is not" 'aliance'
cp "$HOME/.aws/credentials" elsewhere
rm "$HOME/.aws/credentials"
CLOUD='    profile: alliance' configure
AWS_SHARED_CREDENTIALS_FILE=elsewhere works "\$AWS_SHARED_CREDENTIALS_FILE"

# --- a process ----------------------------------------------------------------------------------

cat >helper <<EOF
#!/bin/sh
echo called >>"$WORK/helper.calls"
printf '{"Version":1,"AccessKeyId":"%s","SecretAccessKey":"%s"%s}' $KEY '$SECRET' "\$1"
EOF
chmod +x helper
printf '[profile alliance]\ncredential_process = "%s/helper"\n' "$WORK" >"$HOME/.aws/config"
works "credential_process"
printf '#!/bin/sh\necho "cannot reach the vault" >&2\nexit 3\n' >helper
refused "a process that fails" 'cannot reach the vault|exit|status 3'
printf '#!/bin/sh\necho "{\\"SecretAccessKey\\":\\"%s\\""\n' "$SECRET" >helper
refused "a process that says nonsense" 'JSON|helper|credential_process'
rm helper
refused "a process that is not there" 'helper'
rm "$HOME/.aws/config"

# --- a session ----------------------------------------------------------------------------------

export AWS_ACCESS_KEY_ID=$KEY AWS_SECRET_ACCESS_KEY=$SECRET
start_sandbox --referrals 3 --secret "$SECRET" --session-token "$TOKEN"
configure
refused "a session without its token" 'token|credentials'
export AWS_SESSION_TOKEN=$TOKEN
works "a session token"
AWS_SESSION_TOKEN=Wr0ngToken/that+leaves=nowhere refused "a wrong session token" 'token|credentials'
start_sandbox --referrals 3 --secret "$SECRET" --session-token "$TOKEN" \
    --expires "$(date -u -d '-1 hour' +%FT%TZ)"
configure
refused "an expired session" 'expired'

# A process that hands out a session that ends is asked again.
start_sandbox --referrals 3 --secret "$SECRET" --session-token "$TOKEN"
CLOUD='    profile: alliance' configure
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
cat >helper <<EOF
#!/bin/sh
echo called >>"$WORK/helper.calls"
printf '{"Version":1,"AccessKeyId":"%s","SecretAccessKey":"%s",' $KEY '$SECRET'
printf '"SessionToken":"%s","Expiration":"%s"}' '$TOKEN' "\$(date -u -d '+1 hour' +%FT%TZ)"
EOF
chmod +x helper
printf '[profile alliance]\ncredential_process = "%s/helper"\n' "$WORK" >"$HOME/.aws/config"
rm -f helper.calls
works "a session from a process"
is "the process is asked once a run" 1 "$(grep -c '' helper.calls)"
ctl fault "expired:ListOpportunities:1" >/dev/null
rm -f helper.calls
agent plan --full
exits 0 "a token that ended early is fetched anew"
is "once" 2 "$(grep -c '' helper.calls)"

# --- a wrong clock ------------------------------------------------------------------------------

start_sandbox --referrals 3 --secret "$SECRET" --session-token "$TOKEN" --skew 1800000
CLOUD='    profile: alliance' configure
works "a clock that is half an hour off"

# --- nothing leaves -----------------------------------------------------------------------------

agent plan --verbose --full
for secret in "$SECRET" "$TOKEN" 'Wr0ng/that+leaves=nowhere' 'Wr0ngToken/that+leaves=nowhere'; do
    for text in "$secret" "$(printf %s "$secret" | sed 's|/|\\/|g')" \
        "$(printf %s "$secret" | sed 's|/|%2F|g; s|+|%2B|g; s|=|%3D|g')"; do
        is "no secret in what was said, stored and recorded" "" \
            "$(grep -rlaF -- "$text" transcript out err agent.db* "$HAR_DIR"/$NAME-*.har)"
    done
done
check "requests were recorded" grep -q 'ListOpportunities' "$HAR_DIR"/$NAME-*.har
is "without the signature" 0 "$(cat "$HAR_DIR"/$NAME-*.har | grep -cE 'Signature=[0-9a-f]{64}')"
finish
