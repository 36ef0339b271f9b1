#include "connectors/webhook.h"

#include <string.h>

#include "base/text.h"

bool webhook_has(const char *const *events, const char *event)
{
    for (; events && *events; events++) {
        if (text_same_word(*events, event))
            return true;
    }
    return false;
}

static size_t count(const char *const *events)
{
    size_t number = 0;
    while (events && events[number])
        number++;
    return number;
}

const char *const *webhook_union(struct arena *arena, const char *const *a, const char *const *b)
{
    const char **all = arena_array(arena, count(a) + count(b) + 1, sizeof *all);
    size_t used = 0;
    for (size_t i = 0; i < count(a); i++) {
        if (!webhook_has(all, a[i]))
            all[used++] = a[i];
    }
    for (size_t i = 0; i < count(b); i++) {
        if (!webhook_has(all, b[i]))
            all[used++] = b[i];
    }
    return all;
}

enum webhook_state webhook_state(const struct connector_webhook *webhook, const char *url,
                                 const struct webhook *now)
{
    if (text_blank(now->url))
        return WEBHOOK_NONE;
    if (!url || strcmp(url, now->url) != 0)
        return WEBHOOK_OTHERS;
    for (const char *const *event = webhook->events; *event; event++) {
        if (!webhook_has(now->events, *event))
            return WEBHOOK_PARTLY;
    }
    return WEBHOOK_OURS;
}

const char *webhook_shown(struct arena *arena, const char *url)
{
    size_t length = strcspn(url, "?#");
    /* nor what may stand before the host: user:password@ */
    const char *host = strstr(url, "://");
    host = host ? host + 3 : url;
    const char *sign = memchr(host, '@', strcspn(host, "/?#"));
    host = sign ? sign + 1 : host;
    size_t start = sign ? (size_t)(host - url) : 0;
    return arena_printf(arena, "%s%.*s%s", sign ? "…@" : "", (int)(length - start), url + start,
                        url[length] ? "?…" : "");
}

static const char *joined(struct arena *arena, const char *const *events)
{
    const char *text = "no event";
    for (size_t i = 0; i < count(events); i++)
        text = i ? arena_printf(arena, "%s, %s", text, events[i]) : events[i];
    return text;
}

const char *webhook_words(struct arena *arena, const struct connector_webhook *webhook,
                          const char *url, const struct webhook *now)
{
    const char *shown = now->url ? webhook_shown(arena, now->url) : "";
    switch (webhook_state(webhook, url, now)) {
    case WEBHOOK_NONE:
        return "no address is registered; changes are found by polling";
    case WEBHOOK_OURS:
        return arena_printf(arena, "%s is registered, for %s", shown, joined(arena, now->events));
    case WEBHOOK_PARTLY:
        return arena_printf(arena, "%s is registered, but only for %s", shown,
                            joined(arena, now->events));
    default:
        return arena_printf(arena, "another address is registered: %s, for %s", shown,
                            joined(arena, now->events));
    }
}
