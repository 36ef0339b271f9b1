/* The procedures of referrals: each case is a script of answers and the trail of steps that must
 * come of it, from the first step or from where a crash left it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "connectors/azure/referrals.h"
#include "tests/support/partner.h"
#include "tests/support/scenes.h"

/* V1 and V2 serve as eTags. All documents were last written long ago but those that say FRESH. */
#define DOC_(tag, status, substatus, type, visible, when, members)                                 \
    "{\"id\":\"r-1\",\"eTag\":\"" tag "\",\"engagementId\":\"e-1\",\"organizationId\":\"own\","    \
    "\"organizationName\":\"Own\",\"status\":\"" status "\",\"substatus\":\"" substatus            \
    "\",\"type\":\"" type "\",\"direction\":\"Outgoing\",\"updatedDateTime\":\"" when              \
    "\",\"consent\":{\"consentToShareReferralWithMicrosoftSellers\":" visible                      \
    "},\"customerProfile\":{\"name\":\"Acme\",\"address\":{\"country\":\"US\"}},"                  \
    "\"links\":{\"self\":{}},\"unknown\":{\"n\":1.50}" members "}"
#define LONG_AGO               "2025-12-31T00:00:00.0000000Z"
#define FRESH                  "2025-12-31T23:59:40.0000000Z" /* 20 s before the scene */
#define AHEAD                  "2026-01-01T00:20:00.0000000Z"
#define DOC(tag, members)      DOC_(tag, "Active", "Accepted", "Independent", "false", LONG_AGO, members)
#define SEEN(tag, members)     DOC_(tag, "Active", "Accepted", "Independent", "true", LONG_AGO, members)
#define SHARED(tag)            DOC_(tag, "Active", "Accepted", "Shared", "true", LONG_AGO, DETAILS)
#define END(tag, how, members) DOC_(tag, "Closed", how, "Independent", "true", LONG_AGO, members)
#define NOTES(text)            ",\"details\":{\"notes\":\"" text "\"}"
#define DETAILS                                                                                    \
    ",\"details\":{\"dealValue\":\"500\",\"currency\":\"USD\",\"closingDateTime\":\"2026-09-"      \
    "30T00:00:00\"},"                                                                              \
    "\"inviteContext\":{\"notes\":\"w\"}"
#define SOLUTIONS(list) ",\"details\":{\"notes\":\"a\",\"requirements\":{\"solutions\":[" list "]}}"
#define SOL(n)          "{\"id\":\"SOL-" n "\",\"type\":\"Name\",\"name\":\"S" n "\"}"
#define SENT(tag, status, substatus)                                                               \
    "{\"id\":\"r-9\",\"eTag\":\"" tag "\",\"direction\":\"Incoming\",\"status\":\"" status         \
    "\",\"substatus\":\"" substatus "\",\"externalReferenceId\":null,\"closedDateTime\":"          \
    "\"2025-12-30T00:00:00Z\"}"
#define LIST(rows)       "{\"value\":[" rows "]}"
#define PAGE(rows, next) "{\"value\":[" rows "],\"@odata.nextLink\":\"" next "\"}"
#define MORE             "http://api.partner.microsoft.com/v1.0/referrals?$skiptoken=x"
#define TWIN             "{\"id\":\"r-1\",\"externalReferenceId\":\"CRM-1\"}"
#define OTHER                                                                                      \
    "{\"id\":\"r-2\",\"externalReferenceId\":\"CRM-2\"},{\"id\":\"r-3\",\"externalReferenceId\":"  \
    "\"CRM-1\",\"organizationId\":\"msft\"}"
#define MICROSOFT                                                                                  \
    "{\"id\":\"m-1\",\"organizationId\":\"msft\",\"engagementId\":\"e-1\",\"status\":\"New\","     \
    "\"substatus\":\"Pending\"}"
#define REFUSED                                                                                    \
    "{\"error\":{\"code\":\"invalidRequest\",\"message\":\"no\",\"innerError\":{\"code\":"         \
    "\"invalidStatusTransition\",\"message\":\"Closed to Active\"}}}"
#define PARTNER(n)                                                                                 \
    "{\"id\":\"p-" n "\",\"organizationId\":\"o-" n "\",\"organizationName\":\"P" n                \
    "\",\"direction\":\"Outgoing\",\"status\":\"New\",\"substatus\":\"Pending\",\"target\":[{"     \
    "\"type\":\"BusinessProfileLocation\",\"id\":\"loc-" n                                         \
    "\"}],\"inviteContext\":{\"invitedBy\":"                                                       \
    "{\"organizationId\":\"own\"}}}"
#define TAKEN "{\"error\":{\"code\":\"invalidRequest\",\"message\":\"twice\"}}"
#define MOVED "{\"error\":{\"code\":\"preconditionFailed\",\"message\":\"moved\"}}"

#define SCENE(title_, action_) .title = title_, .action = action_
#define NOTE                                                                                       \
    {                                                                                              \
        "comments", "a", "b"                                                                       \
    }
#define WIN                                                                                        \
    {                                                                                              \
        "stage", NULL, "won"                                                                       \
    }
