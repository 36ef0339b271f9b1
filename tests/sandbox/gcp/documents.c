/* Documents of private offers: license agreements and statements of work. */
#include <string.h>

#include "tests/sandbox/gcp/market.h"

#define PAGE 500

static bool is(const struct json *document, const char *type)
{
    return text_equal(json_get_text(document, "documentType"), type);
}

static struct json *show(struct arena *arena, const struct rest_record *document)
{
    const char *slash = strchr(document->id, '/');
    const char *offer = arena_copy_n(arena, document->id, (size_t)(slash - document->id));
    struct json *out = json_object(arena);
    json_set_text(
        arena, out, "name",
        market_name(arena, arena_printf(arena, "privateOffers/%s/documents/%s", offer, slash + 1)));
    json_set_text(arena, out, "createTime", gcp_instant(arena, document->made_ms));
    json_set_text(arena, out, "updateTime", gcp_instant(arena, document->moved_ms));
    const struct json *shown = market_shown(document);
    for (size_t i = 0; i < shown->count; i++)
        json_set(arena, out, shown->names[i], json_clone(arena, shown->items[i]));
    return gcp_shape_tidy(arena, &gcp_document_shape, out);
}

/* ---- Looking up. */
static const struct rest_record *find_offer(struct rest_call *call)
{
    if (market_check_parent(call) < 0)
        return NULL;
    const struct rest_record *offer =
        rest_find(&market_of(call->sandbox)->offers, call->segments[2]);
    if (!offer)
        gcp_fail(call, "NOT_FOUND", "Resource 'privateOffers/%s' was not found.",
                 call->segments[2]);
    return offer;
}

static struct rest_record *find(struct rest_call *call, const struct rest_record **ret_offer)
{
    const struct rest_record *offer = find_offer(call);
    if (!offer)
        return NULL;
    struct rest_record *document =
        rest_find(&market_of(call->sandbox)->documents,
                  arena_printf(call->arena, "%s/%s", offer->id, call->segments[3]));
    if (!document)
        gcp_fail(call, "NOT_FOUND", "Resource 'documents/%s' was not found.", call->segments[3]);
    *ret_offer = offer;
    return document;
}

static int check_draft(struct rest_call *call, const struct rest_record *offer)
{
    return offer_in(offer, "DRAFT")
               ? 0
               : gcp_fail(call, "FAILED_PRECONDITION",
                          "The documents of a private offer in state %s are immutable.",
                          gcp_offer_state(offer));
}

/* ---- Rules. */
/* Licences and statements come as content; the standard agreement as a word only. */
static void check_content(struct rest_call *call, const struct json *document)
{
    const char *mime = json_get_text(document, "mimeType");
    const char *content = json_get_text(document, "inlineContent");
    bool bare = is(document, "STANDARD_END_USER_LICENSE_AGREEMENT_V2");
    if (is(document, "STANDARD_END_USER_LICENSE_AGREEMENT_V1"))
        gcp_violation(call, "private_offer_document.document_type",
                      "This document type is not permitted for new offers.");
    else if (text_blank(json_get_text(document, "documentType")) ||
             is(document, "DOCUMENT_TYPE_UNSPECIFIED"))
        gcp_violation(call, "private_offer_document.document_type", "Required.");
    else if (bare && (!text_blank(mime) || !text_blank(content)))
        gcp_violation(call, "private_offer_document.inline_content",
                      "mime_type and inline_content must not be set for a standard EULA.");
    else if (!bare && (text_blank(content) || !text_equal(mime, "application/pdf")))
        gcp_violation(call, "private_offer_document.mime_type",
                      "mime_type application/pdf and inline_content must be set.");
}

static void check_kind(struct rest_call *call, const struct rest_record *offer,
                       const struct json *document)
{
    const char *service = listing_service(
        call->arena,
        json_text(json_find(market_shown(offer), "singleProductOffer.baseStandardOffer")));
    bool professional = listing_flag(call->sandbox, service, "professional");
    bool work = is(document, "STATEMENT_OF_WORK");
    if (service && (work ? !professional
                         : professional && is(document, "STANDARD_END_USER_LICENSE_AGREEMENT_V2")))
        gcp_violation(call, "private_offer_document.document_type",
                      "This document type is not permitted for this product type.");
}

/* One of a kind. */
static int check_single(struct rest_call *call, const struct rest_record *offer,
                        const struct json *document, const char *own)
{
    const struct rest_table *documents = &market_of(call->sandbox)->documents;
    const char *prefix = arena_printf(call->arena, "%s/", offer->id);
    for (size_t i = 0; i < documents->count; i++) {
        const struct rest_record *other = documents->records[i];
        if (text_starts(other->id, prefix) && !text_equal(other->id, own) &&
            is(market_shown(other), json_get_text(document, "documentType")))
            return gcp_fail(call, "ALREADY_EXISTS",
                            "The private offer has a document of this type already.");
    }
    return 0;
}

static int check_document(struct rest_call *call, const struct rest_record *offer,
                          const struct json *document, const char *own)
{
    check_content(call, document);
    check_kind(call, offer, document);
    int result = gcp_fail_fields(call);
    return result ? result : check_single(call, offer, document, own);
}

