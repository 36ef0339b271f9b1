/* What a good file means: every key of a job, defaults, secrets, paths, the rules' hash, the
 * starter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "commands/context.h"
#include "config/options.h"
#include "config_schema.h"

#define HEAD                                                                                       \
    "version: 1\n"                                                                                 \
    "clouds: {aws: {catalog: sandbox}}\n"                                                          \
    "sources: {crm: {type: csv, path: a.csv, key: Id}}\n"
#define JOB                                                                                        \
    "jobs:\n"                                                                                      \
    "- name: j\n"                                                                                  \
    "  cloud: aws\n"                                                                               \
    "  kind: referral\n"                                                                           \
    "  source: crm\n"                                                                              \
    "  mode: observe\n"
#define FIELDS "  fields:\n    title: {column: Name}\n"

static void take(void *context, const struct config_fault *fault)
{
    (void)context;
    fail_msg("%zu:%zu: %s", fault->place.line, fault->place.column, fault->message);
}

static void cleanup_config(struct config **config)
{
    config_free(*config);
}
#define CLEANUP_CONFIG CLEANUP(cleanup_config)

static struct config *load(const char *file)
{
    struct config *config = NULL;
    assert_int_equal(
        config_parse("/etc/x/agent.yaml", file, strlen(file), &test_schema, take, NULL, &config),
        0);
    assert_non_null(config);
    return config;
}

static const struct field_map *field(const struct job *job, const char *name)
{
    const struct field_map *map = job_field(job, kind_field(job->kind, name));
    if (!map)
        fail_msg("%s is not mapped", name);
    return map;
}

static void test_defaults(void **state)
{
    (void)state;
    CLEANUP_CONFIG struct config *config = load(HEAD JOB FIELDS);
    assert_string_equal(config->path, "/etc/x/agent.yaml");
    assert_string_equal(config->store_path, "/var/lib/marketplace-agent/agent.db");
    assert_int_equal(config->log_level, LOG_LEVEL_INFO);
    assert_int_equal(config->log_format, LOG_FORMAT_TEXT);
    assert_null(config->har_path);
    assert_int_equal(settings_number(&config->net, "quota_share"), 80);
    assert_null(settings_text(&config->net, "proxy"));
    assert_int_equal(settings_number(&config->daemon, "jitter"), 10);
    assert_int_equal(settings_number(&config->daemon, "stop_timeout"), 30000);
    const struct config_section *aws = config_cloud(config, "aws");
    assert_string_equal(settings_text(&aws->settings, "catalog"), "Sandbox"); /* the table's case */
    assert_int_equal(settings_number(&aws->settings, "retries"), 5);
    assert_false(settings_find(&aws->settings, "retries")->given);
    assert_null(settings_find(&aws->settings, "profile"));
    assert_null(config_cloud(config, "azure"));
    assert_null(config_source(config, "other"));
    assert_null(config_job(config, "other"));
    assert_null(config_job(config, NULL));

    const struct job *job = config_job(config, "j");
    assert_int_equal(job->mode, MODE_OBSERVE);
    assert_int_equal(job->every_ms, 300000);
    assert_int_equal(job->full_every_ms, 86400000);
    assert_int_equal(job->limits.max_share, 30);
    assert_int_equal(job->limits.floor, 10);
    assert_int_equal(job->limits.max_changes, 0);
    assert_null(job->limits.max_amount);
    assert_false(job->gates[GATE_CREATE].open);
    assert_false(job->gates[GATE_SUBMIT].open);
    assert_int_equal(job->allow, 0);
    assert_int_equal(job->only_when.count, 0);
    assert_int_equal(job->match_count, 1); /* `id` is not mapped */
    assert_int_equal(job->match[0].type, MATCH_REFERENCE);
    assert_int_equal(job->place.line, 5);
    assert_string_equal(job->place.file, config->path);
}

