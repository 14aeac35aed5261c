// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

import io.sandjar.node.command.Describe.Sheet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A pod, and the template of pods that others have, in kubectl's layout. */
final class DescribePod {
    private DescribePod() {}

    static void write(Sheet sheet, Object pod) {
        sheet.name(pod);
        sheet.line(0, "Priority:\t" + Json.number(pod, 0, "spec", "priority"));
        sheet.field(0, "Runtime Class Name", Json.text(pod, "spec", "runtimeClassName"));
        String account = Json.text(pod, "spec", "serviceAccountName");
        sheet.line(0, "Service Account:\t" + (account.isEmpty() ? "default" : account));
        String node = Json.text(pod, "spec", "nodeName");
        String host = Json.text(pod, "status", "hostIP");
        sheet.line(0, "Node:\t" + (node.isEmpty() ? "<none>" : node + (host.isEmpty() ? "" : "/" + host)));
        String start = Json.text(pod, "status", "startTime");
        sheet.field(0, "Start Time", start.isEmpty() ? "" : Time.date(start));
        sheet.labels(pod, false);
        String deleted = Json.text(pod, "metadata", "deletionTimestamp");
        String phase = Json.text(pod, "status", "phase");
        if (deleted.isEmpty()) {
            sheet.line(0, "Status:\t" + (phase.isEmpty() ? "Pending" : phase));
        } else {
            sheet.line(0, "Status:\tTerminating (since " + Time.date(deleted) + ")");
            sheet.line(
                    0,
                    "Termination Grace Period:\t" + Json.number(pod, 30, "metadata", "deletionGracePeriodSeconds")
                            + "s");
        }
        sheet.field(0, "Reason", Json.text(pod, "status", "reason"));
        sheet.field(0, "Message", Json.text(pod, "status", "message"));
        sheet.line(0, "IP:\t" + Json.text(pod, "status", "podIP"));
        List<@Nullable Object> ips = Json.list(pod, "status", "podIPs");
        if (ips.isEmpty()) {
            sheet.line(0, "IPs:\t<none>");
        } else {
            sheet.line(0, "IPs:");
            for (Object ip : ips) {
                sheet.line(1, "IP:\t" + Json.text(ip, "ip"));
            }
        }
        sheet.controller(pod);
        containers(
                sheet,
                0,
                "Init Containers",
                Json.list(pod, "spec", "initContainers"),
                Json.list(pod, "status", "initContainerStatuses"));
        containers(
                sheet,
                0,
                "Containers",
                Json.list(pod, "spec", "containers"),
                Json.list(pod, "status", "containerStatuses"));
        sheet.conditions(pod, false);
        volumes(sheet, 0, Json.list(pod, "spec", "volumes"));
        sheet.field(0, "QoS Class", Json.text(pod, "status", "qosClass"));
        sheet.pairs(0, "Node-Selectors", Json.map(pod, "spec", "nodeSelector"), "=");
        tolerations(sheet, Json.list(pod, "spec", "tolerations"));
    }

    private static void tolerations(Sheet sheet, List<@Nullable Object> tolerations) {
        if (tolerations.isEmpty()) {
            sheet.line(0, "Tolerations:\t<none>");
        }
        String head = "Tolerations:";
        for (Object t : tolerations) {
            String value = Json.text(t, "value");
            String effect = Json.text(t, "effect");
            String operator = Json.text(t, "operator");
            sheet.line(
                    0,
                    head + "\t" + Json.text(t, "key") + (value.isEmpty() ? "" : "=" + value)
                            + (effect.isEmpty() ? "" : ":" + effect)
                            + (operator.equals("Exists") && value.isEmpty() ? " op=Exists" : ""));
            head = "";
        }
    }

    static void template(Sheet sheet, @Nullable Object template) {
        sheet.line(0, "Pod Template:");
        sheet.pairs(1, "Labels", Json.map(template, "metadata", "labels"), "=");
        Map<String, @Nullable Object> annotations = Json.map(template, "metadata", "annotations");
        if (!annotations.isEmpty()) {
            sheet.pairs(1, "Annotations", annotations, ": ");
        }
        containers(sheet, 1, "Init Containers", Json.list(template, "spec", "initContainers"), new ArrayList<>());
        containers(sheet, 1, "Containers", Json.list(template, "spec", "containers"), new ArrayList<>());
        volumes(sheet, 1, Json.list(template, "spec", "volumes"));
        sheet.field(1, "Runtime Class Name", Json.text(template, "spec", "runtimeClassName"));
        sheet.pairs(1, "Node-Selectors", Json.map(template, "spec", "nodeSelector"), "=");
    }

