// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.cgroup;

import io.sandjar.kernel.base.Cpus;
import io.sandjar.kernel.fs.pseudo.PseudoDir;
import io.sandjar.kernel.fs.pseudo.PseudoFs;
import io.sandjar.kernel.fs.pseudo.TextInode;
import io.sandjar.kernel.fs.sys.CgroupView;
import io.sandjar.kernel.vfs.Caller;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A tree of control groups (cgroup v2), mounted at /sys/fs/cgroup. Its root is the container's own group: language runtimes
 * size their heaps and thread pools by the limits and figures there, which are those of the host's groups of the container.
 * The groups below are the guests' own ({@link Cgroup}). Each mount in a cgroup namespace of its own has its own file system.
 */
public final class CgroupFs extends PseudoFs {
    private static final long CGROUP2_MAGIC = 0x63677270;

    /** File of the host's cgroup, text where the host has none. */
    private static final String[] FILES = {
        "cpu.max", "max 100000\n",
        "cpu.weight", "100\n",
        "cpu.stat", "usage_usec 0\nuser_usec 0\nsystem_usec 0\n",
        "cpuset.cpus", "\n",
        "cpuset.mems", "\n",
        "cpuset.mems.effective", "0\n",
        "memory.max", "max\n",
        "memory.high", "max\n",
        "memory.low", "0\n",
        "memory.min", "0\n",
        "memory.current", "0\n",
        "memory.peak", "0\n",
        "memory.swap.max", "max\n",
        "memory.swap.current", "0\n",
        "memory.events", "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\noom_group_kill 0\n",
        "memory.stat", "anon 0\nfile 0\ninactive_file 0\nactive_file 0\n",
        "pids.max", "max\n",
        "pids.current", "1\n",
        "pids.peak", "1\n",
        "io.stat", "",
        "io.max", "",
    };

    /** v1's word for no limit. */
    private static final String UNLIMITED = "9223372036854771712\n";

    /** What groups below the root can have. */
    static final String CONTROLLERS = "memory pids";

    private final CgroupView view;
    private final Cgroup top;
    private final Mover mover;
    private final ConcurrentHashMap<Cgroup, CgroupDir> dirs = new ConcurrentHashMap<>();

    /** @param top the group that the root directory shows */
    public CgroupFs(CgroupView view, Cgroup top, Mover mover) {
        super("cgroup2", CGROUP2_MAGIC);
        this.view = view;
        this.top = top;
        this.mover = mover;
        CgroupDir root = dir(top);
        setRoot(root);
        if (top.isRoot()) {
            hostFiles(root);
        }
    }

    /** Whether there is such a controller, here or elsewhere. */
    static boolean known(String controller) {
        return switch (controller) {
            case "cpuset", "cpu", "io", "memory", "pids", "hugetlb", "rdma", "misc" -> true;
            default -> false;
        };
    }

    CgroupDir dir(Cgroup g) {
        CgroupDir d = dirs.get(g);
        if (d == null) {
            CgroupDir made = new CgroupDir(this, g);
            CgroupDir before = dirs.putIfAbsent(g, made);
            d = before == null ? made : before;
        }
        return d;
    }

    void forget(Cgroup g) {
        dirs.remove(g);
    }

    Mover mover() {
        return mover;
    }

    /** Whether a group lies in the tree that this file system shows. */
    boolean shows(Cgroup g) {
        for (Cgroup at = g; at != null; at = at.parent()) {
            if (at == top) {
                return true;
            }
        }
        return false;
    }

    private void hostFiles(CgroupDir root) {
        for (int i = 0; i < FILES.length; i += 2) {
            root.add(FILES[i], new File(FILES[i], FILES[i + 1]));
        }
        oldNames(root);
        String cpus = Cpus.count() == 1 ? "0\n" : "0-" + (Cpus.count() - 1) + "\n";
        root.add("cpuset.cpus.effective", new File("cpuset.cpus.effective", cpus));
    }

    /** Limits where programs look that know cgroup v1 only, such as Node 18: they try the path and nothing else. */
    private void oldNames(PseudoDir root) {
        PseudoDir memory = root.dir("memory");
        memory.add("memory.limit_in_bytes", new OldFile("memory.max"));
        memory.add("memory.usage_in_bytes", new OldFile("memory.current"));
        memory.add("memory.stat", new OldFile("memory.stat"));
        PseudoDir cpu = root.dir("cpu");
        cpu.add("cpu.cfs_quota_us", new OldFile("quota"));
        cpu.add("cpu.cfs_period_us", new OldFile("period"));
    }

    /** A file of v1 made of one of v2. */
    private final class OldFile extends TextInode {
        private final String name;

        OldFile(String name) {
            super(CgroupFs.this, newIno(), 0444);
            this.name = name;
        }

        @Override
        protected int text(Caller c, StringBuilder out) {
            if (name.equals("quota") || name.equals("period")) {
                String max = view.file("cpu.max");
                int blank = max == null ? -1 : max.indexOf(' ');
                String quota = max == null || blank < 0 || max.startsWith("max") ? "-1" : max.substring(0, blank);
                String period = max == null || blank < 0
                        ? "100000"
                        : max.substring(blank + 1).strip();
                out.append(name.equals("quota") ? quota : period).append('\n');
                return 0;
            }
            String text = view.file(name);
            if (name.equals("memory.max") && CgroupView.number(text) < 0) {
                text = UNLIMITED;
            }
            out.append(text == null ? "0\n" : text);
            return 0;
        }
    }

    private final class File extends TextInode {
        private final @Nullable String hostName;
        private final String otherwise;

        File(@Nullable String hostName, String otherwise) {
            super(CgroupFs.this, newIno(), 0444);
            this.hostName = hostName;
            this.otherwise = otherwise;
        }

        @Override
        protected int text(Caller c, StringBuilder out) {
            String host = hostName == null ? null : view.file(hostName);
            out.append(host == null ? otherwise : host);
            return 0;
        }
    }
}
