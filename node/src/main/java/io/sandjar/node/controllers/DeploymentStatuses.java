// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.controllers;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import io.fabric8.kubernetes.api.model.apps.DeploymentConditionBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.sandjar.node.EventRecorder;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.ObjectStore;
import io.sandjar.node.store.StoreException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a Deployment says of itself: the counts, and the conditions Available and Progressing with their reasons. */
final class DeploymentStatuses {
    private static final int DEADLINE_SECONDS = 600;

    private final ObjectStore store;
    private final EventRecorder events;
    private final Clock clock;

    DeploymentStatuses(ObjectStore store, EventRecorder events, Clock clock) {
        this.store = store;
        this.events = events;
        this.clock = clock;
    }

    /**
     * Writes the status.
     *
     * @param done what became of the new ReplicaSet in this look, a reason of the condition Progressing, or null
     */
    @Nullable
    Duration write(Deployment d, Revisions revisions, @Nullable String done) {
        Instant now = clock.instant();
        DeploymentStatus old = d.getStatus() == null ? new DeploymentStatus() : d.getStatus();
        DeploymentStatus status = new DeploymentStatus();
        int total = 0;
        int ready = 0;
        int available = 0;
        int terminating = 0;
        Duration again = null;
        int minReady = Objects.or(d.getSpec().getMinReadySeconds(), 0);
        for (ReplicaSet set : revisions.all()) {
            total += revisions.active(set);
            ready += revisions.ready(set);
            available += revisions.available(set, now);
            for (var pod : revisions.pods(set)) {
                terminating += Objects.deleted(pod) && !Objects.ended(pod) ? 1 : 0;
                if (Objects.active(pod)) {
                    again = Objects.earlier(again, Objects.untilAvailable(pod, minReady, now));
                }
            }
        }
        ReplicaSet fresh = revisions.fresh();
        int updated = fresh == null ? 0 : revisions.active(fresh);
        status.setObservedGeneration(d.getMetadata().getGeneration());
        status.setReplicas(total);
        status.setUpdatedReplicas(updated);
        status.setReadyReplicas(ready);
        status.setAvailableReplicas(available);
        int wanted = DeploymentController.replicas(d);
        status.setUnavailableReplicas(Math.max(0, Math.max(total, wanted) - available));
        status.setTerminatingReplicas(terminating);
        status.setCollisionCount(old.getCollisionCount());
        List<DeploymentCondition> conditions = new ArrayList<>();
        boolean enough = available >= wanted - DeploymentController.maxUnavailable(d);
        conditions.add(condition(
                old,
                "Available",
                enough ? "True" : "False",
                enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
                enough ? "Deployment has minimum availability." : "Deployment does not have minimum availability.",
                now,
                false));
        for (ReplicaSet set : revisions.all()) {
            if (set.getStatus() != null && set.getStatus().getConditions() != null && conditions.size() == 1) {
                for (var c : set.getStatus().getConditions()) {
                    if ("ReplicaFailure".equals(c.getType()) && "True".equals(c.getStatus())) {
                        conditions.add(
                                condition(old, c.getType(), c.getStatus(), c.getReason(), c.getMessage(), now, false));
                    }
                }
            }
        }
        boolean complete = updated == wanted && total == updated && available >= wanted && fresh != null;
        DeploymentCondition progressing = progressing(d, old, status, fresh, done, complete, now);
        if (progressing != null) {
            conditions.add(progressing);
            again = Objects.earlier(again, untilDeadline(d, progressing, complete, now));
        }
        status.setConditions(conditions);
        save(d, status, fresh);
        return again;
    }

    private void save(Deployment d, DeploymentStatus status, @Nullable ReplicaSet fresh) {
        try {
            String revision = fresh == null ? null : Objects.annotation(fresh, Revisions.REVISION);
            if (revision != null
                    && !revision.equals(Objects.annotation(d, Revisions.REVISION))
                    && !Objects.deleted(d)) {
                Objects.annotate(d, Revisions.REVISION, revision);
                d = store.update(Kind.DEPLOYMENT, d);
            }
            d.setStatus(status);
            d.getMetadata().setResourceVersion(null); // the status is ours alone
            store.updateStatus(Kind.DEPLOYMENT, d);
        } catch (StoreException e) {
            if (e.reason() == StoreException.Reason.CONFLICT) {
                throw e; // looked at again, with what has changed
            }
            if (e.reason() != StoreException.Reason.NOT_FOUND) {
                throw e;
            }
        }
    }

