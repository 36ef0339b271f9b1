/* The files of reports, behind links that are their own proof. */
#ifndef SANDBOX_AZURE_INSIGHTS_H
#define SANDBOX_AZURE_INSIGHTS_H

#include "tests/sandbox/azure/azure.h"

/* True if the path is one of a report's file; then the call is answered. A bearer token is not
 * wanted there: it would be shown to a stranger. */
bool insights_download(struct sandbox *sandbox, const struct sandbox_request *request,
                       struct arena *arena, struct sandbox_response *response);

#endif
