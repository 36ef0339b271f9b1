/* The files that offers carry: PDF, in the folder that the setting `documents` tells. The local
 * record names files only, so it cannot make this program read any other one. */
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "connectors/gcp/offer_steps.h"
#include "net/jwt.h"

#define PDF_BYTES  (4u * 1024 * 1024) /* private_offer.proto: "Max size: 4MB" */
#define PDF_START  "%PDF-"
#define NAME_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"

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

const char *gcp_offer_file_path(const struct cloud *cloud, struct arena *arena, const char *name)
{
    const char *folder = settings_text(cloud->settings, "documents");
    bool named = *name != '.' && !name[strspn(name, NAME_CHARS)];
    return folder && named ? arena_printf(arena, "%s/%s", folder, name) : NULL;
}

int gcp_offer_file_read(const struct step_context *context, const char *name,
                        const char **ret_content, struct error *error)
{
    const char *path = gcp_offer_file_path(context->cloud, context->arena, name);
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

/* proto3 JSON: "either standard or URL-safe base64 encoding with/without paddings are accepted". */
bool gcp_offer_file_equal(const char *content, const char *other)
{
    size_t length = strcspn(content, "=");
    if (strcspn(other, "=") != length)
        return false;
    for (size_t i = 0; i < length; i++) {
        char a = content[i] == '-' ? '+' : content[i] == '_' ? '/' : content[i];
        char b = other[i] == '-' ? '+' : other[i] == '_' ? '/' : other[i];
        if (a != b)
            return false;
    }
    return true;
}