    private @Nullable DeploymentCondition progressing(
            Deployment d,
            DeploymentStatus old,
            DeploymentStatus status,
            @Nullable ReplicaSet fresh,
            @Nullable String done,
            boolean complete,
            Instant now) {
        DeploymentCondition before = find(old, "Progressing");
        boolean paused = Boolean.TRUE.equals(d.getSpec().getPaused());
        if (paused) {
            if (before != null && "ProgressDeadlineExceeded".equals(before.getReason())) {
                return before;
            }
            return condition(old, "Progressing", "Unknown", "DeploymentPaused", "Deployment is paused", now, false);
        }
        if (before != null && "DeploymentPaused".equals(before.getReason())) {
            return condition(old, "Progressing", "Unknown", "DeploymentResumed", "Deployment is resumed", now, true);
        }
        String what =
                fresh == null ? "Deployment \"" + Objects.name(d) + "\"" : "ReplicaSet \"" + Objects.name(fresh) + "\"";
        if (complete) {
            return condition(
                    old,
                    "Progressing",
                    "True",
                    "NewReplicaSetAvailable",
                    what + " has successfully progressed.",
                    now,
                    before != null && !"NewReplicaSetAvailable".equals(before.getReason()));
        }
        if (done != null && done.equals("NewReplicaSetCreated") && fresh != null) {
            return condition(
                    old,
                    "Progressing",
                    "True",
                    done,
                    "Created new replica set \"" + Objects.name(fresh) + "\"",
                    now,
                    true);
        }
        if (done != null && done.equals("FoundNewReplicaSet") && fresh != null) {
            return condition(
                    old,
                    "Progressing",
                    "True",
                    done,
                    "Found new replica set \"" + Objects.name(fresh) + "\"",
                    now,
                    true);
        }
        if (before == null || progressed(old, status)) {
            return condition(old, "Progressing", "True", "ReplicaSetUpdated", what + " is progressing.", now, true);
        }
        boolean sameTemplate = "NewReplicaSetAvailable".equals(before.getReason());
        Instant since = Objects.time(before.getLastUpdateTime());
        int deadline = Objects.or(d.getSpec().getProgressDeadlineSeconds(), DEADLINE_SECONDS);
        if (!sameTemplate
                && since != null
                && !since.plusSeconds(deadline).isAfter(now)
                && !"ProgressDeadlineExceeded".equals(before.getReason())) {
            events.record(d, EventRecorder.WARNING, "ProgressDeadlineExceeded", what + " has timed out progressing.");
            return condition(
                    old,
                    "Progressing",
                    "False",
                    "ProgressDeadlineExceeded",
                    what + " has timed out progressing.",
                    now,
                    true);
        }
        return before;
    }

    private static boolean progressed(DeploymentStatus old, DeploymentStatus status) {
        int oldUpdated = Objects.or(old.getUpdatedReplicas(), 0);
        int oldOthers = Objects.or(old.getReplicas(), 0) - oldUpdated;
        return Objects.or(status.getUpdatedReplicas(), 0) > oldUpdated
                || Objects.or(status.getReplicas(), 0) - Objects.or(status.getUpdatedReplicas(), 0) < oldOthers
                || Objects.or(status.getReadyReplicas(), 0) > Objects.or(old.getReadyReplicas(), 0)
                || Objects.or(status.getAvailableReplicas(), 0) > Objects.or(old.getAvailableReplicas(), 0);
    }

    private static @Nullable Duration untilDeadline(
            Deployment d, DeploymentCondition progressing, boolean complete, Instant now) {
        Instant since = Objects.time(progressing.getLastUpdateTime());
        if (complete || since == null || !"True".equals(progressing.getStatus())) {
            return null;
        }
        if ("NewReplicaSetAvailable".equals(progressing.getReason())) {
            return null;
        }
        int deadline = Objects.or(d.getSpec().getProgressDeadlineSeconds(), DEADLINE_SECONDS);
        return Duration.between(now, since.plusSeconds(deadline).plusMillis(10));
    }

    private static @Nullable DeploymentCondition find(DeploymentStatus status, String type) {
        if (status.getConditions() != null) {
            for (DeploymentCondition c : status.getConditions()) {
                if (type.equals(c.getType())) {
                    return c;
                }
            }
        }
        return null;
    }

    /** A condition; it keeps its times as long as it stays as it was. */
    private static DeploymentCondition condition(
            DeploymentStatus old,
            String type,
            String value,
            String reason,
            String message,
            Instant now,
            boolean touched) {
        DeploymentCondition before = find(old, type);
        boolean same = before != null
                && value.equals(before.getStatus())
                && reason.equals(before.getReason())
                && message.equals(before.getMessage());
        if (before != null && same && !touched) {
            return before;
        }
        boolean turned = before == null || !value.equals(before.getStatus());
        return new DeploymentConditionBuilder()
                .withType(type)
                .withStatus(value)
                .withReason(reason)
                .withMessage(message)
                .withLastUpdateTime(Objects.text(now))
                .withLastTransitionTime(turned || before == null ? Objects.text(now) : before.getLastTransitionTime())
                .build();
    }
}
