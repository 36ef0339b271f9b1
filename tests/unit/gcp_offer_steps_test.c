/* The procedures of private offers at Google: each scene is a script of answers and the trail of
 * steps that must come of it, from the first step or from where a crash left it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/gcp/offer_steps.h"
#include "tests/support/folder.h"
#include "tests/support/scenes.h"

#define BASE    "https://commerceproducer.googleapis.com/v1beta/"
#define PARENT  "projects/isv/locations/global"
#define NAME    PARENT "/privateOffers/o-1"
#define SERVICE "db.endpoints.isv.cloud.goog"
#define STAMP   "2026-01-01T00:00:00.000Z" /* FAKE_START_MS */

#define OFFER(state, time, rest)                                                                   \
    "{\"name\":\"" NAME "\",\"state\":\"" state "\",\"updateTime\":\"" time                        \
    "\",\"title\":\"T\",\"internalNote\":\"crm=CRM-1 rid=token-1\"" rest "}"
#define DEADLINE(year, month, day)                                                                 \
    ",\"acceptDeadlineTime\":{\"year\":" year ",\"month\":" month ",\"day\":" day                  \
    ",\"timeZone\":{\"id\":\"America/Los_Angeles\"}}"
#define PRECONDITION                                                                               \
    "{\"error\":{\"code\":400,\"message\":\"Precondition check failed.\",\"status\":"              \
    "\"FAILED_PRECONDITION\"}}"
#define VIOLATION                                                                                  \
    "{\"error\":{\"code\":400,\"message\":\"Request contains an invalid argument.\",\"status\":"   \
    "\"INVALID_ARGUMENT\",\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.BadRequest\","  \
    "\"fieldViolations\":[{\"field\":\"private_offer.accept_deadline_time\",\"description\":"      \
    "\"Must be within three months of publishing.\"}]}]}}"
#define GONE "{\"error\":{\"code\":404,\"message\":\"Not found.\",\"status\":\"NOT_FOUND\"}}"
#define EXISTS                                                                                     \
    "{\"error\":{\"code\":409,\"message\":\"It is there.\",\"status\":\"ALREADY_EXISTS\"}}"
#define BROKEN       "{\"error\":{\"code\":503,\"message\":\"Unavailable.\",\"status\":\"UNAVAILABLE\"}}"
#define LISTED(rows) "{\"privateOffers\":[" rows "]}"
#define ROW_OF(id, title)                                                                          \
    "{\"name\":\"" PARENT "/privateOffers/" id "\",\"state\":\"DRAFT\",\"title\":\"" title         \
    "\",\"updateTime\":\"" V1 "\"}"
#define PAPER(id, type) "{\"name\":\"" NAME "/documents/" id "\",\"documentType\":\"" type "\"}"
#define STANDARD        PAPER("d-1", "STANDARD_END_USER_LICENSE_AGREEMENT_V2")
#define CUSTOM          PAPER("d-2", "CUSTOM_END_USER_LICENSE_AGREEMENT")
#define OLD             PAPER("d-3", "STANDARD_END_USER_LICENSE_AGREEMENT_V1")
#define WORK            PAPER("d-4", "STATEMENT_OF_WORK")
#define PAPERS(rows)    "{\"privateOfferDocuments\":[" rows "]}"
#define NEW_PAPER       "{\"name\":\"" NAME "/documents/d-7\"}"
#define CONTENT(text)                                                                              \
    "{\"name\":\"" NAME "/documents/d-2\",\"documentType\":\"CUSTOM_END_USER_LICENSE_AGREEMENT\"," \
    "\"mimeType\":\"application/pdf\"" text "}"
#define MADE "\"parent\":\"" PARENT "\",\"intent\":\"" STAMP "\""

static struct setting items[] = {{.name = "documents", .given = true}};
static const struct settings settings = {items, COUNT(items)};

static struct cloud cloud = {.settings = &settings,
                             .project = "isv",
                             .location = "global",
                             .bases = {[GCP_PRODUCER] = BASE},
                             .poll_ms = 30000,
                             .patience_ms = 240000};

/* Nothing is sent that a writer must not: no name, no output-only member, no null. */
static void check(const struct step *step, const struct http_request *request)
{
    static const char *const never[] = {"null",      "\"name\"",  "\"state\"",
                                        "\"agent\"", "Time\":\"", "serviceLevel"};
    assert_true(text_starts(request->url, BASE PARENT "/privateOffers"));
    for (size_t i = 0; request->body && i < COUNT(never); i++)
        if (strstr(request->body, never[i]))
            fail_msg("%s: %s", step->name, request->body);
    bool reads = !strcmp(request->method, "GET");
    bool tries = request->body && strstr(request->body, "validateOnly");
    assert_int_equal(step->writes, !reads && !tries);
    assert_false(step->writes && step->repeatable);
}

static const struct theatre theatre = {
    .kind = &gcp_offers, .cloud = &cloud, .judge = gcp_judge, .record = "o-1", .check = check};

#define DEAL                                                                                       \
    {"title", NULL, "T"}, {"product", NULL, SERVICE},                                              \
    {                                                                                              \
        "plan", NULL, "so-1"                                                                       \
    }
#define BOUGHT                                                                                     \
    {                                                                                              \
        "buyer_accounts", NULL, "012345-567890-ABCDEF"                                             \
    }

