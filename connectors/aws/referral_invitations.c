/* Reading invitations: what AWS's sellers, or other partners, propose and what became of it. All
 * are listed with every read, and there are few; one is fetched when its status moved. */
#include "base/text.h"
#include "base/times.h"
#include "connectors/aws/referral_read.h"
#include "connectors/document.h"

#define PAGE_SIZE 100 /* the greatest that ListEngagementInvitations takes */

/* The opportunity that an accepted invitation became is not there at once. While it may still come
 * the record carries a version that no listing shows, so that the next read asks again. */
#define UNSETTLED " unsettled"

/* An invitation on its way: the state of its fetch. */
struct invitation {
    struct json *document; /* as listed, then GetEngagementInvitation's answer */
    const char *became;
};

static bool may_still_come(const struct sweep_fetch *fetch)
{
    const struct invitation *invitation = fetch->state;
    const char *expires = json_get_text(invitation->document, "ExpirationDate");
    int64_t ms;
    return text_equal(json_get_text(invitation->document, "Status"), "ACCEPTED") &&
           !invitation->became && expires && instant_parse(expires, &ms) &&
           sweep_now(fetch->sweep) < ms;
}

static int keep(struct sweep_fetch *fetch)
{
    const struct invitation *invitation = fetch->state;
    const char *version = referral_invitation_version(fetch->arena, invitation->document);
    if (may_still_come(fetch))
        version = arena_printf(fetch->arena, "%s" UNSETTLED, version);
    const struct json *document =
        referral_of_invitation(fetch->arena, invitation->document, invitation->became);
    sweep_record(fetch->sweep, document_decode(fetch->arena, &aws_referrals, fetch->id, version,
                                               document, sweep_note, fetch->sweep));
    return 0;
}

/* The engagement tells too, where the task is forgotten or was never ours. */
static int take_association(struct sweep_fetch *fetch, const struct json *answer,
                            struct error *error)
{
    (void)error;
    struct invitation *invitation = fetch->state;
    const struct json *list = json_get(answer, "EngagementResourceAssociationSummaries");
    invitation->became = json_get_text(json_at(list, 0), "ResourceId");
    return keep(fetch);
}

static int take_tasks(struct sweep_fetch *fetch, const struct json *answer, struct error *error)
{
    (void)error;
    struct invitation *invitation = fetch->state;
    const char *engagement = json_get_text(invitation->document, "EngagementId");
    invitation->became = referral_became(answer);
    if (invitation->became || !engagement)
        return keep(fetch);
    struct json *body = referral_body(fetch);
    json_set_text(fetch->arena, body, "EngagementIdentifier", engagement);
    json_set_text(fetch->arena, body, "ResourceType", "Opportunity");
    fetch->may_lack = true;
    return referral_ask(fetch, "ListEngagementResourceAssociations", body, take_association);
}

/* What was rejected may not be shown any more: then its row in the listing has to do. */
static int take_invitation(struct sweep_fetch *fetch, const struct json *answer,
                           struct error *error)
{
    struct invitation *invitation = fetch->state;
    if (!answer)
        return keep(fetch);
    if (!text_equal(json_get_text(answer, "Id"), fetch->id) ||
        !referral_invitation_version(fetch->arena, answer))
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "GetEngagementInvitation of %s answered without Id, Status or "
                         "InvitationDate",
                         fetch->id);
    invitation->document = json_clone(fetch->arena, answer);
    if (!text_equal(json_get_text(answer, "Status"), "ACCEPTED"))
        return keep(fetch);
    struct json *body = referral_body(fetch);
    struct json *ids = json_array(fetch->arena);
    json_append(fetch->arena, ids, json_string(fetch->arena, fetch->id));
    json_set(fetch->arena, body, "EngagementInvitationIdentifier", ids);
    fetch->may_lack = true;
    return referral_ask(fetch, "ListEngagementByAcceptingInvitationTasks", body, take_tasks);
}

static void invitation_fetch(struct sweep *sweep, const char *id, const struct json *listed)
{
    struct sweep_fetch *fetch = sweep_fetch(sweep, id, NULL);
    struct invitation *invitation = arena_alloc(fetch->arena, sizeof *invitation);
    fetch->state = invitation;
    invitation->document = json_clone(fetch->arena, listed);
    fetch->may_lack = !text_equal(json_get_text(listed, "Status"), "PENDING") &&
                      referral_invitation_version(fetch->arena, listed);
    struct json *body = referral_body(fetch);
    json_set_text(fetch->arena, body, "Identifier", id);
    referral_ask(fetch, "GetEngagementInvitation", body, take_invitation);
}

const char *referral_became(const struct json *tasks)
{
    const struct json *list = json_get(tasks, "TaskSummaries");
    for (size_t i = 0; list && list->type == JSON_ARRAY && i < list->count; i++) {
        const char *opportunity = json_get_text(list->items[i], "OpportunityId");
        if (text_equal(json_get_text(list->items[i], "TaskStatus"), "COMPLETE") && opportunity)
            return opportunity;
    }
    return NULL;
}

/* ---- The listing. */
static void take_listed(struct sweep *sweep, const struct sweep_listing *listing, const char *id,
                        const char *status, const struct json *item)
{
    (void)listing, (void)status;
    const char *version = referral_invitation_version(sweep_arena(sweep), item);
    if (version && text_equal(sweep_known(sweep, id), version))
        sweep_seen(sweep, id);
    else
        invitation_fetch(sweep, id, item);
}

static int page(struct sweep *sweep, struct arena *arena, const struct sweep_listing *listing,
                const struct sweep_place *place, struct http_request *ret_request,
                struct error *error)
{
    (void)error;
    struct json *body = aws_body(sweep_cloud(sweep), arena);
    json_set_text(arena, body, "ParticipantType", "RECEIVER");
    struct json *types = json_array(arena);
    json_append(arena, types, json_string(arena, "OpportunityInvitation"));
    json_set(arena, body, "PayloadType", types);
    json_set(arena, body, "MaxResults", json_int(arena, PAGE_SIZE));
    struct json *sort = json_object(arena);
    json_set_text(arena, sort, "SortBy", "InvitationDate");
    json_set_text(arena, sort, "SortOrder", "ASCENDING");
    json_set(arena, body, "Sort", sort);
    return sweep_page(sweep, arena, listing, place, body, aws_request, ret_request);
}

const struct sweep_listing referral_invitations = {
    .operation = "ListEngagementInvitations",
    .family = AWS_READ,
    .items = "EngagementInvitationSummaries",
    .id = "Id",
    .version = "Status",
    .token = "NextToken",
    .page = page,
    .item = take_listed,
};
