/* string.find, match, gmatch: the searching ones. */
#define _GNU_SOURCE
#include "pattern.h"
#include <lauxlib.h>
#include <string.h>

void pattern_push_capture(lua_State *L, const struct pattern *pattern, int index, const char *start, const char *end)
{
    if (index >= pattern->captures) {
        if (index > 0)
            luaL_error(L, "invalid capture index %%%d", index + 1);
        lua_pushlstring(L, start, (size_t)(end - start));
        return;
    }
    const struct capture *capture = &pattern->capture[index];
    if (capture->is_position)
        lua_pushinteger(L, capture->begin - pattern->subject + 1);
    else
        lua_pushlstring(L, capture->begin, (size_t)(capture->end - capture->begin));
}

int pattern_push_captures(lua_State *L, const struct pattern *pattern, const char *start, const char *end, bool or_whole)
{
    int count = pattern->captures ? pattern->captures : or_whole;
    luaL_checkstack(L, count, "too many captures");
    for (int i = 0; i < count; i++)
        pattern_push_capture(L, pattern, i, start, end);
    return count;
}

/* The offset that argument `index` means, as all of Lua's string functions count: from 1, from the end when negative.
 * One past the end and beyond when there is nothing there. */
static size_t offset(lua_State *L, int index, size_t count)
{
    lua_Integer position = luaL_optinteger(L, index, 1);
    if (position > 0)
        return (lua_Unsigned)position - 1 > count ? count + 1 : (size_t)position - 1;
    return position == 0 || position < -(lua_Integer)count ? 0 : count - (size_t)-position;
}

/* Where `part` is in the text; memmem is linear. */
static int find_plain(lua_State *L, const char *text, size_t count, size_t from, const char *part, size_t part_count)
{
    const char *found = part_count ? memmem(text + from, count - from, part, part_count) : text + from;
    if (!found) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushinteger(L, found - text + 1);
    lua_pushinteger(L, found - text + (lua_Integer)part_count);
    return 2;
}

/* No byte that means more than itself. A closing bracket alone does not. */
static bool is_plain(const char *pattern, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (pattern[i] && strchr("^$*+?.([%-", pattern[i]))
            return false;
    return true;
}

static int search(lua_State *L, bool finds)
{
    size_t count, pattern_count;
    const char *text = luaL_checklstring(L, 1, &count), *words = luaL_checklstring(L, 2, &pattern_count);
    size_t from = offset(L, 3, count);
    if (from > count) {
        lua_pushnil(L);
        return 1;
    }
    if (finds && (lua_toboolean(L, 4) || is_plain(words, pattern_count)))
        return find_plain(L, text, count, from, words, pattern_count);
    bool is_anchored = pattern_count && words[0] == '^';
    struct pattern pattern;
    pattern_compile(L, &pattern, words + is_anchored, pattern_count - is_anchored, text, count);
    for (const char *start = text + from; start <= pattern.subject_end; start++) {
        const char *end = pattern_match(L, &pattern, start);
        if (end && finds) {
            lua_pushinteger(L, start - text + 1);
            lua_pushinteger(L, end - text);
            return 2 + pattern_push_captures(L, &pattern, start, end, false);
        }
        if (end)
            return pattern_push_captures(L, &pattern, start, end, true);
        if (is_anchored)
            break;
    }
    lua_pushnil(L);
    return 1;
}

static int find(lua_State *L) { return search(L, true); }
static int match(lua_State *L) { return search(L, false); }

struct iteration {
    struct pattern pattern;
    const char *at;
    const char *last_end; /* a match that is empty and begins here would be found twice */
};

/* One match of an iteration: upvalues are the iteration, the text, the pattern, its items. */
static int next_match(lua_State *L)
{
    struct iteration *iteration = lua_touserdata(L, lua_upvalueindex(1));
    struct pattern *pattern = &iteration->pattern;
    pattern->steps = 0;
    for (const char *start = iteration->at; start <= pattern->subject_end; start++) {
        const char *end = pattern_match(L, pattern, start);
        if (end && end != iteration->last_end) {
            iteration->at = iteration->last_end = end;
            return pattern_push_captures(L, pattern, start, end, true);
        }
    }
    iteration->at = pattern->subject_end + 1;
    return 0;
}

/* gmatch(s, pattern, from): an anchor would match once only, so `^` is a byte like any other. */
static int gmatch(lua_State *L)
{
    size_t count, pattern_count;
    const char *text = luaL_checklstring(L, 1, &count), *words = luaL_checklstring(L, 2, &pattern_count);
    size_t from = offset(L, 3, count);
    lua_settop(L, 2);
    struct iteration *iteration = lua_newuserdatauv(L, sizeof *iteration, 0);
    lua_insert(L, 1);
    iteration->at = text + from;
    iteration->last_end = NULL;
    pattern_compile(L, &iteration->pattern, words, pattern_count, text, count);
    lua_pushcclosure(L, next_match, 4);
    return 1;
}

void patterns_open(lua_State *L)
{
    static const luaL_Reg functions[] = {{"find", find}, {"match", match}, {"gmatch", gmatch}, {"gsub", pattern_gsub}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
