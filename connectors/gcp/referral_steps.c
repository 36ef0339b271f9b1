/* What the procedures of referrals share, and their table. */
#include "connectors/gcp/referral_steps.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

#define PAGE_SIZE "100" /* the most that the service takes */

/* ------------------------------------------------------------------ requests */

/* Without a partner nothing is read; what a journal still has to do is then refused. */
static const char *partner_parameter(const struct cloud *cloud, struct arena *arena)
{
    return arena_printf(arena, "partner=%s",
                        gcp_encode(arena, cloud->partner ? cloud->partner : ""));
}

void gcp_referral_query(const struct cloud *cloud, struct arena *arena, const char *token,
                        struct http_request *ret_request)
{
    const char *query =
        arena_printf(arena, "%s&pageSize=" PAGE_SIZE "%s%s", partner_parameter(cloud, arena),
                     token ? "&pageToken=" : "", token ? gcp_encode(arena, token) : "");
    gcp_request(cloud, arena, GCP_CHANNEL, "GET", "opportunities:query", query, NULL, ret_request);
}

void gcp_referral_get(const struct cloud *cloud, struct arena *arena, const char *id,
                      struct http_request *ret_request)
{
    bool older = gcp_referral_is_older(id);
    const char *query = !older && cloud->gets_partner ? partner_parameter(cloud, arena) : NULL;
    gcp_request(cloud, arena, older ? GCP_CRM : GCP_CHANNEL, "GET", id, query, NULL, ret_request);
}

/* True if the message speaks of the parameter, not of a member or a resource whose name only begins
 * like it: "partner" in quotes, or as the field of a violation. */
static bool names_partner(const char *message)
{
    static const char name[] = "partner";
    for (const char *at = strstr(message, name); at; at = strstr(at + 1, name)) {
        char before = at == message ? ' ' : at[-1], behind = at[sizeof name - 1];
        bool quoted = (before == '"' || before == '\'' || before == '`') && behind == before;
        bool field = isspace((unsigned char)before) && behind == ':';
        if (quoted || field)
            return true;
    }
    return false;
}

static bool is_of_partner(const struct error *failure)
{
    return failure && failure->http_status == 400 && names_partner(failure->message);
}

bool gcp_referral_flip_get(struct cloud *cloud, const struct http_request *request,
                           const struct error *failure)
{
    if (!is_of_partner(failure) || strchr(request->url, '?'))
        return false;
    cloud->gets_partner = true;
    return true;
}

/* ------------------------------------------------------------------ reading */

int gcp_step_build_get(struct step_context *context, struct http_request *request,
                       struct error *error)
{
    const char *id = step_id(context);
    if (!id)
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "the opportunity's name got lost");
    if (gcp_referral_is_older(id))
        return 1;
    gcp_referral_get(context->cloud, context->arena, id, request);
    return 0;
}

int gcp_step_take(struct step_context *context, const struct http_response *response,
                  const struct error *failure, struct json **ret_document,
                  struct record **ret_record, struct error *error)
{
    struct json *document = NULL;
    int result = step_parse(context, response, failure, &document, error);
    if (result < 0)
        return result;
    if (text_blank(json_get_text(document, "name")))
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "the opportunity was answered without name");
    *ret_record = gcp_referral_record(context->arena, document, NULL, NULL);
    *ret_document = document;
    return 0;
}

/* Another change may have found it out while this one's call was on its way: so each of them goes
 * again once. */
bool gcp_step_flips(struct step_context *context, const struct error *failure, bool patches,
                    const char *step, enum step_result *ret_result)
{
    bool *flag = patches ? &context->cloud->omits_partner : &context->cloud->gets_partner;
    const char *mark = patches ? "without_partner" : "with_partner";
    if (!is_of_partner(failure) || (*flag && step_count_of(context, mark)))
        return false;
    *flag = true;
    step_keep_count(context, mark, 1);
    *ret_result = step_go_to(context, step);
    return true;
}

