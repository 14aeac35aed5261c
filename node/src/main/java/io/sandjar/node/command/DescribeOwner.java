// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

import io.sandjar.node.command.Describe.Sheet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Deployments, replica sets, jobs and the node, in kubectl's layout. */
final class DescribeOwner {
    private DescribeOwner() {}

    static void deployment(Sheet sheet, Object d, List<Object> sets) {
        sheet.name(d);
        sheet.line(0, "CreationTimestamp:\t" + Time.date(Json.text(d, "metadata", "creationTimestamp")));
        sheet.labels(d, false);
        sheet.line(0, "Selector:\t" + orNone(Command.selector(Json.at(d, "spec", "selector"))));
        sheet.line(
                0,
                "Replicas:\t" + Json.number(d, 1, "spec", "replicas") + " desired | "
                        + Json.number(d, 0, "status", "updatedReplicas") + " updated | "
                        + Json.number(d, 0, "status", "replicas")
                        + " total | " + Json.number(d, 0, "status", "availableReplicas") + " available | "
                        + Json.number(d, 0, "status", "unavailableReplicas") + " unavailable");
        String type = Json.text(d, "spec", "strategy", "type");
        sheet.line(0, "StrategyType:\t" + type);
        sheet.line(0, "MinReadySeconds:\t" + Json.number(d, 0, "spec", "minReadySeconds"));
        if (Json.at(d, "spec", "strategy", "rollingUpdate") != null) {
            sheet.line(
                    0,
                    "RollingUpdateStrategy:\t" + Json.text(d, "spec", "strategy", "rollingUpdate", "maxUnavailable")
                            + " max unavailable, " + Json.text(d, "spec", "strategy", "rollingUpdate", "maxSurge")
                            + " max surge");
        }
        DescribePod.template(sheet, Json.at(d, "spec", "template"));
        sheet.conditions(d, true);
        StringBuilder old = new StringBuilder();
        String fresh = "<none>";
        String revision = Json.text(d, "metadata", "annotations", "deployment.kubernetes.io/revision");
        for (Object set : sets) {
            String text = Json.text(set, "metadata", "name") + " (" + Json.number(set, 0, "status", "replicas") + "/"
                    + Json.number(set, 0, "spec", "replicas") + " replicas created)";
            if (Json.text(set, "metadata", "annotations", "deployment.kubernetes.io/revision")
                    .equals(revision)) {
                fresh = text;
            } else {
                old.append(old.isEmpty() ? "" : ", ").append(text);
            }
        }
        sheet.line(0, "OldReplicaSets:\t" + orNone(old.toString()));
        sheet.line(0, "NewReplicaSet:\t" + fresh);
    }

    static void replicaSet(Sheet sheet, Object r) {
        sheet.name(r);
        sheet.line(0, "Selector:\t" + orNone(Command.selector(Json.at(r, "spec", "selector"))));
        sheet.labels(r, false);
        sheet.controller(r);
        sheet.line(
                0,
                "Replicas:\t" + Json.number(r, 0, "status", "replicas") + " current / "
                        + Json.number(r, 1, "spec", "replicas") + " desired");
        sheet.line(
                0,
                "Ready:\t" + Json.number(r, 0, "status", "readyReplicas") + " ready, "
                        + Json.number(r, 0, "status", "availableReplicas") + " available");
        DescribePod.template(sheet, Json.at(r, "spec", "template"));
        sheet.conditions(r, true);
    }

    static void job(Sheet sheet, Object j, long nowMillis) {
        sheet.name(j);
        sheet.line(0, "Selector:\t" + orNone(Command.selector(Json.at(j, "spec", "selector"))));
        sheet.labels(j, false);
        sheet.controller(j);
        sheet.line(0, "Parallelism:\t" + Json.number(j, 1, "spec", "parallelism"));
        String completions = Json.text(j, "spec", "completions");
        sheet.line(0, "Completions:\t" + (completions.isEmpty() ? "<unset>" : completions));
        String mode = Json.text(j, "spec", "completionMode");
        sheet.line(0, "Completion Mode:\t" + (mode.isEmpty() ? "NonIndexed" : mode));
        sheet.line(0, "Suspend:\t" + Json.truth(j, "spec", "suspend"));
        sheet.line(0, "Backoff Limit:\t" + Json.number(j, 6, "spec", "backoffLimit"));
        String ttl = Json.text(j, "spec", "ttlSecondsAfterFinished");
        sheet.field(0, "TTL Seconds After Finished", ttl);
        String start = Json.text(j, "status", "startTime");
        String end = Json.text(j, "status", "completionTime");
        sheet.field(0, "Start Time", start.isEmpty() ? "" : Time.date(start));
        sheet.field(0, "Completed At", end.isEmpty() ? "" : Time.date(end));
        if (!start.isEmpty() && !end.isEmpty()) {
            sheet.line(0, "Duration:\t" + Time.duration(Time.millis(end) - Time.millis(start)));
        }
        String deadline = Json.text(j, "spec", "activeDeadlineSeconds");
        sheet.field(0, "Active Deadline Seconds", deadline.isEmpty() ? "" : deadline + "s");
        sheet.line(
                0,
                "Pods Statuses:\t" + Json.number(j, 0, "status", "active") + " Active ("
                        + Json.number(j, 0, "status", "ready") + " Ready) / " + Json.number(j, 0, "status", "succeeded")
                        + " Succeeded / "
                        + Json.number(j, 0, "status", "failed") + " Failed");
        sheet.field(0, "Completed Indexes", Json.text(j, "status", "completedIndexes"));
        DescribePod.template(sheet, Json.at(j, "spec", "template"));
        sheet.conditions(j, true);
    }

