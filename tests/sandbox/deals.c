#include "tests/sandbox/deals.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"

#define DAY_MS    INT64_C(86400000)
#define FIRST_ID  2000000
#define FIRST_KEY 2500000000ULL

/* clang-format off */
static const struct place places[] = {
    {"United States", "US", "Washington", "Seattle", "98101", "+1206555"},
    {"United States", "US", "Massachusetts", "Boston", "02116", "+1617555"},
    {"United States", "US", "New Jersey", "Newark", "07102", "+1973555"},
    {"United States", "US", "California", "San Francisco", "94105", "+1415555"},
    {"United States", "US", "Texas", "Austin", "78701", "+1512555"},
    {"United States", "US", "Illinois", "Chicago", "60606", "+1312555"},
    {"United States", "US", "New York", "New York", "10018", "+1212555"},
    {"United States", "US", "Georgia", "Atlanta", "30308", "+1404555"},
    {"United States", "US", "Colorado", "Denver", "80202", "+1303555"},
    {"United States", "US", "Dist. of Columbia", "Washington", "20005", "+1202555"},
    {"Canada", "CA", "Ontario", "Toronto", "M5V 2T6", "+1416555"},
    {"Canada", "CA", "Quebec", "Montreal", "H3B 1A7", "+1514555"},
    {"Germany", "DE", "Bavaria", "Munich", "80331", "+49895550"},
    {"Germany", "DE", "Saxony", "Dresden", "01067", "+493515550"},
    {"United Kingdom", "GB", "England", "Manchester", "M2 3AW", "+44161496"},
    {"United Kingdom", "GB", "Scotland", "Edinburgh", "EH2 2BY", "+44131496"},
    {"France", "FR", "Auvergne-Rhone-Alpes", "Lyon", "69002", "+33472555"},
    {"Netherlands", "NL", "Utrecht", "Utrecht", "3511 LX", "+31305550"},
    {"Sweden", "SE", "Stockholm", "Stockholm", "111 52", "+4685550"},
    {"Spain", "ES", "Madrid", "Madrid", "28013", "+34915550"},
    {"Italy", "IT", "Lombardy", "Milan", "20121", "+39025550"},
    {"Ireland", "IE", "Leinster", "Dublin", "D02 X285", "+35315550"},
    {"Australia", "AU", "Victoria", "Melbourne", "3000", "+61355501"},
    {"Japan", "JP", "Osaka", "Osaka", "530-0001", "+8165550"},
    {"Brazil", "BR", "Sao Paulo", "Sao Paulo", "01310-100", "+55115550"},
    {"Singapore", "SG", "Singapore", "Singapore", "018956", "+656555"},
    {"United Arab Emirates", "AE", "Dubai", "Dubai", "", "+97145550"},
};

static const char *const names[] = {
    "Alder", "Amberline", "Apex Harbor", "Bluefinch", "Brightmoor", "Calder", "Castlegate",
    "Cedarpoint",
    "Cobalt", "Crestview", "Delmar", "Eastfold", "Elmsworth", "Evergate", "Fairlane", "Falconridge",
    "Fernhill", "Glasswater", "Goldcrest", "Granite Bay", "Greenlock", "Halcyon", "Harborview",
    "Hawthorne", "Highfield", "Ironbark", "Juniper", "Kestrel", "Kingsford", "Lakemont", "Larkspur",
    "Linden", "Maplewood", "Meridian", "Mistral", "Northgate", "Oakhurst", "Orchard", "Palisade",
    "Pinecrest", "Quarry", "Ravenswood", "Redstone", "Riverbend", "Rosewell", "Sablecreek",
    "Seabright",
    "Silverlake", "Stonebridge", "Summerfield", "Sunward", "Tallgrass", "Thornbury", "Tidewater",
    "Valemont", "Westmark", "Whitecliff", "Wildrose", "Windermere", "Yarrow",
};

static const struct {
    const char *suffix, *industry;
} trades[] = {
    {"Aerostructures", "Aerospace"}, {"Farms", "Agriculture"}, {"Motors", "Automotive"},
    {"Devices", "Computers and Electronics"}, {"Home Goods", "Consumer Goods"},
    {"Academy", "Education"}, {"Petroleum", "Energy - Oil and Gas"},
    {"Grid", "Energy - Power and Utilities"}, {"Bank", "Financial Services"},
    {"Insurance", "Financial Services"}, {"Games", "Gaming"}, {"Clinics", "Healthcare"},
    {"Hotels", "Hospitality"}, {"Biotech", "Life Sciences"}, {"Steelworks", "Manufacturing"},
    {"Plastics", "Manufacturing"}, {"Advertising", "Marketing and Advertising"},
    {"Pictures", "Media and Entertainment"}, {"Minerals", "Mining"},
    {"Foundation", "Non-Profit Organization"}, {"Advisory", "Professional Services"},
    {"Builders", "Real Estate and Construction"}, {"Stores", "Retail"}, {"Outlets", "Retail"},
    {"Software", "Software and Internet"}, {"Networks", "Telecommunications"},
    {"Freight", "Transportation and Logistics"}, {"Journeys", "Travel"},
    {"Supply", "Wholesale and Distribution"}, {"Cloudworks", "Software and Internet"},
};

