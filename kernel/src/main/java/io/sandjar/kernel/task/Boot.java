// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.abi.Mm;
import io.sandjar.abi.Nr;
import io.sandjar.abi.Sig;
import io.sandjar.host.Listener;
import io.sandjar.host.SpawnPlan;
import io.sandjar.host.Sys;
import io.sandjar.host.seccomp.FilterTable;
import java.io.IOException;

/** The start of a sandbox: the first stub process, its filter and listener. */
public final class Boot {
    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int PR_SET_PDEATHSIG = 1;
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_ALLOW_SEALING = 2;
    private static final int F_ADD_SEALS = 1033;
    private static final int HIGH_FD = 200;
    private static final int O_WRONLY = 1;
    private static final int PR_GET_SECCOMP = 21;
    private static final int PR_CAP_AMBIENT = 47;
    private static final int PR_CAP_AMBIENT_CLEAR_ALL = 4;
    private static final int PR_CAPBSET_DROP = 24;
    private static final int PR_SET_SECUREBITS = 28;
    private static final int ROOT_IS_NOBODY = 0x2f; // NOROOT, NO_SETUID_FIXUP and KEEP_CAPS off, for ever
    private static final int CAP_LAST = 40;
    private static final int CAP_VERSION = 0x20080522;

    private Boot() {}

    /**
     * Starts the {@link Nursery} and fetches its listener; receivers may start then. Needs nothing but the kernel, so it
     * may run while another thread makes the first container. The calling thread must live as long as the sandbox: the
     * host kills the guests when it ends.
     *
     * @param stub the stub's image, an ELF file
     * @throws IOException when the host does not let us, saying why
     */
    public static void spawn(Kernel kernel, byte[] stub) throws IOException {
        int image = memfd("sandjar-stub", stub);
        byte[] filter = (underFilter() ? FilterTable.strictBeneath() : FilterTable.strict())
                .assemble(Stub.BASE, Stub.BASE + Stub.TEXT_SIZE);
        int program = memfd("sandjar-filter", filter);
        kernel.setStubImage(image);
        ListenerTransfer transfer = new ListenerTransfer();
        SpawnPlan plan = new SpawnPlan();
        long name = plan.string(transfer.order());
        long argv = plan.vector(name);
        long envp = plan.vector();
        long empty = plan.string("");
        giveUp(plan);
        plan.call(0, Nr.prctl, PR_SET_PDEATHSIG, Sig.SIGKILL)
                .call(0, Nr.setsid)
                .call(0, Nr.prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
                .call(0, Nr.chdir, plan.string("/"))
                .call(0, Nr.dup3, program, 3, 0)
                .call(0, Nr.dup3, image, 4, 02000000)
                .call(SpawnPlan.IGNORE_ERROR, Nr.dup3, transfer.socket(), 5, 0)
                .call(0, Nr.close_range, transfer.socket() < 0 ? 5 : 6, 0xffffffffL, 0)
                .call(SpawnPlan.IGNORE_ERROR, Nr.close_range, 0, 2, 0)
                .call(0, Nr.execveat, 4, empty, argv, envp, 0x1000);
        int pid = plan.run(0);
        String failure = pid < 0 ? io.sandjar.abi.Errno.name(-pid) : plan.failure();
        if (pid < 0 || (failure != null && !failure.isEmpty())) {
            throw new IOException("cannot start a guest process: " + failure);
        }
        plan.free();
        kernel.setListener(new Listener(transfer.take(pid)));
        kernel.listener().wakeSynchronously();
        Sys.close(program);
        kernel.clockWatch.open();
        kernel.nursery().attach(pid);
    }

    /** Whether another filter holds for this process, such as that of a container around it. */
    private static boolean underFilter() {
        return Sys.call(Nr.prctl, PR_GET_SECCOMP, 0, 0) != 0;
    }

    /** The guests' host processes have no privilege, whatever this process has, and go before it when memory is short. */
    private static void giveUp(SpawnPlan plan) {
        plan.call(SpawnPlan.IGNORE_ERROR, Nr.open, plan.string("/proc/self/oom_score_adj"), O_WRONLY)
                .call(
                        SpawnPlan.IGNORE_ERROR | SpawnPlan.FIRST_ARG_IS_PREVIOUS,
                        Nr.write,
                        0,
                        plan.string(Integer.toString(HostGroups.OOM_SCORE)),
                        3)
                .call(SpawnPlan.IGNORE_ERROR, Nr.prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
        for (int cap = 0; cap <= CAP_LAST; cap++) {
            plan.call(SpawnPlan.IGNORE_ERROR, Nr.prctl, PR_CAPBSET_DROP, cap, 0, 0, 0);
        }
        plan.call(SpawnPlan.IGNORE_ERROR, Nr.prctl, PR_SET_SECUREBITS, ROOT_IS_NOBODY, 0, 0, 0);
        long header = plan.words(CAP_VERSION, 0);
        long none = plan.words(0, 0, 0, 0, 0, 0);
        plan.call(0, Nr.capset, header, none);
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
        return high(fd);
    }

    /** Moves a descriptor to a number that no plan uses. */
    static int high(int fd) throws IOException {
        int high = (int) Sys.call(Nr.fcntl, fd, F_DUPFD_CLOEXEC, HIGH_FD);
        Sys.close(fd);
        if (high < 0) {
            throw new IOException("fcntl: " + io.sandjar.abi.Errno.name(-high));
        }
        return high;
    }
}
