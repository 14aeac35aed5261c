// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import static io.sandjar.kernel.fs.proc.Fields.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Net;
import io.sandjar.kernel.fs.pseudo.TextInode;
import io.sandjar.kernel.net.Link;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.net.inet.Groups;
import io.sandjar.kernel.vfs.Caller;
import java.util.Arrays;
import java.util.List;

/** /proc/net/igmp and igmp6: the multicast groups of each interface, with those that Linux joins by itself. */
final class GroupTable extends TextInode {
    private static final int ALL_HOSTS = 0xe0000001;

    /** MAF_LOADED, MAF_NOREPORT. */
    private static final int LOADED = 4;

    private static final int NO_REPORT = 8;
    private static final int SCOPE_INTERFACE = 1;

    private final NetStack net;
    private final int family;

    GroupTable(ProcFs fs, NetStack net, int family) {
        super(fs, fs.newIno(), 0444);
        this.net = net;
        this.family = family;
    }

    @Override
    protected int text(Caller c, StringBuilder b) {
        boolean four = family == Net.AF_INET;
        String host = LinkTable.host(net, c, four ? "igmp" : "igmp6");
        if (host != null) {
            b.append(host);
            return 0;
        }
        if (four) {
            b.append("Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n");
        }
        for (Link l : net.interfaces().links()) {
            List<Groups.Group> joined = net.wire().groups().of(l.index, family);
            if (!four) {
                six(b, l, joined);
            } else if (l.up()) {
                four(b, l, joined);
            }
        }
        return 0;
    }

    private static void four(StringBuilder b, Link l, List<Groups.Group> joined) {
        int automatic = 1;
        for (Groups.Group g : joined) {
            automatic += Bytes.be32(g.address(), 0) == ALL_HOSTS ? g.users() : 0;
        }
        int count = automatic > 1 ? joined.size() : joined.size() + 1;
        b.append(l.index).append('\t');
        padRight(b, l.name, 10);
        b.append(": ");
        padLeft(b, count, 5);
        b.append("      V3\n");
        for (Groups.Group g : joined) {
            if (Bytes.be32(g.address(), 0) != ALL_HOSTS) {
                row(b, Bytes.i32(g.address(), 0), g.users());
            }
        }
        row(b, Integer.reverseBytes(ALL_HOSTS), automatic);
    }

    private static void row(StringBuilder b, int group, int users) {
        b.append("\t\t\t\t");
        upperHex(b, group, 8);
        b.append(' ');
        padLeft(b, users, 5);
        b.append(" 0:00000000\t\t0\n");
    }

    private void six(StringBuilder b, Link l, List<Groups.Group> joined) {
        byte[] interfaceNodes = nodes(SCOPE_INTERFACE);
        byte[] linkNodes = nodes(2);
        int[] automatic = {1, 1};
        for (Groups.Group g : joined) {
            if (Arrays.equals(g.address(), interfaceNodes)) {
                automatic[0] += g.users();
            } else if (Arrays.equals(g.address(), linkNodes)) {
                automatic[1] += g.users();
            } else {
                row6(b, l, g.address(), g.users(), (g.address()[1] & 15) == SCOPE_INTERFACE ? NO_REPORT : LOADED);
            }
        }
        if (!l.loopback() && (l.shownFlags() & Net.IFF_NOARP) == 0) {
            Link.Address[] own = net.interfaces().addressesOf(l);
            for (int i = own.length - 1; i >= 0; i--) {
                if (own[i].family() == Net.AF_INET6) {
                    row6(b, l, solicited(own[i].bytes()), 1, LOADED);
                }
            }
        }
        row6(b, l, linkNodes, automatic[1], LOADED | NO_REPORT);
        row6(b, l, interfaceNodes, automatic[0], NO_REPORT);
    }

    private static void row6(StringBuilder b, Link l, byte[] group, int users, int flags) {
        padRight(b, Integer.toString(l.index), 4);
        b.append(' ');
        padRight(b, l.name, 15);
        b.append(' ');
        for (byte x : group) {
            hex(b, x & 0xff, 2);
        }
        b.append(' ');
        padLeft(b, users, 5);
        b.append(' ');
        upperHex(b, flags, 8);
        b.append(" 0\n");
    }

    /** The group of all nodes of a scope: ff01::1, ff02::1. */
    private static byte[] nodes(int scope) {
        byte[] g = new byte[16];
        g[0] = (byte) 0xff;
        g[1] = (byte) scope;
        g[15] = 1;
        return g;
    }

    /** The group in which the neighbours of an address are asked for it (RFC 4291). */
    private static byte[] solicited(byte[] address) {
        byte[] g = nodes(2);
        g[11] = 1;
        g[12] = (byte) 0xff;
        System.arraycopy(address, 13, g, 13, 3);
        return g;
    }
}
