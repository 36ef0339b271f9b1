#include "tests/sandbox/fields.h"
#include "tests/sandbox/formats.h"
#include "tests/sandbox/rows.h"
#include "tests/sandbox/words.h"

#define BOTH    (FIELD_CREATE | FIELD_UPDATE)
#define SHOWN   FIELD_SUMMARY
#define FROZEN  FIELD_FROZEN
#define ACTION  FIELD_ACTION
#define ADDRESS "Customer.Account.Address"
#define SPEND   "Project.ExpectedCustomerSpend"

#define PERSON(path, flags)                                                                        \
    OBJECT(path, flags), {path ".Email", FIELD_TEXT, 0, 80, NULL, is_email, flags},                \
        TEXT(path ".FirstName", 0, 80, flags), TEXT(path ".LastName", 0, 80, flags),               \
        TEXT(path ".BusinessTitle", 0, 80, flags), FORM(path ".Phone", is_phone, flags)

/* clang-format off */
const struct field opportunity_fields[] = {
    FORM("Catalog", is_letters, BOTH | NEEDED | SHOWN),
    TEXT("ClientToken", 1, 255, FIELD_CREATE | NEEDED),
    FORM("Identifier", is_opportunity_id, FIELD_UPDATE | NEEDED),
    FORM("Id", is_opportunity_id, SHOWN),
    FORM("Arn", is_arn, SHOWN),
    FORM("CreatedDate", is_instant, SHOWN),
    FORM("LastModifiedDate", is_instant, FIELD_UPDATE | NEEDED | SHOWN),
    WORD("Origin", words_origins, FIELD_CREATE),
    TEXT("PartnerOpportunityIdentifier", 0, 64, BOTH | SHOWN | FROZEN | ACTION),
    WORD("OpportunityType", words_opportunity_types, BOTH | SHOWN),
    WORD("NationalSecurity", words_yes_no, BOTH | FROZEN),
    LIST("PrimaryNeedsFromAws", 0, 0, BOTH),
    WORD("PrimaryNeedsFromAws[]", words_needs, BOTH),

    OBJECT("Customer", BOTH | SHOWN),
    OBJECT("Customer.Account", BOTH | SHOWN),
    TEXT("Customer.Account.CompanyName", 0, 120, BOTH | NEEDED | SHOWN | FROZEN),
    WORD("Customer.Account.Industry", words_industries, BOTH | SHOWN | FROZEN),
    TEXT("Customer.Account.OtherIndustry", 0, 255, BOTH | SHOWN | FROZEN),
    TEXT("Customer.Account.WebsiteUrl", 4, 255, BOTH | SHOWN | FROZEN | ACTION),
    FORM("Customer.Account.AwsAccountId", is_aws_account, BOTH),
    FORM("Customer.Account.Duns", is_duns, BOTH),
    OBJECT(ADDRESS, BOTH | SHOWN),
    TEXT(ADDRESS ".City", 0, 255, BOTH | SHOWN | ACTION),
    TEXT(ADDRESS ".PostalCode", 0, 20, BOTH | SHOWN | FROZEN | ACTION),
    TEXT(ADDRESS ".StateOrRegion", 0, 0, BOTH | SHOWN | FROZEN | ACTION),
    WORD(ADDRESS ".CountryCode", words_countries, BOTH | SHOWN | FROZEN | ACTION),
    TEXT(ADDRESS ".StreetAddress", 0, 255, BOTH | ACTION),
    LIST("Customer.Contacts", 0, 0, BOTH),
    PERSON("Customer.Contacts[]", BOTH),

    OBJECT("Project", BOTH | SHOWN),
    LIST("Project.DeliveryModels", 0, 0, BOTH | SHOWN | FIELD_LATE),
    WORD("Project.DeliveryModels[]", words_delivery_models, BOTH | SHOWN),
    LIST(SPEND, 0, 10, BOTH | SHOWN),
    OBJECT(SPEND "[]", BOTH | SHOWN),
    FORM(SPEND "[].Amount", is_amount_or_empty, BOTH | SHOWN | ACTION),
    WORD(SPEND "[].CurrencyCode", words_currencies, BOTH | NEEDED | SHOWN | ACTION),
    WORD(SPEND "[].Frequency", words_frequencies, BOTH | NEEDED | SHOWN),
    TEXT(SPEND "[].TargetCompany", 1, 80, BOTH | NEEDED | SHOWN),
    FORM(SPEND "[].EstimationUrl", is_estimate_url, BOTH | SHOWN),
    OBJECT("Project.ExpectedContractDuration", BOTH | SHOWN),
    WORD("Project.ExpectedContractDuration.Term", words_terms, BOTH | NEEDED | SHOWN),
    TEXT("Project.ExpectedContractDuration.Value", 0, 0, BOTH | NEEDED | SHOWN),
    TEXT("Project.Title", 0, 255, BOTH | FROZEN),
    TEXT("Project.CustomerBusinessProblem", 20, 2000, BOTH | FROZEN | ACTION),
    TEXT("Project.CustomerUseCase", 0, 0, BOTH),
    LIST("Project.ApnPrograms", 0, 0, BOTH),
    TEXT("Project.ApnPrograms[]", 0, 0, BOTH),
    FORM("Project.RelatedOpportunityIdentifier", is_opportunity_id, BOTH),
    LIST("Project.SalesActivities", 0, 0, BOTH),
    WORD("Project.SalesActivities[]", words_activities, BOTH),
    WORD("Project.CompetitorName", words_competitors, BOTH),
    TEXT("Project.OtherCompetitorNames", 0, 255, BOTH),
    TEXT("Project.OtherSolutionDescription", 0, 255, BOTH),
    TEXT("Project.AdditionalComments", 1, 255, BOTH | FIELD_LATE),
    WORD("Project.AwsPartition", words_partitions, BOTH),

    OBJECT("LifeCycle", BOTH | SHOWN),
    WORD("LifeCycle.Stage", words_stages, BOTH | SHOWN),
    WORD("LifeCycle.ClosedLostReason", words_lost_reasons, BOTH | SHOWN),
    TEXT("LifeCycle.NextSteps", 0, 255, BOTH | SHOWN),
    FORM("LifeCycle.TargetCloseDate", is_day, BOTH | SHOWN | ACTION),
    WORD("LifeCycle.ReviewStatus", words_review_states, BOTH | SHOWN | FIELD_REVIEW),
    TEXT("LifeCycle.ReviewComments", 0, 0, BOTH | SHOWN | FIELD_REVIEW),
    TEXT("LifeCycle.ReviewStatusReason", 0, 0, BOTH | SHOWN | FIELD_REVIEW),
    LIST("LifeCycle.NextStepsHistory", 0, 50, BOTH | FIELD_KEPT),
    OBJECT("LifeCycle.NextStepsHistory[]", BOTH | FIELD_KEPT),
    TEXT("LifeCycle.NextStepsHistory[].Value", 0, 0, BOTH | NEEDED | FIELD_KEPT),
    FORM("LifeCycle.NextStepsHistory[].Time", is_instant, BOTH | NEEDED | FIELD_KEPT),

    OBJECT("Marketing", BOTH),
    TEXT("Marketing.CampaignName", 0, 0, BOTH),
    WORD("Marketing.Source", words_marketing_sources, BOTH),
    LIST("Marketing.UseCases", 0, 0, BOTH),
    TEXT("Marketing.UseCases[]", 0, 0, BOTH),
    LIST("Marketing.Channels", 0, 0, BOTH),
    WORD("Marketing.Channels[]", words_channels, BOTH),
    WORD("Marketing.AwsFundingUsed", words_yes_no, BOTH),

    OBJECT("SoftwareRevenue", BOTH),
    WORD("SoftwareRevenue.DeliveryModel", words_revenue_models, BOTH),
    OBJECT("SoftwareRevenue.Value", BOTH),
    FORM("SoftwareRevenue.Value.Amount", is_amount, BOTH | NEEDED),
    WORD("SoftwareRevenue.Value.CurrencyCode", words_currencies, BOTH | NEEDED),
    FORM("SoftwareRevenue.EffectiveDate", is_day, BOTH),
    FORM("SoftwareRevenue.ExpirationDate", is_day, BOTH),

    LIST("OpportunityTeam", 0, 10, FIELD_CREATE),
    PERSON("OpportunityTeam[]", FIELD_CREATE),
    LIST("Tags", 1, 200, FIELD_CREATE),
    OBJECT("Tags[]", FIELD_CREATE),
    TEXT("Tags[].Key", 1, 128, FIELD_CREATE | NEEDED),
    TEXT("Tags[].Value", 0, 256, FIELD_CREATE | NEEDED),
};
const size_t opportunity_field_count = COUNT(opportunity_fields);

