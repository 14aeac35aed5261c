// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net;

import java.util.ArrayList;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Who was met on the cables of a network (arp(7)): what RTM_GETNEIGH lists, and what guests have entered themselves. */
public final class Neighbours {
    /** Limit of what a guest can make the kernel keep. */
    private static final int MAX = 1024;

    /** NUD_REACHABLE, NUD_FAILED, NUD_PERMANENT. */
    public static final int REACHABLE = 0x02;

    public static final int FAILED = 0x20;
    public static final int PERMANENT = 0x80;

    /** @param mac null for one that did not answer */
    public record Entry(Link link, byte[] address, byte @Nullable [] mac, int state) {}

    private final ArrayList<Entry> entries = new ArrayList<>(0);

    private int find(Link l, byte[] address) {
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i).link() == l && Arrays.equals(entries.get(i).address(), address)) {
                return i;
            }
        }
        return -1;
    }

    public synchronized @Nullable Entry get(Link l, byte[] address) {
        int i = find(l, address);
        return i < 0 ? null : entries.get(i);
    }

    synchronized void met(Link l, byte[] address, byte @Nullable [] mac) {
        int i = find(l, address);
        if (i >= 0 && entries.get(i).state() == PERMANENT) {
            return;
        }
        set(new Entry(l, address, mac, mac == null ? FAILED : REACHABLE));
    }

    /** Enters one, or changes it: false where there is no room. */
    public synchronized boolean set(Entry e) {
        int i = find(e.link(), e.address());
        if (i >= 0) {
            entries.set(i, e);
            return true;
        }
        if (entries.size() >= MAX) {
            if (e.state() == PERMANENT) {
                return false;
            }
            entries.remove(0);
        }
        entries.add(e);
        return true;
    }

    public synchronized boolean remove(Link l, byte[] address) {
        int i = find(l, address);
        if (i >= 0) {
            entries.remove(i);
        }
        return i >= 0;
    }

    synchronized void forget(Link l) {
        for (int i = entries.size() - 1; i >= 0; i--) {
            if (entries.get(i).link() == l) {
                entries.remove(i);
            }
        }
    }

    public synchronized Entry[] all() {
        return entries.toArray(new Entry[0]);
    }
}
