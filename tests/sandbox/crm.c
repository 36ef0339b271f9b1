/* The CRM's view of a seed: an export as spreadsheets really hand it over. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "tests/sandbox/azure/account.h"
#include "tests/sandbox/deals.h"
#include "tests/sandbox/gcp/words.h"
#include "tests/sandbox/sandbox.h"

enum column {
    KEY,
    NAME,
    ACCOUNT,
    WEBSITE,
    INDUSTRY,
    COUNTRY,
    STATE,
    CITY,
    ZIP,
    STAGE,
    CLOSE_DATE,
    AMOUNT,
    CURRENCY,
    NEXT_STEP,
    DESCRIPTION,
    USE_CASE,
    CO_SELL,
    CONTACT_FIRST,
    CONTACT_LAST,
    CONTACT_EMAIL,
    CONTACT_PHONE,
    CONTACT_TITLE,
    LOSS_REASON,
    OFFER_WANTED,
    PRODUCT,
    BUYER,
    CONTRACT_VALUE,
    CONTRACT_TERM,
    INSTALMENTS,
    INCLUDED,
    OFFER_EXPIRES,
    OFFER_ID,
    OFFER_STATE,
    AGREEMENT,
    AWS_ID,
    AWS_STATUS,
    SOLUTION,
    LAST_MODIFIED,
    MICROSOFT,
    MICROSOFT_ID,
    MICROSOFT_STATUS,
    MICROSOFT_DEAL,
    MICROSOFT_SOLUTION,
    SELLER_FIRST,
    SELLER_LAST,
    SELLER_EMAIL,
    GOOGLE,
    GOOGLE_ID,
    GOOGLE_STATUS,
    GOOGLE_NUMBER,
    GOOGLE_INDUSTRY,
    GOOGLE_REGION,
    GOOGLE_PRODUCT,
    LEGAL_ACCEPTED,
    EMPLOYEES,
    CONTRACT_MONTHS,
    TOTAL_VALUE,
    COLUMNS
};

static const char *const headers[COLUMNS] = {
    [KEY] = "Opportunity ID",
    [NAME] = "Name",
    [ACCOUNT] = "Account",
    [WEBSITE] = "Website",
    [INDUSTRY] = "Industry",
    [COUNTRY] = "Country",
    [STATE] = "State",
    [CITY] = "City",
    [ZIP] = "Zip",
    [STAGE] = "Stage",
    [CLOSE_DATE] = "Close Date",
    [AMOUNT] = "Amount (MRR)",
    [CURRENCY] = "Currency",
    [NEXT_STEP] = "Next Step",
    [DESCRIPTION] = "Description",
    [USE_CASE] = "Use Case",
    [CO_SELL] = "Co-sell",
    [CONTACT_FIRST] = "Contact First",
    [CONTACT_LAST] = "Contact Last",
    [CONTACT_EMAIL] = "Contact Email",
    [CONTACT_PHONE] = "Contact Phone",
    [CONTACT_TITLE] = "Contact Title",
    [LOSS_REASON] = "Loss Reason",
    [OFFER_WANTED] = "Private Offer",
    [PRODUCT] = "Product",
    [BUYER] = "Buyer Account",
    [CONTRACT_VALUE] = "Contract Value",
    [CONTRACT_TERM] = "Contract Term",
    [INSTALMENTS] = "Instalments",
    [INCLUDED] = "Included",
    [OFFER_EXPIRES] = "Offer Expires",
    [OFFER_ID] = "AWS Offer ID",
    [OFFER_STATE] = "AWS Offer",
    [AGREEMENT] = "AWS Agreement",
    [AWS_ID] = "AWS Opportunity ID",
    [AWS_STATUS] = "AWS Status",
    [SOLUTION] = "Solution",
    [LAST_MODIFIED] = "Last Modified",
    [MICROSOFT] = "Microsoft Co-sell",
    [MICROSOFT_ID] = "Microsoft Referral ID",
    [MICROSOFT_STATUS] = "Microsoft Status",
    [MICROSOFT_DEAL] = "Microsoft Deal ID",
    [MICROSOFT_SOLUTION] = "Microsoft Solution",
    [SELLER_FIRST] = "Seller First",
    [SELLER_LAST] = "Seller Last",
    [SELLER_EMAIL] = "Seller Email",
    [GOOGLE] = "Google Co-sell",
    [GOOGLE_ID] = "Google Deal ID",
    [GOOGLE_STATUS] = "Google Status",
    [GOOGLE_NUMBER] = "Google Deal Number",
    [GOOGLE_INDUSTRY] = "Google Industry",
    [GOOGLE_REGION] = "Google Region",
    [GOOGLE_PRODUCT] = "Google Product Family",
    [LEGAL_ACCEPTED] = "Legal Accepted",
    [EMPLOYEES] = "Employees",
    [CONTRACT_MONTHS] = "Contract Months",
    [TOTAL_VALUE] = "Total Value",
};

/* AWS's words and the CRM's. */
static const struct word {
    const char *aws, *crm;
} stage_words[] =
    {
        {"Prospect", "Lead"},
        {"Qualified", "Discovery"},
        {"Technical Validation", "Evaluation"},
        {"Business Validation", "Proposal"},
        {"Committed", "Verbal"},
        {"Launched", "Closed Won"},
        {"Closed Lost", "Closed Lost"},
        {NULL, "?"},
},
  status_words[] =
      {
          {"Pending Submission", "Draft"},
          {"Submitted", "Submitted"},
          {"In review", "In Review"},
          {"Action Required", "Action Required"},
          {"Approved", "Approved"},
          {"Rejected", "Rejected"},
          {NULL, "?"},
},
  industry_words[] = {
      {"Software and Internet", "High Tech"},
      {"Financial Services", "Banking & Insurance"},
      {"Wholesale and Distribution", "Wholesale"},
      {NULL, NULL},
};

