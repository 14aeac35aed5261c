// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Net;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/** Settings of one network that its sockets obey, by their names in /proc/sys. */
public final class NetSettings {
    public static final String SOMAXCONN = "net/core/somaxconn";
    public static final String PORT_RANGE = "net/ipv4/ip_local_port_range";

    private static final int PORT_MAX = 65535;

    private volatile int backlogMax = Net.SOMAXCONN;

    /** First port that is given to who wants any, and last, in one word so that they change together. */
    private volatile long ports = 32768L << 32 | 60999;

    /** The longest queue of connections that listen(2) gives. */
    public int backlogMax() {
        return backlogMax;
    }

    public int firstPort() {
        return (int) (ports >>> 32);
    }

    public int lastPort() {
        return (int) ports;
    }

    /** The text of a setting; null for one that is not here. */
    public @Nullable String text(String name) {
        return switch (name) {
            case SOMAXCONN -> backlogMax + "\n";
            case PORT_RANGE -> {
                long p = ports;
                yield (p >>> 32) + "\t" + (int) p + "\n";
            }
            default -> null;
        };
    }

    /** Changes a setting: 0, -EINVAL, or -ENOENT for one that is not here. */
    public int set(String name, String text) {
        boolean range = name.equals(PORT_RANGE);
        if (!range && !name.equals(SOMAXCONN)) {
            return -ENOENT;
        }
        StringTokenizer words = new StringTokenizer(text);
        if (!words.hasMoreTokens()) {
            return 0; // nothing to change
        }
        int first = number(words.nextToken());
        int last = range && words.hasMoreTokens() ? number(words.nextToken()) : range ? lastPort() : first;
        if (first < 0 || last < first || words.hasMoreTokens() || (range && (first == 0 || last > PORT_MAX))) {
            return -EINVAL;
        }
        if (range) {
            ports = (long) first << 32 | last;
        } else {
            backlogMax = first;
        }
        return 0;
    }

    /** A number that fits an int; -1 for anything else. */
    private static int number(String s) {
        if (s.length() > 10) {
            return -1;
        }
        long n = 0;
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            n = n * 10 + c - '0';
        }
        return n > Integer.MAX_VALUE ? -1 : (int) n;
    }
}