static void test_every_key(void **state)
{
    (void)state;
    CLEANUP_CONFIG struct config *config =
        load("version: '1'\n"
             "store: {path: state/agent.db}\n"
             "har: /tmp/a.har\n"
             "log: {level: debug, format: json}\n"
             "net: {ca_file: ca.pem, proxy: 'http://proxy:3128', quota_share: 50}\n"
             "daemon: {jitter: 0%, stop_timeout: 5s}\n"
             "clouds:\n"
             "  aws: {catalog: AWS, profile: alliance, dual_stack: yes, timeout: 1m}\n"
             "  azure: {tenant: t, client_secret: {command: [pass, show, azure]}}\n"
             "sources:\n"
             "  crm: {type: csv, path: crm/a.csv, key: Id, null_words: [null, N/A, ''], write: "
             "in-place}\n"
             "  one: {type: csv, path: /b.csv, key: Id, null_words: none}\n"
             "jobs:\n"
             "- {name: a, cloud: aws, kind: referral, source: crm, mode: apply, every: 5s,\n"
             "   full_every: 1h, only: {column: Region, equals: [EMEA, AMER]},\n"
             "   fields: {title: {column: Name}, id: {column: AWS}},\n"
             "   create: {when: [{column: Co-sell, equals: 'yes'}, {column: Stage, not: ''}]},\n"
             "   submit: yes, allow: [close, launch, submit],\n"
             "   limits: {max_share: 5%, floor: 0, max_changes: 3, max_amount: 0250000.5 USD}}\n"
             "- {name: b, cloud: azure, kind: offer, source: one, mode: propose, create: no,\n"
             "   fields: {title: {column: T}, product: {column: P}},\n"
             "   match: [partner_reference, {product: exact, title: close}]}\n");
    assert_string_equal(config->store_path, "/etc/x/state/agent.db");
    assert_string_equal(config->har_path, "/tmp/a.har");
    assert_int_equal(config->log_level, LOG_LEVEL_DEBUG);
    assert_int_equal(config->log_format, LOG_FORMAT_JSON);
    assert_string_equal(settings_text(&config->net, "ca_file"), "/etc/x/ca.pem");
    assert_int_equal(settings_number(&config->daemon, "jitter"), 0);
    assert_int_equal(settings_number(&config_cloud(config, "aws")->settings, "timeout"), 60000);
    assert_true(settings_flag(&config_cloud(config, "aws")->settings, "dual_stack"));
    const struct config_section *crm = config_source(config, "crm");
    assert_string_equal(crm->type, "csv");
    assert_string_equal(settings_text(&crm->settings, "path"), "/etc/x/crm/a.csv");
    const char **words = settings_find(&crm->settings, "null_words")->list;
    assert_string_equal(words[0], "null");
    assert_string_equal(words[1], "N/A");
    assert_string_equal(words[2], "");
    assert_null(words[3]);
    words = settings_find(&config_source(config, "one")->settings, "null_words")->list;
    assert_string_equal(words[0], "none");
    assert_null(words[1]);

    const struct job *a = config_job(config, "a");
    assert_int_equal(a->mode, MODE_APPLY);
    assert_int_equal(a->every_ms, 5000);
    assert_int_equal(a->full_every_ms, 3600000);
    assert_int_equal(a->only_when.count, 1);
    assert_string_equal(a->only_when.items[0].column, "Region");
    assert_string_equal(a->only_when.items[0].words[1], "AMER");
    assert_null(a->only_when.items[0].words[2]);
    assert_true(a->gates[GATE_CREATE].open);
    assert_int_equal(a->gates[GATE_CREATE].when.count, 2);
    assert_false(a->gates[GATE_CREATE].when.items[0].negate);
    assert_true(a->gates[GATE_CREATE].when.items[1].negate);
    assert_string_equal(a->gates[GATE_CREATE].when.items[1].words[0], "");
    assert_true(a->gates[GATE_SUBMIT].open);
    assert_int_equal(a->gates[GATE_SUBMIT].when.count, 0);
    assert_int_equal(a->allow, ACT_CLOSE | ACT_LAUNCH | ACT_SUBMIT);
    assert_int_equal(a->limits.max_share, 5);
    assert_int_equal(a->limits.floor, 0);
    assert_int_equal(a->limits.max_changes, 3);
    assert_string_equal(a->limits.max_amount, "250000.50 USD");
    assert_int_equal(a->match_count, 2);
    assert_int_equal(a->match[0].type, MATCH_ID);
    const struct job *b = config_job(config, "b");
    assert_false(b->gates[GATE_CREATE].open);
    assert_int_equal(b->match_count, 2);
    assert_int_equal(b->match[1].type, MATCH_FIELDS);
    assert_int_equal(b->match[1].key_count, 2);
    assert_int_equal(b->match[1].keys[0].field, kind_field(b->kind, "product"));
    assert_false(b->match[1].keys[0].close);
    assert_true(b->match[1].keys[1].close);
}

