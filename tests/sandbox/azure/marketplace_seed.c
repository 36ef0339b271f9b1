/* What Microsoft's marketplace begins with: products that are live, in draft, deprecated and not
 * sold through Microsoft; private offers in every state. Nobody in here exists. */
#include <stdio.h>
#include <string.h>

#include "tests/sandbox/azure/ingestion.h"

#define DAY_MS INT64_C(86400000)

static const char monthly[] =
    "{'billingTerm':{'type':'month','value':1},'pricePerPaymentInUsd':%d}";
static const char yearly[] =
    "{'billingTerm':{'type':'year','value':1},'paymentOption':{'type':'year','value':1},"
    "'pricePerPaymentInUsd':%d}";

struct seed_plan {
    const char *guid, *external, *alias;
    const char *mode; /* NULL: a virtual machine, without recurrent price */
    int price;
    bool hidden, trial;
};
struct seed_product {
    const char *guid, *external, *alias, *type, *kind, *state;
    bool live, sold;
    struct seed_plan plans[4];
};

static const struct seed_product products[] = {
    {INGESTION_SAAS,
     "sandbox-analytics",
     "Sandbox Analytics",
     "softwareAsAService",
     "azureSaaS",
     "generallyAvailable",
     true,
     true,
     {{INGESTION_STANDARD, "standard", "Standard", "flatRate", 1000, false, false},
      {INGESTION_SEATS, "per-seat", "Per seat", "perUser", 20, false, false},
      {INGESTION_PRIVATE, "invited", "Invited", "flatRate", 500, true, false},
      {INGESTION_TRIAL, "trial", "With a trial", "flatRate", 100, false, true}}},
    {INGESTION_VM,
     "sandbox-gateway",
     "Sandbox Gateway",
     "azureVirtualMachine",
     "azureVM",
     "generallyAvailable",
     true,
     true,
     {{INGESTION_VM_PLAN, "gateway", "Gateway", NULL, 0, false, false}}},
    {INGESTION_DRAFT,
     "sandbox-draft",
     "Sandbox Draft",
     "softwareAsAService",
     "azureSaaS",
     "generallyAvailable",
     false,
     true,
     {{0}}},
    {INGESTION_DEPRECATED,
     "sandbox-old",
     "Sandbox Old",
     "softwareAsAService",
     "azureSaaS",
     "deprecated",
     true,
     true,
     {{INGESTION_OLD_PLAN, "old", "Old", "flatRate", 10, false, false}}},
    {INGESTION_LEADS,
     "sandbox-leads",
     "Sandbox Leads",
     "softwareAsAService",
     "azureSaaS",
     "generallyAvailable",
     true,
     false,
     {{INGESTION_LEAD_PLAN, "contact-me", "Contact me", "flatRate", 1, false, false}}},
};

struct seeding {
    struct sandbox *sandbox;
    struct arena *arena;
    const struct seed_product *product;
    const char *guid; /* of the product */
    int64_t when_ms;
};

static void put(struct seeding *seeding, const char *type, const char *rest, struct json *document)
{
    struct arena *arena = seeding->arena;
    const char *id = arena_printf(arena, "%s/%s%s", type, seeding->guid, rest);
    json_set_text(
        arena, document, "$schema",
        arena_printf(arena, INGESTION_NEW "%s/%s", type, ingestion_type_find(type)->version));
    json_set_text(arena, document, "id", id);
    if (strcmp(type, "product") != 0)
        json_set_text(arena, document, "product", arena_printf(arena, "product/%s", seeding->guid));
    rest_add(&ingestion_market(seeding->sandbox)->resources, id, document, seeding->when_ms);
}

static void put_plan_price(struct seeding *seeding, const struct seed_plan *plan, const char *guid)
{
    struct arena *arena = seeding->arena;
    struct json *document =
        rest_make(arena,
                  "{'plan':'plan/%s/%s','visibility':'visible','audience':'%s','customerMarkets':"
                  "'customMarkets','markets':['us','ca','gb'],'privateAudiences':[]}",
                  seeding->guid, guid, plan->hidden ? "private" : "public");
    if (plan->mode) {
        struct json *pricing = rest_make(
            arena,
            "{'recurrentPrice':{'recurrentPriceMode':'%s','priceInputOption':'usd','prices':[]},"
            "'customMeters':{'priceInputOption':'usd','meters':{'events':{"
            "'pricePerPaymentInUsd':0.002}}}}",
            plan->mode);
        struct json *prices = json_find(pricing, "recurrentPrice.prices");
        json_append(arena, prices, rest_make(arena, monthly, plan->price));
        json_append(arena, prices, rest_make(arena, yearly, plan->price * 10));
        json_set(arena, document, "pricing", pricing);
    }
    if (plan->trial)
        json_set(arena, document, "trial", rest_make(arena, "{'type':'month','value':1}"));
    put(seeding, "price-and-availability-plan", arena_printf(arena, "/%s", guid), document);
}

