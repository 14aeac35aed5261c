// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import io.sandjar.kernel.fs.pseudo.LazyDir;
import io.sandjar.kernel.fs.pseudo.PseudoDir;
import io.sandjar.kernel.net.NetStack;

/** /proc/net: the loopback interface and the sockets of the sandbox. */
final class NetDir {
    private static final String TCP =
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"
                    + "                                                     \n";
    private static final String TCP6 =
            "  sl  local_address                         remote_address                        st tx_queue rx_queue tr"
                    + " tm->when retrnsmt   uid  timeout inode\n";
    private static final String UDP =
            "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref"
                    + " pointer drops             \n";

    private static final String UDP6 =
            "  sl  local_address                         remote_address                        st tx_queue rx_queue tr"
                    + " tm->when retrnsmt   uid  timeout inode ref pointer drops\n";
    private static final String NETLINK =
            "sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n";

    private NetDir() {}

    static PseudoDir make(ProcFs proc, NetStack net) {
        return new LazyDir(proc) {
            @Override
            protected void fill() {
                NetDir.entries(proc, net, this);
            }
        };
    }

    private static void entries(ProcFs fs, NetStack net, PseudoDir d) {
        for (String name : new String[] {"dev", "route", "if_inet6"}) {
            d.add(name, new LinkTable(fs, net, name));
        }
        d.add("tcp", new SocketTable(fs, net, "tcp", TCP));
        d.add("tcp6", new SocketTable(fs, net, "tcp6", TCP6));
        d.add("udp", new SocketTable(fs, net, "udp", UDP));
        d.add("udp6", new SocketTable(fs, net, "udp6", UDP6));
        d.add("raw", new ConstantFile(fs, UDP));
        d.add("raw6", new ConstantFile(fs, UDP6));
        for (String name : new String[] {"icmp", "udplite"}) {
            d.add(name, new ConstantFile(fs, UDP));
            d.add(name + "6", new ConstantFile(fs, UDP6));
        }
        d.add("unix", new SocketTable(fs, net, "unix", "Num       RefCount Protocol Flags    Type St Inode Path\n"));
        d.add("packet", new ConstantFile(fs, "sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n"));
        d.add("netlink", new SocketTable(fs, net, "netlink", NETLINK));
        d.add(
                "ipv6_route",
                new ConstantFile(
                        fs,
                        "00000000000000000000000000000001 80 00000000000000000000000000000000 00 00000000000000000000000000000000 00000000 00000001 00000000 80200001       lo\n"));
        d.add(
                "arp",
                new ConstantFile(
                        fs, "IP address       HW type     Flags       HW address            Mask     Device\n"));
        d.add(
                "protocols",
                new ConstantFile(
                        fs,
                        "protocol  size sockets  memory press maxhdr  slab module     cl co di ac io in de sh ss gs se re bi br ha uh gp em\n"));
        for (String name : new String[] {"sockstat", "sockstat6", "snmp", "snmp6", "softnet_stat", "netstat"}) {
            d.add(name, new NetFigures(fs, net, name));
        }
        for (String name : new String[] {"dev_mcast", "igmp", "igmp6", "mcfilter", "mcfilter6"}) {
            d.add(name, new GroupFile(fs, net, name));
        }
        d.add("ptype", new ConstantFile(fs, "Type Device      Function\n"));
        d.add("psched", new ConstantFile(fs, "000003e8 00000040 000f4240 3b9aca00\n"));
        d.add("fib_trie", new ConstantFile(fs, ""));
        d.dir("stat");
    }
}
