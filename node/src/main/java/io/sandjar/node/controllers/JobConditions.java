// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.controllers;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobConditionBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The conditions of a Job: Complete, Failed, Suspended, and the two that announce the first ones. */
final class JobConditions {
    private JobConditions() {}

    static @Nullable JobCondition find(Job job, String type) {
        if (job.getStatus() != null && job.getStatus().getConditions() != null) {
            for (JobCondition c : job.getStatus().getConditions()) {
                if (type.equals(c.getType())) {
                    return c;
                }
            }
        }
        return null;
    }

    private static boolean isTrue(@Nullable JobCondition condition) {
        return condition != null && "True".equals(condition.getStatus());
    }

    static boolean finished(Job job) {
        return isTrue(find(job, "Complete")) || isTrue(find(job, "Failed"));
    }

    static @Nullable Instant endedAt(Job job) {
        JobCondition complete = find(job, "Complete");
        JobCondition failed = find(job, "Failed");
        JobCondition last = isTrue(complete) ? complete : failed;
        return isTrue(last) && last != null ? Objects.time(last.getLastTransitionTime()) : null;
    }

    /** Whether that changed anything. */
    static boolean set(Job job, String type, String value, String reason, String message, Instant now) {
        JobCondition before = find(job, type);
        if (before != null && value.equals(before.getStatus()) && reason.equals(before.getReason())) {
            return false;
        }
        List<JobCondition> conditions = new ArrayList<>();
        if (job.getStatus().getConditions() != null) {
            for (JobCondition c : job.getStatus().getConditions()) {
                if (!type.equals(c.getType())) {
                    conditions.add(c);
                }
            }
        }
        conditions.add(new JobConditionBuilder()
                .withType(type)
                .withStatus(value)
                .withReason(reason)
                .withMessage(message)
                .withLastProbeTime(Objects.text(now))
                .withLastTransitionTime(Objects.text(now))
                .build());
        job.getStatus().setConditions(conditions);
        return true;
    }
}
