#!/bin/bash
# What the integration tests share. A test sources this file, does things to the real programs,
# says what must hold, and ends with `finish`.
#
#     AGENT, SANDBOX   the programs (build/agent, build/sandbox)
#     HAR_DIR          where to leave recordings of the HTTP traffic, one per run of agent; a test
#                      sets UNRECORDED while the sandbox says what no cloud would
#     KEEP             set: leave the working folder, and say where
#
# Each test works in a folder of its own, with an empty HOME and no account of the host's.
[ "${BASH_SOURCE[0]}" != "$0" ] || exit 0 # no test by itself
set -u

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
AGENT=$(realpath "${AGENT:-$ROOT/build/agent}")
SANDBOX=$(realpath "${SANDBOX:-$ROOT/build/sandbox}")
NAME=$(basename "$0" .sh)
PASSED=0 FAILED=0 RUNS=0 FINISHED=
PIDS=()

unset ${!AWS_*} ${!AZURE_*} ${!IDENTITY_*} ${!AGENT_*} ${!GOOGLE_*} ${!CLOUDSDK_*} ${!GCE_*} \
    http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY \
    JOURNAL_STREAM NOTIFY_SOCKET NO_COLOR
WORK=$(mktemp -d "${TMPDIR:-/tmp}/agent-$NAME.XXXXXX")
mkdir "$WORK/home"
export HOME=$WORK/home LC_ALL=C.UTF-8
export AWS_ACCESS_KEY_ID=AKIDSANDBOX AWS_SECRET_ACCESS_KEY=sandbox-secret
export AZURE_SECRET='s4n~d.b_o-x+se/cr=et' # tests/sandbox/azure/account.h
export AWS_EC2_METADATA_DISABLED=true # the host's own is none of a test's business
cd "$WORK" || exit 1

# --- processes ----------------------------------------------------------------------------------