static const struct scene creations[] = {
    {"create",
     ACTION_CREATE,
     {DEAL},
     .replies = {{200, OFFER("DRAFT", V1, "")}, {200, OFFER("DRAFT", V1, "")}},
     .trail = "create read",
     .after = V1 GCP_OFFER_MORE},
    {"with the standard contract",
     ACTION_CREATE,
     {DEAL, {"eula", NULL, "standard"}},
     .replies = {{200, OFFER("DRAFT", V1, "")},
                 {200, "{}"},
                 {200, "{\"name\":\"" NAME "/documents/d-1\"}"},
                 {200, OFFER("DRAFT", V2, "")}},
     .trail = "create papers paper read",
     .after = V2 GCP_OFFER_MORE},
    {"a first offer to the buyer",
     ACTION_CREATE,
     {DEAL, BOUGHT},
     .replies = {{200, "{}"}, {200, OFFER("DRAFT", V1, "")}, {200, OFFER("DRAFT", V1, "")}},
     .trail = "target create read",
     .after = V1 GCP_OFFER_MORE},
    {"the buyer has an order, and nobody said that it is to be amended",
     ACTION_CREATE,
     {DEAL, BOUGHT},
     .replies = {{200, "{\"requiredPrivateOffer\":\"" PARENT "/privateOffers/old\"}"}},
     .trail = "target",
     .ending = ENDS_FAILED,
     .class = ERROR_REFUSED},
    {"another one is to be amended than the one in force",
     ACTION_CREATE,
     {DEAL, BOUGHT, {"form", NULL, "replacement"}, {"replaces", NULL, "older"}},
     .replies = {{200, "{\"requiredPrivateOffer\":\"" PARENT "/privateOffers/old\"}"}},
     .trail = "target",
     .ending = ENDS_FAILED,
     .class = ERROR_REFUSED},
    {"nothing is in force that could be amended",
     ACTION_CREATE,
     {DEAL, BOUGHT, {"form", NULL, "replacement"}, {"replaces", NULL, "old"}},
     .replies = {{200, "{}"}},
     .trail = "target",
     .ending = ENDS_FAILED,
     .class = ERROR_REFUSED},
    {"one of several that may be amended",
     ACTION_CREATE,
     {DEAL, BOUGHT, {"form", NULL, "replacement"}, {"replaces", NULL, "b"}},
     .replies = {{200, "{\"optionalOffers\":{\"privateOffers\":[\"" PARENT
                       "/privateOffers/a\",\"" PARENT "/privateOffers/b\"]}}"},
                 {200, OFFER("DRAFT", V1, "")},
                 {200, OFFER("DRAFT", V1, "")}},
     .trail = "target create read",
     .after = V1 GCP_OFFER_MORE},
    {"refused",
     ACTION_CREATE,
     {DEAL},
     .replies = {{400, VIOLATION}},
     .trail = "create",
     .ending = ENDS_FAILED,
     .class = ERROR_REFUSED},
    {"the answer gets lost: a later run goes on",
     ACTION_CREATE,
     {DEAL},
     .replies = {{0, NULL}},
     .trail = "create",
     .ending = ENDS_FAILED,
     .class = ERROR_TEMPORARY},
    {"it had been made",
     ACTION_CREATE,
     {DEAL},
     .resume = "create",
     .progress = "{" MADE "}",
     .replies = {{200, LISTED(ROW_OF("x", "Other") "," ROW_OF("o-0", "T") "," ROW_OF("o-1", "T"))},
                 {200, "{\"name\":\"" PARENT "/privateOffers/o-0\",\"state\":\"DRAFT\","
                       "\"updateTime\":\"" V1 "\",\"internalNote\":\"crm=CRM-1 rid=token-0\"}"},
                 {200, OFFER("DRAFT", V1, "")},
                 {200, OFFER("DRAFT", V1, "")}},
     .trail = "lookup suspect suspect read",
     .after = V1 GCP_OFFER_MORE},
    {"it had been made, on the second page, and is found at the second look",
     ACTION_CREATE,
     {DEAL},
     .resume = "create",
     .progress = "{" MADE "}",
     .replies = {{200, "{}"},
                 {200, "{\"privateOffers\":[],\"nextPageToken\":\"p2\"}"},
                 {200, LISTED(ROW_OF("o-1", "T"))},
                 {200, OFFER("DRAFT", V1, "")},
                 {200, OFFER("DRAFT", V1, "")}},
     .trail = "lookup lookup lookup suspect read",
     .after = V1 GCP_OFFER_MORE},
    {"it had not been made: two looks, then it is",
     ACTION_CREATE,
     {DEAL},
     .resume = "create",
     .progress = "{" MADE "}",
     .replies = {{200, "{}"},
                 {200, LISTED(ROW_OF("o-0", "T"))},
                 {404, GONE},
                 {200, OFFER("DRAFT", V1, "")},
                 {200, OFFER("DRAFT", V1, "")}},
     .trail = "lookup lookup suspect create read",
     .after = V1 GCP_OFFER_MORE},
    {"the second look is a later run's",
     ACTION_CREATE,
     {DEAL},
     .resume = "create",
     .progress = "{" MADE ",\"looked\":\"2025-12-31T23:00:00.000Z\"}",
     .replies = {{200, "{}"}, {200, OFFER("DRAFT", V1, "")}, {200, OFFER("DRAFT", V1, "")}},
     .trail = "lookup create read",
     .after = V1 GCP_OFFER_MORE},
    {"the listing goes in circles",
     ACTION_CREATE,
     {DEAL},
     .resume = "create",
     .progress = "{" MADE "}",
     .replies = {{200, "{\"nextPageToken\":\"p\"}"}, {200, "{\"nextPageToken\":\"p\"}"}},
     .trail = "lookup lookup",
     .ending = ENDS_FAILED,
     .class = ERROR_TEMPORARY},
    {"a page's token is refused each time",
     ACTION_CREATE,
     {DEAL},
     .resume = "create",
     .progress = "{" MADE "}",
     .replies = {{200, "{\"nextPageToken\":\"p\"}"},
                 {400, VIOLATION},
                 {200, "{\"nextPageToken\":\"p\"}"},
                 {400, VIOLATION}},
     .trail = "lookup lookup lookup lookup",
     .ending = ENDS_FAILED,
     .class = ERROR_TEMPORARY},
    {"a page's token is too old",
     ACTION_CREATE,
     {DEAL},
     .resume = "lookup",
     .progress = "{" MADE ",\"page\":\"old\"}",
     .replies = {{400, VIOLATION},
                 {200, LISTED(ROW_OF("o-1", "T"))},
                 {200, OFFER("DRAFT", V1, "")},
                 {200, OFFER("DRAFT", V1, "")}},
     .trail = "lookup lookup suspect read",
     .after = V1 GCP_OFFER_MORE},
    {"the document had been attached",
     ACTION_CREATE,
     {DEAL, {"eula", NULL, "standard"}},
     .resume = "paper",
     .progress = "{\"name\":\"" NAME "\",\"id\":\"o-1\"}",
     .replies = {{200, "{\"privateOfferDocuments\":[{\"documentType\":"
                       "\"STANDARD_END_USER_LICENSE_AGREEMENT_V2\"}]}"},
                 {200, OFFER("DRAFT", V1, "")}},
     .trail = "papers read",
     .after = V1 GCP_OFFER_MORE},
    {"the document stands behind an empty page",
     ACTION_CREATE,
     {DEAL, {"eula", NULL, "standard"}},
     .resume = "paper",
     .progress = "{\"name\":\"" NAME "\",\"id\":\"o-1\"}",
     .replies = {{200, "{\"nextPageToken\":\"b\"}"},
                 {200, "{\"privateOfferDocuments\":[{\"documentType\":"
                       "\"STANDARD_END_USER_LICENSE_AGREEMENT_V2\"}]}"},
                 {200, OFFER("DRAFT", V1, "")}},
     .trail = "papers papers read",
     .after = V1 GCP_OFFER_MORE},
    {"the documents' listing repeats itself",
     ACTION_CREATE,
     {DEAL, {"eula", NULL, "standard"}},
     .resume = "paper",
     .progress = "{\"name\":\"" NAME "\",\"id\":\"o-1\"}",
     .replies = {{200, "{\"nextPageToken\":\"b\"}"}, {200, "{\"nextPageToken\":\"b\"}"}},
     .trail = "papers papers",
     .ending = ENDS_FAILED,
     .class = ERROR_TEMPORARY},
    {"an answer that names nothing",
     ACTION_CREATE,
     {DEAL},
     .replies = {{200, "{}"}},
     .trail = "create",
     .ending = ENDS_FAILED,
     .class = ERROR_TEMPORARY},
};

