/* What the change types of offers, offer sets and resale authorizations do to their documents. */
#include <string.h>

#include "tests/sandbox/changes.h"
#include "tests/sandbox/words.h"

const char *day_at(struct arena *arena, const char *day, const char *time)
{
    return arena_printf(arena, "%sT%sZ", day, time);
}

void rule_put(struct arena *arena, struct json *document, const char *type, struct json *rule)
{
    struct json *rules = json_get(document, "Rules");
    if (!rules) {
        rules = json_array(arena);
        json_set(arena, document, "Rules", rules);
    }
    for (size_t i = 0; i < rules->count; i++) {
        if (!text_equal(json_get_text(rules->items[i], "Type"), type))
            continue;
        json_remove_at(rules, i);
        break;
    }
    if (rule)
        json_append(arena, rules, rule);
}

static struct json *rule_new(struct arena *arena, const char *type)
{
    struct json *rule = json_object(arena);
    json_set_text(arena, rule, "Type", type);
    return rule;
}

static const char *detail(const struct change *change, const char *name)
{
    return json_get_text(change->details, name);
}

/* ---- Making offers. */
static struct json *new_offer(struct change_run *run, const struct change *change,
                              const char *product)
{
    struct arena *arena = run->arena;
    struct json *document = json_object(arena);
    const char *const members[][2] = {
        {"Id", change->target},
        {"State", "Draft"},
        {"Name", detail(change, "Name")},
        {"Description", detail(change, "Description")},
        {"ProductId", product},
        {"OfferSetId", detail(change, "OfferSetId")},
        {"ResaleAuthorizationId", detail(change, "ResaleAuthorizationId")},
        {"MarkupPercentage", NULL},
        {"PreExistingAgreement", NULL},
    };
    for (size_t i = 0; i < COUNT(members); i++)
        json_set(arena, document, members[i][0], json_string(arena, members[i][1]));
    json_set(arena, document, "Terms", json_array(arena));
    json_set(arena, document, "Rules", json_array(arena));
    return document;
}

static void join_set(struct change_run *run, struct change *change, const char *set_id,
                     const char *offer_id)
{
    struct draft *set = draft_of(run, set_id);
    if (!set || set->type->kind != ENTITY_OFFER_SET || set->released) {
        change_error(run, change, "INCOMPATIBLE_OFFER_SET", "%s is no draft of an offer set.",
                     set_id);
        return;
    }
    struct json *entry = json_object(run->arena);
    json_set_text(run->arena, entry, "OfferId", offer_id);
    json_append(run->arena, json_get(set->document, "Offers"), entry);
}

static struct draft *add_offer(struct change_run *run, struct change *change, const char *product,
                               const char *agreement)
{
    const char *set = detail(change, "OfferSetId");
    struct draft *draft = draft_new(run, change, new_offer(run, change, product));
    draft->agreement = agreement;
    if (set)
        join_set(run, change, set, draft->id);
    return draft;
}

/* A product of the account, beyond its own drafting unless the same set makes it. */
static bool offerable(struct change_run *run, const char *id)
{
    const struct entity *product = entity_find(run->sandbox, id);
    const struct draft *made = product ? NULL : draft_of(run, id);
    if (!product)
        return made && made->type->kind & ENTITY_PRODUCT;
    return entity_own(product) && product->type->kind & ENTITY_PRODUCT &&
           strcmp(entity_text(product, "Description.ProductState"), "Draft") != 0;
}

void apply_create_offer(struct change_run *run, struct change *change, struct draft *draft)
{
    (void)draft;
    const char *product = detail(change, "ProductId");
    if (offerable(run, product))
        add_offer(run, change, product, "");
    else
        change_error(run, change, "INCOMPATIBLE_PRODUCT",
                     "The product %s is none that offers can be made for.", product);
}

/* The agreement that is to be replaced; NULL, with an error, if it cannot be. */
static const struct agreement *replaceable(struct change_run *run, struct change *change)
{
    const char *id = detail(change, "AgreementId");
    const struct agreement *agreement = agreement_find(run->sandbox, id);
    if (agreement && !strcmp(agreement->status, "ACTIVE"))
        return agreement;
    change_error(run, change, "INCOMPATIBLE_AGREEMENT", "There is no active agreement %s.", id);
    return NULL;
}

