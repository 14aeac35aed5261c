// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.cgroups;

import java.util.List;

/**
 * Limits with cgroup v2. The runtime-spec speaks in v1's units; where v2 has others they are converted as the other
 * runtimes do, so that a container behaves the same under each.
 */
final class V2 {
    private static final String MEMORY = "linux.resources.memory.";
    private static final String CPU = "linux.resources.cpu.";
    private static final String IO = "linux.resources.blockIO.";
    private static final long DEFAULT_PERIOD = 100_000;

    private V2() {}

    static void memory(String group, Limits l, Cgroups notes) {
        long limit = l.memoryLimit == null ? 0 : l.memoryLimit;
        long swap = l.memorySwap == null ? 0 : l.memorySwap;
        if (l.checkBeforeUpdate && limit > 0) {
            String now = Files.line(group + "/memory.current");
            V1Memory.checkUsage(limit, now == null ? 0 : Text.number(now, 0));
        }
        String swapText = swapText(limit, swap);
        if (!swapText.isEmpty()) {
            if (Files.exists(group + "/memory.swap.max")) {
                Setter.set(group, "memory.swap.max", swapText, MEMORY + "swap");
            } else {
                notes.note(MEMORY + "swap: this kernel does not count swap; left out");
            }
        }
        if (limit != 0) {
            Setter.set(group, "memory.max", bytes(limit), MEMORY + "limit");
        }
        Long reservation = l.memoryReservation;
        if (reservation != null && reservation != 0) {
            Setter.set(group, "memory.low", bytes(reservation), MEMORY + "reservation");
        }
        if (l.swappiness != null && l.swappiness != -1) {
            notes.note(MEMORY + "swappiness: cgroup v2 has nothing like it");
        }
        if (Boolean.TRUE.equals(l.disableOomKiller)) {
            notes.note(MEMORY + "disableOOMKiller: cgroup v2 has nothing like it");
        }
    }

    /** v1 limits memory and swap together, v2 swap alone. Empty: leave it as it is. */
    static String swapText(long limit, long swap) {
        if (swap == -1 || (swap == 0 && limit == -1)) {
            return "max";
        }
        if (swap == 0) {
            return "";
        }
        if (limit <= 0) {
            throw new CgroupError(MEMORY + "swap: there is no limit of memory for it", "give a limit of memory too");
        }
        if (swap < limit) {
            throw new CgroupError(
                    MEMORY + "swap: " + swap + " is less than the limit of memory (" + limit + ")",
                    "it limits memory and swap together");
        }
        return Long.toString(swap - limit);
    }

    private static String bytes(long n) {
        return n < 0 ? "max" : Long.toString(n);
    }

    static void cpu(String group, Limits l, Cgroups notes) {
        if (l.cpuIdle != null) {
            Setter.set(group, "cpu.idle", Long.toString(l.cpuIdle), CPU + "idle");
        }
        Long shares = l.cpuShares;
        boolean idle = l.cpuIdle != null && l.cpuIdle == 1;
        if (shares != null && shares != 0 && !idle) {
            Setter.set(group, "cpu.weight", Long.toString(weight(shares)), CPU + "shares");
        }
        boolean burstLater = false;
        boolean max = !Settings.unset(l.cpuQuota) || !Settings.unset(l.cpuPeriod);
        if (l.cpuBurst != null) {
            int r = Files.write(group + "/cpu.max.burst", Long.toString(l.cpuBurst));
            burstLater = r == -Files.EINVAL && max;
            if (!burstLater && !(r == -Files.ENOENT && l.cpuBurst == 0)) {
                Setter.check(r, group, "cpu.max.burst", Long.toString(l.cpuBurst), CPU + "burst");
            }
        }
        if (max) {
            Setter.set(group, "cpu.max", bandwidth(group, l), CPU + "quota");
        }
        if (burstLater) {
            Setter.set(group, "cpu.max.burst", Setter.number(l.cpuBurst), CPU + "burst");
        }
        if (!Settings.unset(l.cpuRtRuntime) || !Settings.unset(l.cpuRtPeriod)) {
            notes.note(CPU + "realtimeRuntime: cgroup v2 has nothing like it");
        }
    }

    private static String bandwidth(String group, Limits l) {
        long quota = l.cpuQuota == null ? 0 : l.cpuQuota;
        long period = l.cpuPeriod == null ? 0 : l.cpuPeriod;
        String now = Files.line(group + "/cpu.max");
        List<String> old = Text.words(now == null ? "" : now);
        String q = quota > 0 ? Long.toString(quota) : quota < 0 || old.isEmpty() ? "max" : old.get(0);
        if (period == 0) {
            period = old.size() > 1 ? Text.number(old.get(1), DEFAULT_PERIOD) : DEFAULT_PERIOD;
        }
        return q + " " + period;
    }

    /**
     * cpu.shares (2 to 262144, 1024 by default) to cpu.weight (1 to 10000, 100 by default): a curve through both ends and
     * both defaults, as current runc and crun have it; the straight line of before gave the default a weight of 39.
     */
    static long weight(long shares) {
        if (shares <= 2) {
            return 1;
        }
        if (shares >= 262_144) {
            return 10_000;
        }
        double x = Math.log(shares) / Math.log(2);
        double exponent = (x * x + 125 * x) / 612.0 - 7.0 / 34.0;
        return Math.max(1, Math.min(10_000, (long) Math.ceil(Math.pow(10, exponent) - 1e-9)));
    }

    /** blkio.weight (10 to 1000) to io.weight (1 to 10000). */
    static long ioWeight(long blkio) {
        return Math.max(1, Math.min(10_000, 1 + (blkio - 10) * 9999 / 990));
    }

    static void io(String group, Limits l) {
        Integer weight = l.blkioWeight;
        if (weight != null && weight != 0) {
            long w = weight;
            if (Files.exists(group + "/io.bfq.weight")) {
                Setter.set(group, "io.bfq.weight", Long.toString(w), IO + "weight");
            } else {
                Setter.set(group, "io.weight", Long.toString(ioWeight(w)), IO + "weight");
            }
        }
        for (Limits.DeviceWeight d : l.deviceWeights) {
            Integer w = d.weight();
            if (w == null || w == 0) {
                continue;
            }
            String device = d.major() + ":" + d.minor() + " ";
            if (Files.exists(group + "/io.bfq.weight")) {
                Setter.set(group, "io.bfq.weight", device + w, IO + "weightDevice");
            } else {
                Setter.set(group, "io.weight", device + ioWeight(w), IO + "weightDevice");
            }
        }
        rates(group, "rbps", l.readBps, "throttleReadBpsDevice");
        rates(group, "wbps", l.writeBps, "throttleWriteBpsDevice");
        rates(group, "riops", l.readIops, "throttleReadIOPSDevice");
        rates(group, "wiops", l.writeIops, "throttleWriteIOPSDevice");
    }

    private static void rates(String group, String name, List<Limits.DeviceRate> rates, String where) {
        for (Limits.DeviceRate r : rates) {
            String value = r.rate() == 0 ? "max" : Long.toUnsignedString(r.rate());
            Setter.set(group, "io.max", r.major() + ":" + r.minor() + " " + name + "=" + value, IO + where);
        }
    }
}
