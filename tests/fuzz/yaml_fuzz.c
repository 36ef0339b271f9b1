/* The whole way of a configuration: bytes, tree, tables, jobs. Any bytes must end in a config or in
 * at least one error, never in both. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/config_schema.h"
#include "base/text.h"

struct seen {
    size_t errors;
    size_t line, column;
};

static void take(void *context, const struct config_fault *fault)
{
    struct seen *seen = context;
    seen->errors += !fault->warning;
    if (!fault->message || !*fault->message ||
        !utf8_valid(fault->message, strlen(fault->message), NULL))
        abort();
    if (fault->remedy && !utf8_valid(fault->remedy, strlen(fault->remedy), NULL))
        abort();
    if (fault->place.line < seen->line ||
        (fault->place.line == seen->line && fault->place.column < seen->column))
        abort(); /* not in the order of the file */
    seen->line = fault->place.line;
    seen->column = fault->place.column;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct seen seen = {0};
    struct config *config = NULL;
    int result = config_parse("folder/agent.yaml", (const char *)bytes, length, &test_schema, take,
                              &seen, &config);
    if ((result == 0) != (seen.errors == 0) || (result == 0) != (config != NULL))
        abort();
    config_free(config);
    return 0;
}
