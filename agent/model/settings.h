/* Settings: what a config section says, checked against a table of options. The tables belong to
 * those who need the settings (connectors, sources); the loader checks and fills; help, manual and
 * completion are printed from the same rows. */
#ifndef MODEL_SETTINGS_H
#define MODEL_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/secret.h"
#include "model/place.h"

enum option_type {
    OPTION_TEXT,
    OPTION_PATH,      /* relative to the config file */
    OPTION_FLAG,      /* true or false */
    OPTION_NUMBER,    /* whole, within min and max */
    OPTION_DURATION,  /* "5m"; milliseconds, within min and max */
    OPTION_WORD,      /* one of `words` */
    OPTION_TEXT_LIST, /* a sequence of texts, or one text */
    OPTION_SECRET,    /* {env: } {file: } {credential: } {command: }; a plain text is refused */
};

struct option_row {
    const char *name;
    enum option_type type;
    bool required;
    const char *fallback;     /* the default as written, or NULL */
    const char *const *words; /* OPTION_WORD, NULL-ended */
    int64_t min, max;         /* both 0: any */
    const char *help;
};

/* How a secret is to be had; resolved when it is needed, not when the file is loaded. */
struct secret_source {
    enum secret_from { SECRET_ENV, SECRET_FILE, SECRET_CREDENTIAL, SECRET_COMMAND } from;
    const char *text;  /* variable, path or credential name */
    const char **argv; /* SECRET_COMMAND, NULL-ended */
};

struct setting {
    const char *name;
    const char *text;  /* the scalar, or the default; for PATH already resolved */
    int64_t number;    /* NUMBER, DURATION, FLAG */
    const char **list; /* TEXT_LIST, NULL-ended */
    struct secret_source *secret;
    struct place place;
    bool given; /* false: the default */
};

struct settings {
    const struct setting *items;
    size_t count;
};

/* By name; NULL or 0 if not given and without default. */
const struct setting *settings_find(const struct settings *settings, const char *name);
const char *settings_text(const struct settings *settings, const char *name);
int64_t settings_number(const struct settings *settings, const char *name);
bool settings_flag(const struct settings *settings, const char *name);

/* Fetches the secret: environment, file, $CREDENTIALS_DIRECTORY/name, or a command's output (one
 * trailing newline is cut). ERROR_AUTH with the remedy if it is not to be had. */
int secret_fetch(const struct secret_source *source, struct secret **ret_secret,
                 struct error *error);

#endif
