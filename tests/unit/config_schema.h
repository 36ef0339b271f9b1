/* A schema like the program's own, for the tests of config/: one cloud with a secret and each type
 * of option, one file source. */
#ifndef TESTS_CONFIG_SCHEMA_H
#define TESTS_CONFIG_SCHEMA_H

#include "base/memory.h"
#include "config/config.h"

static const char *const schema_catalogs[] = {"AWS", "Sandbox", NULL};
static const char *const schema_writes[] = {"read-only", "in-place", "changes-file", NULL};
static const char *const schema_signs[] = {".", ",", NULL};

static const struct option_row schema_aws[] = {
    {"catalog", OPTION_WORD, true, NULL, schema_catalogs, 0, 0, "AWS, or Sandbox to rehearse"},
    {"profile", OPTION_TEXT, false, NULL, NULL, 0, 0, "profile of the shared files"},
    {"endpoint_url", OPTION_TEXT, false, NULL, NULL, 0, 0, "another address"},
    {"config_file", OPTION_PATH, false, NULL, NULL, 0, 0, "the shared config file"},
    {"retries", OPTION_NUMBER, false, "5", NULL, 0, 10, "attempts"},
    {"timeout", OPTION_DURATION, false, "30s", NULL, 1000, 600000, "of a call"},
    {"dual_stack", OPTION_FLAG, false, "false", NULL, 0, 0, "use IPv6"},
};

static const struct option_row schema_azure[] = {
    {"tenant", OPTION_TEXT, true, NULL, NULL, 0, 0, "the directory"},
    {"client_secret", OPTION_SECRET, true, NULL, NULL, 0, 0, "of the application"},
};

static const struct option_row schema_csv[] = {
    {"path", OPTION_PATH, true, NULL, NULL, 0, 0, "the file"},
    {"key", OPTION_TEXT, true, NULL, NULL, 0, 0, "the key column"},
    {"write", OPTION_WORD, false, "read-only", schema_writes, 0, 0, "how it is written"},
    {"null_words", OPTION_TEXT_LIST, false, NULL, NULL, 0, 0, "words for nothing"},
    {"date_format", OPTION_TEXT, false, NULL, NULL, 0, 0, "how days are written"},
    {"decimal", OPTION_WORD, false, ".", schema_signs, 0, 0, "decimal sign"},
    {"currency", OPTION_TEXT, false, NULL, NULL, 0, 0, "of bare amounts"},
    {"list_separator", OPTION_TEXT, false, ";", NULL, 0, 0, "between items"},
};

static const struct option_row schema_memory[] = {
    {"key", OPTION_TEXT, true, NULL, NULL, 0, 0, "the key column"},
};

static const struct config_section_type schema_clouds[] = {
    {"aws", schema_aws, COUNT(schema_aws)},
    {"azure", schema_azure, COUNT(schema_azure)},
};

static const struct config_section_type schema_sources[] = {
    {"csv", schema_csv, COUNT(schema_csv)},
    {"memory", schema_memory, COUNT(schema_memory)},
};

static const struct config_schema test_schema = {
    schema_clouds,
    COUNT(schema_clouds),
    schema_sources,
    COUNT(schema_sources),
};

#endif
