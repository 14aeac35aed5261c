// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// A strict scanner of JSON that goes forward only, takes no memory and no more than 64 levels. What is not JSON sets `bad`;
// from then on nothing is found, and the caller looks once, at the end.

#include "json.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define DEEPEST 64

static void blanks(struct json *j) {
    while (j->at < j->end && (*j->at == ' ' || *j->at == '\t' || *j->at == '\n' || *j->at == '\r')) j->at++;
}

static int peek(struct json *j) {
    blanks(j);
    return j->bad || j->at >= j->end ? -1 : (unsigned char)*j->at;
}

static int take(struct json *j, char c) {
    if (peek(j) != c) return 0;
    j->at++;
    return 1;
}

static int spoil(struct json *j) {
    j->bad = 1;
    return 0;
}

static int open_with(struct json *j, char c) {
    if (!take(j, c)) return 0;
    if (++j->depth > DEEPEST) return spoil(j);
    return 1;
}

int json_object(struct json *j) {
    return open_with(j, '{');
}

int json_array(struct json *j) {
    return open_with(j, '[');
}

// At the end of an object or array; else past the comma, which only stands between two values. What came before tells.
static int next(struct json *j, char opened, char end) {
    const char *before = j->at;
    int c = peek(j);
    if (c == end) {
        j->at++;
        j->depth--;
        return 0;
    }
    const char *back = before - 1;
    while (*back == ' ' || *back == '\t' || *back == '\n' || *back == '\r') back--;
    if (*back == opened && c >= 0) return 1;
    if (c != ',') return spoil(j);
    j->at++;
    c = peek(j);
    return c < 0 || c == end || c == ',' ? spoil(j) : 1;
}

int json_element(struct json *j) {
    return !j->bad && next(j, '[', ']');
}

int json_member(struct json *j, char *name, size_t size) {
    if (j->bad || !next(j, '{', '}')) return 0;
    if (!json_string(j, name, size)) return spoil(j);
    return take(j, ':') ? 1 : spoil(j);
}

static int hex(struct json *j) {
    int value = 0;
    for (int i = 0; i < 4; i++, j->at++) {
        if (j->at >= j->end) return -1;
        char c = *j->at;
        int digit = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
        if (digit < 0) return -1;
        value = value * 16 + digit;
    }
    return value;
}

// A code point as UTF-8; 0 must not end a C string early and becomes U+FFFD, as does half a pair.
static int utf8(int code, char *out) {
    if (code == 0) code = 0xfffd;
    if (code < 0x80) return out[0] = (char)code, 1;
    if (code < 0x800) return out[0] = (char)(0xc0 | code >> 6), out[1] = (char)(0x80 | (code & 63)), 2;
    if (code < 0x10000) {
        out[0] = (char)(0xe0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 63));
        out[2] = (char)(0x80 | (code & 63));
        return 3;
    }
    out[0] = (char)(0xf0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 63));
    out[2] = (char)(0x80 | (code >> 6 & 63));
    out[3] = (char)(0x80 | (code & 63));
    return 4;
}

static int escape(struct json *j, char *out) {
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    if (j->at >= j->end) return 0;
    char c = *j->at++;
    const char *simple = c == 0 ? NULL : strchr(from, c);
    if (simple != NULL) return out[0] = to[simple - from], 1;
    int code = c == 'u' ? hex(j) : -1;
    if (code < 0) return 0;
    if (code >= 0xd800 && code < 0xdc00 && j->end - j->at >= 6 && j->at[0] == '\\' && j->at[1] == 'u') {
        j->at += 2;
        int low = hex(j);
        if (low < 0) return 0;
        code = low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00) : 0xfffd;
    } else if (code >= 0xd800 && code < 0xe000) {
        code = 0xfffd;
    }
    return utf8(code, out);
}

// A string that is longer than TEXT is cut.
int json_string(struct json *j, char *text, size_t size) {
    if (!take(j, '"')) return 0;
    size_t n = 0;
    while (j->at < j->end && *j->at != '"') {
        char bytes[4] = {*j->at};
        int count = 1;
        if ((unsigned char)*j->at++ < 0x20) return spoil(j);
        if (bytes[0] == '\\' && (count = escape(j, bytes)) == 0) return spoil(j);
        if (n + count < size) {
            memcpy(text + n, bytes, count);
            n += count;
        }
    }
    if (j->at >= j->end) return spoil(j);
    j->at++;
    if (size > 0) text[n] = 0;
    return 1;
}

static int word(struct json *j, const char *text) {
    size_t length = strlen(text);
    if (peek(j) != text[0] || (size_t)(j->end - j->at) < length || memcmp(j->at, text, length) != 0) return 0;
    j->at += length;
    return 1;
}

static int digits(struct json *j) {
    int n = 0;
    for (; j->at < j->end && *j->at >= '0' && *j->at <= '9'; j->at++) n++;
    return n;
}

static int number(struct json *j) {
    if (*j->at == '-') j->at++;
    if (j->at < j->end && *j->at == '0') j->at++;
    else if (digits(j) == 0) return spoil(j);
    if (j->at < j->end && *j->at == '.') {
        j->at++;
        if (digits(j) == 0) return spoil(j);
    }
    if (j->at < j->end && (*j->at | 32) == 'e') {
        j->at++;
        if (j->at < j->end && (*j->at == '+' || *j->at == '-')) j->at++;
        if (digits(j) == 0) return spoil(j);
    }
    return 1;
}

int json_true(struct json *j) {
    if (word(j, "true")) return 1;
    json_skip(j);
    return 0;
}

long json_number(struct json *j) {
    int c = peek(j);
    if (c != '-' && (c < '0' || c > '9')) {
        json_skip(j);
        return 0;
    }
    long value = strtol(j->at, NULL, 10); // a NUL ends the text
    number(j);
    return value;
}

// Past one value of any kind. Deeper values are the same loop with a stack of bits: what is open.
void json_skip(struct json *j) {
    int bottom = j->depth;
    uint64_t objects = 0;
    do {
        int c = peek(j);
        char name[1];
        if (c == '{' || c == '[') {
            if (!open_with(j, (char)c)) return;
            uint64_t bit = 1ull << (j->depth - 1);
            objects = c == '{' ? objects | bit : objects & ~bit;
        } else if (c == '"') {
            json_string(j, name, 0);
        } else if (c == '-' || (c >= '0' && c <= '9')) {
            number(j);
        } else if (!word(j, "true") && !word(j, "false") && !word(j, "null")) {
            spoil(j);
        }
        while (!j->bad && j->depth > bottom) {
            int more = objects >> (j->depth - 1) & 1 ? json_member(j, name, 0) : json_element(j);
            if (more) break;
        }
    } while (!j->bad && j->depth > bottom);
}

void json_write_string(FILE *out, const char *text) {
    fputc('"', out);
    for (; *text != 0; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\') fprintf(out, "\\%c", c);
        else if (c < 0x20 || c == 0x7f) fprintf(out, "\\u%04x", c);
        else fputc(c, out);
    }
    fputc('"', out);
}
