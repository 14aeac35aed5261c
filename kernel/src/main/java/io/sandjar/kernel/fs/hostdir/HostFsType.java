// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.hostdir;

/** Names of the host's file systems by their magic number (statfs(2)), for the guest's /proc/mounts. */
final class HostFsType {
    private HostFsType() {}

    static String name(long magic) {
        return switch ((int) magic) {
            case 0xef53 -> "ext4";
            case 0x58465342 -> "xfs";
            case 0x9123683e -> "btrfs";
            case 0x794c7630 -> "overlay";
            case 0x01021994 -> "tmpfs";
            case 0x2fc12fc1 -> "zfs";
            case 0x6969 -> "nfs";
            case 0xf2f52010 -> "f2fs";
            case 0xe0f5e1e2 -> "erofs";
            case 0x73717368 -> "squashfs";
            case 0x65735546 -> "fuse";
            case 0x01021997 -> "9p";
            default -> "hostdir";
        };
    }
}
