/* Creating and replacing. */
#include <string.h>

#include "model/value.h"
#include "tests/sandbox/azure/referrals.h"

#define MPN_ID "1234567"

/* ---- A body as a whole. */
static int check_root(struct rest_call *call, unsigned use)
{
    const struct json *body = call->body;
    int result = 0;
    if (!body || body->type != JSON_OBJECT)
        return referral_refuse(call->failure, "invalidType", "The body must be an object");
    for (const struct referral_shape *row = referral_root; row->name; row++) {
        if (row->use & REFERRAL_NEEDED && !json_get(body, row->name))
            return referral_refuse(call->failure, "missingMember", "%s is missing", row->name);
    }
    for (size_t i = 0; i < body->count && result == 0; i++) {
        const struct referral_shape *row = referral_row(referral_root, body->names[i]);
        if (!row || !(row->use & use))
            return referral_refuse(call->failure, "unknownMember", "%.60s: no such member",
                                   body->names[i]);
        result = referral_check(call->failure, row, body->names[i], body->items[i]);
    }
    return result;
}

static int check_customer(struct rest_call *call, const struct json *document)
{
    const struct json *customer = json_get(document, "customerProfile");
    if (text_blank(json_get_text(customer, "name")) || json_is_null(json_get(customer, "address")))
        return referral_refuse(call->failure, "missingMember",
                               "customerProfile needs name and address");
    return 0;
}

const struct referral_partner *referral_partner(const char *profile)
{
    static const struct referral_partner partners[] = {
        {REFERRAL_MICROSOFT, REFERRAL_MICROSOFT, "Microsoft"},
        {"c0ffee01-0000-4b21-8a10-000000000001", "0fab0001-0000-4c11-9a10-2f6d3c8e7a02",
         "Fabrikam"},
        {"c0ffee02-0000-4b21-8a10-000000000002", "0fab0002-0000-4c11-9a10-2f6d3c8e7a03",
         "Northwind"},
        {"c0ffee03-0000-4b21-8a10-000000000003", "0fab0003-0000-4c11-9a10-2f6d3c8e7a04",
         "Tailspin"},
    };
    for (size_t i = 0; i < COUNT(partners); i++) {
        if (text_equal_nocase(partners[i].profile, profile))
            return &partners[i];
    }
    return NULL;
}

/* The profile that the body invites into an engagement, NULL: it is a deal of one's own. */
static const char *invited(const struct json *body)
{
    const struct json *targets = json_get(body, "target");
    for (size_t i = 0; targets && i < targets->count; i++) {
        if (text_equal(json_get_text(targets->items[i], "type"), "BusinessProfileLocation"))
            return json_get_text(targets->items[i], "id");
    }
    return NULL;
}

static bool is_microsoft(const struct referral_partner *partner)
{
    return text_equal(partner->organization, REFERRAL_MICROSOFT);
}

/* ---- Creating. */
static int check_invitation(struct rest_call *call, const struct referral_partner *partner)
{
    const char *engagement = json_get_text(call->body, "engagementId");
    const struct rest_record *own =
        engagement ? referral_side(call->sandbox, engagement, NULL) : NULL;
    const char *help = json_text(json_find(call->body, "inviteContext.assistanceRequestCode"));
    if (!own)
        return referral_refuse(call->failure, "unknownEngagement",
                               "An invitation needs the engagementId of a deal of one's own");
    if (!referral_is(own, "status", "Active") || !referral_is(own, "type", "Shared"))
        return referral_refuse(call->failure, "engagementNotShared",
                               "The own deal must be Active and Shared");
    if (!text_equal(json_get_text(call->body, "type"), "Shared"))
        return referral_refuse(call->failure, "engagementNotShared", "An invitation is Shared");
    if (is_microsoft(partner) &&
        !(json_get_bool(json_get(call->body, "consent"),
                        "consentToShareReferralWithMicrosoftSellers", false) &&
          json_get_bool(json_get(own->document, "consent"),
                        "consentToShareReferralWithMicrosoftSellers", false)))
        return referral_refuse(call->failure, "coSellRequirement",
                               "Microsoft's sellers may not see the deal");
    if (is_microsoft(partner) && !help)
        return referral_refuse(call->failure, "coSellRequirement",
                               "inviteContext.assistanceRequestCode is missing");
    if (referral_side(call->sandbox, engagement, partner->organization)) {
        call->failure->reason = "duplicateInvitation";
        call->failure->resource = "There is a referral to that organization in the engagement";
        return fail(call->failure, 409, "invalidRequest", "The request is not valid.");
    }
    return 0;
}

static int check_new(struct rest_call *call, const struct referral_partner *partner)
{
    const struct json *body = call->body;
    const char *direction = json_get_text(body, "direction");
    struct json *state = json_object(call->arena);
    json_set_text(call->arena, state, "status", "New");
    json_set_text(call->arena, state, "substatus", "Pending");
    bool told = json_get(body, "status") || json_get(body, "substatus");
    int result = referral_check_state(call->failure, NULL, told ? body : state);
    if (result < 0)
        return result;
    if (text_equal(json_get_text(body, "status"), "Closed"))
        return referral_refuse(call->failure, "invalidStatusTransition", "Nothing begins Closed");
    if (direction && strcmp(direction, "Outgoing") != 0)
        return referral_refuse(call->failure, "invalidValue", "direction: others make Incoming");
    result = check_customer(call, body);
    if (result == 0 && text_equal(json_get_text(body, "type"), "Shared"))
        result = referral_check_cosell(call->failure, body);
    if (result == 0 && partner)
        result = check_invitation(call, partner);
    if (result == 0 && !partner && json_get_text(body, "engagementId"))
        result = referral_refuse(call->failure, "unknownEngagement",
                                 "Only an invitation names an engagement");
    return result;
}

