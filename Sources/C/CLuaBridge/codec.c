#include "sandbox.h"
#include <lauxlib.h>
#include <string.h>

/* Raises at the hook's line, as its own fault. */
#define refuse(L, ...) (lua_pushfstring(L, __VA_ARGS__), fault_raise(L, "code"))

/* --- Lua to bytes ------------------------------------------------------------------------------------------------ */

static void check(lua_State *L, bool fits)
{
    if (!fits)
        refuse(L, "the value is too large to pass on: more than %d bytes or %d values", (int)CODEC_MAX_BYTES, (int)CODEC_MAX_VALUES);
}

static void encode(lua_State *L, int index, struct buffer *out, int depth);

static void encode_word(lua_State *L, struct buffer *out, enum codec_tag tag, uint64_t word)
{
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(word >> (8 * i));
    check(L, buffer_tag(out, tag) && buffer_append(out, bytes, sizeof bytes));
}

static void encode_text(lua_State *L, int index, struct buffer *out)
{
    size_t count;
    const char *text = lua_tolstring(L, index, &count);
    size_t valid = codec_valid_prefix(text, count);
    if (valid < count)
        refuse(L, "a text is not valid UTF-8 (byte %d of %d)", (int)valid + 1, (int)count);
    check(L, buffer_text(out, text, count));
}

/* How many values the table holds as a list; -1 when a key is not one of 1…n. */
static lua_Integer list_count(lua_State *L, int index)
{
    lua_Integer keys = 0, highest = 0;
    lua_pushnil(L);
    while (lua_next(L, index)) {
        lua_pop(L, 1);
        if (!lua_isinteger(L, -1) || lua_tointeger(L, -1) < 1) {
            lua_pop(L, 1);
            return -1;
        }
        keys++;
        if (lua_tointeger(L, -1) > highest)
            highest = lua_tointeger(L, -1);
    }
    return highest == keys ? keys : -1;
}

static void encode_list(lua_State *L, int index, struct buffer *out, lua_Integer count, int depth)
{
    check(L, count <= CODEC_MAX_BYTES && buffer_tag(out, TAG_LIST) && buffer_count(out, (uint32_t)count));
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, index, i);
        encode(L, lua_gettop(L), out, depth);
        lua_pop(L, 1);
    }
}

static void encode_map(lua_State *L, int index, struct buffer *out, int depth)
{
    check(L, buffer_tag(out, TAG_MAP));
    size_t count_at = out->count;
    uint32_t count = 0;
    check(L, buffer_count(out, 0));
    lua_pushnil(L);
    while (lua_next(L, index)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            refuse(L, "a table with a %s as key cannot be passed on: keys are texts, or 1 to n", luaL_typename(L, -2));
        encode_text(L, -2, out);
        encode(L, lua_gettop(L), out, depth);
        lua_pop(L, 1);
        count++;
    }
    for (int i = 0; i < 4; i++)
        out->bytes[count_at + (size_t)i] = (uint8_t)(count >> (8 * i));
}

static void encode_table(lua_State *L, int index, struct buffer *out, int depth)
{
    if (depth >= CODEC_MAX_DEPTH)
        refuse(L, "a table nested more than %d deep cannot be passed on", CODEC_MAX_DEPTH);
    if (luaL_getmetafield(L, index, "__name") != LUA_TNIL)
        refuse(L, "a %s cannot be passed on; pass its fields", lua_tostring(L, -1));
    luaL_checkstack(L, 4, "tables nested too deep");
    lua_Integer count = list_count(L, index);
    if (count > 0)
        encode_list(L, index, out, count, depth + 1);
    else
        encode_map(L, index, out, depth + 1);
}

