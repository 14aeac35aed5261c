// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.tty;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Poll.*;
import static io.sandjar.abi.Tty.*;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Nr;
import io.sandjar.host.Scratch;
import io.sandjar.host.Sys;
import io.sandjar.kernel.base.Unparker;
import io.sandjar.kernel.base.WaitEntry;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The user's own terminal as the master of one of ours. The host's line discipline is switched off while the sandbox
 * is in the foreground; the guest's does its work, so that ^C and ^Z reach the guest's foreground group. Two threads
 * carry the bytes; both sleep when nothing happens.
 */
public final class HostTerminal {
    private static final int CHUNK = 4096;
    private static final long BACKGROUND_CHECK_NANOS = 1_000_000_000L;
    private static final long DRAIN_NANOS = 2_000_000_000L;
    private static final int VTIME_AT = 17 + VTIME;
    private static final int VMIN_AT = 17 + VMIN;

    private final Tty tty;
    private final int inFd;
    private final int outFd;
    private final int wakeFd;
    private final boolean owning;
    private final AtomicInteger users = new AtomicInteger(3);
    private final Thread reader;
    private final Thread writer;

    /** Settings of the host's terminal before it was made raw; null while it is the user's. */
    private byte @Nullable [] saved;

    private boolean suspended;
    private volatile boolean started;
    private volatile boolean active;
    private volatile boolean closed;
    private volatile boolean writing;

    /**
     * @param inFd host descriptor to read the keyboard from
     * @param outFd host descriptor of the same terminal to write to
     */
    public HostTerminal(Tty tty, int inFd, int outFd) {
        this(tty, inFd, outFd, false);
    }

    /** A terminal whose descriptor is closed when it is done with. */
    public static HostTerminal owning(Tty tty, int fd) {
        return new HostTerminal(tty, fd, fd, true);
    }

    private HostTerminal(Tty tty, int inFd, int outFd, boolean owning) {
        this.tty = tty;
        this.inFd = inFd;
        this.outFd = outFd;
        this.owning = owning;
        this.wakeFd = (int) Sys.call(Nr.eventfd2, 0, 02000000, 0);
        this.reader = thread("terminal-in", () -> {
            readLoop();
            leave();
        });
        this.writer = thread("terminal-out", () -> {
            writeLoop();
            leave();
        });
    }

    private static Thread thread(String name, Runnable r) {
        Thread t = new Thread(null, r, name, 256 << 10);
        t.setDaemon(true);
        return t;
    }

    /** Whether a host descriptor is a terminal. */
    public static boolean isTerminal(int hostFd) {
        return settings(hostFd) != null;
    }

    /** Takes the terminal over: its settings and size become the guest's, then it is made raw. */
    public void start() {
        byte[] now = settings(inFd);
        if (now != null) {
            tty.initialSettings(now);
        }
        resized();
        activate();
        started = true;
        reader.start();
        writer.start();
    }

    /** The size of the user's window changed (SIGWINCH). */
    public void resized() {
        Scratch s = Scratch.take();
        try {
            if (Sys.call(Nr.ioctl, outFd, TIOCGWINSZ, s.address) == 0) {
                byte[] size = new byte[8];
                s.buf.get(0, size);
                tty.resize(size);
            }
        } finally {
            s.give();
        }
    }

    /** Gives the terminal back for a while: the user's shell is about to take it (SIGTSTP). */
    public void suspend() {
        drain();
        synchronized (this) {
            suspended = true;
            active = false;
            restore();
        }
        wakeReader();
    }

    /** Takes the terminal again after {@link #suspend} or after a stop that nobody announced (SIGCONT). */
    public void resume() {
        synchronized (this) {
            suspended = false;
        }
        activate();
        resized();
        LockSupport.unpark(reader);
        LockSupport.unpark(writer);
    }

    /** Writes out what is left and gives the terminal back. */
    public void close() {
        drain();
        closed = true;
        synchronized (this) {
            suspended = true;
            active = false;
            restore();
        }
        wakeReader();
        LockSupport.unpark(writer);
        if (!started) {
            users.addAndGet(-2);
        }
        leave();
    }

    /** The last of both threads and {@link #close} takes the descriptors along. */
    private void leave() {
        if (users.decrementAndGet() == 0) {
            Sys.close(wakeFd);
            if (owning) {
                Sys.close(inFd);
            }
        }
    }

    private void drain() {
        long end = System.nanoTime() + DRAIN_NANOS;
        while (started && (tty.outputSize() > 0 || writing) && System.nanoTime() < end && !suspended) {
            LockSupport.unpark(writer);
            LockSupport.parkNanos(this, 200_000);
        }
    }

    /** Makes the terminal raw if we are its foreground group: from the background that would take it from others. */
    private synchronized void activate() {
        if (suspended || closed || !inForeground()) {
            return;
        }
        byte[] now = settings(inFd);
        if (now == null) {
            return;
        }
        if (saved == null) {
            saved = now;
        }
        byte[] raw = now.clone();
        Bytes.put32(
                raw,
                0,
                Bytes.i32(raw, 0)
                        & ~(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON | IXOFF | IXANY));
        Bytes.put32(raw, 4, Bytes.i32(raw, 4) & ~OPOST);
        Bytes.put32(raw, 8, (Bytes.i32(raw, 8) & ~(CSIZE | PARENB)) | CS8);
        Bytes.put32(raw, 12, Bytes.i32(raw, 12) & ~(ECHO | ECHONL | ICANON | ISIG | IEXTEN));
        raw[VMIN_AT] = 1;
        raw[VTIME_AT] = 0;
        set(raw);
        active = true;
    }

