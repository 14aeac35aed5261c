// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.controllers;

import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import io.sandjar.node.EventRecorder;
import io.sandjar.node.model.Json;
import io.sandjar.node.store.DeleteOptions;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.ObjectStore;
import io.sandjar.node.store.Selector;
import io.sandjar.node.store.StoreException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Runs the pods of a Job until enough have succeeded. A pod that has ended is counted once, however often the agent is killed in
 * between: it keeps a finalizer until its uid stands in the Job's status, see {@link JobPods}.
 */
final class JobController implements Reconciler {
    static final String UID_LABEL = "batch.kubernetes.io/controller-uid";
    static final String NAME_LABEL = "batch.kubernetes.io/job-name";
    private static final int BACK_OFF_LIMIT = 6;
    private static final Duration FIRST_DELAY = Duration.ofSeconds(10);
    private static final Duration LONGEST_DELAY = Duration.ofMinutes(10);

    private final ObjectStore store;
    private final EventRecorder events;
    private final Clock clock;
    private final PodFactory pods;

    JobController(ObjectStore store, EventRecorder events, Clock clock) {
        this.store = store;
        this.events = events;
        this.clock = clock;
        this.pods = new PodFactory(store, events);
    }

    @Override
    public @Nullable Duration sync(String namespace, String name) {
        Job job = store.get(Kind.JOB, namespace, name);
        if (job == null) {
            return null;
        }
        if (Objects.deleted(job)) {
            JobPods.letGo(store, job); // they are not held up by a Job that does not count any more
            return null;
        }
        if (job.getStatus() == null) {
            job.setStatus(new JobStatus());
        }
        if (JobConditions.finished(job)) {
            JobPods.letGo(store, job);
            return timeToLive(job);
        }
        String refused = refused(job);
        if (refused != null) {
            JobConditions.set(job, "Failed", "True", "NotSupported", refused, clock.instant());
            events.record(job, EventRecorder.WARNING, "NotSupported", refused);
            save(job);
            return null;
        }
        Job selected = withSelector(job);
        if (selected == null) {
            return null; // the change brings it here again
        }
        return run(selected);
    }

    /** What a Job asks for that is not there; the manifest's check says the same earlier. */
    private static @Nullable String refused(Job job) {
        if (job.getSpec().getPodFailurePolicy() != null) {
            return "spec.podFailurePolicy is not supported; use backoffLimit and restartPolicy";
        }
        if (job.getSpec().getSuccessPolicy() != null) {
            return "spec.successPolicy is not supported; use completions";
        }
        if (job.getSpec().getBackoffLimitPerIndex() != null || job.getSpec().getMaxFailedIndexes() != null) {
            return "spec.backoffLimitPerIndex is not supported; use backoffLimit";
        }
        if (job.getSpec().getManagedBy() != null
                && !job.getSpec().getManagedBy().equals("kubernetes.io/job-controller")) {
            return "spec.managedBy names a controller that does not run here";
        }
        return null;
    }

    /** Gives a new Job its selector and its pods' labels, as the API server does. Null when it had to be written. */
    private @Nullable Job withSelector(Job job) {
        if (job.getSpec().getSelector() != null
                && job.getSpec().getSelector().getMatchLabels() != null
                && !job.getSpec().getSelector().getMatchLabels().isEmpty()) {
            return job;
        }
        String uid = Objects.uid(job);
        job.getSpec()
                .setSelector(new LabelSelectorBuilder()
                        .addToMatchLabels(UID_LABEL, uid)
                        .build());
        ObjectMeta metadata = job.getSpec().getTemplate().getMetadata() == null
                ? new ObjectMeta()
                : job.getSpec().getTemplate().getMetadata();
        Map<String, String> labels =
                metadata.getLabels() == null ? new TreeMap<>() : new TreeMap<>(metadata.getLabels());
        labels.put(UID_LABEL, uid);
        labels.put("controller-uid", uid);
        labels.put(NAME_LABEL, Objects.name(job));
        labels.put("job-name", Objects.name(job));
        metadata.setLabels(labels);
        job.getSpec().getTemplate().setMetadata(metadata);
        store.update(Kind.JOB, job);
        return null;
    }

