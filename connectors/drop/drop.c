#include "connectors/drop/drop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/times.h"
#include "connectors/drop/probes.h"
#include "connectors/drop/records.h"

#define ISO_DAY "YYYY-MM-DD"

static const struct option_row options[] = {
    {.name = "folder",
     .type = OPTION_PATH,
     .required = true,
     .help = "the folder with inbox/, done/, failed/ and outbox/, which are made in it"},
    {.name = "cosell_columns",
     .type = OPTION_TEXT_LIST,
     .help = "which headings of a portal's export stand for columns of co-sell deals, one "
             "\"column = heading\" each"},
    {.name = "offer_columns", .type = OPTION_TEXT_LIST, .help = "the same for private offers"},
    {.name = "date_format",
     .type = OPTION_TEXT,
     .fallback = ISO_DAY,
     .help = "how files write days, e.g. MM/DD/YYYY"},
};

/* ---- a session that carries nothing ---- */

static int sign(void *cloud, struct arena *arena, struct http_request *request, int64_t now_ms,
                struct error *error)
{
    (void)cloud, (void)arena, (void)request, (void)now_ms;
    return error_set(error, ERROR_BUG, SCOPE_RECORD, "a file drop makes no calls");
}

static int judge(void *cloud, const struct http_response *response, bool *ret_auth_refresh,
                 struct error *error)
{
    (void)cloud, (void)response, (void)ret_auth_refresh;
    return error_set(error, ERROR_BUG, SCOPE_RECORD, "a file drop makes no calls");
}

static bool never_due(void *cloud, size_t set, int64_t now_ms, bool force)
{
    (void)cloud, (void)set, (void)now_ms, (void)force;
    return false;
}

static const struct session_ops nothing = {
    .sign = sign, .judge = judge, .credentials_due = never_due};

/* ---- life ---- */

struct drop_shelf *drop_cloud_shelf(struct cloud *cloud, const struct drop_format *format)
{
    return &cloud->shelves[format - drop_formats];
}

static void drop_close(struct cloud *cloud)
{
    if (!cloud)
        return;
    for (size_t i = 0; i < DROP_KINDS; i++)
        drop_state_free(cloud->shelves[i].state);
    session_free(cloud->session);
    arena_free(cloud->arena);
    free(cloud);
}

static void close_cloud(struct cloud **cloud)
{
    drop_close(*cloud);
}

static int check_settings(struct arena *arena, const struct settings *settings,
                          struct drop_map ret_maps[DROP_KINDS], struct error *error)
{
    const char *format = settings_text(settings, "date_format");
    int r = 0;
    for (size_t i = 0; r == 0 && i < DROP_KINDS; i++)
        r = drop_map_read(arena, &drop_formats[i], settings, &ret_maps[i], error);
    if (r == 0 && format && !day_format_valid(format))
        r = error_set(error, ERROR_INPUT, SCOPE_CLOUD,
                      "date_format: \"%s\" has not one year, month and day each", format);
    return r;
}

static const char *remark(struct arena *arena, const struct settings *settings)
{
    struct drop_map maps[DROP_KINDS];
    struct error error = {0};
    return check_settings(arena, settings, maps, &error) < 0 ? arena_copy(arena, error.message)
                                                             : NULL;
}

static int read_settings(struct cloud *cloud, struct error *error)
{
    const char *format = settings_text(cloud->settings, "date_format");
    int r = check_settings(cloud->arena, cloud->settings, cloud->maps, error);
    /* Without a format of its own a day may also be the beginning of an instant. */
    cloud->style.date = text_equal(format, ISO_DAY) ? NULL : format;
    return r;
}

static int drop_open(const struct connector_env *env, const struct settings *settings,
                     struct cloud **ret_cloud, struct error *error)
{
    CLEANUP(close_cloud) struct cloud *cloud = memory_alloc(sizeof *cloud);
    const struct session_options session = {.ops = &nothing, .cloud = cloud, .log = env->log};
    cloud->arena = arena_new();
    cloud->settings = settings;
    cloud->folder = (struct drop_folder){.path = settings_text(settings, "folder"),
                                         .world = loop_world(env->loop)};
    cloud->session = session_new(env->loop, &session);
    int r = read_settings(cloud, error);
    if (r < 0)
        return r;
    *ret_cloud = take_ptr(&cloud);
    return 0;
}

static struct session *session_of(struct cloud *cloud)
{
    return cloud->session;
}

/* Deals of one folder are nothing to another one's. */
static void status_of(struct cloud *cloud, struct cloud_status *ret_status)
{
    char hex[SHA256_HEX];
    struct cloud_status status = {0};
    const char *path = cloud->folder.path;
    size_t length = strlen(path), room = sizeof status.realm - sizeof "folder ";
    if (length <= room)
        snprintf(status.realm, sizeof status.realm, "folder %.*s", (int)room, path);
    else
        snprintf(status.realm, sizeof status.realm, "folder %.12s of %.30s",
                 sha256_hex(path, length, hex), path + length - 30);
    *ret_status = status;
}

static const struct connector_kind *const served[] = {&drop_referral_kind, &drop_offer_kind, NULL};

const struct connector connector_drop = {
    .name = "drop",
    .title = "Google Cloud file drop",
    .options = options,
    .option_count = COUNT(options),
    .kinds = served,
    .open = drop_open,
    .close = drop_close,
    .session = session_of,
    .offline = true,
    .status = status_of,
    .probes = drop_probes,
    .probe_count = DROP_PROBES,
    .remark = remark,
};
