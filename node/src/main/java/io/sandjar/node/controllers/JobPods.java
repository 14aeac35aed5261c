// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.controllers;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import io.fabric8.kubernetes.api.model.batch.v1.UncountedTerminatedPods;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.ObjectStore;
import io.sandjar.node.store.StoreException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The pods of a Job, and how those that have ended are counted exactly once: their uids go into the status, then their finalizers
 * go, then the uids become numbers. Whenever the agent dies in between, the next look goes on from there.
 */
final class JobPods {
    static final String FINALIZER = "batch.kubernetes.io/job-tracking";
    static final String INDEX = "batch.kubernetes.io/job-completion-index";

    private final ObjectStore store;
    private final Job job;
    private final List<Pod> pods;

    JobPods(ObjectStore store, Job job, List<Pod> pods) {
        this.store = store;
        this.job = job;
        this.pods = pods;
    }

    private static boolean tracked(Pod pod) {
        List<String> finalizers = pod.getMetadata().getFinalizers();
        return finalizers != null && finalizers.contains(FINALIZER);
    }

    /** Whether it will not change any more. A pod that went before it could end has failed. */
    private static boolean over(Pod pod) {
        Long grace = pod.getMetadata().getDeletionGracePeriodSeconds();
        return Objects.ended(pod) || Objects.deleted(pod) && grace != null && grace == 0;
    }

    private static boolean succeeded(Pod pod) {
        return Objects.phase(pod).equals("Succeeded");
    }

    boolean indexed() {
        return "Indexed".equals(job.getSpec().getCompletionMode());
    }

    private @Nullable Integer completions() {
        return job.getSpec().getCompletions();
    }

    /** Counts what has ended; SAVE stores the Job's status. */
    void count(Consumer<Job> save) {
        JobStatus status = job.getStatus();
        UncountedTerminatedPods uncounted = status.getUncountedTerminatedPods() == null
                ? new UncountedTerminatedPods()
                : status.getUncountedTerminatedPods();
        Set<String> good = set(uncounted.getSucceeded());
        Set<String> bad = set(uncounted.getFailed());
        settle(status, good, bad);
        boolean changed = false;
        BitSet done = indexes(status.getCompletedIndexes());
        for (Pod pod : pods) {
            String uid = Objects.uid(pod);
            if (!tracked(pod) || !over(pod) || good.contains(uid) || bad.contains(uid)) {
                continue;
            }
            if (!succeeded(pod)) {
                changed |= bad.add(uid);
            } else if (indexed()) {
                int index = index(pod);
                if (index >= 0 && !done.get(index)) { // a second one of the same index counts for nothing
                    done.set(index);
                }
                changed |= good.add(uid);
            } else {
                changed |= good.add(uid);
            }
        }
        write(status, good, bad, done);
        if (changed) {
            save.accept(job);
        }
        for (Pod pod : pods) {
            if (good.contains(Objects.uid(pod)) || bad.contains(Objects.uid(pod))) {
                release(store, pod);
            }
        }
        settle(status, good, bad);
        write(status, good, bad, done); // stored with what the look at the Job ends with
    }

    /** Uids whose pods have lost their finalizer, or are gone, become numbers. */
    private void settle(JobStatus status, Set<String> good, Set<String> bad) {
        Set<String> held = new HashSet<>();
        for (Pod pod : store.list(Kind.POD, Objects.namespace(job))) {
            if (tracked(pod)) {
                held.add(Objects.uid(pod));
            }
        }
        int settledGood = 0;
        for (String uid : List.copyOf(good)) {
            if (!held.contains(uid)) {
                good.remove(uid);
                settledGood++;
            }
        }
        int settledBad = 0;
        for (String uid : List.copyOf(bad)) {
            if (!held.contains(uid)) {
                bad.remove(uid);
                settledBad++;
            }
        }
        if (settledGood > 0 && !indexed()) {
            status.setSucceeded(Objects.or(status.getSucceeded(), 0) + settledGood);
        }
        if (settledBad > 0) {
            status.setFailed(Objects.or(status.getFailed(), 0) + settledBad);
        }
    }

