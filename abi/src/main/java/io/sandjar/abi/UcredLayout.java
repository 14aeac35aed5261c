// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct ucred of SCM_CREDENTIALS and SO_PEERCRED. */
public final class UcredLayout {
    public static final int pid = 0;
    public static final int uid = 4;
    public static final int gid = 8;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 12;

    private UcredLayout() {}
}
