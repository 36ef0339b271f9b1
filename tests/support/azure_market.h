/* Drives Microsoft's marketplace in the sandbox: calls with a token, jobs to their end. */
#ifndef TESTS_SUPPORT_AZURE_MARKET_H
#define TESTS_SUPPORT_AZURE_MARKET_H

#include "tests/sandbox/azure/goods.h"
#include "net/http.h"
#include "tests/support/drive.h"

#define AZURE_MARKET_GRAPH    "https://graph.microsoft.com"
#define AZURE_MARKET_SAAS     "20e940b3-4c77-4b0b-9a53-9e16a1b010a7"
#define AZURE_MARKET_INSIGHTS "https://api.partnercenter.microsoft.com"

/* A call with an application's token for `audience` (NULL: none). `target` holds the query; `body`
 * is JSON text with ' for ", NULL: none. Returns the status. */
int azure_market_call(struct drive *drive, const char *audience, const char *method,
                      const char *target, const char *body);
/* Carries a connector's request to the sandbox, whatever host it names, with a token for
 * `audience`, or as it is if that is NULL. False if the connection was dropped. The answer lives as
 * long as the drive. */
bool azure_market_carry(struct drive *drive, const char *audience,
                        const struct http_request *request, struct http_response *ret_response);
/* GET of Product Ingestion below its base. */
int azure_market_get(struct drive *drive, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* POST configure of resources, a list as text; returns the job's id, NULL if it was refused. */
const char *azure_market_post(struct drive *drive, const char *resources);
/* The same, until the job has ended: "succeeded", "failed", …; the answer is that of its status. */
const char *azure_market_job(struct drive *drive, const char *resources);
/* The code of the first error of the job that was looked at last, "" if none. */
const char *azure_market_error(const struct drive *drive);
/* An offer that the service takes, as text, with `path` set to `value` (JSON text; NULL: removed);
 * a path NULL leaves it as it is. */
const char *azure_market_offer(struct drive *drive, const char *path, const char *value);
/* Creates that offer, and returns its bare guid. */
const char *azure_market_create(struct drive *drive, const char *offer);
/* The day so many days from now, as JSON text in single quotes. */
const char *azure_market_day(struct drive *drive, int days);
const char *azure_market_bare(const char *durable); /* what follows the type */
/* A text in the answer, "" if there is none. */
const char *azure_market_text(const struct drive *drive, const char *path);

/* What a product has, as text: its submissions, by target and how they ended, and some of its
 * draft, its preview and what is live. Ids are left out: they differ with the attempts. */
const char *azure_market_listing(const struct sandbox *sandbox, struct arena *arena,
                                 const char *guid);
/* How many submissions jobs have taken to the target, "preview" or "live", but for those that were
 * not certified. */
size_t azure_market_publications(const struct sandbox *sandbox, const char *target);

#endif
