#include "model/kind.h"

#include <string.h>

#include "base/limits.h"
#include "base/memory.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static const struct field referral_fields[] = {
    {"id", TYPE_ID, FIELD_FROM_CLOUD, NULL, "identifier at the cloud"},
    {"partner_reference", TYPE_ID, FIELD_BOTH, NULL, "key of the partner's own record"},
    {"title", TYPE_TEXT, FIELD_BOTH, NULL, "name of the deal"},
    {"company", TYPE_TEXT, FIELD_BOTH, NULL, "the customer's company"},
    {"website", TYPE_URL, FIELD_BOTH, NULL, "the customer's website"},
    {"industry", TYPE_CHOICE, FIELD_BOTH, NULL, "the customer's industry, in the cloud's words"},
    {"other_industry", TYPE_TEXT, FIELD_BOTH, NULL, "the industry in own words, if it is another"},
    {"company_size", TYPE_CHOICE, FIELD_BOTH, NULL, "how many people work there, as a range"},
    {"country", TYPE_COUNTRY, FIELD_BOTH, NULL, "the customer's country"},
    {"state", TYPE_TEXT, FIELD_BOTH, NULL, "state or region of the customer's address"},
    {"city", TYPE_TEXT, FIELD_BOTH, NULL, "city of the customer's address"},
    {"street", TYPE_TEXT, FIELD_BOTH, NULL, "street of the customer's address"},
    {"postal_code", TYPE_TEXT, FIELD_BOTH, NULL, "postal code; leading zeros count"},
    {"duns", TYPE_ID, FIELD_BOTH, NULL, "the customer's D-U-N-S number, nine digits"},
    {"cloud_account", TYPE_ID, FIELD_BOTH, NULL, "the customer's account at the cloud"},
    {"contact_first_name", TYPE_TEXT, FIELD_BOTH, NULL, "first name of the customer's contact"},
    {"contact_last_name", TYPE_TEXT, FIELD_BOTH, NULL, "last name of the customer's contact"},
    {"contact_email", TYPE_EMAIL, FIELD_BOTH, NULL, "e-mail of the customer's contact"},
    {"contact_phone", TYPE_PHONE, FIELD_BOTH, NULL, "phone of the customer's contact"},
    {"contact_title", TYPE_TEXT, FIELD_BOTH, NULL, "job title of the customer's contact"},
    {"problem", TYPE_TEXT, FIELD_BOTH, NULL, "what the customer wants solved"},
    {"use_case", TYPE_TEXT, FIELD_BOTH, NULL, "the customer's use case"},
    {"delivery_models", TYPE_SET, FIELD_BOTH, NULL, "how the solution is delivered"},
    {"sales_activities", TYPE_SET, FIELD_BOTH, NULL, "what was done with the customer so far"},
    {"needs", TYPE_SET, FIELD_BOTH, NULL, "what help is wanted from the cloud's sellers"},
    {"needs_notes", TYPE_TEXT, FIELD_BOTH, NULL, "what the cloud's sellers should know to help"},
    {"spend", TYPE_MONEY, FIELD_BOTH, NULL, "expected monthly spend at the cloud"},
    {"contract_value", TYPE_MONEY, FIELD_BOTH, NULL, "the partner's own total value of the deal"},
    {"contract_months", TYPE_NUMBER, FIELD_BOTH, NULL, "length of the contract in months"},
    {"competitor", TYPE_CHOICE, FIELD_BOTH, NULL, "main competitor, in the cloud's words"},
    {"other_competitors", TYPE_TEXT, FIELD_BOTH, NULL, "competitors in own words"},
    {"other_solution", TYPE_TEXT, FIELD_BOTH, NULL, "the solution in own words, if not listed"},
    {"comments", TYPE_TEXT, FIELD_BOTH, NULL, "additional comments"},
    {"programs", TYPE_SET, FIELD_BOTH, NULL, "programs of the cloud that the deal belongs to"},
    {"cloud_products", TYPE_SET, FIELD_BOTH, NULL, "products of the cloud that the deal needs"},
    {"services", TYPE_SET, FIELD_BOTH, NULL, "services that the deal needs, in the cloud's words"},
    {"partners", TYPE_SET, FIELD_BOTH, NULL,
     "other partners that take part in the deal, by the cloud's identifiers"},
    {"related", TYPE_ID, FIELD_BOTH, NULL, "the cloud's identifier of a related referral"},
    {"opportunity_type", TYPE_WORD, FIELD_BOTH, WORDS("new", "renewal", "expansion"),
     "new business, a renewal or an expansion"},
    {"qualification", TYPE_CHOICE, FIELD_BOTH, NULL,
     "who qualified the deal, in the cloud's words"},
    {"location", TYPE_ID, FIELD_BOTH, NULL, "the partner's location that the deal belongs to"},
    {"national_security", TYPE_FLAG, FIELD_BOTH, NULL, "the deal concerns national security"},
    {"stage", TYPE_WORD, FIELD_BOTH,
     WORDS("prospect", "qualified", "technical_validation", "business_validation", "committed",
           "won", "lost"),
     "how far the deal is"},
    {"close_date", TYPE_DATE, FIELD_BOTH, NULL, "when the deal is expected to close"},
    {"next_steps", TYPE_TEXT, FIELD_BOTH, NULL, "what happens next"},
    {"lost_reason", TYPE_CHOICE, FIELD_BOTH, NULL, "why the deal was lost, in the cloud's words"},
    {"status", TYPE_WORD, FIELD_FROM_CLOUD,
     WORDS("draft", "submitted", "in_review", "action_required", "approved", "rejected", "invited",
           "accepted", "declined", "expired", "closed"),
     "where the referral is in the cloud's review, or what became of an invitation"},
    {"status_comments", TYPE_TEXT, FIELD_FROM_CLOUD, NULL, "what the cloud's reviewers wrote"},
    {"status_reason", TYPE_TEXT, FIELD_FROM_CLOUD, NULL, "the reviewers' reason"},
    {"marketing_source", TYPE_CHOICE, FIELD_BOTH, NULL, "whether marketing brought the deal"},
    {"marketing_campaign", TYPE_TEXT, FIELD_BOTH, NULL, "name of the campaign"},
    {"marketing_channels", TYPE_SET, FIELD_BOTH, NULL, "channels of the campaign"},
    {"marketing_use_cases", TYPE_SET, FIELD_BOTH, NULL, "use cases of the campaign"},
    {"marketing_funded", TYPE_FLAG, FIELD_BOTH, NULL, "marketing development funds were used"},
    {"revenue_model", TYPE_CHOICE, FIELD_BOTH, NULL, "how the customer pays, in the cloud's words"},
    {"revenue_value", TYPE_MONEY, FIELD_BOTH, NULL, "software revenue of the deal"},
    {"revenue_start", TYPE_DATE, FIELD_BOTH, NULL, "first day of the software revenue"},
    {"revenue_end", TYPE_DATE, FIELD_BOTH, NULL, "last day of the software revenue"},
    {"signed", TYPE_DATE, FIELD_BOTH, NULL, "when the customer signed the contract"},
    {"deployment", TYPE_CHOICE, FIELD_BOTH, NULL, "in whose account the solution runs"},
    {"registration", TYPE_WORD, FIELD_FROM_CLOUD,
     WORDS("due", "pending", "review", "action_required", "approved", "failed", "closed"),
     "where the registration of a deal that was won is"},
    {"solutions", TYPE_SET, FIELD_BOTH, NULL, "identifiers of the solutions that are offered"},
    {"involvement", TYPE_WORD, FIELD_TO_CLOUD, WORDS("co_sell", "visibility_only"),
     "whether the cloud's sellers shall help or only know"},
    {"visibility", TYPE_WORD, FIELD_TO_CLOUD, WORDS("full", "limited"),
     "how much of the deal the cloud's sellers see"},
    {"owner_email", TYPE_EMAIL, FIELD_BOTH, NULL, "who of the partner's team owns the deal"},
    {"owner_first_name", TYPE_TEXT, FIELD_BOTH, NULL, "first name of the owner"},
    {"owner_last_name", TYPE_TEXT, FIELD_BOTH, NULL, "last name of the owner"},
    {"owner_title", TYPE_TEXT, FIELD_BOTH, NULL, "the owner's part in the deal"},
    {"owner_phone", TYPE_PHONE, FIELD_BOTH, NULL, "phone of the owner"},
    {"offers", TYPE_SET, FIELD_BOTH, NULL, "private offers of the deal, by their identifiers"},
    {"offer_sets", TYPE_SET, FIELD_BOTH, NULL, "offer sets of the deal, by their identifiers"},
    {"expires", TYPE_INSTANT, FIELD_FROM_CLOUD, NULL, "until when an invitation can be answered"},
    {"reject_reason", TYPE_CHOICE, FIELD_TO_CLOUD, NULL, "why an invitation is rejected"},
    {"accepted", TYPE_INSTANT, FIELD_FROM_CLOUD, NULL, "when an invitation was accepted"},
    {"closed", TYPE_INSTANT, FIELD_FROM_CLOUD, NULL, "when the deal was closed at the cloud"},
    {"became", TYPE_ID, FIELD_FROM_CLOUD, NULL, "the referral that an invitation became"},
    {"engagement", TYPE_ID, FIELD_FROM_CLOUD, NULL, "the engagement that the deal belongs to"},
    {"members", TYPE_SET, FIELD_FROM_CLOUD, NULL, "who takes part in the engagement"},
    {"origin", TYPE_CHOICE, FIELD_FROM_CLOUD, NULL, "who brought the deal"},
    {"cloud_reference", TYPE_ID, FIELD_FROM_CLOUD, NULL,
     "the cloud sellers' own identifier of the deal"},
    {"cloud_involvement", TYPE_WORD, FIELD_FROM_CLOUD, WORDS("co_sell", "visibility_only"),
     "whether the cloud's sellers help or only know"},
    {"cloud_visibility", TYPE_WORD, FIELD_FROM_CLOUD, WORDS("full", "limited"),
     "how much of the deal the cloud's sellers see"},
    {"cloud_stage", TYPE_CHOICE, FIELD_FROM_CLOUD, NULL, "the stage that the cloud's sellers see"},
    {"cloud_close_date", TYPE_DATE, FIELD_FROM_CLOUD, NULL, "when the cloud expects it to close"},
    {"cloud_next_steps", TYPE_TEXT, FIELD_FROM_CLOUD, NULL, "the cloud sellers' next steps"},
    {"cloud_lost_reason", TYPE_CHOICE, FIELD_FROM_CLOUD, NULL, "why it is lost for the cloud"},
    {"cloud_score", TYPE_CHOICE, FIELD_FROM_CLOUD, NULL, "how much the cloud's sellers engage"},
    {"cloud_quality", TYPE_NUMBER, FIELD_FROM_CLOUD, NULL, "the cloud's quality score, 0 to 100"},
    {"cloud_actions", TYPE_TEXT, FIELD_FROM_CLOUD, NULL, "what the cloud advises to do next"},
    {"cloud_team", TYPE_SET, FIELD_FROM_CLOUD, NULL, "the cloud's team, by role and e-mail"},
    {"created", TYPE_INSTANT, FIELD_FROM_CLOUD, NULL, "when the cloud made the record"},
    {"modified", TYPE_INSTANT, FIELD_FROM_CLOUD, NULL, "when the cloud last changed the record"},
};