#define TITLE                                                                                      \
    {                                                                                              \
        "title", "T", "New"                                                                        \
    }
#define NEW_TITLE(state, time)                                                                     \
    "{\"name\":\"" NAME "\",\"state\":\"" state "\",\"updateTime\":\"" time "\",\"title\":"        \
    "\"New\"}"
#define LATER                                                                                      \
    {                                                                                              \
        "expires", "2026-02-28", "2026-03-31"                                                      \
    }
#define REVIEWED                                                                                   \
    ",\"publishRequirementGoogleReview\":{\"reviewApproveTime\":\"2026-01-01T00:00:00Z\"}"

static const struct scene changes[] = {
    {"update",
     ACTION_UPDATE,
     {TITLE},
     .replies = {{200, OFFER("DRAFT", V1, "")},
                 {200, NEW_TITLE("DRAFT", V2)},
                 {200, NEW_TITLE("DRAFT", V2)}},
     .trail = "get patch read",
     .after = V2 GCP_OFFER_MORE},
    {"somebody was there before",
     ACTION_UPDATE,
     {TITLE},
     .replies = {{200, OFFER("DRAFT", V2, "")}},
     .trail = "get",
     .ending = ENDS_STALE},
    {"it has that already",
     ACTION_UPDATE,
     {TITLE},
     .replies = {{200, NEW_TITLE("DRAFT", V2)}},
     .trail = "get",
     .after = V2 GCP_OFFER_MORE},
    {"the patch's answer got lost, and it was made",
     ACTION_UPDATE,
     {TITLE},
     .resume = "patch",
     .progress = "{\"patching\":\"yes\"}",
     .replies = {{200, NEW_TITLE("DRAFT", V2)}},
     .trail = "get",
     .after = V2 GCP_OFFER_MORE},
    {"what is out takes no edits",
     ACTION_UPDATE,
     {TITLE},
     .replies = {{200, OFFER("PUBLISHED", V1, "")}},
     .trail = "get",
     .ending = ENDS_FAILED,
     .class = ERROR_REFUSED},
    {"deleted meanwhile",
     ACTION_UPDATE,
     {TITLE},
     .replies = {{404, GONE}},
     .trail = "get",
     .ending = ENDS_STALE},

    {"publish", ACTION_PUBLISH,
     .replies = {{200, OFFER("DRAFT", V1, "")},
                 {200, OFFER("DRAFT", V1, "")},
                 {200, OFFER("PUBLISHING", V2, "")},
                 {200, OFFER("PUBLISHED", V2, "")}},
     .trail = "get validate publish poll", .after = V2 GCP_OFFER_MORE},
    {"publish, edited first, and it takes its time",
     ACTION_PUBLISH,
     {TITLE},
     .replies = {{200, OFFER("DRAFT", V1, "")},
                 {200, NEW_TITLE("DRAFT", V2)},
                 {200, NEW_TITLE("DRAFT", V2)},
                 {200, NEW_TITLE("PUBLISHING", V2)},
                 {200, NEW_TITLE("DRAFT", V2)}, /* not shown yet */
                 {200, NEW_TITLE("PUBLISHING", V2)},
                 {200, OFFER("PUBLISHING", V2, REVIEWED)},
                 {200, NEW_TITLE("ACCEPTED", V2)}},
     .trail = "get patch validate publish poll poll poll poll",
     .after = V2 GCP_OFFER_MORE},
    {"what could not be attached when it was made", ACTION_PUBLISH,
     .local = {{"eula", NULL, "standard"}},
     .replies = {{200, OFFER("DRAFT", V1, "")},
                 {200, "{}"},
                 {200, "{}"},
                 {200, "{}"},
                 {200, "{}"},
                 {200, OFFER("PUBLISHED", V2, "")}},
     .trail = "get papers paper validate publish poll", .after = V2 GCP_OFFER_MORE},
    {"the right contract is there", ACTION_PUBLISH, .local = {{"eula", NULL, "standard"}},
     .replies = {{200, OFFER("DRAFT", V1, "")},
                 {200, PAPERS(STANDARD)},
                 {200, "{}"},
                 {200, "{}"},
                 {200, OFFER("PUBLISHED", V2, "")}},
     .trail = "get papers validate publish poll", .after = V2 GCP_OFFER_MORE},
    {"another contract is there", ACTION_PUBLISH, .local = {{"eula", NULL, "standard"}},
     .replies = {{200, OFFER("DRAFT", V1, "")},
                 {200, PAPERS(CUSTOM)},
                 {200, "{}"},
                 {200, NEW_PAPER},
                 {200, "{}"},
                 {200, "{}"},
                 {200, OFFER("PUBLISHED", V2, "")}},
     .trail = "get papers discard paper validate publish poll", .after = V2 GCP_OFFER_MORE},
    {"an old standard contract and another one are there", ACTION_PUBLISH,
     .local = {{"eula", NULL, "standard"}},
     .replies = {{200, OFFER("DRAFT", V1, "")},
                 {200, PAPERS(STANDARD "," CUSTOM "," OLD)},
                 {200, "{}"},
                 {404, GONE},
                 {200, "{}"},
                 {200, "{}"},
                 {200, OFFER("PUBLISHED", V2, "")}},
     .trail = "get papers discard discard validate publish poll", .after = V2 GCP_OFFER_MORE},
    {"what the row says nothing of is left alone", ACTION_PUBLISH,
     .local = {{"eula", NULL, "standard"}},
     .replies = {{200, OFFER("DRAFT", V1, "")},
                 {200, PAPERS(WORK "," STANDARD "," PAPER("d-9", "NEW_KIND"))},
                 {200, "{}"},
                 {200, "{}"},
                 {200, OFFER("PUBLISHED", V2, "")}},
     .trail = "get papers validate publish poll", .after = V2 GCP_OFFER_MORE},
    {"the deletion's answer got lost", ACTION_PUBLISH, .local = {{"eula", NULL, "standard"}},
     .resume = "discard",
     .progress = "{\"papers_run\":1,\"papers\":{\"CUSTOM_END_USER_LICENSE_AGREEMENT\":\"d-2\"}}",
     .replies = {{200, OFFER("DRAFT", V1, "")},
                 {200, "{}"},
                 {200, NEW_PAPER},
                 {200, "{}"},
                 {200, "{}"},
                 {200, OFFER("PUBLISHED", V2, "")}},
     .trail = "get papers paper validate publish poll", .after = V2 GCP_OFFER_MORE},
    {"the deletion fails, and nothing is published", ACTION_PUBLISH,
     .local = {{"eula", NULL, "standard"}},
     .replies = {{200, OFFER("DRAFT", V1, "")}, {200, PAPERS(CUSTOM)}, {400, PRECONDITION}},
     .trail = "get papers discard", .ending = ENDS_FAILED, .class = ERROR_REFUSED},
    {"a document is there that was not listed", ACTION_PUBLISH,
     .local = {{"eula", NULL, "standard"}},
     .replies = {{200, OFFER("DRAFT", V1, "")}, {200, "{}"}, {409, EXISTS}},
     .trail = "get papers paper", .ending = ENDS_FAILED, .class = ERROR_TEMPORARY},
    {"a document without a name", ACTION_PUBLISH, .local = {{"eula", NULL, "standard"}},
     .replies = {{200, OFFER("DRAFT", V1, "")},
                 {200, "{\"privateOfferDocuments\":[{\"documentType\":"
                       "\"CUSTOM_END_USER_LICENSE_AGREEMENT\"}]}"}},
     .trail = "get papers", .ending = ENDS_FAILED, .class = ERROR_TEMPORARY},
    {"there is no file to take the place of what would be deleted", ACTION_PUBLISH,
     .local = {{"eula", NULL, "eula.pdf"}},
     .replies = {{200, OFFER("DRAFT", V1, "")}, {200, PAPERS(STANDARD)}}, .trail = "get papers",
     .ending = ENDS_FAILED, .class = ERROR_REFUSED},
    {"what lacks for publishing is said before anything happens", ACTION_PUBLISH,
     .replies = {{200, OFFER("DRAFT", V1, "")}, {400, VIOLATION}}, .trail = "get validate",
     .ending = ENDS_FAILED, .class = ERROR_REFUSED},
    {"Google reviews it", ACTION_PUBLISH,
     .replies = {{200, OFFER("DRAFT", V1, "")},
                 {200, "{}"},
                 {200, OFFER("PUBLISHING", V2, "")},
                 {200, OFFER("PUBLISHING", V2, ",\"publishRequirementGoogleReview\":{}")}},
     .trail = "get validate publish poll", .ending = ENDS_LATER},
    {"a later run finds it published", ACTION_PUBLISH, .resume = "poll",
     .progress = "{\"name\":\"" NAME "\",\"published\":\"yes\"}",
     .replies = {{200, OFFER("PUBLISHED", V2, "")}}, .trail = "poll", .after = V2 GCP_OFFER_MORE},
    {"or sent back", ACTION_PUBLISH, .resume = "poll",
     .progress = "{\"name\":\"" NAME "\",\"published\":\"yes\"}",
     .replies = {{200, OFFER("DRAFT", V2, "")}}, .trail = "poll", .ending = ENDS_FAILED,
     .class = ERROR_REFUSED},
    {"the answer got lost, and it is on its way: nothing is repeated", ACTION_PUBLISH,
     .resume = "publish", .progress = "{\"publishing\":\"" STAMP "\"}",
     .replies = {{200, OFFER("PUBLISHING", V2, "")}, {200, OFFER("PUBLISHED", V2, "")}},
     .trail = "get poll", .after = V2 GCP_OFFER_MORE},
    {"the answer got lost, and it is out", ACTION_PUBLISH, .resume = "publish",
     .progress = "{\"publishing\":\"" STAMP "\"}", .replies = {{200, OFFER("PUBLISHED", V2, "")}},
     .trail = "get", .after = V2 GCP_OFFER_MORE},
    {"the answer got lost, and after a while it is still a draft", ACTION_PUBLISH,
     .resume = "publish", .progress = "{\"publishing\":\"" STAMP "\"}",
     .replies = {{200, OFFER("DRAFT", V1, "")},
                 {200, OFFER("DRAFT", V1, "")},
                 {200, "{}"},
                 {200, OFFER("PUBLISHING", V2, "")},
                 {200, OFFER("PUBLISHED", V2, "")}},
     .trail = "get get validate publish poll", .after = V2 GCP_OFFER_MORE},
    {"the patch before it got lost, and was made",
     ACTION_PUBLISH,
     {TITLE},
     .resume = "patch",
     .progress = "{\"patching\":\"yes\"}",
     .replies = {{200, NEW_TITLE("DRAFT", V2)},
                 {200, "{}"},
                 {200, NEW_TITLE("PUBLISHED", V2)},
                 {200, NEW_TITLE("PUBLISHED", V2)}},
     .trail = "get validate publish poll",
     .after = V2 GCP_OFFER_MORE},

    {"extend",
     ACTION_EXTEND,
     {LATER},
     .replies = {{200, OFFER("PUBLISHED", V1, DEADLINE("2026", "3", "1"))},
                 {200, OFFER("PUBLISHED", V2, DEADLINE("2026", "4", "1"))},
                 {200, OFFER("PUBLISHED", V2, DEADLINE("2026", "4", "1"))}},
     .trail = "get patch read",
     .after = V2 GCP_OFFER_MORE},
    {"accepted meanwhile",
     ACTION_EXTEND,
     {LATER},
     .replies = {{200, OFFER("ACCEPTED", V2, DEADLINE("2026", "3", "1"))}},
     .trail = "get",
     .ending = ENDS_STALE},
    {"expired without another time",
     ACTION_EXTEND,
     {LATER},
     .replies = {{200, OFFER("EXPIRED", V1, DEADLINE("2026", "3", "1"))}},
     .trail = "get",
     .ending = ENDS_FAILED,
     .class = ERROR_REFUSED},

    {"cancel",
     ACTION_CANCEL,
     {{"expires", "2026-02-28", "2025-12-31"}},
     .replies = {{200, OFFER("PUBLISHED", V1, "")},
                 {200, OFFER("CANCELLED", V2, "")},
                 {200, OFFER("CANCELLED", V2, "")}},
     .trail = "get cancel read",
     .after = V2 GCP_OFFER_MORE},
    {"cancel on its way", ACTION_CANCEL,
     .replies = {{200, OFFER("PUBLISHING", V1, "")},
                 {200, OFFER("CANCELLED", V2, "")},
                 {200, OFFER("CANCELLED", V2, "")}},
     .trail = "get cancel read", .after = V2 GCP_OFFER_MORE},
    {"the cancellation's answer got lost", ACTION_CANCEL, .resume = "cancel",
     .replies = {{200, OFFER("CANCELLED", V2, "")}}, .trail = "get", .after = V2 GCP_OFFER_MORE},
    {"the buyer was faster", ACTION_CANCEL,
     .replies = {{200, OFFER("PUBLISHED", V1, "")}, {400, PRECONDITION}}, .trail = "get cancel",
     .ending = ENDS_FAILED, .class = ERROR_REFUSED},
    {"a draft is not taken back", ACTION_CANCEL, .replies = {{200, OFFER("DRAFT", V1, "")}},
     .trail = "get", .ending = ENDS_FAILED, .class = ERROR_REFUSED},
    {"delete",
     ACTION_CANCEL,
     {{"state", "draft", "deleted"}},
     .replies = {{200, OFFER("DRAFT", V1, "")}, {200, "{}"}},
     .trail = "get delete"},
    {"the deletion's answer got lost",
     ACTION_CANCEL,
     {{"state", "draft", "deleted"}},
     .resume = "delete",
     .replies = {{404, GONE}},
     .trail = "get"},
    {"delete what was edited since",
     ACTION_CANCEL,
     {{"state", "draft", "deleted"}},
     .replies = {{200, OFFER("DRAFT", V2, "")}},
     .trail = "get",
     .ending = ENDS_STALE},
    {"delete what is out now",
     ACTION_CANCEL,
     {{"state", "draft", "deleted"}},
     .replies = {{200, OFFER("PUBLISHED", V1, "")}},
     .trail = "get",
     .ending = ENDS_STALE},
    {"the service is out of order",
     ACTION_CANCEL,
     {{"state", "draft", "deleted"}},
     .replies = {{200, OFFER("DRAFT", V1, "")}, {503, BROKEN}},
     .trail = "get delete",
     .ending = ENDS_FAILED,
     .class = ERROR_TEMPORARY},
};

