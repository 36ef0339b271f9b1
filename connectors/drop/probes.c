#include "connectors/drop/probes.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "connectors/drop/cloud.h"

static int probe_folder(struct probe_context *context, struct http_request *request,
                        struct error *error)
{
    (void)request;
    static const char *const rooms[] = {"inbox", "done", "failed", "outbox", "state"};
    const struct drop_folder *folder = &context->cloud->folder;
    int r = drop_folder_check(folder, false, error);
    if (r < 0)
        return r;
    if (faccessat(AT_FDCWD, folder->path, R_OK | W_OK | X_OK, AT_EACCESS) < 0)
        return error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                         "%s cannot be written: give this user the right to", folder->path);
    for (size_t i = 0; i < COUNT(rooms); i++) {
        const char *room = drop_path(folder, context->arena, rooms[i], NULL);
        if (access(room, F_OK) == 0 &&
            faccessat(AT_FDCWD, room, R_OK | W_OK | X_OK, AT_EACCESS) < 0)
            return error_set(error, ERROR_AUTH, SCOPE_CLOUD,
                             "%s cannot be read and written: give this user the right to", room);
    }
    context->detail = folder->path;
    return 0;
}

static int count_files(struct probe_context *context, const char *room, const char *what,
                       struct error *error)
{
    struct drop_file *files = NULL;
    size_t count = 0;
    int r = drop_folder_list(&context->cloud->folder, context->arena, room, &files, &count, error);
    if (r < 0)
        return r;
    context->detail = count == 1
                          ? arena_printf(context->arena, "1 file %s: %s", what, files[0].name)
                          : arena_printf(context->arena, "%zu files %s", count, what);
    return 0;
}

static int probe_inbox(struct probe_context *context, struct http_request *request,
                       struct error *error)
{
    (void)request;
    return count_files(context, "inbox", "to be taken in", error);
}

static int probe_outbox(struct probe_context *context, struct http_request *request,
                        struct error *error)
{
    (void)request;
    return count_files(context, "outbox", "to be entered in the portal", error);
}

static int probe_failed(struct probe_context *context, struct http_request *request,
                        struct error *error)
{
    (void)request;
    return count_files(context, "failed", "to be looked at", error);
}

static int probe_state(struct probe_context *context, enum drop_kind kind, struct error *error)
{
    struct drop_state *state = NULL;
    size_t present = 0;
    int r = drop_state_load(&context->cloud->folder, &drop_formats[kind], &state, error);
    if (r < 0)
        return r;
    for (size_t i = 0; i < drop_state_count(state); i++) {
        const struct drop_entry *entry = drop_state_at(state, i);
        present += !entry->deleted && !entry->gone;
    }
    context->detail = drop_state_told(state)
                          ? arena_printf(context->arena, "%zu known, %zu of them there",
                                         drop_state_count(state), present)
                          : "no file has told of any yet";
    drop_state_free(state);
    return 0;
}

static int probe_deals(struct probe_context *context, struct http_request *request,
                       struct error *error)
{
    (void)request;
    return probe_state(context, DROP_COSELL, error);
}

static int probe_offers(struct probe_context *context, struct http_request *request,
                        struct error *error)
{
    (void)request;
    return probe_state(context, DROP_OFFER, error);
}

const struct probe drop_probes[DROP_PROBES] = {
    {.name = "folder", .purpose = "whether files can be exchanged", .build = probe_folder},
    {.name = "inbox", .purpose = "what waits to be taken in", .build = probe_inbox},
    {.name = "outbox", .purpose = "what waits for a person", .build = probe_outbox},
    {.name = "failed", .purpose = "what could not be used", .build = probe_failed},
    {.name = "deals", .purpose = "what files have told so far", .build = probe_deals},
    {.name = "offers", .purpose = "what files have told so far", .build = probe_offers},
};
