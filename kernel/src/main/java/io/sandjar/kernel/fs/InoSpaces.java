// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs;

import java.util.concurrent.ConcurrentHashMap;

/**
 * Inode numbers of several file systems that are shown as those of one: all but the first get a prefix, as Linux's
 * overlay does it with xino.
 */
public final class InoSpaces {
    private static final int PREFIX = 48;

    private final long firstDev;
    private final ConcurrentHashMap<Long, Integer> devices = new ConcurrentHashMap<>();

    /** @param firstDev the device whose numbers stay as they are */
    public InoSpaces(long firstDev) {
        this.firstDev = firstDev;
    }

    public long number(long dev, long ino) {
        if (dev == firstDev) {
            return ino;
        }
        Integer n = devices.get(dev);
        if (n == null) {
            synchronized (devices) {
                n = devices.get(dev);
                if (n == null) {
                    n = devices.size() + 1;
                    devices.put(dev, n);
                }
            }
        }
        return ino + ((long) n << PREFIX);
    }
}
