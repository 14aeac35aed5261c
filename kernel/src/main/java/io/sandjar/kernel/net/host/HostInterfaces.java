// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.host;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.IfreqLayout;
import io.sandjar.abi.Ioctl;
import io.sandjar.abi.Net;
import io.sandjar.host.HostSockets;
import io.sandjar.host.Sys;
import io.sandjar.kernel.vfs.Caller;

/** Questions of netdevice(7) about the host's interfaces, for a guest that has the host's network. */
public final class HostInterfaces {
    private HostInterfaces() {}

    /** @return 0, -errno, or -ENOTTY for what is no question about interfaces */
    public static long ioctl(Caller c, int cmd, long arg) {
        switch (cmd) {
            case Ioctl.SIOCGIFCONF,
                    Ioctl.SIOCGIFNAME,
                    Ioctl.SIOCGIFINDEX,
                    Ioctl.SIOCGIFFLAGS,
                    Ioctl.SIOCGIFADDR,
                    Ioctl.SIOCGIFDSTADDR,
                    Ioctl.SIOCGIFNETMASK,
                    Ioctl.SIOCGIFBRDADDR,
                    Ioctl.SIOCGIFMETRIC,
                    Ioctl.SIOCGIFTXQLEN,
                    Ioctl.SIOCGIFMTU,
                    Ioctl.SIOCGIFHWADDR -> {
                int fd = HostSockets.socket(Net.AF_INET, Net.SOCK_DGRAM, 0);
                if (fd < 0) {
                    return fd;
                }
                try {
                    return cmd == Ioctl.SIOCGIFCONF ? conf(c, fd, arg) : one(c, fd, cmd, arg);
                } finally {
                    Sys.close(fd);
                }
            }
            default -> {
                return cmd >= Ioctl.SIOCGIFNAME && cmd <= Ioctl.SIOCSIFTXQLEN ? -EPERM : -ENOTTY;
            }
        }
    }

    private static long one(Caller c, int fd, int cmd, long arg) {
        byte[] r = new byte[IfreqLayout.SIZEOF];
        int e = c.mem().read(arg, r);
        if (e == 0) {
            e = HostSockets.ioctl(fd, cmd, r);
        }
        return e < 0 ? e : c.mem().write(arg, r);
    }

    /** struct ifconf { int len; ifreq *buf; }. */
    private static long conf(Caller c, int fd, long arg) {
        byte[] h = new byte[16];
        int e = c.mem().read(arg, h);
        if (e < 0) {
            return e;
        }
        byte[] all = new byte[100 * IfreqLayout.SIZEOF];
        int n = HostSockets.interfaces(fd, all);
        if (n < 0) {
            return n;
        }
        long buf = Bytes.i64(h, 8);
        if (buf != 0) {
            int room = Math.max(0, Bytes.i32(h, 0)) / IfreqLayout.SIZEOF * IfreqLayout.SIZEOF;
            n = Math.min(n, room);
            e = c.mem().write(buf, all, 0, n);
            if (e < 0) {
                return e;
            }
        }
        return c.mem().writeInt(arg, n);
    }
}
