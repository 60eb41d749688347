/* The life of a sandbox: made, started, resumed with answers, destroyed. Every Lua call here that could raise is made
 * by a function run under lua_pcall or lua_resume. */
#include "sandbox.h"
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct sandbox *sandbox_of(lua_State *L) { return *(struct sandbox **)lua_getextraspace(L); }

static int panic(lua_State *L)
{
    (void)L;
    static const char words[] = "understudy hook-host: Lua raised outside a protected call\n";
    ssize_t ignored = write(STDERR_FILENO, words, sizeof words - 1);
    (void)ignored;
    _exit(SANDBOX_EXIT_PANIC);
}

static int open_state(lua_State *L)
{
    fault_open(L);
    libraries_open(L);
    coroutines_open(L);
    lua_newthread(L);
    return 1;
}

sandbox *sandbox_create(const sandbox_limits *limits)
{
    struct sandbox *box = calloc(1, sizeof *box);
    if (!box)
        return NULL;
    box->limits = *limits;
    box->deadline = clock_nanoseconds(CLOCK_MONOTONIC) + limits->budget_nanoseconds;
    box->cpu_deadline = clock_nanoseconds(CLOCK_PROCESS_CPUTIME_ID) + limits->cpu_nanoseconds;
    box->clock.now = (double)clock_nanoseconds(CLOCK_REALTIME) / 1e9;
    box->main = lua_newstate(budget_allocate, box);
    if (!box->main) {
        free(box);
        return NULL;
    }
    lua_atpanic(box->main, panic);
    *(struct sandbox **)lua_getextraspace(box->main) = box;
    lua_pushcfunction(box->main, open_state);
    if (lua_pcall(box->main, 0, 1, 0) != LUA_OK || !warden_start(box)) {
        lua_close(box->main);
        free(box);
        return NULL;
    }
    box->hook = lua_tothread(box->main, -1); /* stays on the stack: never collected */
    budget_watch(box->hook);
    return box;
}

size_t sandbox_destroy(sandbox *box)
{
    if (!box)
        return 0;
    warden_stop(box);
    /* Closing runs what is still to be closed; it gets no further than its first instruction. */
    box->is_cancelled = box->is_killed = true;
    lua_close(box->main);
    size_t left = box->memory_used;
    free(box->output.bytes);
    free(box->log.bytes);
    free(box);
    return left;
}

const uint8_t *sandbox_output(const sandbox *box, size_t *count)
{
    *count = box->output.count;
    return box->output.bytes;
}

/* Encodes what the boot chunk returned; runs protected. */
static int encode_result(lua_State *L)
{
    struct sandbox *box = sandbox_of(L);
    buffer_clear(&box->output);
    codec_encode(L, 1, &box->output);
    return 0;
}

static sandbox_status finished(struct sandbox *box, int results)
{
    lua_State *L = box->main;
    if (box->is_cancelled)
        return report_verdict(box);
    lua_pushcfunction(L, encode_result);
    if (results && lua_checkstack(L, results)) {
        lua_xmove(box->hook, L, results);
        lua_pop(L, results - 1);
    } else {
        lua_pushnil(L);
    }
    int status = lua_pcall(L, 1, 0, 0);
    return status == LUA_OK ? SANDBOX_DONE : report_fault(box, L, status);
}

static sandbox_status run(struct sandbox *box, int arguments)
{
    int results = 0;
    budget_new_slice(box);
    warden_running(box, true);
    int status = lua_resume(box->hook, box->main, arguments, &results);
    warden_running(box, false);
    if (status == LUA_YIELD) {
        lua_pop(box->hook, results); /* the tag: hook code itself cannot yield here */
        return SANDBOX_CALL;
    }
    if (status != LUA_OK)
        return report_fault(box, box->hook, status);
    return finished(box, results);
}

/* Where an error was raised, while its frames are still there. Not called when memory ran out. */
static int note_failure(lua_State *L)
{
    struct sandbox *box = sandbox_of(L);
    if (!place_find(L, &box->failed_in))
        box->failed_in = box->handler;
    return 1;
}

static int boot_finished(lua_State *L, int status, lua_KContext context)
{
    (void)context;
    struct sandbox *box = sandbox_of(L);
    if (status == LUA_OK || status == LUA_YIELD)
        return 1;
    box->is_out_of_memory = status == LUA_ERRMEM;
    if (box->is_out_of_memory)
        box->failed_in = box->seen_in;
    return lua_error(L);
}

/* Under everything: what is to be closed is closed when an error gets here, and may ask the engine meanwhile. */
static int boot(lua_State *L)
{
    lua_pushcfunction(L, note_failure);
    lua_insert(L, 1);
    return boot_finished(L, lua_pcallk(L, 2, 1, 1, 0, boot_finished), 0);
}

struct start {
    const char *name, *text;
    size_t text_count;
    const uint8_t *request;
    size_t request_count;
};

/* Leaves the boot function, its chunk, the primitives and the request on the hook's stack; runs protected on the main one. */
static int prepare(lua_State *L)
{
    const struct start *start = lua_touserdata(L, 1);
    lua_State *hook = sandbox_of(L)->hook;
    lua_pushcfunction(L, boot);
    if (luaL_loadbufferx(L, start->text, start->text_count, start->name, "t") != LUA_OK)
        return lua_error(L);
    host_push(L);
    codec_decode(L, start->request, start->request_count);
    clock_begin(L, -1);
    if (!lua_checkstack(hook, 4))
        return luaL_error(L, "out of memory");
    lua_xmove(L, hook, 4);
    return 0;
}

sandbox_status sandbox_start(sandbox *box, const char *chunk_name, const char *text, size_t text_count,
                             const uint8_t *request, size_t request_count)
{
    struct start start = {chunk_name, text, text_count, request, request_count};
    lua_pushcfunction(box->main, prepare);
    lua_pushlightuserdata(box->main, &start);
    int status = lua_pcall(box->main, 1, 0, 0);
    return status == LUA_OK ? run(box, 3) : report_fault(box, box->main, status);
}

static int accept_answer(lua_State *L)
{
    const struct start *answer = lua_touserdata(L, 1);
    lua_State *hook = sandbox_of(L)->hook;
    if (!lua_checkstack(hook, 1))
        return luaL_error(L, "out of memory");
    if (answer->request)
        codec_decode(L, answer->request, answer->request_count);
    else
        lua_pushnil(L);
    lua_xmove(L, hook, 1);
    return 0;
}

static sandbox_status answered(sandbox *box, const uint8_t *answer, size_t answer_count)
{
    struct start bytes = {.request = answer, .request_count = answer_count};
    lua_pushcfunction(box->main, accept_answer);
    lua_pushlightuserdata(box->main, &bytes);
    int status = lua_pcall(box->main, 1, 0, 0);
    return status == LUA_OK ? run(box, 1) : report_fault(box, box->main, status);
}

sandbox_status sandbox_resume(sandbox *box, const uint8_t *answer, size_t answer_count) { return answered(box, answer, answer_count); }

sandbox_status sandbox_cancel(sandbox *box)
{
    budget_cancel(box, box->hook, "budget", CANCELLED);
    return answered(box, NULL, 0);
}