    private static void containers(
            Sheet sheet, int depth, String head, List<@Nullable Object> containers, List<@Nullable Object> statuses) {
        if (containers.isEmpty()) {
            return;
        }
        sheet.line(depth, head + ":");
        for (Object container : containers) {
            String name = Json.text(container, "name");
            Object status = null;
            for (Object one : statuses) {
                if (Json.text(one, "name").equals(name)) {
                    status = one;
                }
            }
            sheet.line(depth + 1, name + ":");
            container(sheet, depth + 2, container, status);
        }
    }

    private static void container(Sheet sheet, int d, @Nullable Object c, @Nullable Object status) {
        if (status != null) {
            sheet.line(d, "Container ID:\t" + Json.text(status, "containerID"));
        }
        sheet.line(d, "Image:\t" + Json.text(c, "image"));
        if (status != null) {
            sheet.line(d, "Image ID:\t" + Json.text(status, "imageID"));
        }
        ports(sheet, d, Json.list(c, "ports"));
        words(sheet, d, "Command", Json.list(c, "command"));
        words(sheet, d, "Args", Json.list(c, "args"));
        if (status != null) {
            state(sheet, d, "State", Json.map(status, "state"), true);
            state(sheet, d, "Last State", Json.map(status, "lastState"), false);
            sheet.line(d, "Ready:\t" + (Json.truth(status, "ready") ? "True" : "False"));
            sheet.line(d, "Restart Count:\t" + Json.number(status, 0, "restartCount"));
        }
        sheet.field(d, "Restart Policy", Json.text(c, "restartPolicy"));
        amounts(sheet, d, "Limits", Json.map(c, "resources", "limits"));
        amounts(sheet, d, "Requests", Json.map(c, "resources", "requests"));
        probe(sheet, d, "Liveness", Json.at(c, "livenessProbe"));
        probe(sheet, d, "Readiness", Json.at(c, "readinessProbe"));
        probe(sheet, d, "Startup", Json.at(c, "startupProbe"));
        environment(sheet, d, c);
        List<@Nullable Object> mounts = Json.list(c, "volumeMounts");
        sheet.line(d, mounts.isEmpty() ? "Mounts:\t<none>" : "Mounts:");
        for (Object m : mounts) {
            String sub = Json.text(m, "subPath");
            sheet.line(
                    d + 1,
                    Json.text(m, "mountPath") + " from " + Json.text(m, "name") + " ("
                            + (Json.truth(m, "readOnly") ? "ro" : "rw") + (sub.isEmpty() ? "" : ",path=\"" + sub + "\"")
                            + ")");
        }
    }

    private static void ports(Sheet sheet, int d, List<@Nullable Object> ports) {
        StringBuilder own = new StringBuilder();
        StringBuilder host = new StringBuilder();
        for (Object port : ports) {
            String protocol = Json.text(port, "protocol");
            String suffix = "/" + (protocol.isEmpty() ? "TCP" : protocol);
            own.append(own.isEmpty() ? "" : ", ")
                    .append(Json.number(port, 0, "containerPort"))
                    .append(suffix);
            String name = Json.text(port, "name");
            if (!name.isEmpty()) {
                own.append(" (").append(name).append(')');
            }
            host.append(host.isEmpty() ? "" : ", ")
                    .append(Json.number(port, 0, "hostPort"))
                    .append(suffix);
            if (!name.isEmpty()) {
                host.append(" (").append(name).append(')');
            }
        }
        String plural = ports.size() > 1 ? "s" : "";
        sheet.line(d, "Port" + plural + ":\t" + (own.isEmpty() ? "<none>" : own));
        sheet.line(d, "Host Port" + plural + ":\t" + (host.isEmpty() ? "<none>" : host));
    }

