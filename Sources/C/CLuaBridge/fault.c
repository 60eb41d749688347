/* Errors with a class and a line of the hook's. A fault is a table { class, message, file, line } that reads as
 * `file:line: message`; what Lua itself raises stays a string. */
#include "sandbox.h"
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#define FAULT_TYPE "understudy.fault"
/* Chunks of the engine's own library; their lines tell a hook's author nothing. */
static const char library_prefix[] = "@understudy/";

bool place_find(lua_State *L, struct place *place)
{
    lua_Debug frame;
    for (int level = 0; lua_getstack(L, level, &frame); level++) {
        if (!lua_getinfo(L, "Sl", &frame) || frame.source[0] != '@' || frame.currentline < 1)
            continue;
        if (strncmp(frame.source, library_prefix, sizeof library_prefix - 1) == 0)
            continue;
        snprintf(place->file, sizeof place->file, "%s", frame.source + 1);
        place->line = frame.currentline;
        return true;
    }
    return false;
}

int fault_raise(lua_State *L, const char *class)
{
    struct place place = {{0}, 0};
    if (!place_find(L, &place))
        place = sandbox_of(L)->handler;
    lua_createtable(L, 0, 4);
    lua_insert(L, -2);
    lua_setfield(L, -2, "message");
    lua_pushstring(L, class);
    lua_setfield(L, -2, "class");
    if (place.line) {
        lua_pushstring(L, place.file);
        lua_setfield(L, -2, "file");
        lua_pushinteger(L, place.line);
        lua_setfield(L, -2, "line");
    }
    luaL_setmetatable(L, FAULT_TYPE);
    return lua_error(L);
}

/* The text of a raw field without conversions; nothing here can run hook code. */
static const char *raw_text(lua_State *L, int table, const char *key, const char *fallback)
{
    lua_pushstring(L, key);
    lua_rawget(L, table);
    const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : fallback;
    lua_pop(L, 1); /* the table keeps it alive */
    return text;
}

void fault_describe(lua_State *L, int index, const char **class, const char **message, struct place *place)
{
    index = lua_absindex(L, index);
    *class = "code";
    if (lua_type(L, index) == LUA_TSTRING) {
        *message = lua_tostring(L, index);
    } else if (lua_type(L, index) == LUA_TTABLE && luaL_getmetafield(L, index, "__name") != LUA_TNIL) {
        bool is_fault = strcmp(lua_tostring(L, -1), FAULT_TYPE) == 0;
        lua_pop(L, 1);
        *message = is_fault ? raw_text(L, index, "message", "no message") : "an object was raised that is no text";
        if (!is_fault)
            return;
        *class = raw_text(L, index, "class", "code");
        snprintf(place->file, sizeof place->file, "%s", raw_text(L, index, "file", ""));
        lua_pushstring(L, "line");
        lua_rawget(L, index);
        place->line = (int)lua_tointeger(L, -1);
        lua_pop(L, 1);
    } else {
        *message = "an error was raised that is no text";
    }
}

static int fault_text(lua_State *L)
{
    const char *class, *message;
    struct place place = {{0}, 0};
    fault_describe(L, 1, &class, &message, &place);
    if (place.line)
        lua_pushfstring(L, "%s:%d: %s", place.file, place.line, message);
    else
        lua_pushstring(L, message);
    return 1;
}

static int fault_concat(lua_State *L)
{
    luaL_tolstring(L, 1, NULL);
    luaL_tolstring(L, 2, NULL);
    lua_concat(L, 2);
    return 1;
}

void fault_open(lua_State *L)
{
    luaL_newmetatable(L, FAULT_TYPE);
    lua_pushcfunction(L, fault_text);
    lua_setfield(L, -2, "__tostring");
    lua_pushcfunction(L, fault_concat);
    lua_setfield(L, -2, "__concat");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
}

static bool text_field(struct buffer *out, const char *key, const char *text)
{
    return buffer_text(out, key, strlen(key)) && buffer_tag(out, TAG_STRING) && buffer_text(out, text, strlen(text));
}

bool fault_write(struct buffer *out, const char *class, const char *message, const struct place *place, const char *step)
{
    uint32_t fields = 3 + (place->line ? 2 : 0) + (step[0] ? 1 : 0);
    bool fits = buffer_tag(out, TAG_MAP) && buffer_count(out, fields) && text_field(out, "kind", "fault")
             && text_field(out, "class", class) && text_field(out, "message", message);
    if (place->line) {
        uint8_t line[8] = {0};
        for (int i = 0; i < 4; i++)
            line[i] = (uint8_t)((unsigned)place->line >> (8 * i));
        fits = fits && text_field(out, "file", place->file) && buffer_text(out, "line", 4) && buffer_tag(out, TAG_INTEGER)
            && buffer_append(out, line, sizeof line);
    }
    if (step[0])
        fits = fits && text_field(out, "step", step);
    return fits;
}