static const struct {
    const char *title, *problem, *use_case;
} projects[] = {
    {"Claims data lake", "Claims sit in four systems and no report agrees with another.",
     "Big Data: Data Warehouse/Data Integration/ETL/Data Lake/BI"},
    {"Mainframe exit", "The mainframe contract ends next year and its batch jobs must move.",
     "Business Applications: Mainframe Modernization"},
    {"Central log search", "Operators look through logs of forty sites by hand after each outage.",
     "Monitoring & Observability"},
    {"Fraud scoring", "Card fraud is found a day late because scoring runs once a night.",
     "AI Machine Learning and Analytics"},
    {"Backup to object storage",
    "Tapes are full and restores take longer than the business allows.",
     "Storage & Backup"},
    {"Contact center move", "Call volumes double in season and the old switch cannot grow.",
     "Business Applications & Contact Center"},
    {"Oracle to Aurora", "Licence costs of the order database grow faster than its revenue.",
     "Migration/Database Migration"},
    {"Plant sensor platform",
    "Machine readings stay inside each plant and failures come unannounced.",
     "IOT"},
    {"Container platform", "Each team runs its own servers and releases take six weeks.",
     "Containers & Serverless"},
    {"Identity and audit", "The auditors found shared accounts and no trail of who changed what.",
     "Security & Compliance"},
    {"Video delivery", "Viewers abroad wait for the picture and leave before it comes.",
     "Content Delivery & Edge Services"},
    {"SAP landscape refresh", "The SAP servers are out of support and too slow at month end.",
    "SAP"},
    {"Genome pipeline", "A sequencing run waits three days for its place on the cluster.",
     "High Performance Computing"},
    {"Web shop rebuild", "The shop goes down whenever a campaign brings visitors.",
     "Web development & DevOps"},
    {"Branch network redesign", "Branches lose the tills whenever the single line fails.",
    "Networking"},
    {"Governance guardrails",
    "Nobody can say which accounts hold customer data or who pays for them.",
     "Enterprise Governance & Controls"},
};

static const char *const first_names[] = {
    "Ada", "Bruno", "Carla", "Dmitri", "Elena", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Keiko",
    "Liam", "Mara", "Noor", "Oscar", "Priya", "Quentin", "Rosa", "Sven", "Tara", "Umar", "Vera",
};
static const char *const last_names[] = {
    "Abbott", "Bianchi", "Castillo", "Dubois", "Eriksen", "Fischer", "Gallagher", "Haddad",
    "Ivanova",
    "Jensen", "Kowalski", "Lindqvist", "Moreau", "Nakamura", "Okafor", "Petrov", "Quinn", "Rossi",
    "Schneider", "Tanaka", "Ueda", "Vasquez", "Walsh", "Yilmaz",
};
static const char *const job_titles[] = {
    "CIO", "CTO", "Head of Infrastructure", "VP Engineering", "IT Director", "Enterprise Architect",
    "Head of Data", "Procurement Manager",
};
static const char *const next_steps[] = {
    "Send the sizing to the platform team", "Demo with the platform team",
    "Agree on success criteria for the pilot", "Security questionnaire is with legal",
    "Review pricing with procurement", "Reference call with a similar customer",
    "Board decides at its next meeting", "Kick-off workshop on site",
    "Collect the list of servers to move", "Draft statement of work",
};
static const char *const competitors[] = {
    "No Competition", "On-Prem", "Microsoft Azure", "Google Cloud Platform", "Oracle Cloud",
};
static const char *const lost_reasons[] = {
    "Price", "No Opportunity", "Customer Deficiency", "Delay / Cancellation of Project",
    "Lost to Competitor - Microsoft", "Technical Limitations", "Other",
};
static const char *const deal_solutions[] = {"S-2000001", "S-2000002", "S-2000003"};
/* clang-format on */

#define PICK(deal, list) (list)[deal_roll(deal, #list, COUNT(list))]

