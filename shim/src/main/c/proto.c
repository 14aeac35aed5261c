// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// Protocol buffers, as far as the actions need them.

#include "shim.h"

static void put(struct proto *p, const void *bytes, size_t size) {
    if (size > sizeof p->bytes - p->size) fail("a message is longer than %zu bytes", sizeof p->bytes);
    memcpy(p->bytes + p->size, bytes, size);
    p->size += size;
}

void put_varint(struct proto *p, uint64_t value) {
    uint8_t byte;
    do {
        byte = (uint8_t)(value & 0x7f);
        value >>= 7;
        if (value != 0) byte |= 0x80;
        put(p, &byte, 1);
    } while (value != 0);
}

void put_number(struct proto *p, int field, uint64_t value) {
    if (value == 0) return;
    put_varint(p, (uint64_t)field << 3);
    put_varint(p, value);
}

void put_bytes(struct proto *p, int field, const void *bytes, size_t size) {
    put_varint(p, (uint64_t)field << 3 | 2);
    put_varint(p, size);
    put(p, bytes, size);
}

void put_text(struct proto *p, int field, const char *text) {
    if (*text != 0) put_bytes(p, field, text, strlen(text));
}

static int varint(const uint8_t **at, const uint8_t *end, uint64_t *value) {
    *value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        if (*at >= end) return -1;
        uint8_t byte = *(*at)++;
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) return 0;
    }
    return -1;
}

int next_field(const uint8_t **at, const uint8_t *end, struct field *f) {
    uint64_t tag, length = 0;
    if (*at >= end) return 0;
    if (varint(at, end, &tag) != 0 || tag >> 3 == 0 || tag >> 3 > INT_MAX) return -1;
    *f = (struct field){.number = (int)(tag >> 3), .kind = (int)(tag & 7)};
    if (f->kind == 0) return varint(at, end, &f->value) == 0 ? 1 : -1;
    if (f->kind == 2 && varint(at, end, &length) != 0) return -1;
    if (f->kind == 1) length = 8;
    if (f->kind == 5) length = 4;
    if (f->kind == 3 || f->kind == 4 || f->kind > 5 || length > (uint64_t)(end - *at)) return -1;
    f->bytes = *at;
    f->size = (size_t)length;
    *at += length;
    return 1;
}
