/* The CSV reader on a CRM export, against finding the line ends. */
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "tests/bench/bench.h"

#define ROWS 100000

struct task {
    struct text file;
    struct arena *arena;
    size_t records, lines;
};

static void make_file(struct text *file)
{
    text_init(file, SIZE_MAX);
    text_add(file, "Id,Account,Title,Stage,Amount,Close Date,Contact,Notes\r\n");
    for (int i = 0; i < ROWS; i++)
        text_addf(file,
                  "0061%08d,\"Example %d, Inc.\",Moving the data centre,Discovery,\"%d,000.50\","
                  "2027-03-31,someone@example-%d.com,\"Said \"\"yes\"\" on Monday\"\r\n",
                  i, i, i % 900, i);
}

static void read_all(void *context)
{
    struct task *task = context;
    struct csv_reader reader;
    struct csv_record record;
    csv_start(&reader, task->file.data, task->file.length, ',');
    task->records = 0;
    for (arena_reset(task->arena); csv_next(&reader, task->arena, &record);) {
        task->records += !record.fault;
        if (task->records % 64 == 0)
            arena_reset(task->arena); /* as a source does: rows live until the next */
    }
}

static void count_lines(void *context)
{
    struct task *task = context;
    const char *end = task->file.data + task->file.length;
    task->lines = 0;
    for (const char *at = task->file.data; at && at < end; task->lines++) {
        at = memchr(at, '\n', (size_t)(end - at));
        at = at ? at + 1 : NULL;
    }
}

int main(void)
{
    struct task task = {.arena = arena_new()};
    make_file(&task.file);
    double megabytes = (double)task.file.length / 1e6;
    double floor = megabytes / bench_best(count_lines, &task);
    bench_speed("csv: read an export", megabytes / bench_best(read_all, &task), floor,
                "MB/s, line ends");
    if (task.records != ROWS + 1 || task.lines != ROWS + 1)
        abort();
    text_free(&task.file);
    arena_free(task.arena);
    return 0;
}
