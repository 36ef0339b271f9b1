#include "tests/sandbox/words.h"

#include <stddef.h>
#include <string.h>

/* clang-format off */
const char *const words_catalogs[] = {
    "AWS", "Sandbox", NULL,
};

const char *const words_yes_no[] = {
    "Yes", "No", NULL,
};

const char *const words_origins[] = {
    "AWS Referral", "Partner Referral", NULL,
};

const char *const words_opportunity_types[] = {
    "Net New Business", "Flat Renewal", "Expansion", NULL,
};

const char *const words_needs[] = {
    "Co-Sell - Architectural Validation", "Co-Sell - Business Presentation",
    "Co-Sell - Competitive Information", "Co-Sell - Pricing Assistance",
    "Co-Sell - Technical Consultation", "Co-Sell - Total Cost of Ownership Evaluation",
    "Co-Sell - Deal Support", "Co-Sell - Support for Public Tender / RFx", NULL,
};

const char *const words_industries[] = {
    "Aerospace", "Agriculture", "Automotive", "Computers and Electronics", "Consumer Goods",
    "Education", "Energy - Oil and Gas", "Energy - Power and Utilities", "Financial Services",
    "Gaming", "Government", "Healthcare", "Hospitality", "Life Sciences", "Manufacturing",
    "Marketing and Advertising", "Media and Entertainment", "Mining", "Non-Profit Organization",
    "Professional Services", "Real Estate and Construction", "Retail", "Software and Internet",
    "Telecommunications", "Transportation and Logistics", "Travel", "Wholesale and Distribution",
    "Other", NULL,
};

const char *const words_countries[] = {
    "US", "AF", "AX", "AL", "DZ", "AS", "AD", "AO", "AI", "AQ", "AG", "AR", "AM", "AW", "AU",
    "AT", "AZ", "BS", "BH", "BD", "BB", "BY", "BE", "BZ", "BJ", "BM", "BT", "BO", "BQ", "BA",
    "BW", "BV", "BR", "IO", "BN", "BG", "BF", "BI", "KH", "CM", "CA", "CV", "KY", "CF", "TD",
    "CL", "CN", "CX", "CC", "CO", "KM", "CG", "CK", "CR", "CI", "HR", "CU", "CW", "CY", "CZ",
    "CD", "DK", "DJ", "DM", "DO", "EC", "EG", "SV", "GQ", "ER", "EE", "ET", "FK", "FO", "FJ",
    "FI", "FR", "GF", "PF", "TF", "GA", "GM", "GE", "DE", "GH", "GI", "GR", "GL", "GD", "GP",
    "GU", "GT", "GG", "GN", "GW", "GY", "HT", "HM", "VA", "HN", "HK", "HU", "IS", "IN", "ID",
    "IR", "IQ", "IE", "IM", "IL", "IT", "JM", "JP", "JE", "JO", "KZ", "KE", "KI", "KR", "KW",
    "KG", "LA", "LV", "LB", "LS", "LR", "LY", "LI", "LT", "LU", "MO", "MK", "MG", "MW", "MY",
    "MV", "ML", "MT", "MH", "MQ", "MR", "MU", "YT", "MX", "FM", "MD", "MC", "MN", "ME", "MS",
    "MA", "MZ", "MM", "NA", "NR", "NP", "NL", "AN", "NC", "NZ", "NI", "NE", "NG", "NU", "NF",
    "MP", "NO", "OM", "PK", "PW", "PS", "PA", "PG", "PY", "PE", "PH", "PN", "PL", "PT", "PR",
    "QA", "RE", "RO", "RU", "RW", "BL", "SH", "KN", "LC", "MF", "PM", "VC", "WS", "SM", "ST",
    "SA", "SN", "RS", "SC", "SL", "SG", "SX", "SK", "SI", "SB", "SO", "ZA", "GS", "SS", "ES",
    "LK", "SD", "SR", "SJ", "SZ", "SE", "CH", "SY", "TW", "TJ", "TZ", "TH", "TL", "TG", "TK",
    "TO", "TT", "TN", "TR", "TM", "TC", "TV", "UG", "UA", "AE", "GB", "UM", "UY", "UZ", "VU",
    "VE", "VN", "VG", "VI", "WF", "EH", "YE", "ZM", "ZW", NULL,
};

