#include "tests/sandbox/azure/azure.h"

#include <stdio.h>
#include <string.h>

#include "tests/sandbox/azure/identities.h"

static const struct azure_part *const parts[] = {&azure_identity_part, &azure_deal_part,
                                                 &azure_market_part};

/* ---- Life. */
int azure_check(const struct sandbox_options *options, struct error *error)
{
    if (options->user_role && strcmp(options->user_role, "admin") != 0 &&
        strcmp(options->user_role, "user") != 0)
        return error_set(error, ERROR_INPUT, SCOPE_RUN, "\"%s\" is no role: admin or user",
                         options->user_role);
    return options->azure_certificate ? azure_certificate_check(options->azure_certificate, error)
                                      : 0;
}

void azure_sandbox_open(struct sandbox *sandbox)
{
    sandbox->azure = memory_alloc(sizeof *sandbox->azure);
    for (size_t i = 0; i < COUNT(parts); i++)
        parts[i]->open(sandbox->azure);
}

void azure_seed(struct sandbox *sandbox)
{
    for (size_t i = 0; i < COUNT(parts); i++)
        parts[i]->seed(sandbox);
}

void azure_sandbox_close(struct sandbox *sandbox)
{
    if (!sandbox->azure)
        return;
    for (size_t i = 0; i < COUNT(parts); i++)
        parts[i]->close(sandbox->azure);
    free(sandbox->azure);
    sandbox->azure = NULL;
}

void azure_run(struct sandbox *sandbox)
{
    for (size_t i = 0; i < COUNT(parts); i++)
        parts[i]->run(sandbox);
}

/* ---- Snapshot. */
void azure_describe(const struct sandbox *sandbox, struct arena *arena, struct json *root)
{
    struct json *azure = json_object(arena);
    json_set(arena, azure, "made", json_int(arena, sandbox->azure->made));
    for (size_t i = 0; i < COUNT(parts); i++)
        json_set(arena, azure, parts[i]->name, parts[i]->describe(sandbox->azure, arena));
    json_set(arena, root, "azure", azure);
}

int azure_read(struct sandbox *sandbox, const struct json *root, struct error *error)
{
    const struct json *azure = json_get(root, "azure");
    if (!azure) { /* a snapshot from before Microsoft moved in */
        azure_seed(sandbox);
        return 0;
    }
    sandbox->azure->made = json_get_int(azure, "made", 0);
    for (size_t i = 0; i < COUNT(parts); i++) {
        int result = parts[i]->read(sandbox->azure, json_get(azure, parts[i]->name), error);
        if (result < 0)
            return result;
    }
    return 0;
}

/* ---- Texts. */
static uint64_t mix(uint64_t value)
{
    value += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

const char *azure_new_guid(struct sandbox *sandbox, struct arena *arena)
{
    uint64_t number = (uint64_t)++sandbox->azure->made;
    uint64_t high = mix(mix(sandbox->options.seed) ^ number), low = mix(high);
    return arena_printf(arena, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(high >> 32),
                        (unsigned)(high >> 16 & 0xffff), (unsigned)(high & 0xfff),
                        (unsigned)(0x8000 | (low >> 48 & 0x3fff)),
                        (unsigned long long)(low & UINT64_C(0xffffffffffff)));
}

const char *azure_instant(struct arena *arena, int64_t ms)
{
    char text[INSTANT_TEXT];
    instant_print(ms, text);
    /* What is finer than our clock: the same for the same millisecond. */
    return arena_printf(arena, "%.23s%04uZ", text, (unsigned)(mix((uint64_t)ms) % 10000));
}
