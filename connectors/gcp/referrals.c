/* Reading opportunities: all pages of the query, and one by one what only local records know of. */
#include "connectors/gcp/referrals.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/gcp/client.h"
#include "connectors/gcp/probes.h"
#include "connectors/gcp/referral_steps.h"
#include "connectors/sweep.h"

struct reading {
    const char *const *named; /* NULL-ended; NULL: none */
};

static void keep(struct sweep *sweep, const struct json *document)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    sweep_record(sweep, gcp_referral_record(arena, document, sweep_note, sweep));
}

/* ------------------------------------------------------------------ one by one */

static void fetch(struct sweep *sweep, const char *id);

static int take_one(struct sweep_fetch *fetch_, const struct json *answer, struct error *error)
{
    if (!text_equal(json_get_text(answer, "name"), fetch_->id))
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "%s was answered with another name or none", fetch_->id);
    const char *version = gcp_referral_version(fetch_->arena, answer);
    if (text_equal(sweep_known(fetch_->sweep, fetch_->id), version))
        sweep_seen(fetch_->sweep, fetch_->id);
    else
        keep(fetch_->sweep, answer);
    return 0;
}

/* A later revision may want to know the partner: then it is asked once more. */
static void missed(struct sweep_fetch *fetch_, const struct error *error)
{
    if (gcp_referral_flip_get(sweep_cloud(fetch_->sweep), error))
        fetch(fetch_->sweep, fetch_->id);
    else
        sweep_missed(fetch_->sweep, fetch_->id, error);
}

/* What is wrong with the older interface, or with a name in a row, is nothing of the others: the
 * record stays as it was read last. */
static void missed_older(struct sweep_fetch *fetch_, const struct error *error)
{
    const struct finding finding = {
        .type = finding_type("RUN-002"),
        .subject = fetch_->id,
        .remote_id = fetch_->id,
        .detail = error->message,
    };
    sweep_note(fetch_->sweep, &finding);
    sweep_seen(fetch_->sweep, fetch_->id);
}

/* What only a local record says is there need not be: the plan tells of it. */
static int take_named(struct sweep_fetch *fetch_, const struct json *answer, struct error *error)
{
    return answer ? take_one(fetch_, answer, error) : 0;
}

static void fetch(struct sweep *sweep, const char *id)
{
    bool older = gcp_referral_is_older(id);
    struct sweep_fetch *one = sweep_fetch(sweep, id, NULL);
    one->missed = older ? missed_older : missed;
    one->may_lack = older;
    gcp_referral_get(sweep_cloud(sweep), one->arena, one->id, &one->request);
    sweep_ask(one, older ? "partners.get" : "opportunities.get",
              gcp_family(older ? GCP_CRM : GCP_CHANNEL), older ? take_named : take_one);
}

/* ------------------------------------------------------------------ the list */

/* The pages do not tell whether rows are whole; those seen were. */
static void take_row(struct sweep *sweep, const struct sweep_listing *listing, const char *id,
                     const char *version, const struct json *row)
{
    (void)listing;
    CLEANUP_ARENA struct arena *arena = arena_new();
    bool dated = version != NULL;
    if (dated && text_equal(sweep_known(sweep, id), gcp_referral_version(arena, row)))
        sweep_seen(sweep, id);
    else if (gcp_referral_is_whole(row))
        keep(sweep, row);
    else
        fetch(sweep, id);
}

/* What can be filtered by is not told, so every read asks for all pages. */
static int page(struct sweep *sweep, struct arena *arena, const struct sweep_listing *listing,
                const struct sweep_place *place, struct http_request *ret_request,
                struct error *error)
{
    (void)listing, (void)error;
    gcp_referral_query(sweep_cloud(sweep), arena, place->token, ret_request);
    return 0;
}

static const struct sweep_listing opportunities = {
    .operation = "opportunities.query",
    .family = GCP_CHANNEL_CALLS,
    .items = "opportunities",
    .id = "name",
    .version = "updateTime",
    .token = "nextPageToken",
    .mark = "",
    .essential = true,
    .omits_empty = true,
    .page = page,
    .item = take_row,
};

/* ------------------------------------------------------------------ the read */

/* "partners/P/opportunities/O" or "partners/P/leads/L": no other record can be there. */
static bool can_be_read(const char *id)
{
    static const char *const collections[] = {"/opportunities/", "/leads/"};
    const char *partner = id + strlen(GCP_OLDER);
    const char *rest = partner + strcspn(partner, "/");
    for (size_t i = 0; rest > partner && i < COUNT(collections); i++) {
        const char *last = rest + strlen(collections[i]);
        if (text_starts(rest, collections[i]) && *last && !strchr(last, '/'))
            return true;
    }
    return false;
}

