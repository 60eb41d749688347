/* Goes through a pattern's items, and back when one does not fit. */
#include "pattern.h"
#include "sandbox.h"
#include <lauxlib.h>
#include <string.h>

/* Steps between two looks at the clocks: some tens of microseconds. */
#define LOOK_EVERY (1u << 16)

static bool is_in(const uint32_t *set, char byte) { return set[(uint8_t)byte >> 5] >> ((uint8_t)byte & 31) & 1; }

static void spend(lua_State *L, struct pattern *pattern, size_t steps)
{
    uint32_t before = pattern->steps;
    /* No single count is above the length of a string, so the sum cannot wrap. */
    pattern->steps += (uint32_t)steps;
    if (pattern->steps / LOOK_EVERY != before / LOOK_EVERY)
        budget_look(L);
    if (pattern->steps > PATTERN_MAX_STEPS) {
        lua_pushfstring(L, "the pattern needs more than %d steps on a text of %d bytes: say more exactly what it may skip",
                        (int)PATTERN_MAX_STEPS, (int)(pattern->subject_end - pattern->subject));
        fault_raise(L, "budget");
    }
}

/* As many bytes of the item's set as there are, from `at`, up to `most`. */
static const char *run_of(lua_State *L, struct pattern *pattern, const struct item *item, const char *at, bool only_one)
{
    const char *begin = at, *end = only_one && at < pattern->subject_end ? at + 1 : pattern->subject_end;
    while (at < end && is_in(item->set, *at))
        at++;
    spend(L, pattern, (size_t)(at - begin));
    return at;
}

/* The end of the text that item's pair encloses from `at`; NULL. */
static const char *balanced(lua_State *L, struct pattern *pattern, const struct item *item, const char *at)
{
    if (at == pattern->subject_end || (uint8_t)*at != item->pair[0])
        return NULL;
    const char *begin = at;
    size_t depth = 1;
    while (++at < pattern->subject_end) {
        if ((uint8_t)*at == item->pair[1]) {
            if (--depth == 0)
                break;
        } else if ((uint8_t)*at == item->pair[0]) {
            depth++;
        }
    }
    spend(L, pattern, (size_t)(at - begin));
    return at < pattern->subject_end ? at + 1 : NULL;
}

static bool is_frontier(const struct pattern *pattern, const struct item *item, const char *at)
{
    char before = at == pattern->subject ? 0 : at[-1], here = at == pattern->subject_end ? 0 : *at;
    return !is_in(item->set, before) && is_in(item->set, here);
}

/* What a capture holds, once more at `at`; NULL. A position is no text. */
static const char *repeated(lua_State *L, struct pattern *pattern, const struct item *item, const char *at)
{
    const struct capture *capture = &pattern->capture[item->capture];
    size_t count = (size_t)(capture->end - capture->begin);
    if (capture->is_position || (size_t)(pattern->subject_end - at) < count)
        return NULL;
    spend(L, pattern, count);
    return memcmp(capture->begin, at, count) == 0 ? at + count : NULL;
}

/* A byte with its quantifier; `latest` becomes the point to go back to where there is more than one way. */
static const char *bytes(lua_State *L, struct pattern *pattern, struct item *item, const char *at, struct item **latest)
{
    if (item->quantifier == ONE)
        return at < pattern->subject_end && is_in(item->set, *at) ? at + 1 : NULL;
    item->low = at + (item->quantifier == MOST_BUT_ONE);
    item->at = item->quantifier == FEWEST ? at : run_of(L, pattern, item, at, item->quantifier == OPTIONAL);
    if (item->at < item->low)
        return NULL;
    if (item->quantifier == FEWEST || item->at > item->low) {
        item->earlier = *latest;
        *latest = item;
    }
    return item->at;
}

/* Past one item from `at`; NULL when it does not fit. */
static const char *past(lua_State *L, struct pattern *pattern, struct item *item, const char *at, struct item **latest)
{
    struct capture *capture = &pattern->capture[item->capture];
    switch ((enum item_kind)item->kind) {
    case ITEM_BYTE: return bytes(L, pattern, item, at, latest);
    case ITEM_BALANCE: return balanced(L, pattern, item, at);
    case ITEM_FRONTIER: return is_frontier(pattern, item, at) ? at : NULL;
    case ITEM_REPEATED: return repeated(L, pattern, item, at);
    case ITEM_OPEN: case ITEM_POSITION: return capture->begin = at;
    case ITEM_CLOSE: return capture->end = at;
    case ITEM_END: return at == pattern->subject_end ? at : NULL;
    }
    return NULL;
}

/* Another way for the latest item that has one: where it now ends, and in `item` which it is. NULL: there is none. */
static const char *another_way(const struct pattern *pattern, struct item **latest, struct item **item)
{
    while (*latest) {
        struct item *here = *item = *latest;
        if (here->quantifier == FEWEST) {
            if (here->at < pattern->subject_end && is_in(here->set, *here->at))
                return ++here->at;
        } else if (here->at > here->low) {
            return --here->at;
        }
        *latest = here->earlier;
    }
    return NULL;
}

const char *pattern_match(lua_State *L, struct pattern *pattern, const char *start)
{
    struct item *latest = NULL;
    const char *at = start;
    for (struct item *item = pattern->items; item < pattern->items_end; item++) {
        spend(L, pattern, 1);
        at = past(L, pattern, item, at, &latest);
        if (!at)
            at = another_way(pattern, &latest, &item);
        if (!at)
            return NULL;
    }
    return at;
}
