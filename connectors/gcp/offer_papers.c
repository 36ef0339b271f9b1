/* The documents of an offer: the standard contract or a PDF file, and a statement of work. They are
 * attached when it is made. What the local record names may change while the offer is a draft, so
 * before it is published they are held against it: a contract of another type is deleted, a file
 * with another content replaced, and what lacks attached. What the local record says nothing of,
 * and what is of a type that is not known here, is left alone.
 *
 * An offer has one document of a type at most, which tells a lost answer's. Each run that takes the
 * change up lists them anew; what it did since stands in `progress`, whatever a listing may show so
 * soon. */
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "connectors/beside.h"
#include "connectors/gcp/offer_steps.h"
#include "model/value.h"

#define STANDARD "STANDARD_END_USER_LICENSE_AGREEMENT_V2"
#define OLD      "STANDARD_END_USER_LICENSE_AGREEMENT_V1" /* "not permitted for new offers" */
#define CUSTOM   "CUSTOM_END_USER_LICENSE_AGREEMENT"
#define WORK     "STATEMENT_OF_WORK"
#define PDF      "application/pdf"
#define MASK     "mimeType%2CinlineContent"
/* Whether the listing has the content is not said: megabytes that nobody needs. */
#define LISTED                                                                                     \
    "pageSize=5&fields=privateOfferDocuments%28name%2CdocumentType%2CmimeType%2CupdateTime%29"     \
    "%2CnextPageToken"

static const char *const contracts[] = {STANDARD, CUSTOM, OLD};

struct paper {
    const char *type, *file; /* file NULL: it has no content */
};

/* What the local side wants. */
struct papers {
    struct paper list[2];
    size_t count;
    const char *contract; /* the type of it; NULL: whichever is there */
};

static struct papers wanted_papers(const struct step_context *context)
{
    struct papers papers = {.count = 0};
    enum action action = context->change->action;
    if (action != ACTION_CREATE && action != ACTION_PUBLISH)
        return papers;
    const char *eula = step_wanted(context, "eula");
    const char *documents = step_wanted(context, "documents");
    if (eula) {
        bool standard = !strcmp(eula, "standard");
        papers.contract = standard ? STANDARD : CUSTOM;
        papers.list[papers.count++] = (struct paper){papers.contract, standard ? NULL : eula};
    }
    if (documents)
        papers.list[papers.count++] = (struct paper){WORK, list_item(context->arena, documents, 0)};
    return papers;
}

/* ------------------------------------------------------------------ what is known */

static const char *known(const struct step_context *context, const char *member, const char *type)
{
    return json_get_text(json_get(context->progress, member), type);
}

/* Text NULL: it is not known any more. */
static void note(struct step_context *context, const char *member, const char *type,
                 const char *text)
{
    struct json *notes = json_get(context->progress, member);
    if (!notes) {
        notes = json_object(context->arena);
        json_set(context->arena, context->progress, member, notes);
    }
    json_remove(notes, type);
    json_set_text(context->arena, notes, arena_copy(context->arena, type), text);
}

static void note_there(struct step_context *context, const char *type, const char *name)
{
    const char *id = gcp_bare_id(name);
    note(context, "papers", type, id ? id : "");
}

static void note_gone(struct step_context *context, const char *type)
{
    note(context, "papers", type, NULL);
    note(context, "papers_as", type, NULL);
}

/* Whichever it is: nobody signs two. */
static bool is_there(const struct step_context *context, const char *type)
{
    bool contract = strcmp(type, WORK) != 0;
    for (size_t i = 0; contract && i < COUNT(contracts); i++)
        if (known(context, "papers", contracts[i]))
            return true;
    return known(context, "papers", type);
}

static bool lacks(const struct step_context *context, const struct paper *paper)
{
    return !is_there(context, paper->type);
}

static bool is_unread(const struct step_context *context, const struct paper *paper)
{
    return paper->file && known(context, "papers", paper->type) &&
           !known(context, "papers_as", paper->type);
}

static bool is_other(const struct step_context *context, const struct paper *paper)
{
    return text_equal(known(context, "papers_as", paper->type), "other");
}

static const struct paper *first(const struct step_context *context, const struct papers *papers,
                                 bool (*is)(const struct step_context *context,
                                            const struct paper *paper))
{
    for (size_t i = 0; i < papers->count; i++)
        if (is(context, &papers->list[i]))
            return &papers->list[i];
    return NULL;
}

/* A contract that is not the wanted one, by its type; NULL: there is none. */
static const char *unwanted(const struct step_context *context, const struct papers *papers)
{
    for (size_t i = 0; papers->contract && i < COUNT(contracts); i++)
        if (strcmp(contracts[i], papers->contract) != 0 && known(context, "papers", contracts[i]))
            return contracts[i];
    return NULL;
}

/* ------------------------------------------------------------------ what is there */

