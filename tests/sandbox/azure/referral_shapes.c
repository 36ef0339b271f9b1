/* The members of a referral: their types, words and forms, and who may write them. Members below
 * the root that are not listed pass: the published tables have never been complete. */
#include <ctype.h>
#include <string.h>

#include "model/value.h"
#include "tests/sandbox/azure/referrals.h"
#include "tests/sandbox/words.h"

#define OF(type) (1u << JSON_##type)
#define TEXT     (OF(STRING) | OF(NULL))
#define FLAG     (OF(BOOL) | OF(NULL))
#define AMOUNT   (OF(NUMBER) | OF(NULL))
#define MAP      (OF(OBJECT) | OF(NULL))
#define LIST     (OF(ARRAY) | OF(NULL))
#define ANY      (OF(OBJECT) | OF(ARRAY) | OF(NULL)) /* the tables say one, the traffic a list */
#define LOOSE    (OF(NUMBER) | OF(STRING) | OF(NULL))
#define BOTH     (REFERRAL_CREATE | REFERRAL_PATCH)

const char *const referral_statuses[] = {"New", "Active", "Closed", NULL};
const char *const referral_substatuses[] = {"Pending", "Received", "Accepted", "Won",
                                            "Lost",    "Declined", "Expired",  NULL};
const char *const referral_types[] = {"Shared", "Independent", NULL};
const char *const referral_qualifications[] = {"None", "Direct", "MarketingQualified",
                                               "SalesQualified", NULL};
const char *const referral_directions[] = {"Incoming", "Outgoing", NULL};
static const char *const targets[] = {"None", "BusinessProfileLocation", "SolutionProfile", NULL};
static const char *const tag_types[] = {"None", "Category", "Name", NULL};
static const char *const help[] = {"Unknown",
                                   "GeneralOrOther",
                                   "CustomerTechnicalArchitecture",
                                   "ProofOfConceptOrDemo",
                                   "QuotesOrLicensing",
                                   "PostSalesCustomerSuccess",
                                   "WorkloadSpecificValueProposition",
                                   NULL};
static const char *const registration_types[] = {"AzureIPCoSell", NULL};
static const char *const terms[] = {"Perpetual", "Finite", NULL};
static const char *const deployments[] = {"Customer", "Partner", NULL};
static const char *const pricing_models[] = {"PayAsYouGo", "Other", NULL};

/* ---- Forms. */
static bool is_country(const char *text)
{
    char code[3] = {0};
    if (strlen(text) != 2)
        return false;
    code[0] = (char)toupper((unsigned char)text[0]);
    code[1] = (char)toupper((unsigned char)text[1]);
    return words_have(words_countries, code);
}

static bool is_currency(const char *text)
{
    return strlen(text) == 3 && isalpha((unsigned char)text[0]) &&
           isalpha((unsigned char)text[1]) && isalpha((unsigned char)text[2]);
}

static bool is_instant(const char *text)
{
    int64_t ms;
    return instant_parse(text, &ms);
}

static bool is_email(const char *text)
{
    const char *at = strchr(text, '@');
    return at && at != text && strchr(at, '.') && !strchr(at + 1, '@') && !strpbrk(text, " <>");
}

bool referral_amount(const char *text)
{
    return decimal_valid(text) && decimal_compare(text, "0") > 0;
}

bool referral_solution_id(const char *text)
{
    size_t length = strlen(text);
    if (length != 13 || !text_starts(text, "SOL-") || text[9] != '-')
        return false;
    for (size_t i = 4; i < length; i++) {
        if (i != 9 && !isdigit((unsigned char)text[i]) && !isupper((unsigned char)text[i]))
            return false;
    }
    return true;
}

/* ---- Below the root. */
#define ROW(name, types)                                                                           \
    {                                                                                              \
        name, types, 0, NULL, NULL, NULL                                                           \
    }
#define INSIDE(name, types, members)                                                               \
    {                                                                                              \
        name, types, 0, members, NULL, NULL                                                        \
    }
#define WORD(name, types, words)                                                                   \
    {                                                                                              \
        name, types, 0, NULL, words, NULL                                                          \
    }
#define FORM(name, types, fits)                                                                    \
    {                                                                                              \
        name, types, 0, NULL, NULL, fits                                                           \
    }
#define END                                                                                        \
    {                                                                                              \
        NULL, 0, 0, NULL, NULL, NULL                                                               \
    }