static void test_creations(void **state)
{
    (void)state;
    theatre_check(&theatre, creations, COUNT(creations));
}

static void test_changes(void **state)
{
    (void)state;
    theatre_check(&theatre, changes, COUNT(changes));
}

static struct run played(const struct scene *scenes, size_t count, const char *title,
                         enum action action)
{
    struct run run = {0};
    theatre_play(&theatre, &run, scene_find(scenes, count, title, action));
    return run;
}

#define CREATED(title)         played(creations, COUNT(creations), title, ACTION_CREATE)
#define CHANGED(title, action) played(changes, COUNT(changes), title, action)

/* What is asked, letter by letter. */
static void test_requests(void **state)
{
    (void)state;
    struct run run = CREATED("create");
    assert_string_equal(run.requests[0].method, "POST");
    assert_string_equal(run.requests[0].url, BASE PARENT "/privateOffers");
    assert_string_equal(run.bodies[0],
                        "{\"term\":{\"startPolicy\":\"IMMEDIATE\"},\"title\":\"T\","
                        "\"internalNote\":\"crm=CRM-1 rid=token-1\",\"singleProductOffer\":"
                        "{\"baseStandardOffer\":\"" PARENT "/services/" SERVICE
                        "/standardOffers/so-1\"}}");
    assert_string_equal(run.requests[1].url, BASE NAME "?view=PRIVATE_OFFER_VIEW_FULL");
    arena_free(run.arena);
    run = CREATED("a first offer to the buyer");
    assert_string_equal(run.requests[0].url,
                        BASE PARENT "/privateOffers:resolveAmendmentTarget?targetBillingAccount="
                                    "billingAccounts%2F012345-567890-ABCDEF&baseStandardOffer="
                                    "projects%2Fisv%2Flocations%2Fglobal%2Fservices%2F" SERVICE
                                    "%2FstandardOffers%2Fso-1");
    arena_free(run.arena);
    run = CREATED("with the standard contract");
    assert_string_equal(run.requests[2].url, BASE NAME "/documents");
    assert_string_equal(run.bodies[2],
                        "{\"documentType\":\"STANDARD_END_USER_LICENSE_AGREEMENT_V2\"}");
    arena_free(run.arena);
    run = CREATED("it had been made, on the second page, and is found at the second look");
    assert_string_equal(run.requests[2].url,
                        BASE PARENT "/privateOffers?pageSize=500&orderBy=update_time&filter="
                                    "update_time%20%3E%20%222025-12-31T23%3A50%3A00.000Z%22"
                                    "&pageToken=p2");
    arena_free(run.arena);
    run = CHANGED("update", ACTION_UPDATE);
    assert_string_equal(run.requests[1].url, BASE NAME "?updateMask=title");
    assert_string_equal(run.bodies[1], "{\"title\":\"New\"}");
    arena_free(run.arena);
    run = CHANGED("publish", ACTION_PUBLISH);
    assert_string_equal(run.requests[1].url, BASE NAME ":publish");
    assert_string_equal(run.bodies[1], "{\"validateOnly\":true}");
    assert_string_equal(run.bodies[2], "{}");
    arena_free(run.arena);
    run = CHANGED("extend", ACTION_EXTEND);
    assert_string_equal(run.requests[1].url, BASE NAME "?updateMask=acceptDeadlineTime");
    arena_free(run.arena);
    run = CHANGED("delete", ACTION_CANCEL);
    assert_true(run.context.deleted);
    assert_string_equal(run.requests[1].method, "DELETE");
    assert_string_equal(run.requests[1].url, BASE NAME "?force=true");
    arena_free(run.arena);
}

