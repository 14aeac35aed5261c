// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Cap;
import io.sandjar.abi.Net;
import io.sandjar.abi.UcredLayout;
import io.sandjar.kernel.vfs.Caller;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The options of SOL_SOCKET (socket(7)). Most only need to be remembered, because a sandbox's network is memory. */
public final class SocketOptions {
    /** Limits of SO_SNDBUF and SO_RCVBUF, net.core.wmem_max and rmem_max. */
    private static final int BUFFER_MAX = 4 << 20;

    private static final int BUFFER_DEFAULT = 212992;

    private static final int SO_DETACH_REUSEPORT_BPF = 68;

    public volatile boolean reuseAddr;
    public volatile boolean reusePort;
    public volatile boolean keepAlive;
    public volatile boolean broadcast;
    public volatile boolean passCred;
    public volatile boolean timestamp;
    public volatile boolean timestampNanos;

    /** Whether SO_TIMESTAMP or SO_TIMESTAMPNS were asked for by their newer numbers, which the control data then has. */
    public volatile boolean timestampNew;

    /** SOF_TIMESTAMPING_*, and by which number they were set. */
    public volatile int timestamping;

    public volatile boolean timestampingNew;

    /** What of packets passes; null for everything. */
    public volatile @Nullable PacketFilter filter;

    /** Which socket of those that share a port gets what; null for one by the sender's address. */
    public volatile @Nullable PacketFilter chooser;

    /** SO_PASSPIDFD. */
    public volatile boolean passPidfd;

    /** SO_SNDBUF and SO_RCVBUF as Linux tells them: twice what was asked for; 0 for the family's default. */
    public volatile int sndbuf;

    public volatile int rcvbuf;
    public volatile int rcvLowat = 1;

    /** SO_RCVTIMEO and SO_SNDTIMEO; 0 is none. */
    public volatile long receiveTimeoutNanos;

    public volatile long sendTimeoutNanos;
    public volatile boolean lingerOn;
    public volatile int lingerSeconds;

    /** Options that have a value and no effect, by number. */
    private volatile int[] plain = new int[0];

    private volatile String device = "";
    private volatile int deviceIndex;

    /** What a connection takes over from the listener. */
    public void inherit(SocketOptions from) {
        reuseAddr = from.reuseAddr;
        reusePort = from.reusePort;
        keepAlive = from.keepAlive;
        passCred = from.passCred;
        passPidfd = from.passPidfd;
        timestamp = from.timestamp;
        timestampNanos = from.timestampNanos;
        timestampNew = from.timestampNew;
        timestamping = from.timestamping;
        timestampingNew = from.timestampingNew;
        sndbuf = from.sndbuf;
        rcvbuf = from.rcvbuf;
        rcvLowat = from.rcvLowat;
        lingerOn = from.lingerOn;
        lingerSeconds = from.lingerSeconds;
        receiveTimeoutNanos = from.receiveTimeoutNanos;
        sendTimeoutNanos = from.sendTimeoutNanos;
        plain = from.plain.clone();
        device = from.device;
        deviceIndex = from.deviceIndex;
    }

    public int sendBuffer(int familyDefault) {
        return sndbuf != 0 ? sndbuf : familyDefault;
    }

    public int receiveBuffer(int familyDefault) {
        return rcvbuf != 0 ? rcvbuf : familyDefault;
    }

    /** Whether the sender is to be known by control data. */
    public boolean wantsSender() {
        return passCred || passPidfd;
    }

    /** The interface that the socket is bound to; 0 for none. */
    public int deviceIndex() {
        return deviceIndex;
    }

    /** Whether packets that came by an interface are for this socket. */
    public boolean fits(int link) {
        int d = deviceIndex;
        return d == 0 || d == link;
    }

    /** With SO_RXQ_OVFL how many packets found no room so far. */
    public void dropCount(ControlOut out, int dropped) {
        if (kept(Net.SO_RXQ_OVFL) != 0 && dropped != 0) {
            out.putInt(Net.SOL_SOCKET, Net.SO_RXQ_OVFL, dropped);
        }
    }

