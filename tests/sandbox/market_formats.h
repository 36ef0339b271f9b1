/* The patterns of the Catalog and Agreement models, read as the service means them: those that
 * refuse what its own samples send are not taken to the letter. */
#ifndef SANDBOX_MARKET_FORMATS_H
#define SANDBOX_MARKET_FORMATS_H

#include <stdbool.h>
#include <stdint.h>

extern const char *const words_market_catalogs[];

bool is_catalog_time(const char *text);    /* "2026-11-02T10:00:00Z", twenty characters */
bool is_account(const char *text);         /* twelve digits */
bool is_resource_id(const char *text);     /* letters, digits, . / - */
bool is_query_id(const char *text);        /* letters, digits, _ and -: no revision */
bool is_offer_set_id(const char *text);    /* offerset-… */
bool is_change_name(const char *text);     /* at most 72 letters and digits */
bool is_change_set_name(const char *text); /* at most 100 of letters, digits, blanks, _+=.:@- */
bool is_request_token(const char *text);   /* 1 to 64 visible ASCII characters */
bool is_filter_value(const char *text);    /* of SearchAgreements */
bool is_agreement_id(const char *text);

bool is_named(const char *text);           /* does not begin with a blank */
bool is_contract_period(const char *text); /* "P12M", "P1Y2M3D", "P365D" */
bool is_dimension_key(const char *text);
bool is_rate(const char *text);       /* to 100000000, at most 8 decimals */
bool is_price(const char *text);      /* at most 3 decimals */
bool is_charge(const char *text);     /* at most 2 decimals */
bool is_percentage(const char *text); /* at most 9 decimals */
bool is_link(const char *text);       /* http or https */
bool is_secure_link(const char *text);
bool is_refund_policy(const char *text); /* ASCII and a few signs, 1 to 500 */
bool is_product_id(const char *text);

/* A decimal number in parts of 10^-decimals; what is finer is cut off. */
int64_t scaled_number(const char *text, int decimals);

#endif
