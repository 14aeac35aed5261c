// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct iovec. */
public final class IovecLayout {
    public static final int iov_base = 0;
    public static final int iov_len = 8;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 16;

    private IovecLayout() {}
}
