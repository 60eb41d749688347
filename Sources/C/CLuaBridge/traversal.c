/* pairs, in the same order every time: Lua's own depends on a number that each process draws, and a hook that promotes
 * or asks nodes in that order could not be replayed. Texts come last, sorted by their bytes; other keys as Lua has them. */
#include "sandbox.h"
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

struct key {
    const char *text;
    size_t count;
    lua_Integer number; /* in the list of texts, which keeps them alive */
};

struct walk {
    bool is_at_texts;
    lua_Integer next, count;
    struct key keys[];
};

static int by_bytes(const void *left, const void *right)
{
    const struct key *a = left, *b = right;
    size_t common = a->count < b->count ? a->count : b->count;
    int order = memcmp(a->text, b->text, common);
    return order ? order : (a->count > b->count) - (a->count < b->count);
}

static lua_Integer count_texts(lua_State *L)
{
    lua_Integer count = 0;
    lua_pushnil(L);
    while (lua_next(L, 1)) {
        lua_pop(L, 1);
        count += lua_type(L, -1) == LUA_TSTRING;
    }
    return count;
}

/* Pushes the list of texts and the walk, sorted. */
static void plan(lua_State *L, lua_Integer count)
{
    lua_createtable(L, (int)count, 0);
    struct walk *walk = lua_newuserdatauv(L, sizeof *walk + (size_t)count * sizeof(struct key), 0);
    walk->is_at_texts = false;
    walk->next = walk->count = 0;
    lua_pushnil(L);
    while (lua_next(L, 1)) {
        lua_pop(L, 1);
        if (lua_type(L, -1) != LUA_TSTRING || walk->count == count)
            continue;
        struct key *key = &walk->keys[walk->count++];
        key->text = lua_tolstring(L, -1, &key->count);
        key->number = walk->count;
        lua_pushvalue(L, -1);
        lua_rawseti(L, 2, key->number);
    }
    qsort(walk->keys, (size_t)walk->count, sizeof walk->keys[0], by_bytes);
}

/* The next key that is no text after the one on top, and its value; false at the end. */
static bool next_other(lua_State *L)
{
    while (lua_next(L, lua_upvalueindex(1))) {
        if (lua_type(L, -2) != LUA_TSTRING)
            return true;
        lua_pop(L, 1);
    }
    return false;
}

/* step(table, key): upvalues are the table, the texts, the walk. */
static int step(lua_State *L)
{
    struct walk *walk = lua_touserdata(L, lua_upvalueindex(3));
    lua_settop(L, 2);
    if (!walk->is_at_texts) {
        if (next_other(L))
            return 2;
        walk->is_at_texts = true;
    }
    while (walk->next < walk->count) {
        lua_rawgeti(L, lua_upvalueindex(2), walk->keys[walk->next++].number);
        lua_pushvalue(L, -1);
        if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) /* else it was removed meanwhile */
            return 2;
    }
    lua_pushnil(L);
    return 1;
}

static int three(lua_State *L, int status, lua_KContext context)
{
    (void)L, (void)status, (void)context;
    return 3;
}

int ordered_pairs(lua_State *L)
{
    luaL_checkany(L, 1);
    lua_settop(L, 1);
    if (luaL_getmetafield(L, 1, "__pairs") != LUA_TNIL) {
        lua_pushvalue(L, 1);
        lua_callk(L, 1, 3, 0, three);
        return 3;
    }
    lua_Integer texts = lua_istable(L, 1) ? count_texts(L) : 0;
    if (texts < 2) {
        lua_pushvalue(L, lua_upvalueindex(1)); /* Lua's next, which also says what is no table */
    } else {
        plan(L, texts);
        lua_pushvalue(L, 1);
        lua_insert(L, 1);
        lua_pushcclosure(L, step, 3);
    }
    lua_insert(L, 1);
    lua_pushnil(L);
    return 3;
}