    public boolean oobInline() {
        return kept(Net.SO_OOBINLINE) != 0;
    }

    int set(Caller c, Socket s, int name, byte[] v, int len) {
        switch (name) {
            case Net.SO_RCVTIMEO_OLD, Net.SO_RCVTIMEO_NEW, Net.SO_SNDTIMEO_OLD, Net.SO_SNDTIMEO_NEW:
                return setTimeout(name == Net.SO_RCVTIMEO_OLD || name == Net.SO_RCVTIMEO_NEW, v, len);
            case Net.SO_LINGER:
                if (len < 8) {
                    return -EINVAL;
                }
                lingerSeconds = Bytes.i32(v, 4);
                lingerOn = Bytes.i32(v, 0) != 0;
                return 0;
            case Net.SO_BINDTODEVICE:
                return bindToDevice(s, v, len);
            case Net.SO_ATTACH_FILTER:
                return attach(c, v, len);
            case Net.SO_ATTACH_REUSEPORT_CBPF:
                return attachChooser(c, v, len);
            case Net.SO_DETACH_FILTER:
                if (kept(Net.SO_LOCK_FILTER) != 0) {
                    return -EPERM;
                }
                int r = filter == null ? -ENOENT : 0;
                filter = null;
                return r;
            default:
                if (len < 4) {
                    return -EINVAL;
                }
                return setInt(c, s, name, Bytes.i32(v, 0));
        }
    }

