/* Microsoft's analytics for offers: a report on what was ordered under private offers, made once
 * for the account, then read again and again.
 *
 * The query and the report are recognised by their name, and made only where the service shows that
 * they are not there: the only writes of a read. A creation is sent once; if its answer is lost,
 * the next read finds what it has made. */
#ifndef CONNECTORS_AZURE_INSIGHTS_H
#define CONNECTORS_AZURE_INSIGHTS_H

#include "connectors/azure/client.h"
#include "connectors/sweep.h"

#define AZURE_INSIGHTS_NAME "AgentPrivateOfferOrders" /* of query and report */

struct azure_insights {
    /* For each order, with the bare id of its offer; both live as long as the sweep. */
    void (*order)(struct sweep *sweep, const char *offer, struct json *order);
    /* All that is to be known has been read; before the report's first run that is nothing. Not
     * called where something failed: that is a finding (RUN-002), and the read goes on without. */
    void (*ended)(struct sweep *sweep);
};

/* Starts. Copies `insights`. */
void azure_insights_ask(struct sweep *sweep, const struct azure_insights *insights);
/* What an address of a report may be: over https, or on this host if the service is there, too. */
bool azure_insights_may_follow(const struct cloud *cloud, struct arena *arena, const char *link);

/* For `agent doctor`. */
int azure_insights_probe(struct probe_context *context, struct http_request *request,
                         struct error *error);
int azure_insights_probed(struct probe_context *context, const struct http_response *response,
                          struct error *error);

#endif