    private void write(JobStatus status, Set<String> good, Set<String> bad, BitSet done) {
        UncountedTerminatedPods uncounted = new UncountedTerminatedPods();
        uncounted.setSucceeded(new ArrayList<>(good));
        uncounted.setFailed(new ArrayList<>(bad));
        status.setUncountedTerminatedPods(uncounted);
        if (indexed()) {
            status.setCompletedIndexes(text(done));
            status.setSucceeded(done.cardinality());
        }
    }

    private static Set<String> set(@Nullable List<String> list) {
        return list == null ? new HashSet<>() : new HashSet<>(list);
    }

    private static void release(ObjectStore store, Pod pod) {
        if (!tracked(pod)) {
            return;
        }
        try {
            store.edit(Kind.POD, Objects.namespace(pod), Objects.name(pod), p -> {
                if (Objects.uid(p).equals(Objects.uid(pod)) && p.getMetadata().getFinalizers() != null) {
                    List<String> finalizers = new ArrayList<>(p.getMetadata().getFinalizers());
                    finalizers.remove(FINALIZER);
                    p.getMetadata().setFinalizers(finalizers);
                }
            });
        } catch (StoreException e) {
            if (e.reason() != StoreException.Reason.NOT_FOUND) {
                throw e;
            }
        }
    }

    /** Takes the finalizers from all pods of a Job that does not count any more. */
    static void letGo(ObjectStore store, Job job) {
        for (Pod pod : store.list(Kind.POD, Objects.namespace(job))) {
            if (Objects.controlledBy(pod, job)) {
                release(store, pod);
            }
        }
    }

    List<Pod> active() {
        List<Pod> active = new ArrayList<>();
        for (Pod pod : pods) {
            if (Objects.active(pod)) {
                active.add(pod);
            }
        }
        return active;
    }

    /** How many have not ended yet, with those that are told to. */
    int running() {
        int n = 0;
        for (Pod pod : pods) {
            n += over(pod) ? 0 : 1;
        }
        return n;
    }

    int failed() {
        UncountedTerminatedPods uncounted = job.getStatus().getUncountedTerminatedPods();
        int more = uncounted == null || uncounted.getFailed() == null
                ? 0
                : uncounted.getFailed().size();
        return Objects.or(job.getStatus().getFailed(), 0) + more;
    }

    int succeeded() {
        UncountedTerminatedPods uncounted = job.getStatus().getUncountedTerminatedPods();
        int more = indexed() || uncounted == null || uncounted.getSucceeded() == null
                ? 0
                : uncounted.getSucceeded().size();
        return Objects.or(job.getStatus().getSucceeded(), 0) + more;
    }

    boolean complete() {
        Integer completions = completions();
        if (completions == null) {
            return succeeded() > 0 && active().isEmpty();
        }
        return succeeded() >= completions;
    }

    /** How many pods should run now. */
    int wanted(int parallelism) {
        Integer completions = completions();
        if (completions == null) { // a work queue: nothing is begun after the first success
            return succeeded() > 0 ? Math.min(active().size(), parallelism) : parallelism;
        }
        return Math.max(0, Math.min(parallelism, completions - succeeded()));
    }

    int restarts() {
        int sum = 0;
        for (Pod pod : pods) {
            sum += Objects.ended(pod) ? 0 : Objects.restarts(pod);
        }
        return sum;
    }

    /** Failures since the last success. */
    int failuresInARow() {
        Instant success = Instant.MIN;
        for (Pod pod : pods) {
            if (succeeded(pod) && endedAt(pod).isAfter(success)) {
                success = endedAt(pod);
            }
        }
        int n = 0;
        for (Pod pod : pods) {
            n += over(pod)
                            && !succeeded(pod)
                            && !Objects.deleted(pod)
                            && endedAt(pod).isAfter(success)
                    ? 1
                    : 0;
        }
        return n;
    }

    @Nullable
    Instant lastFailure() {
        Instant last = null;
        for (Pod pod : pods) {
            if (over(pod) && !succeeded(pod) && (last == null || endedAt(pod).isAfter(last))) {
                last = endedAt(pod);
            }
        }
        return last;
    }

