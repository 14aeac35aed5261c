// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.mm;

import io.sandjar.host.Sys;
import java.util.List;

/**
 * What the host's memory limits leave to the guests of a container, looked at now and then. Where it is little, the kernel
 * must not be the one who touches a guest's fresh page: the host's OOM killer would end the right process, find its memory
 * held by the copy that is going on, and end the next one. See {@link Toucher}.
 */
public final class MemoryRoom {
    /** A figure is believed for so long: guests take memory without the kernel, some gigabytes a second at most. */
    private static final long STALE_NANOS = 10_000_000;

    /** Bytes that are enough until the next look. */
    private static final long ENOUGH = 16 << 20;

    private static final long STEP = 64 << 10;

    private final int[] limits;
    private final int[] used;
    private final byte[] text = new byte[32];
    private boolean tight;
    private long credit;
    private long looked;

    /**
     * Takes the descriptors for good.
     *
     * @param limits files that say how many bytes a group may have, of the container's group and of those above it
     * @param used files that say how many each has
     */
    public MemoryRoom(int[] limits, int[] used) {
        this.limits = limits.clone();
        this.used = used.clone();
    }

    /** @param pairs descriptors, a limit's and a usage's in turn */
    public static MemoryRoom ofPairs(List<Integer> pairs) {
        int[] limits = new int[pairs.size() / 2];
        int[] used = new int[limits.length];
        for (int i = 0; i < limits.length; i++) {
            limits[i] = pairs.get(2 * i);
            used[i] = pairs.get(2 * i + 1);
        }
        return new MemoryRoom(limits, used);
    }

    /** Whether little is left; {@code bytes} are about to be written into guests. A guess: races only make it look again. */
    public boolean tight(long bytes) {
        long left = credit - bytes;
        if (left >= 0 && System.nanoTime() - looked < STALE_NANOS) {
            credit = left;
            return tight;
        }
        return look();
    }

    private synchronized boolean look() {
        long least = Long.MAX_VALUE;
        long enough = ENOUGH;
        for (int i = 0; i < limits.length; i++) {
            long limit = number(limits[i]);
            if (limit < 0 || limit >= Long.MAX_VALUE >> 4) {
                continue;
            }
            least = Math.min(least, limit - Math.max(0, number(used[i])));
            enough = Math.min(enough, limit >> 2);
        }
        tight = least < enough;
        credit = tight ? STEP : Math.min(least - enough + STEP, ENOUGH);
        looked = System.nanoTime();
        return tight;
    }

    /** The number at the start of a file; -1 for anything else, such as "max". */
    private long number(int fd) {
        if (fd < 0) {
            return -1;
        }
        long n = Sys.read(fd, text, 0, text.length, 0);
        long value = -1;
        for (int i = 0; i < n && i < 18 && text[i] >= '0' && text[i] <= '9'; i++) {
            value = Math.max(0, value) * 10 + (text[i] - '0');
            if (i == 17) {
                return Long.MAX_VALUE;
            }
        }
        return value;
    }

    /** Gives the descriptors back; from then on nothing is tight. */
    public synchronized void close() {
        for (int i = 0; i < limits.length; i++) {
            if (limits[i] >= 0) {
                Sys.close(limits[i]);
                Sys.close(used[i]);
                limits[i] = -1;
                used[i] = -1;
            }
        }
    }
}