static struct json *new_document(struct rest_call *call, const struct referral_partner *partner)
{
    struct arena *arena = call->arena;
    const struct json *body = call->body;
    struct json *document = json_object(arena);
    const char *engagement = json_get_text(body, "engagementId");
    json_set_text(arena, document, "id", azure_new_guid(call->sandbox, arena));
    json_set_text(arena, document, "engagementId",
                  engagement ? engagement : azure_new_guid(call->sandbox, arena));
    json_set_text(arena, document, "organizationId",
                  partner ? partner->organization : AZURE_ORGANIZATION);
    json_set_text(arena, document, "organizationName", partner ? partner->name : "Contoso");
    json_set(arena, document, "expirationDateTime", json_null(arena));
    json_set_text(arena, document, "direction", "Outgoing");
    json_set_text(arena, document, "registrationStatus", "None");
    json_set(arena, document, "registrations", json_array(arena));
    json_set(arena, document, "trackingInfo", json_null(arena));
    json_set_text(arena, document, "mpnId", MPN_ID);
    json_set_text(arena, document, "qualification", "None");
    for (size_t i = 0; i < body->count; i++) {
        if (strcmp(body->names[i], "engagementId") && strcmp(body->names[i], "direction"))
            json_set(arena, document, body->names[i], json_clone(arena, body->items[i]));
    }
    return document;
}

int referral_create(struct rest_call *call)
{
    int result = referral_begin(call);
    if (result == 0)
        result = check_root(call, REFERRAL_CREATE);
    const char *profile = result == 0 ? invited(call->body) : NULL;
    const struct referral_partner *partner = referral_partner(profile);
    /* Without an engagement the target only says where the own deal belongs. */
    bool invites = profile && ((partner && is_microsoft(partner)) ||
                               json_get_text(call->body, "engagementId"));
    if (invites && !partner)
        return referral_refuse(call->failure, "unknownProfile",
                               "target: nobody has the business profile %.60s", profile);
    if (!invites)
        partner = NULL;
    if (result == 0)
        result = check_new(call, partner);
    if (result < 0)
        return result;
    struct json *document = new_document(call, partner);
    int64_t now = sandbox_now(call->sandbox);
    if (partner) {
        json_set_text(call->arena, document, "status", "New");
        json_set_text(call->arena, document, "substatus", "Received");
        json_set_text(call->arena, document, "expirationDateTime",
                      azure_instant(call->arena, now + REFERRAL_ANSWER_MS));
    } else { /* one's own deals need nobody's word */
        referral_set_status(call->sandbox, call->arena, document, "Active", "Accepted");
    }
    referral_show(call, referral_add(call->sandbox, document, now, now), 201);
    return 0;
}

/* ---- Replacing. */
/* The service's own members, and those that are fixed at creation, must come back as they were. */
static int check_replacement(struct rest_call *call, const struct rest_record *record)
{
    static const char *const states[] = {"status", "substatus"};
    const struct json *body = call->body;
    if (!body || body->type != JSON_OBJECT)
        return referral_refuse(call->failure, "invalidType", "The body must be an object");
    if (json_get(body, "links"))
        return referral_refuse(call->failure, "readOnly", "links: must not be sent");
    for (size_t i = 0; i < COUNT(states); i++) {
        if (!json_get(body, states[i]))
            return referral_refuse(call->failure, "missingMember", "%s is missing", states[i]);
    }
    for (const struct referral_shape *row = referral_root; row->name; row++) {
        const struct json *sent = json_get(body, row->name);
        if (!sent && row->use & REFERRAL_NEEDED)
            return referral_refuse(call->failure, "missingMember", "%s is missing", row->name);
        if (!sent || json_equal(sent, json_get(record->document, row->name)))
            continue;
        if (!(row->use & REFERRAL_PATCH))
            return referral_refuse(call->failure, "readOnly", "%s: cannot be changed", row->name);
        int result = referral_check(call->failure, row, row->name, sent);
        if (result < 0)
            return result;
    }
    return 0;
}

int referral_put(struct rest_call *call)
{
    struct rest_record *record = NULL;
    int result = referral_find_own(call, true, &record);
    if (result == 0)
        result = check_replacement(call, record);
    if (result < 0)
        return result;
    const struct json *before = record->document;
    if (referral_is(record, "status", "Closed"))
        return referral_refuse(call->failure, "referralClosed", "A closed referral stays as it is");
    result = referral_check_state(call->failure, before, call->body);
    if (result == 0)
        result = referral_check_visibility(call->failure, before, call->body);
    if (result == 0)
        result = check_customer(call, call->body);
    if (result < 0)
        return result;
    struct json *after = json_clone(call->arena, call->body);
    for (const struct referral_shape *row = referral_root; row->name; row++) {
        const struct json *kept = json_get(before, row->name);
        if (!(row->use & REFERRAL_PATCH) && kept)
            json_set(call->arena, after, row->name, json_clone(call->arena, kept));
    }
    if (!referral_is(record, "status", json_get_text(call->body, "status")))
        referral_set_status(call->sandbox, call->arena, after, json_get_text(call->body, "status"),
                            json_get_text(call->body, "substatus"));
    referral_write(call->sandbox, record, after);
    referral_show(call, record, 200);
    return 0;
}
