// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.IfreqLayout;
import io.sandjar.abi.Ioctl;
import io.sandjar.abi.Net;
import io.sandjar.abi.Rtnl;
import io.sandjar.kernel.vfs.Caller;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The ioctls of netdevice(7), which ifconfig and older libraries use where newer ones speak rtnetlink. */
final class InterfaceIoctl {
    private static final int DATA = IfreqLayout.ifr_data;
    private static final int NAME_MAX = 16;

    /** The first of the sixteen that a driver defines. */
    private static final int SIOCDEVPRIVATE = 0x89f0;

    private InterfaceIoctl() {}

    /** @param admin whether the caller may change interfaces */
    static long ioctl(Interfaces all, Caller c, int cmd, long arg, boolean admin) {
        if (cmd == Ioctl.SIOCGIFCONF) {
            return conf(all, c, arg);
        }
        boolean ofDriver = cmd >= SIOCDEVPRIVATE && cmd < SIOCDEVPRIVATE + 16;
        if (!ofDriver && (cmd < Ioctl.SIOCGIFNAME || cmd > Ioctl.SIOCSIFTXQLEN)) {
            return cmd == Ioctl.SIOCETHTOOL ? -EOPNOTSUPP : -ENOTTY;
        }
        byte[] r = new byte[IfreqLayout.SIZEOF];
        int e = c.mem().read(arg, r);
        if (e < 0) {
            return e;
        }
        if (cmd == Ioctl.SIOCGIFNAME) {
            Link l = all.byIndex(Bytes.i32(r, DATA));
            if (l == null) {
                return -ENODEV;
            }
            putName(r, l.name);
            return c.mem().write(arg, r);
        }
        String given = name(r);
        int colon = given.indexOf(':');
        Link l = all.byName(colon < 0 ? given : given.substring(0, colon));
        if (l == null) {
            return -ENODEV;
        }
        if (ofDriver) { // tunnels among them: no driver here has any
            return -EOPNOTSUPP;
        }
        if (sets(cmd)) {
            e = admin ? set(all, l, cmd, r) : -EPERM;
            all.announce();
            return e;
        }
        e = get(all, l, cmd, r);
        return e < 0 ? e : c.mem().write(arg, r);
    }

    private static boolean sets(int cmd) {
        return switch (cmd) {
            case Ioctl.SIOCSIFFLAGS,
                    Ioctl.SIOCSIFADDR,
                    Ioctl.SIOCSIFNETMASK,
                    Ioctl.SIOCSIFBRDADDR,
                    Ioctl.SIOCSIFDSTADDR,
                    Ioctl.SIOCSIFMTU,
                    Ioctl.SIOCSIFTXQLEN,
                    Ioctl.SIOCSIFNAME,
                    Ioctl.SIOCSIFHWADDR,
                    Ioctl.SIOCSIFMETRIC,
                    Ioctl.SIOCSIFMAP,
                    Ioctl.SIOCADDMULTI,
                    Ioctl.SIOCDELMULTI -> true;
            default -> false;
        };
    }

    private static int get(Interfaces all, Link l, int cmd, byte[] r) {
        Link.Address a = null;
        for (Link.Address x : all.addressesOf(l)) {
            if (x.family() == Net.AF_INET && a == null) {
                a = x;
            }
        }
        switch (cmd) {
            case Ioctl.SIOCGIFADDR, Ioctl.SIOCGIFDSTADDR, Ioctl.SIOCGIFNETMASK, Ioctl.SIOCGIFBRDADDR -> {
                if (a == null) {
                    return -EADDRNOTAVAIL;
                }
            }
            default -> {}
        }
        Arrays.fill(r, DATA, IfreqLayout.SIZEOF, (byte) 0);
        switch (cmd) {
            case Ioctl.SIOCGIFFLAGS -> Bytes.put16(r, DATA, l.shownFlags() & 0xffff);
            case Ioctl.SIOCGIFADDR, Ioctl.SIOCGIFDSTADDR -> putAddress(r, a == null ? new byte[4] : a.bytes());
            case Ioctl.SIOCGIFNETMASK ->
                putAddress(r, Route.prefix(new byte[] {-1, -1, -1, -1}, a == null ? 0 : a.bits()));
            case Ioctl.SIOCGIFBRDADDR -> {
                byte[] b = a == null ? null : a.broadcast();
                putAddress(r, b == null ? new byte[4] : b);
            }
            case Ioctl.SIOCGIFMTU -> Bytes.put32(r, DATA, l.mtu);
            case Ioctl.SIOCGIFINDEX -> Bytes.put32(r, DATA, l.index);
            case Ioctl.SIOCGIFHWADDR -> {
                Bytes.put16(r, DATA, l.hardware);
                System.arraycopy(l.mac, 0, r, DATA + 2, 6);
            }
            case Ioctl.SIOCGIFTXQLEN -> Bytes.put32(r, DATA, l.queueLength);
            case Ioctl.SIOCGIFMETRIC -> Bytes.put32(r, DATA, 0);
            case Ioctl.SIOCGIFMAP -> Bytes.put64(r, DATA, 0);
            default -> {
                return cmd == Ioctl.SIOCGIFMEM ? -ENOTTY : -EINVAL;
            }
        }
        return 0;
    }

