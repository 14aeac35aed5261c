// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.Pod;
import io.sandjar.imagestore.Image;
import io.sandjar.imagestore.ImageConfig;
import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.ImageStore;
import io.sandjar.imagestore.PullOptions;
import io.sandjar.imagestore.Root;
import io.sandjar.imagestore.RootMode;
import io.sandjar.node.EventRecorder;
import io.sandjar.node.cgroups.GroupUsage;
import io.sandjar.node.cgroups.PodCgroups;
import io.sandjar.node.network.NetworkException;
import io.sandjar.node.network.PodAddress;
import io.sandjar.node.network.PodNetwork;
import io.sandjar.node.runtime.LogRotation;
import io.sandjar.node.store.DeleteOptions;
import io.sandjar.node.store.Kind;
import io.sandjar.node.store.ObjectStore;
import io.sandjar.node.volumes.DiskUsage;
import io.sandjar.node.volumes.MountedVolumes;
import io.sandjar.node.volumes.VolumeException;
import io.sandjar.node.volumes.VolumeMount;
import io.sandjar.node.volumes.Volumes;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A node in simulated time, with one pod whose worker is driven by the test. */
final class SimNode {
    /** The agent was killed here. */
    static final class Died extends Error {
        private static final long serialVersionUID = 1;
    }

    final SimTiming timing = new SimTiming();
    final FakeDriver driver = new FakeDriver(timing);
    final ObjectStore store = ObjectStore.inMemory();
    final List<String> events = new ArrayList<>();
    final Map<String, ImageException> badImages = new HashMap<>();
    final Set<String> present = new HashSet<>(Set.of("here:1"));
    final List<Long> pulls = new ArrayList<>();
    final Map<String, String> prepared = new TreeMap<>();
    final Set<String> badNames = new HashSet<>();
    final Set<String> networks = new HashSet<>();
    final Set<String> mounted = new HashSet<>();

    @Nullable
    VolumeException volumeTrouble;

    final Map<String, Integer> statuses = new HashMap<>();
    int dieAfter = -1;
    int calls;
    final Node node;
    private final Path root;

    @Nullable
    Work work;

    @Nullable
    PodMachine machine;

    SimNode(Path root) {
        this.root = root;
        driver.fault = this::call;
        driver.changed = () -> {
            Work w = work;
            if (w != null) {
                w.wake.ring();
            }
        };
        this.node = new Node(
                store,
                recorder(),
                images(),
                volumes(),
                disk(),
                network(),
                cgroups(),
                Map.of("runsc", driver),
                "runsc",
                root,
                root.resolve("pause"),
                "here",
                false,
                Set.of(),
                LogRotation.DEFAULT,
                new io.sandjar.node.model.Admission.Capacity(4000, 8L << 30, 110));
    }

    private void call() {
        if (++calls == dieAfter) {
            dieAfter = -1;
            throw new Died();
        }
    }

    private EventRecorder recorder() {
        return (about, path, type, reason, message) -> events.add(type + " " + reason + ": " + message);
    }

    long countEvents(String beginning) {
        return events.stream().filter(e -> e.startsWith(beginning)).count();
    }

    private ImageStore images() {
        return new ImageStore() {
            @Override
            public Image pull(String reference, PullOptions options) throws ImageException {
                pulls.add(driver.seconds());
                ImageException e = badImages.get(reference);
                if (e != null) {
                    throw e;
                }
                present.add(reference);
                return image(reference);
            }

            private Image image(String reference) {
                return new Image(
                        "sha256:" + reference.hashCode(),
                        List.of(reference),
                        List.of(),
                        42,
                        0,
                        new ImageConfig(
                                List.of("A=image"),
                                List.of("/bin/demo"),
                                List.of(),
                                "",
                                "/",
                                List.of(),
                                List.of(),
                                "",
                                Map.of()));
            }

            @Override
            public Optional<Image> find(String reference) throws ImageException {
                if (badNames.contains(reference)) {
                    throw new ImageException(ImageException.Kind.INVALID_REFERENCE, "no name", "");
                }
                return present.contains(reference) ? Optional.of(image(reference)) : Optional.empty();
            }

            @Override
            public List<Image> list() {
                return List.of();
            }

            @Override
            public List<String> remove(String reference) {
                return List.of();
            }

            @Override
            public long collect() {
                return 0;
            }

            @Override
            public Root prepare(Image image, String containerId, RootMode mode, long quotaBytes) {
                call();
                prepared.put(containerId, image.id());
                call();
                return new Root(root, null);
            }

            @Override
            public void release(String containerId) {
                call();
                prepared.remove(containerId);
            }

            @Override
            public Map<String, String> prepared() {
                return Map.copyOf(prepared);
            }

            @Override
            public long writtenBytes(String containerId) {
                return 0;
            }

            @Override
            public void close() {}
        };
    }

    private Volumes volumes() {
        return new Volumes() {
            @Override
            public MountedVolumes mount(Pod pod) throws VolumeException {
                call();
                VolumeException e = volumeTrouble;
                if (e != null) {
                    throw e;
                }
                mounted.add(pod.getMetadata().getUid());
                return new MountedVolumes() {
                    @Override
                    public List<VolumeMount> forContainer(Container container, Map<String, String> env) {
                        return List.of();
                    }

                    @Override
                    public void release(String containerName) {}
                };
            }

            @Override
            public void refresh(Pod pod) {}

            @Override
            public void unmount(String podUid) {
                call();
                mounted.remove(podUid);
            }

            @Override
            public void adopt(Set<String> livingPodUids) {}
        };
    }

