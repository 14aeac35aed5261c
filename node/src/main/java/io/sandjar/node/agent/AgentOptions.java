// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.agent;

import io.sandjar.node.network.NetworkOptions;
import io.sandjar.node.runtime.RuntimeProviders;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The command line of `sandjar kubelet`: kubelet's spelling where kubelet has such an option. */
public final class AgentOptions {
    static final String HELP = """
            Runs the pods of this machine: a node agent without a cluster.

            Usage: sandjar kubelet [OPTION...]

            Pods
              --pod-manifest-path=DIR    manifests to run; files may come, change and go while the agent runs
              --runtime=runsc|runc|PATH  what runs the containers (runsc: Sandjar's own, the default)
              --runtime-provider=runsc   the same choice, made through the socket of Sandjar's own shim; unix:///PATH: of
                                         a shim that listens already
              --insecure-registry=HOST   take images from HOST without TLS or its check (may be repeated)
              --pod-pids-limit=N         most processes of a pod (default: no limit)
              --container-log-max-size=SIZE, --container-log-max-files=N   rotation of logs (10Mi, 5)

            Network
              --network=bridge|loopback  pods with addresses on a bridge (root's default), or each with a loopback only
              --subnet=10.88.0.0/24      addresses of pods (default: the first of 10.88.x.0/24 that is free)
              --bridge=sandjar0          the bridge's name
              --cluster-dns=ADDRESS      name servers of pods with dnsPolicy ClusterFirst (default: the host's)
              --cluster-domain=NAME      for names of pods with a subdomain (cluster.local)
              --node-ip=ADDRESS          the host's address (default: that of its default route)

            Agent
              --root-dir=DIR             what survives a reboot (/var/lib/sandjar; users: $XDG_DATA_HOME/sandjar)
              --run-dir=DIR              what does not, and the socket kubelet.sock (/run/sandjar; users:
                                         $XDG_RUNTIME_DIR/sandjar)
              --hostname-override=NAME   the node's name (default: the host's)
              --detach                   come back when the agent is ready; it goes on in the background
              --debug                    say more

            Pods go on when the agent ends; the next one takes them over. `sandjar delete pod --all` ends them.
            Examples:
              sandjar kubelet --pod-manifest-path=examples/
              sandjar kubelet --detach && sandjar apply -f pod.yaml && sandjar get pods -w
            """;

    String runtime = "runsc";

    /** Null: containers are run by the program {@link #runtime} itself. */
    @Nullable
    String provider;

    @Nullable
    Path manifests;

    final Set<String> insecureRegistries = new LinkedHashSet<>();
    long podPidsLimit = -1;
    long logBytes = 10L << 20;
    int logFiles = 5;
    NetworkOptions.@Nullable Mode network;

    @Nullable
    String subnet;

    String bridge = "sandjar0";
    final List<String> clusterDns = new ArrayList<>();
    String clusterDomain = "cluster.local";

    @Nullable
    String nodeIp;

    Path rootDir;
    Path runDir;

    @Nullable
    String nodeName;

    boolean detach;
    boolean debug;
    boolean help;

    private AgentOptions(Path rootDir, Path runDir) {
        this.rootDir = rootDir;
        this.runDir = runDir;
    }

