// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Nr;
import io.sandjar.abi.O;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.FileSystem;
import io.sandjar.kernel.vfs.FileSystemTypes;
import io.sandjar.kernel.vfs.Mount;
import io.sandjar.kernel.vfs.Stat;
import java.nio.charset.StandardCharsets;

/** What is mounted by device number, and the types of file systems: two calls of old that tools still know. */
public final class FsTypeCalls {
    private static final int USTAT_SIZE = 32;
    private static final int USTAT_INODES = 8;

    private FsTypeCalls() {}

    @Syscall(nr = Nr.ustat)
    public static long sys_ustat(Task t, @As(Kind.HEX) long dev, long ubuf) {
        int d = (int) dev;
        long wanted = Stat.makedev(d >>> 8 & 0xfff, d & 0xff | d >>> 12 & 0xfff00);
        for (Mount m : t.container().mounts().mounts()) {
            FileSystem fs = m.root().inode().fs;
            if (fs.dev() == wanted) {
                FileSystem.StatFs s = new FileSystem.StatFs();
                fs.statfs(s);
                byte[] b = new byte[USTAT_SIZE];
                Bytes.put32(b, 0, (int) Math.min(s.bfree, Integer.MAX_VALUE));
                Bytes.put64(b, USTAT_INODES, s.ffree);
                return t.mem().write(ubuf, b);
            }
        }
        return -EINVAL;
    }

    @Syscall(nr = Nr.sysfs)
    public static long sys_sysfs(Task t, int option, long arg1, long arg2) {
        switch (option) {
            case 1 -> {
                Ref<String> name = new Ref<>();
                int r = t.mem().readString(arg1, O.PATH_MAX - 1, name);
                if (r <= 0) {
                    return r < 0 ? r : -ENOENT;
                }
                int i = FileSystemTypes.index(name.get());
                return i < 0 ? -EINVAL : i;
            }
            case 2 -> {
                if (arg1 < 0 || arg1 >= FileSystemTypes.count()) {
                    return -EINVAL;
                }
                String name = FileSystemTypes.name((int) arg1) + "\0";
                return t.mem().write(arg2, name.getBytes(StandardCharsets.ISO_8859_1));
            }
            case 3 -> {
                return FileSystemTypes.count();
            }
            default -> {
                return -EINVAL;
            }
        }
    }
}
