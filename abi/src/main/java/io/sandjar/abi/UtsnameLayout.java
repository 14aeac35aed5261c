// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct utsname. */
public final class UtsnameLayout {
    public static final int sysname = 0;
    public static final int nodename = 65;
    public static final int release = 130;
    public static final int version = 195;
    public static final int machine = 260;
    public static final int domainname = 325;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 390;

    /** Bytes of each of the six strings, the final zero included. */
    public static final int FIELD_SIZEOF = 65;

    private UtsnameLayout() {}
}
