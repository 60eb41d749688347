/* string.gsub: what replaces a match is a text with %0 to %9 in it, a table's value, or a function's answer. */
#include "pattern.h"
#include <lauxlib.h>
#include <string.h>

struct match {
    const struct pattern *pattern;
    const char *start, *end;
};

/* Adds the replacement text, index 3, with captures for its %1… */
static void add_text(lua_State *L, luaL_Buffer *out, const struct match *match)
{
    size_t count;
    const char *text = lua_tolstring(L, 3, &count), *end = text + count, *escape;
    while ((escape = memchr(text, '%', (size_t)(end - text)))) {
        luaL_addlstring(out, text, (size_t)(escape - text));
        int letter = escape + 1 < end ? (uint8_t)escape[1] : 0;
        if (letter == '%') {
            luaL_addchar(out, '%');
        } else if (letter == '0') {
            luaL_addlstring(out, match->start, (size_t)(match->end - match->start));
        } else if (letter >= '1' && letter <= '9') {
            if (letter - '1' >= match->pattern->captures && letter != '1')
                luaL_error(L, "invalid capture index %%%d in replacement string", letter - '0');
            pattern_push_capture(L, match->pattern, letter - '1', match->start, match->end);
            luaL_tolstring(L, -1, NULL);
            lua_remove(L, -2);
            luaL_addvalue(out);
        } else {
            luaL_error(L, "invalid use of '%%' in replacement string");
        }
        text = escape + 2;
    }
    luaL_addlstring(out, text, (size_t)(end - text));
}

/* Pushes what the table or function at index 3 has for the match. */
static void look_up(lua_State *L, const struct match *match)
{
    if (lua_isfunction(L, 3)) {
        lua_pushvalue(L, 3);
        lua_call(L, pattern_push_captures(L, match->pattern, match->start, match->end, true), 1);
    } else {
        pattern_push_capture(L, match->pattern, 0, match->start, match->end);
        lua_gettable(L, 3);
    }
}

static void add_replacement(lua_State *L, luaL_Buffer *out, const struct match *match)
{
    if (lua_isstring(L, 3)) {
        add_text(L, out, match);
        return;
    }
    look_up(L, match);
    if (!lua_toboolean(L, -1)) {
        lua_pop(L, 1);
        luaL_addlstring(out, match->start, (size_t)(match->end - match->start)); /* it stays as it is */
    } else if (lua_isstring(L, -1)) {
        luaL_addvalue(out);
    } else {
        luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
    }
}

int pattern_gsub(lua_State *L)
{
    size_t count, pattern_count;
    const char *text = luaL_checklstring(L, 1, &count), *words = luaL_checklstring(L, 2, &pattern_count), *last_end = NULL;
    luaL_argexpected(L, lua_isstring(L, 3) || lua_istable(L, 3) || lua_isfunction(L, 3), 3, "string/function/table");
    lua_Integer most = luaL_optinteger(L, 4, (lua_Integer)count + 1), replaced = 0;
    bool is_anchored = pattern_count && words[0] == '^';
    struct pattern pattern;
    lua_settop(L, 3);
    pattern_compile(L, &pattern, words + is_anchored, pattern_count - is_anchored, text, count);
    luaL_Buffer out;
    luaL_buffinit(L, &out);
    const char *at = text;
    while (replaced < most) {
        const char *end = pattern_match(L, &pattern, at);
        if (end && end != last_end) {
            struct match match = {&pattern, at, end};
            add_replacement(L, &out, &match);
            at = last_end = end;
            replaced++;
        } else if (at < pattern.subject_end) {
            luaL_addchar(&out, *at++);
        } else {
            break;
        }
        if (is_anchored)
            break;
    }
    luaL_addlstring(&out, at, (size_t)(pattern.subject_end - at));
    luaL_pushresult(&out);
    lua_pushinteger(L, replaced);
    return 2;
}
