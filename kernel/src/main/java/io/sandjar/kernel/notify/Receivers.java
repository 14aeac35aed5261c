// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.notify;

import io.sandjar.host.Processes;
import io.sandjar.kernel.base.Worker;
import io.sandjar.kernel.syscall.Dispatcher;
import io.sandjar.kernel.task.Kernel;
import io.sandjar.kernel.task.Task;

/** The platform threads of a running kernel: receivers, and one that hears of host processes' ends. */
public final class Receivers {
    private Receivers() {}

    public static void start(Kernel kernel, Dispatcher dispatcher, int count) {
        Relief relief = new Relief(
                count,
                new Lead(Boolean.getBoolean("sandjar.lead")),
                r -> thread("receiver-r", new Receiver(kernel, dispatcher, r)));
        kernel.relieving = relief;
        for (int i = 0; i < count; i++) {
            thread("receiver-" + i, new Receiver(kernel, dispatcher, relief));
        }
        kernel.rings().setServer(new RingServer(kernel, dispatcher, relief));
        // no worker: it must not wait for guests
        Thread reaper = new Thread(null, () -> reap(kernel), "reaper", 256 * 1024);
        reaper.setDaemon(true);
        reaper.start();
    }

    private static void thread(String name, Runnable r) {
        new Worker(name, r).start();
    }

    private static void reap(Kernel kernel) {
        int[] end = new int[3];
        long[] usage = new long[Processes.USAGE];
        while (Processes.awaitAnyEnd(end) == 0) {
            int pid = end[0];
            if (pid == 0) {
                continue;
            }
            Task t = kernel.hostThreads().get(pid);
            if (t != null) {
                t.hostDied(end[1], end[2]);
            } else {
                kernel.lostChild(pid);
            }
            Processes.reap(pid, usage);
            kernel.exits().unreaped().hostReaped(pid, usage);
        }
    }
}