/* The buyer of a replacement is that of the agreement. */
static struct draft *add_replacement(struct change_run *run, struct change *change,
                                     const struct agreement *agreement)
{
    struct draft *draft = add_offer(run, change, agreement->product, agreement->id);
    struct json *rule = rule_new(run->arena, "TargetingRule");
    struct json *positive = json_object(run->arena);
    struct json *accounts = json_array(run->arena);
    json_append(run->arena, accounts, json_string(run->arena, agreement->acceptor));
    json_set(run->arena, positive, "BuyerAccounts", accounts);
    json_set(run->arena, rule, "PositiveTargeting", positive);
    rule_put(run->arena, draft->document, "TargetingRule", rule);
    return draft;
}

void apply_create_replacement(struct change_run *run, struct change *change, struct draft *draft)
{
    (void)draft;
    const struct agreement *agreement = replaceable(run, change);
    const struct entity *offer = agreement ? entity_find(run->sandbox, agreement->offer) : NULL;
    if (agreement && entity_text(offer, "ResaleAuthorizationId")[0])
        change_error(run, change, "INCOMPATIBLE_AGREEMENT",
                     "The agreement needs a resale authorization for its replacement.");
    else if (agreement)
        add_replacement(run, change, agreement);
}

/* ---- Reselling. */
static struct draft *usable_resale(struct change_run *run, struct change *change)
{
    const char *id = detail(change, "ResaleAuthorizationId");
    struct draft *resale = draft_of(run, id);
    const struct json *document = resale ? resale->document : NULL;
    const char *reseller =
        json_text(json_find(document, "Rules[Type=PartnerTargetingRule].ResellerAccountId"));
    long long most =
        json_get_int(json_find(document, "Rules[Type=AvailabilityRule]"), "OffersMaxQuantity", 0);
    long long made = json_get_int(json_get(document, "OfferDetails"), "OfferCreatedCount", 0);
    if (resale && resale->type->kind == ENTITY_RESALE && text_equal(reseller, SANDBOX_ACCOUNT) &&
        text_equal(json_get_text(document, "Status"), "Active") && (!most || made < most) &&
        offer_end_ms(document) > sandbox_now(run->sandbox))
        return resale;
    change_error(run, change, "INCOMPATIBLE_RESALE_AUTHORIZATION",
                 "There is no resale authorization %s that this account may use.", id);
    return NULL;
}

/* The authorization's terms become the offer's: "ResaleFixedUpfrontPricingTerm" without "Resale",
 * what the buyer is to sign as the legal term. */
static void inherit_terms(struct arena *arena, const struct json *resale, struct json *offer)
{
    const struct json *terms = json_get(resale, "Terms");
    for (size_t i = 0; terms && i < terms->count; i++) {
        const char *type = json_get_text(terms->items[i], "Type");
        bool priced =
            text_starts(type, "Resale") && !strcmp(type + strlen(type) - 11, "PricingTerm");
        bool legal = !strcmp(type, "BuyerLegalTerm");
        if (!priced && !legal)
            continue;
        struct json *term = json_clone(arena, terms->items[i]);
        json_remove(term, "Id");
        json_set_text(arena, term, "Type", legal ? "LegalTerm" : type + strlen("Resale"));
        json_append(arena, json_get(offer, "Terms"), term);
    }
}

static void use_resale(struct change_run *run, struct draft *resale, struct draft *offer)
{
    struct json *details = json_get(resale->document, "OfferDetails");
    long long made = json_get_int(details, "OfferCreatedCount", 0);
    json_set_text(run->arena, details, "OfferExtendedStatus", "Extended");
    json_set(run->arena, details, "OfferCreatedCount", json_int(run->arena, made + 1));
    inherit_terms(run->arena, resale->document, offer->document);
}

void apply_create_reseller(struct change_run *run, struct change *change, struct draft *draft)
{
    (void)draft;
    struct draft *resale = usable_resale(run, change);
    if (!resale)
        return;
    const char *product = json_get_text(resale->document, "ProductId");
    use_resale(run, resale, add_offer(run, change, product, ""));
}

void apply_create_reseller_replacement(struct change_run *run, struct change *change,
                                       struct draft *draft)
{
    (void)draft;
    const struct agreement *agreement = replaceable(run, change);
    struct draft *resale = agreement ? usable_resale(run, change) : NULL;
    if (!resale)
        return;
    if (!text_equal(json_get_text(resale->document, "ProductId"), agreement->product)) {
        change_error(run, change, "INCOMPATIBLE_AGREEMENT",
                     "The agreement is about another product than the authorization.");
        return;
    }
    use_resale(run, resale, add_replacement(run, change, agreement));
}