static const struct field get_fields[] = {
    FORM("Catalog", is_letters, NEEDED),
    FORM("Identifier", is_opportunity_id, NEEDED),
};

static const struct field list_fields[] = {
    FORM("Catalog", is_letters, NEEDED),
    NUMBER("MaxResults", 1, 100, 0),
    TEXT("NextToken", 0, 0, 0),
    OBJECT("Sort", 0),
    WORD("Sort.SortBy", words_opportunity_sorts, NEEDED),
    WORD("Sort.SortOrder", words_sort_orders, NEEDED),
    LIST("Identifier", 0, 20, 0),
    FORM("Identifier[]", is_opportunity_id, 0),
    LIST("LifeCycleStage", 0, 10, 0),
    WORD("LifeCycleStage[]", words_stages, 0),
    LIST("LifeCycleReviewStatus", 0, 10, 0),
    WORD("LifeCycleReviewStatus[]", words_review_states, 0),
    LIST("CustomerCompanyName", 0, 10, 0),
    TEXT("CustomerCompanyName[]", 0, 0, 0),
    OBJECT("LastModifiedDate", 0),
    FORM("LastModifiedDate.AfterLastModifiedDate", is_instant, 0),
    FORM("LastModifiedDate.BeforeLastModifiedDate", is_instant, 0),
    OBJECT("CreatedDate", 0),
    FORM("CreatedDate.AfterCreatedDate", is_instant, 0),
    FORM("CreatedDate.BeforeCreatedDate", is_instant, 0),
    OBJECT("TargetCloseDate", 0),
    FORM("TargetCloseDate.AfterTargetCloseDate", is_day, 0),
    FORM("TargetCloseDate.BeforeTargetCloseDate", is_day, 0),
};

