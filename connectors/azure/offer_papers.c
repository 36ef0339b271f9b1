/* Terms and conditions: documents that the service fetches by links which are signed for whoever
 * holds them. A link stands in a file of its own, in the folder that the setting document_links
 * tells; the local record names the file. So no link passes through a spreadsheet, a plan, the
 * journal or the audit, and a record cannot make this program read any other file. */
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "connectors/azure/offer_item.h"
#include "connectors/beside.h"
#include "connectors/steps.h"
#include "model/value.h"

#define LINK_MAX   4096 /* bytes; a signed link has a few hundred */
#define NAME_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"

/* NULL: the name is none of a file there. */
static const char *link_path(const struct cloud *cloud, struct arena *arena, const char *name)
{
    const char *folder = settings_text(cloud->settings, "document_links");
    bool named = *name != '.' && !name[strspn(name, NAME_CHARS)];
    return folder && named ? arena_printf(arena, "%s/%s", folder, name) : NULL;
}

static int read_link(const struct azure_offer_writing *writing, const char *name,
                     const char **ret_link, struct error *error)
{
    const char *path = link_path(writing->cloud, writing->arena, name);
    CLEANUP_TEXT struct text content;
    struct error cause = {0};
    text_init(&content, LINK_MAX);
    if (!settings_text(writing->cloud->settings, "document_links"))
        return error_set(error, ERROR_REFUSED, SCOPE_RECORD,
                         "documents: clouds.azure has no document_links, the folder with the file "
                         "%s",
                         name);
    if (!path)
        return error_set(error, ERROR_REFUSED, SCOPE_RECORD, "documents: %s is no file's name",
                         name);
    if (file_read(path, &content, NULL, &cause) < 0)
        return error_set(error, ERROR_REFUSED, SCOPE_RECORD, "documents: %s", cause.message);
    char *link = text_trim(arena_copy(writing->arena, content.length ? content.data : ""));
    if (!text_starts(link, "https://") || strpbrk(link, " \t\r\n\"<>"))
        return error_set(error, ERROR_REFUSED, SCOPE_RECORD,
                         "documents: the file %s does not hold one link, https://…", name);
    *ret_link = link;
    return 0;
}

/* With a reseller there may be several, each under a name that the customer sees. */
static struct json *make_paper(struct arena *arena, const char *name, const char *link)
{
    struct json *paper = json_object(arena);
    const char *dot = strrchr(name, '.');
    const char *title = arena_copy_n(arena, name, dot ? (size_t)(dot - name) : strlen(name));
    json_set_text(arena, paper, "sasUrl", link);
    json_set_text(arena, paper, "fileName", arena_printf(arena, "%s.pdf", title));
    json_set_text(arena, paper, "customerFacingDocumentName", title);
    return paper;
}

int azure_offer_papers(const struct azure_offer_writing *writing, struct json *item,
                       struct error *error)
{
    struct arena *arena = writing->arena;
    size_t count;
    const char **names = list_items(arena, writing->documents, &count);
    bool shared = azure_offer_says(item, "privateOfferType", "multipartyPromotionOriginator") ||
                  azure_offer_says(item, "privateOfferType", "multipartyPromotionChannelPartner");
    struct json *papers = json_array(arena);
    for (size_t i = 0; i < count; i++) {
        const char *link = NULL;
        int result = read_link(writing, names[i], &link, error);
        if (result < 0)
            return result;
        if (shared)
            json_append(arena, papers, make_paper(arena, names[i], link));
        else
            json_set_text(arena, item, "termsAndConditionsDocSasUrl", link);
    }
    if (papers->count)
        json_set(arena, item, "termsAndConditionsDocs", papers);
    return 0;
}

const char *azure_offer_beside(const struct cloud *cloud, struct arena *arena,
                               const struct change *change, const struct record *local)
{
    const struct step_context context = {.arena = arena, .change = change, .local = local};
    const char *documents = step_wanted(&context, "documents"), *all = NULL;
    size_t count;
    const char **names = list_items(arena, documents, &count);
    if (change->action == ACTION_CANCEL || change->action == ACTION_EXTEND)
        return NULL;
    for (size_t i = 0; i < count; i++)
        all = beside_file(arena, all, names[i], link_path(cloud, arena, names[i]));
    return all;
}
