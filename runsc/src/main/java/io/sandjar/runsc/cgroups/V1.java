// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.cgroups;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Limits of CPU, block devices and devices with cgroup v1. */
final class V1 {
    private static final String CPU = "linux.resources.cpu.";
    private static final String IO = "linux.resources.blockIO.";

    private V1() {}

    static void cpu(String group, Limits l) {
        Long shares = l.cpuShares;
        if (shares != null && shares != 0) {
            Setter.set(group, "cpu.shares", Long.toString(shares), CPU + "shares");
            checkShares(group, shares);
        }
        number(group, "cpu.rt_period_us", l.cpuRtPeriod, CPU + "realtimePeriod");
        number(group, "cpu.rt_runtime_us", l.cpuRtRuntime, CPU + "realtimeRuntime");
        bandwidth(group, l);
        if (l.cpuIdle != null) {
            Setter.set(group, "cpu.idle", Long.toString(l.cpuIdle), CPU + "idle");
        }
    }

    /** The kernel bends shares into what it can do; a user who asked for more should know. */
    private static void checkShares(String group, long wanted) {
        String got = Files.line(group + "/cpu.shares");
        long n = got == null ? wanted : Text.number(got, wanted);
        if (n != wanted) {
            throw new CgroupError(
                    CPU + "shares: " + wanted + " is " + (n < wanted ? "more" : "less") + " than the kernel can do ("
                            + n + ")",
                    "");
        }
    }

    /**
     * Quota, period and burst depend on each other: a new period may be refused with the old quota, a burst above the old
     * quota likewise. What is refused at first is tried again after the quota.
     */
    private static void bandwidth(String group, Limits l) {
        boolean quotaGiven = !Settings.unset(l.cpuQuota);
        boolean periodLater = false;
        boolean burstLater = false;
        if (l.cpuBurst != null) {
            int r = Files.write(group + "/cpu.cfs_burst_us", Long.toString(l.cpuBurst));
            burstLater = r == -Files.EINVAL && quotaGiven;
            if (!burstLater && !(r == -Files.ENOENT && l.cpuBurst == 0)) {
                Setter.check(r, group, "cpu.cfs_burst_us", Long.toString(l.cpuBurst), CPU + "burst");
            }
        }
        if (!Settings.unset(l.cpuPeriod)) {
            int r = Files.write(group + "/cpu.cfs_period_us", Setter.number(l.cpuPeriod));
            periodLater = r == -Files.EINVAL && quotaGiven;
            if (!periodLater) {
                Setter.check(r, group, "cpu.cfs_period_us", Setter.number(l.cpuPeriod), CPU + "period");
            }
        }
        if (quotaGiven) {
            Setter.set(group, "cpu.cfs_quota_us", Setter.number(l.cpuQuota), CPU + "quota");
        }
        if (periodLater) {
            Setter.set(group, "cpu.cfs_period_us", Setter.number(l.cpuPeriod), CPU + "period");
        }
        if (burstLater) {
            Setter.set(group, "cpu.cfs_burst_us", Setter.number(l.cpuBurst), CPU + "burst");
        }
    }

    static void blkio(String group, Limits l) {
        String weight = Files.exists(group + "/blkio.weight") ? "blkio.weight" : "blkio.bfq.weight";
        if (!Settings.unset(l.blkioWeight)) {
            Setter.set(group, weight, String.valueOf(l.blkioWeight), IO + "weight");
        }
        if (!Settings.unset(l.blkioLeafWeight)) {
            Setter.set(group, "blkio.leaf_weight", String.valueOf(l.blkioLeafWeight), IO + "leafWeight");
        }
        for (Limits.DeviceWeight d : l.deviceWeights) {
            String device = d.major() + ":" + d.minor() + " ";
            if (!Settings.unset(d.weight())) {
                Setter.set(group, weight + "_device", device + d.weight(), IO + "weightDevice");
            }
            if (!Settings.unset(d.leafWeight())) {
                Setter.set(group, "blkio.leaf_weight_device", device + d.leafWeight(), IO + "weightDevice");
            }
        }
        rates(group, "read_bps", l.readBps, "throttleReadBpsDevice");
        rates(group, "write_bps", l.writeBps, "throttleWriteBpsDevice");
        rates(group, "read_iops", l.readIops, "throttleReadIOPSDevice");
        rates(group, "write_iops", l.writeIops, "throttleWriteIOPSDevice");
    }

    private static void rates(String group, String name, List<Limits.DeviceRate> rates, String where) {
        for (Limits.DeviceRate r : rates) {
            String text = r.major() + ":" + r.minor() + " " + Long.toUnsignedString(r.rate());
            Setter.set(group, "blkio.throttle." + name + "_device", text, IO + where);
        }
    }

    /**
     * The rules as they come. They are a second wall: guests cannot open devices of the host anyway. So where the host
     * does not permit it (in a user namespace) they are left out.
     */
    static void devices(String group, Limits l, Cgroups notes) {
        for (Limits.DeviceRule d : l.devices) {
            String text = rule(d);
            int r = Files.write(group + (d.allow() ? "/devices.allow" : "/devices.deny"), text);
            if (r == -Files.EPERM || r == -Files.EACCES) {
                notes.note(
                        "linux.resources.devices: not permitted here; guests cannot open devices of the host anyway");
                return;
            }
            Setter.check(r, group, d.allow() ? "devices.allow" : "devices.deny", text, "linux.resources.devices");
        }
    }

    static String rule(Limits.DeviceRule d) {
        String access = d.access().isEmpty() ? "rwm" : d.access();
        String type = d.type().isEmpty() ? "a" : d.type().equals("u") ? "c" : d.type();
        if (type.equals("a") && wild(d.major()) && wild(d.minor()) && access.length() == 3) {
            return "a";
        }
        return type + " " + part(d.major()) + ":" + part(d.minor()) + " " + access;
    }

    private static boolean wild(@Nullable Long n) {
        return n == null || n < 0;
    }

    private static String part(@Nullable Long n) {
        return n == null || n < 0 ? "*" : Long.toString(n);
    }

    private static void number(String group, String file, @Nullable Long n, String where) {
        if (n != null && n != 0) {
            Setter.set(group, file, Long.toString(n), where);
        }
    }
}