    private void restore() {
        byte[] old = saved;
        if (old != null) {
            saved = null;
            set(old);
        }
    }

    private void set(byte[] struct) {
        Scratch s = Scratch.take();
        try {
            s.buf.put(0, struct);
            Sys.call(Nr.ioctl, inFd, TCSETSW, s.address);
        } finally {
            s.give();
        }
    }

    private static byte @Nullable [] settings(int fd) {
        Scratch s = Scratch.take();
        try {
            if (Sys.call(Nr.ioctl, fd, TCGETS, s.address) != 0) {
                return null;
            }
            byte[] b = new byte[Termios.SIZE];
            s.buf.get(0, b);
            return b;
        } finally {
            s.give();
        }
    }

    private boolean inForeground() {
        Scratch s = Scratch.take();
        try {
            if (Sys.call(Nr.ioctl, inFd, TIOCGPGRP, s.address) != 0) {
                return true; // not our controlling terminal: no job control to respect
            }
            return s.buf.getInt(0) == (int) Sys.call(Nr.getpgid, 0);
        } finally {
            s.give();
        }
    }

    private void wakeReader() {
        Sys.write(wakeFd, new byte[] {1, 0, 0, 0, 0, 0, 0, 0}, 0, 8, -1);
        LockSupport.unpark(reader);
    }

    // ---- keyboard to guest ----

    private void readLoop() {
        byte[] buf = new byte[CHUNK];
        while (!closed) {
            if (!active) {
                LockSupport.parkNanos(this, suspended ? Long.MAX_VALUE : BACKGROUND_CHECK_NANOS);
                if (!active) {
                    activate();
                }
                continue;
            }
            if (!awaitKey() || !active) {
                continue;
            }
            long n = Sys.read(inFd, buf, 0, buf.length, -1);
            if (n > 0) {
                deliver(buf, (int) n);
            } else if (n == -EIO && !inForeground()) {
                active = false; // somebody else has the terminal
            } else if (n != -EINTR && n != -EAGAIN) {
                tty.hangUp();
                return;
            }
        }
    }

    /** Waits for a key or for {@link #wakeReader}; whether it was a key. */
    private boolean awaitKey() {
        Scratch s = Scratch.take();
        try {
            s.buf.putInt(0, inFd);
            s.buf.putInt(4, POLLIN);
            s.buf.putInt(8, wakeFd);
            s.buf.putInt(12, POLLIN);
            Sys.call(Nr.poll, s.address, 2, -1);
            boolean key = s.buf.getShort(6) != 0;
            if (s.buf.getShort(14) != 0) {
                Sys.call(Nr.read, wakeFd, s.address + 16, 8);
            }
            return key;
        } finally {
            s.give();
        }
    }

    private void deliver(byte[] buf, int n) {
        int done = 0;
        while (done < n && !closed) {
            int r = tty.masterWrite(buf, done, n - done);
            if (r > 0) {
                done += r;
            } else if (r == -EAGAIN) {
                awaitTty(POLLOUT);
            } else {
                return;
            }
        }
    }

    // ---- guest to screen ----

    private void writeLoop() {
        byte[] buf = new byte[CHUNK];
        while (true) {
            writing = true;
            int n = suspended ? 0 : tty.takeOutput(buf);
            if (n == 0) {
                writing = false;
                if (closed) {
                    return;
                }
                if (suspended) {
                    LockSupport.park(this);
                } else {
                    awaitTty(POLLIN);
                }
                continue;
            }
            if (!active) {
                n = withoutReturns(buf, n);
            }
            int done = 0;
            while (done < n) {
                long w = Sys.write(outFd, buf, done, n - done, -1);
                if (w > 0) {
                    done += (int) w;
                } else if (w == -EAGAIN) {
                    awaitHostRoom();
                } else if (w != -EINTR) {
                    break;
                }
            }
        }
    }

    /** The host's terminal is not raw and adds the carriage returns itself: takes ours out again. */
    private static int withoutReturns(byte[] buf, int n) {
        int to = 0;
        for (int i = 0; i < n; i++) {
            if (buf[i] != '\r' || i + 1 == n || buf[i + 1] != '\n') {
                buf[to++] = buf[i];
            }
        }
        return to;
    }

    private void awaitHostRoom() {
        Scratch s = Scratch.take();
        try {
            s.buf.putInt(0, outFd);
            s.buf.putInt(4, POLLOUT);
            Sys.call(Nr.poll, s.address, 1, -1);
        } finally {
            s.give();
        }
    }

    /** Waits until the master's side of our terminal has one of {@code events}, or somebody wakes this thread. */
    private void awaitTty(int events) {
        Thread me = Thread.currentThread();
        WaitEntry e = new Unparker(me, events);
        tty.outputQueue().add(e);
        try {
            if ((tty.masterPoll() & events) == 0 && !closed) {
                LockSupport.park(this);
            }
        } finally {
            tty.outputQueue().remove(e);
        }
    }
}
