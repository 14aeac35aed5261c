// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.sys;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Net;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.ListedDir.Entry;
import io.sandjar.kernel.fs.pseudo.PseudoDir;
import io.sandjar.kernel.fs.pseudo.PseudoLink;
import io.sandjar.kernel.fs.pseudo.TextInode;
import io.sandjar.kernel.net.Link;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Inode;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The interfaces of one network below /sys/devices/virtual/net, and their links in /sys/class/net. As on Linux it is the network
 * in which the file system was mounted, whoever looks.
 */
final class NetDevices {
    private static final String[] FILES = {
        "addr_assign_type",
        "addr_len",
        "address",
        "broadcast",
        "carrier",
        "carrier_changes",
        "carrier_down_count",
        "carrier_up_count",
        "dev_id",
        "dev_port",
        "dormant",
        "duplex",
        "flags",
        "gro_flush_timeout",
        "ifalias",
        "ifindex",
        "iflink",
        "link_mode",
        "mtu",
        "name_assign_type",
        "netdev_group",
        "operstate",
        "proto_down",
        "speed",
        "testing",
        "tx_queue_len",
        "type",
        "uevent",
    };

    private static final String[] STATISTICS = {
        "collisions",
        "multicast",
        "rx_bytes",
        "rx_compressed",
        "rx_crc_errors",
        "rx_dropped",
        "rx_errors",
        "rx_fifo_errors",
        "rx_frame_errors",
        "rx_length_errors",
        "rx_missed_errors",
        "rx_nohandler",
        "rx_over_errors",
        "rx_packets",
        "tx_aborted_errors",
        "tx_bytes",
        "tx_carrier_errors",
        "tx_compressed",
        "tx_dropped",
        "tx_errors",
        "tx_fifo_errors",
        "tx_heartbeat_errors",
        "tx_packets",
        "tx_window_errors",
    };

    /** How the operational state is called, by its number (RFC 2863). */
    private static final String[] STATES = {
        "unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up",
    };

    private static final int NAME_PREDICTABLE = 2;
    private static final int NAME_BY_USER = 3;

    private final SysFs home;
    private final NetStack net;
    private final WeakHashMap<Link, PseudoDir> dirs = new WeakHashMap<>();

    NetDevices(SysFs fs, NetStack net) {
        this.home = fs;
        this.net = net;
    }

    /** /sys/devices/virtual/net. */
    PseudoDir devices() {
        return new Listing(4) {
            @Override
            Inode of(Link l) {
                return device(l);
            }
        };
    }

    /** /sys/class/net. */
    PseudoDir links() {
        return new Listing(10) {
            @Override
            Inode of(Link l) {
                return new PseudoLink(home, inoOf(l) + 1, "../../devices/virtual/net/" + l.name);
            }
        };
    }

    private long inoOf(Link l) {
        return device(l).ino();
    }

    private synchronized PseudoDir device(Link l) {
        PseudoDir d = dirs.get(l);
        if (d == null) {
            d = new Device(l);
            dirs.put(l, d);
        }
        return d;
    }

    /** A directory with an entry for each interface that there is at the moment. */
    private abstract class Listing extends PseudoDir {
        private final int type;

        Listing(int type) {
            super(home);
            this.type = type;
        }

        abstract Inode of(Link l);

        @Override
        public int lookup(Caller c, String name, Ref<Inode> out) {
            Link l = net.interfaces().byName(name);
            if (l == null) {
                return -ENOENT;
            }
            out.set(of(l));
            return 0;
        }

        @Override
        protected void list(Caller c, List<Entry> out) {
            for (Link l : net.interfaces().links()) {
                out.add(new Entry(l.name, of(l).ino(), type));
            }
        }
    }

    /** One interface. */
    private final class Device extends PseudoDir {
        private final WeakReference<Link> link;

        Device(Link l) {
            super(home);
            home.newIno(); // of its link in the class
            link = new WeakReference<>(l);
            for (String f : FILES) {
                add(f, new File(link, f));
            }
            PseudoDir s = dir("statistics");
            for (String f : STATISTICS) {
                s.add(f, new File(link, f));
            }
            dir("queues").dir("rx-0");
            dir("queues").dir("tx-0");
            dir("power");
            add("subsystem", new PseudoLink(home, "../../../../class/net"));
            if ("bridge".equals(l.kind)) {
                dir("bridge");
                add("brif", new Ports(link));
            }
        }

