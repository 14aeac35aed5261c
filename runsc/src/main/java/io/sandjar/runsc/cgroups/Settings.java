// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.cgroups;

import io.sandjar.runsc.cgroups.Cgroups.Group;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sets all limits of a container: one method for each section of {@code linux.resources}, which finds the group and
 * leaves the files to {@link V1} or {@link V2}. A section that wants nothing does not look for its controller.
 */
final class Settings {
    private final Cgroups groups;

    Settings(Cgroups groups) {
        this.groups = groups;
    }

    void apply(Limits l) {
        devices(l);
        memory(l);
        cpu(l);
        cpuset(l);
        pids(l);
        blkio(l);
        hugePages(l);
        network(l);
        rdma(l);
        unified(l);
    }

    private void memory(Limits l) {
        if (unset(l.memoryLimit)
                && unset(l.memoryReservation)
                && unset(l.memorySwap)
                && l.swappiness == null
                && !Boolean.TRUE.equals(l.disableOomKiller)
                && !Boolean.TRUE.equals(l.useHierarchy)) {
            return;
        }
        Group g = need("memory", "linux.resources.memory");
        String guests = Cgroups.guests(g);
        if (v2(g)) {
            V2.memory(guests, l, groups);
        } else {
            V1Memory.apply(guests, l, groups);
        }
        if (!guests.equals(g.path())) {
            bounds(g, l);
        }
    }

    /** The same limits with room for the kernel: for the group that holds both. */
    private void bounds(Group g, Limits l) {
        Limits both = new Limits();
        both.memoryLimit = more(l.memoryLimit);
        both.memorySwap = more(l.memorySwap);
        if (v2(g)) {
            V2.memory(g.path(), both, groups);
        } else {
            V1Memory.apply(g.path(), both, groups);
        }
    }

    private static @Nullable Long more(@Nullable Long n) {
        return n == null || n <= 0 || n > Long.MAX_VALUE - Cgroups.BACKSTOP ? n : Long.valueOf(n + Cgroups.BACKSTOP);
    }

    private void cpu(Limits l) {
        if (unset(l.cpuShares)
                && unset(l.cpuQuota)
                && unset(l.cpuPeriod)
                && l.cpuBurst == null
                && l.cpuIdle == null
                && unset(l.cpuRtRuntime)
                && unset(l.cpuRtPeriod)) {
            return;
        }
        Group g = need("cpu", "linux.resources.cpu");
        if (v2(g)) {
            V2.cpu(g.path(), l, groups);
        } else {
            V1.cpu(g.path(), l);
        }
    }

    private void cpuset(Limits l) {
        String cpus = l.cpus == null ? "" : l.cpus;
        String mems = l.mems == null ? "" : l.mems;
        if (cpus.isEmpty() && mems.isEmpty()) {
            return;
        }
        Group g = need("cpuset", "linux.resources.cpu.cpus");
        if (!cpus.isEmpty()) {
            Setter.set(g.path(), "cpuset.cpus", cpus, "linux.resources.cpu.cpus");
        }
        if (!mems.isEmpty()) {
            Setter.set(g.path(), "cpuset.mems", mems, "linux.resources.cpu.mems");
        }
    }

    private void pids(Limits l) {
        Long n = l.pids;
        if (n == null || n == 0) {
            return;
        }
        if (n < 0 && groups.find("pids") == null) {
            return; // no limit is what there is
        }
        Group g = need("pids", "linux.resources.pids.limit");
        String guests = v2(g) ? Cgroups.guests(g) : g.path(); // the kernel's threads do not count
        Setter.set(guests, "pids.max", n < 0 ? "max" : Long.toString(n), "linux.resources.pids.limit");
    }

    private void blkio(Limits l) {
        boolean weights = !unset(l.blkioWeight) || !unset(l.blkioLeafWeight) || !l.deviceWeights.isEmpty();
        boolean rates =
                !l.readBps.isEmpty() || !l.writeBps.isEmpty() || !l.readIops.isEmpty() || !l.writeIops.isEmpty();
        if (!weights && !rates) {
            return;
        }
        Group g = groups.find("blkio");
        if (g == null || v2(g)) {
            V2.io(need("io", "linux.resources.blockIO").path(), l);
        } else {
            V1.blkio(g.path(), l);
        }
    }

