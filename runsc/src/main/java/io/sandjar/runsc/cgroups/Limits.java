// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.cgroups;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The limits of one container as the runtime-spec's {@code linux.resources} names them; null means not given. A plain
 * holder that can be filled step by step: from config.json, from a file given to {@code update}, from single options.
 */
public final class Limits {
    // cpu
    public @Nullable Long cpuShares;
    public @Nullable Long cpuQuota;
    public @Nullable Long cpuBurst;
    public @Nullable Long cpuPeriod;
    public @Nullable Long cpuRtRuntime;
    public @Nullable Long cpuRtPeriod;
    public @Nullable Long cpuIdle;
    public @Nullable String cpus;
    public @Nullable String mems;

    // memory, in bytes; -1 is no limit
    public @Nullable Long memoryLimit;
    public @Nullable Long memoryReservation;
    public @Nullable Long memorySwap;
    public @Nullable Long swappiness;
    public @Nullable Boolean disableOomKiller;
    public @Nullable Boolean useHierarchy;
    public boolean checkBeforeUpdate;

    public @Nullable Long pids;

    // blockIO
    public @Nullable Integer blkioWeight;
    public @Nullable Integer blkioLeafWeight;
    public final List<DeviceWeight> deviceWeights = new ArrayList<>();
    public final List<DeviceRate> readBps = new ArrayList<>();
    public final List<DeviceRate> writeBps = new ArrayList<>();
    public final List<DeviceRate> readIops = new ArrayList<>();
    public final List<DeviceRate> writeIops = new ArrayList<>();

    public final List<HugePages> hugePages = new ArrayList<>();
    public final List<Rdma> rdma = new ArrayList<>();
    public @Nullable Long classId;
    public final List<Priority> priorities = new ArrayList<>();
    public final List<DeviceRule> devices = new ArrayList<>();
    public final List<Setting> unified = new ArrayList<>();

    /** A weight for one block device; null where it is not given. */
    public record DeviceWeight(
            long major,
            long minor,
            @Nullable Integer weight,
            @Nullable Integer leafWeight) {}

    /** Bytes or operations in a second for one block device; 0 is no limit. */
    public record DeviceRate(long major, long minor, long rate) {}

    /** Bytes of huge pages of one size, e.g. "2MB". */
    public record HugePages(String pageSize, long limit) {}

    /** Limits of one RDMA device. */
    public record Rdma(
            String device, @Nullable Long handles, @Nullable Long objects) {}

    /** Priority of packets on one network interface. */
    public record Priority(String name, long priority) {}

    /**
     * A rule for host devices; a null number is any.
     *
     * @param type "a", "b" or "c"
     * @param access of the letters r, w, m; empty: all
     */
    public record DeviceRule(
            boolean allow,
            String type,
            @Nullable Long major,
            @Nullable Long minor,
            String access) {}

    /** A file of cgroup v2 and what to write to it. */
    public record Setting(String file, String value) {}
}
