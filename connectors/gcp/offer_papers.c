/* The documents of an offer: the standard contract, or a PDF file of the folder that the setting
 * `documents` tells. The local record names files only, so it cannot make this program read any
 * other one. An offer has one document of a type at most, which tells a lost answer's. They are
 * attached when it is made; what then could not be is attached before it is published. */
#include <inttypes.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "connectors/gcp/offer_steps.h"
#include "model/value.h"
#include "net/jwt.h"

#define STANDARD   "STANDARD_END_USER_LICENSE_AGREEMENT_V2"
#define OLD        "STANDARD_END_USER_LICENSE_AGREEMENT_V1"
#define CUSTOM     "CUSTOM_END_USER_LICENSE_AGREEMENT"
#define WORK       "STATEMENT_OF_WORK"
#define PDF        "application/pdf"
#define PDF_BYTES  (4u * 1024 * 1024) /* private_offer.proto: "Max size: 4MB" */
#define PDF_START  "%PDF-"
#define NAME_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"
/* Whether the listing has the content is not said: megabytes that nobody needs. */
#define LISTED                                                                                     \
    "pageSize=5&fields=privateOfferDocuments%28name%2CdocumentType%2CmimeType%2CupdateTime%29"     \
    "%2CnextPageToken"

struct paper {
    const char *type, *file; /* NULL: it has no content */
};

/* What the local side wants; returns how many. */
static size_t wanted_papers(const struct step_context *context, struct paper papers[2])
{
    enum action action = context->change->action;
    if (action != ACTION_CREATE && action != ACTION_PUBLISH)
        return 0;
    const char *eula = step_wanted(context, "eula");
    const char *documents = step_wanted(context, "documents");
    size_t count = 0;
    if (eula) {
        bool standard = !strcmp(eula, "standard");
        papers[count++] = (struct paper){standard ? STANDARD : CUSTOM, standard ? NULL : eula};
    }
    if (documents)
        papers[count++] = (struct paper){WORK, list_item(context->arena, documents, 0)};
    return count;
}

/* Whichever it is: nobody signs two. */
static bool is_there(const struct json *there, const char *type)
{
    static const char *const contracts[] = {STANDARD, CUSTOM, OLD};
    bool contract = strcmp(type, WORK) != 0;
    for (size_t i = 0; contract && i < COUNT(contracts); i++)
        if (json_get(there, contracts[i]))
            return true;
    return json_get(there, type);
}

static const struct paper *next_paper(const struct step_context *context,
                                      const struct paper *papers, size_t count)
{
    const struct json *there = json_get(context->progress, "papers");
    for (size_t i = 0; i < count; i++)
        if (!is_there(there, papers[i].type))
            return &papers[i];
    return NULL;
}

static void mark_there(struct step_context *context, const char *type)
{
    struct json *there = json_get(context->progress, "papers");
    if (!there) {
        there = json_object(context->arena);
        json_set(context->arena, context->progress, "papers", there);
    }
    json_remove(there, type);
    json_set_text(context->arena, there, arena_copy(context->arena, type), "yes");
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

int gcp_offer_build_papers(struct step_context *context, struct http_request *request,
                           struct error *error)
{
    struct paper papers[2];
    const char *name = gcp_offer_name(context);
    if (!wanted_papers(context, papers))
        return 1;
    if (!name)
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "the offer's name got lost");
    gcp_offer_ask_papers(context->cloud, context->arena, name, NULL, request);
    return 0;
}

/* One page has them all: there are four types, and one of each at most. */
enum step_result gcp_offer_answer_papers(struct step_context *context,
                                         const struct http_response *response,
                                         const struct error *failure, struct error *error)
{
    struct json *answer = NULL;
    if (step_parse(context, response, failure, &answer, error) < 0)
        return step_failed(error);
    const struct json *list = json_get(answer, "privateOfferDocuments");
    for (size_t i = 0; list && list->type == JSON_ARRAY && i < list->count; i++) {
        const char *type = json_get_text(list->items[i], "documentType");
        if (type)
            mark_there(context, type);
    }
    return STEP_NEXT;
}

/* ------------------------------------------------------------------ attaching */

