/* Cells from outside into values: no input may crash, and what is accepted is a stable normal form
 * that survives being written in the style it came in. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/kind.h"
#include "model/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static const struct value_style styles[] = {
    {0},
    {.date = "DD.MM.YYYY", .decimal = ',', .currency = "EUR", .separator = ", "},
    {.date = "M/D/YY", .currency = "USD", .separator = "|"},
    {.date = "D-MON-YYYY", .decimal = ',', .separator = "\n"},
};

static void demand(bool promise)
{
    if (!promise)
        abort();
}

static void check_value(struct arena *arena, const struct field *field,
                        const struct value_style *style, const char *text)
{
    struct error error = {0};
    const char *value = NULL, *again = NULL;
    int status = value_normalise(arena, field, style, text, &value, &error);
    if (status) {
        demand(status == -ERROR_INPUT && *error.message);
        return;
    }
    if (!value)
        return;
    demand(*value && utf8_valid(value, strlen(value), NULL));
    if (list_count(value) > 1 || !value_type_many(field->type)) { /* one item looks like a cell */
        demand(!value_normalise(arena, field, NULL, value, &again, &error));
        demand(text_equal(value, again));
    }
    if (field->type == TYPE_DATE && style->date && strstr(style->date, "YYYY") == NULL)
        return; /* two digits cannot carry every year */
    const char *printed = value_print(arena, field, style, value);
    demand(!value_normalise(arena, field, style, printed, &again, &error));
    demand(text_equal(value, again));
}

/* The first byte picks type and style; the rest is the cell, up to a NUL. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static const char *const words[] = {"prospect", "technical_validation", "won", NULL};
    if (!length)
        return 0;
    CLEANUP_ARENA struct arena *arena = arena_new();
    const char *text = arena_copy_n(arena, (const char *)bytes + 1, length - 1);
    const struct field field = {
        .name = "field", .type = (enum value_type)(bytes[0] % (TYPE_PAIRS + 1)), .words = words};
    check_value(arena, &field, &styles[bytes[0] / 16 % COUNT(styles)], text);
    const char *half = text + strlen(text) / 2;
    unsigned likeness = text_likeness(text, half);
    demand(likeness <= 100 && likeness == text_likeness(half, text));
    return 0;
}
