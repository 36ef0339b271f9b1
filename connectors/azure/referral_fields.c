/* How the canonical fields stand in a referral. All words of Microsoft's are open sets: lists of
 * them are published and grow, so none is held against a value.
 *
 * Only in the raw document: what tells of the connection and not of the deal (links, createdVia,
 * lastModifiedVia, lastRunId, organizationId, organizationName, target), what is derived or set by
 * the service (isMatchingComplete, expirations of tags, email- and phoneValidationStatus, favorite,
 * quality, isSpam, referralSource, callToAction, incentiveLevel, referralProgram, dealSensitivity),
 * what the customer said (customerAction, customerRequestedContact), consents beyond the one that
 * `status` tells, contactPreference, addressLine2, address.region, requirements.offers,
 * .salesPlays and .additionalRequirements, ids of type External, migrated and federal identifiers
 * of trackingInfo, inviteContext.invitedMpnId, tags, and the instants of a registration's history.
 */
#include "base/memory.h"
#include "connectors/azure/referrals.h"

enum {
    SERVICE = REMOTE_READ,
    WRITTEN = REMOTE_READ | REMOTE_CREATE | REMOTE_UPDATE,
    EDITED = REMOTE_READ | REMOTE_UPDATE, /* not there before the deal is won */
};

#define CUSTOMER "customerProfile."
#define ADDRESS  CUSTOMER "address."
#define CONTACT  CUSTOMER "team[0]."
#define OWNER    "team[0]."
#define DETAILS  "details."
#define REQUIRED DETAILS "requirements."
#define CONTRACT "registrations[0].contract"
#define SOLD     "registrations[0].solutionDetails[0]."

#define ROW(name, at, flags_, vendor_)                                                             \
    {                                                                                              \
        .field = name, .path = at, .flags = flags_, .vendor = vendor_                              \
    }
#define TEXT(name, at) ROW(name, at, WRITTEN, at)
#define KEPT(name, at) ROW(name, at, SERVICE, at)
/* Put together by referral_document.c. */
#define MADE(name, at, flags_, vendor_) ROW(name, "agent." at, flags_, vendor_)
/* What the other sides of the engagement tell. */
#define ASIDE(name, at, vendor_) MADE(name, at, SERVICE | REMOTE_ASIDE, vendor_)
#define WORD(name, at, flags_, words_, vendor_)                                                    \
    {                                                                                              \
        .field = name, .path = "agent." at, .flags = flags_, .words = words_, .vendor = vendor_    \
    }
/* Said when submitting; nothing shows them. */
#define SAID(name, words_, vendor_)                                                                \
    {                                                                                              \
        .field = name, .flags = REMOTE_CREATE | REMOTE_STEP, .words = words_, .vendor = vendor_    \
    }
#define SAME(word) word, word

static const char *const stages[] = {
    SAME("prospect"),
    SAME("qualified"),
    SAME("technical_validation"),
    SAME("business_validation"),
    SAME("committed"),
    SAME("won"),
    SAME("lost"),
    NULL,
};

static const char *const statuses[] = {
    SAME("draft"),
    SAME("submitted"),
    SAME("in_review"),
    SAME("approved"),
    SAME("rejected"),
    SAME("invited"),
    SAME("accepted"),
    SAME("declined"),
    SAME("expired"),
    SAME("closed"),
    NULL,
};

static const char *const registrations[] = {
    SAME("due"),      SAME("pending"), SAME("review"), SAME("action_required"),
    SAME("approved"), SAME("failed"),  SAME("closed"), NULL,
};

static const char *const involvements[] = {SAME("co_sell"), SAME("visibility_only"), NULL};

