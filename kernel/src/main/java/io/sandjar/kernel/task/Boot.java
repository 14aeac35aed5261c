// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Mm;
import io.sandjar.abi.Nr;
import io.sandjar.abi.Rlimit;
import io.sandjar.abi.Sig;
import io.sandjar.host.Listener;
import io.sandjar.host.Processes;
import io.sandjar.host.SpawnPlan;
import io.sandjar.host.Sys;
import io.sandjar.host.seccomp.FilterTable;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.mm.UserMemory;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.FdTable;
import io.sandjar.kernel.vfs.FsContext;
import io.sandjar.kernel.vfs.Path;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** The start of a sandbox: the first stub process, its filter and listener, and the task with pid 1. */
public final class Boot {
    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int PR_SET_PDEATHSIG = 1;
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_ALLOW_SEALING = 2;
    private static final int F_ADD_SEALS = 1033;
    private static final int HIGH_FD = 200;
    private static final long START_NANOS = 10_000_000_000L;

    private Boot() {}

    /**
     * Makes pid 1, not yet running: {@link #prepareProgram} and {@link #attach} follow.
     *
     * @param fds its descriptors
     */
    public static Task makeInit(Kernel kernel, Creds creds, Path root, Path cwd, int umask, FdTable fds) {
        kernel.taskLock().lock();
        try {
            Session s = new Session(1);
            ProcessGroup pg = kernel.tasks().makeProcessGroup(1, s);
            ThreadGroup g = new ThreadGroup(1, pg, kernel.bootNanos());
            pg.members.add(g);
            s.leader = g;
            g.uid = creds.uid();
            long[] limit = new long[2];
            for (int i = 0; i < Rlimit.NLIMITS; i++) {
                Processes.limit(i, limit);
                g.softLimits[i] = limit[0];
                g.hardLimits[i] = limit[1];
            }
            g.softLimits[Rlimit.RLIMIT_NOFILE] = Math.min(1024, g.hardLimits[Rlimit.RLIMIT_NOFILE] & Long.MAX_VALUE);
            Task t = new Task(
                    kernel,
                    g,
                    1,
                    new AddressSpace(),
                    Stub.SLOTS_BASE,
                    new UserMemory(0),
                    creds,
                    new FsContext(root, cwd, umask),
                    fds);
            g.tasks.add(t);
            kernel.tasks().put(g);
            kernel.tasks().put(t);
            kernel.setInit(g);
            return t;
        } finally {
            kernel.taskLock().unlock();
        }
    }

    /** Loads the program that pid 1 is to run: 0 or -errno as execve(2). */
    public static int prepareProgram(Kernel kernel, Task init, String path, List<byte[]> argv, List<byte[]> envp) {
        Ref<ExecImage> out = new Ref<>();
        init.mayBlock = true;
        int r = kernel.exec()
                .prepare(init, io.sandjar.abi.O.AT_FDCWD, path, 0, new ArrayList<>(argv), new ArrayList<>(envp), out);
        init.endCall();
        if (r < 0) {
            return r;
        }
        ExecImage image = out.get();
        image.first = true;
        Tracer tracer = kernel.tracer;
        if (tracer != null) {
            tracer.program(init, path, argv, envp.size());
        }
        kernel.exec().commit(init, image);
        return 0;
    }

