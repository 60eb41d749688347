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

void sandbox_destroy(sandbox *box)
{
    if (!box)
        return;
    warden_stop(box);
    /* Closing runs what is still to be closed; it gets no further than its first instruction. */
    box->is_killed = true;
    lua_close(box->main);
    free(box->output.bytes);
    free(box->log.bytes);
    free(box);
}

const uint8_t *sandbox_output(const sandbox *box, size_t *count)
{
    *count = box->output.count;
    return box->output.bytes;
}

/* Writes the output for the error value on top of `failed`. */
static sandbox_status report_fault(struct sandbox *box, lua_State *failed, int status)
{
    const char *class = "code", *message = "";
    struct place place = {{0}, 0}, known = box->handler;
    lua_State *L = box->main;
    /* What follows is not protected, and what it needs is small: only the machine may refuse it now. */
    box->limits.memory = SIZE_MAX;
    place_find(failed, &known);
    if (failed != L)
        lua_xmove(failed, L, 1);
    fault_describe(L, -1, &class, &message, &place);
    if (!place.line)
        place = known;
    if (status == LUA_ERRMEM) {
        class = "budget";
        message = "needs more memory than a hook may hold";
    }
    if (box->is_killed) {
        class = box->verdict_class;
        message = box->verdict;
        place = box->killed_at;
    }
    box->output.count = 0;
    if (!fault_write(&box->output, class, message, &place, box->step))
        box->output.count = 0;
    return SANDBOX_FAULT;
}

/* Encodes what the boot chunk returned; runs protected. */
static int encode_result(lua_State *L)
{
    struct sandbox *box = sandbox_of(L);
    box->output.count = 0;
    codec_encode(L, 1, &box->output);
    return 0;
}

static sandbox_status finished(struct sandbox *box, int results)
{
    lua_State *L = box->main;
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

struct start {
    const char *name, *text;
    size_t text_count;
    const uint8_t *request;
    size_t request_count;
};

/* Leaves the boot chunk, the primitives and the request on the hook's stack; runs protected on the main one. */
static int prepare(lua_State *L)
{
    const struct start *start = lua_touserdata(L, 1);
    lua_State *hook = sandbox_of(L)->hook;
    if (luaL_loadbufferx(L, start->text, start->text_count, start->name, "t") != LUA_OK)
        return lua_error(L);
    host_push(L);
    codec_decode(L, start->request, start->request_count);
    if (!lua_checkstack(hook, 3))
        return luaL_error(L, "out of memory");
    lua_xmove(L, hook, 3);
    return 0;
}

sandbox_status sandbox_start(sandbox *box, const char *chunk_name, const char *text, size_t text_count,
                             const uint8_t *request, size_t request_count)
{
    struct start start = {chunk_name, text, text_count, request, request_count};
    lua_pushcfunction(box->main, prepare);
    lua_pushlightuserdata(box->main, &start);
    int status = lua_pcall(box->main, 1, 0, 0);
    return status == LUA_OK ? run(box, 2) : report_fault(box, box->main, status);
}

static int accept_answer(lua_State *L)
{
    const struct start *answer = lua_touserdata(L, 1);
    lua_State *hook = sandbox_of(L)->hook;
    codec_decode(L, answer->request, answer->request_count);
    if (!lua_checkstack(hook, 1))
        return luaL_error(L, "out of memory");
    lua_xmove(L, hook, 1);
    return 0;
}

sandbox_status sandbox_resume(sandbox *box, const uint8_t *answer, size_t answer_count)
{
    struct start bytes = {.request = answer, .request_count = answer_count};
    lua_pushcfunction(box->main, accept_answer);
    lua_pushlightuserdata(box->main, &bytes);
    int status = lua_pcall(box->main, 1, 0, 0);
    return status == LUA_OK ? run(box, 1) : report_fault(box, box->main, status);
}
