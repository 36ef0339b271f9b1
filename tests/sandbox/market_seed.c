/* What the marketplace begins with: products of every type, their public offers, a shared resale
 * authorization, and private offers in every state. Nobody in here exists. */
#include <stdio.h>
#include <string.h>

#include "tests/sandbox/deals.h"
#include "tests/sandbox/market.h"
#include "tests/sandbox/rest.h"

#define DAY_MS INT64_C(86400000)

/* ---- Products. */
static const char dimensions[] =
    "[{'Name':'Basic','Description':'Basic tier','Key':'basic_service','Unit':'Units',"
    "'Types':['Entitled']},"
    "{'Name':'Premium','Description':'Premium tier','Key':'premium_service','Unit':'Units',"
    "'Types':['Entitled']},"
    "{'Name':'Users','Description':'Named users','Key':'users','Unit':'Users',"
    "'Types':['Entitled','Metered']},"
    "{'Name':'Ingest','Description':'Gigabytes taken in','Key':'gb_ingested','Unit':'GB',"
    "'Types':['Metered']},"
    "{'Name':'Seats','Description':'Seats beyond the contract','Key':'seats','Unit':'Units',"
    "'Types':['ExternallyMetered']}]";

/* What a type has beside the members that all have. */
static const struct product_part {
    enum entity_kind kind;
    const char *members;
} product_parts[] = {
    {ENTITY_SAAS,
     "{'Versions':[{'Id':'v-1','DeliveryOptions':[{'Id':'do-sandboxsaas01',"
     "'Type':'SoftwareRegistration','FulfillmentUrl':'https://www.example.com/register',"
     "'QuickLaunchEnabled':false,'LaunchUrl':null,'Visibility':'Public'}]}]}"},
    {ENTITY_AMI,
     "{'RegionAvailability':{'Regions':['us-east-1','eu-central-1'],'Restrict':[],"
     "'FutureRegionSupport':'None'},'Versions':[{'Id':'version-1','VersionTitle':'1.4.0',"
     "'ReleaseNotes':'Maintenance','UpgradeInstructions':'Start the new image',"
     "'CreationDate':'2026-02-03T09:00:00Z','Sources':[{'Id':'source-1',"
     "'Type':'AmazonMachineImage','Image':'ami-0123456789abcdef0',"
     "'Architecture':'x86_64','VirtualizationType':'hvm','OperatingSystem':{"
     "'Name':'UBUNTU','Version':'22.04','Username':'ubuntu','ScanningPort':22}}],"
     "'DeliveryOptions':[{'Id':'do-sandboxami001','Type':'AmazonMachineImage',"
     "'SourceId':'source-1','Visibility':'Public','Recommendations':{"
     "'InstanceType':'m5.large','SecurityGroups':[]}}]}]}"},
    {ENTITY_CONTAINER, "{'Repositories':[{'Url':'709825985650.dkr.ecr.us-east-1.amazonaws.com/"
                       "example/agent','Type':'ECR'}],'Versions':[{'Id':'version-1',"
                       "'VersionTitle':'2.1.0','ReleaseNotes':'First','CreationDate':"
                       "'2026-03-04T09:00:00Z','Sources':[{'Id':'source-1','Type':'DockerImages',"
                       "'Images':['example/agent:2.1.0'],'Compatibility':{'Platform':'Linux'}}],"
                       "'DeliveryOptions':[{'Id':'do-sandboxcont01','Type':'EcrDeliveryOption',"
                       "'SourceId':'source-1','isRecommended':true,'Compatibility':{"
                       "'AWSServices':['EKS','ECS']},'Visibility':'Public'}]}]}"},
    {ENTITY_MODEL, "{'RegionAvailability':{'Regions':['us-east-1'],'Restrict':[],"
                   "'FutureRegionSupport':'None'},'Versions':[{'Id':'version-1',"
                   "'VersionTitle':'1.0','ReleaseNotes':'First','CreationDate':"
                   "'2026-04-05T09:00:00Z','DeliveryOptions':[{'Id':'do-sandboxml0001',"
                   "'Type':'SageMakerModel','Visibility':'Public'}]}]}"},
    {ENTITY_DATA,
     "{'DataSets':[{'Name':'Prices','Arn':'arn:aws:dataexchange:us-east-1:" SANDBOX_ACCOUNT
     ":data-sets/0123456789abcdef'}]}"},
};

