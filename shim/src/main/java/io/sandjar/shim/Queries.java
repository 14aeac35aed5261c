// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import com.google.protobuf.MessageLite;
import io.sandjar.shim.TaskProcess.Phase;
import io.sandjar.shim.proto.ConnectRequest;
import io.sandjar.shim.proto.ConnectResponse;
import io.sandjar.shim.proto.PidsRequest;
import io.sandjar.shim.proto.PidsResponse;
import io.sandjar.shim.proto.ProcessDetails;
import io.sandjar.shim.proto.ProcessInfo;
import io.sandjar.shim.proto.StateRequest;
import io.sandjar.shim.proto.StateResponse;
import io.sandjar.shim.proto.StatsRequest;
import io.sandjar.shim.proto.StatsResponse;
import io.sandjar.shim.proto.Status;
import io.sandjar.shim.proto.WaitRequest;
import io.sandjar.shim.proto.WaitResponse;
import java.util.LinkedHashSet;

/** The methods that only ask. */
final class Queries {
    private final Tasks tasks;

    Queries(Tasks tasks) {
        this.tasks = tasks;
    }

    MessageLite state(StateRequest r) {
        Task t = tasks.need(r.getId());
        TaskProcess p = t.process(r.getExecId());
        return StateResponse.newBuilder()
                .setId(p.first() ? t.id : p.execId)
                .setBundle(t.bundle.toString())
                .setPid(p.pid())
                .setStatus(status(t, p))
                .setStdin(p.io.stdin())
                .setStdout(p.io.stdout())
                .setStderr(p.io.stderr())
                .setTerminal(p.io.terminal())
                .setExitStatus(p.exitStatus())
                .setExitedAt(p.exitedAt())
                .setExecId(p.execId)
                .build();
    }

    private static Status status(Task t, TaskProcess p) {
        return switch (p.phase()) {
            // A container that was half made is not to be waited for.
            case ADDED -> p.first() && p.lock.tryLock() ? unlocked(p) : Status.CREATED;
            case CREATED -> Status.CREATED;
            case RUNNING -> t.paused() ? Status.PAUSED : Status.RUNNING;
            case STOPPED -> Status.STOPPED;
        };
    }

    private static Status unlocked(TaskProcess p) {
        p.lock.unlock();
        return Status.STOPPED;
    }

    MessageLite await(WaitRequest r) {
        TaskProcess p = tasks.need(r.getId()).process(r.getExecId());
        p.await();
        return WaitResponse.newBuilder()
                .setExitStatus(p.exitStatus())
                .setExitedAt(p.exitedAt())
                .build();
    }

    /**
     * The processes on the host. One that has ended stays in the list until Delete: after its own restart containerd takes a
     * container without processes for a leak and forgets its exit status.
     */
    MessageLite pids(PidsRequest r) {
        Task t = tasks.need(r.getId());
        LinkedHashSet<Integer> all = new LinkedHashSet<>();
        PidsResponse.Builder answer = PidsResponse.newBuilder();
        if (t.init.pid() > 0) {
            all.add(t.init.pid());
            answer.addProcesses(ProcessInfo.newBuilder().setPid(t.init.pid()));
        }
        for (TaskProcess p : t.execs()) {
            if (p.phase() == Phase.RUNNING && all.add(p.pid())) {
                ProcessDetails d =
                        ProcessDetails.newBuilder().setExecId(p.execId).build();
                answer.addProcesses(ProcessInfo.newBuilder()
                        .setPid(p.pid())
                        .setInfo(Figures.any("containerd.runc.v1.ProcessDetails", d.toByteString())));
            }
        }
        if (t.init.phase() == Phase.RUNNING) {
            try {
                for (Integer pid : t.runsc.pids()) {
                    if (all.add(pid)) {
                        answer.addProcesses(ProcessInfo.newBuilder().setPid(pid));
                    }
                }
            } catch (Failure e) {
                Log.warning("the processes of " + t.id + ": " + e.text()); // it may be ending just now
            }
        }
        return answer.build();
    }

    MessageLite stats(StatsRequest r) {
        Task t = tasks.need(r.getId());
        if (t.init.phase() == Phase.STOPPED) {
            throw Failure.notFound("container " + t.id + " has stopped; its figures");
        }
        ControlGroups groups = new ControlGroups(t.runsc.directory());
        if (groups.none()) {
            throw Failure.notFound("container " + t.id + " has no control groups; its figures");
        }
        return StatsResponse.newBuilder().setStats(Figures.of(groups)).build();
    }

    MessageLite connect(ConnectRequest r) {
        Task t = tasks.need(r.getId());
        return ConnectResponse.newBuilder()
                .setShimPid(tasks.hello.pid())
                .setTaskPid(t.init.pid())
                .setVersion("v2")
                .build();
    }
}
