#include "tests/sandbox/azure/azure.h"

#include <stdio.h>
#include <string.h>

#include "tests/sandbox/azure/identities.h"

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
