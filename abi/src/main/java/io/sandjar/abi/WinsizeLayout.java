// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct winsize. */
public final class WinsizeLayout {
    public static final int ws_row = 0;
    public static final int ws_col = 2;
    public static final int ws_xpixel = 4;
    public static final int ws_ypixel = 6;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 8;

    private WinsizeLayout() {}
}