static struct json *make_product(struct arena *arena, const struct entity_type *type,
                                 const char *id, const char *title)
{
    struct json *document = rest_make(
        arena,
        "{'Description':{'ProductTitle':'%s','ProductCode':'%.13s%.12s','ShortDescription':"
        "'%s for teams that sell software.','LongDescription':'Everything that %s does, and how.',"
        "'Manufacturer':'Example Software','Sku':'EX-%.8s','Highlights':['Ready in a day',"
        "'No agents','Exports to CSV'],'AssociatedProducts':null,'SearchKeywords':['example'],"
        "'Visibility':'Public','ProductState':'Active','ReplacementProductId':null,"
        "'Categories':['Log Analysis']},'PromotionalResources':{'LogoUrl':"
        "'https://www.example.com/logo.png','Videos':[],'AdditionalResources':[{'Type':'Link',"
        "'Text':'Documentation','Url':'https://www.example.com/docs'}],'PromotionalMedia':null},"
        "'SupportInformation':{'Description':'By mail, on working days.'},'Dimensions':%s,"
        "'Targeting':{'PositiveTargeting':{'BuyerAccounts':[]}}}",
        title, id + 5, "abcdefghijklm", title, title, id + 5, dimensions);
    for (size_t i = 0; i < COUNT(product_parts); i++) {
        if (product_parts[i].kind != type->kind)
            continue;
        const struct json *part = rest_make(arena, "%s", product_parts[i].members);
        for (size_t j = 0; j < part->count; j++)
            json_set(arena, document, part->names[j], part->items[j]);
    }
    return document;
}

/* Dated in the past, each by another time. */
static void set_age(struct entity *entity, int64_t now, int64_t days, bool released)
{
    entity->created_ms = now - (days + 1) * DAY_MS;
    entity->modified_ms = now - days * DAY_MS;
    entity->released_ms = released ? entity->modified_ms : 0;
}

static void add_public_offer(struct sandbox *sandbox, struct arena *arena, const char *product,
                             const char *title, int64_t days)
{
    const char *id = arena_printf(arena, "offer-%s", product + 5);
    const struct json *document =
        rest_make(arena,
                  "{'Id':'%s','State':'Released','Name':'%s: public offer','Description':null,"
                  "'ProductId':'%s','OfferSetId':null,'ResaleAuthorizationId':null,"
                  "'MarkupPercentage':null,'PreExistingAgreement':null,'Terms':[{'Type':"
                  "'ConfigurableUpfrontPricingTerm','CurrencyCode':'USD','RateCards':[{'Selector':"
                  "{'Type':'Duration','Value':'P12M'},'Constraints':{'MultipleDimensionSelection':"
                  "'Disallowed','QuantityConfiguration':'Disallowed'},'RateCard':[{'DimensionKey':"
                  "'basic_service','Price':'12000.00'},{'DimensionKey':'premium_service','Price':"
                  "'24000.00'}]}]},{'Type':'LegalTerm','Documents':[{'Type':'StandardEula',"
                  "'Version':'2022-07-14'}]},{'Type':'SupportTerm','RefundPolicy':'No refunds.'}],"
                  "'Rules':[]}",
                  id, title, product);
    set_age(entity_add(sandbox, entity_type_find("Offer", false), id, document),
            sandbox_now(sandbox), days, true);
}