static const char *crm_word(const struct word *words, const char *aws)
{
    while (words->aws && strcmp(words->aws, aws) != 0)
        words++;
    return words->crm;
}

struct row {
    const char *cells[COLUMNS];
};

static void add_cell(struct text *out, const char *cell)
{
    if (!cell)
        return;
    if (!cell[strcspn(cell, ",\"\r\n")]) {
        text_add(out, cell);
        return;
    }
    text_add_char(out, '"');
    for (; *cell; cell++) {
        if (*cell == '"')
            text_add_char(out, '"');
        text_add_char(out, *cell);
    }
    text_add_char(out, '"');
}

static void add_cells(struct text *out, const char *const *cells)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        if (i)
            text_add_char(out, ',');
        add_cell(out, cells[i]);
    }
}

static void add_row(struct text *out, const struct row *row)
{
    add_cells(out, row->cells);
    text_add(out, "\r\n");
}

static bool chance(const struct deal *deal, const char *purpose, unsigned percent)
{
    return deal_roll(deal, purpose, 100) < percent;
}

static void fill_customer(const struct deal *deal, struct row *row)
{
    const char *industry = crm_word(industry_words, deal->industry);
    row->cells[ACCOUNT] = deal->company;
    row->cells[WEBSITE] = deal->website;
    row->cells[INDUSTRY] = industry ? industry : deal->industry;
    row->cells[COUNTRY] = chance(deal, "code", 20) ? deal->place->code : deal->place->country;
    row->cells[STATE] = deal->place->state;
    row->cells[CITY] = deal->place->city;
    row->cells[ZIP] = deal->place->postal_code;
    row->cells[CONTACT_FIRST] = deal->first_name;
    row->cells[CONTACT_LAST] = deal->last_name;
    row->cells[CONTACT_EMAIL] = deal->email;
    row->cells[CONTACT_PHONE] = deal->phone;
    row->cells[CONTACT_TITLE] = deal->job_title;
}

static const char *crm_amount(struct arena *arena, const struct deal *deal)
{
    size_t length = strlen(deal->spend);
    if (deal_roll(deal, "pretty", 9) || length < 7)
        return deal->spend;
    size_t thousands = length - strlen("000.00");
    return arena_printf(arena, "$%.*s,%s", (int)thousands, deal->spend, deal->spend + thousands);
}

static void fill_deal(struct arena *arena, const struct deal *deal, struct row *row)
{
    char text[INSTANT_TEXT];
    bool linked = deal->link != DEAL_LOCAL_ONLY;
    bool draft = !strcmp(deal->status, "Pending Submission");
    bool wanted = linked ? !draft || chance(deal, "hand over", 10) : deal->co_sell;
    row->cells[KEY] = deal->key;
    row->cells[NAME] = deal->title;
    row->cells[STAGE] = crm_word(stage_words, deal->stage);
    row->cells[CLOSE_DATE] = arena_copy(arena, day_print(deal->close_day, text));
    row->cells[AMOUNT] = crm_amount(arena, deal);
    row->cells[CURRENCY] = "USD";
    row->cells[NEXT_STEP] = deal->next_step;
    row->cells[DESCRIPTION] = deal->problem;
    row->cells[USE_CASE] = deal->use_case;
    row->cells[CO_SELL] = wanted ? "yes" : "no";
    row->cells[LOSS_REASON] = deal->lost_reason;
    row->cells[SOLUTION] = wanted ? deal->solution : NULL;
    if (deal->link == DEAL_BY_ID) {
        row->cells[AWS_ID] = deal->opportunity_id;
        row->cells[AWS_STATUS] =
            crm_word(status_words, chance(deal, "stale", 12) ? "Submitted" : deal->status);
    }
    int64_t modified =
        deal->modified_ms + (int64_t)deal_roll(deal, "edited", 3) * 3600000 - 5400000;
    row->cells[LAST_MODIFIED] = arena_copy(arena, instant_print(modified, text));
}

