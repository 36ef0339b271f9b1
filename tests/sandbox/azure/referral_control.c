/* What others do to referrals: colleagues in the portal, Microsoft's sellers, other partners. */
#include <string.h>

#include "tests/sandbox/azure/referrals.h"
#include "tests/sandbox/control.h"

static struct rest_record *find_record(struct control *control)
{
    const char *id = control_argument(control, "id");
    struct rest_record *record = rest_find(&referral_deals(control->sandbox)->referrals, id);
    if (!record)
        fail_not_found(&control->failure, "referral", id ? id : "");
    return record;
}

static int describe(struct control *control, const struct rest_record *record,
                    struct json **ret_answer)
{
    static const char *const shown[] = {"id",        "engagementId",       "status",
                                        "substatus", "registrationStatus", "updatedDateTime",
                                        "eTag"};
    struct json *answer = json_object(control->arena);
    for (size_t i = 0; i < COUNT(shown); i++)
        json_set_text(control->arena, answer, shown[i], referral_text(record, shown[i]));
    *ret_answer = answer;
    return 0;
}

/* All ids; with `organization` only that one's ("own", "msft"). */
static int list_referrals(struct control *control, struct json **ret_answer)
{
    const struct rest_table *table = &referral_deals(control->sandbox)->referrals;
    const char *organization = control_argument(control, "organization");
    if (text_equal(organization, "own"))
        organization = AZURE_ORGANIZATION;
    struct json *ids = json_array(control->arena), *answer = json_object(control->arena);
    for (size_t i = 0; i < table->count; i++) {
        if (!organization || referral_is(table->records[i], "organizationId", organization))
            json_append(control->arena, ids, json_string(control->arena, table->records[i]->id));
    }
    json_set(control->arena, answer, "ids", ids);
    *ret_answer = answer;
    return 0;
}

static int get_referral(struct control *control, struct json **ret_answer)
{
    const struct rest_record *record = find_record(control);
    if (!record)
        return -ERROR_INPUT;
    *ret_answer = json_clone(control->arena, record->document);
    return 0;
}

/* {"id", "path": "details.notes", "value"}: as somebody does in the portal; null removes. */
static int edit_referral(struct control *control, struct json **ret_answer)
{
    struct rest_record *record = find_record(control);
    struct json *document = record ? control_edited(control, record->document) : NULL;
    if (!document)
        return -ERROR_INPUT;
    referral_write(control->sandbox, record, document);
    return describe(control, record, ret_answer);
}

/* {"id": of the referral of whoever answers, or of ours, "status": "Accepted" | "Declined",
 * "profile": who answers (default: Microsoft, for ours)} */
static int answer_referral(struct control *control, struct json **ret_answer)
{
    struct rest_record *record = find_record(control);
    const char *status = control_argument(control, "status");
    if (!record)
        return -ERROR_INPUT;
    const char *profile = control_argument(control, "profile");
    const struct referral_partner *partner =
        referral_partner(profile ? profile : REFERRAL_MICROSOFT);
    struct rest_record *theirs =
        partner && (profile || referral_is_own(record))
            ? referral_side(control->sandbox, referral_text(record, "engagementId"),
                            partner->organization)
            : record;
    if (!theirs || !referral_is(theirs, "status", "New"))
        return fail(&control->failure, 400, "BadRequest", "there is nothing to answer");
    if (!text_equal(status, "Accepted") && !text_equal(status, "Declined"))
        return fail(&control->failure, 400, "BadRequest", "status is Accepted or Declined");
    referral_answer(control->sandbox, theirs, !strcmp(status, "Accepted"));
    return describe(control, theirs, ret_answer);
}

/* {"from": "msft" (default) or a partner's id, "title", "company"} */
static int invite(struct control *control, struct json **ret_answer)
{
    const char *from = control_argument(control, "from");
    const struct rest_record *record =
        referral_invite(control->sandbox, control->arena, from ? from : REFERRAL_MICROSOFT,
                        control_argument(control, "title"), control_argument(control, "company"));
    return describe(control, record, ret_answer);
}

/* {"id", "status": "ActionRequired" | "Failed" | "Approved"}: the reviewers' word. */
static int review_registration(struct control *control, struct json **ret_answer)
{
    static const char *const words[] = {"ActionRequired", "Failed", "Approved"};
    struct rest_record *record = find_record(control);
    const char *status = control_argument(control, "status");
    size_t i = 0;
    if (!record)
        return -ERROR_INPUT;
    while (i < COUNT(words) && !text_equal(words[i], status))
        i++;
    if (i == COUNT(words) || !json_find(record->document, "registrations[0]"))
        return fail(&control->failure, 400, "BadRequest",
                    "status is ActionRequired, Failed or Approved, of a deal that is registered");
    struct json *document = json_clone(control->arena, record->document);
    referral_set_registration(control->sandbox, control->arena, document, status);
    referral_write(control->sandbox, record, document);
    return describe(control, record, ret_answer);
}

static const struct control_row rows[] = {
    {"GET", "/_sandbox/azure/referrals", list_referrals},
    {"GET", "/_sandbox/azure/referral", get_referral},
    {"POST", "/_sandbox/azure/edit-referral", edit_referral},
    {"POST", "/_sandbox/azure/answer-referral", answer_referral},
    {"POST", "/_sandbox/azure/invite", invite},
    {"POST", "/_sandbox/azure/review-registration", review_registration},
};

const struct control_rows azure_deal_controls = {rows, COUNT(rows)};
