// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import com.google.protobuf.MessageLite;
import io.sandjar.shim.TaskProcess.Phase;
import io.sandjar.shim.proto.CloseIoRequest;
import io.sandjar.shim.proto.ExecRequest;
import io.sandjar.shim.proto.KillRequest;
import io.sandjar.shim.proto.ResizeRequest;
import io.sandjar.shim.proto.StartRequest;
import io.sandjar.shim.proto.StartResponse;
import io.sandjar.shim.proto.TaskExecAdded;
import io.sandjar.shim.proto.TaskExecStarted;
import io.sandjar.shim.proto.TaskPaused;
import io.sandjar.shim.proto.TaskResumed;
import io.sandjar.shim.proto.TaskStart;
import io.sandjar.shim.proto.UpdateRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What is done to containers that are there: Start, Exec, Kill, Pause, Update and the like. */
final class Execs {
    private static final int SIGKILL = 9;

    private final Tasks tasks;
    private final Consoles consoles;

    Execs(Tasks tasks, Consoles consoles) {
        this.tasks = tasks;
        this.consoles = consoles;
    }

    MessageLite add(ExecRequest r, boolean again) {
        Creation.checkName(r.getExecId());
        Task t = tasks.need(r.getId());
        if (t.init.phase() == Phase.STOPPED) {
            throw Failure.precondition("cannot exec in container " + t.id + ": it has stopped");
        }
        Stdio io = new Stdio(r.getStdin(), r.getStdout(), r.getStderr(), r.getTerminal());
        io.check();
        TaskProcess p = new TaskProcess(t.id, r.getExecId(), io);
        if (!t.add(p)) {
            if (again) {
                return Empty.getDefaultInstance();
            }
            throw Failure.alreadyExists("process " + p.execId + " of container " + t.id);
        }
        try {
            write(t.processFile(p), r.getSpec().getValue());
            tasks.states.save(t);
        } catch (RuntimeException e) {
            t.remove(p);
            throw e;
        }
        TaskExecAdded event = TaskExecAdded.newBuilder()
                .setContainerId(t.id)
                .setExecId(p.execId)
                .build();
        tasks.events.send("/tasks/exec-added", "TaskExecAdded", event, null);
        return Empty.getDefaultInstance();
    }

    private static void write(Path file, ByteString text) {
        try {
            Files.write(file, text.toByteArray());
        } catch (IOException e) {
            throw Failure.unknown("cannot write " + file + ": " + e);
        }
    }

    MessageLite start(StartRequest r, boolean again) {
        Task t = tasks.need(r.getId());
        TaskProcess p = t.process(r.getExecId());
        p.lock.lock();
        try {
            boolean begun = p.phase() == Phase.RUNNING || p.phase() == Phase.STOPPED;
            if (!begun || !again) {
                if (p.first()) {
                    startFirst(t, p, again);
                } else {
                    startExec(t, p, again);
                }
            }
            return StartResponse.newBuilder().setPid(p.pid()).build();
        } finally {
            p.lock.unlock();
        }
    }

    private void startFirst(Task t, TaskProcess p, boolean again) {
        if (p.phase() != Phase.CREATED) {
            throw Failure.precondition("cannot start container " + t.id + ": it is "
                    + (p.phase() == Phase.RUNNING ? "running already" : "not created or has stopped"));
        }
        try {
            t.runsc.start();
        } catch (Failure e) {
            if (!again || !e.text().contains("already")) {
                throw e;
            }
        }
        p.running(p.pid());
        tasks.states.save(t);
        TaskStart event =
                TaskStart.newBuilder().setContainerId(t.id).setPid(p.pid()).build();
        tasks.events.send("/tasks/start", "TaskStart", event, null);
    }

