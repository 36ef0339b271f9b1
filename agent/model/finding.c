#include "model/finding.h"

#include <string.h>

#include "base/memory.h"

#define INFO    SEVERITY_INFO
#define WARNING SEVERITY_WARNING
#define ERROR   SEVERITY_ERROR

/* A code is never used again for something else; a new one goes to the end of its area. */
const struct finding_type finding_types[] = {
    /* Configuration that only shows its fault when data meets it. */
    {"CFG-002", ERROR, "a mapped column is not in the source",
     "Correct the column's name under `fields:`, or export the column again."},

    /* Rows of a source. */
    {"SRC-001", WARNING, "the row has no key",
     "Fill the key column of the row, or delete the row."},
    {"SRC-002", WARNING, "the same key stands in more than one row",
     "Keep one row per key; until then none of them is used."},
    {"SRC-003", WARNING, "a spreadsheet has damaged an identifier",
     "Format the column as text, enter the identifier again and export the file again."},
    {"SRC-004", WARNING, "a value cannot be understood",
     "Correct the cell, or set the field's format in the job; the detail says what is expected."},
    {"SRC-005", WARNING, "the row is malformed",
     "Look at the quotes in the row and export the file again."},
    {"SRC-006", WARNING, "the row has another number of cells than the header",
     "Look for a delimiter inside a text that is not quoted, or for a line that was cut."},
    {"SRC-007", WARNING, "a text is not UTF-8", "Export the file with the encoding UTF-8."},
    {"SRC-008", ERROR, "two columns have the same name",
     "Give each column a name of its own in the header."},
    {"SRC-010", WARNING, "a value has no entry in the field's word list",
     "Add the value under `values:` of the field, or correct the cell."},
    {"SRC-013", WARNING, "a value is larger than any field can hold",
     "Shorten the text in the source."},

    /* Finding the pairs. */
    {"MAT-001", WARNING, "more than one record fits",
     "Write the cloud's identifier into the right local record, or make the others differ."},
    {"MAT-002", WARNING, "two records claim the same partner",
     "Remove the wrong reference, so that each record has one partner."},
    {"MAT-003", WARNING, "a linked record is gone at the cloud",
     "Look for it in the partner portal; the local record is left as it is."},
    {"MAT-004", WARNING, "a linked local record is gone",
     "Bring the row back, write the cloud's identifier into the one row that took its place, or "
     "close the record in the partner portal; nothing is closed for you."},
    {"MAT-005", WARNING, "the source has a row under the identifier of a record to import",
     "Write the identifier into the row's column for it if both are one, or give the row another "
     "key."},
    {"MAT-006", INFO, "one local record is with more than one cloud",
     "Nothing to do if both clouds shall have it; else close or cancel it at one of them."},
    {"MAT-007", INFO, "a local record says something new of a draft that was deleted",
     "Nothing is made anew by itself: `agent offer create` makes another draft from the record."},
    {"MAT-008", INFO, "a local record is not at the cloud and cannot be made from here",
     "Make it in the partner portal, or write the cloud's identifier into the local record; leave "
     "rows that are not for this cloud out with `only:`."},

    /* Merging. */
    {"MRG-001", WARNING, "both sides changed the field",
     "Decide with `agent resolve`, or give the field an owner."},
    {"MRG-003", WARNING, "the cloud accepted a value but kept another one",
     "Compare the two values; take over the cloud's, or approve the change to send it once more."},
    {"MRG-004", WARNING, "the cloud differs from the local record and cannot be edited from here",
     "Make the edit where the detail says, or correct the local record; a field whose owner is "
     "the cloud follows it."},

    /* What the clouds demand of referrals. */
    {"REF-001", WARNING, "a field that is needed to create the referral is empty",
     "Fill the field in the local record."},
    {"REF-002", WARNING, "a field that is needed to submit the referral is empty",
     "Fill the field in the local record; until then the referral stays a draft."},
    {"REF-003", WARNING, "the field is locked in the present review status",
     "Take the edit back, or change it in the partner portal once the review allows it."},
    {"REF-004", INFO, "the referral is in review and edits wait",
     "Nothing to do: the edits are sent when the review ends."},
    {"REF-005", WARNING, "the close date lies in the past",
     "Set a close date from today on, or close the deal."},
    {"REF-006", WARNING, "the text is too short", "Write more; the detail tells the least length."},
    {"REF-007", WARNING, "the text is too long",
     "Shorten it; the detail tells the greatest length."},
    {"REF-008", WARNING, "the cloud does not know the word",
     "Use one of the cloud's words, or map yours under `values:` of the field."},
    {"REF-009", WARNING, "the value has not the format that the cloud demands",
     "Correct the value; the detail shows the format."},
    {"REF-010", WARNING, "a lost reason is given for a deal that is not lost",
     "Clear the reason, or set the stage to lost."},
    {"REF-011", WARNING, "the stage cannot change before the referral is submitted and approved",
     "Submit the referral first, or set the stage back."},
    {"REF-012", WARNING, "the referral is final and takes no more changes",
     "Take the edit back; for a new attempt create a new referral."},
    {"REF-013", WARNING, "the state must be the full English name of a US state",
     "Write the state as in \"California\"."},
    {"REF-014", WARNING, "the referral offers no solution and cannot be submitted",
     "Name a solution's identifier in the solutions field."},
    {"REF-015", WARNING, "a field that another value makes necessary is empty",
     "Fill the field, or change the value that asks for it; the detail names both."},
    {"REF-016", WARNING, "the field is not allowed here",
     "Empty the field, or change the value that forbids it; the detail names both."},
    {"REF-017", WARNING, "the cloud's reviewers ask for an action",
     "Read their comment, correct the record and let it be submitted again."},
    {"REF-019", WARNING, "the cloud refused the change",
     "Correct what the cloud's message names; the change is not sent again until something "
     "changes."},
    {"REF-020", WARNING, "an invitation waits for an answer",
     "Accept or reject it before it expires; nobody but the cloud's sellers can renew it."},
    {"REF-021", WARNING, "an invitation or an order is to be both accepted and rejected",
     "Make the conditions of `accept:` and `reject:` exclude each other; until then it is left "
     "alone."},
    {"REF-022", WARNING, "an invitation takes no edits",
     "Accept or reject it; what it becomes can be edited."},
    {"REF-023", WARNING, "the list has more items than the cloud takes",
     "Remove items; the detail tells how many may stand there."},
    {"REF-024", INFO, "the record that this one names is not ready to be named",
     "Nothing to do: the tie is made once the other record is released."},
    {"REF-025", WARNING, "the deal cannot be registered as it is",
     "Correct what the detail names in the local record; deals that are not eligible need no "
     "registration: leave them out of `register:`."},
    {"REF-026", INFO, "the contract of a deal is sent with its registration",
     "Nothing to do: register the deal once it is won, by `register:` or agent referral register."},
    {"REF-027", WARNING, "the deal was created too recently to be closed as won",
     "Wait until the instant in the detail; closed before, it could not be registered any more."},
    {"REF-028", WARNING, "who was invited cannot be taken out again",
     "List the partner again, as the detail names it, or take over the cloud's list; until then "
     "nobody else is invited."},
    {"REF-029", WARNING, "the cloud's legal terms are not accepted for the deal",
     "Read them; who may accept them says so with the field legal_accepted, by a column of the "
     "row or as a constant of the job. Nothing accepts them by itself."},
    {"REF-030", INFO, "the cloud's sellers have yet to confirm the end of the deal",
     "Nothing to do: they were asked, and the stage follows once they agree."},
    {"REF-031", INFO, "the stage is told once the cloud has accepted the referral",
     "Nothing to do: it is sent when the referral is approved."},
    {"REF-032", INFO, "the cloud lets this partner only read the referral",
     "Take the edit back, or ask the partner whose deal it is."},
    {"REF-033", WARNING, "the stage is not moved backwards",
     "Move it in the partner portal if the deal really went back, or take over the cloud's "
     "stage."},
    {"REF-034", WARNING, "the cloud may have the deal already",
     "Compare the two; write the cloud's identifier into the local record if they are one, or "
     "approve the referral if there shall be two."},
    {"REF-035", WARNING, "an incentive of the cloud ends soon",
     "Close the deal before, or ask for an extension in the partner portal."},
    {"REF-036", INFO, "the cloud's older interface does not take the field",
     "Make the edit in the partner portal, or take it back."},

    /* What the clouds demand of offers, and what a person should look at before one is made. */
    {"OFR-001", WARNING, "a field that is needed to create the offer is empty",
     "Fill the field in the local record."},
    {"OFR-002", WARNING, "a field that another value of the offer makes necessary is empty",
     "Fill the field, or change the value that asks for it; the detail names both."},
    {"OFR-003", WARNING, "the field is not allowed in this offer",
     "Empty the field, or change the value that forbids it; the detail names both."},
    {"OFR-004", WARNING, "a value of the offer has not the format that the cloud demands",
     "Correct the value; the detail shows the format."},
    {"OFR-005", WARNING, "an account is none",
     "Ask the buyer for the number of the account that shall accept."},
    {"OFR-006", WARNING, "a list of the offer has too many items",
     "Shorten the list; the detail tells the greatest length."},
    {"OFR-007", WARNING, "dates of the offer do not fit each other",
     "Correct one of the dates; the detail names them."},
    {"OFR-008", WARNING, "the last day of the offer lies in the past",
     "Set a last day from today on."},
    {"OFR-009", WARNING, "amounts of the offer do not fit each other",
     "Correct value, currency or instalments; the detail names them."},
    {"OFR-010", WARNING, "too many instalments are due before the offer can be accepted last",
     "Move all instalments but one behind the last day of the offer, or set that day earlier."},
    {"OFR-011", WARNING, "the field is locked since the offer was released",
     "Take the edit back; or cancel the offer and create another one."},
    {"OFR-012", WARNING, "the offer was accepted and takes no more changes",
     "Take the edit back; to change the agreement create an offer that replaces it."},
    {"OFR-013", WARNING, "the buyer has an agreement for the product",
     "Let the offer replace that agreement, or approve the offer if there shall be two."},
    {"OFR-014", WARNING, "there is another offer for the buyer and the product",
     "Cancel the other one, or approve the offer if there shall be two."},
    {"OFR-015", WARNING, "instalments of the replaced agreement are not in the offer",
     "Add what is still due to the instalments: nothing is carried over; or approve the offer."},
    {"OFR-016", WARNING, "a buyer's account is the seller's or the reseller's",
     "Correct the account, or approve the offer if they buy for themselves."},
    {"OFR-017", WARNING, "an open offer expires soon",
     "Ask the buyer, or let the offer be accepted longer."},

    /* What marketplaces demand of listings. */
    {"LST-001", WARNING, "a listing that was taken off sale takes no edits",
     "Take the edit back; to sell the product again, make a new listing in the partner portal."},
    {"LST-002", WARNING, "listings of this type are not edited from here",
     "Make the edit in the partner portal, or take it back: the cloud does not say how it is done "
     "for this type."},
    {"LST-003", WARNING, "the listing's visibility cannot become this one",
     "Take the edit back; a draft is released in the partner portal, and none becomes a draft "
     "again."},
    {"LST-004", WARNING, "a list has too many items",
     "Shorten the list; the detail tells how many items the cloud takes."},
    {"LST-005", WARNING, "a dimension is not written as the cloud needs it",
     "Write each as key | name | description | unit | types; the detail tells what does not fit."},
    {"LST-006", WARNING, "the field of a listing cannot be emptied",
     "Fill the field in the local record: the cloud has no way to take its value away."},
    {"LST-007", WARNING, "a buyer's account is not one of the cloud's",
     "Write the account's number in full, leading zeros included."},
    {"LST-008", WARNING, "the draft of a listing has edits of others that are not published",
     "Publish them or undo them in the partner portal, then approve the change once more: to "
     "publish the draft would publish them, too."},
    {"LST-009", WARNING, "the cloud's reviewers refuse the listing",
     "Read the certification report in the partner portal and correct what it names."},
    {"LST-010", WARNING, "another publication of the listing holds it for too long",
     "Look at its state in the partner portal; the change is planned again once it moves."},
    {"LST-011", WARNING, "an edit of a listing cannot be made from here",
     "Make the edit in the partner portal, or take it back; the detail tells what it is."},

    /* What they refuse in an offer. */
    {"OFR-020", WARNING, "the cloud refuses the offer's buyers",
     "Correct the buyers' accounts: 12 digits each, at most 26, and none of a closed account."},
    {"OFR-021", WARNING, "the cloud refuses the legal documents",
     "Name the standard contract with a version that the cloud has, or a document that it can "
     "fetch."},
    {"OFR-022", WARNING, "the cloud refuses the dates of the offer or of its instalments",
     "Correct the dates: the offer ends before its contract does, and at most one instalment is "
     "due before that."},
    {"OFR-023", ERROR, "the seller account is not ready for this offer",
     "Complete the seller's verification, tax and bank details in the portal; the offer itself is "
     "well."},
    {"OFR-024", WARNING, "product, agreement and terms do not fit together",
     "Compare the pricing with the product's dimensions and types, and an amendment with its "
     "agreement."},
    {"OFR-025", WARNING, "the cloud misses something in the offer",
     "Fill what the detail names in the local record."},
    {"OFR-026", WARNING, "the product has as many offers as the cloud allows",
     "Let offers that nobody needs any more expire, or wait until those under way are done."},
    {"OFR-027", WARNING, "the cloud refuses values of the offer",
     "Correct what the detail names in the local record."},
    {"OFR-028", WARNING, "the offer is not in a state in which the cloud allows this",
     "Look at the offer in the portal; what was accepted can only be cancelled by the cloud's "
     "support."},
    {"OFR-029", WARNING, "the cloud does not have what the offer names",
     "Correct the identifiers of product, plan or offer."},
    {"OFR-030", WARNING, "the product cannot be sold in this offer",
     "Publish product and plan, sold through the cloud and public, or offer another plan."},
    {"OFR-031", WARNING, "several offers at the cloud may be the one that was being made",
     "Put the reference of the local record into the notes of the right one, or rename the "
     "others."},
    {"OFR-032", WARNING, "the name that the buyer sees holds the partner's own key",
     "Give the offer a name for the buyer, or approve it as it is."},
    {"OFR-033", WARNING, "the buyer's account was rejected, so its order cannot be accepted",
     "Reject the order, or let the account sign up; accounts are never approved from here."},
    {"OFR-034", WARNING, "the contract is not worth what the local record says",
     "Correct the prices of the offer, or the value in the local record: the cloud works it out."},

    /* Runs. */
    {"CLD-001", INFO, "the cloud sent a value that is not known yet",
     "Nothing to do now: the value is kept as it is; please report it."},
    {"CLD-010", WARNING, "rows of a dropped file cannot be used",
     "Correct them in the file that the detail names, drop that into inbox/ under another name, "
     "and "
     "take it away from failed/."},
    {"CLD-011", ERROR, "a dropped file cannot be used",
     "Correct what the detail names, drop the file again, and take it away from failed/."},
    {"CLD-012", WARNING, "a row without identifier fits no record, or several",
     "Enter the identifier in the row that the detail names, drop it into inbox/ again, and take "
     "the file away from failed/."},
    {"RUN-001", ERROR, "reading failed",
     "Correct what the detail names; nothing is treated as deleted meanwhile."},
    {"RUN-002", WARNING, "only a part could be read",
     "Nothing to do if the next run is complete; nothing is treated as deleted meanwhile."},
    {"RUN-003", ERROR, "a side lost more than half of its records at once",
     "Check account, permissions and file; if they are really gone, say so with --accept-shrunk."},
    {"RUN-004", WARNING, "the plan exceeds a limit of the job",
     "Look at the plan; if it is right, approve its changes or raise the limit."},
    {"RUN-005", ERROR, "it is not known whether a write happened",
     "Nothing to do: it is looked up before anything is tried again. If this stays, look in the "
     "partner portal."},
    {"RUN-006", ERROR, "a write failed",
     "Correct what the detail names; the change is planned again with the next run."},
    {"RUN-008", WARNING, "a local write was refused because the file had changed",
     "Nothing to do: the change is planned again with the next run."},
    {"RUN-009", ERROR, "the sign-in of the person behind a cloud's records is lost",
     "Somebody with the role that the detail names runs `agent login` for the cloud; the other "
     "jobs "
     "go on."},
    {"RUN-010", WARNING, "what was asked for cannot be done",
     "Look at the record with `agent show`; the detail tells what stands in the way."},

    /* Approval. */
    {"APV-001", INFO, "a change waits for approval",
     "Look at it with `agent show`, then `agent approve` or `agent reject` it."},
};

const size_t finding_type_count = COUNT(finding_types);

const struct finding_type *finding_type(const char *code)
{
    for (size_t i = 0; code && i < finding_type_count; i++) {
        if (!strcmp(finding_types[i].code, code))
            return &finding_types[i];
    }
    return NULL;
}

const char *severity_name(enum severity severity)
{
    static const char *const names[] = {
        [SEVERITY_INFO] = "info",
        [SEVERITY_WARNING] = "warning",
        [SEVERITY_ERROR] = "error",
    };
    return names[severity];
}
