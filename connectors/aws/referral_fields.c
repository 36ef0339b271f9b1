/* How canonical referral fields stand in an opportunity. Spelling, case and blanks of the words are
 * those of the service model; the documentation's prose has others, which the service refuses. */
#include "base/memory.h"
#include "connectors/aws/referrals.h"

enum {
    SERVICE = REMOTE_READ, /* kept by the service; still travels back in a full replace */
    WRITTEN = REMOTE_READ | REMOTE_CREATE | REMOTE_UPDATE,
};

static const char *const industries[] = {
    "Aerospace",
    "Agriculture",
    "Automotive",
    "Computers and Electronics",
    "Consumer Goods",
    "Education",
    "Energy - Oil and Gas",
    "Energy - Power and Utilities",
    "Financial Services",
    "Gaming",
    "Government",
    "Healthcare",
    "Hospitality",
    "Life Sciences",
    "Manufacturing",
    "Marketing and Advertising",
    "Media and Entertainment",
    "Mining",
    "Non-Profit Organization",
    "Professional Services",
    "Real Estate and Construction",
    "Retail",
    "Software and Internet",
    "Telecommunications",
    "Transportation and Logistics",
    "Travel",
    "Wholesale and Distribution",
    "Other",
    NULL,
};

static const char *const delivery_models[] = {
    "SaaS or PaaS", "BYOL or AMI", "Managed Services", "Professional Services", "Resell",
    "Other",        NULL,
};

static const char *const sales_activities[] = {
    "Initialized discussions with customer",
    "Customer has shown interest in solution",
    "Conducted POC / Demo",
    "In evaluation / planning stage",
    "Agreed on solution to Business Problem",
    "Completed Action Plan",
    "Finalized Deployment Need",
    "SOW Signed",
    NULL,
};

static const char *const needs[] = {
    "Co-Sell - Architectural Validation",
    "Co-Sell - Business Presentation",
    "Co-Sell - Competitive Information",
    "Co-Sell - Pricing Assistance",
    "Co-Sell - Technical Consultation",
    "Co-Sell - Total Cost of Ownership Evaluation",
    "Co-Sell - Deal Support",
    "Co-Sell - Support for Public Tender / RFx",
    NULL,
};

static const char *const competitors[] = {
    "Oracle Cloud",   "On-Prem",         "Co-location",
    "Akamai",         "AliCloud",        "Google Cloud Platform",
    "IBM Softlayer",  "Microsoft Azure", "Other- Cost Optimization",
    "No Competition", "*Other",          NULL,
};

static const char *const lost_reasons[] = {
    "Customer Deficiency",
    "Delay / Cancellation of Project",
    "Legal / Tax / Regulatory",
    "Lost to Competitor - Google",
    "Lost to Competitor - Microsoft",
    "Lost to Competitor - SoftLayer",
    "Lost to Competitor - VMWare",
    "Lost to Competitor - Other",
    "No Opportunity",
    "On Premises Deployment",
    "Partner Gap",
    "Price",
    "Security / Compliance",
    "Technical Limitations",
    "Customer Experience",
    "Other",
    "People/Relationship/Governance",
    "Product/Technology",
    "Financial/Commercial",
    NULL,
};

static const char *const channels[] = {
    "AWS Marketing Central",
    "Content Syndication",
    "Display",
    "Email",
    "Live Event",
    "Out Of Home (OOH)",
    "Print",
    "Search",
    "Social",
    "Telemarketing",
    "TV",
    "Video",
    "Virtual Event",
    NULL,
};

static const char *const yes_no[] = {"yes", "Yes", "no", "No", NULL};

static const char *const involvements[] = {
    "co_sell", "Co-Sell", "visibility_only", "For Visibility Only", NULL,
};

static const char *const visibilities[] = {"full", "Full", "limited", "Limited", NULL};

static const char *const stages[] = {
    "prospect",
    "Prospect",
    "qualified",
    "Qualified",
    "technical_validation",
    "Technical Validation",
    "business_validation",
    "Business Validation",
    "committed",
    "Committed",
    STAGE_WON,
    "Launched",
    STAGE_LOST,
    "Closed Lost",
    NULL,
};

/* "Submitted" and "In review" (small r) both wait for people. Behind them those of an invitation,
 * which the documents of invitations carry in the same place (see referral_document.c). */
static const char *const statuses[] = {
    "draft",     "Pending Submission", "submitted",       "Submitted", "in_review",
    "In review", "action_required",    "Action Required", "approved",  "Approved",
    "rejected",  "Rejected",           "invited",         "PENDING",   "accepted",
    "ACCEPTED",  "declined",           "REJECTED",        "expired",   "EXPIRED",
    NULL,
};

static const char *const reject_reasons[] = {
    "Customer problem unclear",
    "Next steps unclear",
    "Unable to support",
    "Duplicate of partner referral",
    "Other",
    NULL,
};

#define ACCOUNT "Customer.Account."
#define ADDRESS "Customer.Account.Address."
#define CONTACT "Customer.Contacts[0]."
#define OWNER   "OpportunityTeam[0]."
#define RELATED "RelatedEntityIdentifiers."
#define SUMMARY "agent.Summary."

