#include "tests/support/reading.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"

static const char *env(void *context, const char *name)
{
    (void)context;
    return !strcmp(name, "AWS_ACCESS_KEY_ID") || !strcmp(name, "AWS_SECRET_ACCESS_KEY") ? "x"
                                                                                        : NULL;
}

static const char *version(void *context, const char *id)
{
    struct reading *reading = context;
    return map_get(reading->known, id);
}

static int take_record(void *context, const struct record *record)
{
    struct reading *reading = context;
    if (reading->check_record)
        reading->check_record(reading, record);
    map_put(reading->records, record->id, record_copy(reading->arena, record));
    return reading->record_result;
}

static int take_seen(void *context, const char *id)
{
    struct reading *reading = context;
    map_put(reading->seen, id, reading);
    return 0;
}

static void take_finding(void *context, const struct finding *finding)
{
    struct reading *reading = context;
    assert_non_null(finding->type);
    if (reading->check_finding)
        reading->check_finding(finding);
    reading->findings++;
}

static void take_done(void *context, enum read_outcome outcome, const char *watermark,
                      const struct error *error)
{
    struct reading *reading = context;
    reading->done++;
    reading->outcome = outcome;
    snprintf(reading->watermark, sizeof reading->watermark, "%s", watermark ? watermark : "");
    assert_int_equal(!error, outcome == READ_COMPLETE);
    if (error)
        reading->error = *error;
}

void reading_prepare(struct reading *reading, fake_handler *handler, void *context)
{
    memset(reading, 0, sizeof *reading);
    fake_init(&reading->fake, 5);
    reading->http = fake_http_new(&reading->fake, handler, context);
    reading->loop = loop_new(&reading->fake.world, reading->http);
    reading->arena = arena_new();
    reading->known = map_new();
    reading->records = map_new();
    reading->seen = map_new();
}

void reading_open(struct reading *reading, fake_handler *handler, void *context)
{
    static const struct setting items[] = {
        {.name = "catalog", .text = "AWS", .given = true},
        {.name = "endpoint_url", .text = "http://127.0.0.1:1", .given = true},
    };
    static const struct settings settings = {items, COUNT(items)};
    reading_prepare(reading, handler, context);
    reading->close = connector_aws.close;
    const struct connector_env around = {
        .loop = reading->loop, .log = &reading->fake.log, .env = env};
    assert_int_equal(connector_aws.open(&around, &settings, &reading->cloud, NULL), 0);
}

void reading_close(struct reading *reading)
{
    reading->close(reading->cloud);
    loop_free(reading->loop);
    reading->http->ops->close(reading->http);
    map_free(reading->known);
    map_free(reading->records);
    map_free(reading->seen);
    arena_free(reading->arena);
    fake_free(&reading->fake);
}

void reading_run_kind(struct reading *reading, const struct connector_kind *kind,
                      const struct read_scope *scope)
{
    const struct read_sink sink = {reading,   version,      take_record,
                                   take_seen, take_finding, take_done};
    bool stop = false;
    reading->done = 0;
    kind->read(reading->cloud, scope, &sink);
    assert_int_equal(reading->done, 0); /* not before it returned */
    assert_int_equal(loop_run(reading->loop, &stop, NULL), 0);
    assert_int_equal(reading->done, 1);
}

void reading_run(struct reading *reading, enum kind_id kind, const struct read_scope *scope)
{
    reading_run_kind(reading, connector_kind(&connector_aws, kind), scope);
}

void reading_again(struct reading *reading)
{
    for (size_t i = 0; i < map_count(reading->records); i++) {
        const struct record *record = map_value_at(reading->records, i);
        map_put(reading->known, record->id, arena_copy(reading->arena, record->version));
    }
    map_free(reading->records);
    map_free(reading->seen);
    reading->records = map_new();
    reading->seen = map_new();
    reading->findings = 0;
}

const char *reading_version(const struct reading *reading, const char *id)
{
    const struct record *record = map_get(reading->records, id);
    return record ? record->version : NULL;
}