#define NEW                                                                                        \
    {                                                                                              \
        {"title", NULL, "Deal"}, {"company", NULL, "Acme"}, {"country", NULL, "US"},               \
            {"contract_value", NULL, "500.00 USD"}, {"solutions", NULL, "SOL-1"},                  \
        {                                                                                          \
            "close_date", NULL, "2026-09-30"                                                       \
        }                                                                                          \
    }
#define CO_SELL                                                                                    \
    {                                                                                              \
        {                                                                                          \
            "involvement", NULL, "co_sell"                                                         \
        }                                                                                          \
    }
#define BOTH                                                                                       \
    {                                                                                              \
        {"partners", NULL, "loc-1\x1floc-2"},                                                      \
        {                                                                                          \
            "involvement", NULL, "co_sell"                                                         \
        }                                                                                          \
    }
#define CONTRACT                                                                                   \
    {                                                                                              \
        {"revenue_value", NULL, "30000.00 USD"}, {"revenue_start", NULL, "2026-01-01"},            \
            {"revenue_end", NULL, "2026-12-31"}, {"signed", NULL, "2025-12-20"},                   \
            {"revenue_model", NULL, "Other"},                                                      \
        {                                                                                          \
            "deployment", NULL, "Customer"                                                         \
        }                                                                                          \
    }

