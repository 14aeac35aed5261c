// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

/** Questions to the file of a namespace (ioctl_nsfs(2)). */
public final class NsIoctl {
    public static final int NS_GET_USERNS = 0xb701;
    public static final int NS_GET_PARENT = 0xb702;
    public static final int NS_GET_NSTYPE = 0xb703;
    public static final int NS_GET_OWNER_UID = 0xb704;
    public static final int NS_GET_MNTNS_ID = 0x8008b705;
    public static final int NS_GET_PID_FROM_PIDNS = 0x8004b706;
    public static final int NS_GET_TGID_FROM_PIDNS = 0x8004b707;
    public static final int NS_GET_PID_IN_PIDNS = 0x8004b708;
    public static final int NS_GET_TGID_IN_PIDNS = 0x8004b709;
    public static final int NS_MNT_GET_INFO = 0x8010b70a;

    /** struct mnt_ns_info. */
    public static final int MNT_NS_INFO_SIZE = 16;

    private NsIoctl() {}
}