/* ---- Updates. */
void apply_information(struct change_run *run, struct change *change, struct draft *draft)
{
    const struct json *details = change->details;
    if (json_get(details, "PreExistingAgreement") && draft->released) {
        change_error(run, change, "INVALID_ENTITY_STATE",
                     "PreExistingAgreement cannot be changed once the offer has been released.");
        return;
    }
    for (size_t i = 0; i < details->count; i++)
        json_set(run->arena, draft->document, details->names[i],
                 json_clone(run->arena, details->items[i]));
}

void apply_targeting(struct change_run *run, struct change *change, struct draft *draft)
{
    static const char *const members[] = {"PositiveTargeting", "NegativeTargeting"};
    if (draft->agreement[0]) {
        change_error(run, change, "INCOMPATIBLE_TARGETING",
                     "The buyer of a replacement offer is that of the agreement.");
        return;
    }
    struct json *rule = rule_new(run->arena, "TargetingRule");
    for (size_t i = 0; i < COUNT(members); i++) {
        const struct json *value = json_get(change->details, members[i]);
        if (value && value->count)
            json_set(run->arena, rule, members[i], json_clone(run->arena, value));
    }
    rule_put(run->arena, draft->document, "TargetingRule", rule->count > 1 ? rule : NULL);
}

/* Days are written, instants are read back. */
static void read_back(struct arena *arena, struct json *value)
{
    static const char *const days[][2] = {
        {"AgreementStartDate", "00:00:00.000"},
        {"AgreementEndDate", "23:59:59.000"},
        {"ChargeDate", "00:00:00.000"},
        {"MaximumAgreementStartDate", "00:00:00.000"},
    };
    for (size_t i = 0; i < COUNT(days) && value->type == JSON_OBJECT; i++) {
        const char *day = json_get_text(value, days[i][0]);
        if (day)
            json_set_text(arena, value, days[i][0], day_at(arena, day, days[i][1]));
    }
    for (size_t i = 0; i < value->count; i++)
        read_back(arena, value->items[i]);
}

void apply_terms(struct change_run *run, struct change *change, struct draft *draft)
{
    struct json *terms = json_get(draft->document, "Terms");
    const struct json *given = json_get(change->details, "Terms");
    for (size_t i = terms->count; i-- > 0;) {
        if (words_have(change->type->terms, json_get_text(terms->items[i], "Type")))
            json_remove_at(terms, i);
    }
    for (size_t i = 0; i < given->count; i++) {
        struct json *term = json_clone(run->arena, given->items[i]);
        read_back(run->arena, term);
        json_append(run->arena, terms, term);
    }
}

/* Which terms go with a pricing model. */
static const struct pricing_rule {
    const char *model, *term;
    enum { WITH_ONE_OF, WITH } need;
} pricing_rules[] = {
    {"Usage", "UsageBasedPricingTerm", WITH_ONE_OF},
    {"Usage", "FreeTrialPricingTerm", WITH},
    {"Usage", "RecurringPaymentTerm", WITH},
    {"Contract", "ConfigurableUpfrontPricingTerm", WITH_ONE_OF},
    {"Contract", "FixedUpfrontPricingTerm", WITH_ONE_OF},
    {"Contract", "UsageBasedPricingTerm", WITH},
    {"Contract", "RecurringPaymentTerm", WITH},
    {"Contract", "FreeTrialPricingTerm", WITH},
    {"Free", "UsageBasedPricingTerm", WITH_ONE_OF},
    {"Free", "ConfigurableUpfrontPricingTerm", WITH_ONE_OF},
    {"Byol", "ByolPricingTerm", WITH_ONE_OF},
    {"Byol", "FixedUpfrontPricingTerm", WITH},
};

static const struct pricing_rule *find_rule(const char *model, const char *term)
{
    for (size_t i = 0; i < COUNT(pricing_rules); i++) {
        if (!strcmp(pricing_rules[i].model, model) && !strcmp(pricing_rules[i].term, term))
            return &pricing_rules[i];
    }
    return NULL;
}

