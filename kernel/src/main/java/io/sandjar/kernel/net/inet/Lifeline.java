// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Net;
import io.sandjar.kernel.net.StreamQueue;
import io.sandjar.kernel.time.Timers;
import io.sandjar.kernel.vfs.IoBuffer;
import org.jspecify.annotations.Nullable;

/**
 * When a connection gives its peer up (tcp(7)): after the probes of SO_KEEPALIVE, after TCP_USER_TIMEOUT, after the last repetition of
 * what nobody acknowledged. In memory nothing is lost and everybody answers at once; only where the way was cut (an interface is
 * down, a cable, an address or a route is gone) or a peer reads nothing there is something to wait for. What is sent over a cut way
 * is held here until the way is open again.
 */
final class Lifeline extends Timers.Timer {
    private static final long NEVER = Long.MAX_VALUE;
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final long MILLI_NANOS = 1_000_000L;

    /** How long Linux repeats a segment: 15 times, first after 200 ms, at last every two minutes (net.ipv4.tcp_retries2). */
    private static final long RETRIES_NANOS = 924_600 * MILLI_NANOS;

    /** The same where no descriptor is left: 8 times. */
    private static final long ORPHAN_NANOS = 102_200 * MILLI_NANOS;

    // as sock_diag(7) and /proc/net/tcp number timers
    static final int TIMER_NONE = 0;
    private static final int TIMER_REPEAT = 1;
    private static final int TIMER_KEEPALIVE = 2;
    private static final int TIMER_WINDOW = 4;

    private final TcpSocket s;

    /** Nothing passes. Changed with the network's lock held, like all fields here. */
    private volatile boolean cut;

    /** The other end has gone without our hearing of it: it answers with a reset. */
    private volatile boolean deserted;

    private volatile @Nullable StreamQueue held;
    private boolean finHeld;
    private long heldSinceNanos;

    /** When something came last, as far as the socket itself does not know it. */
    private long heardNanos;

    /** When keepalive was asked for. */
    private long keepaliveSinceNanos;

    /** The peer's window is shut: since when, and what it had read then. */
    private volatile boolean stalled;

    private long stalledSinceNanos;
    private long readBefore;

    Lifeline(TcpSocket s) {
        this.s = s;
        keepaliveSinceNanos = s.openedNanos;
        heardNanos = s.openedNanos;
    }

    // ---- the way ----

    /** The way to the peer is open, or not. With the network's lock held. */
    void way(boolean open) {
        if (open == !cut) {
            return;
        }
        heardNanos = open ? System.nanoTime() : lastHeard(System.nanoTime());
        cut = !open;
        s.apart = cut || deserted;
        if (open) {
            pass();
        }
        watch();
    }

    /** The other end has gone, and cannot say so. With the network's lock held. */
    void desert() {
        deserted = true;
        s.apart = true;
        s.peer = null;
        watch();
    }

    boolean isCut() {
        return cut;
    }

    /** What was held goes on. With the network's lock held. */
    private void pass() {
        StreamQueue q = held;
        byte[] data = q == null ? new byte[0] : q.takeAll();
        boolean fin = finHeld;
        finHeld = false;
        heldSinceNanos = 0;
        TcpSocket p = s.peer;
        if (data.length == 0 && !fin) {
            return;
        }
        if (p == null || (data.length > 0 && !p.in.putAll(data))) {
            s.reset();
            return;
        }
        if (data.length > 0) {
            p.arrived();
        }
        if (fin) {
            p.finish();
        }
        s.tellWritable();
    }

    // ---- sending while the way is cut ----

    /** Takes bytes: how many, -EAGAIN, or -EPIPE when the peer answers with a reset. */
    long send(IoBuffer src) {
        if (!cut && deserted) {
            return -EPIPE;
        }
        StreamQueue q = held;
        if (q == null) {
            synchronized (this) {
                q = held;
                if (q == null) {
                    q = new StreamQueue(s.net(), TcpSocket.half(s.options.sendBuffer(0)));
                    q.setWriter(s.waitQueue());
                    held = q;
                }
            }
        }
        long n = q.put(src, null);
        if (n > 0) {
            s.net().lock().lock();
            try {
                holds();
            } finally {
                s.net().lock().unlock();
            }
        }
        return n;
    }

    /** Something lies here. With the network's lock held. */
    private void holds() {
        if (!cut) {
            pass();
        } else if (heldSinceNanos == 0) {
            heldSinceNanos = System.nanoTime();
            watch();
        }
    }

    /** The socket ends its side. With the network's lock held. */
    void end() {
        finHeld = true;
        holds();
    }

    boolean hasRoom() {
        StreamQueue q = held;
        return q == null || q.hasRoom();
    }

    int heldBytes() {
        StreamQueue q = held;
        return q == null ? 0 : q.used();
    }

    // ---- a peer that does not read ----

    /** Bytes were sent to {@code p}, and there is a TCP_USER_TIMEOUT. */
    void sent(TcpSocket p) {
        if (stalled || !p.windowShut()) {
            return;
        }
        s.net().lock().lock();
        try {
            stall(p);
            watch();
        } finally {
            s.net().lock().unlock();
        }
    }

    private void stall(TcpSocket p) {
        stalled = p.windowShut();
        stalledSinceNanos = System.nanoTime();
        readBefore = p.in.taken();
    }

    // ---- options ----

