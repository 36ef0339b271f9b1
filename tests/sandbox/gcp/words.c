#include "tests/sandbox/gcp/words.h"

#include <string.h>

#include "base/memory.h"

const char *gcp_deal_region(const struct deal *deal)
{
    static const struct {
        const char *code, *region;
    } regions[] = {
        {"US", "NORTH_AMERICA"},
        {"CA", "NORTH_AMERICA"},
        {"DE", "DACH"},
        {"GB", "UK_AND_I"},
        {"IE", "UK_AND_I"},
        {"FR", "FRANCE"},
        {"NL", "NE"},
        {"SE", "NE"},
        {"ES", "SEEMEA"},
        {"IT", "SEEMEA"},
        {"AE", "SEEMEA"},
        {"AU", "ANZ"},
        {"JP", "JAPAN"},
        {"BR", "LATAM_BRAZIL"},
        {"SG", "OTHER_ASIA_PACIFIC"},
    };
    for (size_t i = 0; i < COUNT(regions); i++) {
        if (!strcmp(regions[i].code, deal->place->code))
            return regions[i].region;
    }
    return "REGION_UNSPECIFIED";
}

const char *gcp_deal_industry(const struct deal *deal)
{
    static const struct {
        const char *theirs, *ours;
    } industries[] = {
        {"Agriculture", "AGRICULTURE"},
        {"Automotive", "AUTOMOTIVE"},
        {"Computers and Electronics", "ELECTRICAL_ELECTRONICS"},
        {"Consumer Goods", "CONSUMER_GOODS"},
        {"Education", "EDUCATION"},
        {"Energy - Oil and Gas", "ENERGY"},
        {"Energy - Power and Utilities", "ENERGY"},
        {"Financial Services", "FINANCIAL_SERVICES"},
        {"Gaming", "GAMING"},
        {"Healthcare", "HEALTHCARE"},
        {"Hospitality", "TOURISM"},
        {"Manufacturing", "MANUFACTURING"},
        {"Marketing and Advertising", "ADVERTISING_MARKETING"},
        {"Media and Entertainment", "MEDIA"},
        {"Non-Profit Organization", "NON_PROFIT"},
        {"Professional Services", "BUSINESS_SERVICES"},
        {"Retail", "RETAIL_CONSUMER"},
        {"Software and Internet", "SOFTWARE"},
        {"Telecommunications", "TELECOMMUNICATIONS"},
        {"Transportation and Logistics", "LOGISTICS"},
        {"Travel", "TOURISM"},
        {"Wholesale and Distribution", "RETAIL_WHOLESALE"},
    };
    for (size_t i = 0; i < COUNT(industries); i++) {
        if (!strcmp(industries[i].theirs, deal->industry))
            return industries[i].ours;
    }
    return "OTHER";
}
