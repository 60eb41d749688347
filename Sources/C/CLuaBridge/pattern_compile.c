/* From a pattern's text to its items. */
#include "pattern.h"
#include <ctype.h>
#include <lauxlib.h>
#include <pthread.h>
#include <string.h>

struct reader {
    lua_State *L;
    const char *at, *end;
    struct pattern *pattern;
    struct item *item;                  /* the next to be written */
    int open[PATTERN_MAX_CAPTURES];     /* captures that are not closed yet */
    int opened;
    bool is_closed[PATTERN_MAX_CAPTURES];
};

static void add_byte(uint32_t *set, uint8_t byte) { set[byte >> 5] |= UINT32_C(1) << (byte & 31); }

static bool is_in_class(int byte, int letter)
{
    switch (letter) {
    case 'a': return isalpha(byte);
    case 'c': return iscntrl(byte);
    case 'd': return isdigit(byte);
    case 'g': return isgraph(byte);
    case 'l': return islower(byte);
    case 'p': return ispunct(byte);
    case 's': return isspace(byte);
    case 'u': return isupper(byte);
    case 'w': return isalnum(byte);
    case 'x': return isxdigit(byte);
    case 'z': return byte == 0;
    default: return false;
    }
}

#define CLASSES "acdglpsuwxz"
static uint32_t classes[sizeof CLASSES - 1][8];

/* A library is full of patterns, and a pattern of classes: each is walked through once in the life of a process. */
static void fill_classes(void)
{
    for (size_t class = 0; class < sizeof CLASSES - 1; class++)
        for (int byte = 0; byte < 256; byte++)
            if (is_in_class(byte, CLASSES[class]))
                add_byte(classes[class], (uint8_t)byte);
}

/* `%` and `letter`: a class, its complement, or the byte itself. */
static void add_escaped(uint32_t *set, uint8_t letter)
{
    static pthread_once_t filled = PTHREAD_ONCE_INIT;
    int class = tolower(letter);
    const char *found = class == 0 ? NULL : strchr(CLASSES, class);
    if (!found) {
        add_byte(set, letter);
        return;
    }
    pthread_once(&filled, fill_classes);
    uint32_t others = letter == class ? 0 : UINT32_MAX;
    for (int word = 0; word < 8; word++)
        set[word] |= classes[found - CLASSES][word] ^ others;
}

/* The bracket that closes the set whose inside begins at `at`; its first byte is never the one. */
static const char *set_end(struct reader *in, const char *at)
{
    do {
        if (at == in->end)
            luaL_error(in->L, "malformed pattern (missing ']')");
        if (*at++ == '%' && at < in->end)
            at++;
    } while (at == in->end || *at != ']');
    return at;
}

/* After `[`: reads the set and its bracket. */
static void read_set(struct reader *in, uint32_t *set)
{
    bool is_complement = in->at < in->end && *in->at == '^';
    in->at += is_complement;
    const char *end = set_end(in, in->at);
    for (const char *at = in->at; at < end; at++) {
        if (*at == '%') {
            add_escaped(set, (uint8_t)*++at);
        } else if (at[1] == '-' && at + 2 < end) {
            for (int byte = (uint8_t)at[0]; byte <= (uint8_t)at[2]; byte++)
                add_byte(set, (uint8_t)byte);
            at += 2;
        } else {
            add_byte(set, (uint8_t)*at);
        }
    }
    for (int word = 0; is_complement && word < 8; word++)
        set[word] = ~set[word];
    in->at = end + 1;
}

static void read_quantifier(struct reader *in)
{
    static const char signs[] = "?*+-";
    static const enum quantifier meanings[] = {OPTIONAL, MOST, MOST_BUT_ONE, FEWEST};
    const char *sign = in->at < in->end && *in->at ? strchr(signs, *in->at) : NULL;
    if (!sign)
        return;
    in->item->quantifier = (uint8_t)meanings[sign - signs];
    in->at++;
}

static void read_balance(struct reader *in)
{
    if (in->end - in->at < 2)
        luaL_error(in->L, "malformed pattern (missing arguments to '%%b')");
    in->item->kind = ITEM_BALANCE;
    memcpy(in->item->pair, in->at, 2);
    in->at += 2;
}

static void read_frontier(struct reader *in)
{
    if (in->at == in->end || *in->at != '[')
        luaL_error(in->L, "missing '[' after '%%f' in pattern");
    in->at++;
    in->item->kind = ITEM_FRONTIER;
    read_set(in, in->item->set);
}

static void read_repeated(struct reader *in, int digit)
{
    int capture = digit - '1';
    if (capture < 0 || capture >= in->pattern->captures || !in->is_closed[capture])
        luaL_error(in->L, "invalid capture index %%%d in pattern", capture + 1);
    in->item->kind = ITEM_REPEATED;
    in->item->capture = (uint8_t)capture;
}

static void read_open(struct reader *in)
{
    int capture = in->pattern->captures;
    if (capture == PATTERN_MAX_CAPTURES)
        luaL_error(in->L, "too many captures");
    in->pattern->captures++;
    in->item->capture = (uint8_t)capture;
    bool is_position = in->at < in->end && *in->at == ')';
    in->item->kind = is_position ? ITEM_POSITION : ITEM_OPEN;
    in->pattern->capture[capture].is_position = is_position;
    if (is_position) {
        in->at++;
        in->is_closed[capture] = true;
    } else {
        in->open[in->opened++] = capture;
    }
}

static void read_close(struct reader *in)
{
    if (in->opened == 0)
        luaL_error(in->L, "invalid pattern capture");
    int capture = in->open[--in->opened];
    in->is_closed[capture] = true;
    in->item->kind = ITEM_CLOSE;
    in->item->capture = (uint8_t)capture;
}

/* After `%`. */
static void read_escape(struct reader *in)
{
    if (in->at == in->end)
        luaL_error(in->L, "malformed pattern (ends with '%%')");
    uint8_t letter = (uint8_t)*in->at++;
    switch (letter) {
    case 'b': read_balance(in); break;
    case 'f': read_frontier(in); break;
    case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
        read_repeated(in, letter);
        break;
    default:
        add_escaped(in->item->set, letter);
        read_quantifier(in);
    }
}

static void read_item(struct reader *in)
{
    uint8_t byte = (uint8_t)*in->at++;
    bool is_last = in->at == in->end;
    *in->item = (struct item){.kind = ITEM_BYTE, .quantifier = ONE};
    if (byte == '(') {
        read_open(in);
    } else if (byte == ')') {
        read_close(in);
    } else if (byte == '%') {
        read_escape(in);
    } else if (byte == '$' && is_last) { /* anywhere else it is a byte */
        in->item->kind = ITEM_END;
    } else {
        if (byte == '[')
            read_set(in, in->item->set);
        else if (byte == '.')
            memset(in->item->set, 0xFF, sizeof in->item->set);
        else
            add_byte(in->item->set, byte);
        read_quantifier(in);
    }
    in->item++;
}

void pattern_compile(lua_State *L, struct pattern *pattern, const char *text, size_t count, const char *subject, size_t subject_count)
{
    pattern->subject = subject;
    pattern->subject_end = subject + subject_count;
    pattern->steps = 0;
    pattern->captures = 0;
    pattern->items = lua_newuserdatauv(L, (count + 1) * sizeof(struct item), 0); /* each takes one byte of text at least */
    struct reader in = {.L = L, .at = text, .end = text + count, .pattern = pattern, .item = pattern->items};
    while (in.at < in.end)
        read_item(&in);
    if (in.opened)
        luaL_error(L, "unfinished capture");
    pattern->items_end = in.item;
}
