// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.cgroups;

import io.fabric8.kubernetes.api.model.Pod;
import io.sandjar.abi.Nr;
import io.sandjar.host.Processes;
import io.sandjar.host.Sys;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Control groups of this machine's pods: /sandjar, /sandjar/burstable and /sandjar/besteffort with a group pod&lt;uid&gt; for
 * each pod, as kubelet has them below /kubepods.
 */
public final class LocalCgroups implements PodCgroups {
    private static final String PARENT = "/sandjar";
    private static final long PERIOD_MICROS = 100_000;
    private static final long MIN_QUOTA_MICROS = 1000;
    private static final int REMOVE_ATTEMPTS = 60;
    private static final long REMOVE_PAUSE_MILLIS = 50;
    private static final int SIGKILL = 9;
    private static final long NO_LIMIT_V1 = 1L << 60;

    private final Hierarchies hierarchies;
    private final Path markers;
    private final long podPidsLimit;
    private final List<String> warnings = new ArrayList<>();
    private final boolean usable;

    /**
     * Looks for what is there.
     *
     * @param rootDir of the agent: it remembers there which pods have groups
     * @param podPidsLimit how many processes a pod may have; -1: as many as it likes
     */
    public LocalCgroups(Path rootDir, long podPidsLimit) {
        this(Hierarchies.find(Path.of("/")), rootDir.resolve("cgroups"), podPidsLimit, Sys.call(Nr.geteuid, 0) == 0);
    }

    LocalCgroups(Hierarchies hierarchies, Path markers, long podPidsLimit, boolean root) {
        this.hierarchies = hierarchies;
        this.markers = markers;
        this.podPidsLimit = podPidsLimit;
        this.usable = probe(root);
        tidy();
    }

    private boolean probe(boolean root) {
        if (!root) {
            warnings.add(
                    "limits of CPU, memory and processes are not enforced and figures are missing: control groups need root");
            return false;
        }
        Hierarchies.Tree memory = hierarchies.with("memory");
        if (memory == null && hierarchies.with("cpu") == null) {
            warnings.add(
                    "limits are not enforced: this host has no control groups mounted (usually at /sys/fs/cgroup)");
            return false;
        }
        for (String c : List.of("memory", "cpu", "pids")) {
            Hierarchies.Tree t = hierarchies.with(c);
            if (t == null) {
                warnings.add("limits of " + c + " are not enforced: the host has no such controller");
                continue;
            }
            try {
                makeParents(t);
            } catch (IOException e) {
                warnings.add("limits are not enforced: control groups cannot be made (" + e + ")");
                return false;
            }
            if (t.v2() && !has(t.mount().resolve(PARENT.substring(1)), c)) {
                warnings.add("limits of " + c + " are not enforced: the controller is not enabled for " + t.mount()
                        + PARENT);
            }
        }
        return true;
    }

    private static boolean has(Path group, String controller) {
        String t = Hierarchies.read(group.resolve("cgroup.controllers"));
        return t != null && List.of(t.trim().split(" ", -1)).contains(controller);
    }

    private static void makeParents(Hierarchies.Tree t) throws IOException {
        enable(t, t.mount());
        for (String p : List.of("", "/burstable", "/besteffort")) {
            Path dir = at(t, PARENT + p);
            Files.createDirectories(dir);
            enable(t, dir);
        }
    }

    /** Hands the controllers on to the groups below, each by itself because one may be missing. */
    private static void enable(Hierarchies.Tree t, Path dir) {
        if (!t.v2()) {
            return;
        }
        for (String c : List.of("cpu", "memory", "pids", "cpuset", "io")) {
            if (has(dir, c)) {
                try {
                    Hierarchies.write(dir.resolve("cgroup.subtree_control"), "+" + c);
                } catch (IOException e) {
                    // said by probe, by its effect
                }
            }
        }
    }

    private static Path at(Hierarchies.Tree t, String path) {
        return t.mount().resolve(path.substring(1));
    }

