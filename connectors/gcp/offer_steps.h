/* The procedures that carry out changes of private offers. In `progress` stands:
 *
 *   id, name    the offer, bare and as a resource, as soon as it is known
 *   offer       the offer as freshly read, until it is written
 *   own         the updateTime that our own write gave it
 *   patching    a patch was sent, publishing: a publication was, and when
 *   published   the offer was seen on its way, or out
 *   parent      creation: the collection that it was made in, and
 *   intent      when it was first asked for
 *   target      the offer that it amends, as the service says, a resource name
 *   looked      when a whole search has found nothing; restarts: 1 if one has begun anew
 *   page, pages, suspects, suspect  where the search is: offers to look into, and the next of them
 *   papers_page, papers_pages   where the listing of its documents is
 *   papers_run  which run has listed them: what was known before is not relied on
 *   papers      documents that the offer has, by type: {"STATEMENT_OF_WORK": "<id>"}
 *   papers_as   by type, whether its content is the wanted file's: "same", "other"
 *
 * No write has a request key, and none carries a version: updateTime is compared right before. */
#ifndef CONNECTORS_GCP_OFFER_STEPS_H
#define CONNECTORS_GCP_OFFER_STEPS_H

#include "connectors/gcp/offers.h"
#include "connectors/steps.h"

enum { GCP_OFFER_CREATE_STEPS = 8, GCP_OFFER_CHANGE_STEPS = 14 };
extern const struct step gcp_offer_create_steps[GCP_OFFER_CREATE_STEPS]; /* offer_create.c */
extern const struct step gcp_offer_change_steps[GCP_OFFER_CHANGE_STEPS]; /* offer_change.c */

/* Vendor codes of errors that are ours. */
#define GCP_OFFER_IN_FORCE  "offer-in-force" /* the buyer has one that the new one must amend */
#define GCP_OFFER_NO_TARGET "no-amendment"   /* there is nothing to amend */
#define GCP_OFFER_PAPER     "document"       /* a file that is to be attached cannot be */

/* Two looks for an offer of which the answer got lost are so far apart; on this host less. */
int64_t gcp_offer_look_ms(const struct cloud *cloud);

/* The offer's resource name; its location is known, or the name is kept. */
const char *gcp_offer_name(const struct step_context *context);
/* GET with all members. */
void gcp_offer_ask(const struct step_context *context, const char *name,
                   struct http_request *request);
/* An answer with the members that every offer has. */
int gcp_offer_take(struct step_context *context, const struct http_response *response,
                   const struct error *failure, struct json **ret_offer, struct error *error);
/* The record in an offer, without what is read aside: entitlement and documents stay as they were,
 * and the version is one that no read gives, so that the next one asks for them. */
#define GCP_OFFER_MORE " +"
struct record *gcp_offer_now(struct step_context *context, const struct json *offer);
/* What is to be written: of everything that the local side says for a creation, else of the fields
 * of the change. `fresh` NULL: a new one. */
struct gcp_offer_writing gcp_offer_wanted(struct step_context *context, const struct json *fresh);

/* "read", the end of both tables. */
int gcp_offer_build_read(struct step_context *context, struct http_request *request,
                         struct error *error);
enum step_result gcp_offer_answer_read(struct step_context *context,
                                       const struct http_response *response,
                                       const struct error *failure, struct error *error);

/* offer_papers.c: the documents of an offer that is made or published, one call each. The three in
 * the middle are for a draft whose documents were attached before. */
int gcp_offer_build_papers(struct step_context *context, struct http_request *request,
                           struct error *error);
enum step_result gcp_offer_answer_papers(struct step_context *context,
                                         const struct http_response *response,
                                         const struct error *failure, struct error *error);
int gcp_offer_build_compare(struct step_context *context, struct http_request *request,
                            struct error *error);
enum step_result gcp_offer_answer_compare(struct step_context *context,
                                          const struct http_response *response,
                                          const struct error *failure, struct error *error);
int gcp_offer_build_discard(struct step_context *context, struct http_request *request,
                            struct error *error);
enum step_result gcp_offer_answer_discard(struct step_context *context,
                                          const struct http_response *response,
                                          const struct error *failure, struct error *error);
int gcp_offer_build_replace(struct step_context *context, struct http_request *request,
                            struct error *error);
enum step_result gcp_offer_answer_replace(struct step_context *context,
                                          const struct http_response *response,
                                          const struct error *failure, struct error *error);
int gcp_offer_build_paper(struct step_context *context, struct http_request *request,
                          struct error *error);
enum step_result gcp_offer_answer_paper(struct step_context *context,
                                        const struct http_response *response,
                                        const struct error *failure, struct error *error);
/* What the documents depend on here: see struct connector_kind. */
const char *gcp_offer_beside(const struct cloud *cloud, struct arena *arena,
                             const struct change *change, const struct record *local);
/* The listing of an offer's documents, without their content. */
void gcp_offer_ask_papers(const struct cloud *cloud, struct arena *arena, const char *name,
                          const char *token, struct http_request *request);

/* offer_files.c: where the file lies, NULL if its name is none that is taken; its content in
 * base64, ERROR_REFUSED with GCP_OFFER_PAPER if it cannot be attached. */
const char *gcp_offer_file_path(const struct cloud *cloud, struct arena *arena, const char *name);
int gcp_offer_file_read(const struct step_context *context, const char *name,
                        const char **ret_content, struct error *error);
/* Whether two texts in base64, of whichever alphabet, are the same content. */
bool gcp_offer_file_equal(const char *content, const char *other);

/* Rows of the tables. A read that a later run goes on with begins anew at `resume_`. */
#define GCP_OFFER_READS(name_, operation_, resume_, build_, answer_)                               \
    {                                                                                              \
        .name = name_, .operation = operation_, .family = GCP_PRODUCER_CALLS, .repeatable = true,  \
        .resume = resume_, .build = build_, .answer = answer_                                      \
    }
#define GCP_OFFER_WRITES(name_, operation_, resume_, build_, answer_)                              \
    {                                                                                              \
        .name = name_, .operation = operation_, .family = GCP_PRODUCER_CALLS, .writes = true,      \
        .resume = resume_, .build = build_, .answer = answer_                                      \
    }

#endif