const char *const words_currencies[] = {
    "USD", "EUR", "GBP", "AUD", "CAD", "CNY", "NZD", "INR", "JPY", "CHF", "SEK", "AED", "AFN",
    "ALL", "AMD", "ANG", "AOA", "ARS", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN", "BHD", "BIF",
    "BMD", "BND", "BOB", "BOV", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CDF", "CHE", "CHW",
    "CLF", "CLP", "COP", "COU", "CRC", "CUC", "CUP", "CVE", "CZK", "DJF", "DKK", "DOP", "DZD",
    "EGP", "ERN", "ETB", "FJD", "FKP", "GEL", "GHS", "GIP", "GMD", "GNF", "GTQ", "GYD", "HKD",
    "HNL", "HRK", "HTG", "HUF", "IDR", "ILS", "IQD", "IRR", "ISK", "JMD", "JOD", "KES", "KGS",
    "KHR", "KMF", "KPW", "KRW", "KWD", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "LYD",
    "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK", "MXN", "MXV",
    "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "OMR", "PAB", "PEN", "PGK", "PHP", "PKR",
    "PLN", "PYG", "QAR", "RON", "RSD", "RUB", "RWF", "SAR", "SBD", "SCR", "SDG", "SGD", "SHP",
    "SLL", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TND", "TOP",
    "TRY", "TTD", "TWD", "TZS", "UAH", "UGX", "USN", "UYI", "UYU", "UZS", "VEF", "VND", "VUV",
    "WST", "XAF", "XCD", "XDR", "XOF", "XPF", "XSU", "XUA", "YER", "ZAR", "ZMW", "ZWL", NULL,
};

const char *const words_frequencies[] = {
    "Monthly", NULL,
};

const char *const words_delivery_models[] = {
    "SaaS or PaaS", "BYOL or AMI", "Managed Services", "Professional Services", "Resell", "Other",
    NULL,
};

const char *const words_terms[] = {
    "Months", NULL,
};

const char *const words_activities[] = {
    "Initialized discussions with customer", "Customer has shown interest in solution",
    "Conducted POC / Demo", "In evaluation / planning stage",
    "Agreed on solution to Business Problem", "Completed Action Plan",
    "Finalized Deployment Need", "SOW Signed", NULL,
};

const char *const words_competitors[] = {
    "Oracle Cloud", "On-Prem", "Co-location", "Akamai", "AliCloud", "Google Cloud Platform",
    "IBM Softlayer", "Microsoft Azure", "Other- Cost Optimization", "No Competition", "*Other",
    NULL,
};

const char *const words_partitions[] = {
    "aws-eusc", NULL,
};

const char *const words_stages[] = {
    "Prospect", "Qualified", "Technical Validation", "Business Validation", "Committed",
    "Launched", "Closed Lost", NULL,
};

const char *const words_review_states[] = {
    "Pending Submission", "Submitted", "In review", "Approved", "Rejected", "Action Required", NULL,
};

const char *const words_lost_reasons[] = {
    "Customer Deficiency", "Delay / Cancellation of Project", "Legal / Tax / Regulatory",
    "Lost to Competitor - Google", "Lost to Competitor - Microsoft",
    "Lost to Competitor - SoftLayer", "Lost to Competitor - VMWare", "Lost to Competitor - Other",
    "No Opportunity", "On Premises Deployment", "Partner Gap", "Price", "Security / Compliance",
    "Technical Limitations", "Customer Experience", "Other", "People/Relationship/Governance",
    "Product/Technology", "Financial/Commercial", NULL,
};

const char *const words_marketing_sources[] = {
    "Marketing Activity", "None", NULL,
};

const char *const words_channels[] = {
    "AWS Marketing Central", "Content Syndication", "Display", "Email", "Live Event",
    "Out Of Home (OOH)", "Print", "Search", "Social", "Telemarketing", "TV", "Video",
    "Virtual Event", NULL,
};

const char *const words_revenue_models[] = {
    "Contract", "Pay-as-you-go", "Subscription", NULL,
};

const char *const words_involvements[] = {
    "For Visibility Only", "Co-Sell", NULL,
};

const char *const words_visibilities[] = {
    "Full", "Limited", NULL,
};

const char *const words_entity_types[] = {
    "Solutions", "AwsProducts", "AwsMarketplaceOffers", "AwsMarketplaceOfferSets",
    "AwsMarketplaceSolutions", "AwsMarketplaceProducts", NULL,
};

const char *const words_task_states[] = {
    "IN_PROGRESS", "COMPLETE", "FAILED", NULL,
};

const char *const words_participants[] = {
    "SENDER", "RECEIVER", NULL,
};