static void add_product(struct sandbox *sandbox, struct arena *arena, size_t index)
{
    static const struct {
        const char *id, *type, *title;
    } first[] = {
        {SANDBOX_PRODUCT, "SaaSProduct", "Example Analytics"},
        {SANDBOX_AMI, "AmiProduct", "Example Gateway"},
        {SANDBOX_CONTAINER, "ContainerProduct", "Example Collector"},
        {SANDBOX_MODEL, "MachineLearningProduct", "Example Forecaster"},
        {SANDBOX_DATA, "DataProduct", "Example Prices"},
    };
    static const char *const names[] = {"Ledger",  "Harbor", "Beacon", "Orchard",
                                        "Compass", "Meadow", "Lantern"};
    bool named = index < COUNT(first);
    size_t kind = named ? index : index % 3;
    const char *id = named ? first[index].id : entity_new_id(sandbox, arena, "prod-", 13);
    const char *title =
        named ? first[index].title
              : arena_printf(arena, "Example %s %zu", names[index % COUNT(names)], index);
    const struct entity_type *type = entity_type_find(first[kind].type, false);
    struct entity *product = entity_add(sandbox, type, id, make_product(arena, type, id, title));
    set_age(product, sandbox_now(sandbox), 90 + (int64_t)(index % 200), true);
    add_public_offer(sandbox, arena, id, title, 80 + (int64_t)(index % 200));
}

/* What a manufacturer authorizes the account to resell. */
static void add_shared_resale(struct sandbox *sandbox, struct arena *arena)
{
    const struct json *document = rest_make(
        arena,
        "{'Name':'Northern resellers','Description':'For resale by the account',"
        "'ProductId':'prod-othersoftware','ProductName':'Northern Vault','Status':'Active',"
        "'PricingModel':'Contract','PreExistingBuyerAgreement':'Unknown',"
        "'CreatedDate':'2026-05-06T09:00:00.000Z','ManufacturerAccountId':'" MARKET_OTHER
        "','ManufacturerLegalName':'Northern Software','Dimensions':%s,"
        "'OfferDetails':{'OfferExtendedStatus':'Not Started','OfferCreatedCount':0},"
        "'Terms':[{'Type':'ResaleConfigurableUpfrontPricingTerm','Id':'term-1','CurrencyCode':"
        "'USD','RateCards':[{'Selector':{'Type':'Duration','Value':'P12M'},'Constraints':"
        "{'MultipleDimensionSelection':'Allowed','QuantityConfiguration':'Allowed'},'RateCard':"
        "[{'DimensionKey':'basic_service','Price':'10000'}]}]},{'Type':'BuyerLegalTerm',"
        "'Id':'term-2','Documents':[{'Type':'StandardEula'}]}],"
        "'Rules':[{'Type':'AvailabilityRule','Usage':'MultiUse','AvailabilityEndDate':null},"
        "{'Type':'PartnerTargetingRule','ResellerAccountId':'" SANDBOX_ACCOUNT
        "','ResellerLegalName':'Example Software'}]}",
        dimensions);
    struct entity *resale = entity_add(sandbox, entity_type_find("ResaleAuthorization", false),
                                       SANDBOX_RESALE, document);
    text_replace(&resale->owner, MARKET_OTHER);
    set_age(resale, sandbox_now(sandbox), 50, true);
}

/* ---- Private offers. */
static const struct seed_state {
    int64_t released; /* days ago */
    int64_t ends;     /* days from now */
    int64_t accepted; /* days ago; 0: never */
    bool draft, usage;
    int64_t replaced;   /* days ago that a replacement was offered; 0: none */
    int64_t reaccepted; /* and accepted */
} seed_states[] = {
    {60, -20, 40, false, false, 0, 0},    {30, 15, 12, false, false, 0, 0},
    {20, 25, 0, false, false, 0, 0},      {45, -5, 0, false, false, 0, 0},
    {9, 30, 0, true, false, 0, 0},        {12, 10, 0, false, true, 0, 0},
    {80, -30, 70, false, true, 0, 0},     {200, -170, 190, false, false, 20, 10},
    {420, -390, 400, false, false, 0, 0}, {260, -230, 250, false, false, 6, 0},
};

static const char *day_text(struct arena *arena, int64_t ms, const char *time)
{
    char day[DAY_TEXT];
    return arena_printf(arena, "%sT%sZ", day_print(day_of(ms), day), time);
}

