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

static bool may_still_come(const struct fetch *fetch)
{
    const char *expires = json_get_text(fetch->document, "ExpirationDate");
    int64_t ms;
    return text_equal(json_get_text(fetch->document, "Status"), "ACCEPTED") && !fetch->became &&
           expires && instant_parse(expires, &ms) &&
           world_now(loop_world(fetch->reading->cloud->loop)) < ms;
}

static void keep_invitation(struct fetch *fetch)
{
    const char *version = referral_invitation_version(fetch->arena, fetch->document);
    if (may_still_come(fetch))
        version = arena_printf(fetch->arena, "%s" UNSETTLED, version);
    const struct json *document =
        referral_of_invitation(fetch->arena, fetch->document, fetch->became);
    reading_record(fetch->reading, document_decode(fetch->arena, &aws_referrals, fetch->id, version,
                                                   document, reading_note, fetch->reading));
}

/* The engagement tells too, where the task is forgotten or was never ours. */
static int take_association(struct fetch *fetch, const struct json *answer, struct error *error)
{
    (void)error;
    const struct json *list = json_get(answer, "EngagementResourceAssociationSummaries");
    fetch->became = json_get_text(json_at(list, 0), "ResourceId");
    return 0;
}

static int take_tasks(struct fetch *fetch, const struct json *answer, struct error *error)
{
    (void)error;
    fetch->became = referral_became(answer);
    const char *engagement = json_get_text(fetch->document, "EngagementId");
    if (fetch->became || !engagement)
        return 0;
    struct json *body = fetch_body(fetch);
    json_set_text(fetch->arena, body, "EngagementIdentifier", engagement);
    json_set_text(fetch->arena, body, "ResourceType", "Opportunity");
    fetch->may_lack = true;
    return fetch_call(fetch, "ListEngagementResourceAssociations", body, take_association);
}

/* What was rejected may not be shown any more: then its row in the listing has to do. */
static int take_invitation(struct fetch *fetch, const struct json *answer, struct error *error)
{
    if (!answer)
        return 0;
    if (!text_equal(json_get_text(answer, "Id"), fetch->id) ||
        !referral_invitation_version(fetch->arena, answer))
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "GetEngagementInvitation of %s answered without Id, Status or "
                         "InvitationDate",
                         fetch->id);
    fetch->document = json_clone(fetch->arena, answer);
    if (!text_equal(json_get_text(answer, "Status"), "ACCEPTED"))
        return 0;
    struct json *body = fetch_body(fetch);
    struct json *ids = json_array(fetch->arena);
    json_append(fetch->arena, ids, json_string(fetch->arena, fetch->id));
    json_set(fetch->arena, body, "EngagementInvitationIdentifier", ids);
    fetch->may_lack = true;
    return fetch_call(fetch, "ListEngagementByAcceptingInvitationTasks", body, take_tasks);
}

static void invitation_fetch(struct reading *reading, const struct json *listed)
{
    const char *id = json_get_text(listed, "Id");
    struct fetch *fetch = fetch_new(reading, id, keep_invitation);
    fetch->document = json_clone(fetch->arena, listed);
    fetch->may_lack = !text_equal(json_get_text(listed, "Status"), "PENDING") &&
                      referral_invitation_version(fetch->arena, listed);
    struct json *body = fetch_body(fetch);
    json_set_text(fetch->arena, body, "Identifier", id);
    fetch_call(fetch, "GetEngagementInvitation", body, take_invitation);
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
static bool take_listed(struct reading *reading, const struct json *item)
{
    const char *id = json_get_text(item, "Id");
    const char *version = referral_invitation_version(reading->arena, item);
    if (text_blank(id)) {
        struct error error = {0};
        error_set(&error, ERROR_TEMPORARY, SCOPE_COLLECTION, "a listed invitation has no Id");
        reading_worsen(reading, READ_PARTIAL, &error);
        return true;
    }
    if (!reading_news(reading, id, version))
        return false;
    const struct read_sink *sink = &reading->sink;
    if (version && text_equal(sink->version(sink->context, id), version))
        reading_seen(reading, id);
    else
        invitation_fetch(reading, item);
    return true;
}

static void invitations_body(const struct reading *reading, struct arena *arena, struct json *body)
{
    (void)reading;
    json_set_text(arena, body, "ParticipantType", "RECEIVER");
    struct json *types = json_array(arena);
    json_append(arena, types, json_string(arena, "OpportunityInvitation"));
    json_set(arena, body, "PayloadType", types);
    json_set(arena, body, "MaxResults", json_int(arena, PAGE_SIZE));
    struct json *sort = json_object(arena);
    json_set_text(arena, sort, "SortBy", "InvitationDate");
    json_set_text(arena, sort, "SortOrder", "ASCENDING");
    json_set(arena, body, "Sort", sort);
}

const struct sweep_type sweep_invitations = {
    .operation = "ListEngagementInvitations",
    .list = "EngagementInvitationSummaries",
    .body = invitations_body,
    .take = take_listed,
};
