// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.sandjar.imagestore.ImageException;
import io.sandjar.node.Log;
import io.sandjar.node.network.NetworkException;
import io.sandjar.node.runtime.RuntimeDriver;
import io.sandjar.node.runtime.RuntimeFailure;
import io.sandjar.node.store.Change;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.Watch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** All pods of this node: a worker for each, found again after a restart; what belongs to no pod any more is removed. */
public final class PodManager implements PodWorkers {
    private final Node node;
    private final Timing timing = new RealTiming();
    private final HttpCheck http = new NetworkCheck();
    private final Map<String, PodWorker> workers = new ConcurrentHashMap<>();
    private final List<Watch<?>> watches = new ArrayList<>();
    private volatile boolean closed;

    public PodManager(Node node) {
        this.node = node;
    }

    Node node() {
        return node;
    }

    @Override
    public void start() {
        try {
            Files.createDirectories(node.root().resolve("pods"));
            Files.createDirectories(node.root().resolve("logs"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make the agent's directories in " + node.root(), e);
        }
        Map<String, PodRecord> records = new ConcurrentHashMap<>();
        for (PodRecord r : new Checkpoints(node.root().resolve("pods")).loadAll()) {
            records.put(r.uid, r);
        }
        List<Pod> pods = node.store().list(Kind.POD, null);
        adopt(pods, records);
        for (PodRecord r : records.values()) {
            if (pods.stream().noneMatch(p -> p.getMetadata().getUid().equals(r.uid))) {
                begin(lost(r), r).gone(); // deleted while no agent was there to see it
            }
        }
        Watch<Pod> watch = node.store().watch(Kind.POD);
        watches.add(watch);
        Thread.ofVirtual().name("pods").start(() -> follow(watch, records));
        watchSources(Kind.CONFIG_MAP);
        watchSources(Kind.SECRET);
    }

    /** The object of a pod that has none any more: enough to remove what it had. */
    private static Pod lost(PodRecord r) {
        Pod p = new Pod();
        ObjectMeta meta = new ObjectMeta();
        meta.setName(r.name);
        meta.setNamespace(r.namespace);
        meta.setUid(r.uid);
        p.setMetadata(meta);
        PodSpec spec = new PodSpec();
        for (ContainerRecord c : r.containers) {
            spec.getContainers()
                    .add(new io.fabric8.kubernetes.api.model.ContainerBuilder()
                            .withName(c.name)
                            .build());
        }
        p.setSpec(spec);
        return p;
    }

    private void adopt(List<Pod> pods, Map<String, PodRecord> records) {
        Set<String> uids = new HashSet<>(records.keySet());
        for (Pod p : pods) {
            uids.add(p.getMetadata().getUid());
        }
        try {
            node.network().adopt(pods);
        } catch (NetworkException e) {
            Log.warn("network: " + e.getMessage());
        }
        Set<String> containers = new HashSet<>();
        for (PodRecord r : records.values()) {
            containers.add(r.sandboxId);
            r.containers.forEach(c -> containers.add(c.id));
        }
        for (RuntimeDriver driver : node.drivers().values()) {
            for (String id : driver.list()) {
                if (!containers.contains(id)) {
                    removeStray(driver, id);
                }
            }
        }
        try {
            for (String id : node.images().prepared().keySet()) {
                if (!containers.contains(id)) {
                    node.images().release(id);
                }
            }
        } catch (ImageException e) {
            Log.warn("images: " + e.getMessage());
        }
        node.volumes().adopt(uids);
        node.cgroups().adopt(uids);
    }

    private static void removeStray(RuntimeDriver driver, String id) {
        try {
            driver.delete(id);
        } catch (RuntimeFailure e) {
            Log.warn("container " + id + " belongs to no pod and cannot be removed: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Work begin(Pod pod, @Nullable PodRecord known) {
        PodRecord record = known;
        if (record == null) {
            record = new PodRecord();
            record.uid = pod.getMetadata().getUid();
            record.namespace = pod.getMetadata().getNamespace();
            record.name = pod.getMetadata().getName();
        }
        Work work = new Work(node, timing, pod, record);
        PodWorker worker =
                new PodWorker(work, http, w -> workers.remove(w.work().uid(), w));
        workers.put(record.uid, worker);
        worker.start();
        return work;
    }

    private void follow(Watch<Pod> watch, Map<String, PodRecord> records) {
        try {
            for (Change<Pod> change; (change = watch.take()) != null; ) {
                Pod pod = change.object();
                String uid = pod.getMetadata().getUid();
                PodWorker worker = workers.get(uid);
                switch (change.type()) {
                    case ADDED, MODIFIED -> {
                        if (worker == null && exists(pod)) {
                            begin(pod, records.remove(uid));
                        } else if (worker != null) {
                            worker.work().pod(pod);
                        }
                    }
                    case DELETED -> {
                        if (worker != null) {
                            worker.work().gone();
                        }
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether it is still there: a change that was heard late must not bring back a pod whose worker has finished. */
    private boolean exists(Pod pod) {
        Pod now = node.store()
                .get(
                        Kind.POD,
                        pod.getMetadata().getNamespace(),
                        pod.getMetadata().getName());
        return now != null
                && now.getMetadata().getUid().equals(pod.getMetadata().getUid());
    }

    /** Pods of the namespace look at their volumes when an object of that kind changes. */
    private <T extends HasMetadata> void watchSources(Kind<T> kind) {
        Watch<T> watch = node.store().watch(kind);
        watches.add(watch);
        Thread.ofVirtual().name(kind.plural()).start(() -> {
            try {
                for (Change<T> change; (change = watch.take()) != null; ) {
                    String namespace = change.object().getMetadata().getNamespace();
                    for (PodWorker w : workers.values()) {
                        if (w.work().record.namespace.equals(namespace)) {
                            w.work().stale.set(true);
                            w.work().wake.ring();
                        }
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** A pod's desk, for questions about its containers; null if it has no worker. */
    @Nullable
    Work work(String uid) {
        PodWorker w = workers.get(uid);
        return w == null ? null : w.work();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        watches.forEach(Watch::close);
        List<Thread> stops = new ArrayList<>();
        for (PodWorker w : workers.values()) {
            stops.add(Thread.startVirtualThread(() -> {
                try {
                    w.stop();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
        }
        try {
            for (Thread t : stops) {
                t.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
