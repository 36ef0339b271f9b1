/* The patterns of the published model, as functions from text to yes or no. */
#ifndef SANDBOX_FORMATS_H
#define SANDBOX_FORMATS_H

#include <stdbool.h>

bool is_letters(const char *text);        /* a catalog's name */
bool is_opportunity_id(const char *text); /* O and 1 to 19 digits */
bool is_solution_id(const char *text);    /* S- and 1 to 19 digits */
bool is_task_id(const char *text);        /* task- and 13, or an ARN */
bool is_engagement_id(const char *text);  /* eng- and 14, or an ARN */
bool is_invitation_id(const char *text);  /* engi- and 13, or an ARN */
bool is_arn(const char *text);
bool is_instant(const char *text);
bool is_day(const char *text);
bool is_amount(const char *text); /* at most two decimals, no leading zeros */
bool is_amount_or_empty(const char *text);
bool is_estimate_url(const char *text);
bool is_email(const char *text); /* lower case only */
bool is_phone(const char *text); /* E.164 */
bool is_duns(const char *text);
bool is_aws_account(const char *text);
bool is_offer_arn(const char *text); /* of a marketplace offer */
bool is_offer_set_arn(const char *text);

#endif
