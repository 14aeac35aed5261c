// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ExecAction;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LifecycleHandler;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.TCPSocketAction;
import io.sandjar.node.network.PodAddress;
import io.sandjar.node.runtime.ExecResult;
import io.sandjar.node.runtime.RuntimeFailure;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What probes and hooks do: a command in the container, a request, a connection. All of it beside the worker. */
final class Actions {
    /** The outcome of a probe. */
    record Result(boolean success, String message) {}

    private final Work work;
    private final HttpCheck http;
    private final Set<String> hooks = ConcurrentHashMap.newKeySet();

    Actions(Work work, HttpCheck http) {
        this.work = work;
        this.http = http;
    }

    /** Whether a hook of the container is under way in this agent. */
    boolean running(String containerId) {
        return hooks.contains(containerId);
    }

    /** Runs a hook; the worker hears the empty string, or what went wrong. */
    void hook(Container c, ContainerRecord r, LifecycleHandler hook, Duration limit, Consumer<String> done) {
        String id = r.id;
        hooks.add(id);
        work.fork("hook of " + c.getName(), () -> {
            String failure = run(c, id, hook, limit);
            work.post(() -> {
                hooks.remove(id);
                done.accept(failure);
            });
        });
    }

    private String run(Container c, String id, LifecycleHandler hook, Duration limit) {
        try {
            if (hook.getExec() != null) {
                ExecResult result = work.driver().exec(id, hook.getExec().getCommand(), limit);
                return result.timedOut()
                        ? "command did not end within the grace period"
                        : result.code() == 0
                                ? ""
                                : "command exited with " + result.code() + ": "
                                        + result.output().strip();
            }
            if (hook.getSleep() != null) {
                long seconds = hook.getSleep().getSeconds() == null
                        ? 0
                        : hook.getSleep().getSeconds();
                work.timing.await(new Wake(), work.now().plus(min(Duration.ofSeconds(seconds), limit)));
                return "";
            }
            if (hook.getHttpGet() != null) {
                Result result = get(c, hook.getHttpGet(), min(limit, Duration.ofSeconds(30)));
                return result.success() ? "" : result.message();
            }
            if (hook.getTcpSocket() != null) {
                return "tcpSocket is not supported in lifecycle hooks: use exec, httpGet or sleep";
            }
            return "the hook says nothing to do: give exec, httpGet or sleep";
        } catch (RuntimeFailure e) {
            return String.valueOf(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    /** Runs a probe. */
    Result probe(Container c, String id, Probe probe, Duration limit) throws InterruptedException {
        ExecAction exec = probe.getExec();
        if (exec != null) {
            try {
                ExecResult result = work.driver().exec(id, exec.getCommand(), limit);
                if (result.timedOut()) {
                    return new Result(
                            false,
                            "command timed out: \"" + String.join(" ", exec.getCommand()) + "\" timed out after "
                                    + limit.toSeconds() + "s");
                }
                return new Result(result.code() == 0, result.output().strip());
            } catch (RuntimeFailure e) {
                return new Result(false, String.valueOf(e.getMessage()));
            }
        }
        if (probe.getHttpGet() != null) {
            return get(c, probe.getHttpGet(), limit);
        }
        TCPSocketAction tcp = probe.getTcpSocket();
        if (tcp != null) {
            int port = port(c, tcp.getPort());
            if (port <= 0) {
                return noPort(tcp.getPort());
            }
            return http.connect(network(), host(tcp.getHost()), port, limit);
        }
        if (probe.getGrpc() != null) {
            return new Result(false, "gRPC probes are not supported on this node: use httpGet, tcpSocket or exec");
        }
        return new Result(false, "the probe says nothing to do: give exec, httpGet or tcpSocket");
    }

    private Result get(Container c, HTTPGetAction get, Duration limit) throws InterruptedException {
        int port = port(c, get.getPort());
        return port <= 0 ? noPort(get.getPort()) : http.get(network(), host(get.getHost()), port, get, limit);
    }

    private static Result noPort(@Nullable IntOrString port) {
        return new Result(false, "couldn't find port: " + (port == null ? "none is given" : port.getValue()));
    }

    private HttpCheck.@Nullable Inside network() {
        PodAddress a = work.address;
        boolean reachable = a != null
                && (!a.ips().isEmpty()
                        || Boolean.TRUE.equals(work.pod().getSpec().getHostNetwork()));
        return reachable ? null : new HttpCheck.Inside(work.driver(), work.record.sandboxId);
    }

    /** The pod's address, as seen from where the check is made. */
    private String host(@Nullable String asked) {
        if (asked != null && !asked.isEmpty()) {
            return asked;
        }
        PodAddress a = work.address;
        if (a == null
                || Boolean.TRUE.equals(work.pod().getSpec().getHostNetwork())
                || a.ips().isEmpty()) {
            return "127.0.0.1";
        }
        return a.ip();
    }

    private static int port(Container c, @Nullable IntOrString port) {
        if (port == null) {
            return 0;
        }
        if (port.getIntVal() != null) {
            return port.getIntVal();
        }
        for (ContainerPort p : c.getPorts()) {
            if (p.getName() != null && p.getName().equals(port.getStrVal())) {
                return p.getContainerPort();
            }
        }
        try {
            return Integer.parseInt(String.valueOf(port.getStrVal()));
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