static const struct scene scenes[] = {
    /* Creating. */
    {SCENE("create", ACTION_CREATE), .fields = NEW,
     .replies = {{201, DOC(V1, "")}, {200, DOC(V1, "")}}, .trail = "create read", .after = V1},
    {SCENE("not there at once", ACTION_CREATE), .fields = NEW,
     .replies = {{201, DOC(V1, "")}, {404, ""}, {200, DOC(V1, "")}}, .trail = "create read read",
     .after = V1},
    {SCENE("create refused", ACTION_CREATE), .fields = NEW, .replies = {{400, REFUSED}},
     .trail = "create", .ending = ENDS_FAILED, .class = ERROR_REFUSED},
    {SCENE("create lost", ACTION_CREATE), .fields = NEW, .replies = {{0}}, .trail = "create",
     .ending = ENDS_FAILED, .class = ERROR_TEMPORARY},
    {SCENE("lost, and it had happened", ACTION_CREATE), .fields = NEW, .resume = "create",
     .progress = "{\"since\":\"" V1 "\"}",
     .replies = {{200, PAGE(OTHER, MORE)}, {200, LIST(TWIN)}, {200, DOC(V1, "")}},
     .trail = "lookup lookup read", .after = V1},
    {SCENE("lost, and it had not happened", ACTION_CREATE), .fields = NEW, .resume = "create",
     .progress = "{\"since\":\"" V1 "\"}",
     .replies = {{200, LIST(OTHER)}, {201, DOC(V1, "")}, {200, DOC(V1, "")}},
     .trail = "lookup create read", .after = V1},
    {SCENE("the page is too old: once more", ACTION_CREATE), .fields = NEW, .resume = "create",
     .progress = "{\"page\":\"" MORE "\",\"pages\":3}",
     .replies = {{400, REFUSED}, {200, LIST(TWIN)}, {200, DOC(V1, "")}},
     .trail = "lookup lookup read", .after = V1},
    {SCENE("the list repeats itself", ACTION_CREATE), .fields = NEW, .resume = "create",
     .replies = {{200, PAGE(OTHER, MORE)}, {200, PAGE(OTHER, MORE)}}, .trail = "lookup lookup",
     .ending = ENDS_FAILED, .class = ERROR_TEMPORARY},

    /* Updating. */
    {SCENE("update", ACTION_UPDATE), .fields = {NOTE},
     .replies = {{200, DOC(V1, NOTES("a"))}, {200, DOC(V2, NOTES("b"))}}, .trail = "get patch",
     .after = V2},
    {SCENE("204 shows nothing", ACTION_UPDATE), .fields = {NOTE},
     .replies = {{200, DOC(V1, NOTES("a"))}, {204, ""}, {200, DOC(V2, NOTES("b"))}},
     .trail = "get patch read", .after = V2},
    {SCENE("somebody else wrote", ACTION_UPDATE), .fields = {NOTE},
     .replies = {{200, DOC(V2, NOTES("c"))}}, .trail = "get", .ending = ENDS_STALE},
    {SCENE("somebody else wrote elsewhere", ACTION_UPDATE), .fields = {NOTE},
     .replies = {{200, DOC(V2, NOTES("a"))}}, .trail = "get", .ending = ENDS_STALE},
    {SCENE("somebody wrote the same", ACTION_UPDATE), .fields = {NOTE},
     .replies = {{200, DOC(V2, NOTES("b"))}}, .trail = "get", .after = V2},
    {SCENE("moved between read and write", ACTION_UPDATE), .fields = {NOTE},
     .replies = {{200, DOC(V1, NOTES("a"))}, {412, MOVED}}, .trail = "get patch",
     .ending = ENDS_STALE},
    {SCENE("refused", ACTION_UPDATE), .fields = {NOTE},
     .replies = {{200, DOC(V1, NOTES("a"))}, {400, REFUSED}}, .trail = "get patch",
     .ending = ENDS_FAILED, .class = ERROR_REFUSED},
    {SCENE("lost, and it had happened", ACTION_UPDATE), .fields = {NOTE}, .resume = "patch",
     .progress = "{\"written\":1}", .replies = {{200, DOC(V2, NOTES("b"))}}, .trail = "get",
     .after = V2},
    {SCENE("lost, and it had not happened", ACTION_UPDATE), .fields = {NOTE}, .resume = "patch",
     .progress = "{\"written\":1}",
     .replies = {{200, DOC(V1, NOTES("a"))}, {200, DOC(V2, NOTES("b"))}}, .trail = "get patch",
     .after = V2},
    {SCENE("written a moment ago", ACTION_UPDATE), .fields = {NOTE},
     .replies = {{200, DOC_(V1, "Active", "Accepted", "Shared", "true", FRESH, NOTES("a"))},
                 {200, DOC_(V1, "Active", "Accepted", "Shared", "true", FRESH, NOTES("a"))},
                 {200, DOC(V2, NOTES("b"))}},
     .trail = "get get patch", .after = V2},
    {SCENE("written by a clock that is ahead", ACTION_UPDATE), .fields = {NOTE},
     .replies = {{200, DOC_(V1, "Active", "Accepted", "Shared", "true", AHEAD, NOTES("a"))},
                 {200, DOC_(V1, "Active", "Accepted", "Shared", "true", AHEAD, NOTES("a"))},
                 {200, DOC(V2, NOTES("b"))}},
     .trail = "get get patch", .after = V2},
    {SCENE("an item goes: a full replace", ACTION_UPDATE),
     .fields = {{"solutions", "SOL-1\x1fSOL-2", "SOL-2"}},
     .replies = {{200, DOC(V1, SOLUTIONS(SOL("1") "," SOL("2")))},
                 {200, DOC(V2, SOLUTIONS(SOL("2")))}},
     .trail = "get put", .after = V2},

    /* Closing. */
    {SCENE("win", ACTION_LAUNCH), .fields = {WIN},
     .replies = {{200, DOC(V1, "")}, {200, END(V2, "Won", "")}}, .trail = "get close", .after = V2},
    {SCENE("win, with an edit", ACTION_LAUNCH), .fields = {NOTE, WIN},
     .replies = {{200, DOC(V1, NOTES("a"))},
                 {200, DOC("t", NOTES("b"))},
                 {200, DOC_("t", "Active", "Accepted", "Independent", "true", FRESH, NOTES("b"))},
                 {200, DOC("t", NOTES("b"))},
                 {204, ""},
                 {200, END(V2, "Won", NOTES("b"))}},
     .trail = "get patch again again close read", .after = V2},
    {SCENE("the edit got lost and had happened", ACTION_LAUNCH), .fields = {NOTE, WIN},
     .resume = "patch", .progress = "{\"written\":1}",
     .replies = {{200, DOC("t", NOTES("b"))},
                 {200, DOC("t", NOTES("b"))},
                 {200, END(V2, "Won", NOTES("b"))}},
     .trail = "get again close", .after = V2},
    {SCENE("after the edit somebody else came", ACTION_LAUNCH), .fields = {NOTE, WIN},
     .resume = "close", .progress = "{\"written\":1}", .replies = {{200, DOC("t", NOTES("c"))}},
     .trail = "get", .ending = ENDS_STALE},
    {SCENE("lose", ACTION_CLOSE), .fields = {{"stage", NULL, "lost"}},
     .replies = {{200, DOC(V1, "")}, {200, END(V2, "Lost", "")}}, .trail = "get close",
     .after = V2},
    {SCENE("lose, and say why", ACTION_CLOSE),
     .fields = {{"stage", NULL, "lost"}, {"lost_reason", NULL, "Price"}},
     .replies = {{200, DOC(V1, "")}, {200, END(V2, "Lost", ",\"statusReason\":\"Price\"")}},
     .trail = "get close", .after = V2},
    {SCENE("it was closed meanwhile", ACTION_CLOSE), .fields = {{"stage", NULL, "lost"}},
     .replies = {{200, DOC(V1, "")}, {400, REFUSED}}, .trail = "get close", .ending = ENDS_FAILED,
     .class = ERROR_REFUSED},

    /* Sharing. */
    {SCENE("partner-led", ACTION_SUBMIT), .fields = {{"involvement", NULL, "visibility_only"}},
     .replies = {{200, DOC(V1, "")}, {204, ""}, {200, SEEN(V2, "")}}, .trail = "get share again",
     .after = V2},
    {SCENE("partner-led already", ACTION_SUBMIT),
     .fields = {{"involvement", NULL, "visibility_only"}}, .replies = {{200, SEEN(V2, "")}},
     .trail = "get", .after = V2},
    {SCENE("co-sell", ACTION_SUBMIT), .fields = CO_SELL,
     .local = {{"needs", NULL, "QuotesOrLicensing"}},
     .replies = {{200, DOC(V1, DETAILS)},
                 {200, SHARED("t")},
                 {200, SHARED("t")},
                 {200, LIST(SHARED("t"))},
                 {201, MICROSOFT},
                 {200, SHARED(V2)}},
     .trail = "get share again find invite read", .after = V2},
    {SCENE("co-sell of a lone shared deal", ACTION_SUBMIT), .fields = CO_SELL,
     .replies = {{200, SHARED(V1)}, {200, LIST(SHARED(V1))}, {201, MICROSOFT}, {200, SHARED(V2)}},
     .trail = "get find invite read", .after = V2},
    {SCENE("the second one got lost and is there", ACTION_SUBMIT), .fields = CO_SELL,
     .resume = "invite",
     .progress = "{\"written\":1,\"engagement\":\"e-1\",\"document\":" SHARED("t") "}",
     .replies = {{200, LIST(SHARED("t") "," MICROSOFT)}, {200, SHARED(V2)}}, .trail = "find read",
     .after = V2},
    {SCENE("the second one got lost and is not there", ACTION_SUBMIT), .fields = CO_SELL,
     .resume = "invite",
     .progress = "{\"written\":1,\"engagement\":\"e-1\",\"document\":" SHARED("t") "}",
     .replies = {{200, LIST(SHARED("t"))}, {201, MICROSOFT}, {200, SHARED(V2)}},
     .trail = "find invite read", .after = V2},
    {SCENE("the share got lost and had happened", ACTION_SUBMIT), .fields = CO_SELL,
     .resume = "share", .progress = "{\"written\":1}",
     .replies = {{200, SHARED("t")},
                 {200, SHARED("t")},
                 {200, LIST(SHARED("t"))},
                 {201, MICROSOFT},
                 {200, SHARED(V2)}},
     .trail = "get again find invite read", .after = V2},
    {SCENE("the second is refused", ACTION_SUBMIT), .fields = CO_SELL,
     .replies = {{200, SHARED(V1)}, {200, LIST(SHARED("t"))}, {400, REFUSED}},
     .trail = "get find invite", .ending = ENDS_FAILED, .class = ERROR_REFUSED},
    {SCENE("the engagement does not list the deal itself", ACTION_SUBMIT), .fields = CO_SELL,
     .replies = {{200, SHARED(V1)}, {200, LIST("")}}, .trail = "get find", .ending = ENDS_FAILED,
     .class = ERROR_TEMPORARY},
    {SCENE("the engagement lists fewer than it says", ACTION_SUBMIT), .fields = CO_SELL,
     .replies = {{200, SHARED(V1)}, {200, "{\"@odata.count\":2,\"value\":[" SHARED("t") "]}"}},
     .trail = "get find", .ending = ENDS_FAILED, .class = ERROR_TEMPORARY},
    {SCENE("an upgrade of a partner-led deal", ACTION_SUBMIT), .fields = CO_SELL,
     .replies = {{200, SEEN(V1, DETAILS)},
                 {200, SHARED("t")},
                 {200, SHARED("t")},
                 {200, LIST(SHARED("t"))},
                 {201, MICROSOFT},
                 {200, SHARED(V2)}},
     .trail = "get share again find invite read", .after = V2},
    {SCENE("a partner-led deal of which no more is said", ACTION_SUBMIT),
     .replies = {{200, SEEN(V2, "")}}, .trail = "get", .after = V2},

    /* Inviting other partners. */
    {SCENE("co-sell with partners", ACTION_SUBMIT), .fields = BOTH,
     .replies = {{200, DOC(V1, DETAILS)},
                 {200, SHARED("t")},
                 {200, SHARED("t")},
                 {200, LIST(SHARED("t"))},
                 {201, MICROSOFT},
                 {200, LIST(SHARED("t") "," MICROSOFT)},
                 {201, PARTNER("1")},
                 {200, LIST(SHARED("t") "," MICROSOFT)}, /* it lags behind */
                 {201, PARTNER("2")},
                 {200, SHARED(V2)}},
     .trail = "get share again find invite find invite find invite read", .after = V2},
    {SCENE("one more partner", ACTION_SUBMIT), .fields = BOTH,
     .replies = {{200, SHARED(V1)},
                 {200, LIST(SHARED(V1) "," PARTNER("1") "," MICROSOFT)},
                 {201, PARTNER("2")},
                 {200, SHARED(V2)}},
     .trail = "get find invite read", .after = V2},
    {SCENE("a shared deal of which nothing is said, and nobody is in it", ACTION_SUBMIT),
     .replies = {{200, SHARED(V1)}, {200, LIST(SHARED(V1))}, {201, MICROSOFT}, {200, SHARED(V2)}},
     .trail = "get find invite read", .after = V2},
    {SCENE("the same, with a partner in it", ACTION_SUBMIT),
     .replies = {{200, SHARED(V1)}, {200, LIST(SHARED(V1) "," PARTNER("1"))}, {200, SHARED(V2)}},
     .trail = "get find read", .after = V2},
    {SCENE("all of them are there", ACTION_SUBMIT), .fields = BOTH,
     .replies = {{200, SHARED(V1)},
                 {200, LIST(SHARED(V1) "," PARTNER("2") "," PARTNER("1") "," MICROSOFT)},
                 {200, SHARED(V2)}},
     .trail = "get find read", .after = V2},
    {SCENE("partners of a deal that Microsoft only sees", ACTION_SUBMIT),
     .fields = {{"partners", NULL, "loc-1"}},
     .replies = {{200, SEEN(V1, DETAILS)},
                 {200, SHARED("t")},
                 {200, SHARED("t")},
                 {200, LIST(SHARED("t"))},
                 {201, PARTNER("1")},
                 {200, SHARED(V2)}},
     .trail = "get share again find invite read", .after = V2},
    {SCENE("the same, resumed behind the share", ACTION_SUBMIT),
     .fields = {{"partners", NULL, "loc-1"}}, .resume = "share",
     .progress = "{\"written\":1,\"asks\":\"no\"}",
     .replies = {{200, SHARED("t")},
                 {200, SHARED("t")},
                 {200, LIST(SHARED("t"))},
                 {201, PARTNER("1")},
                 {200, SHARED(V2)}},
     .trail = "get again find invite read", .after = V2},
    {SCENE("a partner's invitation got lost and is there", ACTION_SUBMIT), .fields = BOTH,
     .resume = "invite",
     .progress =
         "{\"asks\":\"yes\",\"engagement\":\"e-1\",\"target\":\"loc-1\",\"document\":" SHARED(
             "t") ",\"sides\":[" MICROSOFT "]}",
     .replies = {{200, LIST(SHARED("t") "," PARTNER("1") "," MICROSOFT)},
                 {201, PARTNER("2")},
                 {200, SHARED(V2)}},
     .trail = "find invite read", .after = V2},
    {SCENE("a partner's invitation got lost and is not there", ACTION_SUBMIT), .fields = BOTH,
     .resume = "invite",
     .progress =
         "{\"asks\":\"yes\",\"engagement\":\"e-1\",\"target\":\"loc-2\",\"document\":" SHARED(
             "t") ",\"sides\":[" MICROSOFT "," PARTNER("1") "]}",
     .replies = {{200, LIST(SHARED("t") "," MICROSOFT)}, {201, PARTNER("2")}, {200, SHARED(V2)}},
     .trail = "find invite read", .after = V2},
    {SCENE("a partner is there and not shown yet", ACTION_SUBMIT), .fields = BOTH,
     .replies = {{200, SHARED(V1)},
                 {200, LIST(SHARED(V1) "," PARTNER("1") "," MICROSOFT)},
                 {409, TAKEN},
                 {200, LIST(SHARED(V1) "," PARTNER("1") "," MICROSOFT "," PARTNER("2"))},
                 {200, SHARED(V2)}},
     .trail = "get find invite find read", .after = V2},
    {SCENE("a partner that nobody knows", ACTION_SUBMIT), .fields = BOTH,
     .replies = {{200, SHARED(V1)}, {200, LIST(SHARED(V1) "," MICROSOFT)}, {400, REFUSED}},
     .trail = "get find invite", .ending = ENDS_FAILED, .class = ERROR_REFUSED},
    {SCENE("partners, and the engagement is not shown whole", ACTION_SUBMIT), .fields = BOTH,
     .replies = {{200, SHARED(V1)}, {200, PAGE(SHARED(V1) "," MICROSOFT, MORE)}},
     .trail = "get find", .ending = ENDS_FAILED, .class = ERROR_TEMPORARY},
    {SCENE("partners of a deal that is closed", ACTION_SUBMIT), .fields = BOTH,
     .replies = {{200, END(V1, "Won", "")}}, .trail = "get", .ending = ENDS_FAILED,
     .class = ERROR_REFUSED},
    {SCENE("moved before it was shared", ACTION_SUBMIT), .fields = CO_SELL,
     .replies = {{200, DOC(V2, "")}}, .trail = "get", .ending = ENDS_STALE},
    {SCENE("closed before it was shared", ACTION_SUBMIT), .fields = CO_SELL,
     .replies = {{200, END(V1, "Lost", "")}}, .trail = "get", .ending = ENDS_FAILED,
     .class = ERROR_REFUSED},

    /* Answering. */
    {SCENE("accept", ACTION_ACCEPT),
     .replies = {{200, SENT(V1, "New", "Received")},
                 {204, ""},
                 {200, SENT(V2, "Active", "Accepted")}},
     .trail = "get accept read", .after = V2},
    {SCENE("accepted elsewhere", ACTION_ACCEPT), .replies = {{200, SENT(V2, "Active", "Accepted")}},
     .trail = "get", .after = V2},
    {SCENE("expired meanwhile", ACTION_ACCEPT), .replies = {{200, SENT(V2, "Closed", "Expired")}},
     .trail = "get", .ending = ENDS_FAILED, .class = ERROR_REFUSED},
    {SCENE("edited meanwhile", ACTION_ACCEPT), .replies = {{200, SENT(V2, "New", "Pending")}},
     .trail = "get", .ending = ENDS_STALE},
    {SCENE("decline", ACTION_REJECT), .fields = {{"reject_reason", NULL, "Out of scope"}},
     .replies = {{200, SENT(V1, "New", "Pending")}, {200, SENT(V2, "Closed", "Declined")}},
     .trail = "get decline", .after = V2},
    {SCENE("declined elsewhere", ACTION_REJECT), .replies = {{200, SENT(V2, "Closed", "Declined")}},
     .trail = "get", .after = V2},
    {SCENE("accepted before it was declined", ACTION_REJECT),
     .replies = {{200, SENT(V2, "Active", "Accepted")}}, .trail = "get", .ending = ENDS_FAILED,
     .class = ERROR_REFUSED},

    /* Registering. */
    {SCENE("register", ACTION_REGISTER), .fields = CONTRACT,
     .replies = {{200, END(V1, "Won", SOLUTIONS(SOL("1")) ",\"registrations\":[]")},
                 {204, ""},
                 {200, END(V2, "Won", ",\"registrations\":[{\"status\":\"Pending\"}]")}},
     .trail = "get register read", .after = V2},
    {SCENE("register where there is no list", ACTION_REGISTER), .fields = CONTRACT,
     .replies = {{200, END(V1, "Won", SOLUTIONS(SOL("1")))},
                 {200, END(V2, "Won", ",\"registrations\":[{}]")}},
     .trail = "get register", .after = V2},
    {SCENE("registered already", ACTION_REGISTER), .fields = CONTRACT, .resume = "register",
     .replies = {{200, END(V2, "Won", ",\"registrations\":[{}]")}}, .trail = "get", .after = V2},
    {SCENE("not won", ACTION_REGISTER), .fields = CONTRACT, .replies = {{200, DOC(V1, "")}},
     .trail = "get", .ending = ENDS_FAILED, .class = ERROR_REFUSED},
    {SCENE("nothing of the catalogue", ACTION_REGISTER), .fields = CONTRACT,
     .replies = {{200, END(V1, "Won", "")}}, .trail = "get", .ending = ENDS_FAILED,
     .class = ERROR_REFUSED},
};