    private void hugePages(Limits l) {
        for (Limits.HugePages h : l.hugePages) {
            String where = "linux.resources.hugepageLimits (" + h.pageSize() + ")";
            Group g = need("hugetlb", where);
            String file = "hugetlb." + h.pageSize() + (v2(g) ? ".max" : ".limit_in_bytes");
            Setter.set(g.path(), file, Long.toUnsignedString(h.limit()), where);
            String reserved = "hugetlb." + h.pageSize() + ".rsvd" + (v2(g) ? ".max" : ".limit_in_bytes");
            if (Files.exists(g.path() + "/" + reserved)) {
                Setter.set(g.path(), reserved, Long.toUnsignedString(h.limit()), where);
            }
        }
    }

    private void network(Limits l) {
        Long id = l.classId;
        if (id != null && id != 0) {
            Group g = v1Only("net_cls", "linux.resources.network.classID");
            if (g != null) {
                Setter.set(g.path(), "net_cls.classid", Long.toString(id), "linux.resources.network.classID");
            }
        }
        for (Limits.Priority p : l.priorities) {
            Group g = v1Only("net_prio", "linux.resources.network.priorities");
            if (g != null) {
                String text = p.name() + " " + p.priority();
                Setter.set(g.path(), "net_prio.ifpriomap", text, "linux.resources.network.priorities");
            }
        }
    }

    private @Nullable Group v1Only(String controller, String where) {
        Group g = groups.find(controller);
        if (g != null && v2(g)) {
            groups.note(where + ": cgroup v2 has nothing like it");
            return null;
        }
        return need(controller, where);
    }

    private void rdma(Limits l) {
        for (Limits.Rdma r : l.rdma) {
            Group g = need("rdma", "linux.resources.rdma");
            StringBuilder b = new StringBuilder(r.device());
            if (r.handles() != null) {
                b.append(" hca_handle=").append(r.handles());
            }
            if (r.objects() != null) {
                b.append(" hca_object=").append(r.objects());
            }
            Setter.set(g.path(), "rdma.max", b.toString(), "linux.resources.rdma");
        }
    }

    private void devices(Limits l) {
        if (l.devices.isEmpty()) {
            return;
        }
        Group g = groups.find("devices");
        if (g == null || v2(g)) {
            groups.note("linux.resources.devices: left to the sandbox, whose guests cannot open devices of the host");
            return;
        }
        V1.devices(g.path(), l, groups);
    }

    private void unified(Limits l) {
        for (Limits.Setting s : l.unified) {
            String where = "linux.resources.unified." + s.file();
            if (s.file().isEmpty() || s.file().indexOf('/') >= 0) {
                throw new CgroupError(where + ": not the name of a file of cgroup v2", "");
            }
            Group g = groups.find("unified");
            if (g == null) {
                throw new CgroupError(
                        where + ": this host has cgroup v1", "the engine must give the limit in its own section");
            }
            boolean guestsOnly = s.file().startsWith("memory.") || s.file().startsWith("pids.");
            for (String line : Text.lines(s.value())) {
                Setter.set(guestsOnly ? Cgroups.guests(g) : g.path(), s.file(), line, where);
            }
        }
    }

    /** The group of a controller that a limit needs. */
    private Group need(String controller, String where) {
        Group g = groups.find(controller);
        if (g == null || (v2(g) && !g2has(g, controller))) {
            Group s = groups.fetchSpare(controller);
            if (s != null) {
                return s;
            }
        }
        if (g != null) {
            if (v2(g) && !g2has(g, controller)) {
                throw new CgroupError(
                        where + ": the cgroup controller \"" + controller + "\" is not available in " + g.path(),
                        "it must be enabled in cgroup.subtree_control of the groups above");
            }
            return g;
        }
        if (groups.refused(controller)) {
            throw new CgroupError(
                    where + ": the limit needs the cgroup controller \"" + controller
                            + "\", which this user may not use",
                    "run the engine as root or delegate cgroups to the user, leave the limit out, or pass --ignore-cgroups");
        }
        throw new CgroupError(
                where + ": the limit needs the cgroup controller \"" + controller + "\", which this host does not have",
                "enable it (mount it, or on the kernel's command line), leave the limit out, or pass --ignore-cgroups");
    }

    private static boolean g2has(Group g, String controller) {
        String have = Files.read(g.path() + "/cgroup.controllers");
        return have == null || Text.words(have).contains(controller);
    }

    static boolean v2(Group g) {
        return g.controller().equals("unified");
    }

    /** Engines send 0 for what the user did not ask for. */
    static boolean unset(@Nullable Long n) {
        return n == null || n == 0;
    }

    static boolean unset(@Nullable Integer n) {
        return n == null || n == 0;
    }

    static boolean none(List<?> list) {
        return list.isEmpty();
    }
}
