/* What Google's marketplace begins with: listings in each form, and private offers in every state.
 * Nobody in here exists. */
#include <string.h>

#include "tests/sandbox/gcp/market.h"
#include "tests/sandbox/gcp/pacific.h"

#define DAY_MS    INT64_C(86400000)
#define MINUTE_MS INT64_C(60000)

struct seeding {
    struct sandbox *sandbox;
    struct arena *arena;
    int64_t now_ms;
};

static void add_good(const struct seeding *seeding, const char *id, struct json *shown,
                     struct json *hold)
{
    rest_add(&market_of(seeding->sandbox)->goods, id, market_pair(seeding->arena, shown, hold),
             seeding->now_ms);
}

/* ---- Services. */
static void add_services(const struct seeding *seeding)
{
    static const struct {
        const char *id, *title, *type, *hold;
    } services[] = {
        {GCP_SERVICE_DB, "Sandbox DB", "SOFTWARE_AS_A_SERVICE", "{'approval':true,'resale':true}"},
        {GCP_SERVICE_API, "Sandbox API", "SOFTWARE_AS_A_SERVICE", "{'multiple':true}"},
        {GCP_SERVICE_METER, "Sandbox Meter", "SOFTWARE_AS_A_SERVICE", "{}"},
        {GCP_SERVICE_ADVICE, "Sandbox Advice", "PROFESSIONAL_SERVICES",
         "{'approval':true,'professional':true}"},
    };
    struct arena *arena = seeding->arena;
    for (size_t i = 0; i < COUNT(services); i++)
        add_good(seeding, arena_printf(arena, "services/%s", services[i].id),
                 rest_make(arena, "{'title':'%s','productType':'%s'}", services[i].title,
                           services[i].type),
                 rest_make(arena, "%s", services[i].hold));
}

/* ---- SKUs. */
static const char metered[] =
    "{'effectiveTime':'%s','managedServiceMetricUsageFee':{'canonicalMetric':'%s/%s',"
    "'tieredPrice':{'unit':'h','unitDescription':'hour','priceUnitCount':{'value':'1'},"
    "'priceTiers':[{'startAmount':{'value':'0'},'price':{'currencyCode':'USD','nanos':%d}}]}}}";
static const char monthly[] =
    "{'effectiveTime':'%s','flatSubscriptionFee':{'unit':'mo','pricePerUnit':"
    "{'currencyCode':'USD','units':'%d'}}}";

static void add_skus(const struct seeding *seeding)
{
    static const struct {
        const char *service, *id, *text, *metric;
        int price; /* dollars a month, or billionths of one */
    } skus[] = {
        {GCP_SERVICE_DB, GCP_SKU_DB_FEE, "Enterprise, per month", NULL, 5000},
        {GCP_SERVICE_DB, GCP_SKU_DB_USAGE, "Compute hours", "Compute_hours", 250000000},
        {GCP_SERVICE_DB, "A1B2-C3D4-0003", "Team, per month", NULL, 400},
        {GCP_SERVICE_API, "A1B2-C3D4-0011", "Standard, per month", NULL, 1200},
        {GCP_SERVICE_API, GCP_SKU_CALLS, "Calls", "Calls", 1000},
        {GCP_SERVICE_METER, GCP_SKU_ROWS, "Rows", "Rows", 10},
        {GCP_SERVICE_METER, GCP_SKU_BYTES, "Bytes", "Bytes", 1},
        {GCP_SERVICE_ADVICE, "A1B2-C3D4-0031", "Project", NULL, 10000},
    };
    struct arena *arena = seeding->arena;
    for (size_t i = 0; i < COUNT(skus); i++) {
        const char *since = gcp_instant(arena, seeding->now_ms - 400 * DAY_MS);
        struct json *price = skus[i].metric ? rest_make(arena, metered, since, skus[i].service,
                                                        skus[i].metric, skus[i].price)
                                            : rest_make(arena, monthly, since, skus[i].price);
        struct json *shown = rest_make(arena, "{'description':'%s'}", skus[i].text);
        struct json *timeline = json_array(arena);
        /* What comes stands before what is: the order says nothing. */
        if (i == 0)
            json_append(
                arena, timeline,
                rest_make(arena, monthly, gcp_instant(arena, seeding->now_ms + 90 * DAY_MS), 5500));
        json_append(arena, timeline, price);
        json_set(arena, shown, "skuPriceTimeline", timeline);
        add_good(seeding, arena_printf(arena, "services/%s/skus/%s", skus[i].service, skus[i].id),
                 shown, NULL);
    }
    add_good(seeding, "skuGroups/" GCP_SKU_GROUP,
             rest_make(arena,
                       "{'skus':['" GCP_PARENT "/services/" GCP_SERVICE_METER "/skus/" GCP_SKU_ROWS
                       "','" GCP_PARENT "/services/" GCP_SERVICE_METER "/skus/" GCP_SKU_BYTES
                       "'],'cloudBillingSkus':['services/6F81-5844-456A/skus/0000-1111-2222']}"),
             NULL);
}