/* ------------------------------------------------------------------ the stage */

static struct fake fake;
static struct http *http;
static struct loop *loop;
static struct theatre theatre;
static const struct settings settings;

/* A write of something that exists is under its eTag; no id but the change's own is ever met. */
static void check(const struct step *step, const struct http_request *request)
{
    bool posts = text_equal(request->method, "POST"), gets = text_equal(request->method, "GET");
    assert_true(text_starts(request->url, PARTNER_URL));
    assert_int_equal(step->writes, !gets);
    assert_false(step->writes && step->repeatable);
    assert_int_equal(http_request_get(request, "If-Match") != NULL, !posts && !gets);
    assert_int_equal(posts, request->url[strlen(PARTNER_URL)] == '\0');
    if (!gets)
        assert_string_equal(http_request_get(request, "Content-Type"), "application/json");
}

static int open_theatre(void **state)
{
    (void)state;
    fake_init(&fake, 1);
    http = fake_http_new(&fake, NULL, NULL);
    loop = loop_new(&fake.world, http);
    theatre = (struct theatre){.kind = &azure_referrals,
                               .cloud = partner_open(loop, &fake.log, &settings),
                               .judge = azure_judge,
                               .record = "r-1",
                               .invitation = "r-9",
                               .check = check};
    return 0;
}