/* The body without its name. */
static int take_body(struct rest_call *call, const char *id, const struct json **ret_body)
{
    struct json *body = call->body ? json_clone(call->arena, call->body) : NULL;
    const char *name = json_get_text(body, "name");
    if (!body || body->type != JSON_OBJECT)
        return gcp_fail(call, "INVALID_ARGUMENT", "Invalid value at 'private_offer_document'");
    if (name && (!id || !text_equal(market_below(name), id)))
        gcp_violation(call, "private_offer_document.name", "Must be the name of the resource.");
    json_remove(body, "name");
    int result = gcp_fail_fields(call);
    *ret_body = body;
    return result ? result
                  : gcp_shape_check_at(call, &gcp_document_shape, "private_offer_document", body);
}

/* ---- Calls. */
int gcp_documents_list(struct rest_call *call)
{
    const struct rest_record *offer = find_offer(call);
    if (!offer)
        return -ERROR_REFUSED;
    const struct rest_table *documents = &market_of(call->sandbox)->documents;
    const char *prefix = arena_printf(call->arena, "%s/", offer->id);
    const struct rest_record **own = arena_array(call->arena, documents->count + 1, sizeof(void *));
    size_t count = 0, from = 0, to = 0;
    for (size_t i = 0; i < documents->count; i++) {
        if (text_starts(documents->records[i]->id, prefix))
            own[count++] = documents->records[i];
    }
    call->answer = json_object(call->arena);
    int result = gcp_page(call, count, PAGE, PAGE, &from, &to);
    if (result < 0)
        return result;
    struct json *rows = json_array(call->arena);
    for (size_t i = from; i < to; i++)
        json_append(call->arena, rows, show(call->arena, own[i]));
    if (rows->count)
        json_set(call->arena, call->answer, "privateOfferDocuments", rows);
    return 0;
}

int gcp_documents_get(struct rest_call *call)
{
    const struct rest_record *offer = NULL, *document = find(call, &offer);
    if (!document)
        return -ERROR_REFUSED;
    call->answer = show(call->arena, document);
    return 0;
}

int gcp_documents_create(struct rest_call *call)
{
    const struct json *body = NULL;
    const struct rest_record *offer = find_offer(call);
    int result = offer ? take_body(call, NULL, &body) : -ERROR_REFUSED;
    if (!result)
        result = check_draft(call, offer);
    if (!result)
        result = check_document(call, offer, body, NULL);
    if (result < 0)
        return result;
    const char *id =
        arena_printf(call->arena, "%s/%s", offer->id, market_new_id(call->sandbox, call->arena));
    call->answer =
        show(call->arena, rest_add(&market_of(call->sandbox)->documents, id,
                                   market_pair(call->arena, json_clone(call->arena, body), NULL),
                                   sandbox_now(call->sandbox)));
    return 0;
}

int gcp_documents_patch(struct rest_call *call)
{
    const struct json *body = NULL;
    const struct rest_record *offer = NULL;
    struct rest_record *document = find(call, &offer);
    int result = document ? take_body(call,
                                      arena_printf(call->arena, "privateOffers/%s/documents/%s",
                                                   offer->id, call->segments[3]),
                                      &body)
                          : -ERROR_REFUSED;
    if (!result)
        result = check_draft(call, offer);
    if (result < 0)
        return result;
    struct json *pair = market_copy(call->arena, document), *shown = json_get(pair, "shown");
    result = gcp_mask_apply(call, &gcp_document_shape, json_get_text(call->query, "updateMask"),
                            body, shown);
    if (!result)
        result = check_document(call, offer, shown, document->id);
    if (result < 0)
        return result;
    market_store(call->sandbox, document, pair);
    call->answer = show(call->arena, document);
    return 0;
}

int gcp_documents_delete(struct rest_call *call)
{
    const struct rest_record *offer = NULL, *document = find(call, &offer);
    int result = document ? check_draft(call, offer) : -ERROR_REFUSED;
    if (result < 0)
        return result;
    rest_remove(&market_of(call->sandbox)->documents, document->id);
    call->answer = json_object(call->arena);
    return 0;
}

/* ---- For others. */
bool gcp_documents_have(const struct sandbox *sandbox, const char *offer, const char *type)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    const struct rest_table *documents = &market_of(sandbox)->documents;
    const char *prefix = arena_printf(arena, "%s/", offer);
    for (size_t i = 0; i < documents->count; i++) {
        if (text_starts(documents->records[i]->id, prefix) &&
            is(market_shown(documents->records[i]), type))
            return true;
    }
    return false;
}

struct json *sandbox_gcp_documents(const struct sandbox *sandbox, struct arena *arena,
                                   const char *offer)
{
    const struct rest_table *documents = &market_of(sandbox)->documents;
    const char *prefix = arena_printf(arena, "%s/", offer);
    struct json *rows = json_array(arena);
    for (size_t i = 0; i < documents->count; i++) {
        if (text_starts(documents->records[i]->id, prefix))
            json_append(arena, rows, json_clone(arena, market_shown(documents->records[i])));
    }
    return rows;
}

void gcp_documents_add(struct sandbox *sandbox, const char *offer, const char *type)
{
    CLEANUP_ARENA struct arena *arena = arena_new();
    struct json *shown = json_object(arena);
    json_set_text(arena, shown, "documentType", type);
    rest_add(&market_of(sandbox)->documents,
             arena_printf(arena, "%s/%s", offer, market_new_id(sandbox, arena)),
             market_pair(arena, shown, NULL), sandbox_now(sandbox));
}
