/* The hook's own coroutines, through which a host call passes: a coroutine that waits for the engine suspends every
 * coroutine below it, and the answer goes back the same way. Plain Lua would hand the host's yield to `resume`. */
#include "sandbox.h"
#include <lauxlib.h>
#include <lualib.h>

static int answered(lua_State *L, int status, lua_KContext wraps);

/* An error of the inner coroutine: for `wrap` raised, for `resume` returned. */
static int failed(lua_State *L, lua_State *inner, bool wraps)
{
    if (!wraps) {
        lua_pushboolean(L, 0);
        lua_xmove(inner, L, 1);
        return 2;
    }
    int status = lua_status(inner);
    if (status != LUA_OK && status != LUA_YIELD)
        lua_resetthread(inner); /* closes what is to be closed; the error stays on top */
    lua_xmove(inner, L, 1);
    return lua_error(L);
}

/* Resumes the coroutine at index 1 with the `count` values on top. */
static int resume_inner(lua_State *L, int count, bool wraps)
{
    struct sandbox *box = sandbox_of(L);
    lua_State *inner = lua_tothread(L, 1);
    int results;
    if (!lua_checkstack(inner, count + 1))
        return luaL_error(L, "too many arguments to resume");
    lua_xmove(L, inner, count);
    int blocks = !lua_isyieldable(L);
    box->unyieldable += blocks;
    int status = lua_resume(inner, L, count, &results);
    box->unyieldable -= blocks;
    if (status == LUA_YIELD && results == 1 && lua_touserdata(inner, -1) == &host_tag) {
        lua_pop(inner, 1);
        lua_settop(L, 1);
        lua_pushlightuserdata(L, (void *)&host_tag);
        return lua_yieldk(L, 1, wraps, answered);
    }
    if (status != LUA_OK && status != LUA_YIELD)
        return failed(L, inner, wraps);
    luaL_checkstack(L, results + 1, "too many results to resume");
    if (!wraps)
        lua_pushboolean(L, 1);
    lua_xmove(inner, L, results);
    return results + !wraps;
}

static int answered(lua_State *L, int status, lua_KContext wraps)
{
    (void)status;
    return resume_inner(L, 1, (bool)wraps);
}

static int coroutine_resume(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTHREAD);
    return resume_inner(L, lua_gettop(L) - 1, false);
}

static int wrapped(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    return resume_inner(L, lua_gettop(L) - 1, true);
}

static int coroutine_wrap(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_State *inner = lua_newthread(L);
    lua_pushvalue(L, 1);
    lua_xmove(L, inner, 1);
    lua_pushcclosure(L, wrapped, 1);
    return 1;
}

static int coroutine_yield(lua_State *L)
{
    if (L == sandbox_of(L)->hook)
        return luaL_error(L, "attempt to yield from outside a coroutine");
    return lua_yield(L, lua_gettop(L));
}

void coroutines_open(lua_State *L)
{
    static const luaL_Reg replaced[] = {
        {"resume", coroutine_resume}, {"wrap", coroutine_wrap}, {"yield", coroutine_yield}, {NULL, NULL}};
    luaL_requiref(L, "coroutine", luaopen_coroutine, 1);
    luaL_setfuncs(L, replaced, 0);
    lua_pop(L, 1);
}