    private void startExec(Task t, TaskProcess p, boolean again) {
        if (p.phase() != Phase.ADDED) {
            throw Failure.precondition("cannot start process " + p.execId + " of container " + t.id + " twice");
        }
        if (t.init.phase() != Phase.RUNNING) {
            throw Failure.precondition("cannot exec in container " + t.id + ": it is not running");
        }
        tasks.exits.begin();
        try {
            int pid = again ? tasks.unfinished.await(t.pidFile(p)) : 0; // an earlier JVM may have got that far
            boolean left = pid != 0 && tasks.exits.claimLeft(pid, p, tasks.unfinished.lives(pid));
            if (!left) {
                pid = exec(t, p);
            }
            p.running(pid);
            tasks.states.save(t);
            if (!left) {
                tasks.exits.claim(pid, p);
            }
        } catch (RuntimeException e) {
            tasks.orders.drop(p.name());
            throw e;
        } finally {
            tasks.exits.end();
        }
        TaskExecStarted event = TaskExecStarted.newBuilder()
                .setContainerId(t.id)
                .setExecId(p.execId)
                .setPid(p.pid())
                .build();
        tasks.events.send("/tasks/exec-started", "TaskExecStarted", event, null);
    }

    private int exec(Task t, TaskProcess p) {
        String log = "exec-" + p.execId;
        if (!p.io.terminal()) {
            Stdio io = tasks.orders.keep(p.name(), p.io);
            return t.runsc.exec(t.processFile(p), t.pidFile(p), io, null, log);
        }
        String socket = consoles.open(p);
        try {
            return t.runsc.exec(t.processFile(p), t.pidFile(p), p.io, socket, log);
        } finally {
            consoles.opened(socket);
        }
    }

    MessageLite kill(KillRequest r, boolean again) {
        Task t = tasks.need(r.getId());
        TaskProcess p = t.process(r.getExecId());
        boolean there = p.phase() != Phase.STOPPED;
        if (there && p.phase() == Phase.ADDED) {
            throw Failure.precondition("process " + p.name() + " has not been started");
        }
        if (there) {
            there = p.first() ? t.runsc.kill(r.getSignal(), r.getAll()) : signal(p, r.getSignal());
        }
        if (there && p.first() && r.getSignal() == SIGKILL) {
            t.paused(false); // it thaws what it kills
        }
        if (!there && !again) {
            throw Failure.notFound("process " + p.name() + " has ended already");
        }
        return Empty.getDefaultInstance();
    }

    /** To the process that stands for it, which passes it on; its own end ends the process in the sandbox. */
    private boolean signal(TaskProcess p, int signal) {
        Programs.Ended end = tasks.programs.run(
                List.of(tasks.hello.self(), "signal", Integer.toString(p.pid()), Integer.toString(signal)), null, null);
        return end.status() == 0;
    }

    MessageLite pause(String id, boolean on, boolean again) {
        Task t = tasks.need(id);
        if (again && t.paused() == on) {
            return Empty.getDefaultInstance();
        }
        if (t.init.phase() != Phase.RUNNING || t.paused() == on) {
            throw Failure.precondition("cannot " + (on ? "pause" : "resume") + " container " + id + ": it is "
                    + (t.paused() ? "paused" : t.init.phase() == Phase.RUNNING ? "running" : "not running"));
        }
        if (on) {
            t.runsc.pause();
        } else {
            t.runsc.resume();
        }
        t.paused(on);
        tasks.states.save(t);
        if (on) {
            tasks.events.send(
                    "/tasks/paused",
                    "TaskPaused",
                    TaskPaused.newBuilder().setContainerId(id).build(),
                    null);
        } else {
            tasks.events.send(
                    "/tasks/resumed",
                    "TaskResumed",
                    TaskResumed.newBuilder().setContainerId(id).build(),
                    null);
        }
        return Empty.getDefaultInstance();
    }

    MessageLite resize(ResizeRequest r) {
        TaskProcess p = tasks.need(r.getId()).process(r.getExecId());
        if (p.io.terminal()) { // as runc's: nothing to do without one
            tasks.orders.resize(p.name(), r.getWidth(), r.getHeight());
        }
        return Empty.getDefaultInstance();
    }

    MessageLite closeInput(CloseIoRequest r) {
        TaskProcess p = tasks.need(r.getId()).process(r.getExecId());
        if (r.getStdin()) {
            tasks.orders.closeInput(p.name());
        }
        return Empty.getDefaultInstance();
    }

    MessageLite update(UpdateRequest r) {
        Task t = tasks.need(r.getId());
        if (t.init.phase() == Phase.STOPPED) {
            throw Failure.precondition("cannot update container " + t.id + ": it has stopped");
        }
        t.runsc.update(r.getResources().getValue().toByteArray());
        return Empty.getDefaultInstance();
    }
}
