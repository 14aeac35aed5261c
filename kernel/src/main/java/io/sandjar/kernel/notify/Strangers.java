// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.notify;

import io.sandjar.abi.Sig;
import io.sandjar.host.HostFiles;
import io.sandjar.host.Processes;
import io.sandjar.kernel.task.Kernel;
import io.sandjar.kernel.task.ThreadGroup;
import org.jspecify.annotations.Nullable;

/**
 * Host threads that no clone of ours explains: late calls of a process that has just ended, or the work of a guest
 * that tampers with its stub. Neither gets an answer; the second loses its process.
 */
final class Strangers {
    private Strangers() {}

    static void met(Kernel kernel, int hostTid) {
        int tgid = threadGroupOf(hostTid);
        if (tgid <= 0) {
            return;
        }
        ThreadGroup g = kernel.byHostPid(tgid);
        if (g == null) {
            Processes.kill(tgid, Sig.SIGKILL); // under our filter but not one of ours any more
        } else if (!g.execing() && kernel.hostThreads().get(hostTid) == null && threadGroupOf(hostTid) == tgid) {
            // During an exec the other threads may still make calls, which nobody answers. If it is over by now they
            // are
            // gone, and the old leader's id is another's, whom we know: that is why both are asked once more.
            kernel.exits().exitGroup(g, Sig.SIGKILL);
        }
    }

    private static int threadGroupOf(int tid) {
        @Nullable String status = HostFiles.procText(tid + "/status");
        if (status == null) {
            return 0;
        }
        int at = status.indexOf("\nTgid:");
        if (at < 0) {
            return 0;
        }
        int n = 0;
        for (int i = at + 6; i < status.length() && status.charAt(i) != '\n'; i++) {
            char ch = status.charAt(i);
            if (ch >= '0' && ch <= '9') {
                n = n * 10 + ch - '0';
            }
        }
        return n;
    }
}
