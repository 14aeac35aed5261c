// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import io.sandjar.abi.Net;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The multicast groups that the sockets of one network have joined, by interface. Who sends asks whether anybody is there;
 * /proc/net lists them.
 */
public final class Groups {
    /**
     * A group of an interface.
     *
     * @param users how many sockets have joined it there
     */
    public record Group(byte[] address, int users) {}

    /** Index of the interface, then the number of sockets by group, the newest group first. Guarded by this. */
    private final HashMap<Integer, LinkedHashMap<InetAddr, Integer>> byLink = new HashMap<>(2);

    Groups() {}

    synchronized void joined(InetAddr group, int link) {
        LinkedHashMap<InetAddr, Integer> there = byLink.get(link);
        if (there == null) {
            there = new LinkedHashMap<>(2);
            byLink.put(link, there);
        }
        Integer users = there.get(group);
        if (users == null) {
            there.putFirst(group, 1);
        } else {
            there.put(group, users + 1);
        }
    }

    synchronized void left(InetAddr group, int link) {
        LinkedHashMap<InetAddr, Integer> there = byLink.get(link);
        Integer users = there == null ? null : there.get(group);
        if (there == null || users == null) {
            return;
        }
        if (users > 1) {
            there.put(group, users - 1);
            return;
        }
        there.remove(group);
        if (there.isEmpty()) {
            byLink.remove(link);
        }
    }

    /** Whether somebody has joined a group, on any interface. */
    synchronized boolean has(InetAddr group) {
        for (LinkedHashMap<InetAddr, Integer> there : byLink.values()) {
            if (there.containsKey(group)) {
                return true;
            }
        }
        return false;
    }

    /** What has been joined on an interface, the newest first. */
    public synchronized List<Group> of(int link, int family) {
        ArrayList<Group> all = new ArrayList<>();
        LinkedHashMap<InetAddr, Integer> there = byLink.get(link);
        if (there != null) {
            for (Map.Entry<InetAddr, Integer> e : there.entrySet()) {
                if (e.getKey().isV4() == (family == Net.AF_INET)) {
                    all.add(new Group(e.getKey().bytes(family), e.getValue()));
                }
            }
        }
        return all;
    }
}
