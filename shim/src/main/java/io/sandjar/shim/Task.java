// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A container as containerd sees it: its first process and those of Exec. */
final class Task {
    final String id;
    final Path bundle;
    final Runsc runsc;
    final TaskProcess init;

    /** Whether we mounted something for it. */
    final boolean mounted;

    final MemoryWatch memory;

    private final ConcurrentHashMap<String, TaskProcess> execs = new ConcurrentHashMap<>();
    private volatile boolean paused;

    /** Its file is not to be written any more. Guarded by this. */
    boolean gone;

    /** Create has been answered well; until then a repeated Create begins anew. */
    volatile boolean complete;

    Task(String id, Path bundle, Runsc runsc, Stdio io, boolean mounted) {
        this.id = id;
        this.bundle = bundle;
        this.runsc = runsc;
        this.mounted = mounted;
        init = new TaskProcess(id, "", io);
        memory = new MemoryWatch(runsc.directory());
    }

    boolean paused() {
        return paused;
    }

    void paused(boolean value) {
        paused = value;
    }

    /** A process; null: there is none of that name. */
    @Nullable
    TaskProcess find(String execId) {
        return execId.isEmpty() ? init : execs.get(execId);
    }

    TaskProcess process(String execId) {
        TaskProcess p = find(execId);
        if (p == null) {
            throw Failure.notFound("process " + execId + " of container " + id);
        }
        return p;
    }

    /** False: there is one of that name. */
    boolean add(TaskProcess exec) {
        return execs.putIfAbsent(exec.execId, exec) == null;
    }

    void remove(TaskProcess exec) {
        execs.remove(exec.execId, exec);
    }

    List<TaskProcess> execs() {
        return new ArrayList<>(execs.values());
    }

    /** The document of an exec's process. */
    Path processFile(TaskProcess exec) {
        return bundle.resolve("exec-" + exec.execId + ".json");
    }

    Path pidFile(TaskProcess exec) {
        return bundle.resolve("exec-" + exec.execId + ".pid");
    }
}