static void encode(lua_State *L, int index, struct buffer *out, int depth)
{
    switch (lua_type(L, index)) {
    case LUA_TNIL:
        check(L, buffer_tag(out, TAG_NIL));
        break;
    case LUA_TBOOLEAN:
        check(L, buffer_tag(out, lua_toboolean(L, index) ? TAG_TRUE : TAG_FALSE));
        break;
    case LUA_TNUMBER:
        if (lua_isinteger(L, index)) {
            encode_word(L, out, TAG_INTEGER, (uint64_t)lua_tointeger(L, index));
        } else {
            double number = lua_tonumber(L, index);
            uint64_t word;
            memcpy(&word, &number, sizeof word);
            encode_word(L, out, TAG_DOUBLE, word);
        }
        break;
    case LUA_TSTRING:
        check(L, buffer_tag(out, TAG_STRING));
        encode_text(L, index, out);
        break;
    case LUA_TTABLE:
        encode_table(L, index, out, depth);
        break;
    default:
        refuse(L, "a %s cannot be passed on", luaL_typename(L, index));
    }
}

void codec_encode(lua_State *L, int index, struct buffer *out)
{
    luaL_checkstack(L, 4, "no room to pass a value on");
    encode(L, lua_absindex(L, index), out, 0);
}

/* --- bytes to Lua ------------------------------------------------------------------------------------------------ */

struct reader {
    const uint8_t *at, *end;
    size_t values;
};

static const uint8_t *take(lua_State *L, struct reader *in, size_t count)
{
    if ((size_t)(in->end - in->at) < count)
        refuse(L, "malformed value: it ends too early");
    const uint8_t *bytes = in->at;
    in->at += count;
    return bytes;
}

static uint64_t take_number(lua_State *L, struct reader *in, int width)
{
    const uint8_t *bytes = take(L, in, (size_t)width);
    uint64_t word = 0;
    for (int i = 0; i < width; i++)
        word |= (uint64_t)bytes[i] << (8 * i);
    return word;
}

static void take_text(lua_State *L, struct reader *in)
{
    size_t count = take_number(L, in, 4);
    lua_pushlstring(L, (const char *)take(L, in, count), count);
}

static void decode(lua_State *L, struct reader *in, int depth);

static void decode_list(lua_State *L, struct reader *in, int depth)
{
    uint64_t count = take_number(L, in, 4);
    lua_newtable(L);
    for (uint64_t i = 1; i <= count; i++) {
        decode(L, in, depth);
        lua_rawseti(L, -2, (lua_Integer)i);
    }
}

static void decode_map(lua_State *L, struct reader *in, int depth)
{
    uint64_t count = take_number(L, in, 4);
    lua_newtable(L);
    for (uint64_t i = 0; i < count; i++) {
        take_text(L, in);
        decode(L, in, depth);
        lua_rawset(L, -3);
    }
}

static void decode(lua_State *L, struct reader *in, int depth)
{
    if (depth > CODEC_MAX_DEPTH)
        refuse(L, "malformed value: nested more than %d deep", CODEC_MAX_DEPTH);
    if (++in->values > CODEC_MAX_VALUES)
        refuse(L, "malformed value: more than %d values in it", (int)CODEC_MAX_VALUES);
    luaL_checkstack(L, 4, "value nested too deep");
    uint8_t tag = *take(L, in, 1);
    switch ((enum codec_tag)tag) {
    case TAG_NIL: lua_pushnil(L); return;
    case TAG_FALSE: lua_pushboolean(L, 0); return;
    case TAG_TRUE: lua_pushboolean(L, 1); return;
    case TAG_INTEGER: lua_pushinteger(L, (lua_Integer)take_number(L, in, 8)); return;
    case TAG_DOUBLE: {
        uint64_t word = take_number(L, in, 8);
        double number;
        memcpy(&number, &word, sizeof number);
        lua_pushnumber(L, number);
        return;
    }
    case TAG_STRING: take_text(L, in); return;
    case TAG_LIST: decode_list(L, in, depth + 1); return;
    case TAG_MAP: decode_map(L, in, depth + 1); return;
    }
    refuse(L, "malformed value: there is no tag %d", tag);
}

void codec_decode(lua_State *L, const uint8_t *bytes, size_t count)
{
    struct reader in = {bytes, bytes + count, 0};
    decode(L, &in, 0);
    if (in.at != in.end)
        refuse(L, "malformed value: %d bytes follow it", (int)(in.end - in.at));
}
