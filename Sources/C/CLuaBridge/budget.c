/* What a hook may use: memory by the allocator, time by the count hook. */
#include "sandbox.h"
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Instructions between two looks at the clock: any count costs 1.6 times in a tight loop, so it may be small. */
#define CHECK_EVERY 1000
/* CPU time is a system call; it is read at every so many looks. */
#define CPU_EVERY 32

uint64_t clock_nanoseconds(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

void *budget_allocate(void *owner, void *block, size_t old, size_t wanted)
{
    struct sandbox *box = owner;
    if (!block)
        old = 0; /* Lua then tells the kind of object, not a size */
    if (wanted == 0) {
        box->memory_used -= old;
        free(block);
        return NULL;
    }
    if (wanted > old && wanted - old > box->limits.memory - box->memory_used)
        return NULL;
    void *grown = realloc(block, wanted);
    if (grown)
        box->memory_used += wanted - old;
    return grown;
}

void budget_kill(struct sandbox *box, lua_State *L, const char *class, const char *verdict)
{
    if (box->is_killed)
        return;
    box->is_killed = true;
    snprintf(box->verdict_class, sizeof box->verdict_class, "%s", class);
    snprintf(box->verdict, sizeof box->verdict, "%s", verdict);
    if (!place_find(L, &box->killed_at))
        box->killed_at = box->handler;
}

static void look_at_the_clock(lua_State *L, struct sandbox *box)
{
    char verdict[128];
    if (clock_nanoseconds(CLOCK_MONOTONIC) > box->deadline) {
        snprintf(verdict, sizeof verdict, "not finished within its budget of %g s", (double)box->limits.budget_nanoseconds / 1e9);
        budget_kill(box, L, "budget", verdict);
    } else if (++box->checks % CPU_EVERY == 0 && clock_nanoseconds(CLOCK_PROCESS_CPUTIME_ID) > box->cpu_deadline) {
        snprintf(verdict, sizeof verdict, "computed for more than %g s without asking the engine for anything",
                 (double)box->limits.slice_nanoseconds / 1e9);
        budget_kill(box, L, "budget", verdict);
    }
}

static void on_count(lua_State *L, lua_Debug *activation)
{
    (void)activation;
    struct sandbox *box = sandbox_of(L);
    if (!box->is_killed)
        look_at_the_clock(L, box);
    if (box->is_killed) {
        /* From here every instruction raises: a pcall around the first error does not get further. */
        lua_sethook(L, on_count, LUA_MASKCOUNT, 1);
        luaL_error(L, "%s", box->verdict);
    }
}

void budget_watch(lua_State *L) { lua_sethook(L, on_count, LUA_MASKCOUNT, CHECK_EVERY); }

void budget_new_slice(struct sandbox *box)
{
    box->cpu_deadline = clock_nanoseconds(CLOCK_PROCESS_CPUTIME_ID) + box->limits.slice_nanoseconds;
}
