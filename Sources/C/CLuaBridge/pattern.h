/* Lua's patterns, with a bound on the work of one call.
 *
 * A pattern is first translated into items, each with a set of bytes or a task and, where it has one, a quantifier. There
 * are no alternatives in a Lua pattern, so a match goes through the items in order, and each quantified item has at most
 * one point to go back to: the matcher keeps that point in the item itself, needs no recursion, and counts its steps.
 * Source: Lua 5.4 Reference Manual, 6.4.1. */
#pragma once
#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of one pattern, as in Lua. */
#define PATTERN_MAX_CAPTURES 32
/* Bytes looked at and ways tried in one call; a linear pass over the longest string a hook may hold is a third of it. */
#define PATTERN_MAX_STEPS (48u << 20)

enum item_kind { ITEM_BYTE, ITEM_BALANCE, ITEM_FRONTIER, ITEM_REPEATED, ITEM_OPEN, ITEM_POSITION, ITEM_CLOSE, ITEM_END };
enum quantifier { ONE, OPTIONAL, MOST, MOST_BUT_ONE, FEWEST };

struct item {
    uint8_t kind;       /* enum item_kind */
    uint8_t quantifier; /* enum quantifier, of ITEM_BYTE */
    uint8_t capture;    /* its number, from 0: ITEM_REPEATED, _OPEN, _POSITION, _CLOSE */
    uint8_t pair[2];    /* what opens and closes, of ITEM_BALANCE */
    uint32_t set[8];    /* one bit a byte: ITEM_BYTE, _FRONTIER */
    /* Where to go back to: `at` may give a byte back until `low`, or with FEWEST take one more. */
    const char *low, *at;
    struct item *earlier; /* the point to go back to after this one; of quantified items on the way */
};

struct capture {
    const char *begin, *end;
    bool is_position;
};

struct pattern {
    const char *subject, *subject_end;
    uint32_t steps;
    int captures;
    struct capture capture[PATTERN_MAX_CAPTURES];
    struct item *items, *items_end;
};

/* Leaves the pattern, which the caller holds, with items in a userdata that is pushed. Raises what is malformed in it. */
void pattern_compile(lua_State *L, struct pattern *pattern, const char *text, size_t count, const char *subject, size_t subject_count);

/* The end of the match that begins at `start`; NULL when there is none. Raises when it costs too much. */
const char *pattern_match(lua_State *L, struct pattern *pattern, const char *start);

/* Pushes capture `index`; without captures, 0 is the whole match from `start` to `end`. Raises for one that is not there. */
void pattern_push_capture(lua_State *L, const struct pattern *pattern, int index, const char *start, const char *end);

/* Pushes every capture; without any, the whole match when `or_whole`. How many. */
int pattern_push_captures(lua_State *L, const struct pattern *pattern, const char *start, const char *end, bool or_whole);

/* Puts find, match, gmatch and gsub into the table on top. */
void patterns_open(lua_State *L);

/* gsub(s, pattern, replacement, n) */
int pattern_gsub(lua_State *L);