/* clang-format off */
static const struct referral_shape address[] = {
    ROW("addressLine1", TEXT), ROW("addressLine2", TEXT), ROW("city", TEXT), ROW("state", TEXT),
    ROW("postalCode", TEXT), FORM("country", TEXT, is_country), ROW("region", TEXT), END,
};
static const struct referral_shape preference[] = {
    ROW("locale", TEXT), ROW("disableNotifications", FLAG), END,
};
static const struct referral_shape person[] = {
    ROW("firstName", TEXT), ROW("lastName", TEXT), ROW("phoneNumber", TEXT),
    FORM("email", TEXT, is_email), ROW("title", TEXT),
    INSIDE("contactPreference", MAP, preference),
    ROW("emailValidationStatus", TEXT), ROW("phoneValidationStatus", TEXT), END,
};
static const struct referral_shape profile_id[] = {
    ROW("profileType", TEXT), ROW("id", TEXT), END,
};
static const struct referral_shape customer[] = {
    ROW("name", TEXT), ROW("size", TEXT), ROW("isMatchingComplete", FLAG),
    INSIDE("address", MAP, address), INSIDE("team", ANY, person), INSIDE("ids", LIST, profile_id),
    END,
};
static const struct referral_shape consent[] = {
    ROW("consentToToShareInfoWithOthers", FLAG), ROW("consentToContact", FLAG),
    ROW("consentToShareReferralWithMicrosoftSellers", FLAG),
    ROW("consentToMicrosoftToContactSpecificPartners", FLAG), END,
};
static const struct referral_shape tag[] = {ROW("id", TEXT), ROW("name", TEXT), END};
static const struct referral_shape solution[] = {
    ROW("id", TEXT), ROW("name", TEXT), WORD("type", TEXT, tag_types), ROW("solutionType", TEXT),
    ROW("publisherName", TEXT), ROW("price", AMOUNT), ROW("quantity", AMOUNT),
    FORM("currency", TEXT, is_currency), FORM("closingDateTime", TEXT, is_instant), END,
};
static const struct referral_shape attribute[] = {ROW("type", TEXT), ROW("id", TEXT), END};
static const struct referral_shape additional[] = {
    ROW("iot", MAP), INSIDE("attributes", LIST, attribute), END,
};
static const struct referral_shape requirements[] = {
    INSIDE("industries", LIST, tag), INSIDE("products", LIST, tag), INSIDE("services", LIST, tag),
    INSIDE("solutions", LIST, solution), INSIDE("offers", LIST, tag),
    INSIDE("salesPlays", LIST, tag), INSIDE("additionalRequirements", MAP, additional), END,
};
static const struct referral_shape details[] = {
    ROW("notes", TEXT), FORM("dealValue", OF(NUMBER), referral_amount),
    FORM("currency", TEXT, is_currency), FORM("closingDateTime", TEXT, is_instant),
    ROW("customerRequestedContact", OF(BOOL) | OF(STRING) | OF(NULL)), ROW("customerAction", TEXT),
    ROW("incentiveLevel", TEXT), INSIDE("requirements", MAP, requirements), END,
};
static const struct referral_shape inviter[] = {
    ROW("organizationId", TEXT), ROW("organizationName", TEXT), END,
};
static const struct referral_shape invitation[] = {
    ROW("notes", TEXT), WORD("assistanceRequestCode", TEXT, help), ROW("invitedMpnId", TEXT),
    INSIDE("invitedBy", MAP, inviter), END,
};
static const struct referral_shape target[] = {WORD("type", TEXT, targets), ROW("id", TEXT), END};

static const struct referral_shape contract[] = {
    FORM("value", LOOSE, referral_amount), FORM("currency", TEXT, is_currency),
    FORM("startDateTime", TEXT, is_instant), FORM("endDateTime", TEXT, is_instant),
    FORM("signDateTime", TEXT, is_instant), WORD("term", TEXT, terms), END,
};
static const struct referral_shape marketplace[] = {
    ROW("isMarketplaceTransacted", FLAG), FORM("marketplaceTransactionDateTime", TEXT, is_instant),
    END,
};
static const struct referral_shape registered_solution[] = {
    FORM("id", TEXT, referral_solution_id), ROW("name", TEXT),
    FORM("value", LOOSE, referral_amount), FORM("currency", TEXT, is_currency),
    ROW("isDeployedOnAzure", FLAG), WORD("primaryDeploymentOn", TEXT, deployments),
    WORD("pricingModel", TEXT, pricing_models),
    INSIDE("marketplaceTransactionDetails", MAP, marketplace), END,
};
const struct referral_shape referral_registration[] = {
    WORD("type", OF(STRING), registration_types), INSIDE("contract", OF(OBJECT), contract),
    INSIDE("solutionDetails", OF(ARRAY), registered_solution), END,
};

