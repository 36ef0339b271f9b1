#include "connectors/doubt.h"

#include <string.h>

#include "base/text.h"
#include "model/value.h"

void doubt_tell(const struct doubt_report *to, const char *code, const char *field,
                const struct record *peer, const char *detail)
{
    const struct record *record = to->newcomer->record;
    const struct finding finding = {
        .type = finding_type(code),
        .subject = record->id ? record->id : "",
        .field = field,
        .detail = detail,
        .remote_id = peer ? peer->id : NULL,
    };
    to->report(to->context, &finding);
}

void doubt_title(const struct doubt_report *to, struct arena *arena)
{
    const struct record *record = to->newcomer->record;
    const char *title = record_get(record, "title");
    const char *reference = record_get(record, FIELD_REFERENCE);
    if (title && reference && strlen(reference) > 2 && strstr(title, reference))
        doubt_tell(to, "OFR-032", "title", NULL,
                   arena_printf(arena, "\"%s\" has %s in it", title, reference));
}

const char *doubt_common(struct arena *arena, const char *left, const char *right)
{
    size_t lefts = list_count(left), rights = list_count(right);
    for (size_t i = 0; i < lefts; i++) {
        const char *item = list_item(arena, left, i);
        for (size_t j = 0; j < rights; j++) {
            if (text_equal(item, list_item(arena, right, j)))
                return item;
        }
    }
    return NULL;
}
