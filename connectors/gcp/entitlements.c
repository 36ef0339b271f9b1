#include "connectors/gcp/entitlements.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/gcp/values.h"
#include "connectors/los_angeles.h"

#define STATE_PREFIX "ENTITLEMENT_"
#define SIGNUP       "signup" /* the only approval that accounts have in practice */

/* ------------------------------------------------------------------ offers */

/* By id or by number. A number that no setting tells is taken for ours: the listing is that of our
 * own provider. */
static bool is_ours(const struct cloud *cloud, const char *project, size_t length)
{
    const char *number = settings_text(cloud->settings, "project_number");
    const char *const names[] = {cloud->project, number};
    for (size_t i = 0; i < COUNT(names); i++)
        if (names[i] && strlen(names[i]) == length && !strncmp(names[i], project, length))
            return true;
    return !number && length && strspn(project, "0123456789") == length;
}

const char *gcp_entitlement_offer_id(const struct cloud *cloud, const struct json *entitlement,
                                     enum gcp_entitlement_part part)
{
    static const char projects[] = "projects/", offers[] = "/privateOffers/";
    const char *name =
        json_get_text(entitlement, part == GCP_OFFER_NOW ? "offer" : "newPendingOffer");
    const char *at = name ? strstr(name, offers) : NULL;
    if (!at || !text_starts(name, projects))
        return NULL;
    const char *project = name + strlen(projects), *id = at + strlen(offers);
    if (!*id || strchr(id, '/') || !is_ours(cloud, project, strcspn(project, "/")))
        return NULL;
    return id;
}

static const char *state_of(const struct json *entitlement)
{
    const char *state = json_get_text(entitlement, "state");
    return state && text_starts(state, STATE_PREFIX) ? state + strlen(STATE_PREFIX) : state;
}

static bool in_state(const struct json *entitlement, const char *state)
{
    return text_equal(state_of(entitlement), state);
}

static int64_t ticks_of(const struct json *entitlement, const char *member)
{
    int64_t ticks = 0;
    const char *text = json_get_text(entitlement, member);
    return text && instant_parse_fine(text, &ticks) ? ticks : 0;
}

bool gcp_entitlement_better(const struct json *one, const struct json *other)
{
    if (!other)
        return true;
    bool over = in_state(one, "CANCELLED"), other_over = in_state(other, "CANCELLED");
    if (over != other_over)
        return other_over;
    int64_t made = ticks_of(one, "createTime"), other_made = ticks_of(other, "createTime");
    if (made != other_made)
        return made > other_made;
    const char *name = json_get_text(one, "name"), *other_name = json_get_text(other, "name");
    return strcmp(name ? name : "", other_name ? other_name : "") > 0;
}

/* ------------------------------------------------------------------ versions */

const char *gcp_entitlement_version(struct arena *arena, const char *offer_time,
                                    const struct json *entitlement)
{
    const char *id = gcp_bare_id(json_get_text(entitlement, "name"));
    const char *time = json_get_text(entitlement, "updateTime");
    return id ? arena_printf(arena, "%s %s@%s", offer_time, id, time ? time : "")
              : arena_copy(arena, offer_time);
}

void gcp_entitlement_split(struct arena *arena, const char *version,
                           struct gcp_entitlement_version *ret_version)
{
    *ret_version = (struct gcp_entitlement_version){0};
    const char *blank = version ? strchr(version, ' ') : NULL;
    const char *at = blank ? strrchr(blank, '@') : NULL;
    size_t length = blank ? (size_t)(blank - version) : version ? strlen(version) : 0;
    ret_version->offer_time = version ? arena_copy_n(arena, version, length) : NULL;
    if (!at)
        return;
    ret_version->id = arena_copy_n(arena, blank + 1, (size_t)(at - blank - 1));
    ret_version->time = arena_copy(arena, at + 1);
}

/* ------------------------------------------------------------------ what it says */

const char *const gcp_entitlement_fields[] = {"agreement",
                                              "agreement_status",
                                              "agreement_stage",
                                              "agreement_approval",
                                              "agreement_plan",
                                              "agreement_start",
                                              "agreement_end",
                                              "auto_renew",
                                              "buyer",
                                              "agreement_order",
                                              "agreement_end_reason",
                                              "metering_id",
                                              "buyer_approval",
                                              NULL};
const char *const gcp_account_fields[] = {"buyer_approval", NULL};

bool gcp_entitlement_waits(const struct json *entitlement, enum gcp_entitlement_part part)
{
    if (part == GCP_OFFER_NEXT)
        return in_state(entitlement, "PENDING_PLAN_CHANGE_APPROVAL");
    /* Approved already, it waits for its scheduled start: the start is only there after approval,
     * and so is an end where the offer has a duration instead of a fixed one. */
    bool approved = json_get_text(entitlement, "newOfferStartTime") ||
                    (!text_blank(json_get_text(entitlement, "offerEndTime")) &&
                     !text_blank(json_get_text(entitlement, "offerDuration")));
    return in_state(entitlement, "ACTIVATION_REQUESTED") && !approved;
}