/* A deal that is as good as won is sold by a private offer: paid in two instalments. */
static void fill_offer(struct arena *arena, const struct deal *deal, int64_t today, struct row *row)
{
    char first[DAY_TEXT], second[DAY_TEXT], expires[DAY_TEXT];
    unsigned half = 5000 + 500 * deal_roll(deal, "contract", 40);
    row->cells[PRODUCT] = SANDBOX_PRODUCT;
    row->cells[BUYER] = arena_printf(arena, "4%011u", deal_roll(deal, "buyer", 1000000000));
    row->cells[CONTRACT_VALUE] = arena_printf(arena, "%u.00", 2 * half);
    row->cells[CONTRACT_TERM] = "P12M";
    row->cells[INSTALMENTS] =
        arena_printf(arena, "%s=%u.00; %s=%u.00", day_print(today + 45, first), half,
                     day_print(today + 225, second), half);
    row->cells[INCLUDED] = "users=100";
    row->cells[OFFER_EXPIRES] = arena_copy(arena, day_print(today + 30, expires));
}

static void fill_microsoft(struct row *row)
{
    row->cells[MICROSOFT] = "yes";
    row->cells[MICROSOFT_SOLUTION] = "SOL-34104-EBB";
    row->cells[SELLER_FIRST] = "Sam";
    row->cells[SELLER_LAST] = "Seller";
    row->cells[SELLER_EMAIL] = AZURE_PERSON;
}

/* What a registration at Google asks for beyond what every deal has. */
static void fill_google(struct arena *arena, const struct deal *deal, struct row *row)
{
    row->cells[GOOGLE] = "yes";
    row->cells[GOOGLE_INDUSTRY] = gcp_deal_industry(deal);
    row->cells[GOOGLE_REGION] = gcp_deal_region(deal);
    row->cells[GOOGLE_PRODUCT] = "GOOGLE_CLOUD_PLATFORM";
    row->cells[LEGAL_ACCEPTED] = "yes";
    row->cells[EMPLOYEES] = arena_printf(arena, "%lld", deal->employees);
    row->cells[CONTRACT_MONTHS] = arena_printf(arena, "%lld", deal->contract_months);
    row->cells[TOTAL_VALUE] = deal->contract_value;
    row->cells[SELLER_EMAIL] = AZURE_PERSON;
}

/* A deal that AWS has, too, and one that nobody has yet. */
static bool suits_microsoft(const struct deal *deal, bool shared)
{
    if (!shared)
        return deal->link == DEAL_LOCAL_ONLY && !deal->co_sell;
    return deal->link == DEAL_BY_ID && !strcmp(deal->status, "Approved") &&
           !strcmp(deal->stage, "Qualified");
}

static bool sold_by_offer(const struct deal *deal)
{
    return deal->link == DEAL_BY_ID && !strcmp(deal->status, "Approved") &&
           !strcmp(deal->stage, "Committed");
}

/* What the sales team changed on its side alone. */
static void drift(struct arena *arena, const struct deal *deal, int64_t today, struct row *row)
{
    char day[DAY_TEXT];
    bool approved = !strcmp(deal->status, "Approved");
    bool open = strcmp(deal->stage, "Launched") != 0 && strcmp(deal->stage, "Closed Lost") != 0;
    if (!open)
        return;
    if (deal->close_day < today || chance(deal, "later", 8))
        row->cells[CLOSE_DATE] =
            arena_copy(arena, day_print(today + 60 + deal_roll(deal, "new close", 120), day));
    if (chance(deal, "new step", 10))
        row->cells[NEXT_STEP] = "Waiting for the customer's budget approval";
    if (chance(deal, "new amount", 9))
        row->cells[AMOUNT] = arena_printf(arena, "%u50.00", 10 + deal_roll(deal, "amount", 80));
    if (chance(deal, "new phone", 3))
        row->cells[CONTACT_PHONE] = arena_printf(arena, "%s0199", deal->place->phone);
    if (chance(deal, "no title", 8))
        row->cells[CONTACT_TITLE] = NULL;
    if (chance(deal, "longer", 4))
        row->cells[DESCRIPTION] = arena_printf(arena, "%s\r\nThe customer's words: \"%s\"",
                                               deal->problem, "this cannot wait another year");
    unsigned moved = deal_roll(deal, "moved", 100);
    if (!approved || moved >= 8)
        return;
    row->cells[STAGE] = moved == 0 ? "Closed Lost" : moved == 1 ? "Closed Won" : "Verbal";
    row->cells[LOSS_REASON] = moved == 0 ? "Price" : NULL;
}

