// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.IfreqLayout;
import io.sandjar.abi.Ioctl;
import io.sandjar.abi.Net;
import io.sandjar.kernel.vfs.Caller;
import java.nio.charset.StandardCharsets;

/** The network interfaces of the sandbox as netdevice(7) shows them: the loopback and nothing else. */
public final class Interfaces {
    public static final String LOOPBACK = "lo";
    public static final int LOOPBACK_INDEX = 1;
    public static final int LOOPBACK_MTU = 65536;
    public static final int LOOPBACK_FLAGS = Net.IFF_UP | Net.IFF_LOOPBACK | Net.IFF_RUNNING;

    private static final int QUEUE_LENGTH = 1000;

    long ioctl(Caller c, int cmd, long arg) {
        if (cmd == Ioctl.SIOCGIFCONF) {
            return conf(c, arg);
        }
        if (cmd < Ioctl.SIOCGIFNAME || cmd > Ioctl.SIOCSIFTXQLEN) {
            return cmd == Ioctl.SIOCETHTOOL ? -EOPNOTSUPP : -ENOTTY;
        }
        byte[] r = new byte[IfreqLayout.SIZEOF];
        int e = c.mem().read(arg, r);
        if (e < 0) {
            return e;
        }
        if (cmd == Ioctl.SIOCGIFNAME) {
            if (Bytes.i32(r, IfreqLayout.ifr_data) != LOOPBACK_INDEX) {
                return -ENODEV;
            }
            putName(r, 0);
            return c.mem().write(arg, r);
        }
        if (!isLoopback(r)) {
            return -ENODEV;
        }
        e = fill(cmd, r);
        return e < 0 ? e : c.mem().write(arg, r);
    }

    private static int fill(int cmd, byte[] r) {
        int data = IfreqLayout.ifr_data;
        java.util.Arrays.fill(r, data, IfreqLayout.SIZEOF, (byte) 0);
        switch (cmd) {
            case Ioctl.SIOCGIFFLAGS -> Bytes.put16(r, data, LOOPBACK_FLAGS);
            case Ioctl.SIOCGIFADDR, Ioctl.SIOCGIFDSTADDR -> putAddress(r, data, 0x7f000001);
            case Ioctl.SIOCGIFNETMASK -> putAddress(r, data, 0xff000000);
            case Ioctl.SIOCGIFBRDADDR -> putAddress(r, data, 0);
            case Ioctl.SIOCGIFMTU -> Bytes.put32(r, data, LOOPBACK_MTU);
            case Ioctl.SIOCGIFINDEX -> Bytes.put32(r, data, LOOPBACK_INDEX);
            case Ioctl.SIOCGIFHWADDR -> Bytes.put16(r, data, Net.ARPHRD_LOOPBACK);
            case Ioctl.SIOCGIFTXQLEN -> Bytes.put32(r, data, QUEUE_LENGTH);
            case Ioctl.SIOCGIFMETRIC -> Bytes.put32(r, data, 0);
            case Ioctl.SIOCSIFFLAGS -> {
                return 0; // it is up and stays so
            }
            case Ioctl.SIOCGIFMAP -> Bytes.put64(r, data, 0);
            default -> {
                return -EPERM;
            }
        }
        return 0;
    }

    /** SIOCGIFCONF: struct ifconf { int len; ifreq *buf; }. */
    private static long conf(Caller c, long arg) {
        byte[] h = new byte[16];
        int e = c.mem().read(arg, h);
        if (e < 0) {
            return e;
        }
        long buf = Bytes.i64(h, 8);
        if (buf == 0) {
            return c.mem().writeInt(arg, IfreqLayout.SIZEOF);
        }
        if (Bytes.i32(h, 0) < IfreqLayout.SIZEOF) {
            return c.mem().writeInt(arg, 0);
        }
        byte[] r = new byte[IfreqLayout.SIZEOF];
        putName(r, 0);
        putAddress(r, IfreqLayout.ifr_data, 0x7f000001);
        e = c.mem().write(buf, r);
        return e < 0 ? e : c.mem().writeInt(arg, IfreqLayout.SIZEOF);
    }

    private static void putName(byte[] r, int at) {
        byte[] n = LOOPBACK.getBytes(StandardCharsets.ISO_8859_1);
        java.util.Arrays.fill(r, at, at + 16, (byte) 0);
        System.arraycopy(n, 0, r, at, n.length);
    }

    private static boolean isLoopback(byte[] r) {
        return r[0] == 'l' && r[1] == 'o' && (r[2] == 0 || r[2] == ':');
    }

    private static void putAddress(byte[] r, int at, int address) {
        Bytes.put16(r, at, Net.AF_INET);
        Bytes.putBe32(r, at + 4, address);
    }
}
