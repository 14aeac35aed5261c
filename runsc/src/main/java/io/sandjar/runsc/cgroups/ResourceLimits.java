// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.cgroups;

import io.sandjar.oci.Resources;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The limits of {@code linux.resources}. */
public final class ResourceLimits {
    private ResourceLimits() {}

    public static Limits of(Resources r) {
        Limits l = new Limits();
        cpu(l, r.cpu());
        memory(l, r.memory());
        l.pids = r.pidsLimit();
        blockIo(l, r.blockIo());
        for (Resources.HugepageLimit h : r.hugepageLimits()) {
            l.hugePages.add(new Limits.HugePages(h.pageSize(), h.limit()));
        }
        for (Map.Entry<String, Resources.Rdma> e : r.rdma().entrySet()) {
            l.rdma.add(new Limits.Rdma(
                    e.getKey(), e.getValue().hcaHandles(), e.getValue().hcaObjects()));
        }
        Resources.Network n = r.network();
        if (n != null) {
            l.classId = n.classId();
            for (Resources.InterfacePriority p : n.priorities()) {
                l.priorities.add(new Limits.Priority(p.name(), p.priority()));
            }
        }
        for (Resources.DeviceRule d : r.devices()) {
            l.devices.add(new Limits.DeviceRule(d.allow(), d.type(), d.major(), d.minor(), d.access()));
        }
        for (Map.Entry<String, String> e : r.unified().entrySet()) {
            l.unified.add(new Limits.Setting(e.getKey(), e.getValue()));
        }
        return l;
    }

    private static void cpu(Limits l, Resources.@Nullable Cpu c) {
        if (c != null) {
            l.cpuShares = c.shares();
            l.cpuQuota = c.quota();
            l.cpuBurst = c.burst();
            l.cpuPeriod = c.period();
            l.cpuRtRuntime = c.realtimeRuntime();
            l.cpuRtPeriod = c.realtimePeriod();
            l.cpuIdle = c.idle();
            l.cpus = c.cpus().isEmpty() ? null : c.cpus();
            l.mems = c.mems().isEmpty() ? null : c.mems();
        }
    }

    private static void memory(Limits l, Resources.@Nullable Memory m) {
        if (m != null) {
            l.memoryLimit = m.limit();
            l.memoryReservation = m.reservation();
            l.memorySwap = m.swap();
            l.swappiness = m.swappiness();
            l.disableOomKiller = m.disableOomKiller();
            l.useHierarchy = m.useHierarchy();
            l.checkBeforeUpdate = Boolean.TRUE.equals(m.checkBeforeUpdate());
        }
    }

    private static void blockIo(Limits l, Resources.@Nullable BlockIo b) {
        if (b == null) {
            return;
        }
        l.blkioWeight = b.weight();
        l.blkioLeafWeight = b.leafWeight();
        for (Resources.WeightDevice d : b.weightDevice()) {
            l.deviceWeights.add(new Limits.DeviceWeight(d.major(), d.minor(), d.weight(), d.leafWeight()));
        }
        rates(l.readBps, b.throttleReadBpsDevice());
        rates(l.writeBps, b.throttleWriteBpsDevice());
        rates(l.readIops, b.throttleReadIopsDevice());
        rates(l.writeIops, b.throttleWriteIopsDevice());
    }

    private static void rates(List<Limits.DeviceRate> to, List<Resources.ThrottleDevice> from) {
        for (Resources.ThrottleDevice d : from) {
            to.add(new Limits.DeviceRate(d.major(), d.minor(), d.rate()));
        }
    }
}
