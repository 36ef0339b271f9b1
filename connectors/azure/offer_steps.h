/* The procedures that carry out changes of private offers, a configure job or two each, between
 * reads. Beside what jobs.h keeps there stands in `progress`:
 *
 *   id          the offer, bare, as soon as it is known
 *   offer       the offer as freshly read; never journalled, since its links may be signed
 *   plans       whose prices are asked for: {"<product>/<plan>": durable id or ""}, and
 *   templates   what came: {"<product>/<plan>": resource}
 *   intent      when a job was first asked for: for a while its effect may still come
 *   withdrawing the offer is being taken back, and
 *   etag        the version it had then, which is edited next
 *   retries     of the job that publishes it anew
 *   old_name    creation: the name of the offer that it renews
 *   next, pages creation: where the search for what an earlier attempt left is, and
 *   suspects    ids that it has to look into, suspect: the next of them
 *   found, namesakes  what it came upon: ids
 *
 * The service compares no version, so the eTag is compared right before each write. */
#ifndef CONNECTORS_AZURE_OFFER_STEPS_H
#define CONNECTORS_AZURE_OFFER_STEPS_H

#include "connectors/azure/offer_item.h"

enum { AZURE_OFFER_CREATE_STEPS = 8, AZURE_OFFER_CHANGE_STEPS = 14 };
extern const struct step azure_offer_create_steps[AZURE_OFFER_CREATE_STEPS]; /* offer_create.c */
extern const struct step azure_offer_change_steps[AZURE_OFFER_CHANGE_STEPS]; /* offer_change.c */

/* Vendor code of an error: several offers may be the one that is being made. */
#define AZURE_OFFER_TWINS "several-twins"

/* GET private-offer/<bare id>. */
void azure_offer_ask(struct step_context *context, const char *id, struct http_request *request);
/* An answer with the members that every offer has. */
int azure_offer_take(struct step_context *context, const struct http_response *response,
                     const struct error *failure, struct json **ret_offer, struct error *error);
/* The record in an offer, as far as the offer and the templates say. */
struct record *azure_offer_now(struct step_context *context, const struct json *offer);
/* What is to be said: of everything that the local side says for a creation, else of the fields of
 * the change. `fresh` NULL: a new one. */
struct azure_offer_writing azure_offer_wanted(struct step_context *context,
                                              const struct json *fresh);
/* Remembers when the first job was asked for. */
void azure_offer_intend(struct step_context *context);
/* True while a job of which nobody knows may still have its effect. */
bool azure_offer_unsettled(const struct step_context *context);

/* Steps of both tables. "template" asks for one price after the other; "read" is the end. */
int azure_offer_build_template(struct step_context *context, struct http_request *request,
                               struct error *error);
enum step_result azure_offer_answer_template(struct step_context *context,
                                             const struct http_response *response,
                                             const struct error *failure, struct error *error);
int azure_offer_build_read(struct step_context *context, struct http_request *request,
                           struct error *error);
enum step_result azure_offer_answer_read(struct step_context *context,
                                         const struct http_response *response,
                                         const struct error *failure, struct error *error);

#define AZURE_OFFER_TEMPLATE_STEP                                                                  \
    AZURE_GRAPH_READ("template", "price-and-availability-private-offer-plan",                      \
                     azure_offer_build_template, azure_offer_answer_template)
#define AZURE_OFFER_READ_STEP                                                                      \
    AZURE_GRAPH_READ("read", "private-offer", azure_offer_build_read, azure_offer_answer_read)

#endif