/* Of other names the plan says that there is no such record. */
static void fetch_named(struct sweep *sweep, const char *const *ids)
{
    for (; ids && *ids; ids++) {
        if (can_be_read(*ids))
            fetch(sweep, *ids);
    }
}

/* After the listing, so that what ends the read ends it before. */
static void drained(struct sweep *sweep)
{
    struct reading *reading = sweep_context(sweep);
    const char *const *named = reading->named;
    reading->named = NULL;
    fetch_named(sweep, named);
}

static void release(void *context)
{
    free(context);
}

static const char *const *copy_names(struct arena *arena, const char *const *names)
{
    size_t count = 0;
    while (names && names[count])
        count++;
    const char **copy = arena_array(arena, count + 1, sizeof *copy);
    for (size_t i = 0; i < count; i++)
        copy[i] = arena_copy(arena, names[i]);
    return copy;
}

/* A read that cannot begin. */
struct refused {
    struct read_sink sink;
};

static void refuse(void *context)
{
    struct refused *refused = context;
    struct error error = {0};
    error_set(&error, ERROR_INPUT, SCOPE_CLOUD,
              "clouds.gcp.partner is not set: co-sell wants the id of the partner account, as in "
              "partners/P123");
    refused->sink.done(refused->sink.context, READ_FAILED, NULL, &error);
    free(refused);
}

static void read_referrals(struct cloud *cloud, const struct read_scope *scope,
                           const struct read_sink *sink)
{
    static const struct sweep_reader reader = {NULL, drained, release};
    if (!cloud->partner) {
        struct refused *refused = memory_alloc(sizeof *refused);
        refused->sink = *sink;
        loop_after(cloud->loop, 0, refuse, refused); /* never before the caller has us back */
        return;
    }
    struct reading *reading = memory_alloc(sizeof *reading);
    struct sweep *sweep = sweep_new(cloud, cloud->session, scope, sink, &reader, reading);
    reading->named = copy_names(sweep_arena(sweep), scope->named);
    sweep_list(sweep, &opportunities);
}

/* ------------------------------------------------------------------ the kind */

/* What Google did not accept may be handed over once more, and nothing of it tells whether it was
 * corrected. */
static const struct due_case due_cases[] = {
    {.action = ACTION_SUBMIT, .due = false, .when = {{"access", WORDS("limited")}}},
    {.action = ACTION_SUBMIT, .due = false, .when = {{"interface", WORDS("older")}}},
    {.action = ACTION_SUBMIT, .due = true, .when = {{"status", WORDS("rejected")}}},
};

static const struct deadline deadlines[] = {
    {"incentive_ends", "status", WORDS("approved"), 30, "REF-035", "the incentive ends"},
};

static const struct refusal refusals[] = {
    {"FAILED_PRECONDITION", "REF-003"}, /* not in this state */
};

/* What the older interface has is only known by ids that local records name. */
static const struct permission permissions[] = {
    {.name = GCP_DELEGATION},
    {.name = GCP_DELEGATION_OLDER, .field = FIELD_ID},
};

const struct connector_kind gcp_referrals = {
    .kind = KIND_REFERRAL,
    .capabilities = CAN_LIST | CAN_READ | CAN_CREATE | CAN_UPDATE | CAN_CLOSE | CAN_SUBMIT,
    .fields = gcp_referral_fields,
    .field_count = GCP_REFERRAL_FIELDS,
    .rules = gcp_referral_rules,
    .rule_count = GCP_REFERRAL_RULES,
    .procedures = gcp_referral_procedures,
    .procedure_count = GCP_REFERRAL_PROCEDURES,
    .classify = document_classify_by_stage,
    .doubts = gcp_referral_doubts,
    .write_family = GCP_CHANNEL_CALLS,
    .writes_per_action =
        {
            [ACTION_CREATE] = 1,
            [ACTION_UPDATE] = 1,
            [ACTION_SUBMIT] = 1,
            [ACTION_LAUNCH] = 1,
            [ACTION_CLOSE] = 1,
        },
    .due_cases = due_cases,
    .due_case_count = COUNT(due_cases),
    .deadlines = deadlines,
    .deadline_count = COUNT(deadlines),
    .refusals = refusals,
    .refusal_count = COUNT(refusals),
    .permissions = permissions,
    .permission_count = COUNT(permissions),
    .put = gcp_referral_put,
    .by_name = GCP_OLDER,
    .read = read_referrals,
};
