#!/bin/bash
# The chain of credentials where it needs the network: roles, web identity, container and instance.
. "$(dirname "$0")/lib.sh"

unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
export AWS_MAX_ATTEMPTS=2
[ -n "${HAR_DIR:-}" ] || export HAR_DIR=$WORK # recordings are looked through as well
ROLE=arn:aws:iam::111122223333:role

restart() { # restart [OPTION…]
    start_sandbox --referrals 3 "$@"
    configure
}

works() { # works TEXT OPERATION…: the cloud is read, and each of these was called once
    local text=$1 operation
    shift
    rm -f agent.db*
    ctl reset-stats >/dev/null
    agent plan --output json --full
    exits 0 "$text"
    check "$text: the cloud was read" grep -q '"read": "complete"' out
    for operation; do
        is "$text: $operation" 1 "$(calls "$operation")"
    done
}

refused() { # refused TEXT PATTERN
    rm -f agent.db*
    agent plan
    exits 1 "$1"
    says "$1: says what is wrong" "$2"
}

deals 0
restart
mkdir "$HOME/.aws"
cat >"$HOME/.aws/credentials" <<EOF
[keys]
aws_access_key_id = AKIDSANDBOX
aws_secret_access_key = sandbox-secret
EOF
cat >"$HOME/.aws/config" <<EOF
[profile seller]
role_arn = $ROLE/Seller
source_profile = keys
[profile twice]
role_arn = $ROLE/Second
role_session_name = second
source_profile = seller
[profile circle]
role_arn = $ROLE/Circle
source_profile = back
[profile back]
role_arn = $ROLE/Back
source_profile = circle
[profile itself]
role_arn = $ROLE/Itself
source_profile = itself
aws_access_key_id = AKIDSANDBOX
aws_secret_access_key = sandbox-secret
[profile external]
role_arn = $ROLE/External
source_profile = keys
external_id = sandbox-external-id
duration_seconds = 900
[profile stranger]
role_arn = $ROLE/External
source_profile = keys
[profile denied]
role_arn = $ROLE/Denied
source_profile = keys
[profile device]
role_arn = $ROLE/Seller
source_profile = keys
mfa_serial = arn:aws:iam::111122223333:mfa/jo
[profile env]
role_arn = $ROLE/Seller
credential_source = Environment
[profile ecs]
role_arn = $ROLE/Seller
credential_source = EcsContainer
[profile ec2]
role_arn = $ROLE/Seller
credential_source = Ec2InstanceMetadata
[profile both]
role_arn = $ROLE/Seller
credential_source = Environment
source_profile = keys
[profile web]
role_arn = $ROLE/Web
web_identity_token_file = $WORK/token
[profile on-web]
role_arn = $ROLE/Seller
source_profile = web
EOF

# --- roles --------------------------------------------------------------------------------------

export AWS_PROFILE
AWS_PROFILE=seller works "a role" AssumeRole
AWS_PROFILE=itself works "a profile that is its own source" AssumeRole
AWS_PROFILE=external works "a role with an external id" AssumeRole
AWS_PROFILE=twice works "a role by a role"
is "a role by a role: two calls" 2 "$(calls AssumeRole)"
CLOUD='    profile: seller' configure
AWS_ACCESS_KEY_ID=nothing AWS_SECRET_ACCESS_KEY=nothing works "a role of our own profile" AssumeRole
configure
AWS_PROFILE=circle refused "a circle" 'circle → back → circle'
AWS_PROFILE=stranger refused "a role without its external id" 'AccessDenied.*sts:AssumeRole'
AWS_PROFILE=denied refused "a role that trusts nobody" "AccessDenied.*& <nobody> else's"
AWS_PROFILE=device refused "a role that wants a code" 'mfa_serial'
AWS_PROFILE=both refused "two sources" 'both source_profile and credential_source'
AWS_PROFILE=ghost refused "a profile that is not there" '"ghost"'
unset AWS_PROFILE
export AWS_REGION=eu-central-1
CLOUD='    profile: seller' configure
works "a role in another region" AssumeRole
unset AWS_REGION
AWS_REGION='evil.example/' refused "a region that is none" 'not the name of a region'

ctl fault "500:AssumeRole:1" >/dev/null
rm -f agent.db*
agent plan
exits 0 "a failure of STS is tried again"
ctl no-faults >/dev/null
ctl fault "expired:ListOpportunities:1" >/dev/null
ctl reset-stats >/dev/null
agent plan --full
exits 0 "keys that ended early are fetched anew"
is "by another call of STS" 2 "$(calls AssumeRole)"

# A role by keys of the environment: the environment itself would come first without our profile.
CLOUD='    profile: env' configure
AWS_ACCESS_KEY_ID=AKIDSANDBOX AWS_SECRET_ACCESS_KEY=sandbox-secret \
    works "a role by keys of the environment" AssumeRole
refused "a role whose source has no keys" 'source \(Environment\) has no keys'

