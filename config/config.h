/* The configuration: YAML in, checked structures out. Every error of a file is reported at once as
 * `file:line:column: message`, with a remedy. Types are decided by tables, never guessed.
 *
 * What a cloud or a source type wants in its section comes from outside as option rows, so that a
 * new cloud needs no line here. */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "base/log.h"
#include "model/job.h"
#include "model/settings.h"

struct config_section_type {
    const char *name; /* "aws", "csv" */
    const struct option_row *options;
    size_t option_count;
};

/* What the program was built with. */
struct config_schema {
    const struct config_section_type *clouds;
    size_t cloud_count;
    const struct config_section_type *sources;
    size_t source_count;
};

struct config_section {
    const char *name; /* cloud: "aws"; source: its own name, "crm-deals" */
    const char *type; /* source: "csv"; cloud: same as name */
    struct settings settings;
    struct place place;
};

struct config {
    struct arena *arena; /* holds everything that the config points to, and the config itself */
    const char *path;
    const char *store_path;
    enum log_level log_level;
    enum log_format log_format;
    const char *har_path;   /* NULL: none */
    struct settings daemon; /* rows: daemon_options in options.h: jitter, stop_timeout */
    struct settings net;    /* rows: net_options in options.h: ca_file, proxy, quota_share */
    const struct config_section *clouds;
    size_t cloud_count;
    const struct config_section *sources;
    size_t source_count;
    const struct job *jobs;
    size_t job_count;
};

/* One fault of the file. Lives for the call. The texts are safe for a terminal and hold no secret;
 * faults are reported in the order of the file. */
struct config_fault {
    struct place place;
    const char *message; /* one sentence */
    const char *remedy;  /* one sentence, or NULL */
    bool warning;        /* the file still loads */
};
typedef void config_report(void *context, const struct config_fault *fault);

/* Reports every fault; returns 0 only if none was an error. */
int config_load(const char *path, const struct config_schema *schema, config_report *report,
                void *context, struct config **ret_config);
/* The same from memory; `path` is for messages and relative paths. */
int config_parse(const char *path, const char *bytes, size_t length,
                 const struct config_schema *schema, config_report *report, void *context,
                 struct config **ret_config);
void config_free(struct config *config);
const struct config_section *config_cloud(const struct config *config, const char *name);
const struct config_section *config_source(const struct config *config, const char *name);
const struct job *config_job(const struct config *config, const char *name);

/* The starter file that `agent init` writes (config/agent.example.yaml, built in). */
extern const char config_starter[];

#endif