static uint64_t mix(uint64_t value)
{
    value += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

unsigned deal_roll(const struct deal *deal, const char *purpose, unsigned bound)
{
    uint64_t value = deal->chance;
    for (; *purpose; purpose++)
        value = mix(value ^ (unsigned char)*purpose);
    return (unsigned)(value % bound);
}

/* The shares are those of a team that began to keep both sides in step half a year ago. */
static void make_link(struct deal *deal, size_t remote_count)
{
    unsigned roll = deal_roll(deal, "link", 100);
    deal->link = deal->index >= remote_count ? DEAL_LOCAL_ONLY
                 : roll < 40                 ? DEAL_BY_ID
                 : roll < 76                 ? DEAL_BY_REFERENCE
                 : roll < 88                 ? DEAL_BY_NAME
                                             : DEAL_REMOTE_ONLY;
    deal->carries_reference = deal->link == DEAL_BY_REFERENCE ||
                              (deal->link == DEAL_BY_ID && deal_roll(deal, "reference", 100) < 60);
    deal->co_sell = deal->link == DEAL_LOCAL_ONLY && deal_roll(deal, "co-sell", 100) < 40;
}

static void make_customer(struct arena *arena, struct deal *deal)
{
    const char *name = PICK(deal, names);
    unsigned trade = deal_roll(deal, "trade", COUNT(trades));
    deal->company = arena_printf(arena, "%s %s", name, trades[trade].suffix);
    deal->industry = trades[trade].industry;
    deal->place = &places[deal_roll(deal, "place", COUNT(places))];
    char *host = arena_printf(arena, "%s-%s", name, trades[trade].suffix);
    text_lower(host);
    for (char *c = host; *c; c++)
        *c = *c == ' ' ? '-' : *c;
    deal->website = arena_printf(arena, "https://www.%s.example", host);
    deal->street = arena_printf(arena, "%u %s Street", 1 + deal_roll(deal, "number", 400),
                                last_names[deal_roll(deal, "street", COUNT(last_names))]);
    deal->first_name = PICK(deal, first_names);
    deal->last_name = PICK(deal, last_names);
    char *email = arena_printf(arena, "%s.%s@%s.example", deal->first_name, deal->last_name, host);
    text_lower(email);
    deal->email = email;
    deal->phone =
        arena_printf(arena, "%s%04u", deal->place->phone, deal_roll(deal, "phone", 10000));
    deal->job_title = PICK(deal, job_titles);
}

static void make_stage(struct deal *deal, int64_t today)
{
    static const char *const open_stages[] = {
        "Qualified",           "Qualified", "Technical Validation", "Technical Validation",
        "Business Validation", "Committed"};
    unsigned roll = deal_roll(deal, "status", 100);
    deal->status = roll < 64   ? "Approved"
                   : roll < 80 ? "Pending Submission"
                   : roll < 84 ? "Submitted"
                   : roll < 88 ? "In review"
                   : roll < 94 ? "Action Required"
                               : "Rejected";
    deal->stage = PICK(deal, open_stages);
    if (deal->link == DEAL_LOCAL_ONLY)
        deal->status = "Pending Submission";
    if (strcmp(deal->status, "Approved") != 0) /* the stage stands still until approval */
        deal->stage = deal_roll(deal, "early", 5) ? "Qualified" : "Technical Validation";
    deal->close_day = today + 14 + deal_roll(deal, "close", 260);
    unsigned end = deal_roll(deal, "end", 100);
    if (!strcmp(deal->status, "Approved") && end < 16) {
        deal->stage = end < 9 ? "Launched" : "Closed Lost";
        deal->close_day = today - 5 - deal_roll(deal, "close", 120);
    } else if (!strcmp(deal->status, "Approved") && end < 19) {
        deal->close_day = today - 1 - deal_roll(deal, "close", 30); /* slipped, nobody noticed */
    }
    deal->lost_reason = !strcmp(deal->stage, "Closed Lost") ? PICK(deal, lost_reasons) : NULL;
}

static void make_project(struct arena *arena, struct deal *deal)
{
    static const char *const types[] = {"Net New Business", "Net New Business", "Expansion"};
    unsigned project = deal_roll(deal, "project", COUNT(projects));
    deal->title = arena_printf(arena, "%s, %s", projects[project].title, deal->place->city);
    deal->problem = projects[project].problem;
    deal->use_case = projects[project].use_case;
    deal->next_step = PICK(deal, next_steps);
    deal->competitor = PICK(deal, competitors);
    deal->solution = PICK(deal, deal_solutions);
    deal->type = PICK(deal, types);
    unsigned hundreds = 5 + deal_roll(deal, "spend", deal_roll(deal, "large", 10) ? 180 : 900);
    deal->spend = arena_printf(arena, "%u00.00", hundreds);
    deal->contract_months = 12 * (1 + (long long)deal_roll(deal, "years", 3));
    deal->contract_value = arena_printf(arena, "%lld.00", 100 * hundreds * deal->contract_months);
    deal->employees = 20 + (long long)deal_roll(deal, "employees", 9000);
}

void deal_make(struct arena *arena, uint64_t seed, size_t index, size_t remote_count,
               int64_t now_ms, struct deal *ret_deal)
{
    struct deal deal = {.chance = mix(mix(seed) ^ index), .index = index};
    make_link(&deal, remote_count);
    make_customer(arena, &deal);
    make_project(arena, &deal);
    make_stage(&deal, day_of(now_ms));
    deal.opportunity_id = arena_printf(arena, "O%zu", FIRST_ID + index * 13 + deal.chance % 13);
    deal.key = arena_printf(arena, "%llu",
                            FIRST_KEY + index * 97 + (unsigned long long)(deal.chance % 97));
    deal.created_ms = now_ms - (int64_t)(30 + deal_roll(&deal, "created", 300)) * DAY_MS -
                      (int64_t)deal_roll(&deal, "created at", (unsigned)DAY_MS);
    deal.modified_ms = now_ms - (int64_t)(1 + deal_roll(&deal, "modified", 28)) * DAY_MS -
                       (int64_t)deal_roll(&deal, "modified at", (unsigned)DAY_MS);
    *ret_deal = deal;
}