/* ---- The root. `engagementId` joins a new referral to others; `mpnId` is fixed at creation. */
const struct referral_shape referral_root[] = {
    {"engagementId", TEXT, REFERRAL_CREATE, NULL, NULL, NULL},
    {"name", TEXT, BOTH, NULL, NULL, NULL},
    {"externalReferenceId", TEXT, BOTH, NULL, NULL, NULL},
    {"mpnId", TEXT, REFERRAL_CREATE, NULL, NULL, NULL},
    {"status", OF(STRING), BOTH, NULL, referral_statuses, NULL},
    {"substatus", OF(STRING), BOTH, NULL, referral_substatuses, NULL},
    {"statusReason", TEXT, BOTH, NULL, NULL, NULL},
    {"type", OF(STRING), BOTH | REFERRAL_NEEDED, NULL, referral_types, NULL},
    {"qualification", OF(STRING), BOTH, NULL, referral_qualifications, NULL},
    {"direction", TEXT, REFERRAL_CREATE, NULL, referral_directions, NULL},
    {"target", LIST, BOTH, target, NULL, NULL},
    {"customerProfile", OF(OBJECT), BOTH | REFERRAL_NEEDED, customer, NULL, NULL},
    {"consent", OF(OBJECT), BOTH | REFERRAL_NEEDED, consent, NULL, NULL},
    {"details", OF(OBJECT), BOTH | REFERRAL_NEEDED, details, NULL, NULL},
    {"team", ANY, BOTH, person, NULL, NULL},
    {"inviteContext", MAP, BOTH, invitation, NULL, NULL},
    {"salesStage", TEXT, BOTH, NULL, NULL, NULL},
    {"referralSource", TEXT, REFERRAL_CREATE, NULL, NULL, NULL},
    {"callToAction", TEXT, REFERRAL_CREATE, NULL, NULL, NULL},
    {"campaignId", TEXT, BOTH, NULL, NULL, NULL},
    {"referralProgram", TEXT, REFERRAL_CREATE, NULL, NULL, NULL},
    {"dealSensitivity", TEXT, BOTH, NULL, NULL, NULL},
    {"favorite", FLAG, BOTH, NULL, NULL, NULL},
    {"tags", LIST, BOTH, NULL, NULL, NULL},
    {"registrations", LIST, REFERRAL_READ_ONLY, referral_registration, NULL, NULL},
    {"id", OF(STRING), REFERRAL_READ_ONLY, NULL, NULL, NULL},
    {"organizationId", TEXT, REFERRAL_READ_ONLY, NULL, NULL, NULL},
    {"organizationName", TEXT, REFERRAL_READ_ONLY, NULL, NULL, NULL},
    {"createdDateTime", TEXT, REFERRAL_READ_ONLY, NULL, NULL, NULL},
    {"updatedDateTime", TEXT, REFERRAL_READ_ONLY, NULL, NULL, NULL},
    {"expirationDateTime", TEXT, REFERRAL_READ_ONLY, NULL, NULL, NULL},
    {"acceptedDateTime", TEXT, REFERRAL_READ_ONLY, NULL, NULL, NULL},
    {"closedDateTime", TEXT, REFERRAL_READ_ONLY, NULL, NULL, NULL},
    {"eTag", TEXT, REFERRAL_READ_ONLY, NULL, NULL, NULL},
    {"registrationStatus", TEXT, REFERRAL_READ_ONLY, NULL, NULL, NULL},
    {"trackingInfo", MAP, REFERRAL_READ_ONLY, NULL, NULL, NULL},
    {"links", MAP, REFERRAL_READ_ONLY, NULL, NULL, NULL},
    {"createdVia", TEXT, REFERRAL_READ_ONLY, NULL, NULL, NULL},
    {"lastModifiedVia", TEXT, REFERRAL_READ_ONLY, NULL, NULL, NULL},
    END,
};
/* clang-format on */

/* ---- Checks. */
const struct referral_shape *referral_row(const struct referral_shape *members, const char *name)
{
    for (; members && members->name; members++) {
        if (!strcmp(members->name, name))
            return members;
    }
    return NULL;
}

static int check_text(struct failure *failure, const struct referral_shape *shape,
                      const char *where, const char *text)
{
    if (shape->words && !words_have(shape->words, text))
        return referral_refuse(failure, "invalidValue", "%s: there is no word '%.60s'", where,
                               text);
    if (shape->fits && !shape->fits(text))
        return referral_refuse(failure, "invalidValue", "%s: '%.60s' has not the form that is due",
                               where, text);
    return 0;
}

static int check_members(struct failure *failure, const struct referral_shape *shape,
                         const char *where, const struct json *object)
{
    int result = 0;
    for (size_t i = 0; i < object->count && result == 0; i++) {
        const struct referral_shape *member = referral_row(shape->members, object->names[i]);
        if (member)
            result = referral_check(failure, member,
                                    arena_printf(failure->arena, "%s/%s", where, object->names[i]),
                                    object->items[i]);
    }
    return result;
}

int referral_check(struct failure *failure, const struct referral_shape *shape, const char *where,
                   const struct json *value)
{
    if (!(shape->types & 1u << value->type))
        return referral_refuse(failure, "invalidType", "%s: is of the wrong type", where);
    if (value->type == JSON_STRING || value->type == JSON_NUMBER)
        return check_text(failure, shape, where, value->text);
    if (value->type == JSON_OBJECT)
        return check_members(failure, shape, where, value);
    int result = 0;
    for (size_t i = 0; value->type == JSON_ARRAY && i < value->count && result == 0; i++) {
        const struct json *item = value->items[i];
        if (!shape->members)
            continue;
        if (item->type != JSON_OBJECT)
            return referral_refuse(failure, "invalidType", "%s/%zu: must be an object", where, i);
        result =
            check_members(failure, shape, arena_printf(failure->arena, "%s/%zu", where, i), item);
    }
    return result;
}