/* ---- Standard offers. */
static const struct standard {
    const char *service, *id, *level, *title;
    int from_days, until_days; /* from now on; 0: it does not expire */
    int months;
    const char *fee, *usage; /* SKUs; "*" in usage is the group */
} standards[] = {
    {GCP_SERVICE_DB, GCP_STANDARD_DB, "enterprise", "Enterprise", -400, 0, 12, GCP_SKU_DB_FEE,
     GCP_SKU_DB_USAGE},
    {GCP_SERVICE_DB, GCP_STANDARD_DB_TEAM, "team", "Team", -300, 0, 1, "A1B2-C3D4-0003", NULL},
    {GCP_SERVICE_DB, GCP_STANDARD_OLD, "enterprise", "Enterprise", -800, -400, 12, GCP_SKU_DB_FEE,
     NULL},
    {GCP_SERVICE_DB, GCP_STANDARD_COMING, "enterprise", "Enterprise", 30, 0, 24, GCP_SKU_DB_FEE,
     GCP_SKU_DB_USAGE},
    {GCP_SERVICE_API, GCP_STANDARD_API, "standard", "Standard", -400, 0, 12, "A1B2-C3D4-0011",
     GCP_SKU_CALLS},
    {GCP_SERVICE_METER, GCP_STANDARD_METER, "payg", "Pay as you go", -400, 0, 0, NULL, "*"},
    {GCP_SERVICE_ADVICE, GCP_STANDARD_ADVICE, "project", "Project", -200, 0, 12, "A1B2-C3D4-0031",
     NULL},
};

static struct json *make_prices(struct arena *arena, const struct standard *row)
{
    const char *parent = arena_printf(arena, GCP_PARENT "/services/%s/skus", row->service);
    struct json *model = json_object(arena);
    if (row->fee)
        json_set(arena, model, "flatFee", rest_make(arena, "{'sku':'%s/%s'}", parent, row->fee));
    if (text_equal(row->usage, "*"))
        json_set(arena, model, "usage",
                 rest_make(arena, "{'skuGroupList':{'skuGroups':['" GCP_PARENT
                                  "/skuGroups/" GCP_SKU_GROUP "']}}"));
    else if (row->usage)
        json_set(arena, model, "usage",
                 rest_make(arena, "{'skuList':{'skus':['%s/%s']}}", parent, row->usage));
    return model;
}

static void add_standards(const struct seeding *seeding)
{
    struct arena *arena = seeding->arena;
    for (size_t i = 0; i < COUNT(standards); i++) {
        const struct standard *row = &standards[i];
        const char *made = gcp_instant(arena, seeding->now_ms - 900 * DAY_MS);
        struct json *shown = rest_make(
            arena,
            "{'createTime':'%s','updateTime':'%s','effectiveTime':'%s','serviceLevel':'%s',"
            "'serviceLevelTitle':'%s'}",
            made, made, gcp_instant(arena, seeding->now_ms + row->from_days * DAY_MS), row->level,
            row->title);
        if (row->until_days)
            json_set_text(arena, shown, "expireTime",
                          gcp_instant(arena, seeding->now_ms + row->until_days * DAY_MS));
        if (row->months)
            json_set(arena, shown, "termDurationMonths", json_int(arena, row->months));
        json_set(arena, shown, "priceModel", make_prices(arena, row));
        add_good(seeding,
                 arena_printf(arena, "services/%s/standardOffers/%s", row->service, row->id), shown,
                 NULL);
    }
}