static const struct field association_fields[] = {
    FORM("Catalog", is_letters, NEEDED),
    FORM("OpportunityIdentifier", is_opportunity_id, NEEDED),
    WORD("RelatedEntityType", words_entity_types, NEEDED),
    TEXT("RelatedEntityIdentifier", 1, 255, NEEDED),
};

/* Rows that two operations share. */
#define TAGS \
    LIST("Tags", 1, 200, 0), \
    OBJECT("Tags[]", 0), \
    TEXT("Tags[].Key", 1, 128, NEEDED), \
    TEXT("Tags[].Value", 0, 256, NEEDED)
#define TASK_LISTING \
    FORM("Catalog", is_letters, NEEDED), \
    NUMBER("MaxResults", 1, 1000, 0), \
    TEXT("NextToken", 1, 2048, 0), \
    OBJECT("Sort", 0), \
    WORD("Sort.SortBy", words_task_sorts, NEEDED), \
    WORD("Sort.SortOrder", words_sort_orders, NEEDED), \
    LIST("TaskStatus", 1, 3, 0), \
    WORD("TaskStatus[]", words_task_states, 0), \
    LIST("TaskIdentifier", 1, 10, 0), \
    FORM("TaskIdentifier[]", is_task_id, 0), \
    LIST("OpportunityIdentifier", 1, 10, 0), \
    FORM("OpportunityIdentifier[]", is_opportunity_id, 0)