    private static String group(Totals.Qos qos, String uid) {
        return PARENT + qos.directory + "/pod" + uid;
    }

    private static String checked(String uid) throws CgroupException {
        if (uid.isEmpty() || uid.startsWith(".") || uid.indexOf('/') >= 0) {
            throw new CgroupException("\"" + uid + "\" is not a pod's uid");
        }
        return uid;
    }

    @Override
    public void setUp(Pod pod) throws CgroupException {
        if (!usable) {
            return;
        }
        String uid = checked(pod.getMetadata().getUid());
        Totals totals = Totals.of(pod);
        String group = group(totals.qos(), uid);
        try {
            make(uid, group);
        } catch (IOException e) {
            throw new CgroupException("the pod's control group " + group + " cannot be made: " + e);
        }
        limit(totals, group);
        shares();
    }

    private synchronized void make(String uid, String group) throws IOException {
        Files.createDirectories(markers);
        Files.writeString(markers.resolve(uid), group + "\n");
        Set<Path> made = new HashSet<>();
        for (String c : List.of("memory", "cpu", "cpuacct", "pids")) {
            Hierarchies.Tree t = hierarchies.with(c);
            if (t == null) {
                continue;
            }
            Path dir = at(t, group);
            if (made.add(dir)) {
                makeParents(t);
                Files.createDirectories(dir);
                enable(t, dir);
            }
        }
    }

    /** Removes the groups above those of pods when there are no pods. */
    private synchronized void tidy() {
        String[] pods = usable && Files.isDirectory(markers) ? markers.toFile().list() : null;
        if (!usable || pods != null && pods.length > 0) {
            return;
        }
        for (Hierarchies.Tree t : hierarchies.all()) {
            for (String p : List.of("/burstable", "/besteffort", "")) {
                try {
                    Files.deleteIfExists(at(t, PARENT + p));
                } catch (IOException e) {
                    // somebody's groups are in there
                }
            }
        }
    }

    private void limit(Totals totals, String group) throws CgroupException {
        if (hierarchies.pureV2()) {
            long quota = quota(totals);
            set("memory", group, "memory.max", totals.memoryBytes() < 0 ? "max" : "" + totals.memoryBytes());
            set("cpu", group, "cpu.max", (quota < 0 ? "max" : "" + quota) + " " + PERIOD_MICROS);
            set("cpu", group, "cpu.weight", "" + weight(shareOf(totals.cpuRequestMilli())));
            set("pids", group, "pids.max", podPidsLimit < 0 ? "max" : "" + podPidsLimit);
            return;
        }
        set("memory", group, "memory.limit_in_bytes", "" + totals.memoryBytes());
        set("cpu", group, "cpu.cfs_period_us", "" + PERIOD_MICROS);
        set("cpu", group, "cpu.cfs_quota_us", "" + quota(totals));
        set("cpu", group, "cpu.shares", "" + shareOf(totals.cpuRequestMilli()));
        set("pids", group, "pids.max", podPidsLimit < 0 ? "max" : "" + podPidsLimit);
    }

    private static long quota(Totals totals) {
        return totals.cpuMilli() < 0 ? -1 : Math.max(totals.cpuMilli() * PERIOD_MICROS / 1000, MIN_QUOTA_MICROS);
    }

    static long shareOf(long milli) {
        return Math.clamp(milli * 1024 / 1000, 2, 262_144);
    }

    /** The weight of version 2 for shares of version 1, as all runtimes reckon it. */
    static long weight(long shares) {
        return 1 + (shares - 2) * 9999 / 262_142;
    }

    private void set(String controller, String group, String file, String value) throws CgroupException {
        Hierarchies.Tree t = hierarchies.with(controller);
        if (t == null || t.v2() && !has(at(t, group), controller)) {
            return; // said once, at the start
        }
        Path f = at(t, group).resolve(file);
        try {
            String now = Hierarchies.read(f);
            if (now == null || !now.trim().equals(value)) {
                Hierarchies.write(f, value);
            }
        } catch (IOException e) {
            throw new CgroupException(
                    "the limit " + file + " = " + value + " of the pod cannot be set: " + e.getMessage());
        }
    }

