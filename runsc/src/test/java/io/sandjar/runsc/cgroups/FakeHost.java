// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.cgroups;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A directory tree with the files of /proc and /sys/fs/cgroup that matter, to stand for a host. */
final class FakeHost {
    final Path root;

    FakeHost(Path root) {
        this.root = root;
    }

    FakeHost put(String path, String text) {
        try {
            Path p = root.resolve(path.substring(1));
            Files.createDirectories(p.getParent());
            Files.writeString(p, text, StandardCharsets.ISO_8859_1);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What was written to a file: these files take one line. */
    String get(String path) {
        try {
            return Files.readString(root.resolve(path.substring(1)), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean has(String path) {
        return Files.exists(root.resolve(path.substring(1)));
    }

    /** Only the unified hierarchy, with all controllers, and a group whose files are there. */
    static FakeHost v2(Path root, String group) {
        FakeHost h = new FakeHost(root);
        h.put(
                "/proc/self/mountinfo",
                "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n");
        h.put("/proc/self/cgroup", "0::/user.slice/session-1.scope\n");
        String all = "cpuset cpu io memory hugetlb pids rdma\n";
        h.put("/sys/fs/cgroup/cgroup.controllers", all).put("/sys/fs/cgroup/cgroup.subtree_control", "");
        String dir = "/sys/fs/cgroup" + group;
        h.put(Directories.parent(dir) + "/cgroup.subtree_control", "");
        String[] files = {
            "cpu.max",
            "max 100000\n",
            "cpu.weight",
            "100\n",
            "cpu.idle",
            "0\n",
            "cpu.max.burst",
            "0\n",
            "cpuset.cpus",
            "",
            "cpuset.mems",
            "",
            "memory.max",
            "max\n",
            "memory.low",
            "0\n",
            "memory.swap.max",
            "max\n",
            "memory.current",
            "5000000\n",
            "pids.max",
            "max\n",
            "io.weight",
            "default 100\n",
            "io.max",
            "",
            "hugetlb.2MB.max",
            "max\n",
            "rdma.max",
            "",
            "memory.high",
            "max\n",
            "cgroup.controllers",
            all,
            "cgroup.procs",
            "",
        };
        for (int i = 0; i < files.length; i += 2) {
            h.put(dir + "/" + files[i], files[i + 1]);
            h.put(dir + "/guest/" + files[i], files[i + 1]);
        }
        h.put(dir + "/cgroup.subtree_control", "");
        return h;
    }

    /** Hierarchies as on a host with v1 controllers, two of them mounted together, and an empty unified one. */
    static FakeHost hybrid(Path root) {
        FakeHost h = new FakeHost(root);
        h.put("/proc/self/mountinfo", """
                31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
                32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
                34 31 0:31 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset
                35 31 0:32 /docker/abc /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
                39 31 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
                40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
                41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
                """);
        h.put("/proc/self/cgroup", """
                9:name=systemd:/
                8:pids:/
                4:memory:/docker/abc/inner
                3:cpuset:/
                1:cpu,cpuacct:/mine
                0::/
                """);
        h.put("/sys/fs/cgroup/unified/cgroup.controllers", "hugetlb\n");
        h.put("/sys/fs/cgroup/unified/cgroup.subtree_control", "");
        for (String c : new String[] {"cpu,cpuacct", "cpuset", "memory", "pids", "systemd"}) {
            h.put("/sys/fs/cgroup/" + c + "/cgroup.procs", "1\n");
        }
        return h;
    }
}