    private static Instant endedAt(Pod pod) {
        Instant last = Objects.created(pod);
        if (pod.getStatus() != null && pod.getStatus().getContainerStatuses() != null) {
            for (var status : pod.getStatus().getContainerStatuses()) {
                var ended = status.getState() == null ? null : status.getState().getTerminated();
                Instant at = ended == null ? null : Objects.time(ended.getFinishedAt());
                if (at != null && at.isAfter(last)) {
                    last = at;
                }
            }
        }
        return last;
    }

    // ---- indexes

    static int index(Pod pod) {
        return (int) Objects.number(Objects.annotation(pod, INDEX), -1);
    }

    /** The lowest indexes that are neither done nor being worked on. */
    List<Integer> freeIndexes(int count) {
        BitSet taken = indexes(job.getStatus().getCompletedIndexes());
        for (Pod pod : pods) {
            if (Objects.active(pod) && index(pod) >= 0) {
                taken.set(index(pod));
            }
        }
        List<Integer> free = new ArrayList<>();
        int all = Objects.or(completions(), 0);
        for (int i = taken.nextClearBit(0); i < all && free.size() < count; i = taken.nextClearBit(i + 1)) {
            free.add(i);
        }
        return free;
    }

    /** 0-3,5 */
    static BitSet indexes(@Nullable String text) {
        BitSet set = new BitSet();
        if (text == null || text.isEmpty()) {
            return set;
        }
        for (String part : text.split(",", -1)) {
            int dash = part.indexOf('-');
            int from = (int) Objects.number(dash < 0 ? part : part.substring(0, dash), -1);
            int to = dash < 0 ? from : (int) Objects.number(part.substring(dash + 1), -1);
            if (from >= 0 && to >= from) {
                set.set(from, to + 1);
            }
        }
        return set;
    }

    static String text(BitSet set) {
        StringBuilder out = new StringBuilder();
        for (int from = set.nextSetBit(0); from >= 0; ) {
            int to = set.nextClearBit(from) - 1;
            out.append(out.isEmpty() ? "" : ",").append(from);
            if (to > from) {
                out.append('-').append(to);
            }
            from = set.nextSetBit(to + 1);
        }
        return out.toString();
    }

    /** What a pod of a Job has beyond the template. */
    static void prepare(Pod pod, Job job, @Nullable Integer index) {
        ObjectMeta metadata = pod.getMetadata();
        List<String> finalizers =
                metadata.getFinalizers() == null ? new ArrayList<>() : new ArrayList<>(metadata.getFinalizers());
        finalizers.add(FINALIZER);
        metadata.setFinalizers(finalizers);
        if (index == null) {
            return;
        }
        Map<String, String> labels =
                metadata.getLabels() == null ? new TreeMap<>() : new TreeMap<>(metadata.getLabels());
        labels.put(INDEX, index.toString());
        metadata.setLabels(labels);
        Objects.annotate(pod, INDEX, index.toString());
        if (pod.getSpec().getHostname() == null || pod.getSpec().getHostname().isEmpty()) {
            pod.getSpec().setHostname(Objects.name(job) + "-" + index);
        }
        List<Container> all = new ArrayList<>(pod.getSpec().getContainers());
        if (pod.getSpec().getInitContainers() != null) {
            all.addAll(pod.getSpec().getInitContainers());
        }
        for (Container container : all) {
            var env = container.getEnv() == null
                    ? new ArrayList<io.fabric8.kubernetes.api.model.EnvVar>()
                    : new ArrayList<>(container.getEnv());
            if (env.stream().noneMatch(e -> e.getName().equals("JOB_COMPLETION_INDEX"))) {
                env.add(new EnvVarBuilder()
                        .withName("JOB_COMPLETION_INDEX")
                        .withNewValueFrom()
                        .withNewFieldRef("v1", "metadata.annotations['" + INDEX + "']")
                        .endValueFrom()
                        .build());
            }
            container.setEnv(env);
        }
    }
}