    /**
     * Starts the stub process of pid 1 and fetches its listener. Needs nothing but the kernel, so it may run while
     * another thread makes pid 1; the stub waits until it is {@link #attach}ed. The calling thread must live as long as
     * the sandbox: the host kills the guests when it ends.
     *
     * @param stub the stub's image, an ELF file
     * @return the host process
     * @throws IOException when the host does not let us, saying why
     */
    public static int spawn(Kernel kernel, byte[] stub) throws IOException {
        int image = memfd("sandjar-stub", stub);
        byte[] filter = FilterTable.strict().assemble(Stub.BASE, Stub.BASE + Stub.TEXT_SIZE);
        int program = memfd("sandjar-filter", filter);
        kernel.setStubImage(image);
        SpawnPlan plan = new SpawnPlan();
        long name = plan.string("f");
        long argv = plan.vector(name);
        long envp = plan.vector();
        long empty = plan.string("");
        plan.call(0, Nr.prctl, PR_SET_PDEATHSIG, Sig.SIGKILL)
                .call(0, Nr.setsid)
                .call(0, Nr.prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
                .call(0, Nr.chdir, plan.string("/"))
                .call(0, Nr.dup3, program, 3, 0)
                .call(0, Nr.dup3, image, 4, 02000000)
                .call(0, Nr.close_range, 5, 0xffffffffL, 0)
                .call(SpawnPlan.IGNORE_ERROR, Nr.close_range, 0, 2, 0)
                .call(0, Nr.execveat, 4, empty, argv, envp, 0x1000);
        int pid = plan.run(0);
        String failure = pid < 0 ? io.sandjar.abi.Errno.name(-pid) : plan.failure();
        if (pid < 0 || (failure != null && !failure.isEmpty())) {
            throw new IOException("cannot start a guest process: " + failure);
        }
        plan.free();
        kernel.setListener(new Listener(fetchListener(pid)));
        kernel.listener().wakeSynchronously();
        Sys.close(program);
        return pid;
    }

    /** Puts the host process behind pid 1, whose program is prepared. Receivers may start. */
    public static void attach(Kernel kernel, Task init, int hostPid) {
        init.group.hostPid = hostPid;
        init.hostTid = hostPid;
        init.mem.setHostTid(hostPid);
        kernel.hostThreads().put(hostPid, init);
    }

    private static int fetchListener(int pid) throws IOException {
        int pidfd = Processes.pidfdOpen(pid);
        if (pidfd < 0) {
            throw new IOException("pidfd_open: " + io.sandjar.abi.Errno.name(-pidfd));
        }
        try {
            long deadline = System.nanoTime() + START_NANOS;
            while (true) {
                int fd = Processes.pidfdGetfd(pidfd, 0);
                if (fd >= 0) {
                    return fd;
                }
                if (fd != -EBADF) {
                    throw new IOException("cannot fetch the seccomp listener (pidfd_getfd: "
                            + io.sandjar.abi.Errno.name(-fd) + "); does this host forbid ptrace between processes?");
                }
                int[] end = new int[3];
                if (Processes.pollEnd(pid, end) && end[0] == pid) {
                    throw new IOException(why(end));
                }
                if (System.nanoTime() - deadline > 0) {
                    throw new IOException("the guest process did not come up");
                }
                LockSupport.parkNanos(20_000);
            }
        } finally {
            Sys.close(pidfd);
        }
    }

    private static String why(int[] end) {
        if (end[1] == Sig.CLD_EXITED && end[2] > 100) {
            return "the host refuses the seccomp filter: " + io.sandjar.abi.Errno.name(end[2] - 100)
                    + " (Linux 5.19 or newer with CONFIG_SECCOMP_FILTER is needed)";
        }
        return "the guest process ended at once: status " + end[2];
    }

    /** A sealed host file in memory, with a number that no plan uses. */
    private static int memfd(String name, byte[] data) throws IOException {
        int fd = Sys.memfd(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
        if (fd < 0) {
            throw new IOException("memfd_create: " + io.sandjar.abi.Errno.name(-fd));
        }
        if (Sys.write(fd, data, 0, data.length, 0) != data.length) {
            throw new IOException("cannot fill a memory file");
        }
        Sys.call(Nr.fcntl, fd, F_ADD_SEALS, Mm.F_SEAL_WRITE | Mm.F_SEAL_SHRINK | Mm.F_SEAL_GROW | Mm.F_SEAL_SEAL);
        int high = (int) Sys.call(Nr.fcntl, fd, F_DUPFD_CLOEXEC, HIGH_FD);
        Sys.close(fd);
        if (high < 0) {
            throw new IOException("fcntl: " + io.sandjar.abi.Errno.name(-high));
        }
        return high;
    }
}