static void put_plan(struct seeding *seeding, const struct seed_plan *plan, const char *guid)
{
    struct arena *arena = seeding->arena;
    put(seeding, "plan", arena_printf(arena, "/%s", guid),
        rest_make(arena,
                  "{'identity':{'externalId':'%s'},'alias':'%s','azureRegions':"
                  "['azureGlobal'],'lifecycleState':'generallyAvailable'}",
                  plan->external, plan->alias));
    put(seeding, "plan-listing", arena_printf(arena, "/public/main/%s/en-us", guid),
        rest_make(arena,
                  "{'plan':'plan/%s/%s','kind':'%s-plan','languageId':'en-us','name':'%s',"
                  "'description':'%s, by month or year.'}",
                  seeding->guid, guid, seeding->product->kind, plan->alias, plan->alias));
    put_plan_price(seeding, plan, guid);
}

static void put_product(struct seeding *seeding, const char *external, const char *alias)
{
    const struct seed_product *product = seeding->product;
    struct arena *arena = seeding->arena;
    put(seeding, "product", "",
        rest_make(arena,
                  "{'identity':{'externalId':'%s'},'type':'%s','alias':'%s',"
                  "'lifecycleState':'%s'}",
                  external, product->type, alias, product->state));
    put(seeding, "commercial-marketplace-setup", "",
        rest_make(arena, "{'sellThroughMicrosoft':%s,'useMicrosoftLicenseManagementService':false}",
                  product->sold ? "true" : "false"));
    put(seeding, "property", "/public/main",
        rest_make(arena,
                  "{'kind':'%s','categories':{'developer-tools':['devService']},"
                  "'termsConditions':'standardMicrosoft'}",
                  product->kind));
    put(seeding, "listing", "/public/main/default/en-us",
        rest_make(arena,
                  "{'kind':'%s','languageId':'en-us','title':'%s','searchResultSummary':"
                  "'%s in brief','shortDescription':'%s, shortly.','description':"
                  "'<p>All that %s does.</p>','generalLinks':[]}",
                  product->kind, alias, alias, alias, alias));
    put(seeding, "price-and-availability-offer", "", rest_make(arena, "{'previewAudiences':[]}"));
    put(seeding, "reseller", "", rest_make(arena, "{'resellerChannelState':'all','audiences':[]}"));
    put(seeding, "customer-leads", "",
        rest_make(arena, "{'leadDestination':'table','tableLeadConfiguration':{"
                         "'storageAccountConnectionString':'DefaultEndpointsProtocol=https;"
                         "AccountName=sandbox;AccountKey=c2VjcmV0','contactEmail':"
                         "['leads@sandbox.example']}}"));
}

static void seed_product(struct seeding *seeding, size_t index)
{
    const struct seed_product *product = seeding->product;
    struct arena *arena = seeding->arena;
    bool own = index >= COUNT(products);
    seeding->guid = own ? azure_new_guid(seeding->sandbox, arena) : product->guid;
    put_product(seeding, own ? arena_printf(arena, "sandbox-more-%zu", index) : product->external,
                own ? arena_printf(arena, "Sandbox More %zu", index) : product->alias);
    for (size_t i = 0; i < COUNT(product->plans) && product->plans[i].guid; i++)
        put_plan(seeding, &product->plans[i],
                 own ? azure_new_guid(seeding->sandbox, arena) : product->plans[i].guid);
    if (product->live)
        submission_seed(seeding->sandbox, seeding->guid, seeding->when_ms);
}

/* ---- Private offers. */
static const struct seed_offer {
    const char *kind, *state, *substate;
    bool variable;
    int start, end, accept; /* days from today */
    bool subscribed;
} offers[] = {
    {"customerPromotion", "live", "pendingAcceptance", true, 0, 365, 30, false},
    {"customerPromotion", "live", "accepted", false, -60, 305, -40, true},
    {"customerPromotion", "draft", NULL, false, 30, 395, 20, false},
    {"cspPromotion", "live", NULL, false, -5, 90, 0, false},
    {"multipartyPromotionOriginator", "live", "pendingPartnerAction", true, 0, 300, 40, false},
    {"customerPromotion", "live", "pendingAcceptance", true, 0, 200, -10, false}, /* expired */
    {"multipartyPromotionOriginator", "live", "pendingAcceptance", true, 0, 300, 40, false},
    {"customerPromotion", "live", "accepted", false, -400, -35, -390, true}, /* ended */
    {"multipartyPromotionChannelPartner", "draft", NULL, true, 0, 300, 40, false},
    {"customerPromotion", "live", "accepted", true, 0, 250, 5, false},
};

