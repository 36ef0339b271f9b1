#!/bin/bash
# What the cloud's reviewers allow when: edits that would be refused are findings with a remedy
# before anything is sent, and go out once the review has moved on.
. "$(dirname "$0")/lib.sh"

linked 8
next_step() { document "$(id_of "$1")" | sed -n 's/.*"NextSteps": "\(.*\)",*/\1/p'; }
member() { document "$(id_of "$1")" | sed -n "s/.*\"$2\": \"\(.*\)\",*/\1/p" | head -1; }

# --- in review ----------------------------------------------------------------------------------

ONE=$(id_of D-001)
for state in Submitted "In review"; do
    ctl review "$ONE" "$state" >/dev/null
    edit_cell D-001 "Next Step" "Edited while $state"
    ctl reset-stats >/dev/null
    agent reconcile
    exits 0 "$state: the run ends well"
    is "$state: nothing is sent" 0 "$(writes)"
    is "$state: a finding tells" 1 "$(findings REF-004)"
    agent findings
    says "$state: with what to do" 'edits are sent when the review ends'
done
ctl edit "$(id_of D-002)" LifeCycle.NextSteps "From the portal" >/dev/null
edit_cell D-003 "Next Step" "Others go on"
agent reconcile
is "other records go on, in" "From the portal" "$(cell D-002 "Next Step")"
is "and out" "Others go on" "$(next_step D-003)"
is "the status is in the CSV" in_review "$(cell D-001 "AWS Status")"
ctl review "$ONE" Approved >/dev/null
agent reconcile
is "after the review the edit goes out" "Edited while In review" "$(next_step D-001)"
is "and the finding is gone" 0 "$(findings REF-004)"

# --- locked after approval ----------------------------------------------------------------------

edit_cell D-004 Name "Another title"
edit_cell D-004 "Next Step" "Beside a locked field"
ctl reset-stats >/dev/null
agent reconcile
is "a locked field is a finding" 1 "$(findings REF-003)"
is "the field that is free goes out" "Beside a locked field" "$(next_step D-004)"
is "the locked one does not" "Archive move, part 004" "$(member D-004 Title)"
is "nothing was refused" 0 "$(ctl stats | awk '$2 >= 400' | grep -c '')"
agent plan
exits 0 "what must not be sent is no change"
edit_cell D-004 Name "Archive move, part 004"
agent reconcile
is "taken back, the finding is gone" 0 "$(findings REF-003)"

# --- a close date in the past -------------------------------------------------------------------

edit_cell D-005 "Close Date" "$(days -3)"
ctl reset-stats >/dev/null
agent reconcile
exits 0 "a past close date"
is "is a finding" 1 "$(findings REF-005)"
is "and is not sent" 0 "$(writes)"
edit_cell D-005 "Close Date" "$(days +120)"
agent reconcile
is "a right one goes out" "$(days +120)" "$(member D-005 TargetCloseDate)"
is "and the finding is gone" 0 "$(findings REF-005)"

# --- the reviewers want something ---------------------------------------------------------------

SIX=$(id_of D-006)
ctl review "$SIX" "Action Required" "Which halls, please?" >/dev/null
ctl reset-stats >/dev/null
agent reconcile
is "the reviewers' wish is a finding" 1 "$(findings REF-017)"
agent findings
says "with their words" 'Which halls, please\?'
is "it is not handed over again by itself" 0 "$(calls StartEngagementFromOpportunityTask)"
edit_cell D-006 Description "The archive fills the halls A and B, and nobody finds anything in it."
agent reconcile
is "a correction goes out" "The archive fills the halls A and B, and nobody finds anything in it." \
    "$(member D-006 CustomerBusinessProblem)"
is "it is still not handed over" 0 "$(calls StartEngagementFromOpportunityTask)"
agent plan --output csv
agent approve "$(held submit)"
agent reconcile
exits 0 "approved, it is handed over"
is "once" 1 "$(calls StartEngagementFromOpportunityTask)"
is "and is in review again" Submitted "$(member D-006 ReviewStatus)"
is "the finding is gone" 0 "$(findings REF-017)"

# --- rejected -----------------------------------------------------------------------------------

ctl review "$(id_of D-007)" Rejected "No such project." >/dev/null
edit_cell D-007 "Next Step" "Too late"
ctl reset-stats >/dev/null
agent reconcile
is "nothing is sent to a rejected one" 0 "$(writes)"
is "the status is in the CSV" rejected "$(cell D-007 "AWS Status")"
is "a finding tells" 1 "$(("$(findings REF-012)" + "$(findings REF-003)"))"
is "nothing is there twice" 0 "$(duplicates)"

# --- on the cloud's own time --------------------------------------------------------------------

start_sandbox --referrals 0 --catalog AWS --review-seconds 60
rm -f agent.db*
deals 2
sed -i 's/Archive move, part 00/[approve] &/' crm.csv
config | sed 's/catalog: Sandbox/catalog: AWS/' >agent.yaml
agent reconcile
exits 0 "catalog AWS: created and handed over"
edit_cell D-001 "Next Step" "While the cloud reviews"
ctl advance 40s >/dev/null
agent reconcile
is "in review: nothing is sent" 0 "$(calls UpdateOpportunity)"
ctl advance 1m >/dev/null
agent reconcile
is "approved: the edit goes out" "While the cloud reviews" "$(next_step D-001)"
is "the CSV says approved" "approved approved" "$(csv crm.csv "AWS Status" | xargs)"
agent plan
exits 0 "nothing left to do"
finish
