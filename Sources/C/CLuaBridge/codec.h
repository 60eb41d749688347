/* The form in which values cross between Lua and everything else. Little-endian, one tag byte each:
 *   0 nil   1 false   2 true   3 int64   4 double   5 string: count u32, UTF-8
 *   6 list: count u32, values           7 map: count u32, (key as string without tag, value)…
 * Limits: CODEC_MAX_DEPTH nested, CODEC_MAX_BYTES and CODEC_MAX_VALUES in all. An empty Lua table is an empty map. */
#pragma once
#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CODEC_MAX_DEPTH 32
#define CODEC_MAX_BYTES (9u << 20)
/* A value of one byte takes many in memory: this is what bounds the reader. */
#define CODEC_MAX_VALUES (1u << 17)

enum codec_tag { TAG_NIL, TAG_FALSE, TAG_TRUE, TAG_INTEGER, TAG_DOUBLE, TAG_STRING, TAG_LIST, TAG_MAP };

/* Grows as needed, up to CODEC_MAX_BYTES; owned by the sandbox, so a Lua error leaks nothing. */
struct buffer {
    uint8_t *bytes;
    size_t count, capacity;
    size_t values; /* tags written */
};

/* Forgets what it holds and keeps its memory. */
void buffer_clear(struct buffer *buffer);

/* false: out of memory or over CODEC_MAX_BYTES; the buffer is unchanged. */
bool buffer_append(struct buffer *buffer, const void *bytes, size_t count);
/* Begins a value; false also when there are CODEC_MAX_VALUES. */
bool buffer_tag(struct buffer *buffer, enum codec_tag tag);
bool buffer_count(struct buffer *buffer, uint32_t count);
/* Text without a tag, as map keys are; bytes that are no UTF-8 become '?'. */
bool buffer_text(struct buffer *buffer, const char *text, size_t count);

/* Appends the value at `index`. Raises, naming what cannot cross, on `L`. */
void codec_encode(lua_State *L, int index, struct buffer *out);

/* Pushes the one value that `bytes` holds. Raises on bytes that are malformed or go on after it. */
void codec_decode(lua_State *L, const uint8_t *bytes, size_t count);

/* The first byte that is not part of valid UTF-8, or `count`. */
size_t codec_valid_prefix(const char *text, size_t count);