static void test_fields(void **state)
{
    (void)state;
    CLEANUP_CONFIG struct config *config = load(
        "version: 1\n"
        "clouds: {aws: {catalog: AWS}}\n"
        "sources: {crm: {type: csv, path: a.csv, key: Id, date_format: DD-MM-YYYY, decimal: ',',\n"
        "                currency: EUR, list_separator: '|'}}\n" JOB "  fields:\n"
        "    title: {column: ' Name ', owner: newest}\n"
        "    stage: {column: Stage, values: {' Discovery ': Qualified, Closed Won: won}}\n"
        "    close_date: {column: Close, date: DD/MM/YYYY}\n"
        "    delivery_models: {value: [SaaS or PaaS, BYOL or AMI]}\n"
        "    needs: {value: 'a| b |c'}\n"
        "    industry: {column: Industry, default: ' Other '}\n"
        "    spend: {column: MRR, currency_column: Cur, decimal: '.'}\n"
        "    revenue_value: {value: '1.234,5'}\n"
        "    revenue_start: {value: 31-12-2026}\n"
        "    national_security: {value: no}\n"
        "    next_steps: {column: Next, empty: clear}\n"
        "    id: {column: AWS}\n"
        "    involvement: {value: co_sell}\n"
        "    visibility: {column: V}\n"
        "    country: {column: C, values: {Deutschland: Germany}}\n");
    const struct job *job = config_job(config, "j");
    assert_int_equal(job->field_count, 15);
    assert_string_equal(field(job, "title")->column, " Name ");
    assert_int_equal(field(job, "title")->owner, OWNER_NEWEST);
    assert_int_equal(field(job, "title")->place.line, 12);
    const struct field_map *stage = field(job, "stage");
    assert_int_equal(stage->owner, OWNER_ASK);
    assert_int_equal(stage->word_count, 2);
    assert_string_equal(stage->words[0].local, "Discovery");
    assert_string_equal(stage->words[0].canonical, "qualified");
    assert_string_equal(field(job, "close_date")->style.date, "DD/MM/YYYY");
    assert_int_equal(field(job, "close_date")->style.decimal, ',');
    assert_string_equal(field(job, "stage")->style.date, "DD-MM-YYYY");
    assert_string_equal(field(job, "delivery_models")->constant, "BYOL or AMI\x1f"
                                                                 "SaaS or PaaS");
    assert_int_equal(field(job, "delivery_models")->owner, OWNER_LOCAL);
    assert_null(field(job, "delivery_models")->column);
    assert_string_equal(field(job, "needs")->constant, "a\x1f"
                                                       "b\x1f"
                                                       "c");
    assert_string_equal(field(job, "industry")->fallback, "Other");
    assert_int_equal(field(job, "spend")->style.decimal, '.');
    assert_string_equal(field(job, "spend")->style.currency, "EUR");
    assert_string_equal(field(job, "spend")->currency_column, "Cur");
    assert_string_equal(field(job, "revenue_value")->constant, "1234.50 EUR");
    assert_string_equal(field(job, "revenue_start")->constant, "2026-12-31");
    assert_string_equal(field(job, "national_security")->constant, "no");
    assert_true(field(job, "next_steps")->clear);
    assert_false(field(job, "title")->clear);
    assert_int_equal(field(job, "id")->owner, OWNER_CLOUD);
    assert_int_equal(field(job, "involvement")->owner, OWNER_LOCAL);
    assert_int_equal(field(job, "visibility")->owner, OWNER_LOCAL);
    assert_string_equal(field(job, "country")->words[0].canonical, "DE");
}

