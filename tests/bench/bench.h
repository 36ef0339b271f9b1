/* Measuring: the best of several runs, and a row of the table. A figure means something only beside
 * a floor measured in the same run on the same bytes: what the machine needs at the very least. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

#define BENCH_ROUNDS 5

static inline double bench_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Seconds of the fastest round. */
static inline double bench_best(void (*run)(void *context), void *context)
{
    double best = 1e9;
    for (int i = 0; i < BENCH_ROUNDS; i++) {
        double start = bench_now();
        run(context);
        double seconds = bench_now() - start;
        best = seconds < best ? seconds : best;
    }
    return best;
}

/* More is better: `ratio` is the share of the floor's speed that is reached. */
static inline void bench_speed(const char *what, double measured, double floor, const char *unit)
{
    printf("%-38s %14.1f %14.1f %9.3f  %s\n", what, measured, floor, measured / floor, unit);
}

/* Less is better: `ratio` is how many times the floor is needed. */
static inline void bench_cost(const char *what, double measured, double floor, const char *unit)
{
    printf("%-38s %14.1f %14.1f %9.1f  %s\n", what, measured, floor, measured / floor, unit);
}

/* The most memory the process ever had, in MiB. */
static inline double bench_peak(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

#endif
