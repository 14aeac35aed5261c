// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of the kernel's struct termios (TCGETS), which is shorter than the C library's. */
public final class TermiosLayout {
    public static final int c_iflag = 0;
    public static final int c_oflag = 4;
    public static final int c_cflag = 8;
    public static final int c_lflag = 12;
    public static final int c_line = 16;
    public static final int c_cc = 17;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 36;

    private TermiosLayout() {}
}
