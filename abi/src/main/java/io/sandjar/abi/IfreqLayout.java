// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct ifreq. */
public final class IfreqLayout {
    public static final int ifr_name = 0;
    public static final int ifr_data = 16;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 40;

    private IfreqLayout() {}
}
