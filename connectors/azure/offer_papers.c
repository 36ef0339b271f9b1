/* Terms and conditions: documents that the service fetches by links which are signed for whoever
 * holds them. A link stands in a file of its own, in the folder that the setting document_links
 * tells; the local record names the file. So no link passes through a spreadsheet, a plan, the
 * journal or the audit, and a record cannot make this program read any other file. */
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "connectors/azure/offer_item.h"
#include "model/value.h"

#define LINK_MAX   4096 /* bytes; a signed link has a few hundred */
#define NAME_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"

static int read_link(const struct azure_offer_writing *writing, const char *name,
                     const char **ret_link, struct error *error)
{
    const char *folder = settings_text(writing->cloud->settings, "document_links");
    CLEANUP_TEXT struct text content;
    struct error cause = {0};
    text_init(&content, LINK_MAX);
    if (!folder)
        return error_set(error, ERROR_REFUSED, SCOPE_RECORD,
                         "documents: clouds.azure has no document_links, the folder with the file "
                         "%s",
                         name);
    if (*name == '.' || name[strspn(name, NAME_CHARS)])
        return error_set(error, ERROR_REFUSED, SCOPE_RECORD, "documents: %s is no file's name",
                         name);
    if (file_read(arena_printf(writing->arena, "%s/%s", folder, name), &content, NULL, &cause) < 0)
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