static const struct field start_fields[] = {
    FORM("Catalog", is_letters, NEEDED),
    TEXT("ClientToken", 1, 255, NEEDED),
    FORM("Identifier", is_opportunity_id, NEEDED),
    OBJECT("AwsSubmission", NEEDED),
    WORD("AwsSubmission.InvolvementType", words_involvements, NEEDED),
    WORD("AwsSubmission.Visibility", words_visibilities, 0),
    TAGS,
};

static const struct field task_fields[] = {
    TASK_LISTING,
    LIST("EngagementIdentifier", 1, 10, 0),
    FORM("EngagementIdentifier[]", is_engagement_id, 0),
};

static const struct field accept_fields[] = {
    FORM("Catalog", is_letters, NEEDED),
    TEXT("ClientToken", 1, 255, NEEDED),
    FORM("Identifier", is_invitation_id, NEEDED),
    TAGS,
};

static const struct field accept_task_fields[] = {
    TASK_LISTING,
    LIST("EngagementInvitationIdentifier", 1, 10, 0),
    FORM("EngagementInvitationIdentifier[]", is_invitation_id, 0),
};

static const struct field invitation_fields[] = {
    FORM("Catalog", is_letters, NEEDED),
    FORM("Identifier", is_invitation_id, NEEDED),
};

static const struct field reject_fields[] = {
    FORM("Catalog", is_letters, NEEDED),
    FORM("Identifier", is_invitation_id, NEEDED),
    WORD("RejectionReason", words_reject_reasons, 0),
};

static const struct field invitations_fields[] = {
    FORM("Catalog", is_letters, NEEDED),
    NUMBER("MaxResults", 1, 100, 0),
    TEXT("NextToken", 0, 0, 0),
    OBJECT("Sort", 0),
    WORD("Sort.SortBy", words_invitation_sorts, NEEDED),
    WORD("Sort.SortOrder", words_sort_orders, NEEDED),
    WORD("ParticipantType", words_participants, NEEDED),
    LIST("PayloadType", 0, 0, 0),
    WORD("PayloadType[]", words_payload_types, 0),
    LIST("Status", 1, 10, 0),
    WORD("Status[]", words_invitation_states, 0),
    LIST("EngagementIdentifier", 1, 10, 0),
    FORM("EngagementIdentifier[]", is_engagement_id, 0),
    LIST("SenderAwsAccountId", 1, 10, 0),
    FORM("SenderAwsAccountId[]", is_aws_account, 0),
};

static const struct field summary_fields[] = {
    FORM("Catalog", is_letters, NEEDED),
    FORM("RelatedOpportunityIdentifier", is_opportunity_id, NEEDED),
};

static const struct field associations_fields[] = {
    FORM("Catalog", is_letters, NEEDED),
    NUMBER("MaxResults", 1, 1000, 0),
    TEXT("NextToken", 0, 0, 0),
    FORM("EngagementIdentifier", is_engagement_id, 0),
    WORD("ResourceType", words_associated_types, 0),
    FORM("ResourceIdentifier", is_opportunity_id, 0),
    FORM("CreatedBy", is_aws_account, 0),
};

static const struct field member_fields[] = {
    FORM("Catalog", is_letters, NEEDED),
    FORM("Identifier", is_engagement_id, NEEDED),
    NUMBER("MaxResults", 1, 10, 0),
    TEXT("NextToken", 0, 0, 0),
};