static int close_theatre(void **state)
{
    (void)state;
    partner_close(theatre.cloud);
    loop_free(loop);
    http->ops->close(http);
    fake_free(&fake);
    return 0;
}

static struct run played(const char *title, enum action action)
{
    struct run run = {0};
    theatre_play(&theatre, &run, scene_find(scenes, COUNT(scenes), title, action));
    return run;
}

static void test_scenes(void **state)
{
    (void)state;
    theatre_check(&theatre, scenes, COUNT(scenes));
}

static const char *body(const struct run *run, size_t index)
{
    return run->bodies[index];
}

/* A new deal is private, whatever its record says. */
static void test_create_body(void **state)
{
    (void)state;
    struct run run = played("create", ACTION_CREATE);
    assert_string_equal(
        body(&run, 0),
        "{\"externalReferenceId\":\"CRM-1\",\"status\":\"New\",\"substatus\":\"Pending\","
        "\"qualification\":\"SalesQualified\",\"type\":\"Independent\",\"customerProfile\":"
        "{\"address\":{\"country\":\"US\"},\"name\":\"Acme\"},\"consent\":"
        "{\"consentToToShareInfoWithOthers\":true,\"consentToContact\":true,"
        "\"consentToShareReferralWithMicrosoftSellers\":false},\"details\":{\"dealValue\":500.00,"
        "\"currency\":\"USD\",\"closingDateTime\":\"2026-09-30T00:00:00Z\",\"requirements\":"
        "{\"solutions\":[{\"id\":\"SOL-1\",\"type\":\"Name\"}]}},\"name\":\"Deal\",\"target\":"
        "[{\"type\":\"SolutionProfile\",\"id\":\"SOL-1\"}]}");
    arena_free(run.arena);
}

