/* Every bound of the program that is not a vendor's, each with its reason. */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#define LIMIT_JSON_DEPTH       64                    /* no vendor document nests deeper than 12 */
#define LIMIT_JSON_BYTES       (32u * 1024 * 1024)   /* 100 full opportunities are below 2 MiB */
#define LIMIT_JSON_VALUES      (2u * 1024 * 1024)    /* 16 bytes each; vendors' take 20 and more */
#define LIMIT_YAML_BYTES       (1024u * 1024)        /* a config of 1 MiB is a mistake */
#define LIMIT_YAML_DEPTH       16                    /* our own schema needs 6 */
#define LIMIT_RESPONSE_BYTES   LIMIT_JSON_BYTES      /* what does not parse need not be received */
#define LIMIT_ERROR_BODY_BYTES (64u * 1024)          /* of an HTML error page */
#define LIMIT_SOURCE_BYTES     (1024u * 1024 * 1024) /* a CRM export of 1 GiB is a database */
#define LIMIT_CELL_BYTES       (1024u * 1024)        /* long text in a CRM: 128 KiB */
#define LIMIT_COLUMNS          1024                  /* more is an export gone wrong */
#define LIMIT_PAGES            10000                 /* 100 records each: more is a loop */
#define LIMIT_SECRET_BYTES     (64u * 1024)          /* a PEM key with its chain */
#define LIMIT_COMMAND_MS       60000                 /* a credential helper that hangs */
#define LIMIT_RETRY_AFTER_MS   (15 * 60 * 1000)      /* Retry-After is an untrusted number */
#define LIMIT_IN_FLIGHT        16                    /* calls per cloud; 10/s needs 3 */
#define LIMIT_FIELDS           128                   /* canonical fields of one kind */

#endif
