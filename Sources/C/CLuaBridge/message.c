/* What hook code sends: maps that say what they are and where in the hook they come from; and the log among them. */
#include "sandbox.h"
#include <lauxlib.h>
#include <string.h>

/* Of one line, its message and its fields each; more is cut. */
#define MAX_LOG_BYTES 8192

static bool text_entry(struct buffer *out, const char *key, const char *text)
{
    return buffer_text(out, key, strlen(key)) && buffer_tag(out, TAG_STRING) && buffer_text(out, text, strlen(text));
}

void message_begin(lua_State *L, struct buffer *out, const char *kind, uint32_t more)
{
    struct sandbox *box = sandbox_of(L);
    struct place place;
    if (!place_find(L, &place))
        place = box->handler;
    buffer_clear(out);
    bool fits = buffer_tag(out, TAG_MAP) && buffer_count(out, 4 + more) && text_entry(out, "kind", kind)
             && text_entry(out, "file", place.file) && text_entry(out, "step", box->step) && buffer_text(out, "line", 4);
    if (!fits)
        luaL_error(L, "out of memory");
    lua_pushinteger(L, place.line);
    codec_encode(L, -1, out);
    lua_pop(L, 1);
}

void message_entry(lua_State *L, struct buffer *out, const char *key, int index)
{
    if (!buffer_text(out, key, strlen(key)))
        luaL_error(L, "out of memory");
    codec_encode(L, index, out);
}

/* A message that is cut ends in dots; what is not UTF-8 in it is shown as question marks. */
static bool text_of_line(struct buffer *out, const char *message, size_t count)
{
    char cut[MAX_LOG_BYTES + sizeof "…"];
    if (count > MAX_LOG_BYTES) {
        size_t kept = MAX_LOG_BYTES;
        while (kept && ((unsigned char)message[kept] & 0xC0) == 0x80)
            kept--; /* no character is cut in half */
        memcpy(cut, message, kept);
        memcpy(cut + kept, "…", sizeof "…");
        message = cut;
        count = kept + sizeof "…" - 1;
    }
    return buffer_text(out, "message", 7) && buffer_tag(out, TAG_STRING) && buffer_text(out, message, count);
}

static void begin_log(lua_State *L, struct buffer *out, const char *message, size_t count)
{
    message_begin(L, out, "log", 3);
    message_entry(L, out, "level", 1);
    if (!text_of_line(out, message, count))
        luaL_error(L, "out of memory");
}

/* log(level, message, fields) */
int message_log(lua_State *L)
{
    struct sandbox *box = sandbox_of(L);
    size_t count;
    lua_settop(L, 3);
    if (++box->log_lines > box->limits.log_lines + 1)
        return 0;
    if (box->log_lines > box->limits.log_lines) {
        lua_pushfstring(L, "more than %d log lines: the rest is dropped", box->limits.log_lines);
        lua_replace(L, 2);
    }
    const char *message = luaL_checklstring(L, 2, &count);
    begin_log(L, &box->log, message, count);
    size_t begun = box->log.count;
    message_entry(L, &box->log, "fields", 3);
    if (box->log.count - begun > MAX_LOG_BYTES) {
        begin_log(L, &box->log, message, count);
        lua_createtable(L, 0, 1);
        lua_pushfstring(L, "%d bytes of fields were left out", (int)(box->log.count - begun));
        lua_setfield(L, -2, "understudy");
        message_entry(L, &box->log, "fields", 4);
    }
    pthread_mutex_lock(&box->warden.lock);
    bool is_written = channel_write(box->limits.channel, &box->log);
    pthread_mutex_unlock(&box->warden.lock);
    return is_written ? 0 : luaL_error(L, "the engine is gone");
}
