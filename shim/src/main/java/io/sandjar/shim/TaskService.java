// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.sandjar.shim.proto.CheckpointRequest;
import io.sandjar.shim.proto.CloseIoRequest;
import io.sandjar.shim.proto.ConnectRequest;
import io.sandjar.shim.proto.CreateRequest;
import io.sandjar.shim.proto.DeleteRequest;
import io.sandjar.shim.proto.ExecRequest;
import io.sandjar.shim.proto.KillRequest;
import io.sandjar.shim.proto.PauseRequest;
import io.sandjar.shim.proto.PidsRequest;
import io.sandjar.shim.proto.ResizeRequest;
import io.sandjar.shim.proto.ResumeRequest;
import io.sandjar.shim.proto.ShutdownRequest;
import io.sandjar.shim.proto.StartRequest;
import io.sandjar.shim.proto.StateRequest;
import io.sandjar.shim.proto.StatsRequest;
import io.sandjar.shim.proto.UpdateRequest;
import io.sandjar.shim.proto.WaitRequest;

/**
 * containerd's Task service: which method is which. Versions 2 and 3 have the same messages; both are served, because
 * containerd 1.x asks for the one and 2.x for the other.
 */
final class TaskService implements RpcServer.Service {
    static final String V2 = "containerd.task.v2.Task";
    static final String V3 = "containerd.task.v3.Task";

    private final Tasks tasks;
    private final Creation creation;
    private final Execs execs;
    private final Removal removal;
    private final Queries queries;

    TaskService(Tasks tasks, Creation creation, Execs execs, Removal removal, Queries queries) {
        this.tasks = tasks;
        this.creation = creation;
        this.execs = execs;
        this.removal = removal;
        this.queries = queries;
    }

    @Override
    public MessageLite call(String method, ByteString in, boolean again) throws InvalidProtocolBufferException {
        tasks.busy();
        return switch (method) {
            case "Create" -> creation.create(CreateRequest.parseFrom(in), again);
            case "Start" -> execs.start(StartRequest.parseFrom(in), again);
            case "Exec" -> execs.add(ExecRequest.parseFrom(in), again);
            case "Delete" -> removal.delete(DeleteRequest.parseFrom(in), again);
            case "State" -> queries.state(StateRequest.parseFrom(in));
            case "Wait" -> queries.await(WaitRequest.parseFrom(in));
            case "Pids" -> queries.pids(PidsRequest.parseFrom(in));
            case "Stats" -> queries.stats(StatsRequest.parseFrom(in));
            case "Connect" -> queries.connect(ConnectRequest.parseFrom(in));
            case "Kill" -> execs.kill(KillRequest.parseFrom(in), again);
            case "Pause" -> execs.pause(PauseRequest.parseFrom(in).getId(), true, again);
            case "Resume" -> execs.pause(ResumeRequest.parseFrom(in).getId(), false, again);
            case "ResizePty" -> execs.resize(ResizeRequest.parseFrom(in));
            case "CloseIO" -> execs.closeInput(CloseIoRequest.parseFrom(in));
            case "Update" -> execs.update(UpdateRequest.parseFrom(in));
            case "Checkpoint" -> {
                CheckpointRequest r = CheckpointRequest.parseFrom(in);
                throw Failure.unimplemented(
                        "container " + r.getId() + " cannot be checkpointed: runsc has no checkpoint");
            }
            case "Shutdown" -> {
                // The supervisor goes when nothing is left, not when one of its containers has.
                Log.debug("shutdown asked for " + ShutdownRequest.parseFrom(in).getId());
                yield Empty.getDefaultInstance();
            }
            default -> throw Failure.unimplemented("method " + method);
        };
    }
}
