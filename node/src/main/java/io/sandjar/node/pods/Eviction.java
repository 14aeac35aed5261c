// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import io.fabric8.kubernetes.api.model.Container;
import io.sandjar.imagestore.ImageException;
import io.sandjar.node.EventRecorder;
import io.sandjar.node.volumes.DiskUsage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Ends a pod that uses more disk space than it may. Measured beside the worker, since directories have to be walked. */
final class Eviction {
    private static final Duration EVERY = Duration.ofSeconds(10);

    private final Work work;
    private Instant next = Instant.EPOCH;
    private boolean underWay;

    Eviction(Work work) {
        this.work = work;
    }

    void pump() {
        if (underWay || !work.node.disk().hasLimits(work.pod())) {
            return;
        }
        if (work.now().isBefore(next)) {
            work.soon(next);
            return;
        }
        next = work.now().plus(EVERY);
        underWay = true;
        Map<String, DiskUsage.ContainerDisk> disks = new HashMap<>();
        for (Container c : work.allContainers()) {
            Path logs = work.logFile(c.getName(), 0).getParent();
            String id = work.recordOf(c).id;
            disks.put(
                    c.getName(),
                    new DiskUsage.ContainerDisk(logs == null ? List.of() : List.of(logs), () -> written(id)));
        }
        work.fork("disk usage", () -> {
            String message = work.node.disk().exceeded(work.pod(), disks);
            work.post(() -> {
                underWay = false;
                work.soon(next);
                if (message != null && !work.record.ended()) {
                    work.record.end("Failed", "Evicted", message);
                    work.event(EventRecorder.WARNING, "Evicted", message);
                }
            });
        });
    }

    private long written(@Nullable String id) {
        if (id == null || id.isEmpty()) {
            return 0;
        }
        try {
            return work.node.images().writtenBytes(id);
        } catch (ImageException e) {
            return 0; // being made or removed
        }
    }
}
