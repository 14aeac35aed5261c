// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.registry;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Names of hosts. No name is looked up here: only what is written as an address is taken for one. */
final class Hosts {
    private Hosts() {}

    /** "host" of "host:port". */
    static String withoutPort(String host) {
        int colon = host.lastIndexOf(':');
        return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
    }

    /** Whether a host is this machine itself by its name. */
    static boolean isThisMachine(String host) {
        String h = withoutPort(host);
        return h.equals("localhost") || h.endsWith(".localhost") || h.equals("[::1]") || inNetwork(h, "127.0.0.0/8");
    }

    private static byte[] address(String text) {
        String t = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        boolean literal =
                !t.isEmpty() && (t.indexOf(':') >= 0 || t.chars().allMatch(c -> c == '.' || c >= '0' && c <= '9'));
        try {
            return literal ? InetAddress.getByName(t).getAddress() : new byte[0];
        } catch (UnknownHostException e) {
            return new byte[0];
        }
    }

    /** Whether a host, written as an address, lies in a network (a.b.c.d/n). */
    static boolean inNetwork(String host, String network) {
        int slash = network.indexOf('/');
        if (slash < 0) {
            return false;
        }
        byte[] a = address(host);
        byte[] n = address(network.substring(0, slash));
        int bits;
        try {
            bits = Integer.parseInt(network.substring(slash + 1));
        } catch (NumberFormatException e) {
            return false;
        }
        if (a.length == 0 || a.length != n.length || bits < 0 || bits > a.length * 8) {
            return false;
        }
        for (int i = 0; i < bits; i++) {
            if (((a[i / 8] ^ n[i / 8]) >> 7 - i % 8 & 1) != 0) {
                return false;
            }
        }
        return true;
    }
}
