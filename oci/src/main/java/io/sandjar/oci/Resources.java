// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.oci;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Limits of a container: one part for each controller. Null: not given. Unsigned numbers are in a long's 64 bits. */
public record Resources(
        List<DeviceRule> devices,
        @Nullable Memory memory,
        @Nullable Cpu cpu,
        @Nullable Long pidsLimit,
        @Nullable BlockIo blockIo,
        List<HugepageLimit> hugepageLimits,
        @Nullable Network network,
        Map<String, Rdma> rdma,
        Map<String, String> unified) {

    /**
     * A rule of the devices controller.
     *
     * @param type a (all), c or b
     * @param major null: any
     * @param access of the letters r, w, m
     */
    public record DeviceRule(
            boolean allow,
            String type,
            @Nullable Long major,
            @Nullable Long minor,
            String access) {}

    /** Bytes; -1 is no limit. */
    public record Memory(
            @Nullable Long limit,
            @Nullable Long reservation,
            @Nullable Long swap,
            @Nullable Long kernel,
            @Nullable Long kernelTcp,
            @Nullable Long swappiness,
            @Nullable Boolean disableOomKiller,
            @Nullable Boolean useHierarchy,
            @Nullable Boolean checkBeforeUpdate) {}

    /** Times in microseconds. */
    public record Cpu(
            @Nullable Long shares,
            @Nullable Long quota,
            @Nullable Long burst,
            @Nullable Long period,
            @Nullable Long realtimeRuntime,
            @Nullable Long realtimePeriod,
            String cpus,
            String mems,
            @Nullable Long idle) {}

    /** Weights and limits of block devices. */
    public record BlockIo(
            @Nullable Integer weight,
            @Nullable Integer leafWeight,
            List<WeightDevice> weightDevice,
            List<ThrottleDevice> throttleReadBpsDevice,
            List<ThrottleDevice> throttleWriteBpsDevice,
            List<ThrottleDevice> throttleReadIopsDevice,
            List<ThrottleDevice> throttleWriteIopsDevice) {}

    /** Weight of one device. */
    public record WeightDevice(
            long major,
            long minor,
            @Nullable Integer weight,
            @Nullable Integer leafWeight) {}

    /** Bytes or operations per second of one device. */
    public record ThrottleDevice(long major, long minor, long rate) {}

    /** Bytes of huge pages of one size ("2MB"). */
    public record HugepageLimit(String pageSize, long limit) {}

    /** Class and priorities of network traffic. */
    public record Network(@Nullable Long classId, List<InterfacePriority> priorities) {}

    /** Priority of an interface's traffic. */
    public record InterfacePriority(String name, long priority) {}

    /** Limits of one RDMA device. */
    public record Rdma(@Nullable Long hcaHandles, @Nullable Long hcaObjects) {}

    /** No limits. */
    public static final Resources NONE =
            new Resources(List.of(), null, null, null, null, List.of(), null, Map.of(), Map.of());
}
