// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.hostdir.HostDirFs;
import io.sandjar.kernel.fs.memfd.FileStore;
import io.sandjar.kernel.fs.overlay.OverlayFs;
import io.sandjar.kernel.notify.Receivers;
import io.sandjar.kernel.syscall.SyscallTable;
import io.sandjar.kernel.task.Boot;
import io.sandjar.kernel.task.Kernel;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.FdTable;
import io.sandjar.kernel.vfs.MountNamespace;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;

/** Throw-away start of a guest. */
public final class Main {
    private Main() {}

    public static void main(String[] args) throws Exception {
        int i = 0;
        while (i < args.length && (args[i].startsWith("-") || args[i].equals("do"))) {
            i++;
        }
        Kernel k = new Kernel();
        Ref<HostDirFs> host = new Ref<>();
        int r = HostDirFs.open("/", HostDirFs.Mode.LOWER, host);
        if (r < 0) {
            throw new IllegalStateException("root: " + r);
        }
        MountNamespace ns = MountNamespace.of(new OverlayFs(host.get(), new FileStore(), Long.MAX_VALUE), "overlay", 0);
        k.setMounts(ns);
        FdTable fds = new FdTable();
        io.sandjar.kernel.fs.stdio.HostStdio stdio = new io.sandjar.kernel.fs.stdio.HostStdio();
        for (int fd = 0; fd < 3; fd++) {
            Ref<io.sandjar.kernel.vfs.FileDescription> d = new Ref<>();
            if (stdio.open(fd, d) == 0) {
                fds.replace(fd, d.get(), false);
            }
        }
        Task t = Boot.makeInit(k, Creds.of(0, 0), ns.rootPath(), ns.rootPath(), 022, fds);
        ArrayList<byte[]> argv = new ArrayList<>();
        for (int j = i; j < args.length; j++) {
            argv.add(args[j].getBytes(StandardCharsets.ISO_8859_1));
        }
        ArrayList<byte[]> env = new ArrayList<>();
        System.getenv().forEach((a, b) -> env.add((a + "=" + b).getBytes(StandardCharsets.ISO_8859_1)));
        r = Boot.prepareProgram(k, t, args[i], argv, env);
        if (r < 0) {
            System.err.println("exec " + args[i] + ": " + io.sandjar.abi.Errno.name(-r));
            Runtime.getRuntime().halt(r == -2 ? 127 : 126);
        }
        Boot.spawn(k, t, Files.readAllBytes(Path.of(System.getProperty("sandjar.stub"))));
        Receivers.start(k, new SyscallTable(), 3);
        int status = k.awaitEnd();
        Runtime.getRuntime().halt((status & 0x7f) != 0 ? 128 + (status & 0x7f) : status >> 8 & 0xff);
    }
}
