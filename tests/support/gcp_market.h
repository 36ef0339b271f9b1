/* Drives Google's marketplace in the sandbox: calls with a token, offers on their way. */
#ifndef TESTS_SUPPORT_GCP_MARKET_H
#define TESTS_SUPPORT_GCP_MARKET_H

#include "tests/sandbox/gcp/goods.h"
#include "tests/support/drive.h"

#define GCP_MARKET_OFFERS GCP_PRODUCER "/privateOffers"
#define GCP_MARKET_STANDARD                                                                        \
    GCP_PARENT "/services/" GCP_SERVICE_DB "/standardOffers/" GCP_STANDARD_DB
#define GCP_MARKET_TEAM                                                                            \
    GCP_PARENT "/services/" GCP_SERVICE_DB "/standardOffers/" GCP_STANDARD_DB_TEAM
#define GCP_MARKET_API GCP_PARENT "/services/" GCP_SERVICE_API "/standardOffers/" GCP_STANDARD_API
#define GCP_MARKET_METER                                                                           \
    GCP_PARENT "/services/" GCP_SERVICE_METER "/standardOffers/" GCP_STANDARD_METER

/* A call with a token of the service account's; `target` may hold a query, `body` is JSON text with
 * ' for ", NULL: none. Returns the status, 0 if the connection was dropped. */
int gcp_market_call(struct drive *drive, const char *method, const char *target, const char *body);
int gcp_market_get(struct drive *drive, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A control endpoint of Google's; `body` as above, NULL is a GET. */
int gcp_market_control(struct drive *drive, const char *name, const char *body);
/* Moves the business clock. */
void gcp_market_wait(struct drive *drive, int64_t ms);

/* Midnight in Los Angeles so many days from now, as a google.type.DateTime in text. */
const char *gcp_market_midnight(struct drive *drive, int64_t days);

/* An offer that can be published, as a document and as text; `path` is set to `value` (JSON text
 * with ' for "; NULL: removed), NULL leaves it as it is. */
struct json *gcp_market_sample(struct drive *drive);
const char *gcp_market_offer(struct drive *drive, const char *path, const char *value);
/* Creates it with a standard license agreement; returns its id, "" if it was refused. */
const char *gcp_market_create(struct drive *drive, const char *offer);
int gcp_market_act(struct drive *drive, const char *id, const char *verb, const char *body);
/* Publishes and waits until that is done; returns the offer's state. */
const char *gcp_market_publish(struct drive *drive, const char *id);
/* The same, and the buyer accepts; returns the id of the entitlement, "" if there is none. */
const char *gcp_market_accept(struct drive *drive, const char *id, bool signed_up);
/* GET with the full view; the answer is it. Returns the state. */
const char *gcp_market_state(struct drive *drive, const char *id);
/* The state of an entitlement, "" if it is gone; the answer is it. */
const char *gcp_market_order(struct drive *drive, const char *id);

/* The description of the first violation of that field in the last answer, "" if there is none. */
const char *gcp_market_violation(const struct drive *drive, const char *field);
/* All violations, a line each: "field: description". */
const char *gcp_market_violations(struct drive *drive);

#endif