static void test_secrets(void **state)
{
    (void)state;
    static const struct {
        const char *written;
        enum secret_from from;
        const char *text, *second;
    } cases[] = {
        {"{env: AZURE_SECRET}", SECRET_ENV, "AZURE_SECRET", NULL},
        {"{file: keys/azure}", SECRET_FILE, "/etc/x/keys/azure", NULL},
        {"{credential: azure-secret}", SECRET_CREDENTIAL, "azure-secret", NULL},
        {"{command: pass-azure}", SECRET_COMMAND, "pass-azure", NULL},
        {"{command: [pass, 'show it']}", SECRET_COMMAND, "pass", "show it"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CLEANUP_TEXT struct text file;
        text_init(&file, 4096);
        text_addf(&file,
                  "version: 1\nclouds: {azure: {tenant: t, client_secret: %s}}\n"
                  "sources: {crm: {type: csv, path: a.csv, key: Id}}\n"
                  "jobs: [{name: j, cloud: azure, kind: referral, source: crm, mode: observe,\n"
                  "  fields: {title: {column: Name}}}]\n",
                  cases[i].written);
        CLEANUP_CONFIG struct config *config = load(file.data);
        const struct setting *setting =
            settings_find(&config_cloud(config, "azure")->settings, "client_secret");
        assert_non_null(setting->secret);
        assert_int_equal(setting->secret->from, cases[i].from);
        assert_string_equal(setting->secret->text, cases[i].text);
        if (cases[i].from == SECRET_COMMAND) {
            assert_string_equal(setting->secret->argv[0], cases[i].text);
            assert_true(text_equal(setting->secret->argv[1], cases[i].second));
        }
    }
}

/* The hash of the first job; HEAD's file with `from` replaced by `to`, and `more` at the end. */
static void hash_of(const char *from, const char *to, const char *more, char hex[SHA256_HEX])
{
    static const char base[] = HEAD JOB FIELDS "    stage: {column: S, values: {a: won, b: lost}}\n"
                                               "    company: {column: C}\n";
    CLEANUP_TEXT struct text file;
    text_init(&file, 8192);
    const char *at = from ? strstr(base, from) : NULL;
    if (from && !at)
        fail_msg("%s is not in the file", from);
    text_add_n(&file, base, at ? (size_t)(at - base) : strlen(base));
    text_add(&file, at ? to : "");
    text_add(&file, at ? at + strlen(from) : "");
    text_add(&file, more);
    CLEANUP_CONFIG struct config *config = load(file.data);
    memcpy(hex, config->jobs[0].rules_hash, SHA256_HEX);
}

static void test_rules_hash(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *more;
        bool same;
    } cases[] = {
        {NULL, NULL, "", true},
        {NULL, NULL, "# a comment\n", true},
        {"name: j", "name: k", "", true},
        {NULL, NULL, "  every: 1h\n", true},
        {NULL, NULL, "log: {level: debug}\n", true},
        {"key: Id", "key: Id, write: in-place", "", true},
        {"{column: Name}", "{owner: ask, column: 'Name'}", "", true},
        {NULL, NULL, "  limits: {max_share: 30%}\n", true},
        {NULL, NULL, "  match: [partner_reference]\n", true},
        {"{column: Name}", "{column: Nam}", "", false},
        {"{column: Name}", "{column: Name, owner: local}", "", false},
        {"{column: Name}", "{column: Name, default: x}", "", false},
        {"{column: Name}", "{column: Name, empty: clear}", "", false},
        {"{column: Name}", "{value: Name}", "", false},
        {"title:", "problem:", "", false},
        {"a: won", "a: lost", "", false},
        {"a: won", "aa: won", "", false},
        {"observe", "apply", "", false},
        {"path: a.csv", "path: b.csv", "", false},
        {"key: Id", "key: Ident", "", false},
        {"key: Id", "key: Id, null_words: [x, y]", "", false},
        {"key: Id", "key: Id, date_format: DD/MM/YYYY", "", false},
        {NULL, NULL, "  only: {column: A, equals: b}\n", false},
        {NULL, NULL, "  only: {column: A, not: b}\n", false},
        {NULL, NULL, "  create: yes\n", false},
        {NULL, NULL, "  create: {when: {column: A, equals: b}}\n", false},
        {NULL, NULL, "  submit: yes\n", false},
        {NULL, NULL, "  submit: {when: {column: A, equals: b}}\n", false},
        {NULL, NULL, "  allow: [close]\n", false},
        {NULL, NULL, "  allow: [launch]\n", false},
        {NULL, NULL, "  match: [{title: exact}]\n", false},
        {NULL, NULL, "  match: [{title: close}]\n", false},
        {NULL, NULL, "  limits: {max_share: 31%}\n", false},
        {NULL, NULL, "  limits: {floor: 11}\n", false},
        {NULL, NULL, "  limits: {max_changes: 1}\n", false},
        {NULL, NULL, "  limits: {max_amount: 1 USD}\n", false},
    };
    char seen[COUNT(cases)][SHA256_HEX];
    for (size_t i = 0; i < COUNT(cases); i++) {
        hash_of(cases[i].from, cases[i].to, cases[i].more, seen[i]);
        assert_int_equal(strlen(seen[i]), SHA256_HEX - 1);
        if (cases[i].same && strcmp(seen[i], seen[0]))
            fail_msg("case %zu changes the hash", i);
        for (size_t k = 0; !cases[i].same && k < i; k++) {
            if (!strcmp(seen[i], seen[k]))
                fail_msg("cases %zu and %zu have the same hash", i, k);
        }
    }
}

static void test_order_of_fields_decides_nothing(void **state)
{
    (void)state;
    CLEANUP_CONFIG struct config *a =
        load(HEAD JOB "  fields: {title: {column: T}, company: {column: C}}\n");
    CLEANUP_CONFIG struct config *b =
        load(HEAD JOB "  fields: {company: {column: C}, title: {column: T}}\n");
    assert_string_equal(a->jobs[0].rules_hash, b->jobs[0].rules_hash);
}

