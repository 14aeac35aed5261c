// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import io.sandjar.abi.Net;
import io.sandjar.host.Scratch;
import io.sandjar.kernel.fs.RootBuilder;
import io.sandjar.kernel.fs.memfd.FileStore;
import io.sandjar.kernel.fs.tmpfs.TmpfsOptions;
import io.sandjar.kernel.task.Kernel;
import io.sandjar.kernel.task.LoneTask;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.FsContext;
import io.sandjar.kernel.vfs.MountNamespace;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Options with any contents: of mounts, of sockets, and requests of ioctl(2) with what they point to. The first byte
 * chooses which, the next eight are numbers, the rest is memory.
 */
public final class OptionFuzz {
    private static final int HEAD = 9;
    private static final long WHOLE = 1L << 30;

    private static final Task TASK = task();

    private OptionFuzz() {}

    private static Task task() {
        MountNamespace ns = RootBuilder.empty(new FileStore()).build();
        return LoneTask.make(new Kernel(), new FsContext(ns.rootPath(), ns.rootPath(), 022));
    }

    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length < HEAD) {
            return;
        }
        byte[] rest = Arrays.copyOfRange(data, HEAD, data.length);
        int what = data[0] & 7;
        long r = what == 0 ? mount(rest) : socket(data, rest, what);
        if (r < -4095 || r > 65536) {
            throw new AssertionError("result " + r);
        }
    }

    private static long mount(byte[] rest) {
        TmpfsOptions o = TmpfsOptions.parse(new String(rest, StandardCharsets.ISO_8859_1), WHOLE);
        if (o.wrong == null && (o.size < 0 || o.nodes < 0 || (o.mode & ~07777) != 0 && o.mode != -1)) {
            throw new AssertionError("size " + o.size + ", nodes " + o.nodes + ", mode " + o.mode);
        }
        return 0;
    }

    private static long socket(byte[] data, byte[] rest, int what) {
        int family = what < 3 ? Net.AF_UNIX : what < 6 ? Net.AF_INET : Net.AF_INET6;
        int type = (data[1] & 1) == 0 ? Net.SOCK_STREAM : Net.SOCK_DGRAM;
        int fd = (int) SocketCalls.sys_socket(TASK, family, type, 0);
        if (fd < 0) {
            throw new AssertionError("no socket: " + fd);
        }
        Scratch s = Scratch.take();
        try {
            int n = Math.min(rest.length, 2000);
            s.buf.put(0, rest, 0, n);
            if ((data[1] & 2) != 0) {
                return FdCalls.sys_ioctl(TASK, fd, 0x8900 | data[2] & 0xff, s.address);
            }
            int level = (data[1] & 4) != 0 ? data[3] & 0xff : Net.SOL_SOCKET;
            int name = data[4] & 0xff;
            long r = SocketCalls.sys_setsockopt(TASK, fd, level, name, s.address, n);
            s.buf.putInt(4096, data[5]);
            return Math.max(r, SocketCalls.sys_getsockopt(TASK, fd, level, name, s.address + 8192, s.address + 4096));
        } finally {
            s.give();
            FdCalls.sys_close(TASK, fd);
            TASK.endCall();
        }
    }
}