/* The reason goes along; the amended offer is the one that the service requires. */
static void test_extras(void **state)
{
    (void)state;
    static const struct scene cancel = {.action = ACTION_CANCEL,
                                        .local = {{"cancel_reason", NULL, "Other budget"}},
                                        .replies = {{200, OFFER("PUBLISHED", V1, "")},
                                                    {200, OFFER("CANCELLED", V2, "")},
                                                    {200, OFFER("CANCELLED", V2, "")}}};
    static const struct scene amend = {.action = ACTION_CREATE,
                                       .fields = {DEAL, BOUGHT, {"form", NULL, "replacement"}},
                                       .replies = {{200, "{\"requiredStandardOffer\":\"" PARENT
                                                         "/services/s/standardOffers/so-0\"}"},
                                                   {200, OFFER("DRAFT", V1, "")},
                                                   {200, OFFER("DRAFT", V1, "")}}};
    struct run run = {0};
    theatre_play(&theatre, &run, &cancel);
    assert_string_equal(run.bodies[1], "{\"cancellationNote\":\"Other budget\"}");
    arena_free(run.arena);
    run = (struct run){0};
    theatre_play(&theatre, &run, &amend);
    assert_int_equal(run.ending, ENDS_DONE);
    assert_non_null(strstr(run.bodies[1], "\"amendedStandardOffer\":\"" PARENT
                                          "/services/s/standardOffers/so-0\""));
    arena_free(run.arena);
}