const struct remote_field azure_referral_fields[] = {
    KEPT("id", "id"),
    TEXT("partner_reference", "externalReferenceId"),
    TEXT("title", "name"),
    TEXT("company", CUSTOMER "name"),
    TEXT("company_size", CUSTOMER "size"),
    TEXT("country", ADDRESS "country"),
    TEXT("state", ADDRESS "state"),
    TEXT("city", ADDRESS "city"),
    TEXT("street", ADDRESS "addressLine1"),
    TEXT("postal_code", ADDRESS "postalCode"),
    TEXT("duns", CUSTOMER "ids[profileType=Duns].id"),
    TEXT("contact_first_name", CONTACT "firstName"),
    TEXT("contact_last_name", CONTACT "lastName"),
    TEXT("contact_email", CONTACT "email"),
    TEXT("contact_phone", CONTACT "phoneNumber"),
    TEXT("contact_title", CONTACT "title"),
    TEXT("comments", DETAILS "notes"),
    {.field = "contract_value",
     .path = "details",
     .flags = WRITTEN,
     .amount = "dealValue",
     .currency = "currency",
     .vendor = DETAILS "dealValue"},
    TEXT("close_date", DETAILS "closingDateTime"),
    TEXT("industry", REQUIRED "industries[0].id"),
    MADE("cloud_products", "products", WRITTEN, REQUIRED "products"),
    MADE("services", "services", WRITTEN, REQUIRED "services"),
    MADE("solutions", "solutions", WRITTEN, REQUIRED "solutions"),
    MADE("needs", "needs", WRITTEN, "inviteContext.assistanceRequestCode"),
    TEXT("needs_notes", "inviteContext.notes"),
    TEXT("owner_first_name", OWNER "firstName"),
    TEXT("owner_last_name", OWNER "lastName"),
    TEXT("owner_email", OWNER "email"),
    TEXT("owner_phone", OWNER "phoneNumber"),
    TEXT("owner_title", OWNER "title"),
    TEXT("marketing_campaign", "campaignId"),
    TEXT("qualification", "qualification"),
    ROW("location", "mpnId", REMOTE_READ | REMOTE_CREATE, "mpnId"), /* fixed at creation */
    WORD("stage", "stage", WRITTEN, stages, "salesStage"),
    WORD("status", "status", SERVICE | REMOTE_ASIDE, statuses, "status"),
    KEPT("status_reason", "statusReason"),
    MADE("lost_reason", "lost_reason", REMOTE_READ | REMOTE_UPDATE, "statusReason"),
    KEPT("expires", "expirationDateTime"),
    KEPT("accepted", "acceptedDateTime"),
    KEPT("closed", "closedDateTime"),
    {.field = "reject_reason", .flags = REMOTE_CREATE | REMOTE_STEP, .vendor = "statusReason"},
    /* Other organisations of the engagement, and who else is to be invited into it. */
    MADE("partners", "partners",
         REMOTE_READ | REMOTE_UPDATE | REMOTE_STEP | REMOTE_ASIDE | REMOTE_SHOWS, "target"),
    SAID("involvement", involvements, "type"),
    /* Its sellers see all of a deal or nothing. */
    SAID("visibility", WORDS(SAME("full")), "consentToShareReferralWithMicrosoftSellers"),
    MADE("origin", "origin", SERVICE, "direction"),
    KEPT("engagement", "engagementId"),
    ASIDE("members", "members", "organizationName"),
    WORD("cloud_involvement", "involvement", SERVICE | REMOTE_ASIDE, involvements, "type"),
    ASIDE("cloud_reference", "reference", "trackingInfo.microsoftMsxId"),
    ASIDE("cloud_stage", "cloud_stage", "status"),
    ASIDE("cloud_team", "cloud_team", "team"),
    WORD("registration", "registration", SERVICE | REMOTE_ASIDE, registrations,
         "registrationStatus"),
    {.field = "revenue_value",
     .path = CONTRACT,
     .flags = EDITED,
     .amount = "value",
     .currency = "currency",
     .vendor = CONTRACT ".value"},
    ROW("revenue_start", CONTRACT ".startDateTime", EDITED, CONTRACT ".startDateTime"),
    ROW("revenue_end", CONTRACT ".endDateTime", EDITED, CONTRACT ".endDateTime"),
    ROW("signed", CONTRACT ".signDateTime", EDITED, CONTRACT ".signDateTime"),
    ROW("revenue_model", SOLD "pricingModel", EDITED, SOLD "pricingModel"),
    ROW("deployment", SOLD "primaryDeploymentOn", EDITED, SOLD "primaryDeploymentOn"),
    KEPT("created", "createdDateTime"),
    KEPT("modified", "updatedDateTime"),
};
