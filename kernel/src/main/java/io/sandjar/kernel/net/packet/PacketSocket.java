// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.packet;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Cap;
import io.sandjar.abi.Net;
import io.sandjar.abi.Poll;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.net.ControlOut;
import io.sandjar.kernel.net.Link;
import io.sandjar.kernel.net.Msg;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.net.PacketFilter;
import io.sandjar.kernel.net.RecordQueue;
import io.sandjar.kernel.net.Socket;
import io.sandjar.kernel.net.SocketInfo;
import io.sandjar.kernel.net.SoftwareStamps;
import io.sandjar.kernel.net.inet.StackInput;
import io.sandjar.kernel.net.inet.Wire;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.IoBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A packet socket (packet(7)): sees what passes the interfaces of its network, with a queue or with a ring in shared memory. */
public final class PacketSocket extends Socket implements Wire.Tap {
    private static final int BUFFER = 212992;
    private static final int ETH_P_ALL = 3;
    private static final int RING_MAX = 64 << 20;
    private static final int RESERVE_MAX = 1 << 16;
    private static final byte[] NO_MAC = new byte[6];

    private final RecordQueue in;
    private final PacketOptions own = new PacketOptions();
    private volatile int boundProtocol;
    private volatile int link;
    private volatile boolean closed;
    private boolean listens;

    /** Guarded by the monitor, for the packet that is being written. */
    private @Nullable PacketRing ring;

    private volatile boolean hasRing;

    private PacketSocket(NetStack net, int type, int protocol) {
        super(net, Net.AF_PACKET, type, protocol);
        in = new RecordQueue(net, BUFFER, Integer.MAX_VALUE);
        boundProtocol = (protocol & 0xff) << 8 | protocol >> 8 & 0xff; // is given in the order of the network
        listen();
    }

    public static int create(NetStack net, Caller c, int type, int protocol, Ref<Socket> out) {
        if (!c.creds().has(net.owner(), Cap.CAP_NET_RAW)) {
            return -EPERM;
        }
        if (type != Net.SOCK_RAW && type != Net.SOCK_DGRAM) {
            return -ESOCKTNOSUPPORT; // SOCK_PACKET has been obsolete since Linux 2.2
        }
        out.set(new PacketSocket(net, type, protocol));
        return 0;
    }

    private boolean raw() {
        return type() == Net.SOCK_RAW;
    }

    /** Begins to see packets, unless its protocol says that it never will. */
    private void listen() {
        boolean wanted = boundProtocol != 0 && !closed;
        if (wanted != listens) {
            listens = wanted;
            if (wanted) {
                net.wire().add(this);
            } else {
                net.wire().remove(this);
            }
        }
    }

    // ---- names ----

    @Override
    public int bind(Caller c, byte[] addr, int len) {
        if (len < PacketRing.SOCKADDR || Bytes.u16(addr, 0) != Net.AF_PACKET) {
            return -EINVAL;
        }
        int index = Bytes.i32(addr, 4);
        if (index != 0 && net.interfaces().byIndex(index) == null) {
            return -ENODEV;
        }
        int protocol = Bytes.be16(addr, 2);
        synchronized (this) {
            link = index;
            boundProtocol = protocol != 0 ? protocol : boundProtocol;
            listen();
        }
        return 0;
    }

    @Override
    public int name(byte[] out) {
        Link l = net.interfaces().byIndex(link);
        return address(out, boundProtocol, link, l, 0) - (l == null ? 8 : 2);
    }

    /** struct sockaddr_ll: its length. */
    private static int address(byte[] out, int protocol, int index, @Nullable Link l, int type) {
        Arrays.fill(out, 0, PacketRing.SOCKADDR, (byte) 0);
        Bytes.put16(out, 0, Net.AF_PACKET);
        Bytes.putBe16(out, 2, protocol);
        Bytes.put32(out, 4, index);
        Bytes.put16(out, 8, l == null ? 0 : l.hardware);
        out[10] = (byte) type;
        if (l != null) {
            out[11] = 6;
            System.arraycopy(l.mac, 0, out, 12, 6);
        }
        return PacketRing.SOCKADDR;
    }