/* The looks for an offer of which nothing is known are a minute apart, and shorter on this host. */
static void test_looks(void **state)
{
    (void)state;
    struct run run = CREATED("it had not been made: two looks, then it is");
    assert_int_equal(run.waited_ms, 60000);
    assert_null(json_get_text(run.context.progress, "looked"));
    arena_free(run.arena);
    run = CHANGED("the answer got lost, and after a while it is still a draft", ACTION_PUBLISH);
    assert_int_equal(run.waited_ms, 60000);
    arena_free(run.arena);
    cloud.bases[GCP_PRODUCER] = "http://127.0.0.1:1/v1beta/";
    assert_int_equal(gcp_offer_look_ms(&cloud), 30000);
    cloud.bases[GCP_PRODUCER] = BASE;
}

/* What a person reads of a failure. */
static void test_codes(void **state)
{
    (void)state;
    static const struct {
        const char *title;
        enum action action;
        const char *code, *message;
    } cases[] = {
        {"the buyer has an order, and nobody said that it is to be amended", ACTION_CREATE,
         "OFR-013", "replaces to old"},
        {"nothing is in force that could be amended", ACTION_CREATE, "OFR-024", "offer old"},
        {"refused", ACTION_CREATE, "OFR-027", "private_offer.accept_deadline_time"},
        {"what lacks for publishing is said before anything happens", ACTION_PUBLISH, "OFR-027",
         "Must be within three months"},
        {"the buyer was faster", ACTION_CANCEL, "OFR-028", "Precondition"},
        {"or sent back", ACTION_PUBLISH, "OFR-028", "not any more"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        bool makes = cases[i].action == ACTION_CREATE;
        struct run run = makes ? CREATED(cases[i].title) : CHANGED(cases[i].title, cases[i].action);
        assert_string_equal(connector_refusal(&gcp_offers, &run.error, "REF-019"), cases[i].code);
        assert_non_null(strstr(run.error.message, cases[i].message));
        arena_free(run.arena);
    }
    struct run run = CHANGED("Google reviews it", ACTION_PUBLISH);
    assert_non_null(strstr(json_get_text(run.context.progress, PROGRESS_NOTE), "business days"));
    arena_free(run.arena);
}

/* ------------------------------------------------------------------ files */

static void put_file(const char *folder, const char *name, const char *content)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(content, file);
    fclose(file);
}

