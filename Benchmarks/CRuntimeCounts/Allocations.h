/* The allocator of the process, counted. */
#pragma once
#include <stdint.h>

/* Calls of this thread for new memory, ever. */
extern _Thread_local int64_t allocations __attribute__((tls_model("initial-exec")));