clean_up() {
    local code=$?
    trap - EXIT
    exec 2>/dev/null # bash would tell of each that is killed
    [ ${#PIDS[@]} -eq 0 ] || kill -KILL "${PIDS[@]}"
    wait
    cd /
    if [ -n "${KEEP:-}" ]; then echo "left in $WORK"; else rm -rf "$WORK"; fi
    [ -n "$FINISHED" ] || { echo "$NAME: stopped before its end"; code=1; }
    exit $code
}
trap clean_up EXIT
trap 'exit 1' INT TERM

wait_for() { # wait_for SECONDS COMMAND…: true as soon as the command is
    local tries=$(($1 * 20))
    shift
    while [ $tries -gt 0 ]; do
        "$@" >/dev/null 2>&1 && return 0
        tries=$((tries - 1))
        sleep 0.05
    done
    return 1
}

stop() { # stop PID [SIGNAL]: and wait; the exit code is the program's
    kill -"${2:-TERM}" "$1" 2>/dev/null
    wait "$1" 2>/dev/null
}

stop_sandbox() {
    [ -z "${SANDBOX_PID:-}" ] || stop "$SANDBOX_PID"
    SANDBOX_PID=
}

start_sandbox() { # start_sandbox [OPTION…]: a fresh one, 1000 times the quotas, nothing reviewed
    stop_sandbox
    rm -f "$WORK/port"
    "$SANDBOX" serve --port 0 --port-file "$WORK/port" --catalog Sandbox --rate 1000 --task-ms 20 \
        "$@" >>"$WORK/sandbox.log" 2>&1 &
    SANDBOX_PID=$!
    PIDS+=("$SANDBOX_PID")
    wait_for 10 test -s "$WORK/port" || { cat "$WORK/sandbox.log"; exit 1; }
    URL=http://127.0.0.1:$(cat "$WORK/port")
    export AWS_ENDPOINT_URL_STS=$URL
}

ctl() { "$SANDBOX" ctl "$URL" "$@"; }

calls() { # calls OPERATION…: how often they were called, whatever the answer
    ctl stats | awk -v wanted=" $* " 'index(wanted, " " $1 " ") { sum += $3 } END { print sum + 0 }'
}

WRITES="CreateOpportunity UpdateOpportunity AssociateOpportunity DisassociateOpportunity
StartEngagementFromOpportunityTask SubmitOpportunity AssignOpportunity"
writes() { calls $WRITES; } # calls that write, refused ones included
duplicates() { ctl stats | awk '$1 == "duplicates" { print $2 }'; }
opportunities() { ctl stats | awk '$1 == "opportunities" { print $2 }'; }
document() { ctl show "$1"; } # document ID: all that the cloud holds of it

recording() { # recording: sets HAR to the options that record the next run
    HAR=()
    [ -n "${HAR_DIR:-}" ] && [ -z "${UNRECORDED:-}" ] || return 0
    RUNS=$((RUNS + 1))
    HAR=(--har "$HAR_DIR/$NAME-$RUNS.har")
}

agent() { # agent COMMAND…: output in out and err, exit code in CODE
    HAR=()
    case "${1:-} ${2:-}" in
    "plan "* | "reconcile "* | "doctor "*) recording ;;
    "offer list" | "offer show" | "referral list") ;; # these call nobody
    "offer "* | "referral "* | "webhook "*) recording ;;
    esac
    CODE=0
    timeout 60 "$AGENT" "$@" "${HAR[@]}" >out 2>err </dev/null || CODE=$?
    cat out err >>transcript
    # A run that called nobody has recorded nothing.
    [ ${#HAR[@]} -eq 0 ] || grep -qs '"request"' "${HAR[1]}" || rm -f "${HAR[1]}"
}

# --- verdicts -----------------------------------------------------------------------------------

ok() {
    PASSED=$((PASSED + 1))
    echo "ok    $1"
}

fail() { # fail TEXT [DETAIL]
    FAILED=$((FAILED + 1))
    echo "FAIL  $1"
    [ -z "${2:-}" ] || printf '%s\n' "$2" | head -40 | sed 's/^/        /'
}

said() { # what the last agent said
    echo "exit $CODE"
    head -c 3000 out
    head -c 2000 err
}

is() { # is TEXT WANTED GOT
    if [ "$2" = "$3" ]; then ok "$1"; else fail "$1" "wanted: $2
got:    $3"; fi
}

check() { # check TEXT COMMAND…: the command succeeds
    local text=$1
    shift
    if "$@" >check.log 2>&1; then ok "$text"; else fail "$text" "$* ($(head -c 1000 check.log))
$(diff_hint "$@")"; fi
}

diff_hint() { [ "$1" = cmp ] && diff "${@: -2}" | head -20; }

exits() { # exits CODE TEXT: the last agent did
    if [ "$CODE" -eq "$1" ]; then ok "$2"; else fail "$2 (exit $1)" "$(said)"; fi
}

says() { # says TEXT PATTERN: in what the last agent said
    if grep -qE -- "$2" out err; then ok "$1"; else fail "$1: /$2/" "$(said)"; fi
}

says_not() {
    if grep -qE -- "$2" out err; then
        fail "$1: /$2/" "$(grep -hE -- "$2" out err)"
    else
        ok "$1"
    fi
}

finish() {
    FINISHED=yes
    echo "$NAME: $PASSED passed, $FAILED failed"
    [ $FAILED -eq 0 ] && [ $PASSED -gt 0 ]
    exit
}

valid_json() { # valid_json FILE
    [ -s "$1" ] || return 1
    if command -v jq >/dev/null; then
        jq -e . "$1" >/dev/null
    elif command -v python3 >/dev/null; then
        python3 -m json.tool "$1" >/dev/null
    else # brackets that fit, outside of texts
        sed 's/\\.//g; s/"[^"]*"//g' "$1" | awk '
            { for (i = 1; i <= length($0); i++) { c = substr($0, i, 1)
                if (c ~ /[[{]/) open = open c
                else if (c ~ /[]}]/) {
                    last = substr(open, length(open)); open = substr(open, 1, length(open) - 1)
                    if ((c == "]") != (last == "[")) bad = 1 } } }
            END { exit bad || open != "" || NR == 0 }'
    fi
}

# --- CSV ----------------------------------------------------------------------------------------

# Reads CSV as spreadsheets write it. WANT: print that column of the rows that fit FIT ("A=x" per
# line). Or SET: put that text into column WANT of these rows; every other byte stays.
CSV_FIELDS='
function fields(text,   i, c, quoted, start) {
    count = 0; start = 1; quoted = 0
    for (i = 1; i <= length(text) + 1; i++) {
        c = substr(text, i, 1)
        if (c == "\"") quoted = !quoted
        if (i > length(text) || (c == "," && !quoted)) {
            raw[++count] = substr(text, start, i - start); start = i + 1
            cell[count] = raw[count]
            if (cell[count] ~ /^".*"$/) {
                cell[count] = substr(cell[count], 2, length(cell[count]) - 2)
                gsub(/""/, "\"", cell[count])
            }
        }
    }
}'
CSV_AWK=$CSV_FIELDS'
function fits(   i, at, name) {
    for (i = 1; i <= conditions; i++) {
        at = index(condition[i], "="); name = substr(condition[i], 1, at - 1)
        if (!(name in column)) { print "no column " name >"/dev/stderr"; exit 1 }
        if (cell[column[name]] != substr(condition[i], at + 1)) return 0
    }
    return 1
}
BEGIN { conditions = split(ENVIRON["FIT"], condition, "\n"); want = ENVIRON["WANT"]
        setting = ENVIRON["SETTING"] != ""; value = ENVIRON["SET"]
        if (value ~ /[",\n]/) { gsub(/"/, "\"\"", value); value = "\"" value "\"" } }
{
    record = pending $0
    if (gsub(/"/, "\"", record) % 2) { pending = record "\n"; next }
    pending = ""; end = ""
    if (record ~ /\r$/) { end = "\r"; record = substr(record, 1, length(record) - 1) }
    fields(record)
    if (!header) {
        header = 1
        sub(/^\357\273\277/, "", cell[1])
        for (i = 1; i <= count; i++) column[cell[i]] = i
        if (want != "" && !(want in column)) { print "no column " want >"/dev/stderr"; exit 1 }
        if (setting) print record end
        next
    }
    fit = fits()
    if (!setting) { if (fit) print (want == "" ? record : cell[column[want]]); next }
    if (!fit) { print record end; next }
    raw[column[want]] = value
    line = raw[1]
    for (i = 2; i <= count; i++) line = line "," raw[i]
    print line end
}'

csv() { # csv FILE COLUMN [NAME=VALUE…]: that column of the rows that fit; COLUMN "": whole rows
    local file=$1 want=$2
    shift 2
    LC_ALL=C WANT=$want FIT=$(printf '%s\n' "$@") awk "$CSV_AWK" "$file"
}

csv_count() { # csv_count FILE [NAME=VALUE…]
    local file=$1
    shift
    csv "$file" "" "$@" | grep -c ''
}

cell() { csv "${CRM:-crm.csv}" "$2" "Opportunity ID=$1"; } # cell KEY COLUMN

edit_cell() { # edit_cell KEY COLUMN TEXT: as a spreadsheet would, through a new file
    LC_ALL=C WANT=$2 FIT="Opportunity ID=$1" SETTING=1 SET=$3 awk "$CSV_AWK" crm.csv >crm.new &&
        mv crm.new crm.csv
}

status() { # status COLUMN: of the job
    "$AGENT" status --output csv >status.csv && csv status.csv "$1" job=referrals
}

findings() { # findings CODE: how many are open
    "$AGENT" findings --output csv >findings.csv && csv_count findings.csv code="$1"
}

held() { # held ACTION [NAME=VALUE…]: ids of the changes of the last plan --output csv
    local action=$1
    shift
    csv out change action="$action" "$@" | sort -u
}

# --- data ---------------------------------------------------------------------------------------

HEADER="Opportunity ID,Name,Account,Website,Industry,Country,State,City,Zip,Stage,Close Date,\
Amount (MRR),Currency,Next Step,Description,Use Case,Co-sell,Contact First,Contact Last,\
Contact Email,Contact Phone,Contact Title,Loss Reason,AWS Opportunity ID,AWS Status,Solution,\
Last Modified"

days() { date -u -d "$1 days" +%F; } # days +90

deal() { # deal NUMBER: a row that the cloud takes; NUMBER has three digits. GAP: cells of an offer
    printf '%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s'"${GAP:-}"',%s,%s,%s,%s\n' \
        "D-$1" "\"Archive move, part $1\"" "Company $1" "https://www.company-$1.example" Retail \
        "United States" Ohio Columbus 43004 Discovery "$(days +90)" \
        "$((10#$1 * 100 + 1000)).00" USD \
        "Call \"\"Jo\"\" back" \
        '"The archive fills two halls, and nobody finds anything in it."' \
        "Storage & Backup" yes Ada "Long $1" "ada@company-$1.example" +16145550100 CTO "" "" "" \
        S-2000001 "" | sed 's/,Call \(.*\) back,/,"Call \1 back",/'
}

deals() { # deals N: crm.csv with D-001 … D-N
    local i
    {
        echo "$HEADER"
        for ((i = 1; i <= $1; i++)); do deal "$(printf %03d "$i")"; done
    } >crm.csv
}

# Configuration of one job. Knobs: MODE, WRITE, SOURCE (a line of source options), FILE, OWNER (of
# stage, close_date, next_steps, spend), MATCH, CREATE, SUBMIT, LIMITS, ALLOW, CLOUD (lines), TOP
# (lines).
config() {
    local limits='{max_share: 100%}' when='{when: {column: Co-sell, equals: "yes"}}'
    local match='[id, partner_reference, {website: exact, title: close}]'
    cat <<EOF
version: 1
store: {path: agent.db}
net: {quota_share: 100000%}
${TOP:-}
clouds:
  aws:
    catalog: Sandbox
    endpoint_url: $URL
${CLOUD:-}
sources:
  crm:
    path: ${FILE:-crm.csv}
    key: Opportunity ID
    write: ${WRITE:-in-place}
    null_words: [null, N/A]
    currency: USD
    ${SOURCE:-type: csv}
jobs:
  - name: referrals
    cloud: aws
    kind: referral
    source: crm
    every: 5s
    mode: ${MODE:-apply}
    fields:
      id: {column: AWS Opportunity ID}
      status: {column: AWS Status}
      title: {column: Name, owner: local}
      company: {column: Account, owner: local}
      website: {column: Website, owner: local}
      industry:
        column: Industry
        owner: ${OWNER:-ask}
        values: {High Tech: Software and Internet, Banking & Insurance: Financial Services,
                 Wholesale: Wholesale and Distribution}
      country: {column: Country, owner: ${OWNER:-ask}}
      state: {column: State, owner: ${OWNER:-ask}}
      city: {column: City, owner: ${OWNER:-ask}}
      postal_code: {column: Zip, owner: ${OWNER:-ask}}
      stage:
        column: Stage
        owner: ${OWNER:-ask}
        values: {Lead: prospect, Discovery: qualified, Proposal: business_validation,
                 Evaluation: technical_validation, Negotiation: business_validation,
                 Verbal: committed, Closed Won: won, Closed Lost: lost}
      close_date: {column: Close Date, owner: ${OWNER:-ask}}
      spend: {column: Amount (MRR), currency_column: Currency, owner: ${OWNER:-ask}}
      next_steps: {column: Next Step, owner: ${OWNER:-ask}}
      problem: {column: Description, owner: ${OWNER:-ask}}
      use_case: {column: Use Case, owner: ${OWNER:-ask}}
      contact_first_name: {column: Contact First, owner: ${OWNER:-ask}}
      contact_last_name: {column: Contact Last, owner: ${OWNER:-ask}}
      contact_email: {column: Contact Email, owner: ${OWNER:-ask}}
      contact_phone: {column: Contact Phone, owner: ${OWNER:-ask}}
      contact_title: {column: Contact Title, owner: ${OWNER:-ask}}
      lost_reason: {column: Loss Reason, owner: ${OWNER:-ask}}
      solutions: {column: Solution, owner: ${OWNER:-ask}}
      delivery_models: {value: SaaS or PaaS}
      marketing_source: {value: None}
      needs: {value: Co-Sell - Technical Consultation}
      sales_activities: {value: Initialized discussions with customer}
      involvement: {value: co_sell}
      visibility: {value: full}
    match: ${MATCH:-$match}
    ${CREATE-create: $when}
    ${SUBMIT-submit: $when}
    limits: ${LIMITS:-$limits}
    allow: [${ALLOW-submit}]
EOF
}

# The section clouds.azure. Knobs: PROOF (a line), SIGN_IN (a line; "" for none), AZURE (lines).
azure() {
    cat <<EOF
  azure:
    tenant: 11111111-2222-4333-8444-555555555555
    client_id: aaaaaaaa-0000-4000-8000-000000000001
    ${PROOF-client_secret: {env: AZURE_SECRET\}}
    ${SIGN_IN-sign_in: sign-in.json}
    referral_role: admin
    endpoint_url: $URL
    write_pause: 10ms
    job_poll: 200ms
${AZURE:-}
EOF
}

# Google's account at the sandbox (tests/sandbox/gcp/account.h). GCP_PROOF: the line that says where
# credentials come from, GCP: more lines.
gcp() {
    cat <<EOF
  gcp:
    project: sandbox-partner
    provider: DEMO-sandbox-partner
    partner: partners/C0sandbox1
    subject: admin@sandbox.example
    ${GCP_PROOF-credentials: {file: gcp.json\}}
    endpoint_url: $URL
    publish_poll: 200ms
${GCP:-}
EOF
}

gcp_file() { # gcp_file TYPE [MEMBER=VALUE…]: gcp.json, a credential file that leads to the sandbox
    (umask 077; ctl gcp-show credentials "type=$1" "${@:2}" >gcp.json)
}

# A job of Microsoft's referrals from the same file. Knobs as for config, with a prefix where both
# may be wanted: MS_MODE, MS_GATES (lines).
azure_job() {
    cat <<EOF
  - name: ms-referrals
    cloud: azure
    kind: referral
    source: crm
    every: 5s
    mode: ${MS_MODE:-apply}
    fields:
      id: {column: Microsoft Referral ID}
      status: {column: Microsoft Status}
      cloud_reference: {column: Microsoft Deal ID}
      title: {column: Name, owner: local}
      company: {column: Account, owner: local}
      country: {column: Country}
      state: {column: State}
      city: {column: City}
      postal_code: {column: Zip}
      stage:
        column: Stage
        owner: newest
        values: {Lead: prospect, Discovery: qualified, Proposal: business_validation,
                 Evaluation: technical_validation, Negotiation: business_validation,
                 Verbal: committed, Closed Won: won, Closed Lost: lost}
      close_date: {column: Close Date, owner: newest}
      contract_value: {column: Amount (MRR), currency_column: Currency, owner: newest}
      comments: {column: Description, owner: newest}
      contact_first_name: {column: Contact First}
      contact_last_name: {column: Contact Last}
      contact_email: {column: Contact Email}
      owner_first_name: {value: Sam}
      owner_last_name: {value: Seller}
      owner_email: {value: seller@sandbox.example}
      solutions: {value: SOL-34104-EBB}
      needs: {value: CustomerTechnicalArchitecture}
      involvement: {value: co_sell}
    match: [id, partner_reference]
    limits: {max_share: 100%}
${MS_GATES-    create: {when: {column: Microsoft Co-sell, equals: "yes"\}\}
    submit: {when: {column: Microsoft Co-sell, equals: "yes"\}\}
    allow: [submit, close]}
EOF
}

# A job of Google's co-sell from the same file.
gcp_job() {
    cat <<EOF
  - name: google-referrals
    cloud: gcp
    kind: referral
    source: crm
    every: 5s
    mode: apply
    fields:
      id: {column: Google Deal ID}
      status: {column: Google Status}
      title: {column: Name, owner: local}
      company: {column: Account, owner: local}
      website: {column: Website, owner: local}
      country: {column: Country, owner: local}
      city: {column: City, owner: local}
      close_date: {column: Close Date, owner: local}
      contract_value: {column: Amount (MRR), currency_column: Currency, owner: local}
      problem: {column: Description, owner: local}
      next_steps: {column: Next Step, owner: local}
      employees: {value: 250}
      industry: {value: SOFTWARE}
      sales_region: {value: NORTH_AMERICA}
      contract_months: {value: 12}
      opportunity_type: {value: new}
      contact_wanted: {value: "yes"}
      cloud_products: {value: GOOGLE_CLOUD_PLATFORM}
      needs: {value: TECH}
      delivery_models: {value: SAAS_ON_GOOGLE_CLOUD}
      contract_vehicle: {value: CLOUD_MARKETPLACE}
      legal_accepted: {value: "yes"}
    match: [id, partner_reference]
    limits: {max_share: 100%}
    create: {when: {column: Google Co-sell, equals: "yes"}}
EOF
}

# A person signs in for the configuration in agent.yaml; the exit code is agent's.
sign_in() {
    local pid address
    rm -f login.txt
    recording
    timeout 60 "$AGENT" login azure --port 0 "${HAR[@]}" >login.txt 2>login.err </dev/null &
    pid=$!
    wait_for 10 grep -q authorize login.txt || { cat login.txt login.err; return 1; }
    address=$(grep -m1 authorize login.txt)
    ctl browse "$address" >browser.txt 2>&1
    wait "$pid"
}

configure() { config >agent.yaml; } # VARIABLE=value configure

# linked N: a cloud that holds exactly the N deals of crm.csv, approved, both sides in step.
linked() {
    local id
    rm -f agent.db* ./*.needs-review.csv ./*.changes.csv
    start_sandbox --referrals 0
    deals "$1"
    SUBMIT='' configure # as if handed over: waiting for that takes seconds
    agent reconcile
    configure
    for id in $(ctl ids); do
        ctl review "$id" Approved >/dev/null
    done
    agent reconcile
    agent plan
    [ "$CODE" -eq 0 ] && [ "$(opportunities)" = "$1" ] && [ "$(status linked)" = "$1" ] && {
        ctl reset-stats >/dev/null
        return
    }
    echo "the starting point could not be made:"
    said
    exit 1
}

id_of() { cell "$1" "AWS Opportunity ID"; } # id_of KEY