# --- web identity -------------------------------------------------------------------------------

configure
echo sandbox.web.identity >token
AWS_WEB_IDENTITY_TOKEN_FILE=$WORK/token AWS_ROLE_ARN=$ROLE/Web \
    works "web identity by the environment" AssumeRoleWithWebIdentity
AWS_WEB_IDENTITY_TOKEN_FILE=$WORK/token refused "a token without a role" 'AWS_ROLE_ARN'
CLOUD='    profile: web' configure
works "web identity by a profile" AssumeRoleWithWebIdentity
CLOUD='    profile: on-web' configure
works "a role by a web identity" AssumeRoleWithWebIdentity AssumeRole
CLOUD='    profile: web' configure
echo expired.token >token
refused "an expired token" 'ExpiredTokenException'
echo other.token >token
refused "a wrong token" 'InvalidIdentityToken.*renew'
rm token
refused "a token that is not there" 'token'
echo sandbox.web.identity >token

# The doctor tells whose keys they are, and which part of the chain gave them.
CLOUD='    profile: on-web' configure
agent doctor -o csv
exits 0 "the doctor finds nothing wrong"
says "who we are" 'GetCallerIdentity,ok,arn:aws:sts::111122223333:assumed-role/Seller/agent-'
says "by which keys, for how long" 'credentials,ok,"profile on-web \(role Seller\), until 20'

# --- container ----------------------------------------------------------------------------------

configure
export AWS_CONTAINER_CREDENTIALS_FULL_URI=$URL/v1/credentials
export AWS_CONTAINER_AUTHORIZATION_TOKEN=sandbox-container-token
works "a container" ContainerKeys
printf sandbox-container-token >bearer
AWS_CONTAINER_AUTHORIZATION_TOKEN=wrong AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=$WORK/bearer \
    works "the token's file goes first" ContainerKeys
printf 'sandbox-container-token\r\nX-Evil: 1' >bearer
AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=$WORK/bearer refused "a token of two lines" 'line break'
AWS_CONTAINER_CREDENTIALS_FULL_URI=http://192.0.2.1/v1/credentials \
    refused "another host without TLS" 'another host'
AWS_CONTAINER_AUTHORIZATION_TOKEN=wrong refused "a wrong token" 'status 401'
CLOUD='    profile: ecs' configure
works "a role by a container" ContainerKeys AssumeRole
configure
AWS_CONTAINER_CREDENTIALS_FULL_URI=$URL/v2/credentials/sandbox-task works "ECS" ContainerKeys
unset AWS_CONTAINER_CREDENTIALS_FULL_URI AWS_CONTAINER_AUTHORIZATION_TOKEN

# --- instance -----------------------------------------------------------------------------------

unset AWS_EC2_METADATA_DISABLED
export AWS_EC2_METADATA_SERVICE_ENDPOINT=$URL
works "an instance" InstanceToken InstanceRole InstanceKeys
AWS_EC2_METADATA_DISABLED=true refused "instance metadata that is disabled" 'no AWS credentials'
CLOUD='    profile: ec2' configure
works "a role by an instance" InstanceKeys AssumeRole
restart --metadata-v1
export AWS_EC2_METADATA_SERVICE_ENDPOINT=$URL
works "an instance of version 1" InstanceToken InstanceRole InstanceKeys
says "which is said" 'no token of version 2'
AWS_EC2_METADATA_V1_DISABLED=true refused "version 1, disabled" 'version 1 is disabled'
restart --session-seconds 900
export AWS_EC2_METADATA_SERVICE_ENDPOINT=$URL
works "keys of a quarter of an hour" InstanceKeys
AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:9 refused "no metadata" 'no AWS credentials'

# --- a wrong clock ------------------------------------------------------------------------------

restart --skew 1800000
CLOUD='    profile: seller' configure
works "a role, and a clock that is half an hour off"
is "the signature was corrected once" 2 "$(calls AssumeRole)"

# --- nothing leaves -----------------------------------------------------------------------------

agent plan --verbose --full
for secret in sandbox-secret temporary/ session+token/ session%2Btoken 'session+token\\/' \
    sandbox.web.identity sandbox-container-token metadata-session; do
    is "no secret in what was said, stored and recorded: $secret" "" \
        "$(grep -rlaF -- "$secret" transcript out err agent.db* "$HAR_DIR"/$NAME-*.har)"
done
check "calls of STS were recorded" grep -q 'Action=AssumeRole&' "$HAR_DIR"/$NAME-*.har
check "and those with a web identity" grep -q 'WebIdentityToken=REDACTED' "$HAR_DIR"/$NAME-*.har
is "without the signature" 0 "$(cat "$HAR_DIR"/$NAME-*.har | grep -cE 'Signature=[0-9a-f]{64}')"
is "nor whole key ids" 0 "$(cat "$HAR_DIR"/$NAME-*.har | grep -cE 'ASIA[A-Z2-7]{16}')"
finish
