/* What a hook may use: memory by the allocator, time by the count hook and by what the library's functions look at.
 *
 * Time over is a cancel first: it raises once, the engine is asked for nothing any more, and what is to be closed is
 * closed. Some way into the grace it is a kill: from then on every instruction raises, whatever hook code catches. */
#include "sandbox.h"
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Instructions between two looks at the clock: any count costs 1.6 times in a tight loop, so it may be small. */
#define CHECK_EVERY 1000
/* CPU time is a system call; it is read no more often than this. */
#define CPU_EVERY_NANOSECONDS 1000000

uint64_t clock_nanoseconds(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

void *budget_allocate(void *owner, void *block, size_t old, size_t wanted)
{
    struct sandbox *box = owner;
    bool is_string = !block && old == LUA_TSTRING;
    if (!block)
        old = 0; /* Lua then tells the kind of object, not a size */
    if (wanted == 0) {
        box->memory_used -= old;
        free(block);
        return NULL;
    }
    if ((is_string && wanted > box->limits.string) || (wanted > old && wanted - old > box->limits.memory - box->memory_used))
        return NULL;
    void *grown = realloc(block, wanted);
    if (grown)
        box->memory_used += wanted - old;
    return grown;
}

void budget_cancel(struct sandbox *box, lua_State *L, const char *class, const char *verdict)
{
    if (box->is_cancelled)
        return;
    box->is_cancelled = true;
    uint64_t now = clock_nanoseconds(CLOCK_MONOTONIC);
    box->kill_at = now + box->limits.grace_nanoseconds / 2;
    atomic_store(&box->warden.cancelled_at, now);
    snprintf(box->verdict_class, sizeof box->verdict_class, "%s", class);
    snprintf(box->verdict, sizeof box->verdict, "%s", verdict);
    snprintf(box->cancelled_step, sizeof box->cancelled_step, "%s", box->step);
    if (!place_find(L, &box->cancelled_in))
        box->cancelled_in = box->handler;
}

/* Cancels when more CPU time was used than there is. */
static void look_at_cpu(lua_State *L, struct sandbox *box, uint64_t now)
{
    char verdict[128];
    if (now < box->next_cpu_look)
        return;
    box->next_cpu_look = now + CPU_EVERY_NANOSECONDS;
    uint64_t used = clock_nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
    if (used > box->cpu_deadline)
        snprintf(verdict, sizeof verdict, "computed for more than %g s in all", (double)box->limits.cpu_nanoseconds / 1e9);
    else if (used > box->slice_deadline)
        snprintf(verdict, sizeof verdict, "computed for more than %g s without asking the engine for anything", (double)box->limits.slice_nanoseconds / 1e9);
    else
        return;
    budget_cancel(box, L, "budget", verdict);
}

static void look_at_clocks(lua_State *L, struct sandbox *box)
{
    uint64_t now = clock_nanoseconds(CLOCK_MONOTONIC);
    if (box->is_cancelled) {
        box->is_killed = now > box->kill_at;
    } else if (atomic_load(&box->warden.is_cancel_asked)) {
        budget_cancel(box, L, "budget", CANCELLED);
    } else if (now > box->deadline) {
        char verdict[128];
        snprintf(verdict, sizeof verdict, "not finished within its budget of %g s", (double)box->limits.budget_nanoseconds / 1e9);
        budget_cancel(box, L, "budget", verdict);
    } else {
        look_at_cpu(L, box, now);
    }
}

static void on_count(lua_State *L, lua_Debug *activation)
{
    (void)activation;
    struct sandbox *box = sandbox_of(L);
    place_find(L, &box->seen_in);
    if (box->is_killed) {
        /* From here every instruction raises: a pcall around the first error does not get further. */
        lua_sethook(L, on_count, LUA_MASKCOUNT, 1);
        luaL_error(L, "%s", box->verdict);
    }
    budget_look(L);
}

void budget_look(lua_State *L)
{
    struct sandbox *box = sandbox_of(L);
    bool was_cancelled = box->is_cancelled;
    if (!box->is_killed)
        look_at_clocks(L, box);
    if (box->is_killed)
        lua_sethook(L, on_count, LUA_MASKCOUNT, 1);
    if (box->is_killed || was_cancelled != box->is_cancelled)
        luaL_error(L, "%s", box->verdict);
}

void budget_watch(lua_State *L) { lua_sethook(L, on_count, LUA_MASKCOUNT, CHECK_EVERY); }

void budget_new_slice(struct sandbox *box)
{
    box->slice_deadline = clock_nanoseconds(CLOCK_PROCESS_CPUTIME_ID) + box->limits.slice_nanoseconds;
}