    private int setInt(Caller c, Socket s, int name, int x) {
        boolean on = x != 0;
        switch (name) {
            case Net.SO_REUSEADDR -> reuseAddr = on;
            case Net.SO_REUSEPORT -> reusePort = on;
            case Net.SO_KEEPALIVE -> keepAlive = on;
            case Net.SO_BROADCAST -> broadcast = on;
            case Net.SO_PASSCRED -> passCred = on;
            case Net.SO_PASSPIDFD -> {
                if (s.family() != Net.AF_UNIX && s.family() != Net.AF_NETLINK) {
                    return -EOPNOTSUPP;
                }
                passPidfd = on;
            }
            case Net.SO_TIMESTAMP_OLD, Net.SO_TIMESTAMP_NEW -> {
                timestamp = on;
                timestampNanos = false;
                timestampNew = name == Net.SO_TIMESTAMP_NEW;
            }
            case Net.SO_TIMESTAMPNS_OLD, Net.SO_TIMESTAMPNS_NEW -> {
                timestamp = on;
                timestampNanos = on;
                timestampNew = name == Net.SO_TIMESTAMPNS_NEW;
            }
            case Net.SO_TIMESTAMPING_OLD, Net.SO_TIMESTAMPING_NEW -> {
                boolean tcp = s.isStream() && s.family() != Net.AF_UNIX;
                boolean both = (x & SoftwareStamps.OPT_ID_TCP) == 0 || (x & SoftwareStamps.OPT_ID) != 0;
                if ((x & ~SoftwareStamps.KNOWN) != 0 || !both || (tcp && newId(x) && !s.isConnected())) {
                    return -EINVAL;
                }
                timestamping = x;
                timestampingNew = name == Net.SO_TIMESTAMPING_NEW;
            }
            case Net.SO_LOCK_FILTER -> {
                if (kept(name) != 0 && !on) {
                    return -EPERM;
                }
                keep(name, on ? 1 : 0);
            }
            case Net.SO_SNDBUF -> sndbuf = Math.max(4608, 2 * clamp(x));
            case Net.SO_RCVBUF -> rcvbuf = Math.max(2304, 2 * clamp(x));
            case Net.SO_SNDBUFFORCE, Net.SO_RCVBUFFORCE -> {
                if (!c.creds().has(Cap.CAP_NET_ADMIN)) {
                    return -EPERM;
                }
                return setInt(c, s, name == Net.SO_SNDBUFFORCE ? Net.SO_SNDBUF : Net.SO_RCVBUF, x);
            }
            case Net.SO_RCVLOWAT -> rcvLowat = x < 0 ? Integer.MAX_VALUE : Math.max(1, x);
            case Net.SO_PRIORITY -> {
                if ((x < 0 || x > 6) && !c.creds().has(s.net().owner(), Cap.CAP_NET_ADMIN)) {
                    return -EPERM;
                }
                keep(name, x);
            }
            case Net.SO_MARK -> {
                if (!c.creds().has(s.net().owner(), Cap.CAP_NET_ADMIN)) {
                    return -EPERM;
                }
                keep(name, x);
            }
            case Net.SO_DEBUG -> {
                if (on && !c.creds().has(Cap.CAP_NET_ADMIN)) {
                    return -EACCES;
                }
                keep(name, on ? 1 : 0);
            }
            case Net.SO_PEEK_OFF, Net.SO_INCOMING_CPU -> keep(name, x + 1);
            case Net.SO_DONTROUTE,
                    Net.SO_OOBINLINE,
                    Net.SO_NO_CHECK,
                    Net.SO_PASSSEC,
                    Net.SO_RXQ_OVFL,
                    Net.SO_WIFI_STATUS,
                    Net.SO_NOFCS,
                    Net.SO_PREFER_BUSY_POLL,
                    Net.SO_RCVMARK,
                    Net.SO_SELECT_ERR_QUEUE -> keep(name, on ? 1 : 0);
            case Net.SO_MAX_PACING_RATE -> keep(name, x + 1);
            case Net.SO_BUSY_POLL, Net.SO_BUSY_POLL_BUDGET -> {
                if (x < 0) {
                    return -EINVAL;
                }
                keep(name, x);
            }
            case Net.SO_BUF_LOCK -> {
                if (x < 0 || x > 3) {
                    return -EINVAL;
                }
                keep(name, x);
            }
            case Net.SO_TXREHASH -> {
                if (x < -1 || x > 1) {
                    return -EINVAL;
                }
                keep(name, x == 0 ? 1 : 0);
            }
            case SO_DETACH_REUSEPORT_BPF -> {
                if (!reusePort || chooser == null) {
                    return reusePort ? -ENOENT : -EINVAL;
                }
                chooser = null;
            }
            case Net.SO_RESERVE_MEM -> {
                return x < 0 ? -EINVAL : -EOPNOTSUPP; // as without limits of memory
            }
            case Net.SO_TXTIME -> {
                return -EINVAL; // it is a structure, for schedulers of packets
            }
            case Net.SO_BINDTOIFINDEX -> {
                if (x < 0) {
                    return -EINVAL;
                }
                Link l = s.net().interfaces().byIndex(x); // Linux does not ask whether there is one
                device = l == null ? "" : l.name;
                deviceIndex = x;
            }
            case Net.SO_BSDCOMPAT -> {}
            case Net.SO_ZEROCOPY -> {
                return -EOPNOTSUPP; // nobody would write the completions
            }
            case Net.SO_TYPE, Net.SO_PROTOCOL, Net.SO_DOMAIN, Net.SO_ERROR, Net.SO_ACCEPTCONN, Net.SO_SNDLOWAT -> {
                return -ENOPROTOOPT;
            }
            default -> {
                return -ENOPROTOOPT;
            }
        }
        return 0;
    }

    private boolean newId(int flags) {
        return (flags & SoftwareStamps.OPT_ID) != 0 && (timestamping & SoftwareStamps.OPT_ID) == 0;
    }

    private int attach(Caller c, byte[] v, int len) {
        if (kept(Net.SO_LOCK_FILTER) != 0) {
            return -EPERM;
        }
        int[] error = new int[1];
        PacketFilter f = PacketFilter.read(c, v, len, error);
        if (f == null) {
            return error[0];
        }
        filter = f;
        return 0;
    }

    private int attachChooser(Caller c, byte[] v, int len) {
        int[] error = new int[1];
        PacketFilter f = PacketFilter.read(c, v, len, error);
        if (f == null || !reusePort) {
            return f == null ? error[0] : -EINVAL;
        }
        chooser = f;
        return 0;
    }