void apply_pricing(struct change_run *run, struct change *change, struct draft *draft)
{
    const char *model = detail(change, "PricingModel");
    const struct json *terms = json_get(change->details, "Terms");
    bool resale = draft->type->kind == ENTITY_RESALE;
    size_t needed = 0;
    if (!resale && json_text(json_get(draft->document, "ResaleAuthorizationId"))) {
        change_error(run, change, "INCOMPATIBLE_TERMS",
                     "A reseller sets a markup or a payment schedule, not prices.");
        return;
    }
    for (size_t i = 0; i < terms->count; i++) {
        const char *type = json_get_text(terms->items[i], "Type");
        const struct pricing_rule *rule = find_rule(model, type + (resale ? strlen("Resale") : 0));
        needed += rule && rule->need == WITH_ONE_OF;
        if (!rule)
            change_error(run, change, "INCOMPATIBLE_TERMS",
                         "%s does not go with the pricing model %s.", type, model);
        for (size_t j = 0; j < i; j++) {
            if (text_equal(json_get_text(terms->items[j], "Type"), type))
                change_error(run, change, "INCOMPATIBLE_TERMS", "%s is there twice.", type);
        }
    }
    if (needed != 1)
        change_error(run, change, needed ? "INCOMPATIBLE_TERMS" : "MISSING_MANDATORY_TERMS",
                     "The pricing model %s takes exactly one term that sets its prices.", model);
    if (resale)
        json_set_text(run->arena, draft->document, "PricingModel", model);
    apply_terms(run, change, draft);
}

void apply_markup(struct change_run *run, struct change *change, struct draft *draft)
{
    if (!json_text(json_get(draft->document, "ResaleAuthorizationId")))
        change_error(run, change, "INCOMPATIBLE_TERMS",
                     "Only offers from a resale authorization have a markup.");
    json_set_text(run->arena, draft->document, "MarkupPercentage", detail(change, "Percentage"));
}

void apply_availability(struct change_run *run, struct change *change, struct draft *draft)
{
    struct json *rule = rule_new(run->arena, "AvailabilityRule");
    json_set_text(run->arena, rule, "AvailabilityEndDate",
                  day_at(run->arena, detail(change, "AvailabilityEndDate"), "23:59:59.000"));
    rule_put(run->arena, draft->document, "AvailabilityRule", rule);
}

void apply_release(struct change_run *run, struct change *change, struct draft *draft)
{
    (void)change;
    draft->releases = true;
    json_set_text(run->arena, draft->document, "State", "Released");
}

/* ---- Offer sets. */
void apply_create_set(struct change_run *run, struct change *change, struct draft *draft)
{
    (void)draft;
    struct json *document = json_object(run->arena);
    json_set_text(run->arena, document, "Id", change->target);
    json_set_text(run->arena, document, "State", "Draft");
    json_set(run->arena, document, "Name", json_string(run->arena, detail(change, "Name")));
    json_set(run->arena, document, "BuyerNotes", json_null(run->arena));
    json_set(run->arena, document, "Offers", json_array(run->arena));
    draft_new(run, change, document);
}

static size_t offer_position(const struct json *offers, const char *id)
{
    size_t at = 0;
    while (at < offers->count && !text_equal(json_get_text(offers->items[at], "OfferId"), id))
        at++;
    return at;
}

void apply_associate(struct change_run *run, struct change *change, struct draft *draft)
{
    const struct json *given = json_get(change->details, "Offers");
    for (size_t i = 0; i < given->count; i++) {
        const char *id = json_get_text(given->items[i], "OfferId");
        struct draft *offer = draft_of(run, id);
        const struct json *offers = json_get(draft->document, "Offers");
        if (!offer || offer->type->kind != ENTITY_OFFER || offer->released ||
            json_text(json_get(offer->document, "OfferSetId")) ||
            offer_position(offers, id) < offers->count) {
            change_error(run, change, "INCOMPATIBLE_OFFER",
                         "%s is no draft of an offer that is in no set yet.", id);
            continue;
        }
        json_set_text(run->arena, offer->document, "OfferSetId", draft->id);
        join_set(run, change, draft->id, id);
    }
}

void apply_disassociate(struct change_run *run, struct change *change, struct draft *draft)
{
    const struct json *given = json_get(change->details, "Offers");
    struct json *offers = json_get(draft->document, "Offers");
    for (size_t i = 0; i < given->count; i++) {
        const char *id = json_get_text(given->items[i], "OfferId");
        size_t at = offer_position(offers, id);
        struct draft *offer = draft_of(run, id);
        if (at == offers->count || !offer) {
            change_error(run, change, "INCOMPATIBLE_OFFER", "%s is not in the set.", id);
            continue;
        }
        json_remove_at(offers, at);
        json_set(run->arena, offer->document, "OfferSetId", json_null(run->arena));
    }
}

