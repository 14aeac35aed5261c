// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.agent;

import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageStore;
import io.sandjar.imagestore.StoreOptions;
import io.sandjar.node.Log;
import io.sandjar.node.cgroups.LocalCgroups;
import io.sandjar.node.network.NetworkException;
import io.sandjar.node.network.NetworkOptions;
import io.sandjar.node.network.PodNetwork;
import io.sandjar.node.network.PodNetworks;
import io.sandjar.node.pods.Node;
import io.sandjar.node.pods.PodManager;
import io.sandjar.node.pods.PodOperations;
import io.sandjar.node.runtime.LogRotation;
import io.sandjar.node.runtime.RuntimeDriver;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.ObjectStore;
import io.sandjar.node.store.StoreEvents;
import io.sandjar.node.volumes.ConfigSource;
import io.sandjar.node.volumes.LocalDiskUsage;
import io.sandjar.node.volumes.LocalVolumes;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The agent at work: everything it is made of, opened in order and closed in the opposite one. */
public final class KubeletAgent implements AutoCloseable {
    private final AgentOptions options;
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    private KubeletAgent(AgentOptions options) {
        this.options = options;
    }

    /** Starts everything; when it comes back, the socket answers. */
    public static KubeletAgent start(AgentOptions options, Path home, boolean root) throws UsageException {
        KubeletAgent a = new KubeletAgent(options);
        try {
            a.open(home, root);
            return a;
        } catch (IOException | ImageException | NetworkException e) {
            a.close();
            throw new UsageException(e instanceof IOException ? e.toString() : String.valueOf(e.getMessage()));
        } catch (UsageException | RuntimeException e) {
            a.close();
            throw e;
        }
    }

    private <T extends AutoCloseable> T opened(T t) {
        open.push(t);
        return t;
    }

    private void open(Path home, boolean root) throws UsageException, IOException, ImageException, NetworkException {
        privately(options.rootDir);
        privately(options.runDir);
        opened(lock(options.rootDir.resolve("lock")));
        String nodeName = nodeName();
        Programs programs = new Programs(home);
        Map<String, RuntimeDriver> drivers = programs.drivers(options.runtime, options.provider, options.runDir);
        ObjectStore store = opened(ObjectStore.open(options.rootDir.resolve("store")));
        store.nodeName(nodeName);
        StoreEvents events = new StoreEvents(store, "kubelet", nodeName);
        ImageStore images = opened(ImageStore.open(options.rootDir.resolve("images"), StoreOptions.DEFAULT));
        PodNetwork network = opened(PodNetworks.open(new NetworkOptions(
                options.network,
                options.subnet,
                options.bridge,
                options.rootDir.resolve("network"),
                options.runDir.resolve("network"),
                nodeName,
                options.nodeIp,
                options.clusterDns,
                options.clusterDomain)));
        LocalCgroups cgroups = new LocalCgroups(options.rootDir, options.podPidsLimit);
        Node node = new Node(
                store,
                events,
                images,
                new LocalVolumes(options.rootDir, source(store)),
                new LocalDiskUsage(options.rootDir),
                network,
                cgroups,
                drivers,
                Programs.handler(options.runtime),
                options.rootDir,
                programs.pauseRoot(options.rootDir),
                nodeName,
                !root,
                options.insecureRegistries,
                new LogRotation(options.logBytes, options.logFiles),
                NodeObjects.allocatable());
        new NodeObjects(store, nodeName, network.hostIp()).register(drivers.keySet());
        PodManager pods = opened(new PodManager(node));
        pods.start();
        new Rooms(options, store, events, new PodOperations(pods), nodeName).open(open);
        network.warnings().forEach(Log::warn);
        cgroups.warnings().forEach(Log::warn);
        Log.info("node " + nodeName + " is ready: runtime " + Programs.handler(options.runtime)
                + (options.provider == null ? "" : " through the provider " + options.provider) + ", network "
                + network.mode() + ", socket " + options.socket());
    }

    private static ConfigSource source(ObjectStore store) {
        return new ConfigSource() {
            @Override
            public io.fabric8.kubernetes.api.model.@Nullable ConfigMap configMap(String namespace, String name) {
                return store.get(Kind.CONFIG_MAP, namespace, name);
            }

            @Override
            public io.fabric8.kubernetes.api.model.@Nullable Secret secret(String namespace, String name) {
                return store.get(Kind.SECRET, namespace, name);
            }
        };
    }

    /** Makes a directory that others cannot look into, if it is not there. */
    private static void privately(Path dir) throws UsageException {
        try {
            Path parent = dir.getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            if (!Files.isDirectory(dir)) {
                Files.createDirectory(
                        dir, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
            }
        } catch (IOException e) {
            throw new UsageException("cannot make the directory " + dir + " ("
                    + e.getClass().getSimpleName() + "): choose another with --root-dir and --run-dir");
        }
    }

    /** One agent for a root directory. */
    private static AutoCloseable lock(Path file) throws UsageException, IOException {
        FileChannel c =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = c.tryLock();
        } catch (OverlappingFileLockException e) {
            // held by this very process
        }
        if (lock == null) {
            String pid = Files.readString(file).trim();
            c.close();
            throw new UsageException("an agent" + (pid.isEmpty() ? "" : " (process " + pid + ")") + " is at work in "
                    + file.getParent() + " already. Use that one, end it, or start this one with another --root-dir and"
                    + " --run-dir");
        }
        c.truncate(0);
        c.write(StandardCharsets.UTF_8.encode(ProcessHandle.current().pid() + "\n"));
        return c;
    }

    private String nodeName() {
        String given = options.nodeName;
        if (given != null && !given.isEmpty()) {
            return given;
        }
        String host = io.sandjar.host.Sys.readText("/proc/sys/kernel/hostname");
        String name = host == null ? "" : host.trim().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.-]", "-");
        return name.isEmpty() ? "localhost" : name;
    }

    Path rootDir() {
        return options.rootDir;
    }

    /** Ends the agent; pods go on. */
    @Override
    public void close() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                Log.warn("at the end", e);
            }
        }
    }
}
