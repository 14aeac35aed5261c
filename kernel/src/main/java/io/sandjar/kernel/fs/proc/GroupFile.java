// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import io.sandjar.abi.Bytes;
import io.sandjar.kernel.fs.pseudo.TextInode;
import io.sandjar.kernel.net.Link;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.net.inet.GroupTable;
import io.sandjar.kernel.vfs.Caller;
import java.util.LinkedHashMap;
import java.util.Map;

/** Multicast groups in /proc/net: igmp, igmp6, dev_mcast, mcfilter and mcfilter6. */
final class GroupFile extends TextInode {
    private static final String IGMP = "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n";
    private static final String FILTER = "Idx Device        MCA        SRC    INC    EXC\n";
    private static final String FILTER6 =
            "Idx Device                Multicast Address                   Source Address    INC    EXC\n";

    /** The scope in the second byte of a group of IPv6: one that stays on the host has no address on the wire. */
    private static final int SCOPE_HOST = 1;

    /** MAF_LOADED, MAF_NOREPORT. */
    private static final int LOADED = 4;

    private static final int NO_REPORT = 8;

    private final NetStack net;
    private final String name;

    GroupFile(ProcFs fs, NetStack net, String name) {
        super(fs, fs.newIno(), 0444);
        this.net = net;
        this.name = name;
    }

    @Override
    protected int text(Caller c, StringBuilder b) {
        String host = LinkTable.host(net, c, name);
        if (host != null) {
            b.append(host);
            return 0;
        }
        b.append(
                name.equals("igmp")
                        ? IGMP
                        : name.equals("mcfilter") ? FILTER : name.equals("mcfilter6") ? FILTER6 : "");
        for (Link l : net.interfaces().links()) {
            switch (name) {
                case "igmp" -> igmp(b, l);
                case "igmp6" -> igmp6(b, l);
                case "dev_mcast" -> addresses(b, l);
                case "mcfilter" -> sources(b, l, true);
                default -> sources(b, l, false);
            }
        }
        return 0;
    }

    private void igmp(StringBuilder b, Link l) {
        GroupTable.Entry[] groups = net.groups().of(l, true);
        if (groups.length == 0) {
            return;
        }
        b.append(l.index).append('\t');
        Fields.padRight(b, l.name, 10);
        b.append(": ");
        Fields.padLeft(b, groups.length, 5);
        b.append("      V3\n");
        for (GroupTable.Entry g : groups) {
            b.append("\t\t\t\t");
            Fields.upperHex(b, Bytes.i32(g.address(), 0), 8); // as this machine sees it in memory
            b.append(' ');
            Fields.padLeft(b, g.users(), 5);
            b.append(" 0:00000000\t\t0\n");
        }
    }

    private void igmp6(StringBuilder b, Link l) {
        GroupTable.Entry[] groups = net.groups().of(l, false);
        for (GroupTable.Entry g : groups) {
            Fields.padRight(b, Integer.toString(l.index), 4);
            b.append(' ');
            Fields.padRight(b, l.name, 15);
            b.append(' ');
            hex(b, g.address());
            b.append(' ');
            Fields.padLeft(b, g.users(), 5);
            boolean all = g.automatic() && g.address()[15] == 1 && g.address()[12] == 0;
            boolean host = (g.address()[1] & 15) == SCOPE_HOST;
            b.append(' ');
            Fields.upperHex(b, host ? NO_REPORT : all ? NO_REPORT | LOADED : LOADED, 8);
            b.append(" 0\n");
        }
    }

    /** The addresses of Ethernet that the groups of an interface are sent to. */
    private void addresses(StringBuilder b, Link l) {
        if (!l.up() || l.loopback()) {
            return;
        }
        LinkedHashMap<String, int[]> users = new LinkedHashMap<>();
        // those that are always there come first, IPv6 before IPv4
        for (int round = 0; round < 4; round++) {
            GroupTable.Entry[] groups = net.groups().of(l, round % 2 == 1);
            for (int i = groups.length - 1; i >= 0; i--) {
                byte[] g = groups[i].address();
                if (groups[i].automatic() == round < 2 && (g.length == 4 || (g[1] & 15) > SCOPE_HOST)) {
                    users.computeIfAbsent(mac(g), k -> new int[1])[0]++;
                }
            }
        }
        for (Map.Entry<String, int[]> e : users.entrySet()) {
            Fields.padRight(b, Integer.toString(l.index), 4);
            b.append(' ');
            Fields.padRight(b, l.name, 15);
            b.append(' ');
            Fields.padRight(b, Integer.toString(e.getValue()[0]), 5);
            b.append(" 0     ").append(e.getKey()).append('\n');
        }
    }

    /** RFC 1112 and 2464: the last bytes of the group behind a fixed beginning. */
    private static String mac(byte[] group) {
        StringBuilder b = new StringBuilder(12);
        if (group.length == 4) {
            b.append("01005e");
            Fields.hex(b, Bytes.be32(group, 0) & 0x7fffff, 6);
        } else {
            b.append("3333");
            Fields.hex(b, Bytes.be32(group, 12) & 0xffffffffL, 8);
        }
        return b.toString();
    }

    private void sources(StringBuilder b, Link l, boolean four) {
        for (GroupTable.Source s : net.groups().sources(l, four)) {
            Fields.padLeft(b, l.index, 3);
            b.append(' ');
            for (int i = l.name.length(); i < 6; i++) {
                b.append(' ');
            }
            b.append(l.name, 0, Math.min(6, l.name.length())).append(four ? " 0x" : " ");
            hex(b, s.group());
            b.append(four ? " 0x" : " ");
            hex(b, s.source());
            b.append(' ');
            Fields.padLeft(b, s.including(), 6);
            b.append(' ');
            Fields.padLeft(b, s.excluding(), 6);
            b.append('\n');
        }
    }

    private static void hex(StringBuilder b, byte[] address) {
        for (byte x : address) {
            Fields.hex(b, x & 0xff, 2);
        }
    }
}