/* ---- Private offers. */
/* What became of it; "WAITING" is accepted and not approved yet. */
static const struct row {
    const char *state, *deal;
    const char *service, *standard;
    int months, renewals;
    const char *price;
    bool reseller;
} rows[] = {
    {"ACCEPTED", "NEW", GCP_SERVICE_DB, GCP_STANDARD_DB, 12, 1,
     "{'standardInterval':'YEARLY_NOT_PRORATED','priceModel':{'flatFee':{'flatFeeOverride':"
     "{'currencyCode':'USD','units':'48000'}},'usage':{'defaultDiscountPercent':{'value':"
     "'12.5'}}}}",
     false},
    {"PUBLISHED", "MIGRATION", GCP_SERVICE_DB, GCP_STANDARD_DB, 27, 0,
     "{'standardInterval':'MONTHLY_PRORATED','priceModel':{'flatFee':{'flatFeeOverride':"
     "{'currencyCode':'USD','units':'1999','nanos':990000000}}}}",
     false},
    {"DRAFT", "NEW", GCP_SERVICE_API, GCP_STANDARD_API, 12, 0,
     "{'standardInterval':'QUARTERLY_NOT_PRORATED','priceModel':{'flatFee':{'flatFeeOverride':"
     "{'currencyCode':'USD','units':'3000'}}}}",
     false},
    {"ACCEPTED", "NEW", GCP_SERVICE_METER, GCP_STANDARD_METER, 18, 0,
     "{'priceModel':{'usage':{'defaultDiscountPercent':{'value':'20'}}}}", false},
    {"EXPIRED", "NEW", GCP_SERVICE_DB, GCP_STANDARD_DB_TEAM, 6, 0,
     "{'standardInterval':'MONTHLY_NOT_PRORATED','priceModel':{'flatFee':{'flatFeeOverride':"
     "{'currencyCode':'USD','units':'350'}}}}",
     false},
    {"CANCELLED", "CHANNEL_SHIFT", GCP_SERVICE_API, GCP_STANDARD_API, 12, 0,
     "{'standardInterval':'YEARLY_NOT_PRORATED','priceModel':{'flatFee':{'flatFeeOverride':"
     "{'currencyCode':'USD','units':'11000'}}}}",
     false},
    {"PUBLISHING", "NEW", GCP_SERVICE_DB, GCP_STANDARD_DB, 36, 0,
     "{'standardInterval':'YEARLY_NOT_PRORATED','priceModel':{'flatFee':{'flatFeeOverride':"
     "{'currencyCode':'USD','units':'750000'}}}}",
     false},
    {"WAITING", "NATIVE_RENEWAL", GCP_SERVICE_DB, GCP_STANDARD_DB, 24, 0,
     "{'standardInterval':'YEARLY_NOT_PRORATED','priceModel':{'flatFee':{'flatFeeOverride':"
     "{'currencyCode':'USD','units':'60000'}}}}",
     false},
    {"ENDED", "NEW", GCP_SERVICE_DB, GCP_STANDARD_DB_TEAM, 12, 0,
     "{'standardInterval':'MONTHLY_NOT_PRORATED','priceModel':{'flatFee':{'flatFeeOverride':"
     "{'currencyCode':'USD','units':'300'}}}}",
     false},
    {"PUBLISHED", "NEW", GCP_SERVICE_METER, GCP_STANDARD_METER, 12, 0,
     "{'standardInterval':'YEARLY_NOT_PRORATED','priceModel':{'commitment':{'commitmentAmount':"
     "{'currencyCode':'USD','units':'100000'},'discountPercent':{'value':'15'}}}}",
     true},
};

