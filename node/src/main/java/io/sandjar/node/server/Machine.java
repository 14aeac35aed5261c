// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** This machine as /proc tells it. */
public final class Machine {
    private static final long TICK_NANOS = 10_000_000;

    private Machine() {}

    public static long memoryBytes() {
        return meminfo("MemTotal:");
    }

    static long usedMemoryBytes() {
        return Math.max(0, meminfo("MemTotal:") - meminfo("MemAvailable:"));
    }

    private static long meminfo(String field) {
        for (String line : read("/proc/meminfo").split("\n")) {
            if (line.startsWith(field)) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
            }
        }
        return 0;
    }

    static String read(String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException e) {
            return "";
        }
    }

    /** CPU in use, seen over a third of a second. */
    static long busyNanoCores() {
        long[] a = ticks();
        try {
            Thread.sleep(300);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        long[] b = ticks();
        return Math.max(0, (long) ((b[0] - a[0]) * TICK_NANOS * 1e9 / Math.max(1, b[1] - a[1])));
    }

    /** Busy ticks of all CPUs, and the time in nanoseconds. */
    private static long[] ticks() {
        String[] f = read("/proc/stat").split("\n")[0].trim().split("\\s+");
        long busy = 0;
        for (int i = 1; i < f.length && i <= 8; i++) {
            if (i != 4 && i != 5) { // idle, iowait
                busy += Long.parseLong(f[i]);
            }
        }
        return new long[] {busy, System.nanoTime()};
    }
}
