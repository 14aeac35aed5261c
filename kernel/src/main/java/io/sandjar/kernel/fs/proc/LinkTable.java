// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import static io.sandjar.kernel.fs.proc.Fields.*;

import io.sandjar.abi.Net;
import io.sandjar.abi.Rtnl;
import io.sandjar.host.HostFiles;
import io.sandjar.kernel.fs.pseudo.TextInode;
import io.sandjar.kernel.net.Link;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.net.Route;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.vfs.Caller;
import org.jspecify.annotations.Nullable;

/**
 * Interfaces, addresses and routes of a network in /proc/net: older tools and Java look here, all others ask rtnetlink. With
 * the host's network the files are the host's.
 */
final class LinkTable extends TextInode {
    private static final String DEV = """
            Inter-|   Receive                                                |  Transmit
             face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
            """;

    private static final String ROUTE =
            "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT";

    private static final int ROUTE_WIDTH = 127;
    private static final int RTF_UP = 1;
    private static final int RTF_GATEWAY = 2;
    private static final int RTF_HOST = 4;
    private static final int SCOPE_LOOPBACK = 0x10;
    private static final int SCOPE_LINK = 0x20;

    private final NetStack net;
    private final String name;

    /** @param name dev, route or if_inet6 */
    LinkTable(ProcFs fs, NetStack net, String name) {
        super(fs, fs.newIno(), 0444);
        this.net = net;
        this.name = name;
    }

    @Override
    protected int text(Caller c, StringBuilder b) {
        String host = host(net, c, name);
        if (host != null) {
            b.append(host);
            return 0;
        }
        switch (name) {
            case "dev" -> {
                b.append(DEV);
                for (Link l : net.interfaces().links()) {
                    padRight(b, "", 6 - l.name.length());
                    b.append(l.name);
                    b.append(":       0       0    0    0    0     0          0         0        0       0    0    0");
                    b.append("    0     0       0          0\n");
                }
            }
            case "route" -> routes(b);
            default -> addresses(b);
        }
        return 0;
    }

    /** A file of the host's network, where that is the guest's; null where it is not. */
    static @Nullable String host(NetStack net, Caller c, String name) {
        return net.hostNetwork() && c instanceof Task t
                ? HostFiles.procText(t.group().hostPid() + "/net/" + name)
                : null;
    }

    private void addresses(StringBuilder b) {
        for (Link l : net.interfaces().links()) {
            for (Link.Address a : net.interfaces().addressesOf(l)) {
                if (a.family() != Net.AF_INET6) {
                    continue;
                }
                for (byte x : a.bytes()) {
                    hex(b, x & 0xff, 2);
                }
                b.append(' ');
                hex(b, l.index, 2);
                b.append(' ');
                hex(b, a.bits(), 2);
                b.append(' ');
                int scope = a.scope() == Rtnl.RT_SCOPE_HOST
                        ? SCOPE_LOOPBACK
                        : a.scope() == Rtnl.RT_SCOPE_LINK ? SCOPE_LINK : 0;
                hex(b, scope, 2);
                b.append(' ');
                hex(b, a.flags() & 0xff, 2);
                b.append(' ');
                padRight(b, "", 8 - l.name.length());
                b.append(l.name).append('\n');
            }
        }
    }

    private void routes(StringBuilder b) {
        line(b, new StringBuilder(ROUTE));
        for (Route r : net.interfaces().routes()) {
            Link l = net.interfaces().byIndex(r.link());
            if (r.family() != Net.AF_INET || r.table() != Rtnl.RT_TABLE_MAIN || l == null) {
                continue;
            }
            byte[] via = r.gateway();
            int flags = RTF_UP | (via == null ? 0 : RTF_GATEWAY) | (r.bits() == 32 ? RTF_HOST : 0);
            StringBuilder s = new StringBuilder(l.name).append('\t');
            address(s, r.dst());
            s.append('\t');
            address(s, via == null ? new byte[4] : via);
            s.append('\t');
            zeros(s, Long.parseLong(Integer.toHexString(flags)), 4);
            s.append("\t0\t0\t").append(r.priority() & 0xffffffffL).append('\t');
            int mask = r.bits() == 0 ? 0 : -1 << (32 - r.bits());
            address(s, new byte[] {(byte) (mask >>> 24), (byte) (mask >>> 16), (byte) (mask >>> 8), (byte) mask});
            line(b, s.append("\t0\t0\t0"));
        }
    }

    /** Lines of this file are as long as each other. */
    private static void line(StringBuilder b, StringBuilder line) {
        padRight(b, line.toString(), ROUTE_WIDTH);
        b.append('\n');
    }

    /** An address as the number that it is in the machine's memory. */
    private static void address(StringBuilder b, byte[] a) {
        for (int i = 3; i >= 0; i--) {
            int x = a.length == 4 ? a[i] & 0xff : 0;
            b.append(Character.toUpperCase(Character.forDigit(x >> 4, 16)));
            b.append(Character.toUpperCase(Character.forDigit(x & 15, 16)));
        }
    }
}
