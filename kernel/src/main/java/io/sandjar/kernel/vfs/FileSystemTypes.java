// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

/** The types of file systems that this kernel has, in the order in which /proc/filesystems and sysfs(2) count them. */
public final class FileSystemTypes {
    private static final String[] NAMES = {
        "sysfs", "tmpfs", "proc", "cgroup2", "devtmpfs", "devpts", "mqueue", "pipefs", "sockfs", "overlay",
    };

    private FileSystemTypes() {}

    public static int count() {
        return NAMES.length;
    }

    public static String name(int index) {
        return NAMES[index];
    }

    /** The number of a type; -1 when there is none of this name. */
    public static int index(String name) {
        for (int i = 0; i < NAMES.length; i++) {
            if (NAMES[i].equals(name)) {
                return i;
            }
        }
        return -1;
    }
}
