// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct cmsghdr; the data follows at SIZEOF. */
public final class CmsghdrLayout {
    public static final int cmsg_len = 0;
    public static final int cmsg_level = 8;
    public static final int cmsg_type = 12;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 16;

    /** Data lengths are rounded up to this when the next header is looked for. */
    public static int align(int length) {
        return (length + 7) & -8;
    }

    private CmsghdrLayout() {}
}
