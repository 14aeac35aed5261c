// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.host.seccomp;

/**
 * A condition on one argument: the argument, masked, is one of some values.
 *
 * <p>A parameter that Linux declares as int or unsigned int is narrow: the host ignores its upper half, and so does the
 * condition. A long is compared in full.
 *
 * @param arg which argument, 0 to 5
 * @param text the condition as SECURITY.md shows it
 */
record Condition(int arg, boolean wide, long mask, long[] values, String text) {

    /** An int argument that has one of the values. */
    static Condition oneOf(int arg, String text, int... values) {
        return masked(arg, 0xffffffff, text, values);
    }

    /** An int argument that has one of the values in the bits of the mask. */
    static Condition masked(int arg, int mask, String text, int... values) {
        long[] longs = new long[values.length];
        for (int i = 0; i < values.length; i++) {
            longs[i] = values[i] & 0xffffffffL;
        }
        return new Condition(arg, false, mask & 0xffffffffL, longs, text);
    }

    /** A long argument that has the value in the bits of the mask. */
    static Condition bits(int arg, long mask, long value, String text) {
        return new Condition(arg, true, mask, new long[] {value}, text);
    }

    /** Whether it holds for an argument. */
    boolean holds(long arg) {
        long masked = arg & mask & (wide ? -1L : 0xffffffffL);
        for (long v : values) {
            if (masked == v) {
                return true;
            }
        }
        return false;
    }
}
