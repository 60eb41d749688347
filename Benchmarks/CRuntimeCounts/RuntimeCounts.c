/* An executable's own functions come before those of its libraries, also for the libraries: the runtime's counting of references is called by way of
   the functions here. What the runtime does within itself does not come by. */
#define _GNU_SOURCE
#include "CRuntimeCounts.h"
#include "Allocations.h"
#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

static _Thread_local bool is_counting;
static _Thread_local int64_t retains, releases;

/* The runtime's own function. */
static void *runtime(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (found == NULL) abort();
    return found;
}

#define RETAIN(name, count)                                                                                                                          \
    void *name(void *object);                                                                                                                        \
    void *name(void *object) {                                                                                                                       \
        static void *(*call)(void *);                                                                                                                \
        if (call == NULL) call = runtime(#name);                                                                                                     \
        count += is_counting;                                                                                                                        \
        return call(object);                                                                                                                         \
    }
#define RETAIN_N(name, count)                                                                                                                        \
    void *name(void *object, uint32_t n);                                                                                                            \
    void *name(void *object, uint32_t n) {                                                                                                           \
        static void *(*call)(void *, uint32_t);                                                                                                      \
        if (call == NULL) call = runtime(#name);                                                                                                     \
        count += is_counting;                                                                                                                        \
        return call(object, n);                                                                                                                      \
    }

RETAIN(swift_retain, retains)
RETAIN(swift_bridgeObjectRetain, retains)
RETAIN(swift_tryRetain, retains)
RETAIN(swift_release, releases)
RETAIN(swift_bridgeObjectRelease, releases)
RETAIN_N(swift_retain_n, retains)
RETAIN_N(swift_bridgeObjectRetain_n, retains)
RETAIN_N(swift_release_n, releases)
RETAIN_N(swift_bridgeObjectRelease_n, releases)

void runtime_counts_begin(void) {
    retains = releases = 0;
    allocations = 0;
    is_counting = true;
}

runtime_counts runtime_counts_end(void) {
    runtime_counts counts = {allocations, retains, releases};
    is_counting = false;
    return counts;
}
