// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net;

import io.sandjar.abi.Net;
import io.sandjar.abi.Rtnl;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A network interface: a name, settings and addresses, and what its cable leads to. No packet ever passes one; what is sent to
 * an address is handed over in memory. Guarded by the monitor of {@link Interfaces}.
 */
public final class Link {
    /** An address of a link (four or sixteen bytes). */
    public record Address(int family, byte[] bytes, int bits, int scope, int flags, byte @Nullable [] broadcast) {}

    /** Changes when it comes to a network where another one has it. */
    public volatile int index;

    public final int hardware;

    /** What made it: dummy, veth, bridge; null for the loopback. */
    public final @Nullable String kind;

    public String name;
    public volatile int flags;
    public int mtu;
    public int queueLength = 1000;
    public int group;
    public @Nullable String alias;

    /** Whether it has ever been up: from then on it has a queue. */
    public boolean queued;

    public byte[] mac;
    public final ArrayList<Address> addresses = new ArrayList<>(2);

    /** The other end of a veth. */
    public volatile @Nullable Link peer;

    /** The bridge that it is a port of. */
    public volatile @Nullable Link master;

    private volatile @Nullable NetStack home;

    Link(int index, String name, @Nullable String kind, int hardware, int flags, int mtu, byte[] mac) {
        this.index = index;
        this.name = name;
        this.kind = kind;
        this.hardware = hardware;
        this.flags = flags;
        this.mtu = mtu;
        this.mac = mac;
    }

    /** The network that it belongs to now. */
    public @Nullable NetStack home() {
        return home;
    }

    void setHome(@Nullable NetStack network) {
        home = network;
    }

    /** Whether the other end of its cable is in another network. */
    public boolean leadsElsewhere() {
        Link p = peer;
        return p != null && p.home != home;
    }

    public boolean up() {
        return (flags & Net.IFF_UP) != 0;
    }

    public boolean loopback() {
        return (flags & Net.IFF_LOOPBACK) != 0;
    }

    /** Whether bits could pass: a veth needs both ends, a bridge a port. */
    public boolean carrier() {
        Link p = peer;
        if ("bridge".equals(kind)) {
            return up() && portUp();
        }
        return !"veth".equals(kind) || (up() && p != null && p.up());
    }

    private boolean portUp() {
        NetStack n = home;
        if (n != null) {
            for (Link l : n.interfaces().links()) {
                if (l.master == this && l.up() && l.carrier()) {
                    return true;
                }
            }
        }
        return false;
    }

    /** As /sys/class/net and RTM_GETLINK tell it (RFC 2863). */
    public int operState() {
        if (loopback() || "dummy".equals(kind)) {
            return up() ? Rtnl.IF_OPER_UNKNOWN : Rtnl.IF_OPER_DOWN;
        }
        if (carrier()) {
            return Rtnl.IF_OPER_UP;
        }
        return "veth".equals(kind) && up() && !leadsElsewhere() ? Rtnl.IF_OPER_LOWERLAYERDOWN : Rtnl.IF_OPER_DOWN;
    }

    /** The flags with those that follow from the state. */
    public int shownFlags() {
        int f = flags;
        if (up() && carrier()) {
            f |= Net.IFF_RUNNING | Net.IFF_LOWER_UP;
        } else if (!up() && carrier() && !loopback() && !"veth".equals(kind)) {
            f &= ~Net.IFF_RUNNING;
        }
        return f;
    }

    @Nullable
    Address find(int family, byte[] bytes, int bits) {
        for (Address a : addresses) {
            if (a.family() == family && java.util.Arrays.equals(a.bytes(), bytes) && (bits < 0 || a.bits() == bits)) {
                return a;
            }
        }
        return null;
    }

    /** Its first address of a family; null without. */
    public @Nullable Address first(int family) {
        for (Address a : addresses) {
            if (a.family() == family) {
                return a;
            }
        }
        return null;
    }
}
