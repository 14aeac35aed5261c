// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import java.util.HashMap;
import java.util.LinkedHashMap;

/**
 * Brings together the pids that the supervisor reports and the processes that they are. A report may come before the runtime
 * has told us the pid; it waits for that as long as anything is being created. A report is acknowledged when what it means is
 * on disk, and again and again sent until then.
 */
final class Exits {
    /** A report. */
    record Exit(int pid, int waitStatus, long nanos) {
        /** As a shell has it. */
        int status() {
            int signal = waitStatus & 0x7f;
            return signal != 0 ? 128 + signal : waitStatus >> 8 & 0xff;
        }
    }

    /** Who hears of the end of a process, on a thread of its own; acknowledges it then. */
    interface Listener {
        void ended(TaskProcess process, Exit exit);
    }

    private static final int MAX_NOBODYS = 1000;

    private final Link link;
    private final Listener listener;
    private final HashMap<Integer, TaskProcess> known = new HashMap<>();
    private final HashMap<Integer, Exit> early = new HashMap<>();

    /** The latest reports that were nobody's: an earlier JVM may have made the process, and its request comes again. */
    private final LinkedHashMap<Integer, Exit> nobodys = new LinkedHashMap<>();

    private int creating;

    Exits(Link link, Listener listener) {
        this.link = link;
        this.listener = listener;
    }

    /** Something is being created: pids that nobody knows may be its. */
    synchronized void begin() {
        creating++;
    }

    synchronized void end() {
        creating--;
        if (creating == 0) {
            early.values().forEach(this::leave);
            early.clear();
        }
    }

    /** From now on the pid is this process's. */
    synchronized void claim(int pid, TaskProcess process) {
        Exit exit = early.remove(pid);
        if (exit != null) {
            tell(process, exit);
        } else {
            known.put(pid, process);
        }
    }

    /** The same for a process that an earlier JVM made; false: it has gone long ago. */
    synchronized boolean claimLeft(int pid, TaskProcess process, boolean lives) {
        Exit waits = early.remove(pid);
        Exit passed = nobodys.remove(pid);
        Exit exit = waits != null ? waits : passed;
        if (exit != null) {
            tell(process, exit);
        } else if (lives) {
            known.put(pid, process);
        }
        return exit != null || lives;
    }

    private void leave(Exit exit) {
        nobodys.put(exit.pid(), exit);
        if (nobodys.size() > MAX_NOBODYS) {
            nobodys.pollFirstEntry();
        }
        acknowledge(exit.pid());
    }

    /** The supervisor's report. */
    synchronized void reported(Exit exit) {
        TaskProcess process = known.remove(exit.pid());
        if (process != null) {
            tell(process, exit);
        } else if (creating > 0) {
            early.put(exit.pid(), exit);
        } else {
            leave(exit);
        }
    }

    /** Nobody reports it: it has gone while nobody was there. */
    void lost(TaskProcess process) {
        synchronized (this) {
            if (known.remove(process.pid()) == null) {
                return;
            }
        }
        tell(process, new Exit(process.pid(), 9, Times.now()));
    }

    void acknowledge(int pid) {
        link.send('A', pid, new byte[0]);
    }

    private void tell(TaskProcess process, Exit exit) {
        Thread.ofVirtual().name("exit " + exit.pid()).start(new Told(process, exit));
    }

    private final class Told implements Runnable {
        private final TaskProcess process;
        private final Exit exit;

        Told(TaskProcess process, Exit exit) {
            this.process = process;
            this.exit = exit;
        }

        @Override
        public void run() {
            try {
                listener.ended(process, exit);
            } catch (RuntimeException e) {
                Log.error("the end of " + process.name(), e);
            }
        }
    }
}