#define TEXT(name, at, limit)                                                                      \
    {                                                                                              \
        .field = name, .path = at, .flags = WRITTEN, .max = limit, .vendor = at                    \
    }
#define CHOICE(name, at, words_)                                                                   \
    {                                                                                              \
        .field = name, .path = at, .flags = WRITTEN, .choices = words_, .vendor = at               \
    }
#define WORD(name, at, words_)                                                                     \
    {                                                                                              \
        .field = name, .path = at, .flags = WRITTEN, .words = words_, .vendor = at                 \
    }
#define KEPT(name, at)                                                                             \
    {                                                                                              \
        .field = name, .path = at, .flags = SERVICE, .vendor = at                                  \
    }

/* The team goes into a new opportunity's document; afterwards only AssignOpportunity changes it. */
#define OWNED(name, at, limit)                                                                     \
    {                                                                                              \
        .field = name, .path = OWNER at, .flags = WRITTEN | REMOTE_STEP, .max = limit,             \
        .vendor = "OpportunityTeam." at                                                            \
    }
/* The cloud's side holds addresses, the canonical value the identifiers in them. */
#define TIED(name, at)                                                                             \
    {                                                                                              \
        .field = name, .path = RELATED at, .flags = WRITTEN | REMOTE_STEP | REMOTE_TAIL,           \
        .max = 64, .vendor = RELATED at                                                            \
    }
/* What other calls tell; referral_document.c puts it beside the opportunity. */
#define ASIDE(name, at, vendor_)                                                                   \
    {                                                                                              \
        .field = name, .path = at, .flags = SERVICE | REMOTE_ASIDE, .vendor = vendor_              \
    }
#define AWS_SAYS(name, at) ASIDE(name, SUMMARY at, "AwsOpportunitySummary." at)

/* ExpectedCustomerSpend holds one entry per company. AWS's is the monthly revenue that AWS expects,
 * "Self" the partner's own total; prose asks for another Frequency there, the model has only this.
 */
#define SPEND(name, company)                                                                       \
    {                                                                                              \
        .field = name, .path = "Project.ExpectedCustomerSpend[TargetCompany=" company "]",         \
        .flags = WRITTEN, .amount = "Amount", .currency = "CurrencyCode",                          \
        .fixed = WORDS("Frequency", "Monthly"),                                                    \
        .vendor = "Project.ExpectedCustomerSpend (" company ")"                                    \
    }

