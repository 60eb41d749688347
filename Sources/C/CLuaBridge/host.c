/* The primitives that only the engine's own Lua library is given: ask the engine, log, compile, fail. */
#include "sandbox.h"
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

const char host_tag = 0;

/* The event is over: said to every host call from now on. */
static int refuse_call(lua_State *L, const struct sandbox *box)
{
    lua_pushstring(L, box->verdict);
    return fault_raise(L, box->verdict_class);
}

/* The engine's answer is on top: a map with `value`, or with `failed`; nil when nobody is there to answer. */
static int call_answered(lua_State *L, int status, lua_KContext context)
{
    (void)status, (void)context;
    struct sandbox *box = sandbox_of(L);
    if (box->is_cancelled)
        return refuse_call(L, box);
    clock_move(L, -1);
    if (lua_getfield(L, -1, "failed") != LUA_TTABLE) {
        lua_pop(L, 1);
        lua_getfield(L, -1, "value");
        return 1;
    }
    lua_getfield(L, -1, "class");
    const char *class = luaL_checkstring(L, -1);
    lua_getfield(L, -2, "message");
    if (lua_getfield(L, -3, "is_final") == LUA_TBOOLEAN && lua_toboolean(L, -1)) {
        budget_cancel(box, L, class, luaL_checkstring(L, -2));
        return refuse_call(L, box);
    }
    lua_pop(L, 1);
    return fault_raise(L, class);
}

/* call(op, …): waits for what the engine answers. Raises what the engine refuses, at the hook's line. */
static int call(lua_State *L)
{
    struct sandbox *box = sandbox_of(L);
    const char *op = luaL_checkstring(L, 1);
    if (box->is_cancelled)
        return refuse_call(L, box);
    if (!lua_isyieldable(L) || box->unyieldable) {
        lua_pushfstring(L, "%s cannot be called from inside a table.sort comparator, gsub callback or metamethod", op);
        return fault_raise(L, "code");
    }
    struct buffer *out = &box->output;
    message_begin(L, out, "call", 2);
    message_entry(L, out, "op", 1);
    int arguments = lua_gettop(L) - 1;
    if (!(buffer_text(out, "arguments", 9) && buffer_tag(out, TAG_LIST) && buffer_count(out, (uint32_t)arguments)))
        return luaL_error(L, "out of memory");
    for (int i = 0; i < arguments; i++)
        codec_encode(L, i + 2, out);
    lua_pushlightuserdata(L, (void *)&host_tag);
    return lua_yieldk(L, 1, 0, call_answered);
}

/* fail(class, message): raises at the hook's line. */
static int fail(lua_State *L)
{
    const char *class = luaL_checkstring(L, 1);
    luaL_checkstring(L, 2);
    lua_settop(L, 2);
    return fault_raise(L, class);
}

/* compile(text, chunk name, environment): a function, or nil and what is wrong. Text only: bytecode can crash Lua. */
static int compile(lua_State *L)
{
    size_t count;
    const char *text = luaL_checklstring(L, 1, &count);
    const char *name = luaL_checkstring(L, 2);
    luaL_checktype(L, 3, LUA_TTABLE);
    budget_look(L); /* compiling runs no instruction */
    if (luaL_loadbufferx(L, text, count, name, "t") != LUA_OK) {
        lua_pushnil(L);
        lua_insert(L, -2);
        return 2;
    }
    lua_pushvalue(L, 3);
    lua_setupvalue(L, -2, 1);
    return 1;
}

/* step(name or nil): names the step under way and returns the one before. */
static int set_step(lua_State *L)
{
    struct sandbox *box = sandbox_of(L);
    lua_pushstring(L, box->step);
    snprintf(box->step, sizeof box->step, "%s", luaL_optstring(L, 1, ""));
    return 1;
}

/* handling(function): the handler that runs now; its first line stands in where no better one is known. */
static int handling(lua_State *L)
{
    struct sandbox *box = sandbox_of(L);
    lua_Debug handler;
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_settop(L, 1);
    lua_getinfo(L, ">S", &handler);
    if (handler.source[0] == '@') {
        snprintf(box->handler.file, sizeof box->handler.file, "%s", handler.source + 1);
        box->handler.line = handler.linedefined;
    }
    return 0;
}

/* where(): file and line of the hook code that called. */
static int where(lua_State *L)
{
    struct place place;
    if (!place_find(L, &place))
        place = sandbox_of(L)->handler;
    lua_pushstring(L, place.file);
    lua_pushinteger(L, place.line);
    return 2;
}

/* now(): seconds since 1970, as of the engine's latest answer; never jumps back. */
static int now(lua_State *L)
{
    lua_pushnumber(L, sandbox_of(L)->clock.now);
    return 1;
}

static int anchor_finished(lua_State *L, int status, lua_KContext context)
{
    (void)status, (void)context;
    return lua_gettop(L);
}

static int anchored(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_callk(L, lua_gettop(L) - 1, LUA_MULTRET, 0, anchor_finished);
    return lua_gettop(L);
}

/* anchor(function): the same behind a C function. Lua keeps the frame of who tail-calls a C function, so that
 * `return us.abort "…"` still has a line. */
static int anchor(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_settop(L, 1);
    lua_pushcclosure(L, anchored, 1);
    return 1;
}

void host_push(lua_State *L)
{
    static const luaL_Reg primitives[] = {{"call", call}, {"log", message_log}, {"fail", fail}, {"compile", compile},
                                          {"step", set_step}, {"handling", handling}, {"where", where}, {"now", now}, {"anchor", anchor}, {NULL, NULL}};
    luaL_newlib(L, primitives);
}
