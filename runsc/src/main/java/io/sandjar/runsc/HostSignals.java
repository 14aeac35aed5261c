// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import io.sandjar.abi.Nr;
import io.sandjar.abi.Sig;
import io.sandjar.host.Processes;
import io.sandjar.host.Scratch;
import io.sandjar.host.Sys;
import io.sandjar.kernel.signal.SigInfo;
import io.sandjar.kernel.task.Container;
import io.sandjar.kernel.task.ThreadGroup;

/**
 * Signals from the user's side, read from a signalfd: the launcher has blocked them before the JVM began. What a process
 * sent goes to the guest's pid 1; what the terminal sent (^C while we have not taken the terminal over) to its group, as
 * it would have without us.
 */
final class HostSignals implements Runnable {
    private static final int[] READ = {
        Sig.SIGHUP,
        Sig.SIGINT,
        Sig.SIGQUIT,
        Sig.SIGTERM,
        Sig.SIGUSR1,
        Sig.SIGUSR2,
        Sig.SIGALRM,
        Sig.SIGCONT,
        Sig.SIGTSTP,
        Sig.SIGTTIN,
        Sig.SIGTTOU,
        Sig.SIGWINCH
    };
    private static final int SFD_CLOEXEC = 02000000;
    private static final int RECORD = 128;

    private final Container container;
    private final Streams streams;
    private final int fd;

    HostSignals(Container container, Streams streams) {
        this.container = container;
        this.streams = streams;
        long mask = 0;
        for (int signo : READ) {
            mask |= 1L << (signo - 1);
        }
        Scratch s = Scratch.take();
        try {
            s.buf.putLong(0, mask);
            fd = (int) Sys.call(Nr.signalfd4, -1, s.address, 8, SFD_CLOEXEC, 0, 0);
        } finally {
            s.give();
        }
        container.pids().stopListener = this::stopped;
    }

    @Override
    public void run() {
        byte[] record = new byte[RECORD];
        while (Sys.read(fd, record, 0, RECORD, -1) == RECORD) {
            int signo = io.sandjar.abi.Bytes.i32(record, 0);
            int code = io.sandjar.abi.Bytes.i32(record, 8);
            received(signo, code);
        }
    }

    private void received(int signo, int code) {
        ThreadGroup init = container.init();
        if (init == null) {
            return;
        }
        switch (signo) {
            case Sig.SIGWINCH -> streams.resized();
            case Sig.SIGTTIN, Sig.SIGTTOU -> {
                // the terminal will come back to us with SIGCONT
            }
            case Sig.SIGCONT -> {
                streams.resumed();
                toGroup(init, signo);
            }
            case Sig.SIGTSTP -> toGroup(init, signo);
            default -> {
                if (code == Sig.SI_KERNEL) {
                    toGroup(init, signo);
                } else {
                    container.kernel().signals().sendFromOutside(init, SigInfo.user(signo, 0, 0, 0));
                }
            }
        }
    }

    private void toGroup(ThreadGroup init, int signo) {
        container.kernel().signals().sendToProcessGroup(init.processGroup(), SigInfo.kernel(signo), true);
    }

    /** Pid 1 was stopped: stop as a whole, so that the user's shell gets its prompt back. */
    private void stopped() {
        streams.suspended();
        Processes.kill(Sys.pid(), Sig.SIGSTOP);
        streams.resumed();
    }
}