static void test_lookup_urls(void **state)
{
    (void)state;
    struct run run = played("lost, and it had happened", ACTION_CREATE);
    assert_string_equal(run.requests[0].url,
                        PARTNER_URL "?$filter=direction%20eq%20%27Outgoing%27%20and%20"
                                    "updatedDateTime%20ge%202025-12-31T00%3A00%3A01.100Z"
                                    "&$orderby=updatedDateTime%20asc");
    assert_string_equal(run.requests[1].url, PARTNER_URL "?$skiptoken=x");
    arena_free(run.arena);
}

static void test_update_bodies(void **state)
{
    (void)state;
    struct run run = played("update", ACTION_UPDATE);
    assert_string_equal(run.requests[1].method, "PATCH");
    assert_string_equal(http_request_get(&run.requests[1], "If-Match"), V1);
    assert_string_equal(http_request_get(&run.requests[1], "Prefer"), "return=representation");
    assert_string_equal(body(&run, 1),
                        "[{\"op\":\"replace\",\"path\":\"/details/notes\",\"value\":\"b\"}]");
    arena_free(run.arena);

    run = played("an item goes: a full replace", ACTION_UPDATE);
    assert_string_equal(run.requests[1].method, "PUT");
    assert_null(strstr(body(&run, 1), "\"links\""));
    assert_non_null(strstr(body(&run, 1), "\"unknown\":{\"n\":1.50}"));
    assert_non_null(strstr(body(&run, 1), "\"solutions\":[" SOL("2") "]"));
    arena_free(run.arena);
}

