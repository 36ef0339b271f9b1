#include "connectors/azure/probes.h"

#include "base/text.h"
#include "connectors/azure/client.h"
#include "connectors/azure/insights.h"
#include "connectors/azure/tokens.h"
#include "connectors/azure/webhooks.h"
#include "connectors/document.h"

static const char *version(const struct probe_context *context, const char *setting)
{
    return azure_encode(context->arena, settings_text(context->cloud->settings, setting));
}

static int answer_any(struct probe_context *context, const struct http_response *response,
                      struct error *error)
{
    struct json *answer = NULL;
    if (!response->body_length) /* no subscriptions: an empty answer */
        return 0;
    return document_parse(context->arena, response, &answer, error);
}

/* ------------------------------------------------------------------ the application */

static int build_products(struct probe_context *context, struct http_request *request,
                          struct error *error)
{
    (void)error;
    azure_request(context->cloud, context->arena, AZURE_INGESTION, "GET",
                  arena_printf(context->arena, "/product?$maxpagesize=1&$version=%s",
                               version(context, "product_version")),
                  NULL, request);
    return 0;
}

static int build_offers(struct probe_context *context, struct http_request *request,
                        struct error *error)
{
    (void)error;
    azure_request(context->cloud, context->arena, AZURE_INGESTION, "GET",
                  arena_printf(context->arena, "/private-offer/query?$version=%s",
                               version(context, "offer_version")),
                  NULL, request);
    return 0;
}

static int build_subscriptions(struct probe_context *context, struct http_request *request,
                               struct error *error)
{
    (void)error;
    azure_request(context->cloud, context->arena, AZURE_SAAS, "GET",
                  "/subscriptions?api-version=2018-08-31", NULL, request);
    return 0;
}

/* ------------------------------------------------------------------ the person */

static int build_referrals(struct probe_context *context, struct http_request *request,
                           struct error *error)
{
    (void)error;
    if (!azure_tokens_has_sign_in(context->cloud->tokens)) {
        context->detail = "no sign_in is configured: there are no referrals";
        return 1;
    }
    azure_request(context->cloud, context->arena, AZURE_REFERRALS, "GET",
                  "?$count=true&$top=1&$orderby=updatedDateTime%20desc", NULL, request);
    http_request_set(context->arena, request, "ValidateMfa", "true");
    return 0;
}

/* Since April 2026 calls without the claim of a second factor are refused; before that happens to a
 * job, the header tells. */
static int answer_referrals(struct probe_context *context, const struct http_response *response,
                            struct error *error)
{
    struct json *answer = NULL;
    int result = document_parse(context->arena, response, &answer, error);
    if (result < 0)
        return result;
    const char *mfa = http_response_get(response, "ismfacompliant");
    const char *count = json_get_text(answer, "@odata.count");
    if (mfa && text_equal_nocase(mfa, "false"))
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                         "the sign-in was made without a second factor: sign in again with one");
    context->detail =
        count ? arena_printf(context->arena, "the person sees %s; a Referrals user would see fewer",
                             count)
              : NULL;
    return 0;
}

/* The person's last: a sign-in that is missing is no reason not to try the others. */
const struct probe azure_probes[AZURE_PROBES] = {
    {"ListProducts", AZURE_ROLE_MANAGER, "listings", AZURE_GRAPH, build_products, answer_any},
    {"ListPrivateOffers", AZURE_ROLE_MANAGER, "private offers", AZURE_GRAPH, build_offers,
     answer_any},
    {"ListSubscriptions", AZURE_ROLE_LANDING, "what accepted offers became", AZURE_MARKETPLACE,
     build_subscriptions, answer_any},
    {"ListDatasets", NULL, "orders under private offers", AZURE_CENTER, azure_insights_probe,
     azure_insights_probed},
    {"webhook events", NULL, "whether changes of referrals can be told", AZURE_CENTER,
     azure_webhook_ask_events, azure_webhook_take_events},
    {"webhook registration", NULL, "where they are told", AZURE_CENTER,
     azure_webhook_ask_registration, azure_webhook_take_registration},
    {"ListReferrals", AZURE_ROLE_REFERRALS, "co-sell", AZURE_PARTNER, build_referrals,
     answer_referrals},
};