    /** SO_KEEPALIVE, TCP_KEEPIDLE, TCP_USER_TIMEOUT or one of their kind was set. */
    void optionChanged(int level, int name) {
        s.net().lock().lock();
        try {
            long now = System.nanoTime();
            if (level == Net.SOL_SOCKET) {
                keepaliveSinceNanos = now;
            } else if (name == Net.TCP_KEEPIDLE) {
                keepaliveSinceNanos = Math.min(now, Math.max(heard(), now - idleNanos()));
            }
            TcpSocket p = s.peer;
            if (userNanos() > 0 && p != null && !stalled) {
                stall(p);
            }
            watch();
        } finally {
            s.net().lock().unlock();
        }
    }

    private long idleNanos() {
        return s.inet.get(Net.SOL_TCP, Net.TCP_KEEPIDLE, 7200) * SECOND_NANOS;
    }

    private long intervalNanos() {
        return s.inet.get(Net.SOL_TCP, Net.TCP_KEEPINTVL, 75) * SECOND_NANOS;
    }

    private int probesMax() {
        return s.inet.get(Net.SOL_TCP, Net.TCP_KEEPCNT, 9);
    }

    private long userNanos() {
        return s.userTimeoutMillis * MILLI_NANOS;
    }

    // ---- time ----

    private long heard() {
        return Math.max(heardNanos, s.lastPassedNanos());
    }

    /** The same on an open way, where each probe was answered. */
    private long lastHeard(long now) {
        long heard = heard();
        if (!s.options.keepAlive || cut || deserted) {
            return heard;
        }
        long from = Math.max(heard, keepaliveSinceNanos);
        long idle = idleNanos();
        return now - from < idle ? heard : from + (now - from) / idle * idle;
    }

    private boolean waitsForAnswer() {
        return heldBytes() > 0 || finHeld;
    }

    /** When the next thing happens that a peer who does not answer brings about. With the network's lock held. */
    private long deadline() {
        if (cut && waitsForAnswer()) {
            long user = userNanos();
            return heldSinceNanos + (user > 0 ? user : s.closed ? ORPHAN_NANOS : RETRIES_NANOS);
        }
        if ((cut || deserted) && s.options.keepAlive) {
            long first = Math.max(heard(), keepaliveSinceNanos) + idleNanos();
            return cut ? first + probing() : first;
        }
        return !cut && !deserted && stalled && userNanos() > 0 ? stalledSinceNanos + userNanos() : NEVER;
    }

    /** How long the probes go on. */
    private long probing() {
        long interval = intervalNanos();
        long user = userNanos();
        if (user == 0) {
            return probesMax() * interval;
        }
        long more = user - idleNanos();
        return more <= interval ? interval : (more + interval - 1) / interval * interval;
    }

    /** Waits for the deadline. With the network's lock held. */
    private void watch() {
        long at = deadline();
        Timers timers = s.net().timers();
        if (at == NEVER) {
            timers.cancel(this);
        } else {
            timers.schedule(this, at);
        }
    }

    @Override
    protected void expire() {
        s.net().lock().lock();
        try {
            if (s.state != Net.TCP_ESTABLISHED && !(s.closed && s.peer != null)) {
                return;
            }
            long at = deadline();
            if (at == NEVER) {
                return;
            }
            if (at - System.nanoTime() > 0) {
                s.net().timers().schedule(this, at);
            } else {
                over();
            }
        } finally {
            s.net().lock().unlock();
        }
    }

    private void over() {
        TcpSocket p = s.peer;
        if (!cut && deserted) {
            s.reset();
        } else if (cut) {
            s.giveUp(ETIMEDOUT);
            if (p != null) {
                p.lifeline().desert();
            }
        } else if (p != null && p.windowShut() && p.in.taken() == readBefore) {
            s.giveUp(ETIMEDOUT);
            p.reset();
        } else if (p != null) {
            stall(p);
            watch();
        }
    }

    // ---- what TCP_INFO and /proc tell ----

    /** Which timer runs, as sock_diag(7) numbers them. */
    int timer() {
        TcpSocket p = s.peer;
        if (cut && waitsForAnswer()) {
            return TIMER_REPEAT;
        }
        return p != null && p.windowShut() ? TIMER_WINDOW : s.options.keepAlive ? TIMER_KEEPALIVE : TIMER_NONE;
    }

    /** Milliseconds until the timer expires. */
    int dueMillis() {
        long now = System.nanoTime();
        if (timer() != TIMER_KEEPALIVE) {
            return 200;
        }
        long first = Math.max(lastHeard(now), keepaliveSinceNanos) + idleNanos();
        long interval = Math.max(1, intervalNanos());
        long next = now < first ? first : first + ((now - first) / interval + 1) * interval;
        return (int) Math.min(Integer.MAX_VALUE, (next - now) / MILLI_NANOS);
    }

    /** Probes that nobody answered. */
    int probes() {
        if (!cut || waitsForAnswer() || !s.options.keepAlive) {
            return 0;
        }
        long since = System.nanoTime() - Math.max(heard(), keepaliveSinceNanos) - idleNanos();
        return since < 0 ? 0 : (int) Math.min(probesMax(), since / Math.max(1, intervalNanos()) + 1);
    }

    /** Repetitions of what is held: after 200 ms, 400 ms more, 800 ms more. */
    int repeats() {
        if (!cut || heldSinceNanos == 0) {
            return 0;
        }
        long steps = (System.nanoTime() - heldSinceNanos) / (200 * MILLI_NANOS) + 1;
        return Math.min(15, 63 - Long.numberOfLeadingZeros(steps));
    }

    /** Milliseconds since the peer acknowledged something. */
    int sinceHeardMillis() {
        long now = System.nanoTime();
        return (int) Math.max(0, (now - lastHeard(now)) / MILLI_NANOS);
    }
}
