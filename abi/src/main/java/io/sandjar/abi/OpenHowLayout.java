// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct open_how of openat2. */
public final class OpenHowLayout {
    public static final int flags = 0;
    public static final int mode = 8;
    public static final int resolve = 16;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 24;

    private OpenHowLayout() {}
}
