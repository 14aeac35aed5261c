// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.sandjar.node.EventRecorder;
import io.sandjar.node.network.PodAddress;
import io.sandjar.node.runtime.RuntimeDriver;
import io.sandjar.node.volumes.MountedVolumes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One pod's desk: the object, the record, and what its worker's helpers share. All but pod, gone and inbox is the worker's own. */
final class Work {
    final Node node;
    final Timing timing;
    final Wake wake = new Wake();
    final PodRecord record;
    final Checkpoints checkpoints;
    final ConcurrentLinkedQueue<Runnable> inbox = new ConcurrentLinkedQueue<>();

    /** A ConfigMap or Secret has changed that volumes may show. */
    final AtomicBoolean stale = new AtomicBoolean();

    @Nullable
    PodAddress address;

    @Nullable
    MountedVolumes volumes;

    /** Why the pod waits for room on the node; empty if it does not. */
    String noRoom = "";

    private volatile Pod pod;
    private volatile @Nullable Instant goneAt;
    private Instant horizon = Instant.MAX;
    private String saved = "";

    Work(Node node, Timing timing, Pod pod, PodRecord record) {
        this.node = node;
        this.timing = timing;
        this.pod = pod;
        this.record = record;
        this.checkpoints = new Checkpoints(node.root().resolve("pods"));
    }

    Pod pod() {
        return pod;
    }

    void pod(Pod newer) {
        refresh(newer);
        wake.ring();
    }

    /** The same object with what was just written; nobody has to be woken for that. */
    synchronized void refresh(Pod written) {
        if (version(written) >= version(pod)) {
            pod = written;
        }
    }

    private static long version(Pod p) {
        try {
            return Long.parseLong(String.valueOf(p.getMetadata().getResourceVersion()));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** The object is not in the store any more. */
    void gone() {
        if (goneAt == null) {
            goneAt = timing.now();
        }
        wake.ring();
    }

    @Nullable
    Instant goneAt() {
        return goneAt;
    }

    boolean deleted() {
        return goneAt != null || pod.getMetadata().getDeletionTimestamp() != null;
    }

    String uid() {
        return record.uid;
    }

    Instant now() {
        return timing.now();
    }

    /** The pod must be looked at again then. */
    void soon(Instant when) {
        if (when.isBefore(horizon)) {
            horizon = when;
        }
    }

    void soon(Duration from) {
        soon(now().plus(from));
    }

    Instant takeHorizon() {
        Instant h = horizon;
        horizon = Instant.MAX;
        return h;
    }

    /** Runs something beside the worker; what it returns is done by the worker. */
    Timing.Job fork(String name, Runnable work) {
        return timing.fork(record.name + " " + name, work);
    }

    void post(Runnable result) {
        inbox.add(result);
        wake.ring();
    }

    RuntimeDriver driver() {
        RuntimeDriver d = node.drivers().get(record.handler);
        if (d == null) {
            throw new IllegalStateException("runtime " + record.handler + " is not there any more");
        }
        return d;
    }

    /** Writes the record, if it has changed, to the disk. */
    void save() {
        String text = checkpoints.text(record);
        if (text.equals(saved)) {
            return;
        }
        try {
            checkpoints.save(record);
            saved = text;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the record of the pod: " + e.getMessage(), e);
        }
    }

    List<Container> initContainers() {
        return pod.getSpec().getInitContainers();
    }

    List<Container> containers() {
        return pod.getSpec().getContainers();
    }

    List<Container> allContainers() {
        List<Container> all = new ArrayList<>(initContainers());
        all.addAll(containers());
        return all;
    }

    ContainerRecord recordOf(Container c) {
        return record.container(c.getName());
    }

    @Nullable
    Container named(String name) {
        return allContainers().stream()
                .filter(c -> c.getName().equals(name))
                .findFirst()
                .orElse(null);
    }

    boolean isInit(Container c) {
        return initContainers().contains(c);
    }

    static boolean isSidecar(Container c) {
        return "Always".equals(c.getRestartPolicy());
    }

    String restartPolicy() {
        String p = pod.getSpec().getRestartPolicy();
        return p == null ? "Always" : p;
    }

    long graceSeconds() {
        Long g = pod.getSpec().getTerminationGracePeriodSeconds();
        return g == null ? 30 : g;
    }

    /** NAME_NAMESPACE(UID), as the kubelet names pods in messages. */
    String fullName() {
        return record.name + "_" + record.namespace + "(" + record.uid + ")";
    }

    Path dir() {
        return node.podDir(record.uid);
    }

    Path logFile(String container, int attempt) {
        return node.logDir(record.namespace, record.name, record.uid)
                .resolve(container)
                .resolve(attempt + ".log");
    }

    void event(String type, String reason, String message) {
        node.events().record(pod, type, reason, message);
    }

    void event(Container c, String type, String reason, String message) {
        String path = (isInit(c) ? "spec.initContainers{" : "spec.containers{") + c.getName() + "}";
        node.events().record(pod, path, type, reason, message);
    }

    void normal(Container c, String reason, String message) {
        event(c, EventRecorder.NORMAL, reason, message);
    }

    void warn(Container c, String reason, String message) {
        event(c, EventRecorder.WARNING, reason, message);
    }
}
