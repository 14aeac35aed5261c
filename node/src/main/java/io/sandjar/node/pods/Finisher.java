// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import io.fabric8.kubernetes.api.model.Container;
import io.sandjar.imagestore.ImageException;
import io.sandjar.node.cgroups.CgroupException;
import io.sandjar.node.network.NetworkException;
import io.sandjar.node.runtime.RuntimeFailure;
import io.sandjar.node.store.Kind;
import io.sandjar.node.volumes.VolumeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The end of a pod: containers, sidecars, sandbox, network, volumes; for a deleted one also its object and its files. */
final class Finisher {
    private final Work work;
    private final Killer killer;
    private Duration wait = Duration.ofSeconds(1);
    private Instant retryAt = Instant.EPOCH;

    Finisher(Work work, Killer killer) {
        this.work = work;
        this.killer = killer;
    }

    /** When SIGKILL is due. Asked again and again: a container's first deadline holds, unless a later one is sooner. */
    private Instant deadline() {
        Instant gone = work.goneAt();
        if (gone != null) {
            return gone.plusSeconds(1);
        }
        Long asked = work.deleted() ? work.pod().getMetadata().getDeletionGracePeriodSeconds() : null;
        return work.now().plusSeconds(asked == null ? work.graceSeconds() : asked);
    }

    /** A step towards the end; true when nothing of it runs any more. */
    boolean stopped() throws InterruptedException {
        boolean living = false;
        for (Container c : work.allContainers()) {
            ContainerRecord r = work.recordOf(c);
            if (r.live() && !(work.isInit(c) && Work.isSidecar(c))) {
                living = true;
                killer.request(r, "Stopping container " + c.getName(), deadline());
            }
        }
        List<Container> init = work.initContainers();
        for (int i = init.size() - 1; !living && i >= 0; i--) { // sidecars, the last one first
            ContainerRecord r = work.recordOf(init.get(i));
            if (r.live()) {
                living = true;
                killer.request(r, "Stopping container " + r.name, deadline());
            }
        }
        killer.pump();
        return !living;
    }

    /** Gives back all but the logs and the object; true when that is done. Nothing of the pod runs. */
    boolean freed() throws InterruptedException {
        if (work.record.freed) {
            return true;
        }
        if (work.now().isBefore(retryAt)) {
            work.soon(retryAt);
            return false;
        }
        try {
            for (ContainerRecord r : work.record.containers) {
                if (!r.id.isEmpty() && work.node.drivers().containsKey(work.record.handler)) {
                    Starter.discard(work, r);
                }
                if (r.phase == ContainerRecord.Phase.CREATING) {
                    r.phase = ContainerRecord.Phase.NONE;
                }
            }
            if (!work.record.sandboxId.isEmpty() && work.node.drivers().containsKey(work.record.handler)) {
                work.driver().delete(work.record.sandboxId);
            }
            work.node.network().tearDown(work.uid());
            work.node.volumes().unmount(work.uid());
            work.node.cgroups().remove(work.uid());
        } catch (RuntimeFailure | ImageException | NetworkException | VolumeException | CgroupException e) {
            work.event("Warning", "FailedKillPod", "error killing pod: " + e.getMessage());
            retryAt = work.now().plus(wait);
            work.soon(retryAt);
            wait = wait.toSeconds() >= 30 ? wait : wait.multipliedBy(2);
            return false;
        }
        Trees.remove(work.dir().resolve("bundles"));
        work.record.freed = true;
        work.save();
        return true;
    }

    /** A deleted pod: its files and its object go. False: something holds the files; it is tried again. */
    boolean remove() {
        boolean logs = Trees.remove(work.node.logDir(work.record.namespace, work.record.name, work.uid()));
        if (!Trees.remove(work.dir()) || !logs) {
            work.soon(Duration.ofSeconds(1));
            return false;
        }
        work.node.store().remove(Kind.POD, work.record.namespace, work.record.name, work.uid());
        return true;
    }
}