    /** Pods without requests get what others leave; burstable ones together as much as they asked for. */
    private synchronized void shares() {
        Hierarchies.Tree t = hierarchies.with("cpu");
        if (t == null) {
            return;
        }
        String file = t.v2() ? "cpu.weight" : "cpu.shares";
        long sum = 0;
        try (DirectoryStream<Path> pods = Files.newDirectoryStream(at(t, PARENT + "/burstable"), "pod*")) {
            for (Path p : pods) {
                sum += Math.max(Hierarchies.number(p.resolve(file)), 0);
            }
            set(
                    "cpu",
                    PARENT + "/burstable",
                    file,
                    "" + (t.v2() ? Math.clamp(sum, 1, 10000) : Math.clamp(sum, 2, 262_144)));
            set("cpu", PARENT + "/besteffort", file, t.v2() ? "1" : "2");
        } catch (IOException | CgroupException e) {
            // shares only decide who waits when the machine is busy
        }
    }

    @Override
    public @Nullable String pathOf(Pod pod, String containerId) {
        return usable ? group(Totals.qos(pod), pod.getMetadata().getUid()) + "/" + containerId : null;
    }

    /** All places where the pod's group may be. */
    private List<Path> places(String uid) {
        List<Path> out = new ArrayList<>();
        for (Hierarchies.Tree t : hierarchies.all()) {
            for (Totals.Qos q : Totals.Qos.values()) {
                Path p = at(t, group(q, uid));
                if (Files.isDirectory(p)) {
                    out.add(p);
                }
            }
        }
        return out;
    }

    @Override
    public void remove(String podUid) throws CgroupException {
        String uid = checked(podUid);
        if (!usable) {
            return;
        }
        for (int i = 0; ; i++) {
            List<Path> left = places(uid);
            if (left.isEmpty()) {
                break;
            }
            IOException trouble = null;
            for (Path p : left) {
                try {
                    clear(p);
                } catch (IOException e) {
                    trouble = e;
                }
            }
            if (trouble != null && i == REMOVE_ATTEMPTS) {
                throw new CgroupException("the pod's control group cannot be removed: " + trouble.getMessage());
            }
            if (trouble != null) {
                pause();
            }
        }
        try {
            Files.deleteIfExists(markers.resolve(uid));
        } catch (IOException e) {
            throw new CgroupException("cannot remove " + markers.resolve(uid) + ": " + e);
        }
        tidy();
        shares();
    }

