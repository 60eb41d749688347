/* Lua's standard libraries as hook code sees them: nothing that reaches files, processes, bytecode or the debugger. */
#include "pattern.h"
#include "sandbox.h"
#include <lauxlib.h>
#include <lualib.h>
#include <string.h>

static void forget(lua_State *L, const char *const *names)
{
    for (; *names; names++) {
        lua_pushnil(L);
        lua_setfield(L, -2, *names);
    }
}

/* xpcall(f, handler, …): the handler runs after unwinding, as ordinary code under the count hook. Lua runs it inside
 * the error, where hooks are off and a loop would never end. */
static int handled(lua_State *L, int status, lua_KContext context)
{
    (void)status, (void)context;
    lua_pushboolean(L, 0);
    lua_insert(L, -2);
    return 2;
}

static int xpcall_finished(lua_State *L, int status, lua_KContext context)
{
    (void)context;
    if (status == LUA_OK || status == LUA_YIELD) {
        lua_pushboolean(L, 1);
        lua_replace(L, 1);
        return lua_gettop(L);
    }
    lua_pushvalue(L, 1);
    lua_insert(L, -2);
    lua_callk(L, 1, 1, 0, handled);
    return handled(L, LUA_OK, 0);
}

static int safe_xpcall(lua_State *L)
{
    luaL_checktype(L, 2, LUA_TFUNCTION);
    int arguments = lua_gettop(L) - 2;
    lua_pushvalue(L, 1);
    lua_copy(L, 2, 1);  /* 1: handler */
    lua_replace(L, 2);  /* 2: function, then its arguments */
    return xpcall_finished(L, lua_pcallk(L, arguments, LUA_MULTRET, 0, 0, xpcall_finished), 0);
}

static int safe_setmetatable(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_argexpected(L, lua_isnoneornil(L, 2) || lua_istable(L, 2), 2, "nil or table");
    if (lua_istable(L, 2)) {
        lua_pushliteral(L, "__gc");
        if (lua_rawget(L, 2) != LUA_TNIL)
            return luaL_error(L, "__gc is not available in hooks: use a variable with <close>");
        lua_pop(L, 1);
    }
    if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL)
        return luaL_error(L, "cannot change a protected metatable");
    lua_settop(L, 2);
    lua_setmetatable(L, 1);
    return 1;
}

static int safe_getmetatable(lua_State *L)
{
    luaL_checkany(L, 1);
    if (lua_type(L, 1) == LUA_TSTRING || !lua_getmetatable(L, 1))
        lua_pushnil(L);
    else if (luaL_getmetafield(L, 1, "__metatable") == LUA_TNIL)
        lua_pushvalue(L, -1);
    return 1;
}

static int count_garbage(lua_State *L)
{
    if (strcmp(luaL_optstring(L, 1, "count"), "count") != 0)
        return luaL_error(L, "collectgarbage takes only \"count\" in hooks");
    lua_pushnumber(L, (double)sandbox_of(L)->memory_used / 1024);
    return 1;
}

void libraries_open(lua_State *L)
{
    static const char *const no_globals[] = {"dofile", "loadfile", "load", "print", "collectgarbage", "warn", NULL};
    static const char *const no_strings[] = {"dump", NULL};
    /* Of Lua 5.3, which some builds of 5.4 still have. */
    static const char *const no_numbers[] = {"atan2", "cosh", "frexp", "ldexp", "log10", "pow", "sinh", "tanh", NULL};
    static const char *const no_system[] = {"execute", "exit", "getenv", "remove", "rename", "tmpname", "setlocale", NULL};
    static const luaL_Reg replaced[] = {{"xpcall", safe_xpcall}, {"setmetatable", safe_setmetatable},
                                        {"getmetatable", safe_getmetatable}, {"collectgarbage", count_garbage}, {NULL, NULL}};
    luaL_requiref(L, LUA_GNAME, luaopen_base, 1);
    forget(L, no_globals);
    luaL_setfuncs(L, replaced, 0);
    lua_getfield(L, -1, "next");
    lua_pushcclosure(L, ordered_pairs, 1);
    lua_setfield(L, -2, "pairs");
    luaL_requiref(L, LUA_STRLIBNAME, luaopen_string, 1);
    forget(L, no_strings);
    patterns_open(L);
    bound_functions(L);
    luaL_requiref(L, LUA_TABLIBNAME, luaopen_table, 1);
    bound_functions(L);
    luaL_requiref(L, LUA_MATHLIBNAME, luaopen_math, 1);
    forget(L, no_numbers);
    luaL_requiref(L, LUA_UTF8LIBNAME, luaopen_utf8, 1);
    luaL_requiref(L, LUA_OSLIBNAME, luaopen_os, 1);
    forget(L, no_system);
    clock_open(L);
    lua_settop(L, 0);
}