void gcp_offer_ask_papers(const struct cloud *cloud, struct arena *arena, const char *name,
                          const char *token, struct http_request *request)
{
    const char *query =
        token ? arena_printf(arena, "%s&pageToken=%s", LISTED, gcp_encode(arena, token)) : LISTED;
    gcp_request(cloud, arena, GCP_PRODUCER, "GET", arena_printf(arena, "%s/documents", name), query,
                NULL, request);
}

static int lost_name(struct error *error)
{
    return error_set(error, ERROR_BUG, SCOPE_RECORD, "the offer's name got lost");
}

static bool was_listed(const struct step_context *context)
{
    return json_get(context->progress, "papers_run") &&
           step_count_of(context, "papers_run") == context->began_ms;
}

int gcp_offer_build_papers(struct step_context *context, struct http_request *request,
                           struct error *error)
{
    const char *name = gcp_offer_name(context), *page = step_text(context, "papers_page");
    if (!wanted_papers(context).count || (!page && was_listed(context)))
        return 1;
    if (!name)
        return lost_name(error);
    if (!page) {
        json_remove(context->progress, "papers");
        json_remove(context->progress, "papers_as");
    }
    gcp_offer_ask_papers(context->cloud, context->arena, name, page, request);
    return 0;
}

/* There are four types, and one of each at most; but a page may be empty and not the last. */
static enum step_result turn_page(struct step_context *context, const struct json *answer,
                                  struct error *error)
{
    const char *next = json_get_text(answer, "nextPageToken");
    const char *page = step_text(context, "papers_page");
    long long pages = step_count_of(context, "papers_pages") + 1;
    bool more = !text_blank(next), loops = more && (text_equal(next, page) || pages >= LIMIT_PAGES);
    step_keep(context, "papers_page", more && !loops ? next : NULL);
    step_keep_count(context, "papers_pages", more && !loops ? pages : 0);
    if (loops) {
        error_set(error, ERROR_TEMPORARY, SCOPE_RECORD, "the list of documents does not end");
        return STEP_FAIL;
    }
    if (more)
        return step_go_to(context, "papers");
    step_keep_count(context, "papers_run", context->began_ms);
    return STEP_NEXT;
}

enum step_result gcp_offer_answer_papers(struct step_context *context,
                                         const struct http_response *response,
                                         const struct error *failure, struct error *error)
{
    struct json *answer = NULL;
    if (step_parse(context, response, failure, &answer, error) < 0) {
        step_keep(context, "papers_page", NULL); /* its token may be too old by now */
        return step_failed(error);
    }
    const struct json *list = json_get(answer, "privateOfferDocuments");
    for (size_t i = 0; list && list->type == JSON_ARRAY && i < list->count; i++) {
        const char *type = json_get_text(list->items[i], "documentType");
        if (type)
            note_there(context, type, json_get_text(list->items[i], "name"));
    }
    return turn_page(context, answer, error);
}

/* A call about the document of a type. */
static int ask(const struct step_context *context, const char *method, const char *type,
               const char *query, const struct json *body, struct http_request *request,
               struct error *error)
{
    struct arena *arena = context->arena;
    const char *name = gcp_offer_name(context), *id = known(context, "papers", type);
    if (!name)
        return lost_name(error);
    if (text_blank(id))
        return error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                         "the list of documents does not name the %s", type);
    gcp_request(context->cloud, arena, GCP_PRODUCER, method,
                arena_printf(arena, "%s/documents/%s", name, gcp_encode(arena, id)), query, body,
                request);
    return 0;
}

static bool is_gone(const struct error *failure)
{
    return failure && failure->http_status == 404;
}

/* ------------------------------------------------------------------ comparing */

int gcp_offer_build_compare(struct step_context *context, struct http_request *request,
                            struct error *error)
{
    const struct papers papers = wanted_papers(context);
    const struct paper *paper = first(context, &papers, is_unread);
    const char *content;
    if (!paper)
        return 1;
    int result = gcp_offer_file_read(context, paper->file, &content, error);
    return result < 0 ? result : ask(context, "GET", paper->type, NULL, NULL, request, error);
}

/* That the service gives the content back is said nowhere. Where it does not, nobody can tell what
 * the buyer would sign, so it is replaced: writing what is there already does no harm. */
enum step_result gcp_offer_answer_compare(struct step_context *context,
                                          const struct http_response *response,
                                          const struct error *failure, struct error *error)
{
    struct json *answer = NULL;
    const char *content = NULL;
    const struct papers papers = wanted_papers(context);
    const struct paper *paper = first(context, &papers, is_unread);
    if (paper && is_gone(failure)) {
        note_gone(context, paper->type);
        return step_go_to(context, "compare");
    }
    if (step_parse(context, response, failure, &answer, error) < 0)
        return step_failed(error);
    if (!paper)
        return STEP_NEXT;
    if (gcp_offer_file_read(context, paper->file, &content, error) < 0)
        return STEP_FAIL;
    const char *there = json_get_text(answer, "inlineContent");
    const char *mime = json_get_text(answer, "mimeType");
    bool same = there && gcp_offer_file_equal(there, content) && (!mime || !strcmp(mime, PDF));
    note(context, "papers_as", paper->type, same ? "same" : "other");
    return step_go_to(context, "compare");
}

