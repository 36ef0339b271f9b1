/* Orders that customers placed under private offers, as analytics reports them. They are known a
 * day late and prove one thing: that the offer was accepted. For virtual machines and Azure
 * applications, which become no SaaS subscription, nothing else does.
 *
 * An order is an object of texts, each but the first absent where the report does not say it:
 *   order   its id
 *   status  the service's word: "Active"
 *   start, end  days
 *   buyer   the billing account that bought */
#ifndef CONNECTORS_AZURE_ORDERS_H
#define CONNECTORS_AZURE_ORDERS_H

#include "base/json.h"
#include "connectors/azure/offers.h"

/* False for a subscription, and for NULL. */
bool azure_order_is(const struct json *purchase);
/* True if the order is over. */
bool azure_order_ended(const struct json *order);
/* Which of two orders under one offer speaks for it: one in force, the later one. Of two rows for
 * the same order the one that says it is over was written later. `other` may be NULL. */
bool azure_order_better(const struct json *one, const struct json *other);

/* An order within the version of an offer, so that an offer never loses what proves its acceptance
 * when reports are late, or not to be had: without blanks, as `subscription` and as `key`. */
const char *azure_order_id(struct arena *arena, const struct json *order);
const char *azure_order_key(struct arena *arena, const struct json *order);
/* The order that a version holds; NULL: none. */
struct json *azure_order_of(struct arena *arena, const struct azure_offer_version *version);

/* A member of what analytics answers, in whatever case: its calls spell them "value" and "Value",
 * "reportId" and "ReportId". NULL: it is not there. */
const struct json *azure_orders_member(const struct json *object, const char *name);
/* The query that a report needs, in what the dataset offers (a row of ScheduledDataset); NULL if it
 * does not say which order belongs to which private offer. */
const char *azure_orders_query(struct arena *arena, const struct json *dataset);
/* Reads a report. `each` gets the bare id of an offer, in lower case, and an order, both in the
 * arena. Rows that cannot be read are passed over: `ret_fault` tells where the first is; NULL: none
 * is. ERROR_TEMPORARY if the file is no such report. */
int azure_orders_read(struct arena *arena, const char *bytes, size_t length, char delimiter,
                      void (*each)(void *context, const char *offer, struct json *order),
                      void *context, const char **ret_fault, struct error *error);

#endif
