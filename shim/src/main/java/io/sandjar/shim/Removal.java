// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import com.google.protobuf.MessageLite;
import io.sandjar.shim.TaskProcess.Phase;
import io.sandjar.shim.proto.DeleteRequest;
import io.sandjar.shim.proto.DeleteResponse;
import io.sandjar.shim.proto.TaskDelete;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Delete, of a container or of one of its processes. */
final class Removal {
    private static final long KEPT_MILLIS = 60_000;

    private final Tasks tasks;

    Removal(Tasks tasks) {
        this.tasks = tasks;
    }

    MessageLite delete(DeleteRequest r, boolean again) {
        Task t = tasks.find(r.getId());
        if (t == null) {
            TaskProcess gone = again ? tasks.states.gone(r.getId()) : null;
            if (gone == null) {
                throw Failure.notFound("container " + r.getId() + " is not known to the shim");
            }
            return answer(gone);
        }
        TaskProcess p = t.find(r.getExecId());
        if (p == null) {
            if (again) {
                return DeleteResponse.getDefaultInstance();
            }
            throw Failure.notFound("process " + r.getExecId() + " of container " + t.id);
        }
        p.lock.lock();
        try {
            if (p.phase() == Phase.RUNNING) {
                throw Failure.precondition("cannot delete " + p.name() + ": it is running");
            }
            if (p.first()) {
                deleteContainer(t);
            } else {
                deleteExec(t, p);
            }
            return answer(p);
        } finally {
            p.lock.unlock();
        }
    }

    private static DeleteResponse answer(TaskProcess p) {
        return DeleteResponse.newBuilder()
                .setPid(p.pid())
                .setExitStatus(p.exitStatus())
                .setExitedAt(p.exitedAt())
                .build();
    }

    private void deleteExec(Task t, TaskProcess p) {
        if (p.phase() == Phase.ADDED) {
            tasks.orders.drop(p.name());
        }
        p.release();
        t.remove(p);
        remove(t.processFile(p));
        remove(t.pidFile(p));
        tasks.states.save(t);
    }

    private void deleteContainer(Task t) {
        if (tasks.find(t.id) != t) {
            throw Failure.notFound("container " + t.id + " is not known to the shim");
        }
        boolean stopped = t.init.phase() == Phase.STOPPED;
        t.runsc.delete(!stopped);
        if (!stopped) { // created and never started; its end would be reported to nobody
            t.init.stopped(128 + 9, Times.now());
            tasks.orders.drop(t.id);
            t.init.release();
        }
        if (t.mounted) {
            tasks.rootfs.unmount(t.bundle);
        }
        tasks.states.deleted(t);
        tasks.remove(t);
        TaskDelete event = TaskDelete.newBuilder()
                .setContainerId(t.id)
                .setPid(t.init.pid())
                .setExitStatus(t.init.exitStatus())
                .setExitedAt(t.init.exitedAt())
                .build();
        tasks.events.send("/tasks/delete", "TaskDelete", event, null);
        Thread.ofVirtual().start(new Forget(t.id));
    }

    private static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            Log.debug("cannot remove " + file + ": " + e.getMessage());
        }
    }

    /** Nobody will ask a second time after so long. */
    private final class Forget implements Runnable {
        private final String id;

        Forget(String id) {
            this.id = id;
        }

        @Override
        public void run() {
            try {
                Thread.sleep(Math.min(KEPT_MILLIS, Math.max(1, tasks.hello.lingerMillis() / 2)));
                tasks.states.forgetGone(id);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