const struct remote_field aws_referral_fields[] = {
    KEPT("id", "Id"),
    TEXT("partner_reference", "PartnerOpportunityIdentifier", 64),
    TEXT("title", "Project.Title", 255),
    TEXT("company", ACCOUNT "CompanyName", 120),
    {.field = "website",
     .path = ACCOUNT "WebsiteUrl",
     .flags = WRITTEN,
     .min = 4,
     .max = 255,
     .vendor = ACCOUNT "WebsiteUrl"},
    CHOICE("industry", ACCOUNT "Industry", industries),
    TEXT("other_industry", ACCOUNT "OtherIndustry", 255),
    TEXT("country", ADDRESS "CountryCode", 2),
    TEXT("state", ADDRESS "StateOrRegion", 255),
    TEXT("city", ADDRESS "City", 255),
    TEXT("street", ADDRESS "StreetAddress", 255),
    TEXT("postal_code", ADDRESS "PostalCode", 20),
    TEXT("duns", ACCOUNT "Duns", 9),
    TEXT("cloud_account", ACCOUNT "AwsAccountId", 12),
    TEXT("contact_first_name", CONTACT "FirstName", 80),
    TEXT("contact_last_name", CONTACT "LastName", 80),
    TEXT("contact_email", CONTACT "Email", 80),
    TEXT("contact_phone", CONTACT "Phone", 16),
    TEXT("contact_title", CONTACT "BusinessTitle", 80),
    {.field = "problem",
     .path = "Project.CustomerBusinessProblem",
     .flags = WRITTEN,
     .min = 20,
     .max = 2000,
     .vendor = "Project.CustomerBusinessProblem"},
    /* Documented words, but free text on the wire: unknown ones are taken. */
    TEXT("use_case", "Project.CustomerUseCase", 0),
    CHOICE("delivery_models", "Project.DeliveryModels", delivery_models),
    CHOICE("sales_activities", "Project.SalesActivities", sales_activities),
    CHOICE("needs", "PrimaryNeedsFromAws", needs),
    SPEND("spend", "AWS"),
    SPEND("contract_value", "Self"),
    {.field = "contract_months",
     .path = "Project.ExpectedContractDuration.Value",
     .flags = WRITTEN,
     .fixed = WORDS("Term", "Months"),
     .vendor = "Project.ExpectedContractDuration"},
    CHOICE("competitor", "Project.CompetitorName", competitors),
    TEXT("other_competitors", "Project.OtherCompetitorNames", 255),
    TEXT("other_solution", "Project.OtherSolutionDescription", 255),
    TEXT("comments", "Project.AdditionalComments", 255),
    TEXT("programs", "Project.ApnPrograms", 0),
    TEXT("related", "Project.RelatedOpportunityIdentifier", 20),
    WORD("opportunity_type", "OpportunityType",
         WORDS("new", "Net New Business", "renewal", "Flat Renewal", "expansion", "Expansion")),
    WORD("national_security", "NationalSecurity", yes_no),
    WORD("stage", "LifeCycle.Stage", stages),
    {.field = "close_date",
     .path = "LifeCycle.TargetCloseDate",
     .flags = WRITTEN,
     .vendor = "LifeCycle.TargetCloseDate"},
    TEXT("next_steps", "LifeCycle.NextSteps", 255),
    CHOICE("lost_reason", "LifeCycle.ClosedLostReason", lost_reasons),
    {.field = "status",
     .path = "LifeCycle.ReviewStatus",
     .flags = SERVICE,
     .words = statuses,
     .vendor = "LifeCycle.ReviewStatus"},
    KEPT("status_comments", "LifeCycle.ReviewComments"),
    KEPT("status_reason", "LifeCycle.ReviewStatusReason"),
    CHOICE("marketing_source", "Marketing.Source", WORDS("Marketing Activity", "None")),
    TEXT("marketing_campaign", "Marketing.CampaignName", 0),
    CHOICE("marketing_channels", "Marketing.Channels", channels),
    TEXT("marketing_use_cases", "Marketing.UseCases", 0),
    WORD("marketing_funded", "Marketing.AwsFundingUsed", yes_no),
    CHOICE("revenue_model", "SoftwareRevenue.DeliveryModel",
           WORDS("Contract", "Pay-as-you-go", "Subscription")),
    {.field = "revenue_value",
     .path = "SoftwareRevenue.Value",
     .flags = WRITTEN,
     .amount = "Amount",
     .currency = "CurrencyCode",
     .vendor = "SoftwareRevenue.Value"},
    TEXT("revenue_start", "SoftwareRevenue.EffectiveDate", 0),
    TEXT("revenue_end", "SoftwareRevenue.ExpirationDate", 0),
    {.field = "solutions",
     .path =
         RELATED "Solutions|" RELATED "AwsMarketplaceSolutions|" RELATED "AwsMarketplaceProducts",
     .flags = WRITTEN | REMOTE_STEP,
     .max = 255,
     .vendor = "RelatedEntityIdentifiers"},
    /* Said when submitting; GetOpportunity never shows them. */
    {.field = "involvement",
     .flags = REMOTE_CREATE | REMOTE_STEP,
     .words = involvements,
     .vendor = "AwsSubmission.InvolvementType"},
    {.field = "visibility",
     .flags = REMOTE_CREATE | REMOTE_STEP,
     .words = visibilities,
     .vendor = "AwsSubmission.Visibility"},
    OWNED("owner_email", "Email", 80),
    OWNED("owner_first_name", "FirstName", 80),
    OWNED("owner_last_name", "LastName", 80),
    OWNED("owner_title", "BusinessTitle", 80),
    OWNED("owner_phone", "Phone", 16),
    TIED("offers", "AwsMarketplaceOffers"),
    TIED("offer_sets", "AwsMarketplaceOfferSets"),
    {.field = "expires",
     .path = "agent.Invitation.ExpirationDate",
     .flags = SERVICE,
     .vendor = "ExpirationDate"},
    {.field = "reject_reason",
     .flags = REMOTE_CREATE | REMOTE_STEP,
     .choices = reject_reasons,
     .vendor = "RejectionReason"},
    {.field = "became", .path = "agent.Became", .flags = SERVICE, .vendor = "OpportunityId"},
    ASIDE("engagement", "agent.EngagementId", "EngagementId"),
    ASIDE("members", "agent.Members", "EngagementMemberList"),
    AWS_SAYS("origin", "Origin"),
    {.field = "cloud_involvement",
     .path = SUMMARY "InvolvementType",
     .flags = SERVICE | REMOTE_ASIDE,
     .words = involvements,
     .vendor = "AwsOpportunitySummary.InvolvementType"},
    {.field = "cloud_visibility",
     .path = SUMMARY "Visibility",
     .flags = SERVICE | REMOTE_ASIDE,
     .words = visibilities,
     .vendor = "AwsOpportunitySummary.Visibility"},
    AWS_SAYS("cloud_stage", "LifeCycle.Stage"),
    AWS_SAYS("cloud_close_date", "LifeCycle.TargetCloseDate"),
    AWS_SAYS("cloud_next_steps", "LifeCycle.NextSteps"),
    AWS_SAYS("cloud_lost_reason", "LifeCycle.ClosedLostReason"),
    AWS_SAYS("cloud_score", "Insights.EngagementScore"),
    AWS_SAYS("cloud_quality", "Insights.OpportunityQuality.Score"),
    AWS_SAYS("cloud_actions", "Insights.NextBestActions"),
    ASIDE("cloud_team", "agent.Team", "AwsOpportunitySummary.OpportunityTeam"),
    KEPT("created", "CreatedDate"),
    KEPT("modified", "LastModifiedDate"),
};