const char *const words_payload_types[] = {
    "OpportunityInvitation", "LeadInvitation", NULL,
};

const char *const words_invitation_states[] = {
    "ACCEPTED", "PENDING", "REJECTED", "EXPIRED", NULL,
};

const char *const words_invitation_sorts[] = {
    "InvitationDate", NULL,
};

const char *const words_associated_types[] = {
    "Opportunity", NULL,
};

/* Prose on the wire, but these are what is documented. */
const char *const words_reject_reasons[] = {
    "Customer problem unclear",      "Next steps unclear", "Unable to support",
    "Duplicate of partner referral", "Other",              NULL,
};

const char *const words_solution_states[] = {
    "Active", "Inactive", "Draft", NULL,
};

const char *const words_sort_orders[] = {
    "ASCENDING", "DESCENDING", NULL,
};

const char *const words_opportunity_sorts[] = {
    "LastModifiedDate", "Identifier", "CustomerCompanyName", "CreatedDate", "TargetCloseDate", NULL,
};

const char *const words_solution_sorts[] = {
    "Identifier", "Name", "Status", "Category", "CreatedDate", NULL,
};

const char *const words_task_sorts[] = {
    "StartTime", NULL,
};

const char *const words_us_states[] = {
    "Alabama", "Alaska", "American Samoa", "Arizona", "Arkansas", "California", "Colorado",
    "Connecticut", "Delaware", "Dist. of Columbia", "Federated States of Micronesia", "Florida",
    "Georgia", "Guam", "Hawaii", "Idaho", "Illinois", "Indiana", "Iowa", "Kansas", "Kentucky",
    "Louisiana", "Maine", "Marshall Islands", "Maryland", "Massachusetts", "Michigan",
    "Minnesota", "Mississippi", "Missouri", "Montana", "Nebraska", "Nevada", "New Hampshire",
    "New Jersey", "New Mexico", "New York", "North Carolina", "North Dakota",
    "Northern Mariana Islands", "Ohio", "Oklahoma", "Oregon", "Palau", "Pennsylvania",
    "Puerto Rico", "Rhode Island", "South Carolina", "South Dakota", "Tennessee", "Texas", "Utah",
    "Vermont", "Virginia", "Virgin Islands", "Washington", "West Virginia", "Wisconsin",
    "Wyoming", "APO/AE", "AFO/FPO", "FPO, AP", NULL,
};

const char *const words_use_cases[] = {
    "AI Machine Learning and Analytics", "Archiving",
    "Big Data: Data Warehouse/Data Integration/ETL/Data Lake/BI", "Blockchain",
    "Business Applications: Mainframe Modernization", "Business Applications & Contact Center",
    "Business Applications & SAP Production", "Centralized Operations Management",
    "Cloud Management Tools",
    "Cloud Management Tools & DevOps with Continuous Integration & Continuous Delivery (CICD)",
    "Configuration, Compliance & Auditing", "Connected Services", "Containers & Serverless",
    "Content Delivery & Edge Services", "Database", "Edge Computing/End User Computing", "Energy",
    "Enterprise Governance & Controls", "Enterprise Resource Planning", "Financial Services",
    "Healthcare and Life Sciences", "High Performance Computing", "Hybrid Application Platform",
    "Industrial Software", "IOT", "Manufacturing, Supply Chain and Operations",
    "Media & High performance computing (HPC)", "Migration/Database Migration",
    "Monitoring, logging and performance", "Monitoring & Observability", "Networking", "Outpost",
    "SAP", "Security & Compliance", "Storage & Backup", "Training", "VMC", "VMWare",
    "Web development & DevOps", NULL,
};

const char *const words_no_postal_code[] = {
    "AE", "AG", "AO", "AW", "BF", "BI", "BJ", "BO", "BQ", "BS", "BW", "BZ", "CF", "CG", "CI",
    "CK", "CM", "CW", "DJ", "DM", "ER", "FJ", "GD", "GH", "GM", "GQ", "GY", "HK", "HM", "KI",
    "KM", "KN", "LY", "ML", "MO", "MR", "MW", "NR", "NU", "QA", "RW", "SB", "SC", "SH", "SL",
    "SR", "ST", "SY", "TF", "TG", "TK", "TL", "TO", "TV", "UG", "VU", "YE", "ZW", "AN", NULL,
};

/* clang-format on */
bool words_have(const char *const *words, const char *word)
{
    for (size_t i = 0; word && words[i]; i++) {
        if (!strcmp(words[i], word))
            return true;
    }
    return false;
}