/* What spreadsheets and people did to single cells. */
static void spoil(const struct deal *deal, struct row *row)
{
    const char *zip = deal->place->postal_code;
    if (deal->link == DEAL_BY_NAME && chance(deal, "shout", 30))
        row->cells[ACCOUNT] = NULL; /* the website must do */
    if (zip[0] == '0' && chance(deal, "zero", 15))
        row->cells[ZIP] = zip + 1;
    if (chance(deal, "null phone", 4))
        row->cells[CONTACT_PHONE] = "N/A";
    if (chance(deal, "null title", 3))
        row->cells[CONTACT_TITLE] = "null";
    if (deal->index % 131 == 17)
        row->cells[KEY] = "2.5E+09";
}

static void add_deal(struct text *out, struct arena *arena, const struct deal *deal, int64_t today,
                     const char *offer, bool microsoft, bool google)
{
    struct row row = {{NULL}};
    fill_customer(deal, &row);
    fill_deal(arena, deal, &row);
    if (microsoft)
        fill_microsoft(&row);
    if (google)
        fill_google(arena, deal, &row);
    if (offer)
        fill_offer(arena, deal, today, &row);
    row.cells[OFFER_WANTED] = offer;
    if (deal->link != DEAL_LOCAL_ONLY) {
        drift(arena, deal, today, &row);
        spoil(deal, &row);
    }
    add_row(out, &row);
}

/* Rows that cannot be right, as they stand in every export of some age. */
static void add_bad_rows(struct text *out, struct arena *arena, uint64_t seed, size_t first,
                         size_t remote_count, int64_t now_ms)
{
    static const struct {
        enum column column;
        const char *cell;
    } bad[] = {
        {KEY, NULL},
        {KEY, "  "},
        {KEY, "2.5E+09"},
        {CLOSE_DATE, "31/02/2027"},
        {CLOSE_DATE, "soon"},
        {CLOSE_DATE, "2027-13-01"},
        {STAGE, "On Ice"},
        {STAGE, "Parked"},
        {AMOUNT, "twelve thousand"},
        {AMOUNT, "1.2.3"},
    };
    struct deal deal;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct row row = {{NULL}};
        deal_make(arena, seed, first + i, remote_count, now_ms, &deal);
        fill_customer(&deal, &row);
        fill_deal(arena, &deal, &row);
        row.cells[CO_SELL] = "no";
        row.cells[bad[i].column] = bad[i].cell;
        add_row(out, &row);
    }
    for (size_t i = 0; i < 2; i++) { /* a comma that nobody quoted */
        struct row row = {{NULL}};
        deal_make(arena, seed, first + COUNT(bad) + i, remote_count, now_ms, &deal);
        fill_customer(&deal, &row);
        fill_deal(arena, &deal, &row);
        add_cells(out, row.cells);
        text_add(out, ",see notes\r\n");
    }
    for (size_t i = 0; i < 3; i++) { /* the same deal pasted twice, edited once */
        deal_make(arena, seed, first + COUNT(bad) + 2, remote_count, now_ms, &deal);
        struct row row = {{NULL}};
        fill_customer(&deal, &row);
        fill_deal(arena, &deal, &row);
        row.cells[CO_SELL] = "no";
        row.cells[NEXT_STEP] = i ? "Pasted again from the old list" : deal.next_step;
        add_row(out, &row);
    }
}

void crm_export(uint64_t seed, size_t referrals, int64_t now_ms, struct text *out)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    int64_t today = day_of(now_ms);
    size_t local_only = referrals / 8 + 4, sold = 0, with_microsoft[2] = {0}, with_google = 0;
    text_add(out, "\xef\xbb\xbf");
    add_cells(out, headers);
    text_add(out, "\r\n");
    for (size_t i = 0; i < referrals + local_only; i++) {
        struct deal deal;
        arena_reset(arena);
        deal_make(arena, seed, i, referrals, now_ms, &deal);
        if (deal.link == DEAL_REMOTE_ONLY)
            continue;
        sold += sold_by_offer(&deal);
        bool microsoft = false;
        for (int shared = 0; shared < 2; shared++)
            microsoft = microsoft || (suits_microsoft(&deal, shared) && !with_microsoft[shared]++);
        /* One more that nobody has yet. */
        bool google = !microsoft && suits_microsoft(&deal, false) && !with_google++;
        add_deal(out, arena, &deal, today,
                 !sold_by_offer(&deal) ? NULL
                 : sold == 1           ? "yes"
                                       : "later",
                 microsoft, google);
    }
    add_bad_rows(out, arena, seed, referrals + local_only, referrals, now_ms);
}