/* ------------------------------------------------------------------ deleting, replacing */

/* Not before it is sure that the one that takes its place can be sent. */
int gcp_offer_build_discard(struct step_context *context, struct http_request *request,
                            struct error *error)
{
    const struct papers papers = wanted_papers(context);
    const char *type = unwanted(context, &papers), *file = papers.list[0].file, *content;
    if (!type)
        return 1;
    int result = file ? gcp_offer_file_read(context, file, &content, error) : 0;
    return result < 0 ? result : ask(context, "DELETE", type, NULL, NULL, request, error);
}

enum step_result gcp_offer_answer_discard(struct step_context *context,
                                          const struct http_response *response,
                                          const struct error *failure, struct error *error)
{
    const struct papers papers = wanted_papers(context);
    const char *type = unwanted(context, &papers);
    (void)response;
    if (failure && !is_gone(failure)) {
        *error = *failure;
        return step_failed(error);
    }
    if (type)
        note_gone(context, type);
    return step_go_to(context, "papers");
}

static int read_body(const struct step_context *context, const struct paper *paper,
                     struct json *body, struct error *error)
{
    const char *content = NULL;
    int result = gcp_offer_file_read(context, paper->file, &content, error);
    if (result < 0)
        return result;
    json_set_text(context->arena, body, "mimeType", PDF);
    json_set_text(context->arena, body, "inlineContent", content);
    return 0;
}

int gcp_offer_build_replace(struct step_context *context, struct http_request *request,
                            struct error *error)
{
    const struct papers papers = wanted_papers(context);
    const struct paper *paper = first(context, &papers, is_other);
    struct json *body = json_object(context->arena);
    if (!paper)
        return 1;
    int result = read_body(context, paper, body, error);
    return result < 0
               ? result
               : ask(context, "PATCH", paper->type, "updateMask=" MASK, body, request, error);
}

enum step_result gcp_offer_answer_replace(struct step_context *context,
                                          const struct http_response *response,
                                          const struct error *failure, struct error *error)
{
    struct json *answer = NULL;
    const struct papers papers = wanted_papers(context);
    const struct paper *paper = first(context, &papers, is_other);
    if (paper && is_gone(failure)) {
        note_gone(context, paper->type);
        return step_go_to(context, "papers");
    }
    if (step_parse(context, response, failure, &answer, error) < 0)
        return step_failed(error);
    if (paper)
        note(context, "papers_as", paper->type, "same");
    return step_go_to(context, "papers");
}

/* ------------------------------------------------------------------ attaching */

int gcp_offer_build_paper(struct step_context *context, struct http_request *request,
                          struct error *error)
{
    const struct papers papers = wanted_papers(context);
    const struct paper *paper = first(context, &papers, lacks);
    const char *name = gcp_offer_name(context);
    struct json *body = json_object(context->arena);
    if (!paper)
        return 1;
    if (!name)
        return lost_name(error);
    json_set_text(context->arena, body, "documentType", paper->type);
    int result = paper->file ? read_body(context, paper, body, error) : 0;
    if (result < 0)
        return result;
    gcp_request(context->cloud, context->arena, GCP_PRODUCER, "POST",
                arena_printf(context->arena, "%s/documents", name), NULL, body, request);
    return 0;
}

enum step_result gcp_offer_answer_paper(struct step_context *context,
                                        const struct http_response *response,
                                        const struct error *failure, struct error *error)
{
    struct json *answer = NULL;
    const struct papers papers = wanted_papers(context);
    const struct paper *paper = first(context, &papers, lacks);
    if (failure && failure->http_status == 409) { /* somebody else's, or a listing that lags */
        error_set(error, ERROR_TEMPORARY, SCOPE_RECORD,
                  "the offer has a document that is not listed yet (%s)", failure->message);
        return STEP_FAIL;
    }
    if (step_parse(context, response, failure, &answer, error) < 0)
        return step_failed(error);
    if (paper) {
        note_there(context, paper->type, json_get_text(answer, "name"));
        note(context, "papers_as", paper->type, "same");
    }
    return step_go_to(context, "papers");
}

/* ------------------------------------------------------------------ what it depends on */

/* The names, and the files' size and time: their megabytes are not read for each plan. */
const char *gcp_offer_beside(const struct cloud *cloud, struct arena *arena,
                             const struct change *change, const struct record *local)
{
    const struct step_context context = {.arena = arena, .change = change, .local = local};
    const struct papers papers = wanted_papers(&context);
    const char *all = NULL;
    for (size_t i = 0; i < papers.count; i++) {
        const struct paper *paper = &papers.list[i];
        const char *path = paper->file ? gcp_offer_file_path(cloud, arena, paper->file) : NULL;
        all = beside_file(arena, all, paper->file ? paper->file : paper->type, path);
    }
    return all;
}