    private @Nullable Duration run(Job job) {
        Instant now = clock.instant();
        List<Pod> mine =
                Claims.claim(store, Kind.POD, job, Selector.of(job.getSpec().getSelector()));
        JobStatus status = job.getStatus();
        boolean suspended = Boolean.TRUE.equals(job.getSpec().getSuspend());
        if (!suspended && status.getStartTime() == null) {
            status.setStartTime(Objects.text(now));
        }
        JobPods counted = new JobPods(store, job, mine);
        counted.count(this::save);
        Duration again = null;
        String[] failure = failure(job, counted, now);
        if (failure != null) {
            JobConditions.set(job, "FailureTarget", "True", failure[0], failure[1], now);
            save(job);
            deleteAll(job, counted.active());
            if (counted.running() > 0) {
                return again(job, now, null); // it has failed when its pods have ended
            }
            JobConditions.set(job, "Failed", "True", failure[0], failure[1], now);
            figures(job, counted);
            save(job);
            events.record(job, EventRecorder.WARNING, failure[0], failure[1]);
            return timeToLive(job);
        }
        if (counted.complete()) {
            deleteAll(job, counted.active());
            if (counted.running() > 0) {
                figures(job, counted);
                save(job);
                return null;
            }
            JobConditions.set(
                    job,
                    "SuccessCriteriaMet",
                    "True",
                    "CompletionsReached",
                    "Reached expected number of succeeded pods",
                    now);
            JobConditions.set(
                    job, "Complete", "True", "CompletionsReached", "Reached expected number of succeeded pods", now);
            status.setCompletionTime(Objects.text(now));
            figures(job, counted);
            save(job);
            events.record(job, EventRecorder.NORMAL, "Completed", "Job completed");
            return timeToLive(job);
        }
        StoreException failed = null;
        if (suspended) {
            suspend(job, counted, now);
        } else {
            resume(job, now);
            try {
                again = manage(job, counted, now);
            } catch (StoreException e) {
                failed = e;
            }
        }
        figures(job, new JobPods(store, job, store.list(Kind.POD, Objects.namespace(job), mine(job))));
        save(job);
        if (failed != null) {
            throw failed;
        }
        return again(job, now, again);
    }

    private static Selector mine(Job job) {
        return Selector.EVERYTHING.and(o -> Objects.controlledBy(o, job));
    }

    /** Also when the deadline comes, if there is one. */
    private static @Nullable Duration again(Job job, Instant now, @Nullable Duration other) {
        Long deadline = job.getSpec().getActiveDeadlineSeconds();
        Instant start = Objects.time(job.getStatus().getStartTime());
        if (deadline == null || start == null) {
            return other;
        }
        Duration left = Duration.between(now, start.plusSeconds(deadline));
        return left.isPositive() ? Objects.earlier(other, left) : other;
    }

    /** Why it has failed: reason and message, or null. */
    private static String @Nullable [] failure(Job job, JobPods counted, Instant now) {
        JobCondition target = JobConditions.find(job, "FailureTarget");
        if (target != null && "True".equals(target.getStatus())) {
            return new String[] {String.valueOf(target.getReason()), String.valueOf(target.getMessage())};
        }
        int limit = Objects.or(job.getSpec().getBackoffLimit(), BACK_OFF_LIMIT);
        int restarts = counted.restarts();
        boolean onFailure =
                "OnFailure".equals(job.getSpec().getTemplate().getSpec().getRestartPolicy());
        boolean tooMany = counted.failed() > limit || onFailure && (limit == 0 ? restarts > 0 : restarts >= limit);
        if (tooMany) {
            return new String[] {"BackoffLimitExceeded", "Job has reached the specified backoff limit"};
        }
        Long deadline = job.getSpec().getActiveDeadlineSeconds();
        Instant start = Objects.time(job.getStatus().getStartTime());
        if (deadline != null
                && start != null
                && !Boolean.TRUE.equals(job.getSpec().getSuspend())
                && !start.plusSeconds(deadline).isAfter(now)) {
            return new String[] {"DeadlineExceeded", "Job was active longer than specified deadline"};
        }
        return null;
    }