static const char *pricing_of(struct arena *arena, const struct seed_state *state,
                              const struct deal *deal)
{
    unsigned price = 1000 * (1 + deal_roll(deal, "offer price", 200));
    if (state->usage)
        return "{'Type':'UsageBasedPricingTerm','CurrencyCode':'USD','RateCards':[{'RateCard':"
               "[{'DimensionKey':'gb_ingested','Price':'0.13'}]}]},{'Type':'ValidityTerm',"
               "'AgreementDuration':'P365D'}";
    return arena_printf(arena,
                        "{'Type':'ConfigurableUpfrontPricingTerm','CurrencyCode':'USD',"
                        "'RateCards':[{'Selector':{'Type':'Duration','Value':'P12M'},"
                        "'Constraints':{'MultipleDimensionSelection':'Disallowed',"
                        "'QuantityConfiguration':'Disallowed'},'RateCard':[{'DimensionKey':"
                        "'basic_service','Price':'%u.00'}]}]}",
                        price);
}

static struct entity *add_offer(struct sandbox *sandbox, struct arena *arena,
                                const struct deal *deal, const struct seed_state *state,
                                const char *agreement)
{
    int64_t now = sandbox_now(sandbox);
    int64_t released = agreement ? state->replaced : state->released;
    int64_t ends = agreement ? 20 : state->ends;
    const char *id = entity_new_id(sandbox, arena, "offer-", 13);
    const char *validity = agreement
                               ? arena_printf(arena,
                                              ",{'Type':'ValidityTerm','AgreementEndDate':"
                                              "'%s'}",
                                              day_text(arena, now + 500 * DAY_MS, "23:59:59.000"))
                               : "";
    const struct json *document = rest_make(
        arena,
        "{'Id':'%s','State':'%s','Name':'%.100s','Description':'%s for deal [%s]',"
        "'ProductId':'" SANDBOX_PRODUCT "','OfferSetId':null,'ResaleAuthorizationId':null,"
        "'MarkupPercentage':null,'PreExistingAgreement':null,'Terms':[%s%s,{'Type':'LegalTerm',"
        "'Documents':[{'Type':'StandardEula','Version':'2022-07-14'}]}],'Rules':[{'Type':"
        "'AvailabilityRule','AvailabilityEndDate':'%s'},{'Type':'TargetingRule',"
        "'PositiveTargeting':{'BuyerAccounts':['%03u%09u']}}]}",
        id, state->draft ? "Draft" : "Released", deal->company, agreement ? "Amendment" : "Offer",
        deal->key, pricing_of(arena, state, deal), validity,
        day_text(arena, now + ends * DAY_MS, "23:59:59.000"), deal_roll(deal, "buyer head", 1000),
        1 + deal_roll(deal, "buyer", 999999999));
    struct entity *offer = entity_add(sandbox, entity_type_find("Offer", false), id, document);
    set_age(offer, now, released, !state->draft);
    text_replace(&offer->agreement, agreement ? agreement : "");
    return offer;
}

static void add_private_offer(struct sandbox *sandbox, struct arena *arena, size_t index)
{
    const struct seed_state *state = &seed_states[index % COUNT(seed_states)];
    int64_t now = sandbox_now(sandbox);
    struct deal deal;
    struct agreement *agreement = NULL;
    struct failure failure = {.arena = arena};
    deal_make(arena, sandbox->options.seed, index, sandbox->options.referrals, now, &deal);
    struct entity *offer = add_offer(sandbox, arena, &deal, state, NULL);
    if (!state->accepted)
        return;
    agreement_accept(sandbox, &failure, offer->id, NULL, now - state->accepted * DAY_MS,
                     &agreement);
    if (!agreement || !state->replaced)
        return;
    offer = add_offer(sandbox, arena, &deal, state, agreement->id);
    if (state->reaccepted)
        agreement_accept(sandbox, &failure, offer->id, NULL, now - state->reaccepted * DAY_MS,
                         &agreement);
    else /* one that AWS proposes by itself */
        text_replace(&offer->source, "AwsMarketplace");
}

void market_seed(struct sandbox *sandbox)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    sandbox->market->opened_ms = sandbox_now(sandbox);
    for (size_t i = 0; i < sandbox->options.products || i < 5; i++) {
        arena_reset(arena);
        add_product(sandbox, arena, i);
    }
    add_shared_resale(sandbox, arena);
    for (size_t i = 0; i < sandbox->options.offers; i++) {
        arena_reset(arena);
        add_private_offer(sandbox, arena, i);
    }
}