    private static void pause() {
        try {
            Thread.sleep(REMOVE_PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Kills what is in a group and below, and removes the directories that are empty by then. */
    private static void clear(Path group) throws IOException {
        List<Path> below = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(group, Files::isDirectory)) {
            all.forEach(below::add);
        } catch (java.nio.file.NoSuchFileException e) {
            return;
        }
        IOException trouble = null;
        for (Path p : below) {
            try {
                clear(p);
            } catch (IOException e) {
                trouble = e;
            }
        }
        kill(group);
        if (trouble != null) {
            throw trouble;
        }
        Files.deleteIfExists(group);
    }

    private static void kill(Path group) {
        Path freezer = group.resolve("freezer.state");
        if (Files.exists(freezer)) {
            try {
                Hierarchies.write(freezer, "THAWED"); // frozen processes do not die
            } catch (IOException e) {
                // the next attempt finds out
            }
        }
        String procs = Hierarchies.read(group.resolve("cgroup.procs"));
        for (String pid : procs == null ? new String[0] : procs.split("\n", -1)) {
            if (!pid.isEmpty() && !pid.equals("0")) {
                Processes.kill(Integer.parseInt(pid), SIGKILL);
            }
        }
    }

    @Override
    public void adopt(Set<String> livingPodUids) {
        if (!usable || !Files.isDirectory(markers)) {
            return;
        }
        List<String> gone = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(markers)) {
            all.forEach(p -> gone.add(p.getFileName().toString()));
        } catch (IOException e) {
            warnings.add("groups of pods that are gone stay: " + e);
        }
        gone.removeAll(livingPodUids);
        for (String uid : gone) {
            try {
                remove(uid);
            } catch (CgroupException e) {
                warnings.add(String.valueOf(e.getMessage()));
            }
        }
    }

    @Override
    public @Nullable GroupUsage usage(String podUid) {
        return usage(podUid, "");
    }

    @Override
    public @Nullable GroupUsage usage(String podUid, String containerId) {
        if (!usable) {
            return null;
        }
        Path memory = find("memory", podUid, containerId);
        Path cpu = find("cpu", podUid, containerId);
        Path account = find("cpuacct", podUid, containerId);
        Path pids = find("pids", podUid, containerId);
        if (memory == null && cpu == null) {
            return null;
        }
        return hierarchies.pureV2() ? v2(memory != null ? memory : cpu) : v1(memory, cpu, account, pids);
    }

    private static GroupUsage v2(@Nullable Path g) {
        if (g == null) {
            throw new IllegalStateException("no group");
        }
        long used = Hierarchies.number(g.resolve("memory.current"));
        long cpu = Hierarchies.number(g.resolve("cpu.stat"), "usage_usec");
        long throttled = Hierarchies.number(g.resolve("cpu.stat"), "throttled_usec");
        return new GroupUsage(
                System.nanoTime(),
                cpu < 0 ? -1 : cpu * 1000,
                throttled < 0 ? -1 : throttled * 1000,
                used,
                workingSet(used, Hierarchies.number(g.resolve("memory.stat"), "inactive_file")),
                Hierarchies.number(g.resolve("memory.max")),
                Hierarchies.number(g.resolve("pids.current")),
                Hierarchies.number(g.resolve("memory.events"), "oom_kill"));
    }

    private static GroupUsage v1(
            @Nullable Path memory, @Nullable Path cpu, @Nullable Path account, @Nullable Path pids) {
        long used = memory == null ? -1 : Hierarchies.number(memory.resolve("memory.usage_in_bytes"));
        long cache = memory == null ? -1 : Hierarchies.number(memory.resolve("memory.stat"), "total_inactive_file");
        long limit = memory == null ? -1 : Hierarchies.number(memory.resolve("memory.limit_in_bytes"));
        return new GroupUsage(
                System.nanoTime(),
                account == null ? -1 : Hierarchies.number(account.resolve("cpuacct.usage")),
                cpu == null ? -1 : Hierarchies.number(cpu.resolve("cpu.stat"), "throttled_time"),
                used,
                workingSet(used, cache),
                limit > NO_LIMIT_V1 ? -1 : limit,
                pids == null ? -1 : Hierarchies.number(pids.resolve("pids.current")),
                memory == null ? -1 : Hierarchies.number(memory.resolve("memory.oom_control"), "oom_kill"));
    }

    private static long workingSet(long used, long inactiveFile) {
        return used < 0 ? -1 : Math.max(used - Math.max(inactiveFile, 0), 0);
    }

    private @Nullable Path find(String controller, String uid, String containerId) {
        Hierarchies.Tree t = hierarchies.with(controller);
        if (t == null || uid.indexOf('/') >= 0 || containerId.indexOf('/') >= 0) {
            return null;
        }
        for (Totals.Qos q : Totals.Qos.values()) {
            Path p = at(t, group(q, uid));
            p = containerId.isEmpty() ? p : p.resolve(containerId);
            if (Files.isDirectory(p)) {
                return p;
            }
        }
        return null;
    }

    @Override
    public List<String> warnings() {
        return List.copyOf(warnings);
    }
}