    private static int set(Interfaces all, Link l, int cmd, byte[] r) {
        int x = Bytes.i32(r, DATA);
        switch (cmd) {
            case Ioctl.SIOCSIFFLAGS ->
                all.setFlags(
                        l,
                        x & 0xffff,
                        Net.IFF_UP | 0x100 | 0x200 | Net.IFF_NOARP | Net.IFF_MULTICAST); // IFF_PROMISC, IFF_ALLMULTI
            case Ioctl.SIOCSIFADDR, Ioctl.SIOCSIFNETMASK, Ioctl.SIOCSIFBRDADDR, Ioctl.SIOCSIFDSTADDR -> {
                return setAddress(all, l, cmd, r);
            }
            case Ioctl.SIOCSIFMTU -> {
                return all.setMtu(l, x);
            }
            case Ioctl.SIOCSIFTXQLEN -> {
                if (x < 0) {
                    return -EINVAL;
                }
                l.queueLength = x;
                all.changed(l);
            }
            case Ioctl.SIOCSIFNAME -> {
                int n = 0;
                while (n < NAME_MAX && r[DATA + n] != 0) {
                    n++;
                }
                return all.rename(l, new String(r, DATA, n, StandardCharsets.ISO_8859_1));
            }
            case Ioctl.SIOCSIFHWADDR -> {
                if (Bytes.u16(r, DATA) != l.hardware) {
                    return -EINVAL;
                }
                l.mac = Arrays.copyOfRange(r, DATA + 2, DATA + 8);
                all.changed(l);
            }
            default -> {
                return -EOPNOTSUPP;
            }
        }
        return 0;
    }

    private static int setAddress(Interfaces all, Link l, int cmd, byte[] r) {
        if (Bytes.u16(r, DATA) != Net.AF_INET) {
            return -EINVAL;
        }
        byte[] given = Arrays.copyOfRange(r, DATA + 4, DATA + 8);
        Link.Address old = null;
        for (Link.Address a : all.addressesOf(l)) {
            if (a.family() == Net.AF_INET && old == null) {
                old = a;
            }
        }
        if (cmd == Ioctl.SIOCSIFADDR) {
            if (old != null) {
                all.removeAddress(l, old);
            }
            if (Bytes.i32(given, 0) == 0) {
                return 0;
            }
            int first = given[0] & 0xff;
            int bits = first < 128 ? 8 : first < 192 ? 16 : 24; // the classes that addresses had
            int scope = first == 127 ? Rtnl.RT_SCOPE_HOST : Rtnl.RT_SCOPE_UNIVERSE;
            int e = all.addAddress(
                    l,
                    new Link.Address(
                            Net.AF_INET,
                            given,
                            bits,
                            scope,
                            Rtnl.IFA_F_PERMANENT,
                            l.loopback() ? null : last(given, bits)),
                    false);
            if (e == 0) {
                all.setFlags(l, Net.IFF_UP, Net.IFF_UP); // as ever
            }
            return e;
        }
        if (old == null) {
            return -EADDRNOTAVAIL;
        }
        int bits = old.bits();
        byte[] broadcast = old.broadcast();
        if (cmd == Ioctl.SIOCSIFNETMASK) {
            int mask = Bytes.be32(given, 0);
            bits = Integer.bitCount(mask);
            if (mask != (bits == 0 ? 0 : -1 << 32 - bits)) {
                return -EINVAL;
            }
            broadcast = broadcast == null ? null : last(old.bytes(), bits);
        } else if (cmd == Ioctl.SIOCSIFBRDADDR) {
            broadcast = given;
        }
        all.removeAddress(l, old);
        return all.addAddress(
                l, new Link.Address(Net.AF_INET, old.bytes(), bits, old.scope(), old.flags(), broadcast), false);
    }

    private static byte[] last(byte[] address, int bits) {
        byte[] b = address.clone();
        for (int i = bits; i < 32; i++) {
            b[i / 8] |= (byte) (0x80 >>> i % 8);
        }
        return b;
    }

    /** SIOCGIFCONF: struct ifconf { int len; ifreq *buf; }. */
    private static long conf(Interfaces all, Caller c, long arg) {
        byte[] h = new byte[16];
        int e = c.mem().read(arg, h);
        if (e < 0) {
            return e;
        }
        long buf = Bytes.i64(h, 8);
        int room = buf == 0 ? Integer.MAX_VALUE : Math.max(0, Bytes.i32(h, 0));
        int used = 0;
        for (Link l : all.links()) {
            for (Link.Address a : all.addressesOf(l)) {
                if (a.family() != Net.AF_INET || room - used < IfreqLayout.SIZEOF) {
                    continue;
                }
                if (buf != 0) {
                    byte[] r = new byte[IfreqLayout.SIZEOF];
                    putName(r, l.name);
                    putAddress(r, a.bytes());
                    e = c.mem().write(buf + used, r);
                    if (e < 0) {
                        return e;
                    }
                }
                used += IfreqLayout.SIZEOF;
            }
        }
        return c.mem().writeInt(arg, used);
    }

    private static String name(byte[] r) {
        int n = 0;
        while (n < NAME_MAX - 1 && r[n] != 0) {
            n++;
        }
        return new String(r, 0, n, StandardCharsets.ISO_8859_1);
    }

    private static void putName(byte[] r, String name) {
        byte[] n = name.getBytes(StandardCharsets.ISO_8859_1);
        Arrays.fill(r, 0, NAME_MAX, (byte) 0);
        System.arraycopy(n, 0, r, 0, Math.min(n.length, NAME_MAX - 1));
    }

    private static void putAddress(byte[] r, byte @Nullable [] address) {
        Bytes.put16(r, DATA, Net.AF_INET);
        if (address != null) {
            System.arraycopy(address, 0, r, DATA + 4, 4);
        }
    }
}
