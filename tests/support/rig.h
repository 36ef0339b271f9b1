/* The whole engine in one process: a real connector against the sandbox's core through a
 * transport under the virtual clock, a CSV file and a store in a folder that is removed, a
 * configuration from a text. Calls fail the test with the reason; everything returned lives until
 * rig_free().
 *
 *     struct rig *rig = rig_new(&(struct rig_options){.csv = rows});
 *     rig_run(rig);
 *     assert_int_equal(rig->result.counts.created, 2);
 *     rig_free(rig);
 */
#ifndef TESTS_SUPPORT_RIG_H
#define TESTS_SUPPORT_RIG_H

#include "config/config.h"
#include "reconcile/engine.h"
#include "tests/sandbox/sandbox.h"
#include "tests/support/fake.h"

struct rig_options {
    const char *yaml;   /* NULL: rig_yaml */
    const char *csv;    /* NULL: the header alone, or what the folder has */
    const char *folder; /* NULL: a new one, removed at the end; else one that stays */
    uint64_t seed;      /* of chance, and of the sandbox */
    size_t referrals;   /* seeded ones; 0: an empty cloud */
    size_t offers;      /* seeded private offers */
    size_t azure_referrals, azure_offers; /* the same at Microsoft */
    size_t gcp_opportunities, gcp_offers; /* and at Google */
    bool unknown_members;                 /* see sandbox_options */
    bool persistent;       /* the sandbox's state is in the folder, saved with each call */
    bool slow;             /* the published quotas, not a hundred times as much */
    int64_t later_ms;      /* the clock starts later by this */
    size_t die_at;         /* the process kills itself at this journal point, from 1; 0: never */
    const char *die_point; /* "journal-before" or "journal-after" */
};

struct rig {
    struct rig_options options;
    char folder[96], yaml_path[128], csv_path[128], store_path[128], state_path[128];
    struct fake fake;
    struct sandbox *sandbox;
    struct arena *arena;
    struct http *http;
    struct loop *loop;
    struct config *config;
    struct store *store;
    struct source *source;
    struct cloud *cloud;
    struct work work;
    struct engine_control control;
    struct engine_result result; /* of the last run */
    struct error error;
    size_t points; /* journal points passed */
    /* Called before a call to the service is handled; may edit behind the engine's back. */
    void (*before_call)(struct rig *rig, const char *operation);
    void *context;
};

extern const char rig_yaml[];
/* The section clouds.azure of a configuration, with secret and sign-in: rig_new() sees to both. */
#define RIG_AZURE                                                                                  \
    "  azure: {tenant: 11111111-2222-4333-8444-555555555555,\n"                                    \
    "    client_id: aaaaaaaa-0000-4000-8000-000000000001, client_secret: {env: RIG_SECRET},\n"     \
    "    sign_in: sign-in.json, referral_role: admin, endpoint_url: \"http://127.0.0.1:1\",\n"     \
    "    job_poll: 2s}\n"
/* The section clouds.gcp, with a service account's key that acts for the super admin. */
#define RIG_GCP                                                                                    \
    "  gcp: {project: sandbox-partner, provider: DEMO-sandbox-partner,\n"                          \
    "    partner: partners/C0sandbox1, publish_poll: 2s,\n"                                        \
    "    credentials: {file: gcp.json}, subject: admin@sandbox.example,\n"                         \
    "    endpoint_url: \"http://127.0.0.1:1\", token_url: \"http://127.0.0.1:1/token\",\n"         \
    "    calls_per_minute: 6000, documents: papers}\n"
#define RIG_HEADER                                                                                 \
    "Key,OppId,Name,Company,Website,Country,State,Zip,Industry,Problem,UseCase,Delivery,Spend,"    \
    "Stage,Close,NextStep,LostReason,Needs,Activities,Marketing,Solution,Share,Modified\n"

struct rig *rig_new(const struct rig_options *options);
void rig_free(struct rig *rig);
/* Everything but the cloud ends and starts anew, as after a restart of the program. */
void rig_restart(struct rig *rig);
/* New rules. */
void rig_configure(struct rig *rig, const char *yaml);
/* A configuration whose text has `old` replaced by `new`. */
const char *rig_replace(struct rig *rig, const char *text, const char *old, const char *new);

/* Reconciles; the clock moves on by a minute before. */
const struct engine_result *rig_run(struct rig *rig);
const struct engine_result *rig_plan(struct rig *rig);
const struct engine_result *rig_run_with(struct rig *rig, const struct engine_options *options);
/* Changes of the last run's first plan. */
size_t rig_changes(const struct rig *rig);
/* Runs until a run plans nothing (at most `runs` times); fails the test if none does. */
void rig_settle(struct rig *rig, size_t runs);

/* A row that can be created and submitted: all cells from its key, `share` says "yes" or not. */
const char *rig_row(struct rig *rig, const char *key, const char *share);
void rig_csv_put(struct rig *rig, const char *content); /* the whole file */
const char *rig_csv(struct rig *rig);
const char *rig_cell(struct rig *rig, const char *key, const char *column); /* NULL: no such row */
void rig_set_cell(struct rig *rig, const char *key, const char *column, const char *value);

/* The cloud's side. Ids of all opportunities in order of making. */
const char **rig_ids(struct rig *rig, size_t *ret_count);
const char *rig_id_of(struct rig *rig, const char *reference); /* NULL if none carries it */
const char *rig_member(struct rig *rig, const char *id, const char *path); /* "" if absent */
void rig_edit(struct rig *rig, const char *id, const char *path, const char *value); /* forced */
void rig_review(struct rig *rig, const char *id, const char *status);
const char *rig_invite(struct rig *rig, const char *title, const char *company); /* its id */
/* The marketplace: a text of an entity's document ("" if absent), the newest offer whose
 * description carries "[reference]" (NULL if none does), and a buyer who accepts an offer: the
 * agreement's id. */
const char *rig_entity(struct rig *rig, const char *id, const char *path);
const char *rig_offer_of(struct rig *rig, const char *reference);
const char *rig_accept(struct rig *rig, const char *offer);
/* A control endpoint of the sandbox: POST of the body, or GET if it is NULL; its answer. */
struct json *rig_control(struct rig *rig, const char *path, struct json *body);
/* The same with a body of texts: names and values in turn, NULL at the end. */
struct json *rig_post(struct rig *rig, const char *path, const char *const *pairs);
void rig_fault(struct rig *rig, const char *spec);
void rig_clear_faults(struct rig *rig);
void rig_advance(struct rig *rig, int64_t ms);
/* Calls of an operation since the start, whatever became of them; NULL: of any. */
size_t rig_calls(const struct rig *rig, const char *operation);
/* The same for services whose calls are told by method and address: a part of the URL. */
size_t rig_sent(const struct rig *rig, const char *method, const char *part);

/* The store's side. */
struct store_link *rig_link(struct rig *rig, const char *key); /* NULL if there is none */
size_t rig_finding_count(struct rig *rig, const char *code);   /* open ones; NULL: any */
void rig_decide(struct rig *rig, const char *subject, const char *verdict);
struct store_counts rig_counts(struct rig *rig);

/* Everything that must be the same after an undisturbed run and after a crash: opportunities, file
 * and links, without ids and times. */
const char *rig_state(struct rig *rig);

void rig_ok(struct rig *rig, int result, const char *call, const char *file, int line);
#define rig_assert_ok(rig, call) rig_ok((rig), (call), #call, __FILE__, __LINE__)

#endif