    private static int clamp(int asked) {
        return asked < 0 ? BUFFER_MAX : Math.min(asked, BUFFER_MAX);
    }

    private int setTimeout(boolean receive, byte[] v, int len) {
        if (len < 16) {
            return -EINVAL;
        }
        long sec = Bytes.i64(v, 0);
        long usec = Bytes.i64(v, 8);
        if (usec < 0 || usec >= 1_000_000) {
            return -EDOM;
        }
        long nanos = sec < 0 ? 1 : sec > Long.MAX_VALUE / 2_000_000_000L ? 0 : sec * 1_000_000_000L + usec * 1000;
        if (receive) {
            receiveTimeoutNanos = nanos;
        } else {
            sendTimeoutNanos = nanos;
        }
        return 0;
    }

    private int bindToDevice(Socket s, byte[] v, int len) {
        int n = 0;
        while (n < len && n < 15 && v[n] != 0) {
            n++;
        }
        String name = new String(v, 0, n, StandardCharsets.ISO_8859_1);
        Link l = name.isEmpty() ? null : s.net().interfaces().byName(name);
        if (l == null && !name.isEmpty()) {
            return -ENODEV;
        }
        device = name;
        deviceIndex = l == null ? 0 : l.index;
        return 0;
    }

    private synchronized void keep(int name, int value) {
        int[] p = plain;
        if (name >= p.length) {
            p = java.util.Arrays.copyOf(p, name + 1);
        }
        p[name] = value;
        plain = p;
    }

    private int kept(int name) {
        int[] p = plain;
        return name < p.length ? p[name] : 0;
    }