    @Override
    public int peerName(byte[] out) {
        return -EOPNOTSUPP;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            listen();
            dropRing();
        }
        in.kill(net, true);
    }

    private void dropRing() {
        PacketRing r = ring;
        ring = null;
        hasRing = false;
        if (r != null) {
            r.close();
            net.memory().give(r.size());
        }
    }

    // ---- seeing ----

    @Override
    public void packet(byte[] packet, int protocol, int index, int type) {
        boolean all = boundProtocol == ETH_P_ALL;
        if ((link != 0 && link != index)
                || !(all || boundProtocol == protocol)
                || (type == Wire.OUTGOING && (!all || own.ignoresOutgoing()))) {
            return;
        }
        Link l = net.interfaces().byIndex(index);
        int before = raw() ? Wire.LINK_HEADER : 0;
        byte[] frame = new byte[before + packet.length];
        if (before > 0) {
            header(frame, l, protocol, type);
        }
        System.arraycopy(packet, 0, frame, before, packet.length);
        int snap = frame.length;
        PacketFilter f = options.filter;
        if (f != null) {
            int hardware = l == null ? 0 : l.hardware;
            int n = f.run(frame, new PacketFilter.About(protocol, type, index, hardware, before));
            if (n == 0) {
                return;
            }
            snap = Math.min(snap, n);
        }
        byte[] from = new byte[PacketRing.SOCKADDR];
        address(from, protocol, index, l, type);
        long now = SoftwareStamps.now();
        boolean taken;
        synchronized (this) {
            PacketRing r = ring;
            if (r == null) {
                Seen seen = new Seen(frame.length, before);
                byte[] data = snap == frame.length ? frame : Arrays.copyOf(frame, snap);
                taken = in.put(new RecordQueue.Rec(data, from, null, seen, now)) == 0;
            } else {
                taken = r.put(frame, frame.length, snap, before, own.reserve(), from, now, own.losing());
            }
            own.counted(taken);
        }
        if (taken) {
            queue.wake(READABLE);
        }
    }

    /** Ethernet addresses: of a cable those of its ends, of the loopback none. */
    private static void header(byte[] frame, @Nullable Link l, int protocol, int type) {
        Link far = l == null ? null : l.peer;
        byte[] mine = l == null ? NO_MAC : l.mac;
        byte[] other = far == null ? NO_MAC : far.mac;
        System.arraycopy(type == Wire.OUTGOING ? other : mine, 0, frame, 0, 6);
        System.arraycopy(type == Wire.OUTGOING ? mine : other, 0, frame, 6, 6);
        Bytes.putBe16(frame, 12, protocol);
    }

    /** What control data says of a packet beside its bytes. */
    private record Seen(int length, int linkHeader) {}

    @Override
    public long recv(Caller c, IoBuffer dst, int flags, @Nullable Msg msg) {
        if ((flags & (Net.MSG_OOB | Net.MSG_ERRQUEUE)) != 0) {
            return (flags & Net.MSG_OOB) != 0 ? -EINVAL : -EAGAIN;
        }
        int e = takeError();
        if (e != 0) {
            return -e;
        }
        Ref<RecordQueue.Rec> got = new Ref<>();
        long n = in.take(dst, (flags & Net.MSG_PEEK) != 0, got, new Ref<>());
        RecordQueue.Rec rec = got.orNull();
        if (n < 0 || rec == null) {
            return n;
        }
        lastTimeNanos = rec.timeNanos;
        if (msg != null) {
            msg.received(rec, n);
            ControlOut out = msg.control;
            if (out != null) {
                SoftwareStamps.put(options, out, rec.timeNanos);
                if (own.auxiliary() && rec.extra instanceof Seen s) {
                    byte[] aux = new byte[20];
                    Bytes.put32(aux, 0, 1); // TP_STATUS_USER
                    Bytes.put32(aux, 4, s.length());
                    Bytes.put32(aux, 8, rec.data.length);
                    Bytes.put16(aux, 14, s.linkHeader());
                    out.put(Net.SOL_PACKET, PacketOptions.AUXDATA, aux, aux.length);
                }
            }
        }
        return (flags & Net.MSG_TRUNC) != 0 ? rec.data.length : n;
    }

    @Override
    public int available() {
        return in.firstLength();
    }

    @Override
    public int poll() {
        boolean readable = in.count() > 0;
        if (!readable && hasRing) {
            synchronized (this) {
                PacketRing r = ring;
                readable = r != null && r.readable();
            }
        }
        return WRITABLE | (readable ? READABLE : 0) | (error != 0 ? Poll.POLLERR : 0);
    }

    // ---- sending ----

    @Override
    public long send(Caller c, IoBuffer src, int flags, @Nullable Msg msg) {
        int index = link;
        int protocol = boundProtocol;
        if (msg != null && msg.nameLen > 0) {
            if (msg.nameLen < 12 || Bytes.u16(msg.name, 0) != Net.AF_PACKET) {
                return -EINVAL;
            }
            index = Bytes.i32(msg.name, 4);
            protocol = Bytes.be16(msg.name, 2);
        }
        Link l = index == 0 ? null : net.interfaces().byIndex(index);
        if (l == null) {
            return -ENXIO;
        }
        if (!l.up()) {
            return -ENETDOWN;
        }
        int before = raw() ? Wire.LINK_HEADER : 0;
        if (src.remaining() > l.mtu + before) {
            return -EMSGSIZE;
        }
        if (src.remaining() < before) {
            return -EINVAL;
        }
        Ref<byte[]> copied = new Ref<>();
        int r = src.getAll(copied);
        if (r < 0) {
            return r;
        }
        byte[] frame = copied.get();
        if (raw()) {
            protocol = Bytes.be16(frame, 12);
        }
        byte[] packet = Arrays.copyOfRange(frame, before, frame.length);
        Link far = l.loopback() ? l : l.peer;
        NetStack there = far == null || !far.up() ? null : far.home();
        boolean ip = protocol == Wire.ETH_P_IP || protocol == Wire.ETH_P_IPV6;
        if (far != null && there != null && ip && packet.length > 0) {
            net.lock().lock();
            try {
                StackInput.frame(there, packet, far.index);
            } finally {
                net.lock().unlock();
            }
        }
        return frame.length;
    }

    // ---- options ----

    @Override
    protected void optionChanged(int name) {
        if (name == Net.SO_RCVBUF) {
            in.setLimit(options.receiveBuffer(BUFFER));
        }
    }

    @Override
    protected int setOption(Caller c, int level, int name, byte[] v, int len) {
        if (level != Net.SOL_PACKET) {
            return -ENOPROTOOPT;
        }
        if (name == PacketOptions.RX_RING) {
            return len < 16 ? -EINVAL : setRing(v);
        }
        return own.set(net, name, v, len, hasRing, RESERVE_MAX);
    }

    private synchronized int setRing(byte[] req) {
        if (Bytes.i32(req, 4) == 0) { // no blocks: the end of the ring
            dropRing();
            return Bytes.i32(req, 12) != 0 ? -EINVAL : 0;
        }
        if (ring != null) {
            return -EBUSY;
        }
        long size = PacketRing.check(req, own.reserve(), RING_MAX);
        if (size < 0) {
            return (int) size;
        }
        if (!net.memory().take((int) size)) {
            return -ENOMEM;
        }
        PacketRing made = PacketRing.make(req, own.version(), (int) size);
        if (made == null) {
            net.memory().give((int) size);
            return -ENOMEM;
        }
        ring = made;
        hasRing = true;
        return 0;
    }

    /** The memory of the ring, to be mapped: its descriptor or -errno. */
    @Override
    public synchronized int mapFd() {
        PacketRing r = ring;
        return r == null ? -EINVAL : r.fd();
    }

    @Override
    protected int getOption(Caller c, int level, int name, byte[] out, int len) {
        return level != Net.SOL_PACKET ? -ENOPROTOOPT : own.get(name, out, len);
    }

    @Override
    public @Nullable SocketInfo info() {
        byte[] none = {};
        int queued = in.bytes();
        return new SocketInfo(
                "packet",
                none,
                boundProtocol,
                none,
                link,
                listens ? 1 : 0,
                type(),
                0,
                queued,
                uid(),
                ino(),
                ino(),
                false,
                SocketInfo.Timer.NONE);
    }
}