static const struct field listing_fields[] = {
    {"id", TYPE_ID, FIELD_FROM_CLOUD, NULL, "identifier at the cloud"},
    {"partner_reference", TYPE_ID, FIELD_BOTH, NULL, "key of the partner's own record"},
    {"title", TYPE_TEXT, FIELD_BOTH, NULL, "name of the product"},
    {"short_description", TYPE_TEXT, FIELD_BOTH, NULL, "one or two sentences"},
    {"long_description", TYPE_TEXT, FIELD_BOTH, NULL, "the full description"},
    {"highlights", TYPE_LIST, FIELD_BOTH, NULL, "the points that buyers shall see first"},
    {"visibility", TYPE_WORD, FIELD_BOTH, WORDS("public", "limited", "restricted", "draft"),
     "who can see the listing"},
    {"sku", TYPE_ID, FIELD_BOTH, NULL, "the seller's own product code"},
    {"support", TYPE_TEXT, FIELD_BOTH, NULL, "how buyers get support"},
    {"categories", TYPE_SET, FIELD_BOTH, NULL, "categories of the marketplace"},
    {"keywords", TYPE_SET, FIELD_BOTH, NULL, "words by which buyers shall find the listing"},
    {"dimensions", TYPE_SET, FIELD_BOTH, NULL,
     "what is sold, one item each: key | name | description | unit | types"},
    {"buyer_accounts", TYPE_SET, FIELD_BOTH, NULL, "accounts that see a limited listing"},
    {"search_summary", TYPE_TEXT, FIELD_BOTH, NULL, "the line under the title in search results"},
    {"product_type", TYPE_WORD, FIELD_FROM_CLOUD,
     WORDS("saas", "ami", "container", "machine_learning", "data", "virtual_machine", "application",
           "managed_service", "consulting", "co_sell_only", "business_app", "iot_module", "report",
           "game"),
     "how the product is delivered"},
    {"product_code", TYPE_ID, FIELD_FROM_CLOUD, NULL, "the code that metering uses"},
    {"manufacturer", TYPE_TEXT, FIELD_FROM_CLOUD, NULL, "who makes the product"},
    {"fulfilment", TYPE_SET, FIELD_FROM_CLOUD, NULL, "ways of delivery, with their addresses"},
    {"regions", TYPE_SET, FIELD_FROM_CLOUD, NULL, "regions in which the product is available"},
    {"prices", TYPE_SET, FIELD_FROM_CLOUD, NULL,
     "list prices, one item each: key | what is paid for | price"},
    {"publication", TYPE_WORD, FIELD_FROM_CLOUD,
     WORDS("draft", "in_progress", "preview", "live", "failed"), "where the latest publication is"},
    {"pending", TYPE_FLAG, FIELD_FROM_CLOUD, NULL, "the draft has edits that are not published"},
    {"modified", TYPE_INSTANT, FIELD_FROM_CLOUD, NULL, "when the cloud last changed the record"},
};

