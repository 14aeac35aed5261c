// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Offsets of the fields of struct sched_attr. */
public final class SchedAttrLayout {
    public static final int size = 0;
    public static final int sched_policy = 4;
    public static final int sched_flags = 8;
    public static final int sched_nice = 16;
    public static final int sched_priority = 20;
    public static final int sched_runtime = 24;
    public static final int sched_deadline = 32;
    public static final int sched_period = 40;
    public static final int sched_util_min = 48;
    public static final int sched_util_max = 52;

    /** Bytes in the whole struct. */
    public static final int SIZEOF = 56;

    private SchedAttrLayout() {}
}
