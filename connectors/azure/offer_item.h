/* The resource of a private offer as it is sent: made of everything that the local side says, or
 * the fresh document with only the fields of the change in it. Members that are not known travel
 * back as they came. */
#ifndef CONNECTORS_AZURE_OFFER_ITEM_H
#define CONNECTORS_AZURE_OFFER_ITEM_H

#include "connectors/azure/offers.h"

/* What is to be said. */
struct azure_offer_writing {
    struct arena *arena;
    const struct cloud *cloud;
    const struct record *record; /* as the offer shall be */
    const bool *wanted;          /* per field of the kind: it is to be written */
    const char *documents;       /* names of files with links to documents; NULL: none */
    bool cancelled;              /* the mark of an offer that was taken back */
};

/* An offer and the prices it needs, in the order in which they are sent. `fresh` is the document as
 * the service shows it, NULL to make one; `state` "draft" or "live". `templates` holds what the
 * service says of the plans whose prices are to be set, {"<product>/<plan>": resource}. */
int azure_offer_resources(const struct azure_offer_writing *writing, const struct json *fresh,
                          const char *state, const struct json *templates,
                          struct json **ret_resources, struct error *error);
/* The short form that withdrawing and deleting want. */
struct json *azure_offer_end(struct arena *arena, const struct cloud *cloud,
                             const struct json *fresh, const char *state);
/* The plans of which azure_offer_resources() wants templates, and the price that the offer has for
 * them: {"<product>/<plan>": "<durable id>"}, "" where it has none yet, and the plan's own price is
 * what an edit starts from. Empty unless prices are to be written. */
int azure_offer_priced_plans(const struct azure_offer_writing *writing, const struct json *fresh,
                             struct json **ret_plans, struct error *error);

/* offer_papers.c: puts the links that the files hold into the item. Fails if one is not there or
 * holds no link; the error does not quote it. */
int azure_offer_papers(const struct azure_offer_writing *writing, struct json *item,
                       struct error *error);
/* offer_prices.c: the price of a plan, out of its template and what is wanted. */
int azure_offer_price(const struct azure_offer_writing *writing, const struct azure_sold *sold,
                      const char *product, const struct json *template, const char *name,
                      struct json **ret_price, struct error *error);

#endif
