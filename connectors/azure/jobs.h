/* Configure jobs: everything that is changed through Product Ingestion is one. POST configure takes
 * resources and answers with a job that works for minutes (a publication for days); only
 * "completed" with "succeeded" proves anything, and a job that failed is a 200. What later steps
 * need stands in `progress`:
 *
 *   job        its id
 *   job_since  when it was taken, for what to think of a status that is not found
 *   job_polls  how often it was looked at: whoever works long is looked at less often
 *   job_over   "cancelled" if somebody stopped it: what was applied until then stays
 *   job_empty  true if it ended without anything to read (a deletion)
 *   job_made   after success: durable ids of what it wrote, ["private-offer/…", …]
 *   note       what is waited for, in words for people: `agent status` prints it
 *
 * No idempotency key exists. After a lost answer to the POST nobody knows the job, so the step
 * "start" resumes at a step of the procedure's own, which reads what the job would have written.
 *
 * A procedure with several jobs gives each its own rows: the names are parameters, and
 * azure_job_start() forgets the job before it. */
#ifndef CONNECTORS_AZURE_JOBS_H
#define CONNECTORS_AZURE_JOBS_H

#include "connectors/azure/client.h"
#include "connectors/steps.h"

/* "2022-07-01", or what the settings product_version and offer_version say; for `$version` and for
 * `$schema`. */
const char *azure_product_api(const struct cloud *cloud);
const char *azure_offer_api(const struct cloud *cloud);
/* "https://schema.mp.microsoft.com/schema/private-offer/2023-07-15". */
const char *azure_schema(struct arena *arena, const char *name, const char *version);
/* The name in one: "private-offer", whatever host and version it is of; NULL if it is none. Only
 * the name tells what a resource is: an answer mixes hosts and versions. */
const char *azure_schema_name(struct arena *arena, const char *schema);
/* "path?$version=…" or "path&$version=…". */
const char *azure_versioned(struct arena *arena, const char *path, const char *version);
/* What follows the last '/' of a durable id: "private-offer/<guid>" gives the guid. NULL: NULL. */
const char *azure_bare_id(struct arena *arena, const char *durable);

/* The request of a step "start" for these resources, in the order in which they refer to each
 * other; takes them over. Each needs its $schema, and a resourceName, which errors name. */
void azure_job_start(struct step_context *context, struct json *resources,
                     struct http_request *ret_request);
/* Its answer. Goes on with the next step after cloud->job_poll_ms. */
enum step_result azure_job_answer_start(struct step_context *context,
                                        const struct http_response *response,
                                        const struct error *failure, struct error *error);
/* Steps "poll" and "result". A job that is not over, or of which the service cannot tell now, waits
 * in this run for patience_ms and then is STEP_LATER. One that failed is STEP_FAIL with every
 * message in the error and the deepest code of the first as its vendor_code, but STEP_OVER
 * (ERROR_TEMPORARY) if a submission holds the product or the service was at fault. One that was
 * forgotten is STEP_STALE. One that was cancelled goes on to "result" and is STEP_FAIL there if
 * nothing of it was applied. */
int azure_job_build_poll(struct step_context *context, struct http_request *request,
                         struct error *error);
enum step_result azure_job_answer_poll(struct step_context *context,
                                       const struct http_response *response,
                                       const struct error *failure, struct error *error);
int azure_job_build_result(struct step_context *context, struct http_request *request,
                           struct error *error);
enum step_result azure_job_answer_result(struct step_context *context,
                                         const struct http_response *response,
                                         const struct error *failure, struct error *error);
/* The first durable id of that type that the job has written: "private-offer". NULL: none. */
const char *azure_job_made(const struct step_context *context, const char *type);

/* Rows of a procedure. Reads of Product Ingestion, and a job: start, poll, result one after the
 * other. `look_` is the step that a lost answer resumes at. */
#define AZURE_GRAPH_READ(name_, operation_, build_, answer_)                                       \
    {                                                                                              \
        .name = name_, .operation = operation_, .family = AZURE_GRAPH, .repeatable = true,         \
        .resume = name_, .build = build_, .answer = answer_                                        \
    }
#define AZURE_JOB_START(name_, look_, build_)                                                      \
    {                                                                                              \
        .name = name_, .operation = "configure", .family = AZURE_GRAPH, .writes = true,            \
        .resume = look_, .build = build_, .answer = azure_job_answer_start                         \
    }
#define AZURE_JOB_RESULT(name_)                                                                    \
    AZURE_GRAPH_READ(name_, "configure-detail", azure_job_build_result, azure_job_answer_result)
#define AZURE_JOB_STEPS(start_, poll_, result_, look_, build_)                                     \
    AZURE_JOB_START(start_, look_, build_),                                                        \
        AZURE_GRAPH_READ(poll_, "configure-status", azure_job_build_poll, azure_job_answer_poll),  \
        AZURE_JOB_RESULT(result_)

#endif