#define CLOSE(how)                                                                                 \
    "[{\"op\":\"replace\",\"path\":\"/status\",\"value\":\"Closed\"},"                             \
    "{\"op\":\"replace\",\"path\":\"/substatus\",\"value\":\"" how "\"}]"

/* The end goes alone, under the eTag that the edit left, and a minute after it. */
static void test_close_bodies(void **state)
{
    (void)state;
    struct run run = played("win, with an edit", ACTION_LAUNCH);
    assert_string_equal(body(&run, 1),
                        "[{\"op\":\"replace\",\"path\":\"/details/notes\",\"value\":\"b\"}]");
    assert_string_equal(body(&run, 4), CLOSE("Won"));
    assert_string_equal(http_request_get(&run.requests[4], "If-Match"), "t");
    assert_int_equal(run.waited_ms, 40000);
    arena_free(run.arena);
    run = played("lose", ACTION_CLOSE);
    assert_string_equal(body(&run, 1), CLOSE("Lost"));
    arena_free(run.arena);
    run = played("lose, and say why", ACTION_CLOSE);
    assert_non_null(strstr(body(&run, 1), "{\"op\":\"add\",\"path\":\"/statusReason\","
                                          "\"value\":\"Price\"}]"));
    assert_string_equal(record_get(run.context.after, "lost_reason"), "Price");
    arena_free(run.arena);
}

/* Whoever wrote last: a minute passes before the next write, or a later run comes back. */
static void test_pause(void **state)
{
    (void)state;
    struct run run = played("written a moment ago", ACTION_UPDATE);
    assert_int_equal(run.waited_ms, 40000);
    arena_free(run.arena);
    run = played("written by a clock that is ahead", ACTION_UPDATE);
    assert_int_equal(run.waited_ms, 60000); /* once, whatever it says */
    arena_free(run.arena);
    theatre.cloud->patience_ms = 30000;
    run = played("written a moment ago", ACTION_UPDATE);
    assert_int_equal(run.ending, ENDS_LATER);
    assert_non_null(json_get_text(run.context.progress, PROGRESS_NOTE));
    theatre.cloud->patience_ms = 240000;
    arena_free(run.arena);
}

#define SHARE                                                                                      \
    "{\"op\":\"replace\",\"path\":\"/consent/consentToShareReferralWithMicrosoftSellers\","        \
    "\"value\":true}"

static void test_share_bodies(void **state)
{
    (void)state;
    struct run run = played("partner-led", ACTION_SUBMIT);
    assert_string_equal(body(&run, 1), "[" SHARE "]");
    assert_string_equal(record_get(run.context.after, "status"), "submitted");
    arena_free(run.arena);

    run = played("co-sell", ACTION_SUBMIT);
    assert_string_equal(body(&run, 1),
                        "[{\"op\":\"replace\",\"path\":\"/type\",\"value\":\"Shared\"}," SHARE "]");
    assert_string_equal(
        body(&run, 4),
        "{\"engagementId\":\"e-1\",\"status\":\"New\",\"substatus\":\"Pending\",\"qualification\":"
        "\"SalesQualified\",\"type\":\"Shared\",\"target\":[{\"type\":\"BusinessProfileLocation\","
        "\"id\":\"msft\"}],\"customerProfile\":{\"name\":\"Acme\",\"address\":{\"country\":\"US\"}}"
        ","
        "\"consent\":{\"consentToShareReferralWithMicrosoftSellers\":true},\"details\":"
        "{\"dealValue\":500,\"currency\":\"USD\",\"closingDateTime\":\"2026-09-30T00:00:00Z\"},"
        "\"inviteContext\":{\"notes\":\"w\","
        "\"assistanceRequestCode\":\"QuotesOrLicensing\",\"invitedBy\":{\"organizationId\":\"own\","
        "\"organizationName\":\"Own\"}}}");
    assert_string_equal(record_get(run.context.after, "status"), "in_review");
    arena_free(run.arena);
}

