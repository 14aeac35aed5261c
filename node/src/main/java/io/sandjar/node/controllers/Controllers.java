// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.controllers;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.sandjar.node.EventRecorder;
import io.sandjar.node.store.Change;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.ObjectStore;
import io.sandjar.node.store.Selector;
import io.sandjar.node.store.StoreException;
import io.sandjar.node.store.Watch;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All controllers of the node agent: watches tell which objects to look at, a queue gives each to one worker at a time. */
public final class Controllers implements AutoCloseable {
    private static final Logger LOG = System.getLogger("sandjar.controllers");
    private static final int WORKERS = 3;
    private static final Duration SWEEP = Duration.ofMinutes(1);
    private static final String SWEEP_KEY = "Sweep//";
    private static final List<Kind<?>> WATCHED = List.of(
            Kind.POD, Kind.REPLICA_SET, Kind.DEPLOYMENT, Kind.JOB, Kind.NAMESPACE, Kind.CONFIG_MAP, Kind.SECRET);

    private final ObjectStore store;
    private final WorkQueue queue;
    private final Map<String, Reconciler> reconcilers = new LinkedHashMap<>();
    private final GarbageCollector garbage;
    private final List<Watch<?>> watches = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean closed;

    /**
     * Controllers that do not run yet.
     *
     * @param clock for deadlines and times; tests move it on
     */
    public Controllers(ObjectStore store, EventRecorder events, Clock clock) {
        this.store = store;
        this.queue = new WorkQueue(clock);
        this.garbage = new GarbageCollector(store);
        reconcilers.put("Deployment", new DeploymentController(store, events, clock));
        reconcilers.put("ReplicaSet", new ReplicaSetController(store, events, clock));
        reconcilers.put("Job", new JobController(store, events, clock));
        reconcilers.put("Namespace", new NamespaceController(store));
        reconcilers.put("Garbage", garbage);
    }

    /** Begins to look and to work. */
    public void start() {
        watch();
        for (int i = 0; i < watches.size(); i++) {
            Watch<?> watch = watches.get(i);
            Kind<?> kind = WATCHED.get(i);
            threads.add(Thread.ofVirtual().name("watch " + kind.plural()).start(() -> follow(watch)));
        }
        for (int i = 0; i < WORKERS; i++) {
            threads.add(Thread.ofVirtual().name("controller " + i).start(this::work));
        }
        queue.add(SWEEP_KEY);
    }

    void watch() {
        for (Kind<?> kind : WATCHED) {
            watches.add(store.watch(kind));
        }
    }

    private void follow(Watch<?> watch) {
        try {
            while (!closed) {
                Change<?> change = watch.take();
                if (change == null) {
                    return;
                }
                changed(change);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        try {
            for (String key = queue.take(); key != null; key = queue.take()) {
                process(key);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One look at the object of a key. */
    void process(String key) {
        String[] parts = key.split("/", 3);
        try {
            if (key.equals(SWEEP_KEY)) {
                garbage.sweep(queue::add);
                queue.addAfter(SWEEP_KEY, SWEEP);
                return;
            }
            Reconciler reconciler = reconcilers.get(parts[0]);
            Duration again = reconciler == null ? null : reconciler.sync(parts[1], parts[2]);
            queue.succeeded(key);
            if (again != null) {
                queue.addAfter(key, again.isPositive() ? again : Duration.ofMillis(1));
            }
        } catch (StoreException e) {
            if (e.reason() != StoreException.Reason.CONFLICT) {
                LOG.log(Level.WARNING, key + ": " + e.getMessage());
            }
            queue.retry(key);
        } catch (RuntimeException e) {
            if (!closed) {
                LOG.log(Level.ERROR, key + ": " + e, e);
            }
            queue.retry(key);
        } finally {
            queue.done(key);
        }
    }

    /** Finds out which objects have to be looked at. */
    void changed(Change<?> change) {
        HasMetadata object = change.object();
        boolean gone = change.type() == Change.Type.DELETED;
        Kind<?> kind = Kind.of(object);
        if (reconcilers.containsKey(kind.kind())) {
            queue.add(key(kind.kind(), object));
        }
        if (gone) {
            queue.add("Garbage/" + Objects.namespace(object) + "/" + Objects.uid(object));
        } else if (Objects.deleted(object)) {
            queue.add("Garbage/" + Objects.namespace(object) + "/" + Objects.uid(object));
        }
        if (kind.namespaced() && gone) {
            queue.add("Namespace//" + Objects.namespace(object));
        }
        List<OwnerReference> owners = object.getMetadata().getOwnerReferences();
        boolean controlled = false;
        if (owners != null) {
            for (OwnerReference owner : owners) {
                if (Boolean.TRUE.equals(owner.getController())) {
                    controlled = true;
                    queue.add(owner.getKind() + "/" + Objects.namespace(object) + "/" + owner.getName());
                }
                if (gone || Objects.deleted(object)) {
                    queue.add("Garbage/" + Objects.namespace(object) + "/" + owner.getUid());
                }
            }
        }
        if (object instanceof ReplicaSet && gone) {
            for (Deployment d : store.list(Kind.DEPLOYMENT, Objects.namespace(object))) {
                queue.add(key("Deployment", d));
            }
        }
        if (!controlled && !gone) {
            orphan(object);
        }
        if (!gone && owners != null && !owners.isEmpty()) {
            queue.add("Garbage/" + Objects.namespace(object) + "/" + Objects.uid(object));
        }
    }

    /** Somebody's selector may match it. */
    private void orphan(HasMetadata object) {
        if (object instanceof Pod) {
            for (ReplicaSet set : store.list(Kind.REPLICA_SET, Objects.namespace(object))) {
                if (Selector.of(set.getSpec().getSelector()).test(object)) {
                    queue.add(key("ReplicaSet", set));
                }
            }
        } else if (object instanceof ReplicaSet) {
            for (Deployment d : store.list(Kind.DEPLOYMENT, Objects.namespace(object))) {
                if (Selector.of(d.getSpec().getSelector()).test(object)) {
                    queue.add(key("Deployment", d));
                }
            }
        }
    }

    private static String key(String reconciler, HasMetadata object) {
        return reconciler + "/" + Objects.namespace(object) + "/" + Objects.name(object);
    }

    // ---- step by step, for tests

    /** Hands on one change that a watch has seen; false if there is none. */
    boolean stepWatch(int which) throws InterruptedException {
        Change<?> change = watches.get(which % watches.size()).poll(Duration.ZERO);
        if (change != null) {
            changed(change);
        }
        return change != null;
    }

    int watchCount() {
        return watches.size();
    }

    /** Looks at one object that is due; false if none is. */
    boolean stepWork() {
        String key = queue.poll();
        if (key != null) {
            process(key);
        }
        return key != null;
    }

    @Nullable
    Instant nextTimer() {
        return queue.next();
    }

    /** Ends the work; what was begun in the store is taken up at the next start. */
    @Override
    public void close() {
        closed = true;
        queue.close();
        for (Watch<?> watch : watches) {
            watch.close();
        }
        for (Thread thread : threads) {
            thread.interrupt();
        }
    }
}
