// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import com.google.protobuf.MessageLite;
import io.sandjar.shim.TaskProcess.Phase;
import io.sandjar.shim.proto.CreateRequest;
import io.sandjar.shim.proto.CreateResponse;
import io.sandjar.shim.proto.TaskCreate;
import io.sandjar.shim.proto.TaskIo;
import java.nio.file.Files;
import java.nio.file.Path;

/** Create: mounts, streams, the runtime's create. What fails leaves nothing; what an earlier JVM left half is made anew. */
final class Creation {
    private static final int MAX_ID = 76;

    private final Tasks tasks;
    private final OptionsReader options;
    private final Consoles consoles;

    Creation(Tasks tasks, Consoles consoles) {
        this.tasks = tasks;
        this.consoles = consoles;
        options = new OptionsReader(tasks.hello);
    }

    MessageLite create(CreateRequest r, boolean again) {
        checkName(r.getId());
        Task old = tasks.find(r.getId());
        if (old != null) {
            if (!again) {
                throw Failure.alreadyExists("container " + r.getId());
            }
            if (old.complete) {
                return CreateResponse.newBuilder().setPid(old.init.pid()).build();
            }
            int pid = tasks.unfinished.await(Runsc.pidFile(old.bundle));
            if (pid != 0 && adopt(old, pid)) {
                tell(old, r);
                return CreateResponse.newBuilder().setPid(pid).build();
            }
            takeBack(old, true);
        }
        if (!r.getCheckpoint().isEmpty()) {
            throw Failure.unimplemented("container " + r.getId() + " cannot be restored from " + r.getCheckpoint()
                    + ": runsc has no restore");
        }
        Path bundle = Path.of(r.getBundle());
        if (!bundle.isAbsolute() || !Files.isDirectory(bundle)) {
            throw Failure.invalid(
                    "the bundle \"" + r.getBundle() + "\" of container " + r.getId() + " is no directory");
        }
        Stdio io = new Stdio(r.getStdin(), r.getStdout(), r.getStderr(), r.getTerminal());
        io.check();
        Runsc runsc = tasks.runsc(options.read(r.getOptions(), r.getId()), bundle, r.getId());
        Task t = new Task(r.getId(), bundle, runsc, io, r.getRootfsCount() > 0);
        if (tasks.put(t) != null) {
            throw Failure.alreadyExists("container " + r.getId());
        }
        tasks.states.forgetGone(t.id);
        t.init.lock.lock();
        try {
            make(t, r);
            tell(t, r);
            return CreateResponse.newBuilder().setPid(t.init.pid()).build();
        } catch (RuntimeException e) {
            takeBack(t, false);
            throw e;
        } finally {
            t.init.lock.unlock();
        }
    }

    /** Names become names of files. */
    static void checkName(String name) {
        boolean good = !name.isEmpty() && name.length() <= MAX_ID * 2;
        for (int i = 0; i < name.length() && good; i++) {
            char c = name.charAt(i);
            good = c >= 'a' && c <= 'z'
                    || c >= 'A' && c <= 'Z'
                    || c >= '0' && c <= '9'
                    || i > 0 && (c == '-' || c == '_' || c == '.');
        }
        if (!good) {
            throw Failure.invalid(
                    "\"" + name + "\" is no name for a container or process: letters, digits and - _ . are allowed");
        }
    }

    private void make(Task t, CreateRequest r) {
        tasks.states.save(t);
        tasks.rootfs.mount(t.bundle, r.getRootfsList());
        tasks.exits.begin();
        try {
            Stdio io = t.init.io;
            int pid;
            if (io.terminal()) {
                String socket = consoles.open(t.init);
                try {
                    pid = t.runsc.create(io, socket);
                } finally {
                    consoles.opened(socket);
                }
            } else {
                pid = t.runsc.create(tasks.orders.keep(t.id, io), null);
            }
            t.init.created(pid);
            t.complete = true;
            tasks.states.save(t);
            tasks.exits.claim(pid, t.init);
        } finally {
            tasks.exits.end();
        }
        watchMemory(t);
    }

    /** What an earlier JVM had ordered and nobody heard the end of; false: it came to nothing. */
    private boolean adopt(Task t, int pid) {
        t.init.lock.lock();
        try {
            if (!tasks.exits.claimLeft(pid, t.init, tasks.unfinished.lives(pid))) {
                return false;
            }
            t.init.created(pid);
            t.complete = true;
            tasks.states.save(t);
            watchMemory(t);
            return true;
        } finally {
            t.init.lock.unlock();
        }
    }

    private void watchMemory(Task t) {
        Path memory = new ControlGroups(t.runsc.directory()).guestMemory();
        if (memory != null) {
            tasks.orders.watchMemory(t.id, memory.toString());
        }
    }

    private void tell(Task t, CreateRequest r) {
        TaskCreate event = TaskCreate.newBuilder()
                .setContainerId(t.id)
                .setBundle(r.getBundle())
                .addAllRootfs(r.getRootfsList())
                .setIo(TaskIo.newBuilder()
                        .setStdin(r.getStdin())
                        .setStdout(r.getStdout())
                        .setStderr(r.getStderr())
                        .setTerminal(r.getTerminal()))
                .setCheckpoint(r.getCheckpoint())
                .setPid(t.init.pid())
                .build();
        tasks.events.send("/tasks/create", "TaskCreate", event, null);
    }

    /** When it is made anew at once, its streams stay: their readers must not see an end in between. */
    private void takeBack(Task t, boolean anew) {
        try {
            if (t.init.phase() == Phase.ADDED || !t.complete) {
                t.runsc.delete(true);
            }
        } catch (Failure e) {
            Log.warning("after a failed create of " + t.id + ": " + e.text());
        }
        if (!anew) {
            tasks.orders.drop(t.id);
        }
        if (t.mounted) {
            tasks.rootfs.unmount(t.bundle);
        }
        tasks.states.forget(t);
        tasks.remove(t);
    }
}
