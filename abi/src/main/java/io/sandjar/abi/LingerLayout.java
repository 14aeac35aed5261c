// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct linger. */
public final class LingerLayout {
    public static final int l_onoff = 0;
    public static final int l_linger = 4;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 8;

    private LingerLayout() {}
}