    private static void words(Sheet sheet, int d, String head, List<@Nullable Object> words) {
        if (words.isEmpty()) {
            return;
        }
        sheet.line(d, head + ":");
        for (Object word : words) {
            for (String line : Command.split(String.valueOf(word), '\n')) {
                sheet.line(d + 1, Tables.oneLine(line));
            }
        }
    }

    private static void state(Sheet sheet, int d, String head, Map<String, @Nullable Object> state, boolean always) {
        Object running = state.get("running");
        Object waiting = state.get("waiting");
        Object ended = state.get("terminated");
        if (running != null) {
            sheet.line(d, head + ":\tRunning");
            sheet.field(d + 1, "Started", Time.date(Json.text(running, "startedAt")));
        } else if (ended != null) {
            sheet.line(d, head + ":\tTerminated");
            sheet.field(d + 1, "Reason", Json.text(ended, "reason"));
            sheet.field(d + 1, "Message", Json.text(ended, "message"));
            sheet.line(d + 1, "Exit Code:\t" + Json.number(ended, 0, "exitCode"));
            long signal = Json.number(ended, 0, "signal");
            sheet.field(d + 1, "Signal", signal > 0 ? String.valueOf(signal) : "");
            sheet.field(d + 1, "Started", Time.date(Json.text(ended, "startedAt")));
            sheet.field(d + 1, "Finished", Time.date(Json.text(ended, "finishedAt")));
        } else if (waiting != null || always) {
            sheet.line(d, head + ":\tWaiting");
            sheet.field(d + 1, "Reason", Json.text(waiting, "reason"));
            sheet.field(d + 1, "Message", Json.text(waiting, "message"));
        }
    }

    private static void amounts(Sheet sheet, int d, String head, Map<String, @Nullable Object> amounts) {
        if (amounts.isEmpty()) {
            return;
        }
        sheet.line(d, head + ":");
        for (Map.Entry<String, @Nullable Object> e : new TreeMap<>(amounts).entrySet()) {
            sheet.line(d + 1, e.getKey() + ":\t" + e.getValue());
        }
    }

    private static void probe(Sheet sheet, int d, String head, @Nullable Object probe) {
        if (probe == null) {
            return;
        }
        String what;
        Object http = Json.at(probe, "httpGet");
        Object tcp = Json.at(probe, "tcpSocket");
        Object exec = Json.at(probe, "exec");
        Object grpc = Json.at(probe, "grpc");
        if (exec != null) {
            what = "exec [" + Command.join(Json.list(exec, "command"), " ") + "]";
        } else if (http != null) {
            String scheme = Json.text(http, "scheme");
            what = "http-get " + (scheme.isEmpty() ? "http" : Resource.lower(scheme)) + "://" + Json.text(http, "host")
                    + ":" + Json.text(http, "port") + Json.text(http, "path");
        } else if (tcp != null) {
            what = "tcp-socket " + Json.text(tcp, "host") + ":" + Json.text(tcp, "port");
        } else {
            what = grpc != null ? "grpc <pod>:" + Json.text(grpc, "port") : "unknown";
        }
        sheet.line(
                d,
                head + ":\t" + Tables.oneLine(what) + " delay=" + Json.number(probe, 0, "initialDelaySeconds")
                        + "s timeout="
                        + Json.number(probe, 1, "timeoutSeconds") + "s period="
                        + Json.number(probe, 10, "periodSeconds") + "s #success="
                        + Json.number(probe, 1, "successThreshold") + " #failure="
                        + Json.number(probe, 3, "failureThreshold"));
    }