enum step_result gcp_step_answer_read(struct step_context *context,
                                      const struct http_response *response,
                                      const struct error *failure, struct error *error)
{
    struct json *document = NULL;
    enum step_result again;
    if (gcp_step_flips(context, failure, false, "read", &again))
        return again;
    if (gcp_step_take(context, response, failure, &document, &context->after, error) < 0)
        return step_failed(error);
    return STEP_DONE;
}

/* ------------------------------------------------------------------ patching */

void gcp_patch_begin(struct step_context *context, struct gcp_patch *ret_patch)
{
    *ret_patch = (struct gcp_patch){.wanted = json_clone(context->arena, step_document(context)),
                                    .body = json_object(context->arena)};
}

static bool is_in(const char *mask, const char *member)
{
    size_t length = strlen(member);
    for (const char *at = mask; at && *at; at += *at == ',') {
        size_t part = strcspn(at, ",");
        if (part == length && !strncmp(at, member, part))
            return true;
        at += part;
    }
    return false;
}

void gcp_patch_add(struct step_context *context, struct gcp_patch *patch, const char *member)
{
    struct arena *arena = context->arena;
    const struct json *node = json_find(patch->wanted, member);
    if (node) /* the body is made here: nothing stands in the way */
        (void)json_put(arena, patch->body, member, json_clone(arena, node), NULL);
    if (!is_in(patch->mask, member))
        patch->mask = arena_printf(arena, "%s%s%s", patch->mask ? patch->mask : "",
                                   patch->mask ? "," : "", member);
}

int gcp_patch_put(struct step_context *context, struct gcp_patch *patch, const char *field,
                  const char *value, struct error *error)
{
    const char *member = gcp_referral_mask(step_document(context), field, value);
    if (!member)
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "%s is not written by an update", field);
    /* Two fields may share a member: the later one goes on with what the earlier made of it. */
    int result = document_put(context->arena, &gcp_referrals, patch->wanted, field, value, error);
    if (!result)
        gcp_patch_add(context, patch, member);
    return result;
}

int gcp_patch_send(struct step_context *context, const struct gcp_patch *patch,
                   struct http_request *request)
{
    struct arena *arena = context->arena;
    const struct cloud *cloud = context->cloud;
    const char *id = step_id(context);
    bool older = gcp_referral_is_older(id);
    if (!patch->mask)
        return 1;
    const char *query = arena_printf(arena, "updateMask=%s", gcp_encode(arena, patch->mask));
    if (!older && !cloud->omits_partner)
        query = arena_printf(arena, "%s&%s", query, partner_parameter(cloud, arena));
    gcp_request(cloud, arena, older ? GCP_CRM : GCP_CHANNEL, "PATCH", id, query, patch->body,
                request);
    step_keep_count(context, "written", step_count_of(context, "written") + 1);
    json_remove(context->progress, "document"); /* whoever goes on from here starts by reading */
    return 0;
}

enum step_result gcp_step_answer_patch(struct step_context *context,
                                       const struct http_response *response,
                                       const struct error *failure, struct error *error)
{
    struct json *document = NULL;
    struct record *record = NULL;
    struct error odd = {0};
    enum step_result again;
    if (!gcp_referral_is_older(step_id(context)) &&
        gcp_step_flips(context, failure, true, "get", &again))
        return again;
    if (failure) {
        *error = *failure;
        return step_failed(error);
    }
    if (gcp_step_take(context, response, NULL, &document, &record, &odd) < 0 || !record)
        return STEP_NEXT; /* then it is read */
    bool older = gcp_referral_is_older(record->id);
    if (!older && !gcp_referral_is_whole(document))
        return STEP_NEXT;
    context->after = record;
    return STEP_DONE;
}

const struct procedure gcp_referral_procedures[] = {
    {ACTION_CREATE, gcp_create_steps, GCP_CREATE_STEPS, "create"},
    {ACTION_UPDATE, gcp_update_steps, GCP_UPDATE_STEPS, "get"},
    {ACTION_LAUNCH, gcp_update_steps, GCP_UPDATE_STEPS, "get"},
    {ACTION_CLOSE, gcp_update_steps, GCP_UPDATE_STEPS, "get"},
    {ACTION_SUBMIT, gcp_submit_steps, GCP_SUBMIT_STEPS, "get"},
};
