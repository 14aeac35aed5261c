// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.sys;

import io.sandjar.host.HostFiles;
import io.sandjar.kernel.base.Cpus;
import io.sandjar.kernel.fs.pseudo.LazyDir;
import io.sandjar.kernel.fs.pseudo.PseudoDir;
import io.sandjar.kernel.fs.pseudo.PseudoFs;
import io.sandjar.kernel.fs.pseudo.PseudoLink;
import io.sandjar.kernel.net.NetStack;

/** The guest's /sys: as much as language runtimes and tools read of it (sysfs(5)). */
public final class SysFs extends PseudoFs {
    private static final long SYSFS_MAGIC = 0x62656572;
    private static final String[] EMPTY_DIRS = {
        "block",
        "bus",
        "class/block",
        "class/hwmon",
        "class/power_supply",
        "class/thermal",
        "class/tty",
        "dev/block",
        "dev/char",
        "firmware",
        "fs/cgroup",
        "module",
        "power",
        "kernel/debug",
        "kernel/security",
        "devices/pci0000:00",
    };

    private static final String[] CACHE_FIGURES = {
        "level", "type", "coherency_line_size", "ways_of_associativity", "number_of_sets", "physical_line_partition"
    };

    /** No guest's memory comes from another node. */
    private static final String NUMASTAT = """
            numa_hit 0
            numa_miss 0
            numa_foreign 0
            interleave_hit 0
            local_node 0
            other_node 0
            """;

    private final NetStack net;

    /** @param net the network whose interfaces it shows */
    public SysFs(NetStack net) {
        super("sysfs", SYSFS_MAGIC);
        this.net = net;
        LazyDir root = new LazyDir(this) {
            @Override
            protected void fill() {
                SysFs.this.fill(this);
            }
        };
        root.chmod(0555);
        setRoot(root);
    }

    @Override
    protected int directoryPermissions() {
        return 0755;
    }

    /** The network whose interfaces it shows. */
    public NetStack net() {
        return net;
    }

    /** Interfaces come and go. */
    @Override
    public boolean cachesNames() {
        return false;
    }

    private void fill(PseudoDir root) {
        for (String d : EMPTY_DIRS) {
            dir(root, d);
        }
        processors(dir(root, "devices/system/cpu"));
        node(dir(root, "devices/system/node"));
        dir(root, "devices/system").add("memory", new MemoryBlocks(this));
        PseudoDir huge = dir(root, "kernel/mm/transparent_hugepage");
        text(huge, "enabled", "always [madvise] never\n");
        text(huge, "defrag", "always defer defer+madvise [madvise] never\n");
        text(huge, "hpage_pmd_size", "2097152\n");
        text(huge, "shmem_enabled", "always within_size advise [never] deny force\n");
        dir(root, "kernel/mm/hugepages");
        text(dir(root, "devices/system/clocksource/clocksource0"), "current_clocksource", "tsc\n");
        text(dir(root, "devices/system/clocksource/clocksource0"), "available_clocksource", "tsc\n");
        NetDevices devices = new NetDevices(this, net);
        dir(root, "devices/virtual").add("net", devices.devices());
        dir(root, "class").add("net", devices.links());
        text(dir(root, "devices/virtual/dmi/id"), "product_name", "Sandjar\n");
        text(dir(root, "devices/virtual/dmi/id"), "sys_vendor", "Sandjar\n");
    }

    private static PseudoDir dir(PseudoDir root, String path) {
        PseudoDir d = root;
        for (String part : path.split("/")) {
            d = d.dir(part);
        }
        return d;
    }

    private void text(PseudoDir d, String name, String text) {
        d.add(name, new SysText(this, text));
    }

    private static int cpus() {
        return Cpus.count();
    }

    private static String list() {
        return cpus() == 1 ? "0\n" : "0-" + (cpus() - 1) + "\n";
    }

    private static String mask() {
        return Long.toHexString(cpus() >= 64 ? -1 : (1L << cpus()) - 1) + "\n";
    }

    private void processors(PseudoDir cpu) {
        text(cpu, "online", list());
        text(cpu, "possible", list());
        text(cpu, "present", list());
        text(cpu, "offline", "\n");
        text(cpu, "isolated", "\n");
        text(cpu, "enabled", list());
        text(cpu, "kernel_max", "8191\n");
        text(cpu.dir("smt"), "active", "0\n");
        text(cpu.dir("smt"), "control", "notsupported\n");
        dir(cpu, "vulnerabilities");
        dir(cpu, "cpufreq");
        for (int i = 0; i < cpus(); i++) {
            PseudoDir one = cpu.dir("cpu" + i);
            if (i > 0) {
                text(one, "online", "1\n");
            }
            PseudoDir t = one.dir("topology");
            String own = i + "\n";
            String ownMask = Long.toHexString(1L << i) + "\n";
            text(t, "core_id", own);
            text(t, "physical_package_id", "0\n");
            text(t, "die_id", "0\n");
            text(t, "cluster_id", "-1\n");
            text(t, "thread_siblings", ownMask);
            text(t, "thread_siblings_list", own);
            text(t, "core_cpus", ownMask);
            text(t, "core_cpus_list", own);
            text(t, "cluster_cpus", ownMask);
            text(t, "cluster_cpus_list", own);
            text(t, "die_cpus", mask());
            text(t, "die_cpus_list", list());
            text(t, "core_siblings", mask());
            text(t, "core_siblings_list", list());
            text(t, "package_cpus", mask());
            text(t, "package_cpus_list", list());
            caches(one.dir("cache"), i);
            one.add("node0", new PseudoLink(this, "../../node/node0"));
        }
    }

    /** The machine's memory is one node, whatever the host has: guests do not place their memory. */
    private void node(PseudoDir node) {
        for (String f : new String[] {"online", "possible", "has_cpu", "has_memory", "has_normal_memory"}) {
            text(node, f, "0\n");
        }
        text(node, "has_generic_initiator", "\n");
        PseudoDir node0 = node.dir("node0");
        text(node0, "cpulist", list());
        text(node0, "cpumap", mask());
        text(node0, "distance", "10\n");
        text(node0, "numastat", NUMASTAT);
        node0.add("meminfo", new NodeMemory(this));
        for (int i = 0; i < cpus(); i++) {
            node0.add("cpu" + i, new PseudoLink(this, "../../cpu/cpu" + i));
        }
    }

    /**
     * Sizes of caches are the host's: programs tune themselves by them, and the processor tells them anyway. Those of
     * the first processor stand for all.
     */
    private void caches(PseudoDir cache, int cpu) {
        for (int i = 0; i < 4; i++) {
            String size = HostFiles.cache(i, "size");
            if (size == null || size.isEmpty()) {
                return;
            }
            PseudoDir d = cache.dir("index" + i);
            text(d, "size", size);
            for (String f : CACHE_FIGURES) {
                String v = HostFiles.cache(i, f);
                text(d, f, v == null ? "\n" : v);
            }
            text(d, "shared_cpu_list", cpu + "\n");
            text(d, "shared_cpu_map", Long.toHexString(1L << cpu) + "\n");
        }
    }
}
