// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.abi.Errno;
import io.sandjar.kernel.StandardMounts;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.RootBuilder;
import io.sandjar.kernel.fs.stdio.HostStdio;
import io.sandjar.kernel.notify.Receivers;
import io.sandjar.kernel.syscall.SyscallTable;
import io.sandjar.kernel.vfs.FdTable;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.KernelCaller;
import io.sandjar.kernel.vfs.MountNamespace;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Several containers in one kernel, with guests. In a JVM of its own, because a kernel reaps all its children. */
public final class ContainersProgram {
    private final Kernel kernel = new Kernel();

    private ContainersProgram() {}

    public static void main(String[] args) throws Exception {
        new ContainersProgram().run(Path.of(args[0]));
        System.out.println("all well");
        System.exit(0);
    }

    private void run(Path stub) throws Exception {
        Boot.spawn(kernel, Files.readAllBytes(stub));
        Receivers.start(kernel, new SyscallTable(), 3);
        Container a = container("a", null);
        Container b = container("b", null);
        same("refused", -Errno.ENOENT, new Start(a, "/nonexistent").result);
        same("refused", -Errno.ENOENT, new Start(a, "nonexistent").result);
        same("refused", -Errno.EACCES, new Start(a, "/etc/passwd").result);
        check("never ran", a.init() == null);
        new Start(a, "sh", "-c", "test $$ = 1 && sleep 1000");
        new Start(b, "sh", "-c", "test $$ = 1 && sleep 1000");
        same("status", 7 << 8, new Start(a, "sh", "-c", "exit 7").end());
        same("signal", 9, new Start(a, "sh", "-c", "kill -9 $$").end());
        same("parent", 0, new Start(a, "sh", "-c", "test $PPID = 0 && test $$ != 1").end());
        same("hostname", 0, new Start(b, "sh", "-c", "test $(cat /proc/sys/kernel/hostname) = b").end());
        String count = "n=0; for p in /proc/[0-9]*; do n=$((n+1)); done; test $n = ";
        same("processes", 0, new Start(b, "sh", "-c", count + 3).end()); // init, its sleep, itself
        same("orphan", 0, new Start(b, "sh", "-c", "sleep 1000 & exit 0").end());
        same("with the orphan", 0, new Start(b, "sh", "-c", count + 4).end());

        Container c = container("c", a.pids());
        c.shareUts(a);
        Start shared = new Start(c, "sh", "-c", "test $$ != 1 && test $(hostname) = a && sleep 1000");
        same("sees", 0, new Start(a, "sh", "-c", "kill -0 " + shared.task.pid()).end());
        same("does not see", 0, new Start(b, "sh", "-c", count + 4).end());
        same("may", 0, new Start(c, "sh", "-c", "kill -CONT 1").end());

        ArrayList<Start> many = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            many.add(new Start(i % 2 == 0 ? a : b, "sh", "-c", "true; exit " + i));
        }
        for (int i = 0; i < 20; i++) {
            same("one of many", i << 8, many.get(i).end());
        }

        same("killed", 0, a.kill(9, false));
        same("a", 9, a.awaitEnd());
        same("c went with it", 9, c.awaitEnd());
        check("over", !a.running() && !c.running() && b.running());
        same("b lives", 0, new Start(b, "true").end());
        same("no more", -Errno.ESRCH, new Start(a, "true").result);
        same("nobody", -Errno.ESRCH, a.kill(9, true));
        kernel.containers().remove(a);
        same("all", 0, b.kill(9, true));
        same("b", 9, b.awaitEnd());
        same("nothing left", 0, kernel.containers().threads());
    }

    private Container container(String id, PidSpace shared) {
        Container c = kernel.containers().create(id, shared);
        Ref<RootBuilder> root = new Ref<>();
        same("root", 0, RootBuilder.overlay(kernel.files, "/", 1 << 20, root));
        MountNamespace ns = root.get().build();
        c.setMounts(ns);
        c.uts().hostname = id;
        StandardMounts.mount(c, new KernelCaller(ns.rootPath()), kernel.files, 1 << 20);
        return c;
    }

    private final class Start {
        final int result;
        final CountDownLatch ended = new CountDownLatch(1);
        volatile int status = -1;
        Task task;

        Start(Container c, String... words) {
            ProcessSpec spec = new ProcessSpec();
            ArrayList<byte[]> args = new ArrayList<>();
            for (String w : words) {
                args.add(w.getBytes(StandardCharsets.ISO_8859_1));
            }
            spec.args = args;
            spec.env = List.of("PATH=/usr/bin:/bin".getBytes(StandardCharsets.ISO_8859_1));
            Ref<Task> made = new Ref<>();
            int r = c.prepare(spec, streams(), made);
            if (r == 0) {
                task = made.get();
                c.onEnd(task.group(), s -> {
                    status = s;
                    ended.countDown();
                });
                r = c.start(task);
            }
            result = r;
        }

        int end() throws InterruptedException {
            same("start", 0, result);
            check("ended", ended.await(20, TimeUnit.SECONDS));
            return status;
        }
    }

    private FdTable streams() {
        HostStdio stdio = new HostStdio(kernel.net.poller());
        FdTable fds = new FdTable();
        for (int fd = 0; fd <= 2; fd++) {
            Ref<FileDescription> d = new Ref<>();
            if (stdio.open(fd, d) == 0) {
                fds.replace(fd, d.get(), false);
            }
        }
        return fds;
    }

    private static void same(String what, int wanted, int got) {
        if (wanted != got) {
            fail(what + ": " + got + " instead of " + wanted);
        }
    }

    private static void check(String what, boolean ok) {
        if (!ok) {
            fail(what);
        }
    }

    private static void fail(String what) {
        System.out.println(what + " (at " + Thread.currentThread().getStackTrace()[4] + ")");
        System.exit(1);
    }
}