/* Each deal has a customer of its own: multiparty offers must not overlap. */
static const char *account_of(struct arena *arena, size_t index)
{
    return arena_printf(arena,
                        "70000000-0000-4000-8000-%012zu:80000000-0000-4000-8000-%012zu_2019-05-31",
                        index + 100, index + 100);
}

static struct json *pricing_of(struct arena *arena, size_t index)
{
    return rest_make(arena,
                     "[{'product':'product/" INGESTION_SAAS
                     "','productName':'Sandbox Analytics','plan':"
                     "'plan/" INGESTION_SAAS "/" INGESTION_STANDARD "','planName':'Standard',"
                     "'discountType':'percentage','discountPercentage':%zu.5}]",
                     5 + index % 30);
}

static struct json *make_offer(struct seeding *seeding, const struct seed_offer *row, size_t index)
{
    struct arena *arena = seeding->arena;
    int64_t today = ingestion_today(seeding->sandbox);
    bool csp = !strcmp(row->kind, "cspPromotion");
    bool seller = strstr(row->kind, "ChannelPartner") != NULL;
    struct json *offer = rest_make(
        arena,
        "{'$schema':'" INGESTION_NEW "private-offer/2023-07-15','name':'Offer %zu',"
        "'privateOfferType':'%s','offerPricingType':'editExistingOfferPricingOnly',"
        "'variableStartDate':%s,'end':'%s','state':'%s','notificationContacts':"
        "['deals@sandbox.example'],'beneficiaries':[{'id':'%s','description':'Customer %zu'}]}",
        index + 1, row->kind, row->variable ? "true" : "false",
        ingestion_day(arena, today + row->end), row->state,
        csp ? arena_printf(arena, "5d1c7a40-0a32-4b44-b904-%012zu", index)
            : account_of(arena, index),
        index + 1);
    if (!row->variable)
        json_set_text(arena, offer, "start", ingestion_day(arena, today + row->start));
    if (!csp)
        json_set_text(arena, offer, "acceptBy", ingestion_day(arena, today + row->accept));
    json_set_text(arena, offer, "subState", row->substate);
    json_set(arena, offer, seller ? "originatorPricing" : "pricing", pricing_of(arena, index));
    if (text_starts(row->kind, "multiparty"))
        json_set(arena, offer, "partners",
                 rest_make(arena, "[{'id':'" INGESTION_RESELLER
                                  "','partnerName':'Reseller','location':'United States'}]"));
    else if (!seller)
        json_set_text(arena, offer, "preparedBy", "deals@sandbox.example");
    return offer;
}

static void seed_offer(struct seeding *seeding, size_t index)
{
    const struct seed_offer *row = &offers[index % COUNT(offers)];
    const char *guid = azure_new_guid(seeding->sandbox, seeding->arena);
    struct json *offer = make_offer(seeding, row, index);
    json_set_text(seeding->arena, offer, "id",
                  arena_printf(seeding->arena, "private-offer/%s", guid));
    if (row->substate && strcmp(row->substate, "pendingPartnerAction") != 0)
        offer_link(seeding->arena, offer);
    offer_add(seeding->sandbox, guid, offer);
    if (row->subscribed)
        saas_subscribe(seeding->sandbox, INGESTION_SAAS, INGESTION_STANDARD, guid, 0);
}

void marketplace_seed(struct sandbox *sandbox)
{
    size_t wanted = sandbox->options.azure_products;
    for (size_t i = 0; i < COUNT(products) || i < wanted; i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct seeding seeding = {sandbox, arena, &products[i % COUNT(products)], NULL,
                                  sandbox_now(sandbox) - 90 * DAY_MS};
        seed_product(&seeding, i);
    }
    for (size_t i = 0; i < sandbox->options.azure_offers; i++) {
        CLEANUP_ARENA struct arena *arena = arena_new();
        struct seeding seeding = {sandbox, arena, NULL, INGESTION_SAAS, sandbox_now(sandbox)};
        seed_offer(&seeding, i);
    }
}