    static void node(Sheet sheet, Object n, List<Object> pods, long nowMillis) {
        sheet.name(n);
        sheet.labels(n, false);
        sheet.line(0, "CreationTimestamp:\t" + Time.date(Json.text(n, "metadata", "creationTimestamp")));
        sheet.line(0, "Unschedulable:\t" + Json.truth(n, "spec", "unschedulable"));
        List<@Nullable Object> conditions = Json.list(n, "status", "conditions");
        if (!conditions.isEmpty()) {
            sheet.line(0, "Conditions:");
            sheet.line(1, "Type\tStatus\tReason\tMessage");
            sheet.line(1, "----\t------\t------\t-------");
        }
        for (Object c : conditions) {
            sheet.line(
                    1,
                    Json.text(c, "type") + "\t" + Json.text(c, "status") + "\t" + Json.text(c, "reason") + "\t"
                            + Json.text(c, "message"));
        }
        sheet.line(0, "Addresses:");
        for (Object a : Json.list(n, "status", "addresses")) {
            sheet.line(1, Json.text(a, "type") + ":\t" + Json.text(a, "address"));
        }
        pairs(sheet, "Capacity", Json.map(n, "status", "capacity"));
        pairs(sheet, "Allocatable", Json.map(n, "status", "allocatable"));
        Map<String, @Nullable Object> info = Json.map(n, "status", "nodeInfo");
        sheet.line(0, "System Info:");
        String[] names = {
            "machineID",
            "Machine ID",
            "systemUUID",
            "System UUID",
            "bootID",
            "Boot ID",
            "kernelVersion",
            "Kernel Version",
            "osImage",
            "OS Image",
            "operatingSystem",
            "Operating System",
            "architecture",
            "Architecture",
            "containerRuntimeVersion",
            "Container Runtime Version",
            "kubeletVersion",
            "Kubelet Version"
        };
        for (int i = 0; i < names.length; i += 2) {
            Object value = info.get(names[i]);
            sheet.field(1, names[i + 1], value == null ? "" : value.toString());
        }
        sheet.line(0, "Non-terminated Pods:\t(" + running(pods) + " in total)");
        sheet.line(1, "Namespace\tName\tCPU Limits\tMemory Limits\tAge");
        sheet.line(1, "---------\t----\t----------\t-------------\t---");
        for (Object pod : pods) {
            if (ended(pod)) {
                continue;
            }
            sheet.line(
                    1,
                    Json.text(pod, "metadata", "namespace") + "\t" + Json.text(pod, "metadata", "name") + "\t"
                            + limits(pod, "cpu") + "\t" + limits(pod, "memory") + "\t"
                            + Time.age(Json.text(pod, "metadata", "creationTimestamp"), nowMillis));
        }
    }

    private static boolean ended(Object pod) {
        String phase = Json.text(pod, "status", "phase");
        return phase.equals("Succeeded") || phase.equals("Failed");
    }

    private static int running(List<Object> pods) {
        int n = 0;
        for (Object pod : pods) {
            n += ended(pod) ? 0 : 1;
        }
        return n;
    }

    private static String limits(Object pod, String what) {
        StringBuilder all = new StringBuilder();
        for (Object c : Json.list(pod, "spec", "containers")) {
            String limit = Json.text(c, "resources", "limits", what);
            if (!limit.isEmpty()) {
                all.append(all.isEmpty() ? "" : "+").append(limit);
            }
        }
        return all.isEmpty() ? "<none>" : all.toString();
    }

    private static void pairs(Sheet sheet, String head, Map<String, @Nullable Object> pairs) {
        if (pairs.isEmpty()) {
            return;
        }
        sheet.line(0, head + ":");
        for (Map.Entry<String, @Nullable Object> e : new TreeMap<>(pairs).entrySet()) {
            sheet.line(1, e.getKey() + ":\t" + e.getValue());
        }
    }

    private static String orNone(String text) {
        return text.isEmpty() ? "<none>" : text;
    }
}