    /** Reads the words behind `kubelet`. */
    public static AgentOptions parse(List<String> words, Map<String, String> env, boolean root) throws UsageException {
        AgentOptions o = root
                ? new AgentOptions(Path.of("/var/lib/sandjar"), Path.of("/run/sandjar"))
                : new AgentOptions(userData(env), userRun(env));
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (!word.startsWith("--")) {
                if (word.equals("-h")) {
                    o.help = true;
                    continue;
                }
                throw new UsageException("unexpected word \"" + word + "\"; see sandjar kubelet --help");
            }
            int eq = word.indexOf('=');
            String name = word.substring(2, eq < 0 ? word.length() : eq);
            String value = eq < 0 ? null : word.substring(eq + 1);
            if (flag(o, name, value)) {
                continue;
            }
            if (!Elsewhere.OPTIONS.contains(name)) {
                throw new UsageException(Elsewhere.unknown(name));
            }
            if (value == null) {
                if (i + 1 >= words.size()) {
                    throw new UsageException("--" + name + " needs a value; see sandjar kubelet --help");
                }
                value = words.get(++i);
            }
            set(o, name, value);
        }
        if (o.provider != null && !o.runtime.equals(RuntimeProviders.OWN)) {
            throw new UsageException("--runtime=" + o.runtime + " and --runtime-provider=" + o.provider
                    + " contradict each other: a provider runs runsc. Leave one of them away");
        }
        return o;
    }

    private static Path userData(Map<String, String> env) {
        String data = env.get("XDG_DATA_HOME");
        String home = env.getOrDefault("HOME", "/tmp");
        return data == null || data.isEmpty() ? Path.of(home, ".local/share/sandjar") : Path.of(data, "sandjar");
    }

    private static Path userRun(Map<String, String> env) {
        String run = env.get("XDG_RUNTIME_DIR");
        // the same place where the commands look for the socket
        return run == null || run.isEmpty()
                ? Path.of("/tmp/sandjar-" + io.sandjar.host.Sys.call(io.sandjar.abi.Nr.geteuid, 0))
                : Path.of(run, "sandjar");
    }

    private static boolean flag(AgentOptions o, String name, @Nullable String value) throws UsageException {
        boolean on = value == null || value.equals("true");
        if (value != null && !on && !value.equals("false")) {
            return false;
        }
        switch (name) {
            case "detach" -> o.detach = on;
            case "debug" -> o.debug = on;
            case "help" -> o.help = on;
            default -> {
                return false;
            }
        }
        return true;
    }

    private static void set(AgentOptions o, String name, String value) throws UsageException {
        switch (name) {
            case "runtime" -> o.runtime = value;
            case "runtime-provider" -> o.provider = provider(value);
            case "pod-manifest-path", "config-dir" ->
                o.manifests = Path.of(value).toAbsolutePath().normalize();
            case "insecure-registry" -> o.insecureRegistries.addAll(List.of(value.split(",", -1)));
            case "pod-pids-limit", "pod-max-pids" -> o.podPidsLimit = number(name, value);
            case "container-log-max-size" -> o.logBytes = size(name, value);
            case "container-log-max-files" -> o.logFiles = Math.clamp(number(name, value), 2, 100);
            case "network" -> o.network = mode(value);
            case "subnet", "pod-cidr" -> o.subnet = value;
            case "bridge" -> {
                if (value.isEmpty() || value.length() > 15 || value.indexOf('/') >= 0 || value.indexOf(' ') >= 0) {
                    throw new UsageException("--bridge=" + value + ": an interface's name has 1 to 15 characters");
                }
                o.bridge = value;
            }
            case "cluster-dns" -> o.clusterDns.addAll(List.of(value.split(",", -1)));
            case "cluster-domain" -> o.clusterDomain = value;
            case "node-ip" -> o.nodeIp = value;
            case "root-dir" -> o.rootDir = Path.of(value).toAbsolutePath().normalize();
            case "run-dir" -> o.runDir = Path.of(value).toAbsolutePath().normalize();
            case "hostname-override", "node-name" -> o.nodeName = value.toLowerCase(Locale.ROOT);
            default -> throw new UsageException(Elsewhere.unknown(name));
        }
    }

    private static String provider(String value) throws UsageException {
        if (value.equals(RuntimeProviders.OWN) || value.startsWith("unix:///")) {
            return value;
        }
        String path = value.startsWith("/") ? "; did you mean unix://" + value + "?" : "";
        throw new UsageException("--runtime-provider=" + value + ": runsc (the agent starts Sandjar's own shim) or"
                + " unix:///PATH (the socket of a shim that listens already)" + path
                + ". A program is chosen with --runtime");
    }

    private static NetworkOptions.Mode mode(String value) throws UsageException {
        return switch (value) {
            case "bridge" -> NetworkOptions.Mode.BRIDGE;
            case "loopback", "none" -> NetworkOptions.Mode.LOOPBACK;
            default -> throw new UsageException("--network=" + value + ": bridge or loopback");
        };
    }

    private static long number(String name, String value) throws UsageException {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new UsageException("--" + name + "=" + value + " is not a number");
        }
    }

    private static long size(String name, String value) throws UsageException {
        try {
            return io.fabric8.kubernetes.api.model.Quantity.getAmountInBytes(
                            io.fabric8.kubernetes.api.model.Quantity.parse(value))
                    .longValueExact();
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new UsageException("--" + name + "=" + value + " is not a size such as 10Mi");
        }
    }

    Path socket() {
        return runDir.resolve("kubelet.sock");
    }
}