#define TO(profile) "\"target\":[{\"type\":\"BusinessProfileLocation\",\"id\":\"" profile "\"}]"

/* Microsoft first, then each partner once; what is left is known at once. */
static void test_partner_bodies(void **state)
{
    (void)state;
    struct run run = played("co-sell with partners", ACTION_SUBMIT);
    assert_non_null(strstr(body(&run, 4), TO("msft")));
    assert_non_null(strstr(body(&run, 6), TO("loc-1")));
    assert_non_null(strstr(body(&run, 8), TO("loc-2")));
    assert_non_null(strstr(body(&run, 8), "{\"engagementId\":\"e-1\",\"status\":\"New\","));
    assert_non_null(strstr(body(&run, 8), "\"type\":\"Shared\""));
    assert_string_equal(record_get(run.context.after, "partners"), "loc-1\x1floc-2");
    assert_string_equal(record_get(run.context.after, "members"),
                        "P1 (invited)\x1fP2 (invited)\x1fmsft");
    assert_string_equal(record_get(run.context.after, "status"), "in_review");
    arena_free(run.arena);

    run = played("one more partner", ACTION_SUBMIT);
    assert_non_null(strstr(body(&run, 2), TO("loc-2")));
    arena_free(run.arena);

    run = played("partners of a deal that Microsoft only sees", ACTION_SUBMIT);
    assert_string_equal(body(&run, 1),
                        "[{\"op\":\"replace\",\"path\":\"/type\",\"value\":\"Shared\"}]");
    assert_non_null(strstr(body(&run, 4), TO("loc-1")));
    assert_string_equal(record_get(run.context.after, "cloud_involvement"), "visibility_only");
    arena_free(run.arena);

    run = played("a partner is there and not shown yet", ACTION_SUBMIT);
    assert_true(run.waited_ms > 0);
    assert_string_equal(record_get(run.context.after, "partners"), "loc-1\x1floc-2");
    arena_free(run.arena);
}

static void test_answer_bodies(void **state)
{
    (void)state;
    struct run run = played("accept", ACTION_ACCEPT);
    assert_string_equal(body(&run, 1),
                        "[{\"op\":\"replace\",\"path\":\"/status\",\"value\":\"Active\"},"
                        "{\"op\":\"replace\",\"path\":\"/substatus\",\"value\":\"Accepted\"},"
                        "{\"op\":\"replace\",\"path\":\"/externalReferenceId\",\"value\":\"CRM-1\"}"
                        "]");
    assert_string_equal(record_get(run.context.after, "status"), "accepted");
    arena_free(run.arena);
    run = played("decline", ACTION_REJECT);
    assert_string_equal(body(&run, 1),
                        "[{\"op\":\"replace\",\"path\":\"/status\",\"value\":\"Closed\"},"
                        "{\"op\":\"replace\",\"path\":\"/substatus\",\"value\":\"Declined\"},"
                        "{\"op\":\"add\",\"path\":\"/statusReason\",\"value\":\"Out of scope\"}]");
    arena_free(run.arena);
    run = played("expired meanwhile", ACTION_ACCEPT);
    assert_string_equal(run.error.message, "the referral expired on 2025-12-30T00:00:00Z (Expired) "
                                           "and cannot be accepted any more");
    arena_free(run.arena);
}

static void test_register_body(void **state)
{
    (void)state;
    struct run run = played("register", ACTION_REGISTER);
    assert_string_equal(
        body(&run, 1),
        "[{\"op\":\"add\",\"path\":\"/registrations/-\",\"value\":{\"type\":\"AzureIPCoSell\","
        "\"contract\":{\"value\":30000.00,\"currency\":\"USD\",\"startDateTime\":"
        "\"2026-01-01T00:00:00Z\",\"endDateTime\":\"2026-12-31T00:00:00Z\",\"signDateTime\":"
        "\"2025-12-20T00:00:00Z\",\"term\":\"Finite\"},\"solutionDetails\":[{\"id\":\"SOL-1\","
        "\"name\":\"S1\",\"value\":30000.00,\"currency\":\"USD\",\"isDeployedOnAzure\":true,"
        "\"primaryDeploymentOn\":\"Customer\",\"pricingModel\":\"Other\","
        "\"marketplaceTransactionDetails\":{\"isMarketplaceTransacted\":false}}]}}]");
    assert_string_equal(record_get(run.context.after, "registration"), "pending");
    arena_free(run.arena);
    run = played("register where there is no list", ACTION_REGISTER);
    assert_true(text_starts(body(&run, 1), "[{\"op\":\"add\",\"path\":\"/registrations\","
                                           "\"value\":[{\"type\":"));
    arena_free(run.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scenes),        cmocka_unit_test(test_create_body),
        cmocka_unit_test(test_lookup_urls),   cmocka_unit_test(test_update_bodies),
        cmocka_unit_test(test_close_bodies),  cmocka_unit_test(test_pause),
        cmocka_unit_test(test_share_bodies),  cmocka_unit_test(test_partner_bodies),
        cmocka_unit_test(test_answer_bodies), cmocka_unit_test(test_register_body),
    };
    return cmocka_run_group_tests(tests, open_theatre, close_theatre) != 0;
}
