// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
//
// SHA-256 (FIPS 180-4), for one short text. Its constants are computed, as the standard defines them: the first bits of the
// fractions of square and cube roots of the first primes.

#include "shim.h"

static uint32_t turn(uint32_t x, int n) {
    return x >> n | x << (32 - n);
}

// The first 32 bits of the fraction of the POWER-th root of N: the largest x with x^power <= n * 2^(32 * power).
static uint32_t fraction(unsigned n, int power) {
    uint64_t x = 0;
    for (int bit = 35; bit >= 0; bit--) { // the roots are below 8 = 2^3
        unsigned __int128 y = x | 1ull << bit, product;
        if (power == 2) {
            product = y * y;
            if (product <= (unsigned __int128)n << 64) x |= 1ull << bit;
        } else { // y^3 has up to 108 bits, n * 2^96 less than 106
            product = y * y * y;
            if (product <= (unsigned __int128)n << 96) x |= 1ull << bit;
        }
    }
    return (uint32_t)x;
}

static void constants(uint32_t k[64], uint32_t h[8]) {
    int count = 0;
    for (unsigned n = 2; count < 64; n++) {
        int prime = 1;
        for (unsigned d = 2; d * d <= n; d++) prime &= n % d != 0;
        if (!prime) continue;
        if (count < 8) h[count] = fraction(n, 2);
        k[count++] = fraction(n, 3);
    }
}

static void block(uint32_t h[8], const uint32_t k[64], const uint8_t *bytes) {
    uint32_t w[64], s[8];
    for (int i = 0; i < 16; i++) w[i] = big32(bytes + 4 * i);
    for (int i = 16; i < 64; i++) {
        uint32_t a = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ w[i - 15] >> 3;
        uint32_t b = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + a + w[i - 7] + b;
    }
    memcpy(s, h, sizeof s);
    for (int i = 0; i < 64; i++) {
        uint32_t e = turn(s[4], 6) ^ turn(s[4], 11) ^ turn(s[4], 25), choice = (s[4] & s[5]) ^ (~s[4] & s[6]);
        uint32_t a = turn(s[0], 2) ^ turn(s[0], 13) ^ turn(s[0], 22), most = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
        uint32_t t = s[7] + e + choice + k[i] + w[i];
        memmove(s + 1, s, 7 * sizeof *s);
        s[4] += t;
        s[0] = t + a + most;
    }
    for (int i = 0; i < 8; i++) h[i] += s[i];
}

void sha256_hex(const void *bytes, size_t size, char hex[65]) {
    uint32_t k[64], h[8];
    constants(k, h);
    const uint8_t *at = bytes;
    size_t left = size;
    for (; left >= 64; left -= 64, at += 64) block(h, k, at);
    uint8_t last[128] = {0};
    memcpy(last, at, left);
    last[left] = 0x80;
    size_t end = left < 56 ? 64 : 128;
    put_big32(last + end - 8, (uint32_t)((uint64_t)size >> 29));
    put_big32(last + end - 4, (uint32_t)(size << 3));
    for (size_t i = 0; i < end; i += 64) block(h, k, last + i);
    for (int i = 0; i < 8; i++) sprintf(hex + 8 * i, "%08x", h[i]);
}