const char *gcp_account_approval(const struct json *account)
{
    const struct json *approvals = json_get(account, "approvals");
    const char *only = NULL;
    size_t count = approvals && approvals->type == JSON_ARRAY ? approvals->count : 0;
    for (size_t i = 0; i < count; i++) {
        const char *state = json_get_text(approvals->items[i], "state");
        if (text_equal(json_get_text(approvals->items[i], "name"), SIGNUP))
            return state;
        only = count == 1 ? state : NULL;
    }
    return only;
}

struct saying {
    struct arena *arena;
    struct json *agent;
    const struct json *entitlement;
};

static void say(const struct saying *saying, const char *member, const char *text)
{
    if (!text_blank(text))
        json_set_text(saying->arena, saying->agent, member, text);
}

static void copy(const struct saying *saying, const char *member, const char *from)
{
    say(saying, member, json_get_text(saying->entitlement, from));
}

/* The day in Los Angeles, where offers begin and end at midnight; `before` ms earlier, so that an
 * end at midnight is the last day. */
static void say_day(const struct saying *saying, const char *member, const char *from,
                    int64_t before)
{
    int64_t instant_ms;
    char day[DAY_TEXT];
    const char *text = json_get_text(saying->entitlement, from);
    if (text && instant_parse(text, &instant_ms))
        say(saying, member, day_print(los_angeles_day_of(instant_ms - before), day));
}

static void say_end(const struct saying *saying, const char *from)
{
    if (!json_get(saying->agent, "AgreementEnd"))
        say_day(saying, "AgreementEnd", from, 1);
}

static void say_now(const struct saying *saying)
{
    const struct json *entitlement = saying->entitlement;
    say(saying, "Stage", state_of(entitlement));
    copy(saying, "Plan", "plan");
    copy(saying, "Purchased", "createTime");
    if (in_state(entitlement, "ACTIVATION_REQUESTED")) /* else it is the next offer's */
        say_day(saying, "AgreementStart", "newOfferStartTime", 0);
    say_end(saying, "offerEndTime");
    say_end(saying, "subscriptionEndTime");
    /* It says so itself: what is pending cancellation is alive, but will not renew. */
    bool renews = in_state(entitlement, "ACTIVE");
    if (renews || in_state(entitlement, "PENDING_CANCELLATION"))
        json_set(saying->arena, saying->agent, "AutoRenew", json_bool(saying->arena, renews));
}

static void say_next(const struct saying *saying)
{
    say(saying, "Stage", "NEXT");
    copy(saying, "Plan", "newPendingPlan");
    say_day(saying, "AgreementStart", "newOfferStartTime", 0);
    say_end(saying, "newOfferEndTime");
}

static void say_approval(const struct saying *saying, enum gcp_entitlement_part part)
{
    const char *state = state_of(saying->entitlement);
    if (gcp_entitlement_waits(saying->entitlement, part))
        say(saying, "Approval", "due");
    else if (state && strcmp(state, "CANCELLED") != 0)
        say(saying, "Approval", "given");
}

void gcp_entitlement_say(const struct cloud *cloud, struct arena *arena,
                         const struct json *entitlement, const struct json *account,
                         const char *offer, struct json *document)
{
    bool next = !text_equal(offer, gcp_entitlement_offer_id(cloud, entitlement, GCP_OFFER_NOW)) &&
                text_equal(offer, gcp_entitlement_offer_id(cloud, entitlement, GCP_OFFER_NEXT));
    if (!json_get(document, "agent"))
        json_set(arena, document, "agent", json_object(arena));
    const struct saying saying = {arena, json_get(document, "agent"), entitlement};
    say(&saying, "Agreement", gcp_bare_id(json_get_text(entitlement, "name")));
    say(&saying, "AgreementStatus", state_of(entitlement));
    say(&saying, "Buyer", gcp_bare_id(json_get_text(entitlement, "account")));
    say(&saying, "BuyerApproval", gcp_account_approval(account));
    copy(&saying, "Order", "orderId");
    copy(&saying, "Metering", "usageReportingId");
    copy(&saying, "EndReason", "cancellationReason");
    if (next)
        say_next(&saying);
    else
        say_now(&saying);
    say_approval(&saying, next ? GCP_OFFER_NEXT : GCP_OFFER_NOW);
    json_set(arena, saying.agent, "Entitlement", json_clone(arena, entitlement));
    if (account)
        json_set(arena, saying.agent, "Account", json_clone(arena, account));
}

/* ------------------------------------------------------------------ listings */

static const struct gcp_collection *of_provider(const struct cloud *cloud, struct arena *arena,
                                                const char *collection)
{
    struct gcp_collection *made = arena_alloc(arena, sizeof *made);
    *made = (struct gcp_collection){
        .surface = GCP_PROCUREMENT,
        .name = arena_printf(arena, "providers/%s/%s", cloud->provider, collection),
        .size = 200, /* of accounts it would be 25 */
    };
    return made;
}

const struct gcp_collection *gcp_entitlements_of(const struct cloud *cloud, struct arena *arena)
{
    return of_provider(cloud, arena, "entitlements");
}

const struct gcp_collection *gcp_accounts_of(const struct cloud *cloud, struct arena *arena)
{
    return of_provider(cloud, arena, "accounts");
}