static struct json *make_offer(const struct seeding *seeding, const struct row *row, size_t index)
{
    struct arena *arena = seeding->arena;
    struct json *shown = rest_make(
        arena,
        "{'title':'Offer %zu for Company %zu','offerDealType':'%s','partnerContact':{'contact':"
        "'Deal Desk','email':'dealdesk@sandbox.example'},'customer':{'entityTitle':'Company %zu',"
        "'contact':'Procurement','email':'procurement@company%zu.example','targetBillingAccount':"
        "'" GCP_BUYERS "%06zX'},'term':{'startPolicy':'IMMEDIATE','endPolicy':'AFTER_DURATION',"
        "'durationMonths':%d,'maxRenewalCount':%d},'singleProductOffer':{'baseStandardOffer':"
        "'" GCP_PARENT "/services/%s/standardOffers/%s'}}",
        index + 1, index + 1, row->deal, index + 1, index + 1, index + 1, row->months,
        row->renewals, row->service, row->standard);
    struct json *single = json_get(shown, "singleProductOffer");
    bool past = !strcmp(row->state, "EXPIRED");
    json_set(arena, single, "standardIntervalPrice", rest_make(arena, "%s", row->price));
    json_set(arena, shown, "acceptDeadlineTime",
             pacific_write(arena, pacific_day(seeding->now_ms) + (past ? -5 : 30)));
    if (index % 2 == 0)
        json_set_text(
            arena, shown, "internalNote",
            arena_printf(arena, "crm=006SANDBOX%05zu rid=seed%zu\nMade by hand", index, index));
    /* A preview API grows: members that no published message has. */
    if (seeding->sandbox->options.unknown_members && index % 3 == 0)
        json_set(arena, shown, "offerProgram", rest_make(arena, "{'level':'GOLD','since':'2026'}"));
    if (row->reseller) {
        json_set(arena, shown, "resellerContact",
                 rest_make(arena, "{'contact':'Reseller','email':'deals@reseller.example'}"));
        json_set_text(arena, single, "resellerPrivateOfferPlanId", "rpop-0001");
    }
    return shown;
}

/* Through the same states as everybody's. */
static void bring_to(struct sandbox *sandbox, struct rest_record *offer, const char *state,
                     int64_t published_ms)
{
    int64_t now = sandbox_now(sandbox);
    bool accepted = !strcmp(state, "ACCEPTED") || !strcmp(state, "WAITING");
    bool ended = !strcmp(state, "ENDED");
    if (!strcmp(state, "DRAFT"))
        return;
    offer_begin_publishing(sandbox, offer);
    if (!strcmp(state, "PUBLISHING"))
        return;
    offer_move(sandbox, offer, "PUBLISHED", published_ms);
    if (!strcmp(state, "CANCELLED") || !strcmp(state, "EXPIRED"))
        offer_move(sandbox, offer, state, now - DAY_MS);
    if (!accepted && !ended)
        return;
    struct rest_record *order = order_accept(sandbox, offer, strcmp(state, "WAITING") != 0);
    if (strcmp(state, "WAITING") != 0) {
        order_approve(sandbox, order);
        order_change_state(sandbox, order, "ENTITLEMENT_ACTIVE");
    }
    if (ended)
        order_cancel(sandbox, order, "user-cancelled");
}

static void seed_offer(const struct seeding *seeding, size_t index)
{
    struct sandbox *sandbox = seeding->sandbox;
    const struct row *row = &rows[index % COUNT(rows)];
    int64_t made = seeding->now_ms - 40 * DAY_MS + (int64_t)index * MINUTE_MS;
    struct json *shown = make_offer(seeding, row, index);
    json_set_text(seeding->arena, shown, "state", "DRAFT");
    struct rest_record *offer =
        rest_add(&market_of(sandbox)->offers, market_new_id(sandbox, seeding->arena),
                 market_pair(seeding->arena, shown, NULL), made);
    gcp_documents_add(sandbox, offer->id, "STANDARD_END_USER_LICENSE_AGREEMENT_V2");
    bring_to(sandbox, offer, row->state, made + 2 * DAY_MS);
    /* As if it had not all been just now. */
    offer->moved_ms = seeding->now_ms - 2 * DAY_MS + (int64_t)index * MINUTE_MS;
}

void gcp_market_seed(struct sandbox *sandbox)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    const struct seeding seeding = {sandbox, arena, sandbox_now(sandbox)};
    add_services(&seeding);
    add_skus(&seeding);
    add_standards(&seeding);
    for (size_t i = 0; i < sandbox->options.gcp_offers; i++) {
        CLEANUP_ARENA struct arena *of_one = arena_new();
        const struct seeding one = {sandbox, of_one, seeding.now_ms};
        seed_offer(&one, i);
    }
}