static const struct field assign_fields[] = {
    FORM("Catalog", is_letters, NEEDED),
    FORM("Identifier", is_opportunity_id, NEEDED),
    OBJECT("Assignee", NEEDED),
    {"Assignee.Email", FIELD_TEXT, 0, 80, NULL, is_email, NEEDED},
    TEXT("Assignee.FirstName", 0, 80, NEEDED),
    TEXT("Assignee.LastName", 0, 80, NEEDED),
    TEXT("Assignee.BusinessTitle", 0, 80, NEEDED),
    FORM("Assignee.Phone", is_phone, 0),
};

static const struct field solution_fields[] = {
    FORM("Catalog", is_letters, NEEDED),
    NUMBER("MaxResults", 1, 100, 0),
    TEXT("NextToken", 0, 0, 0),
    OBJECT("Sort", 0),
    WORD("Sort.SortBy", words_solution_sorts, NEEDED),
    WORD("Sort.SortOrder", words_sort_orders, NEEDED),
    LIST("Status", 0, 10, 0),
    WORD("Status[]", words_solution_states, 0),
    LIST("Identifier", 0, 20, 0),
    FORM("Identifier[]", is_solution_id, 0),
    LIST("Category", 0, 10, 0),
    TEXT("Category[]", 0, 0, 0),
    LIST("AwsMarketplaceSolutionArn", 0, 10, 0),
    {"AwsMarketplaceSolutionArn[]", FIELD_TEXT, 4, 2048, NULL, is_arn, 0},
};

#define ROWS(table) table, COUNT(table), 0
#define OPPORTUNITY(use) opportunity_fields, COUNT(opportunity_fields), use
static const struct operation operations[] = {
    {"ListOpportunities", QUOTA_READ, ROWS(list_fields), handle_list},
    {"GetOpportunity", QUOTA_READ, ROWS(get_fields), handle_get},
    {"CreateOpportunity", QUOTA_WRITE, OPPORTUNITY(FIELD_CREATE), handle_create},
    {"UpdateOpportunity", QUOTA_WRITE, OPPORTUNITY(FIELD_UPDATE), handle_update},
    {"AssociateOpportunity", QUOTA_WRITE, ROWS(association_fields), handle_associate},
    {"DisassociateOpportunity", QUOTA_WRITE, ROWS(association_fields), handle_disassociate},
    {"StartEngagementFromOpportunityTask", QUOTA_WRITE, ROWS(start_fields),
     handle_start_engagement},
    {"ListEngagementFromOpportunityTasks", QUOTA_READ, ROWS(task_fields), handle_list_tasks},
    {"ListSolutions", QUOTA_READ, ROWS(solution_fields), handle_list_solutions},
    {"AssignOpportunity", QUOTA_WRITE, ROWS(assign_fields), handle_assign},
    {"GetAwsOpportunitySummary", QUOTA_READ, ROWS(summary_fields), handle_get_summary},
    {"ListEngagementInvitations", QUOTA_READ, ROWS(invitations_fields), handle_list_invitations},
    {"GetEngagementInvitation", QUOTA_READ, ROWS(invitation_fields), handle_get_invitation},
    {"RejectEngagementInvitation", QUOTA_WRITE, ROWS(reject_fields), handle_reject_invitation},
    {"StartEngagementByAcceptingInvitationTask", QUOTA_WRITE, ROWS(accept_fields),
     handle_accept_task},
    {"ListEngagementByAcceptingInvitationTasks", QUOTA_READ, ROWS(accept_task_fields),
     handle_list_accept_tasks},
    {"ListEngagementResourceAssociations", QUOTA_READ, ROWS(associations_fields),
     handle_list_associations},
    {"ListEngagementMembers", QUOTA_READ, ROWS(member_fields), handle_list_members},
};
/* clang-format on */

const struct operation *selling_operation_find(const char *name)
{
    for (size_t i = 0; i < COUNT(operations); i++) {
        if (text_equal(operations[i].name, name))
            return &operations[i];
    }
    return NULL;
}