    private void suspend(Job job, JobPods counted, Instant now) {
        if (!counted.active().isEmpty()) {
            deleteAll(job, counted.active());
        }
        job.getStatus().setStartTime(null);
        if (JobConditions.set(job, "Suspended", "True", "JobSuspended", "Job suspended", now)) {
            events.record(job, EventRecorder.NORMAL, "Suspended", "Job suspended");
        }
    }

    private void resume(Job job, Instant now) {
        JobCondition suspended = JobConditions.find(job, "Suspended");
        if (suspended != null && "True".equals(suspended.getStatus())) {
            JobConditions.set(job, "Suspended", "False", "JobResumed", "Job resumed", now);
            job.getStatus().setStartTime(Objects.text(now));
            events.record(job, EventRecorder.NORMAL, "Resumed", "Job resumed");
        }
    }

    private @Nullable Duration manage(Job job, JobPods counted, Instant now) {
        List<Pod> active = counted.active();
        int parallelism = Objects.or(job.getSpec().getParallelism(), 1);
        int wanted = counted.wanted(parallelism);
        if (active.size() > wanted) {
            active.sort(new Victims());
            deleteAll(job, active.subList(0, active.size() - wanted));
            return null;
        }
        int missing = wanted - active.size();
        if (missing == 0) {
            return null;
        }
        Duration wait = backOff(counted, now);
        if (wait != null) {
            return wait;
        }
        List<Integer> indexes = counted.indexed() ? counted.freeIndexes(missing) : List.of();
        for (int i = 0; i < missing && (!counted.indexed() || i < indexes.size()); i++) {
            Integer index = counted.indexed() ? indexes.get(i) : null;
            String prefix = Objects.name(job) + "-" + (index == null ? "" : index + "-");
            pods.create(job, job.getSpec().getTemplate(), prefix, pod -> JobPods.prepare(pod, job, index));
        }
        return null;
    }

    /** How long no pod is made after failures in a row: 10 s, 20 s, 40 s, ... */
    private static @Nullable Duration backOff(JobPods counted, Instant now) {
        int failures = counted.failuresInARow();
        Instant last = counted.lastFailure();
        if (failures == 0 || last == null) {
            return null;
        }
        Duration delay = FIRST_DELAY.multipliedBy(1L << Math.min(failures - 1, 10));
        delay = delay.compareTo(LONGEST_DELAY) > 0 ? LONGEST_DELAY : delay;
        Duration left = Duration.between(now, last.plus(delay));
        return left.isPositive() ? left : null;
    }

    private void deleteAll(Job job, List<Pod> some) {
        for (Pod pod : some) {
            pods.delete(job, pod);
        }
    }

    private static void figures(Job job, JobPods counted) {
        JobStatus status = job.getStatus();
        int active = counted.active().size();
        status.setActive(active == 0 ? null : active);
        int ready = 0;
        for (Pod pod : counted.active()) {
            ready += Objects.ready(pod) ? 1 : 0;
        }
        status.setReady(ready);
        status.setTerminating(counted.running() - active);
    }

    private void save(Job job) {
        Job copy = Json.copy(job);
        copy.getMetadata().setResourceVersion(null); // the status is ours alone
        try {
            store.updateStatus(Kind.JOB, copy);
        } catch (StoreException e) {
            if (e.reason() != StoreException.Reason.NOT_FOUND && e.reason() != StoreException.Reason.CONFLICT) {
                throw e;
            }
        }
    }

    /** Removes a Job that has ended when its time is over. */
    private @Nullable Duration timeToLive(Job job) {
        Integer ttl = job.getSpec().getTtlSecondsAfterFinished();
        Instant ended = JobConditions.endedAt(job);
        if (ttl == null || ended == null) {
            return null;
        }
        Duration left = Duration.between(clock.instant(), ended.plusSeconds(ttl));
        if (left.isPositive()) {
            return left;
        }
        try {
            store.delete(
                    Kind.JOB,
                    Objects.namespace(job),
                    Objects.name(job),
                    new DeleteOptions(null, DeleteOptions.Propagation.FOREGROUND, Objects.uid(job), null));
        } catch (StoreException e) {
            if (e.reason() != StoreException.Reason.NOT_FOUND && e.reason() != StoreException.Reason.CONFLICT) {
                throw e;
            }
        }
        return null;
    }
}