void apply_release_set(struct change_run *run, struct change *change, struct draft *draft)
{
    apply_release(run, change, draft);
}

/* ---- Resale authorizations. */
void apply_create_resale(struct change_run *run, struct change *change, struct draft *draft)
{
    (void)draft;
    struct arena *arena = run->arena;
    const char *product_id = detail(change, "ProductId");
    const struct entity *product = entity_find(run->sandbox, product_id);
    if (!product || !(product->type->kind & ENTITY_PRODUCT) || !entity_own(product)) {
        change_error(run, change, "INCOMPATIBLE_PRODUCT", "There is no product %s.", product_id);
        return;
    }
    char created[INSTANT_TEXT];
    const char *const members[][2] = {
        {"Name", detail(change, "Name")},
        {"Description", detail(change, "Description")},
        {"ProductId", product_id},
        {"ProductName", entity_text(product, "Description.ProductTitle")},
        {"Status", "Draft"},
        {"PricingModel", NULL},
        {"PreExistingBuyerAgreement", "Unknown"},
        {"CreatedDate", instant_print(run->set->end_ms, created)},
        {"ManufacturerAccountId", SANDBOX_ACCOUNT},
        {"ManufacturerLegalName", "Example Software"},
    };
    struct json *document = json_object(arena);
    for (size_t i = 0; i < COUNT(members); i++)
        json_set(arena, document, members[i][0], json_string(arena, members[i][1]));
    const struct json *dimensions = json_get(product->document, "Dimensions");
    struct json *details = json_object(arena);
    json_set_text(arena, details, "OfferExtendedStatus", "Not Started");
    json_set(arena, details, "OfferCreatedCount", json_int(arena, 0));
    json_set(arena, document, "Dimensions",
             dimensions ? json_clone(arena, dimensions) : json_array(arena));
    json_set(arena, document, "OfferDetails", details);
    json_set(arena, document, "Terms", json_array(arena));
    struct json *rule = rule_new(arena, "PartnerTargetingRule");
    json_set_text(arena, rule, "ResellerAccountId", detail(change, "ResellerAccountId"));
    json_set_text(arena, rule, "ResellerLegalName", "Example Reseller");
    rule_put(arena, document, "PartnerTargetingRule", rule);
    draft_new(run, change, document);
}

void apply_resale_availability(struct change_run *run, struct change *change, struct draft *draft)
{
    struct json *rule = rule_new(run->arena, "AvailabilityRule");
    const char *end = detail(change, "AvailabilityEndDate");
    const struct json *most = json_get(change->details, "OffersMaxQuantity");
    json_set_text(run->arena, rule, "Usage", most ? "OneTime" : "MultiUse");
    json_set(run->arena, rule, "AvailabilityEndDate",
             json_string(run->arena, end ? day_at(run->arena, end, "23:59:59.000") : NULL));
    if (most)
        json_set(run->arena, rule, "OffersMaxQuantity", json_clone(run->arena, most));
    rule_put(run->arena, draft->document, "AvailabilityRule", rule);
}

/* Accounts are written as texts and read with the names of their owners. */
void apply_buyer_targeting(struct change_run *run, struct change *change, struct draft *draft)
{
    apply_terms(run, change, draft);
    struct json *accounts = json_find(
        draft->document, "Terms[Type=BuyerTargetingTerm].PositiveTargeting.BuyerAccounts");
    for (size_t i = 0; accounts && i < accounts->count; i++) {
        struct json *account = json_object(run->arena);
        json_set_text(run->arena, account, "AwsAccountId", json_text(accounts->items[i]));
        json_set_text(run->arena, account, "LegalName", "Example Buyer");
        accounts->items[i] = account;
    }
}

void apply_release_resale(struct change_run *run, struct change *change, struct draft *draft)
{
    (void)change;
    draft->releases = true;
    json_set_text(run->arena, draft->document, "Status", "Active");
}

void apply_restrict_resale(struct change_run *run, struct change *change, struct draft *draft)
{
    if (!text_equal(json_get_text(draft->document, "Status"), "Active"))
        change_error(run, change, "INVALID_ENTITY_STATE",
                     "Only an active resale authorization can be restricted.");
    json_set_text(run->arena, draft->document, "Status", "Restricted");
}