static void test_files(void **state)
{
    (void)state;
    static const struct {
        const char *eula, *documents, *body, *message;
    } cases[] = {
        {"eula.pdf", NULL,
         "{\"documentType\":\"CUSTOM_END_USER_LICENSE_AGREEMENT\",\"mimeType\":"
         "\"application/pdf\",\"inlineContent\":\"JVBERi0+Pz8=\"}",
         NULL},
        {NULL, "work.pdf",
         "{\"documentType\":\"STATEMENT_OF_WORK\",\"mimeType\":\"application/pdf\","
         "\"inlineContent\":\"JVBERi0x\"}",
         NULL},
        {"nothing.pdf", NULL, NULL, "nothing.pdf"},
        {"words.pdf", NULL, NULL, "no PDF file"},
        {"../etc/passwd", NULL, NULL, "no file's name"},
        {".hidden", NULL, NULL, "no file's name"},
    };
    char folder[64];
    folder_make(folder, sizeof folder, "gcp-offers");
    put_file(folder, "eula.pdf", "%PDF->??");
    put_file(folder, "work.pdf", "%PDF-1");
    put_file(folder, "words.pdf", "words");
    items[0].text = folder;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct scene scene = {.action = ACTION_CREATE,
                              .fields = {DEAL,
                                         {"eula", NULL, cases[i].eula},
                                         {"documents", NULL, cases[i].documents}},
                              .replies = {{200, OFFER("DRAFT", V1, "")},
                                          {200, "{}"},
                                          {200, "{}"},
                                          {200, OFFER("DRAFT", V1, "")}}};
        struct run run = {0};
        theatre_play(&theatre, &run, &scene);
        if (cases[i].body) {
            assert_string_equal(run.trail, "create papers paper read");
            assert_string_equal(run.bodies[2], cases[i].body);
        } else {
            assert_int_equal(run.ending, ENDS_FAILED);
            assert_non_null(strstr(run.error.message, cases[i].message));
            assert_string_equal(connector_refusal(&gcp_offers, &run.error, ""), "OFR-021");
            /* The draft is there, and is not forgotten. */
            assert_string_equal(json_get_text(run.context.progress, "id"), "o-1");
        }
        arena_free(run.arena);
    }
    items[0].text = NULL;
    folder_remove(folder);
}

/* Before it is published: what differs is replaced, and what cannot be compared. */
#define DRAFTED                                                                                    \
    {                                                                                              \
        200, OFFER("DRAFT", V1, "")                                                                \
    }
#define GOES                                                                                       \
    {200, "{}"}, {200, "{}"},                                                                      \
    {                                                                                              \
        200, OFFER("PUBLISHED", V2, "")                                                            \
    }
#define REPLACE "{\"mimeType\":\"application/pdf\",\"inlineContent\":\"JVBERi0+Pz8=\"}"

