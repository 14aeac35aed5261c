// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct inotify_event. */
public final class InotifyEventLayout {
    public static final int wd = 0;
    public static final int mask = 4;
    public static final int cookie = 8;
    public static final int len = 12;
    public static final int name = 16;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 16;

    private InotifyEventLayout() {}
}