    public int get(Socket s, int name, byte[] out, int len) {
        int x;
        switch (name) {
            case Net.SO_TYPE -> x = s.type();
            case Net.SO_DOMAIN -> x = s.family();
            case Net.SO_PROTOCOL -> x = s.protocol();
            case Net.SO_ERROR -> x = s.takeError();
            case Net.SO_ACCEPTCONN -> x = s.listening() ? 1 : 0;
            case Net.SO_REUSEADDR -> x = reuseAddr ? 1 : 0;
            case Net.SO_REUSEPORT -> x = reusePort ? 1 : 0;
            case Net.SO_KEEPALIVE -> x = keepAlive ? 1 : 0;
            case Net.SO_BROADCAST -> x = broadcast ? 1 : 0;
            case Net.SO_PASSCRED -> x = passCred ? 1 : 0;
            case Net.SO_TIMESTAMP_OLD, Net.SO_TIMESTAMP_NEW ->
                x = timestamp && !timestampNanos && timestampNew == (name == Net.SO_TIMESTAMP_NEW) ? 1 : 0;
            case Net.SO_TIMESTAMPNS_OLD, Net.SO_TIMESTAMPNS_NEW ->
                x = timestampNanos && timestampNew == (name == Net.SO_TIMESTAMPNS_NEW) ? 1 : 0;
            case Net.SO_SNDBUF -> x = sendBuffer(BUFFER_DEFAULT);
            case Net.SO_RCVBUF -> x = receiveBuffer(BUFFER_DEFAULT);
            case Net.SO_RCVLOWAT -> x = rcvLowat;
            case Net.SO_SNDLOWAT -> x = 1;
            case Net.SO_PEEK_OFF -> x = kept(name) - 1;
            case Net.SO_BSDCOMPAT -> x = 0;
            case Net.SO_INCOMING_NAPI_ID -> x = 0;
            case Net.SO_BPF_EXTENSIONS -> x = 64;
            case Net.SO_TIMESTAMPING_OLD, Net.SO_TIMESTAMPING_NEW -> x = timestamping;
            case Net.SO_BINDTOIFINDEX -> x = deviceIndex;
            case Net.SO_PRIORITY,
                    Net.SO_MARK,
                    Net.SO_DEBUG,
                    Net.SO_DONTROUTE,
                    Net.SO_OOBINLINE,
                    Net.SO_NO_CHECK,
                    Net.SO_PASSSEC,
                    Net.SO_RXQ_OVFL,
                    Net.SO_WIFI_STATUS,
                    Net.SO_NOFCS,
                    Net.SO_SELECT_ERR_QUEUE,
                    Net.SO_ZEROCOPY,
                    Net.SO_RCVMARK,
                    Net.SO_LOCK_FILTER,
                    Net.SO_BUSY_POLL,
                    Net.SO_PREFER_BUSY_POLL,
                    Net.SO_BUF_LOCK -> x = kept(name);
            case Net.SO_MAX_PACING_RATE -> x = kept(name) - 1;
            case Net.SO_TXREHASH -> x = kept(name) == 0 ? 1 : 0;
            case Net.SO_RESERVE_MEM, Net.SO_TXTIME -> x = 0;
            case Net.SO_ATTACH_FILTER -> {
                return filter == null ? 0 : -EINVAL; // nobody reads a filter back
            }
            case Net.SO_PEERGROUPS -> {
                return -ENODATA;
            }
            case Net.SO_PEERNAME -> {
                byte[] peer = new byte[128];
                int n = s.peerName(peer);
                if (n < 0 || n > len) {
                    return n < 0 ? -ENOTCONN : -EINVAL;
                }
                System.arraycopy(peer, 0, out, 0, n);
                return n;
            }
            case Net.SO_LINGER -> {
                Bytes.put32(out, 0, lingerOn ? 1 : 0);
                Bytes.put32(out, 4, lingerSeconds);
                return Math.min(len, 8);
            }
            case Net.SO_RCVTIMEO_OLD, Net.SO_RCVTIMEO_NEW, Net.SO_SNDTIMEO_OLD, Net.SO_SNDTIMEO_NEW -> {
                boolean receive = name == Net.SO_RCVTIMEO_OLD || name == Net.SO_RCVTIMEO_NEW;
                long nanos = receive ? receiveTimeoutNanos : sendTimeoutNanos;
                Bytes.put64(out, 0, nanos / 1_000_000_000L);
                Bytes.put64(out, 8, nanos % 1_000_000_000L / 1000);
                return Math.min(len, 16);
            }
            case Net.SO_PEERPIDFD -> {
                return -ENODATA;
            }
            case Net.SO_PASSPIDFD -> x = passPidfd ? 1 : 0;
            case Net.SO_INCOMING_CPU -> x = kept(name) - 1;
            case Net.SO_PEERCRED -> { // of what has no such peer
                if (len < UcredLayout.SIZEOF) {
                    return -EINVAL;
                }
                Bytes.put32(out, UcredLayout.pid, 0);
                Bytes.put32(out, UcredLayout.uid, -1);
                Bytes.put32(out, UcredLayout.gid, -1);
                return UcredLayout.SIZEOF;
            }
            case Net.SO_COOKIE, Net.SO_NETNS_COOKIE -> {
                if (len < 8) {
                    return -EINVAL;
                }
                Bytes.put64(out, 0, name == Net.SO_COOKIE ? s.ino() : 1);
                return 8;
            }
            case Net.SO_BINDTODEVICE -> {
                String d = device;
                if (d.isEmpty()) {
                    return 0;
                }
                if (len < 16) {
                    return -EINVAL;
                }
                byte[] b = d.getBytes(StandardCharsets.ISO_8859_1);
                System.arraycopy(b, 0, out, 0, b.length);
                out[b.length] = 0;
                return b.length + 1;
            }
            case Net.SO_MEMINFO -> {
                int n = Math.min(len, 36);
                java.util.Arrays.fill(out, 0, 36, (byte) 0);
                Bytes.put32(out, 4, receiveBuffer(BUFFER_DEFAULT));
                Bytes.put32(out, 12, sendBuffer(BUFFER_DEFAULT));
                return n;
            }
            default -> {
                return -ENOPROTOOPT;
            }
        }
        Bytes.put32(out, 0, x);
        return Math.min(len, 4);
    }
}
