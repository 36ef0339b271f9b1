#!/bin/bash
# What the cloud's sellers propose: taken into the CRM as a deal, accepted or rejected by a person or
# a rule, and kept with the opportunity that comes of it.
. "$(dirname "$0")/lib.sh"

ADDED="AWS Stage,AWS Score,Members,Invitation Ends,Reject,Owner,Owner First,Owner Last,Answer"

# inviting: the configuration; knobs as those of config.
inviting() {
    config | sed 's/^      status: .*/&\
      cloud_stage: {column: AWS Stage}\
      cloud_score: {column: AWS Score}\
      members: {column: Members}\
      expires: {column: Invitation Ends}\
      reject_reason: {column: Reject}\
      owner_email: {column: Owner}\
      owner_first_name: {column: Owner First}\
      owner_last_name: {column: Owner Last}/
    s/^    limits:/    import: {when: {field: status, equals: invited}}\
    accept: {when: {column: Answer, equals: "yes"}}\
    reject: {when: {column: Answer, equals: "no"}}\
&/'
}

begin() { # begin: an empty CRM and a cloud that proposes nothing yet
    rm -f agent.db* ./*.needs-review.csv ./*.changes.csv
    start_sandbox --referrals 0
    echo "$HEADER,$ADDED" >crm.csv
    SUBMIT='' inviting >agent.yaml
}

invited() { ctl invite "$@" | cut -d' ' -f1; }
rows() { csv_count crm.csv "Name=$1"; }
of() { csv crm.csv "$2" "Name=$1"; } # of NAME COLUMN
answers() { calls StartEngagementByAcceptingInvitationTask RejectEngagementInvitation; }

# --- imported, accepted by command --------------------------------------------------------------

begin
ONE=$(invited "Fleet telemetry" "Northwind Couriers")
agent plan
exits 2 "a plan with an invitation"
says "shows whose it is" 'import +'"$ONE"
agent reconcile
exits 0 "it is taken in"
is "as a row" 1 "$(rows "Fleet telemetry")"
is "with its company and state" "Northwind Couriers invited $ONE" \
    "$(of "Fleet telemetry" Account) $(of "Fleet telemetry" "AWS Status") $(
        of "Fleet telemetry" "AWS Opportunity ID")"
is "the deadline is a finding" 1 "$(findings REF-020)"
agent findings
says "with the days that are left" 'expires on .*, in 1[45] days'
cp crm.csv before.csv
ctl reset-stats >/dev/null
for run in 1 2; do agent reconcile; done
check "it is not taken in twice" cmp crm.csv before.csv
is "nothing is answered by itself" 0 "$(answers)"
is "its fixed values wait without a word" 0 "$(findings REF-022)"
edit_cell "$ONE" "Next Step" "Too early"
agent reconcile
is "an edit of an invitation is a finding" 1 "$(findings REF-022)"
edit_cell "$ONE" "Next Step" ""
agent reconcile
is "taken back, it is gone" 0 "$(findings REF-022)"
edit_cell "$ONE" "Opportunity ID" CRM-1
agent plan
says "the CRM gives the row a key of its own" "its key changed from $ONE to CRM-1"
agent reconcile
exits 0 "the pair goes on with it"
is "as one row" "1 CRM-1" "$(rows "Fleet telemetry") $(of "Fleet telemetry" "Opportunity ID")"
is "without a question" "1 0 0" "$(status linked) $(findings MAT-002) $(findings MAT-004)"
agent why "$ONE"
says "why knows the old one" "its key changed from $ONE to CRM-1"
agent referral list --state invited
says "the list shows it" "$ONE.*Northwind Couriers"

agent referral accept engi-nobodyhasit
exits 1 "an invitation that is not there"
agent referral accept "$ONE" --won
exits 64 "an option of another verb"
agent referral accept "$ONE" --dry-run
is "a dry run accepts nothing" "2 0" "$CODE $(answers)"
agent referral accept "$ONE"
exits 0 "accepted by command"
agent reconcile
DEAL=$(of "Fleet telemetry" "AWS Opportunity ID")
is "the row goes on with the opportunity" "1 O approved" \
    "$(rows "Fleet telemetry") ${DEAL:0:1} $(of "Fleet telemetry" "AWS Status")"
is "which is one" "1 1" "$(answers) $(opportunities)"
is "the deadline is gone" 0 "$(findings REF-020)"
agent referral accept "$ONE"
exits 1 "accepted is accepted"
agent reconcile --full
is "what the cloud's sellers think is in the row" "Not Started" "$(of "Fleet telemetry" "AWS Stage")"
check "how much they engage, too" test -n "$(of "Fleet telemetry" "AWS Score")"
is "and who takes part" 1 "$(of "Fleet telemetry" Members | grep -c 'AWS')"
agent plan
exits 0 "nothing is left to do"
agent show "$DEAL"
says "show knows the pair" 'linked '
agent show "$ONE"
says "by the invitation, too" "$ONE +became $DEAL"
says "with its row" 'local +CRM-1'
agent why "$ONE"
says "and why tells both their stories" 'accept: done'

# Somebody is put in charge.
key=$(of "Fleet telemetry" "Opportunity ID")
edit_cell "$key" Owner "ann.lee@partner.example"
agent reconcile
is "not without a name" "0 1" "$(calls AssignOpportunity) $(findings REF-019)"
edit_cell "$key" "Owner First" Jo
edit_cell "$key" "Owner Last" Long
agent reconcile
is "the owner is assigned" "Jo" "$(document "$DEAL" | sed -n "s/.*\"FirstName\": \"\(Jo\)\".*/\1/p")"
agent plan
exits 0 "and stays"

# --- rejected -----------------------------------------------------------------------------------

begin
ONE=$(invited "Cold storage" "Southwind Couriers") TWO=$(invited "Warm storage" "Westwind Couriers")
agent reconcile
agent referral reject "$ONE" --reason "No such reason"
check "a reason that the cloud does not know is refused" test "$CODE" -ne 0
is "before it is sent" 0 "$(answers)"
agent referral reject "$ONE" --reason "Customer problem unclear"
exits 0 "rejected by command, with a reason"
agent reconcile
is "the row says so" declined "$(of "Cold storage" "AWS Status")"
is "the other one waits" invited "$(of "Warm storage" "AWS Status")"

# By a rule: held, unless the job allows it.
edit_cell "$TWO" Answer no
edit_cell "$TWO" Reject "Unable to support"
ctl reset-stats >/dev/null
agent reconcile
is "a rule alone does not reject" 0 "$(answers)"
is "it waits for approval" 1 "$(findings APV-001)"
SUBMIT='' ALLOW='accept, reject' inviting >agent.yaml
for run in 1 2; do agent reconcile; done
is "with permission it does" declined "$(of "Warm storage" "AWS Status")"
is "once" 1 "$(answers)"
is "no opportunity has come of it" 0 "$(opportunities)"

# --- accepted by a rule, in the portal, too late ------------------------------------------------

THREE=$(invited "Night trains" "Eastwind Couriers")
FOUR=$(invited "Day trains" "Calm Couriers")
FIVE=$(invited "Ferries" "Storm Couriers")
agent reconcile
edit_cell "$THREE" Answer yes
ctl answer "$FOUR" ACCEPTED >/dev/null
ctl reset-stats >/dev/null
for run in 1 2 3; do agent reconcile; done
is "accepted by a rule" approved "$(of "Night trains" "AWS Status")"
is "by one task" 1 "$(calls StartEngagementByAcceptingInvitationTask)"
is "accepted in the portal" approved "$(of "Day trains" "AWS Status")"
is "each is one row" "1 1 1" "$(rows "Night trains") $(rows "Day trains") $(rows Ferries)"
is "each is one opportunity" "2 0" "$(opportunities) $(duplicates)"
ctl advance 16d >/dev/null
for run in 1 2; do agent reconcile --full; done
is "too late" expired "$(of Ferries "AWS Status")"
is "the finding is gone" 0 "$(findings REF-020)"
agent referral accept "$FIVE"
exits 1 "what has expired cannot be accepted"
ctl reset-stats >/dev/null
cp crm.csv before.csv
agent reconcile
is "nothing is left to do" 0 "$(answers)"
check "in the file neither" cmp crm.csv before.csv

# --- a changes file -----------------------------------------------------------------------------

begin
SUBMIT='' WRITE=changes-file inviting >agent.yaml
ONE=$(invited "Fleet telemetry" "Northwind Couriers")
for run in 1 2; do agent reconcile; done
exits 0 "into a changes file"
is "the CRM's file stays" 1 "$(grep -c '' crm.csv)"
is "the row is handed over, once" 1 "$(csv crm.changes.csv new column=Name | grep -c '^Fleet telemetry$')"
is "with its identifier" "$ONE" "$(csv crm.changes.csv new "column=AWS Opportunity ID" | sort -u)"
agent referral accept "$ONE"
exits 0 "it can be accepted before it was taken over"
for run in 1 2; do agent reconcile; done
is "one opportunity" "1 0" "$(opportunities) $(duplicates)"
finish