static const struct field offer_fields[] = {
    {"id", TYPE_ID, FIELD_FROM_CLOUD, NULL, "identifier at the cloud"},
    {"partner_reference", TYPE_ID, FIELD_BOTH, NULL, "key of the partner's own record"},
    {"title", TYPE_TEXT, FIELD_BOTH, NULL, "name of the offer, as the buyer sees it"},
    {"note", TYPE_TEXT, FIELD_BOTH, NULL, "what only the seller sees, beside the reference"},
    {"form", TYPE_WORD, FIELD_BOTH,
     WORDS("private", "replacement", "channel", "resale_authorization", "margin"),
     "an offer to a buyer, one that replaces an agreement, one that resells, the right to resell, "
     "or a partner's margin on what it sells"},
    {"product", TYPE_ID, FIELD_BOTH, NULL, "the cloud's identifier of the product"},
    {"buyer_accounts", TYPE_SET, FIELD_BOTH, NULL, "accounts that may accept the offer"},
    {"company", TYPE_TEXT, FIELD_BOTH, NULL, "the buyer's company"},
    {"countries", TYPE_SET, FIELD_BOTH, NULL, "countries of the buyers, ISO codes"},
    {"reseller", TYPE_ID, FIELD_BOTH, NULL, "account that a resale authorization is for"},
    {"resale_authorization", TYPE_ID, FIELD_BOTH, NULL,
     "authorization that a reseller's offer uses"},
    {"markup", TYPE_TEXT, FIELD_BOTH, NULL, "what a reseller adds, in percent"},
    {"replaces", TYPE_ID, FIELD_BOTH, NULL, "agreement, or offer, that the offer replaces"},
    {"offer_set", TYPE_ID, FIELD_BOTH, NULL, "set that the offer belongs to"},
    {"state", TYPE_WORD, FIELD_FROM_CLOUD,
     WORDS("draft", "with_partner", "open", "accepted", "expired", "cancelled", "replaced", "ended",
           "deleted"),
     "where the offer is in its life"},
    {"pricing", TYPE_WORD, FIELD_BOTH,
     WORDS("fixed", "configurable", "usage", "free", "byol", "discount", "plan_price",
           "custom_plan", "reservation"),
     "a fixed sum, prices by duration to choose from, by usage, nothing, the buyer's licence, "
     "percent off the list, prices of its own for a plan, a plan of its own, or machines reserved"},
    {"discounts", TYPE_PAIRS, FIELD_BOTH, NULL,
     "percent off the list, each all=percent or "
     "plan=percent"},
    {"plan_name", TYPE_TEXT, FIELD_BOTH, NULL, "name of the plan that is made for the buyer"},
    {"plan_description", TYPE_TEXT, FIELD_BOTH, NULL, "what that plan is"},
    {"user_limits", TYPE_TEXT, FIELD_BOTH, NULL, "a price per user, for how many: 20-100"},
    {"currency", TYPE_CHOICE, FIELD_BOTH, NULL, "currency of all prices, ISO 4217"},
    {"value", TYPE_MONEY, FIELD_BOTH, NULL, "total value of the contract"},
    {"prices", TYPE_PAIRS, FIELD_BOTH, NULL, "prices for the duration, each dimension=price"},
    {"usage_prices", TYPE_PAIRS, FIELD_BOTH, NULL, "prices of use, each dimension=price"},
    {"grants", TYPE_PAIRS, FIELD_BOTH, NULL, "what a fixed sum includes, each dimension=quantity"},
    {"schedule", TYPE_PAIRS, FIELD_BOTH, NULL, "instalments, each date=amount"},
    {"duration", TYPE_TEXT, FIELD_BOTH, NULL, "length of the contract, ISO 8601: P12M, P365D"},
    {"payment_period", TYPE_TEXT, FIELD_BOTH, NULL, "how often it is paid, ISO 8601: P1M, P1Y"},
    {"start_date", TYPE_DATE, FIELD_BOTH, NULL, "first day of a contract that starts later"},
    {"end_date", TYPE_DATE, FIELD_BOTH, NULL, "last day of the contract"},
    {"expires", TYPE_DATE, FIELD_BOTH, NULL, "last day on which the offer can be accepted"},
    {"prepared_by", TYPE_EMAIL, FIELD_BOTH, NULL, "who made the offer, as the buyer sees it"},
    {"notify", TYPE_SET, FIELD_BOTH, NULL, "e-mails that are told what becomes of the offer"},
    {"documents", TYPE_SET, FIELD_TO_CLOUD, NULL,
     "files here that hold the links to its documents"},
    {"acceptance_link", TYPE_URL, FIELD_FROM_CLOUD, NULL, "where the buyer accepts the offer"},
    {"eula", TYPE_TEXT, FIELD_TO_CLOUD, NULL, "standard, standard and a version, or a URL"},
    {"refund_policy", TYPE_TEXT, FIELD_BOTH, NULL, "terms of support and refund"},
    {"payment_due", TYPE_TEXT, FIELD_BOTH, NULL, "time to pay an invoice, ISO 8601: P30D"},
    {"renewals", TYPE_NUMBER, FIELD_BOTH, NULL, "how often the contract may renew"},
    {"renewal_increase", TYPE_TEXT, FIELD_BOTH, NULL, "percent per renewal: 5, or 3-7"},
    {"renewal_lockout", TYPE_TEXT, FIELD_BOTH, NULL, "before the end, no refusal: ISO 8601"},
    {"renewal_adjustment", TYPE_TEXT, FIELD_BOTH, NULL, "before the end, prices fixed: ISO 8601"},
    {"prior_channel", TYPE_CHOICE, FIELD_BOTH, NULL, "where an earlier contract was made"},
    {"prior_pricing", TYPE_CHOICE, FIELD_BOTH, NULL, "pricing of an earlier contract"},
    {"agreement", TYPE_ID, FIELD_FROM_CLOUD, NULL, "the agreement that the offer became"},
    {"agreement_status", TYPE_CHOICE, FIELD_FROM_CLOUD, NULL, "the cloud's word for its state"},
    {"agreement_stage", TYPE_WORD, FIELD_FROM_CLOUD,
     WORDS("accepted", "subscribed", "activated", "ended"),
     "how far the buyer is: accepted only, subscribed too, in use, or no more"},
    {"agreement_quantity", TYPE_NUMBER, FIELD_FROM_CLOUD, NULL, "how many users or units"},
    {"accepted", TYPE_INSTANT, FIELD_FROM_CLOUD, NULL, "when the buyer accepted"},
    {"buyer", TYPE_ID, FIELD_FROM_CLOUD, NULL, "account that accepted"},
    {"agreement_value", TYPE_MONEY, FIELD_FROM_CLOUD, NULL, "value of the agreement"},
    {"agreement_start", TYPE_DATE, FIELD_FROM_CLOUD, NULL, "first day of the agreement"},
    {"agreement_end", TYPE_DATE, FIELD_FROM_CLOUD, NULL, "last day of the agreement"},
    {"agreement_schedule", TYPE_PAIRS, FIELD_FROM_CLOUD, NULL, "agreed instalments, date=amount"},
    {"agreement_chosen", TYPE_PAIRS, FIELD_FROM_CLOUD, NULL,
     "what the buyer chose, dimension=quantity"},
    {"auto_renew", TYPE_FLAG, FIELD_FROM_CLOUD, NULL, "the agreement renews by itself"},
    {"released", TYPE_INSTANT, FIELD_FROM_CLOUD, NULL, "when the offer was released"},
    {"modified", TYPE_INSTANT, FIELD_FROM_CLOUD, NULL, "when the cloud last changed the record"},
};

