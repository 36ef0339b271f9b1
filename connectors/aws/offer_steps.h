/* The procedures that carry out changes of offers and resale authorizations: one change set each,
 * between reads. Beside what change_set.h keeps there stands in `progress`:
 *
 *   id                  the entity, as soon as it is known
 *   changes             what the set says, so that a repeated start is the same request
 *   entity              the entity as freshly read, with its summary of the listing
 *   product, data       creation: the product whose dimensions are checked; if it is a data product
 *   drafts              creation: ids of drafts to look into; next, sweeps: the page after them and
 *                       how many there were
 *   late                the listing has not seen yet what the entity says
 *   found               creation: the draft that an earlier attempt left
 *   namesakes           creation: how many drafts without a description have the offer's name */
#ifndef CONNECTORS_AWS_OFFER_STEPS_H
#define CONNECTORS_AWS_OFFER_STEPS_H

#include "connectors/aws/change_set.h"
#include "connectors/aws/offers.h"

enum { AWS_OFFER_CREATE_STEPS = 10, AWS_OFFER_WRITE_STEPS = 7 };
extern const struct step aws_offer_create_steps[AWS_OFFER_CREATE_STEPS]; /* offer_create.c */
extern const struct step aws_offer_write_steps[AWS_OFFER_WRITE_STEPS];   /* offer_update.c */

/* Whether the change is about a resale authorization, an entity of another type. */
bool offer_is_resale(const struct step_context *context);
/* The request of ListEntities for the kind's type with the one filter object, page by page. */
void offer_list_request(struct step_context *context, struct json *filters, const char *page,
                        struct http_request *ret_request);
/* Adds "<name>": {"ValueList": [value]} to filters. */
void offer_filter(struct step_context *context, struct json *filters, const char *name,
                  const char *value);

/* Makes what the set says and keeps it as `changes`: of everything that the local side says for a
 * creation, else of the fields of the change. `entity` is what stands at the cloud, NULL if it is
 * to be made. */
int offer_keep_changes(struct step_context *context, const struct json *entity,
                       struct error *error);
/* The record in an entity, as far as the entity alone says. */
struct record *offer_now(struct step_context *context, const struct json *entity);
/* An entity of a whole answer of DescribeEntity; fails if members are missing. */
int offer_take_entity(struct step_context *context, const struct http_response *response,
                      const struct error *failure, struct json **ret_entity, struct error *error);
void offer_keep(struct step_context *context, const char *name, const struct json *json);
/* Goes on with the set, or to the end if nothing is left to say. */
enum step_result offer_go_on(struct step_context *context);

/* Steps of both tables. */
int offer_build_start(struct step_context *context, struct http_request *request,
                      struct error *error);
int offer_build_describe(struct step_context *context, struct http_request *request,
                         struct error *error);
enum step_result offer_answer_read(struct step_context *context,
                                   const struct http_response *response,
                                   const struct error *failure, struct error *error);
int offer_build_summary(struct step_context *context, struct http_request *request,
                        struct error *error);
enum step_result offer_answer_summary(struct step_context *context,
                                      const struct http_response *response,
                                      const struct error *failure, struct error *error);
int offer_build_bought(struct step_context *context, struct http_request *request,
                       struct error *error);
enum step_result offer_answer_bought(struct step_context *context,
                                     const struct http_response *response,
                                     const struct error *failure, struct error *error);

/* The set, and after it the record as the cloud has it: what the entity says, what only the listing
 * says of it, and whether it was bought. */
#define OFFER_SET_STEPS                                                                            \
    CHANGE_SET_START(offer_build_start), CHANGE_SET_POLL,                                          \
        CATALOG_READ_STEP("read", "DescribeEntity", AWS_DESCRIBE_ENTITY, offer_build_describe,     \
                          offer_answer_read),                                                      \
        CATALOG_READ_STEP("summary", "ListEntities", AWS_LIST_ENTITIES, offer_build_summary,       \
                          offer_answer_summary),                                                   \
        CATALOG_READ_STEP("bought", "SearchAgreements", AWS_SEARCH_AGREEMENTS, offer_build_bought, \
                          offer_answer_bought)

#endif