    private static void environment(Sheet sheet, int d, @Nullable Object c) {
        List<@Nullable Object> from = Json.list(c, "envFrom");
        if (!from.isEmpty()) {
            sheet.line(d, "Environment Variables from:");
        }
        for (Object one : from) {
            boolean map = Json.at(one, "configMapRef") != null;
            String ref = map ? "configMapRef" : "secretRef";
            String prefix = Json.text(one, "prefix");
            sheet.line(
                    d + 1,
                    Json.text(one, ref, "name") + "\t" + (map ? "ConfigMap" : "Secret")
                            + (prefix.isEmpty() ? "" : " with prefix '" + prefix + "'") + "\tOptional: "
                            + Json.truth(one, ref, "optional"));
        }
        List<@Nullable Object> own = Json.list(c, "env");
        sheet.line(d, own.isEmpty() ? "Environment:\t<none>" : "Environment:");
        for (Object e : own) {
            String name = Json.text(e, "name");
            Object source = Json.at(e, "valueFrom");
            Object field = Json.at(source, "fieldRef");
            Object resource = Json.at(source, "resourceFieldRef");
            Object secret = Json.at(source, "secretKeyRef");
            Object map = Json.at(source, "configMapKeyRef");
            String value;
            if (field != null) {
                String version = Json.text(field, "apiVersion");
                value = " (" + (version.isEmpty() ? "v1" : version) + ":" + Json.text(field, "fieldPath") + ")";
            } else if (resource != null) {
                value = " (" + Json.text(resource, "resource") + ")";
            } else if (secret != null || map != null) {
                Object ref = secret != null ? secret : map;
                value = "<set to the key '" + Json.text(ref, "key") + "' "
                        + (secret != null ? "in secret '" : "of config map '") + Json.text(ref, "name") + "'>"
                        + "  Optional: " + Json.truth(ref, "optional");
            } else {
                value = Tables.oneLine(Json.text(e, "value"));
            }
            sheet.line(d + 1, name + ":\t" + value);
        }
    }

    private static void volumes(Sheet sheet, int depth, List<@Nullable Object> volumes) {
        if (volumes.isEmpty()) {
            sheet.line(depth, "Volumes:\t<none>");
            return;
        }
        sheet.line(depth, "Volumes:");
        for (Object v : volumes) {
            sheet.line(depth + 1, Json.text(v, "name") + ":");
            volume(sheet, depth + 2, v);
        }
    }

    private static void volume(Sheet sheet, int d, @Nullable Object v) {
        if (Json.at(v, "emptyDir") != null) {
            sheet.line(d, "Type:\tEmptyDir (a temporary directory that shares a pod's lifetime)");
            sheet.line(d, "Medium:\t" + Json.text(v, "emptyDir", "medium"));
            String limit = Json.text(v, "emptyDir", "sizeLimit");
            sheet.line(d, "SizeLimit:\t" + (limit.isEmpty() ? "<unset>" : limit));
        } else if (Json.at(v, "hostPath") != null) {
            sheet.line(d, "Type:\tHostPath (bare host directory volume)");
            sheet.line(d, "Path:\t" + Json.text(v, "hostPath", "path"));
            sheet.line(d, "HostPathType:\t" + Json.text(v, "hostPath", "type"));
        } else if (Json.at(v, "configMap") != null) {
            sheet.line(d, "Type:\tConfigMap (a volume populated by a ConfigMap)");
            sheet.line(d, "Name:\t" + Json.text(v, "configMap", "name"));
            sheet.line(d, "Optional:\t" + Json.truth(v, "configMap", "optional"));
        } else if (Json.at(v, "secret") != null) {
            sheet.line(d, "Type:\tSecret (a volume populated by a Secret)");
            sheet.line(d, "SecretName:\t" + Json.text(v, "secret", "secretName"));
            sheet.line(d, "Optional:\t" + Json.truth(v, "secret", "optional"));
        } else if (Json.at(v, "projected") != null) {
            sheet.line(d, "Type:\tProjected (a volume that contains injected data from multiple sources)");
            for (Object source : Json.list(v, "projected", "sources")) {
                sheet.field(d, "ConfigMapName", Json.text(source, "configMap", "name"));
                sheet.field(d, "SecretName", Json.text(source, "secret", "name"));
                sheet.field(d, "DownwardAPI", Json.at(source, "downwardAPI") == null ? "" : "true");
            }
        } else if (Json.at(v, "downwardAPI") != null) {
            sheet.line(d, "Type:\tDownwardAPI (a volume populated by information about the pod)");
            sheet.line(d, "Items:");
            for (Object item : Json.list(v, "downwardAPI", "items")) {
                String field = Json.text(item, "fieldRef", "fieldPath");
                sheet.line(
                        d + 1,
                        (field.isEmpty() ? Json.text(item, "resourceFieldRef", "resource") : field) + " -> "
                                + Json.text(item, "path"));
            }
        } else {
            sheet.line(d, "<unknown>");
        }
    }
}