static int refuse(struct error *error, const char *name, const char *why)
{
    int result = error_set(error, ERROR_REFUSED, SCOPE_RECORD, "documents: %s %s", name, why);
    error_name(error->vendor_code, sizeof error->vendor_code, GCP_OFFER_PAPER);
    return result;
}

/* Standard base64 with its padding; the URL's alphabet differs in two letters. */
static const char *base64(struct arena *arena, const struct text *content)
{
    char *text = arena_copy(arena, jwt_base64url(arena, content->data, content->length));
    size_t length = strlen(text);
    for (char *c = text; *c; c++)
        *c = *c == '-' ? '+' : *c == '_' ? '/' : *c;
    return arena_printf(arena, "%s%s", text, &"==="[length % 4 ? length % 4 - 1 : 3]);
}

static const char *find_file(const struct cloud *cloud, struct arena *arena, const char *name)
{
    const char *folder = settings_text(cloud->settings, "documents");
    bool named = *name != '.' && !name[strspn(name, NAME_CHARS)];
    return folder && named ? arena_printf(arena, "%s/%s", folder, name) : NULL;
}

static int read_file(const struct step_context *context, const char *name, const char **ret_content,
                     struct error *error)
{
    const char *path = find_file(context->cloud, context->arena, name);
    CLEANUP_TEXT struct text content;
    struct error cause = {0};
    text_init(&content, PDF_BYTES);
    if (!settings_text(context->cloud->settings, "documents"))
        return refuse(error, name, "cannot be found: clouds.gcp has no documents, its folder");
    if (!path)
        return refuse(error, name, "is no file's name");
    if (file_read(path, &content, NULL, &cause) < 0)
        return refuse(error, name, cause.message);
    if (content.length < strlen(PDF_START) ||
        memcmp(content.data, PDF_START, strlen(PDF_START)) != 0)
        return refuse(error, name, "is no PDF file");
    *ret_content = base64(context->arena, &content);
    return 0;
}

/* The names, and the files' size and time: their megabytes are not read for each plan. */
const char *gcp_offer_beside(const struct cloud *cloud, struct arena *arena,
                             const struct change *change, const struct record *local)
{
    const struct step_context context = {.arena = arena, .change = change, .local = local};
    struct paper papers[2];
    size_t count = wanted_papers(&context, papers);
    const char *all = NULL;
    for (size_t i = 0; i < count; i++) {
        const char *path = papers[i].file ? find_file(cloud, arena, papers[i].file) : NULL;
        struct file_state state = {0};
        if (path)
            file_stat(path, &state, NULL);
        all = arena_printf(arena, "%s%s%s:%" PRId64 ":%" PRId64, all ? all : "", all ? " " : "",
                           papers[i].file ? papers[i].file : papers[i].type, state.size,
                           state.modified_ns);
    }
    return all;
}

int gcp_offer_build_paper(struct step_context *context, struct http_request *request,
                          struct error *error)
{
    struct paper papers[2];
    const struct paper *paper = next_paper(context, papers, wanted_papers(context, papers));
    const char *name = gcp_offer_name(context), *content = NULL;
    if (!paper)
        return 1;
    if (!name)
        return error_set(error, ERROR_BUG, SCOPE_RECORD, "the offer's name got lost");
    int result = paper->file ? read_file(context, paper->file, &content, error) : 0;
    if (result < 0)
        return result;
    struct json *body = json_object(context->arena);
    json_set_text(context->arena, body, "documentType", paper->type);
    if (content) {
        json_set_text(context->arena, body, "mimeType", PDF);
        json_set_text(context->arena, body, "inlineContent", content);
    }
    gcp_request(context->cloud, context->arena, GCP_PRODUCER, "POST",
                arena_printf(context->arena, "%s/documents", name), NULL, body, request);
    return 0;
}

enum step_result gcp_offer_answer_paper(struct step_context *context,
                                        const struct http_response *response,
                                        const struct error *failure, struct error *error)
{
    struct paper papers[2];
    struct json *answer = NULL;
    const struct paper *paper = next_paper(context, papers, wanted_papers(context, papers));
    if (step_parse(context, response, failure, &answer, error) < 0)
        return step_failed(error);
    if (paper)
        mark_there(context, paper->type);
    return step_go_to(context, "paper");
}
