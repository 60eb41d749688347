/* Counts what the calling thread asks of the allocator and of Swift's reference counting: for benchmarks and tests, never for the product. */
#pragma once
#include <stdint.h>

typedef struct {
    /* malloc, calloc, realloc and their like; 0 where a sanitizer has the allocator. */
    int64_t allocations;
    int64_t retains;
    int64_t releases;
} runtime_counts;

/* Begins to count, from zero. One thread at a time; what others do meanwhile is not counted. */
void runtime_counts_begin(void);

/* What was asked since; counts no further. */
runtime_counts runtime_counts_end(void);