static const struct scene comparisons[] = {
    {"the same", ACTION_PUBLISH, .local = {{"eula", NULL, "eula.pdf"}},
     .replies = {DRAFTED,
                 {200, PAPERS(CUSTOM)},
                 {200, CONTENT(",\"inlineContent\":\"JVBERi0+Pz8=\"")},
                 GOES},
     .trail = "get papers compare validate publish poll", .after = V2 GCP_OFFER_MORE},
    {"the same in the alphabet of addresses", ACTION_PUBLISH, .local = {{"eula", NULL, "eula.pdf"}},
     .replies = {DRAFTED,
                 {200, PAPERS(CUSTOM)},
                 {200, CONTENT(",\"inlineContent\":\"JVBERi0-Pz8\"")},
                 GOES},
     .trail = "get papers compare validate publish poll", .after = V2 GCP_OFFER_MORE},
    {"another file", ACTION_PUBLISH, .local = {{"eula", NULL, "eula.pdf"}},
     .replies = {DRAFTED,
                 {200, PAPERS(CUSTOM)},
                 {200, CONTENT(",\"inlineContent\":\"JVBERi0+Pz9/\"")},
                 {200, "{}"},
                 GOES},
     .trail = "get papers compare replace validate publish poll", .after = V2 GCP_OFFER_MORE},
    {"the content is not given", ACTION_PUBLISH, .local = {{"eula", NULL, "eula.pdf"}},
     .replies = {DRAFTED, {200, PAPERS(CUSTOM)}, {200, CONTENT("")}, {200, "{}"}, GOES},
     .trail = "get papers compare replace validate publish poll", .after = V2 GCP_OFFER_MORE},
    {"the replacement's answer got lost", ACTION_PUBLISH, .local = {{"eula", NULL, "eula.pdf"}},
     .resume = "replace",
     .progress = "{\"papers_run\":1,\"papers\":{\"CUSTOM_END_USER_LICENSE_AGREEMENT\":\"d-2\"},"
                 "\"papers_as\":{\"CUSTOM_END_USER_LICENSE_AGREEMENT\":\"other\"}}",
     .replies = {DRAFTED,
                 {200, PAPERS(CUSTOM)},
                 {200, CONTENT(",\"inlineContent\":\"JVBERi0+Pz8=\"")},
                 GOES},
     .trail = "get papers compare validate publish poll", .after = V2 GCP_OFFER_MORE},
    {"deleted while it was to be read", ACTION_PUBLISH, .local = {{"eula", NULL, "eula.pdf"}},
     .replies = {DRAFTED, {200, PAPERS(CUSTOM)}, {404, GONE}, {200, NEW_PAPER}, GOES},
     .trail = "get papers compare paper validate publish poll", .after = V2 GCP_OFFER_MORE},
    {"deleted while it was to be replaced", ACTION_PUBLISH, .local = {{"eula", NULL, "eula.pdf"}},
     .replies =
         {DRAFTED, {200, PAPERS(CUSTOM)}, {200, CONTENT("")}, {404, GONE}, {200, NEW_PAPER}, GOES},
     .trail = "get papers compare replace paper validate publish poll", .after = V2 GCP_OFFER_MORE},
    {"a file for the standard contract", ACTION_PUBLISH, .local = {{"eula", NULL, "eula.pdf"}},
     .replies = {DRAFTED, {200, PAPERS(STANDARD)}, {200, "{}"}, {200, NEW_PAPER}, GOES},
     .trail = "get papers discard paper validate publish poll", .after = V2 GCP_OFFER_MORE},
    {"a statement of work, and whichever contract", ACTION_PUBLISH,
     .local = {{"documents", NULL, "work.pdf"}},
     .replies = {DRAFTED,
                 {200, PAPERS(CUSTOM "," WORK)},
                 {200, "{\"inlineContent\":\"AAAA\"}"},
                 {200, "{}"},
                 GOES},
     .trail = "get papers compare replace validate publish poll", .after = V2 GCP_OFFER_MORE},
};

static void test_comparisons(void **state)
{
    (void)state;
    char folder[64];
    folder_make(folder, sizeof folder, "gcp-offers");
    put_file(folder, "eula.pdf", "%PDF->??");
    put_file(folder, "work.pdf", "%PDF-1");
    items[0].text = folder;
    theatre_check(&theatre, comparisons, COUNT(comparisons));
    struct run run = played(comparisons, COUNT(comparisons), "another file", ACTION_PUBLISH);
    assert_string_equal(run.requests[2].url, BASE NAME "/documents/d-2");
    assert_string_equal(run.requests[3].method, "PATCH");
    assert_string_equal(run.requests[3].url,
                        BASE NAME "/documents/d-2?updateMask=mimeType%2CinlineContent");
    assert_string_equal(run.bodies[3], REPLACE);
    /* No journal grows by a contract. */
    assert_null(strstr(json_print(run.arena, run.context.progress), "JVBER"));
    arena_free(run.arena);
    run =
        played(comparisons, COUNT(comparisons), "a file for the standard contract", ACTION_PUBLISH);
    assert_string_equal(run.requests[2].method, "DELETE");
    assert_string_equal(run.requests[2].url, BASE NAME "/documents/d-1");
    arena_free(run.arena);
    items[0].text = NULL;
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_creations), cmocka_unit_test(test_changes),
        cmocka_unit_test(test_requests),  cmocka_unit_test(test_extras),
        cmocka_unit_test(test_looks),     cmocka_unit_test(test_codes),
        cmocka_unit_test(test_files),     cmocka_unit_test(test_comparisons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
