/* Time and chance as the engine gives them, so that a recorded event runs again as it ran: time moves with the engine's
 * answers, and random numbers come from the event's seed. */
#include "sandbox.h"
#include <lauxlib.h>
#include <lualib.h>
#include <math.h>

/* The function behind this one. */
static int original(lua_State *L) { return lua_tocfunction(L, lua_upvalueindex(1))(L); }

static int recorded_time(lua_State *L)
{
    if (!lua_isnoneornil(L, 1))
        return original(L); /* from a date's fields: no clock in it */
    lua_pushinteger(L, (lua_Integer)sandbox_of(L)->clock.now);
    return 1;
}

static int recorded_date(lua_State *L)
{
    if (lua_isnoneornil(L, 1)) {
        lua_settop(L, 0);
        lua_pushliteral(L, "%c");
    }
    if (lua_isnoneornil(L, 2)) {
        lua_settop(L, 1);
        lua_pushinteger(L, (lua_Integer)sandbox_of(L)->clock.now);
    }
    return original(L);
}

/* os.clock(): seconds since the event began; what it would be in Lua, CPU time, no replay can give again. */
static int recorded_clock(lua_State *L)
{
    const struct hook_clock *clock = &sandbox_of(L)->clock;
    lua_pushnumber(L, clock->now - clock->began);
    return 1;
}

/* math.randomseed(a, b): without a seed, the event's next one instead of one that nobody knows. */
static int recorded_seed(lua_State *L)
{
    if (lua_isnoneornil(L, 1)) {
        lua_settop(L, 0);
        lua_pushinteger(L, sandbox_of(L)->clock.seed);
        lua_pushinteger(L, ++sandbox_of(L)->clock.seedings);
    }
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, 0);
    return 0;
}

static void put_before(lua_State *L, const char *library, const char *name, lua_CFunction function)
{
    lua_getglobal(L, library);
    lua_getfield(L, -1, name);
    lua_pushcclosure(L, function, 1);
    lua_setfield(L, -2, name);
    lua_pop(L, 1);
}

void clock_open(lua_State *L)
{
    put_before(L, LUA_OSLIBNAME, "time", recorded_time);
    put_before(L, LUA_OSLIBNAME, "date", recorded_date);
    put_before(L, LUA_OSLIBNAME, "clock", recorded_clock);
    put_before(L, LUA_MATHLIBNAME, "randomseed", recorded_seed);
}

void clock_begin(lua_State *L, int request)
{
    struct hook_clock *clock = &sandbox_of(L)->clock;
    request = lua_absindex(L, request);
    if (lua_istable(L, request) && lua_getfield(L, request, "clock") == LUA_TTABLE) {
        lua_getfield(L, -1, "seed");
        clock->seed = lua_tointeger(L, -1);
        clock->now = 0; /* of a recorded event, long ago */
        clock_move(L, -2);
    }
    clock->began = clock->now;
    lua_settop(L, request);
    lua_getglobal(L, LUA_MATHLIBNAME);
    lua_getfield(L, -1, "randomseed");
    lua_call(L, 0, 0);
    lua_settop(L, request);
}

void clock_move(lua_State *L, int answer)
{
    if (lua_getfield(L, answer, "at") == LUA_TNUMBER)
        sandbox_of(L)->clock.now = fmax(sandbox_of(L)->clock.now, lua_tonumber(L, -1));
    lua_pop(L, 1);
}
