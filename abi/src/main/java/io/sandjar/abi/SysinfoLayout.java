// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct sysinfo. */
public final class SysinfoLayout {
    public static final int uptime = 0;
    public static final int loads = 8;
    public static final int totalram = 32;
    public static final int freeram = 40;
    public static final int sharedram = 48;
    public static final int bufferram = 56;
    public static final int totalswap = 64;
    public static final int freeswap = 72;
    public static final int procs = 80;
    public static final int totalhigh = 88;
    public static final int freehigh = 96;
    public static final int mem_unit = 104;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 112;

    private SysinfoLayout() {}
}