    private static DiskUsage disk() {
        return new DiskUsage() {
            @Override
            public boolean hasLimits(Pod pod) {
                return false;
            }

            @Override
            public @Nullable String exceeded(Pod pod, Map<String, ContainerDisk> containers) {
                return null;
            }
        };
    }

    private PodNetwork network() {
        return new PodNetwork() {
            @Override
            public PodAddress setUp(Pod pod) throws NetworkException {
                call();
                networks.add(pod.getMetadata().getUid());
                return new PodAddress(
                        false,
                        Path.of("/run/netns/x"),
                        List.of("10.88.0.7"),
                        "192.0.2.1",
                        pod.getMetadata().getName(),
                        root.resolve("hosts"),
                        root.resolve("resolv.conf"),
                        List.of());
            }

            @Override
            public void tearDown(String podUid) {
                call();
                networks.remove(podUid);
            }

            @Override
            public void adopt(Collection<Pod> living) {}

            @Override
            public List<String> warnings() {
                return List.of();
            }

            @Override
            public String mode() {
                return "bridge";
            }

            @Override
            public String hostIp() {
                return "192.0.2.1";
            }

            @Override
            public void close() {}
        };
    }

    private static PodCgroups cgroups() {
        return new PodCgroups() {
            @Override
            public void setUp(Pod pod) {}

            @Override
            public String pathOf(Pod pod, String containerId) {
                return "/sandjar/pod" + pod.getMetadata().getUid() + "/" + containerId;
            }

            @Override
            public void remove(String podUid) {}

            @Override
            public void adopt(Set<String> livingPodUids) {}

            @Override
            public @Nullable GroupUsage usage(String podUid) {
                return null;
            }

            @Override
            public @Nullable GroupUsage usage(String podUid, String containerId) {
                return null;
            }

            @Override
            public List<String> warnings() {
                return List.of();
            }
        };
    }

    private final HttpCheck http = new HttpCheck() {
        @Override
        public Actions.Result get(
                HttpCheck.@Nullable Inside inside, String host, int port, HTTPGetAction action, Duration limit) {
            int status = statuses.getOrDefault(host + ":" + port + action.getPath(), 200);
            return NetworkCheck.judge("HTTP/1.1 " + status + " x");
        }

        @Override
        public Actions.Result connect(HttpCheck.@Nullable Inside inside, String host, int port, Duration limit) {
            return new Actions.Result(statuses.getOrDefault(host + ":" + port, 1) > 0, "dial tcp");
        }
    };

    /** Gives the pod to the node. */
    void create(Pod pod) {
        Pod stored = store.create(Kind.POD, pod);
        PodRecord record = new PodRecord();
        record.uid = stored.getMetadata().getUid();
        record.namespace = stored.getMetadata().getNamespace();
        record.name = stored.getMetadata().getName();
        begin(stored, record);
    }

    private void begin(Pod pod, PodRecord record) {
        Work w = new Work(node, timing, pod, record);
        work = w;
        machine = new PodMachine(w, http);
    }

    /** A new agent, which knows what is on the disk and in the store. */
    void restartAgent() {
        Work old = work();
        Pod now = store.get(Kind.POD, old.record.namespace, old.record.name);
        PodRecord record = old.checkpoints.load(old.uid());
        if (record == null) {
            record = new PodRecord();
            record.uid = old.uid();
            record.namespace = old.record.namespace;
            record.name = old.record.name;
        }
        begin(now == null ? old.pod() : now, record);
        if (now == null) {
            work().gone();
        }
    }

    Work work() {
        Work w = work;
        if (w == null) {
            throw new IllegalStateException("no pod");
        }
        return w;
    }

    private PodMachine machine() {
        PodMachine m = machine;
        if (m == null) {
            throw new IllegalStateException("no pod");
        }
        return m;
    }

    boolean removed() {
        return machine().removed();
    }

    /** Lets time go by. */
    void runFor(double seconds) throws InterruptedException {
        Instant end = timing.now().plusMillis((long) (seconds * 1000));
        for (int i = 0; i < 3000; i++) {
            Pod now = store.get(Kind.POD, work().record.namespace, work().record.name);
            if (now != null) {
                work().refresh(now);
            }
            Instant next = machine().step();
            if (removed()) {
                return;
            }
            Instant until = next.isBefore(end) ? next : end;
            boolean due = !next.isAfter(timing.now());
            if (!timing.rung(work().wake, until) && !timing.now().isBefore(end) && !due) {
                return;
            }
        }
        throw new IllegalStateException("no end of steps");
    }

    void delete(long grace) {
        store.delete(Kind.POD, work().record.namespace, work().record.name, DeleteOptions.grace(grace));
        if (grace == 0) {
            work().gone();
        }
    }

    Pod pod() {
        return store.require(Kind.POD, work().record.namespace, work().record.name);
    }

    String phase() {
        return pod().getStatus().getPhase();
    }

    ContainerStatus status(String container) {
        List<ContainerStatus> all = new ArrayList<>(pod().getStatus().getContainerStatuses());
        all.addAll(pod().getStatus().getInitContainerStatuses());
        return all.stream()
                .filter(s -> s.getName().equals(container))
                .findFirst()
                .orElseThrow();
    }

    boolean condition(String type) {
        return pod().getStatus().getConditions().stream()
                .anyMatch(c -> c.getType().equals(type) && c.getStatus().equals("True"));
    }

    /** What of containers, roots, networks and mounts is still there. */
    String leftovers() {
        List<String> all = new ArrayList<>();
        driver.boxes.values().forEach(b -> all.add("container " + b.name));
        prepared.keySet().forEach(id -> all.add("root " + id));
        networks.forEach(id -> all.add("network " + id));
        mounted.forEach(id -> all.add("volumes " + id));
        return String.join(", ", all);
    }
}
