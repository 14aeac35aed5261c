// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import static io.sandjar.abi.O.AT_FDCWD;
import static io.sandjar.abi.O.O_RDWR;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.RootBuilder;
import io.sandjar.kernel.fs.memfd.FileStore;
import io.sandjar.kernel.task.Kernel;
import io.sandjar.kernel.task.LoneTask;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.FileOps;
import io.sandjar.kernel.vfs.FsContext;
import io.sandjar.kernel.vfs.KernelIo;
import io.sandjar.kernel.vfs.MountNamespace;
import io.sandjar.kernel.vfs.Opener;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Any bytes written into a file of /proc, which is then read. The first byte chooses the file. */
public final class ProcWriteFuzz {
    private static final String[] FILES = {
        "1/comm",
        "1/oom_score_adj",
        "1/oom_adj",
        "1/uid_map",
        "1/gid_map",
        "1/projid_map",
        "1/setgroups",
        "1/coredump_filter",
        "1/timerslack_ns",
        "1/loginuid",
        "1/clear_refs",
        "sys/kernel/hostname",
        "sys/kernel/domainname",
        "sys/kernel/sem",
        "sys/kernel/printk",
        "sys/kernel/core_pattern",
        "sys/vm/overcommit_memory",
        "sys/vm/max_map_count",
        "sys/net/ipv4/ip_local_port_range",
        "sys/net/ipv4/tcp_rmem",
        "sys/net/ipv4/ip_forward",
        "sys/net/ipv4/ping_group_range",
        "sys/net/core/somaxconn",
        "sys/fs/aio-max-nr",
        "sys/fs/file-max",
        "sys/fs/mqueue/msg_max",
    };
    private static final int LONGEST = 20_000;

    private static final Task TASK = task();

    private ProcWriteFuzz() {}

    private static Task task() {
        Kernel kernel = new Kernel();
        RootBuilder root = RootBuilder.empty(new FileStore());
        MountNamespace ns = root.build();
        Task t = LoneTask.make(kernel, new FsContext(ns.rootPath(), ns.rootPath(), 022));
        if (FileOps.mkdir(t, AT_FDCWD, "/proc", 0755) != 0
                || root.mount(new ProcFs(t.pids()), "proc", 0, "/proc") != 0) {
            throw new AssertionError("no /proc");
        }
        return t;
    }

    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) {
            return;
        }
        String name = FILES[(data[0] & 0xff) % FILES.length];
        Ref<FileDescription> opened = new Ref<>();
        int r = Opener.open(TASK, AT_FDCWD, "/proc/" + name, O_RDWR, 0, 0, opened);
        if (r < 0) {
            throw new AssertionError(name + ": " + r);
        }
        FileDescription f = opened.get();
        try {
            byte[] text = Arrays.copyOfRange(data, 1, data.length);
            long n = f.write(TASK, new KernelIo(text, 0, text.length));
            if (n < -4095 || n > text.length) {
                throw new AssertionError(name + ": wrote " + n);
            }
            byte[] now = new byte[LONGEST];
            long have = f.pread(TASK, new KernelIo(now, 0, now.length), 0);
            if (have < -4095 || have == LONGEST) {
                throw new AssertionError(name + ": reads " + have);
            }
            if (n > 0 && have > 0 && name.startsWith("sys/") && now[(int) have - 1] != '\n') {
                throw new AssertionError(
                        name + ": " + new String(now, 0, (int) have, StandardCharsets.ISO_8859_1) + " is no line");
            }
        } finally {
            f.release();
        }
    }
}
