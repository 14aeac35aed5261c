// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import io.sandjar.shim.TaskProcess.Phase;
import io.sandjar.shim.proto.TaskExit;
import io.sandjar.shim.proto.TaskOom;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** All containers of the namespace, and what happens to them by themselves: their ends and their want of memory. */
final class Tasks implements Exits.Listener {
    /** How long the end of a container waits for the ends of its other processes, which containerd wants to hear first. */
    private static final long OTHERS_MILLIS = 2000;

    private static final long LOST_MILLIS = 5000;

    private final ConcurrentHashMap<String, Task> all = new ConcurrentHashMap<>();
    private volatile long lastRequestNanos = System.nanoTime();

    final Hello hello;
    final Programs programs;
    final Orders orders;
    final StateFiles states;
    final Events events;
    final Exits exits;
    final Rootfs rootfs;
    final Unfinished unfinished;

    Tasks(Hello hello, Programs programs, Link link, Orders orders, Events events) {
        this.hello = hello;
        this.programs = programs;
        this.orders = orders;
        this.events = events;
        states = new StateFiles(hello.stateDir());
        exits = new Exits(link, this);
        rootfs = new Rootfs(programs, hello.self());
        unfinished = new Unfinished(hello.pid());
    }

    /** A request has come. */
    void busy() {
        lastRequestNanos = System.nanoTime();
    }

    /** Whether nothing has been here for a while. */
    boolean idle() {
        return all.isEmpty() && System.nanoTime() - lastRequestNanos > hello.lingerMillis() * 1_000_000;
    }

    Task need(String id) {
        Task t = all.get(id);
        if (t == null) {
            throw Failure.notFound("container " + id + " is not known to the shim");
        }
        return t;
    }

    @Nullable
    Task find(String id) {
        return all.get(id);
    }

    /** The one of that id that was there already; null: none. */
    @Nullable
    Task put(Task t) {
        return all.putIfAbsent(t.id, t);
    }

    void remove(Task t) {
        all.remove(t.id, t);
        busy();
    }

    Runsc runsc(TaskOptions options, Path bundle, String id) {
        return new Runsc(programs, options, bundle, id, hello.debug());
    }

    /** Finds what an earlier JVM left. */
    void load() {
        List<Task> found = states.load(this::runsc);
        ArrayList<TaskProcess> running = new ArrayList<>();
        for (Task t : found) {
            all.put(t.id, t);
            ArrayList<TaskProcess> processes = new ArrayList<>(t.execs());
            processes.add(t.init);
            for (TaskProcess p : processes) {
                if (p.phase() == Phase.STOPPED) {
                    if (!p.exitTold) {
                        tellExit(t, p);
                    }
                } else if (p.pid() > 0) {
                    exits.claim(p.pid(), p);
                    running.add(p);
                }
            }
        }
        if (!found.isEmpty()) {
            Log.info("found " + found.size() + " containers of the time before");
            Thread.ofVirtual().start(new Lost(running));
        }
        if (hello.restarts() == 0) {
            states.sweep();
        }
    }

    @Override
    public void ended(TaskProcess p, Exits.Exit exit) {
        Task t = all.get(p.container);
        if (t == null) {
            exits.acknowledge(exit.pid());
            p.stopped(exit.status(), exit.nanos());
            p.release();
            return;
        }
        if (p.first()) {
            waitForOthers(t);
        }
        p.lock.lock();
        try {
            p.stopped(exit.status(), exit.nanos());
            orders.drop(p.name());
            if (p.first()) {
                outOfMemory(t);
            }
            save(t);
            exits.acknowledge(exit.pid());
            tellExit(t, p);
        } finally {
            p.release();
            p.lock.unlock();
        }
        Log.debug(p.name() + " has ended with " + exit.status());
    }

    private static void waitForOthers(Task t) {
        long end = System.nanoTime() + OTHERS_MILLIS * 1_000_000;
        for (TaskProcess p : t.execs()) {
            if (p.phase() == Phase.RUNNING) {
                p.await(Math.max(1, (end - System.nanoTime()) / 1_000_000));
            }
        }
    }

    /** A state that cannot be written must not keep an end from being told. */
    private void save(Task t) {
        try {
            states.save(t);
        } catch (Failure e) {
            Log.error(e.text());
        }
    }

    private void tellExit(Task t, TaskProcess p) {
        TaskExit event = TaskExit.newBuilder()
                .setContainerId(t.id)
                .setId(p.first() ? t.id : p.execId)
                .setPid(p.pid())
                .setExitStatus(p.exitStatus())
                .setExitedAt(p.exitedAt())
                .build();
        events.send("/tasks/exit", "TaskExit", event, new ExitTold(t, p));
    }

    /** The supervisor says that a container may have run out of memory. */
    void outOfMemory(String id) {
        Task t = all.get(id);
        if (t != null) {
            outOfMemory(t);
        }
    }

    private void outOfMemory(Task t) {
        if (t.memory.grown()) {
            Log.info("container " + t.id + " ran out of memory");
            TaskOom event = TaskOom.newBuilder().setContainerId(t.id).build();
            events.send("/tasks/oom", "TaskOOM", event, null);
        }
    }

    /** Notes that containerd knows of an end, so that another JVM does not tell it again. */
    private final class ExitTold implements Runnable {
        private final Task task;
        private final TaskProcess process;

        ExitTold(Task task, TaskProcess process) {
            this.task = task;
            this.process = process;
        }

        @Override
        public void run() {
            process.exitTold = true;
            save(task);
        }
    }

    /** Processes of the time before that nobody reports and that are not there. */
    private final class Lost implements Runnable {
        private final List<TaskProcess> processes;

        Lost(List<TaskProcess> processes) {
            this.processes = processes;
        }

        @Override
        public void run() {
            try {
                Thread.sleep(LOST_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
            for (TaskProcess p : processes) {
                if (p.phase() != Phase.STOPPED && !Files.exists(Path.of("/proc/" + p.pid()))) {
                    Log.warning(p.name() + " has gone while nobody looked");
                    exits.lost(p);
                }
            }
        }
    }
}
