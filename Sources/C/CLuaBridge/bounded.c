/* What stands before every function of the libraries `string` and `table`: a look at the clocks, because a hook that does
 * little but call them would seldom reach the count hook, and a check of arguments that would make a loop endless. */
#include "sandbox.h"
#include <lauxlib.h>
#include <string.h>

/* Entries of a list that one call goes through; more do not fit into the memory of a hook. */
#define MAX_ENTRIES (1 << 22)

static void check_count(lua_State *L, bool is_too_many)
{
    if (!is_too_many)
        return;
    lua_pushfstring(L, "a list of more than %d entries, the most that one call goes through", MAX_ENTRIES);
    fault_raise(L, "budget");
}

static void check_range(lua_State *L, lua_Integer first, lua_Integer last)
{
    check_count(L, last >= first && (lua_Unsigned)last - (lua_Unsigned)first >= MAX_ENTRIES);
}

/* rep(text, times, between): nothing, a quintillion times, is a long loop too. */
static void check_rep(lua_State *L)
{
    size_t count, between, most = sandbox_of(L)->limits.string;
    luaL_checklstring(L, 1, &count);
    lua_Integer times = luaL_checkinteger(L, 2);
    luaL_optlstring(L, 3, "", &between);
    if (times <= 0)
        return;
    if (count + between == 0) {
        lua_pushinteger(L, 0);
        lua_replace(L, 2);
    } else if ((size_t)times > most / (count + between) + 1) {
        lua_pushfstring(L, "string.rep would make a text of more than %d bytes, the most that a hook's may have", (int)most);
        fault_raise(L, "budget");
    }
}

/* insert, remove, sort: what `#` says of a list may be a metamethod's invention. */
static void check_list(lua_State *L) { check_count(L, !lua_isnoneornil(L, 1) && luaL_len(L, 1) > MAX_ENTRIES); }

/* move(from, first, last, to, into) */
static void check_move(lua_State *L) { check_range(L, luaL_checkinteger(L, 2), luaL_checkinteger(L, 3)); }

/* concat(list, between, first, last) */
static void check_concat(lua_State *L)
{
    luaL_checkany(L, 1);
    lua_Integer first = luaL_optinteger(L, 3, 1);
    check_range(L, first, lua_isnoneornil(L, 4) ? luaL_len(L, 1) : luaL_checkinteger(L, 4));
}

static const struct check {
    const char *name;
    void (*check)(lua_State *L);
} checks[] = {{"rep", check_rep}, {"insert", check_list}, {"remove", check_list}, {"sort", check_list}, {"move", check_move}, {"concat", check_concat}};

/* Notes the hook's line; the warden names it when the function does not come back. */
static void note_place(lua_State *L)
{
    struct sandbox *box = sandbox_of(L);
    if (!place_find(L, &box->seen_in))
        return;
    pthread_mutex_lock(&box->warden.lock);
    box->warden.place = box->seen_in;
    pthread_mutex_unlock(&box->warden.lock);
}

/* Upvalues: the function, which needs none of its own, and its check. */
static int bounded(lua_State *L)
{
    const struct check *check = lua_touserdata(L, lua_upvalueindex(2));
    note_place(L);
    budget_look(L);
    if (check)
        check->check(L);
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

static const struct check *check_for(const char *name)
{
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++)
        if (strcmp(checks[i].name, name) == 0)
            return &checks[i];
    return NULL;
}

void bound_functions(lua_State *L)
{
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        if (!lua_iscfunction(L, -1)) {
            lua_pop(L, 1);
            continue;
        }
        lua_pushlightuserdata(L, (void *)check_for(lua_tostring(L, -2)));
        lua_pushcclosure(L, bounded, 2);
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_settable(L, -4); /* an existing field: the traversal goes on */
    }
}