        private @Nullable Link master() {
            Link l = link.get();
            return l == null ? null : l.master;
        }

        @Override
        public int lookup(Caller c, String name, Ref<Inode> out) {
            Link m = name.equals("master") ? master() : null;
            if (m != null) {
                out.set(new PseudoLink(home, inoOf(m) + 1, "../" + m.name));
                return 0;
            }
            return super.lookup(c, name, out);
        }

        @Override
        protected void list(Caller c, List<Entry> out) {
            super.list(c, out);
            Link m = master();
            if (m != null) {
                out.add(new Entry("master", inoOf(m) + 1, 10));
            }
        }
    }

    /** The ports of a bridge. */
    private final class Ports extends PseudoDir {
        private final WeakReference<Link> bridge;

        Ports(WeakReference<Link> bridge) {
            super(home);
            this.bridge = bridge;
        }

        @Override
        public int lookup(Caller c, String name, Ref<Inode> out) {
            Link l = net.interfaces().byName(name);
            if (l == null || l.master == null || l.master != bridge.get()) {
                return -ENOENT;
            }
            out.set(new PseudoLink(home, inoOf(l) + 1, "../../" + name + "/brport"));
            return 0;
        }

        @Override
        protected void list(Caller c, List<Entry> out) {
            Link b = bridge.get();
            for (Link l : net.interfaces().links()) {
                if (b != null && l.master == b) {
                    out.add(new Entry(l.name, inoOf(l) + 1, 10));
                }
            }
        }
    }

    /** A property of an interface. */
    private final class File extends TextInode {
        private final WeakReference<Link> link;
        private final String name;

        File(WeakReference<Link> link, String name) {
            super(home, home.newIno(), 0444);
            this.link = link;
            this.name = name;
        }

        @Override
        protected long size() {
            return 4096;
        }

        @Override
        protected int text(Caller c, StringBuilder b) {
            Link l = link.get();
            if (l == null) {
                return -ENODEV;
            }
            switch (name) {
                case "address" -> mac(b, l.mac);
                case "broadcast" -> mac(b, l.loopback() ? new byte[6] : new byte[] {-1, -1, -1, -1, -1, -1});
                case "addr_len" -> b.append(l.mac.length);
                case "carrier" -> {
                    if (!l.up()) {
                        return -EINVAL; // nothing is known of it
                    }
                    b.append(l.carrier() ? 1 : 0);
                }
                case "duplex", "speed" -> {
                    if (!l.up() || !"veth".equals(l.kind)) {
                        return -EINVAL;
                    }
                    b.append(name.equals("speed") ? "10000" : "full");
                }
                case "dev_id" -> b.append("0x0");
                case "flags" ->
                    b.append("0x").append(Integer.toHexString(l.flags & ~(Net.IFF_RUNNING | Net.IFF_LOWER_UP)));
                case "ifalias" -> b.append(l.alias == null ? "" : l.alias);
                case "ifindex" -> b.append(l.index);
                case "iflink" -> {
                    Link p = l.peer;
                    b.append(p == null ? l.index : p.index);
                }
                case "mtu" -> b.append(l.mtu);
                case "name_assign_type" -> b.append(l.loopback() ? NAME_PREDICTABLE : NAME_BY_USER);
                case "addr_assign_type" -> b.append(l.loopback() || l.kind == null ? 0 : 1);
                case "netdev_group" -> b.append(l.group);
                case "operstate" -> b.append(STATES[l.operState()]);
                case "tx_queue_len" -> b.append(l.queueLength);
                case "type" -> b.append(l.hardware);
                case "uevent" -> {
                    if ("bridge".equals(l.kind)) {
                        b.append("DEVTYPE=bridge\n");
                    }
                    b.append("INTERFACE=").append(l.name).append("\nIFINDEX=").append(l.index);
                }
                default -> b.append('0');
            }
            if (!name.equals("ifalias") || b.length() > 0) {
                b.append('\n');
            }
            return 0;
        }

        private static void mac(StringBuilder b, byte[] a) {
            for (int i = 0; i < a.length; i++) {
                b.append(i == 0 ? "" : ":");
                b.append(Character.forDigit(a[i] >> 4 & 15, 16)).append(Character.forDigit(a[i] & 15, 16));
            }
        }
    }
}