_Static_assert(COUNT(referral_fields) <= LIMIT_FIELDS, "a kind has too many fields");

const struct kind kinds[KIND_COUNT] = {
    [KIND_LISTING] = {KIND_LISTING, "listing", listing_fields, COUNT(listing_fields)},
    [KIND_OFFER] = {KIND_OFFER, "offer", offer_fields, COUNT(offer_fields)},
    [KIND_REFERRAL] = {KIND_REFERRAL, "referral", referral_fields, COUNT(referral_fields)},
};

const struct kind *kind_by_name(const char *name)
{
    for (size_t i = 0; name && i < KIND_COUNT; i++) {
        if (!strcmp(kinds[i].name, name))
            return &kinds[i];
    }
    return NULL;
}

size_t kind_field(const struct kind *kind, const char *name)
{
    for (size_t i = 0; name && i < kind->field_count; i++) {
        if (!strcmp(kind->fields[i].name, name))
            return i;
    }
    return FIELD_NONE;
}

const char *value_type_name(enum value_type type)
{
    static const char *const names[] = {
        [TYPE_TEXT] = "text",       [TYPE_ID] = "id",       [TYPE_WORD] = "word",
        [TYPE_CHOICE] = "choice",   [TYPE_FLAG] = "flag",   [TYPE_NUMBER] = "number",
        [TYPE_MONEY] = "money",     [TYPE_DATE] = "date",   [TYPE_INSTANT] = "instant",
        [TYPE_EMAIL] = "email",     [TYPE_PHONE] = "phone", [TYPE_URL] = "url",
        [TYPE_COUNTRY] = "country", [TYPE_LIST] = "list",   [TYPE_SET] = "set",
        [TYPE_PAIRS] = "pairs",
    };
    return names[type];
}

bool value_type_many(enum value_type type)
{
    return type == TYPE_LIST || type == TYPE_SET || type == TYPE_PAIRS;
}
