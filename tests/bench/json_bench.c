/* The JSON reader and writer on a listing's page, against copying its bytes. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "tests/bench/bench.h"

#define RECORDS 4000

struct task {
    struct text page;
    char *copy;
    struct arena *arena;
    struct json *json;
    struct text printed;
};

static void make_page(struct text *page)
{
    text_init(page, SIZE_MAX);
    text_add(page, "{\"OpportunitySummaries\":[");
    for (int i = 0; i < RECORDS; i++)
        text_addf(page,
                  "%s{\"Id\":\"O%07d\",\"Catalog\":\"AWS\",\"PartnerOpportunityIdentifier\":\"%d\","
                  "\"LastModifiedDate\":\"2026-11-02T10:%02d:00.123Z\",\"Customer\":{\"Account\":{"
                  "\"CompanyName\":\"Example M\xc3\xbcller %d\",\"Industry\":\"Software and "
                  "Internet\",\"WebsiteUrl\":\"https://example-%d.com\",\"Address\":{"
                  "\"CountryCode\":\"DE\",\"PostalCode\":\"%05d\"}}},\"Project\":{\"Title\":"
                  "\"A line with \\\"quotes\\\"\\nand a break\",\"ExpectedCustomerSpend\":[{"
                  "\"Amount\":\"%d.50\",\"CurrencyCode\":\"USD\",\"Frequency\":\"Monthly\"}]},"
                  "\"LifeCycle\":{\"Stage\":\"Qualified\",\"ReviewStatus\":\"Approved\","
                  "\"TargetCloseDate\":\"2027-03-%02d\"}}",
                  i ? "," : "", i, i, i % 60, i, i, i, i, 1 + i % 28);
    text_add(page, "]}");
}

static void parse(void *context)
{
    struct task *task = context;
    arena_reset(task->arena);
    if (json_parse(task->arena, task->page.data, task->page.length, &task->json, NULL) < 0)
        abort();
}

static void print(void *context)
{
    struct task *task = context;
    text_clear(&task->printed);
    json_write(task->json, JSON_COMPACT, &task->printed);
}

/* The empty asm keeps the copy from being optimised away. */
static void copy(void *context)
{
    struct task *task = context;
    memcpy(task->copy, task->page.data, task->page.length);
    __asm__ volatile("" : : "r"(task->copy) : "memory");
}

int main(void)
{
    struct task task = {.arena = arena_new()};
    make_page(&task.page);
    text_init(&task.printed, SIZE_MAX);
    task.copy = memory_alloc(task.page.length);
    double megabytes = (double)task.page.length / 1e6;

    double floor = megabytes / bench_best(copy, &task);
    bench_speed("json: parse a page", megabytes / bench_best(parse, &task), floor, "MB/s, memcpy");
    bench_speed("json: write it again", megabytes / bench_best(print, &task), floor,
                "MB/s, memcpy");

    free(task.copy);
    text_free(&task.page);
    text_free(&task.printed);
    arena_free(task.arena);
    return 0;
}
