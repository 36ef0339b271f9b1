/* The hash of a job's rules. Links and plans carry it, so that a run can tell that the rules are
 * not those under which they were made. Every text goes in with its length, so that no two
 * different jobs serialise alike. */
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "config/loader.h"

#define RULES_VERSION 3                   /* raise it when the order or the meaning below changes */
#define RULES_BYTES   (64u * 1024 * 1024) /* far above what a file of LIMIT_YAML_BYTES can say */

static void put_text(struct text *out, const char *text)
{
    if (text)
        text_addf(out, "%zu:%s,", strlen(text), text);
    else
        text_add(out, "-,");
}

static void put_number(struct text *out, int64_t number)
{
    text_addf(out, "%lld,", (long long)number);
}

/* NULL-ended. */
static void put_words(struct text *out, const char *const *words)
{
    put_number(out, (int64_t)loader_words(words));
    for (size_t i = 0; words && words[i]; i++)
        put_text(out, words[i]);
}

/* What decides how a source is read: everything but how it is written. */
static void put_source(struct text *out, const struct config_section *source)
{
    put_text(out, source->type);
    for (size_t i = 0; i < source->settings.count; i++) {
        const struct setting *setting = &source->settings.items[i];
        if (!strcmp(setting->name, "write") || !strcmp(setting->name, "changes_file"))
            continue;
        put_text(out, setting->name);
        put_text(out, setting->text);
        put_number(out, setting->number);
        put_words(out, setting->list);
    }
}

static void put_conditions(struct text *out, const struct kind *kind,
                           const struct conditions *conditions)
{
    put_number(out, (int64_t)conditions->count);
    for (size_t i = 0; i < conditions->count; i++) {
        const char *column = conditions->items[i].column;
        put_text(out, column);
        put_text(out, column ? NULL : kind->fields[conditions->items[i].field].name);
        put_number(out, conditions->items[i].negate);
        put_words(out, conditions->items[i].words);
    }
}

static void put_field(struct text *out, const struct kind *kind, const struct field_map *map)
{
    put_text(out, kind->fields[map->field].name);
    put_text(out, map->column);
    put_text(out, map->constant);
    put_text(out, map->fallback);
    put_number(out, map->owner);
    put_number(out, map->clear);
    put_text(out, map->currency_column);
    put_text(out, map->style.date);
    put_number(out, map->style.decimal);
    put_text(out, map->style.currency);
    put_text(out, map->style.separator);
    put_number(out, (int64_t)map->word_count);
    for (size_t i = 0; i < map->word_count; i++) {
        put_text(out, map->words[i].local);
        put_text(out, map->words[i].canonical);
    }
}

static void put_match(struct text *out, const struct kind *kind, const struct match_rule *rule)
{
    put_number(out, rule->type);
    put_number(out, (int64_t)rule->key_count);
    for (size_t i = 0; i < rule->key_count; i++) {
        put_text(out, kind->fields[rule->keys[i].field].name);
        put_number(out, rule->keys[i].close);
    }
}

static void put_job(struct text *out, const struct job *job)
{
    put_text(out, job->cloud);
    put_text(out, job->source);
    put_text(out, job->kind->name);
    put_number(out, job->mode);
    put_number(out, (int64_t)job->field_count);
    /* In the kind's order: in which order the file lists its fields decides nothing. */
    for (size_t i = 0; i < job->kind->field_count; i++) {
        const struct field_map *map = job_field(job, i);
        if (map)
            put_field(out, job->kind, map);
    }
    put_number(out, (int64_t)job->match_count);
    for (size_t i = 0; i < job->match_count; i++)
        put_match(out, job->kind, &job->match[i]);
    put_conditions(out, job->kind, &job->only_when);
    for (size_t i = 0; i < GATE_COUNT; i++) {
        put_number(out, job->gates[i].open);
        put_conditions(out, job->kind, &job->gates[i].when);
    }
    put_number(out, job->allow);
    put_number(out, job->limits.max_share);
    put_number(out, job->limits.floor);
    put_number(out, job->limits.max_changes);
    put_text(out, job->limits.max_amount);
}

/* The sources are hashed once each: many jobs may share a long one. */
void rules_fill(const struct config *config, struct job *jobs)
{
    CLEANUP_TEXT struct text out;
    text_init(&out, RULES_BYTES);
    char(*digests)[SHA256_HEX] =
        arena_array(config->arena, config->source_count + 1, sizeof *digests);
    for (size_t i = 0; i < config->source_count; i++) {
        text_clear(&out);
        put_source(&out, &config->sources[i]);
        sha256_hex(out.data, out.length, digests[i]);
    }
    for (size_t i = 0; i < config->job_count; i++) {
        const struct config_section *source = config_source(config, jobs[i].source);
        text_clear(&out);
        put_number(&out, RULES_VERSION);
        put_text(&out, source ? digests[source - config->sources] : NULL);
        put_job(&out, &jobs[i]);
        sha256_hex(out.data, out.length, jobs[i].rules_hash);
    }
}
