#include "codec.h"
#include <stdlib.h>
#include <string.h>

void buffer_clear(struct buffer *buffer) { buffer->count = buffer->values = 0; }

bool buffer_append(struct buffer *buffer, const void *bytes, size_t count)
{
    if (count > CODEC_MAX_BYTES - buffer->count)
        return false;
    if (buffer->count + count > buffer->capacity) {
        size_t capacity = buffer->capacity ? buffer->capacity : 512;
        while (capacity < buffer->count + count)
            capacity *= 2;
        uint8_t *grown = realloc(buffer->bytes, capacity);
        if (!grown)
            return false;
        buffer->bytes = grown;
        buffer->capacity = capacity;
    }
    if (count)
        memcpy(buffer->bytes + buffer->count, bytes, count);
    buffer->count += count;
    return true;
}

bool buffer_tag(struct buffer *buffer, enum codec_tag tag)
{
    uint8_t byte = (uint8_t)tag;
    if (buffer->values == CODEC_MAX_VALUES || !buffer_append(buffer, &byte, 1))
        return false;
    buffer->values++;
    return true;
}

bool buffer_count(struct buffer *buffer, uint32_t count)
{
    uint8_t bytes[4] = {(uint8_t)count, (uint8_t)(count >> 8), (uint8_t)(count >> 16), (uint8_t)(count >> 24)};
    return buffer_append(buffer, bytes, sizeof bytes);
}

bool buffer_text(struct buffer *buffer, const char *text, size_t count)
{
    if (count > CODEC_MAX_BYTES || !buffer_count(buffer, (uint32_t)count))
        return false;
    while (count) {
        size_t valid = codec_valid_prefix(text, count);
        if (!buffer_append(buffer, text, valid))
            return false;
        if (valid < count) {
            if (!buffer_append(buffer, "?", 1))
                return false;
            valid++;
        }
        text += valid;
        count -= valid;
    }
    return true;
}

/* The length of the well-formed sequence at `text`, or 0. Source: Unicode Standard, table 3-7. */
static size_t sequence(const unsigned char *text, size_t count)
{
    unsigned char first = text[0], low = 0x80, high = 0xBF;
    size_t length;
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) length = 2;
    else if (first >= 0xE0 && first <= 0xEF) length = 3;
    else if (first >= 0xF0 && first <= 0xF4) length = 4;
    else return 0;
    if (first == 0xE0) low = 0xA0;
    if (first == 0xED) high = 0x9F;
    if (first == 0xF0) low = 0x90;
    if (first == 0xF4) high = 0x8F;
    if (length > count || text[1] < low || text[1] > high) return 0;
    for (size_t i = 2; i < length; i++)
        if (text[i] < 0x80 || text[i] > 0xBF) return 0;
    return length;
}

size_t codec_valid_prefix(const char *text, size_t count)
{
    size_t at = 0;
    while (at < count) {
        size_t length = sequence((const unsigned char *)text + at, count - at);
        if (!length)
            break;
        at += length;
    }
    return at;
}
