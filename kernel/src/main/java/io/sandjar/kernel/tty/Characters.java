// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.tty;

/** Kinds of characters as terminals know them: Latin-1, or UTF-8 where IUTF8 says so, whatever the locale. */
final class Characters {
    private static final int CASE = 'a' - 'A';
    private static final int TIMES = 0xd7;
    private static final int DIVIDED = 0xf7;
    private static final int FIRST_LATIN_LETTER = 0xc0;
    private static final int FIRST_LATIN_SMALL = 0xdf;

    private Characters() {}

    static boolean isControl(int c) {
        return c < 32 || c == 127;
    }

    /** A byte of a UTF-8 sequence that is not its first. */
    static boolean isContinuation(int c) {
        return (c & 0xc0) == 0x80;
    }

    /** What a word for VWERASE consists of. */
    static boolean isWord(int c) {
        return (c >= '0' && c <= '9') || c == '_' || isCapital(c) || isSmall(c);
    }

    static int small(int c) {
        return isCapital(c) ? c + CASE : c;
    }

    static int capital(int c) {
        return isSmall(c) ? c - CASE : c;
    }

    private static boolean isCapital(int c) {
        return (c >= 'A' && c <= 'Z') || (c >= FIRST_LATIN_LETTER && c < FIRST_LATIN_SMALL && c != TIMES);
    }

    private static boolean isSmall(int c) {
        return (c >= 'a' && c <= 'z') || (c >= FIRST_LATIN_SMALL && c != DIVIDED);
    }
}