static void test_starter(void **state)
{
    (void)state;
    CLEANUP_TEXT struct text file;
    text_init(&file, LIMIT_YAML_BYTES);
    assert_int_equal(file_read("config/agent.example.yaml", &file, NULL, NULL), 0);
    assert_string_equal(config_starter, file.data);
    CLEANUP_CONFIG struct config *config = load(config_starter);
    assert_int_equal(config->job_count, 1);
    const struct config_section *aws = config_cloud(config, "aws");
    assert_string_equal(settings_text(&aws->settings, "catalog"), "Sandbox");
    assert_int_not_equal(config->jobs[0].mode, MODE_APPLY);
    for (enum gate gate = 0; gate < GATE_COUNT; gate++)
        assert_false(config->jobs[0].gates[gate].open);
    assert_int_equal(config->jobs[0].allow, 0);
    assert_string_equal(config->store_path, "/etc/x/agent.db");
}

/* "key: …", "- key: …" or "- word": what is left of a comment's sign is YAML, not prose. */
static bool is_yaml(const char *text)
{
    text += strspn(text, " ");
    bool item = text_starts(text, "- ");
    text += item ? 2 : 0;
    size_t word = strspn(text, "abcdefghijklmnopqrstuvwxyz_-");
    return word && (text[word] == ':' || (item && strchr(" \n", text[word])));
}

/* Whoever takes a "# " off in the starter must get a file that passes, too, with the program's own
 * tables. */
static void test_starter_without_its_comments(void **state)
{
    (void)state;
    CLEANUP_TEXT struct text file;
    text_init(&file, LIMIT_YAML_BYTES);
    size_t opened = 0;
    for (const char *line = config_starter; *line;) {
        size_t length = strcspn(line, "\n") + 1;
        const char *mark = memchr(line, '#', length);
        /* A sign further on goes on with the prose of the line before. */
        bool first = mark && strspn(line, " ") == (size_t)(mark - line) && mark - line < 20;
        if (first && is_yaml(mark + 2)) {
            text_add_n(&file, line, (size_t)(mark - line));
            text_add_n(&file, mark + 2, length - (size_t)(mark - line) - 2);
            opened++;
        } else {
            text_add_n(&file, line, length);
        }
        line += length;
    }
    assert_true(opened > 60);
    struct config *opens = NULL;
    assert_int_equal(config_parse("/etc/x/agent.yaml", file.data, file.length, context_schema(),
                                  take, NULL, &opens),
                     0);
    CLEANUP_CONFIG struct config *config = opens;
    assert_int_equal(context_check_jobs(config, take, NULL), 0);
    assert_true(config->jobs[0].gates[GATE_CREATE].open);
    assert_int_equal(config->jobs[0].allow, ACT_CLOSE);
    assert_true(config->jobs[0].gates[GATE_IMPORT].open);
    assert_int_equal(config->jobs[0].gates[GATE_ACCEPT].when.count, 2);
    assert_int_equal(config->job_count, 6);
    assert_int_equal(config->jobs[1].kind->id, KIND_OFFER);
    assert_true(config->jobs[1].gates[GATE_PUBLISH].open);
    assert_int_equal(config->jobs[1].match[0].type, MATCH_ID);
    assert_string_equal(config->jobs[2].cloud, "azure");
    assert_true(config->jobs[2].gates[GATE_SUBMIT].open);
    assert_int_equal(config->jobs[2].allow, 0);
    assert_string_equal(config->jobs[3].cloud, "gcp");
    assert_true(config->jobs[4].gates[GATE_ACCEPT].open);
    assert_string_equal(config->jobs[5].cloud, "drop");
}

static void test_tables(void **state)
{
    (void)state;
    const struct option_table *const tables[] = {
        &top_options, &store_options, &log_options,   &net_options,       &daemon_options,
        &job_options, &field_options, &limit_options, &condition_options,
    };
    for (size_t t = 0; t < COUNT(tables); t++) {
        for (size_t i = 0; i < tables[t]->count; i++) {
            const struct option_row *row = &tables[t]->rows[i];
            assert_non_null(row->help);
            assert_true((row->type == OPTION_WORD) == (row->words != NULL));
            assert_false(row->required && row->fallback);
            for (size_t k = 0; k < i; k++)
                assert_string_not_equal(row->name, tables[t]->rows[k].name);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),   cmocka_unit_test(test_every_key),
        cmocka_unit_test(test_fields),     cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_rules_hash), cmocka_unit_test(test_order_of_fields_decides_nothing),
        cmocka_unit_test(test_starter),    cmocka_unit_test(test_starter_without_its_comments),
        cmocka_unit_test(test_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
