// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.tty;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Poll.*;
import static io.sandjar.abi.Tty.*;

import io.sandjar.abi.Sig;
import io.sandjar.kernel.base.LockLevel;
import io.sandjar.kernel.base.OrderedLock;
import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.IoBuffer;

/**
 * A terminal: a pair of ends with a line discipline between them (pty(7)). Programs hold the slave; the master is held
 * by another program of the guest, or by {@link HostTerminal}, which carries it to the user's own terminal. One lock
 * guards both ends.
 */
public final class Tty implements LineDiscipline.Events {
    /** Major device number of /dev/pts/N. */
    public static final int SLAVE_MAJOR = 136;

    /** Output that waits for the master. */
    static final int OUTPUT_LIMIT = 8192;

    /** Input that waits for room in the line discipline. */
    static final int INPUT_LIMIT = 8192;

    private final OrderedLock lock = new OrderedLock(LockLevel.TTY);
    private final JobControl jobs;
    private final int index;
    private final boolean console;
    private final Termios termios = new Termios();
    private final ByteQueue output = new ByteQueue();
    private final ByteQueue heldEcho = new ByteQueue();
    private final ByteQueue input = new ByteQueue();
    private final LineDiscipline line = new LineDiscipline(termios, output, this);
    private final byte[] winsize = new byte[8];

    /** Woken for users of the slave and of the master. */
    final WaitQueue slaveQueue = new WaitQueue();

    final WaitQueue masterQueue = new WaitQueue();

    private int session;
    private int foreground;
    private int slaves;
    private boolean slaveWasOpen;
    private boolean hungUp;
    private boolean stopped;
    private boolean locked;
    private boolean exclusive;
    private boolean packet;
    private int packetStatus;

    /**
     * @param index its number in /dev/pts
     * @param console whether the master is the user's own terminal: then the pair outlives its users
     */
    public Tty(JobControl jobs, int index, boolean console) {
        this.jobs = jobs;
        this.index = index;
        this.console = console;
        this.locked = !console;
    }

    public int index() {
        return index;
    }

    JobControl jobs() {
        return jobs;
    }

    OrderedLock lock() {
        return lock;
    }

    Termios termios() {
        return termios;
    }

    LineDiscipline line() {
        return line;
    }

    byte[] winsize() {
        return winsize;
    }

    boolean hungUp() {
        return hungUp;
    }

    boolean locked() {
        return locked;
    }

    void setLocked(boolean on) {
        locked = on;
    }

    boolean exclusive() {
        return exclusive;
    }

    void setExclusive(boolean on) {
        exclusive = on;
    }

    boolean packet() {
        return packet;
    }

    void setPacket(boolean on) {
        if (on && !packet) {
            packetStatus = 0;
        }
        packet = on;
    }

    int session() {
        return session;
    }

    int foreground() {
        return foreground;
    }

    void setForeground(int group) {
        foreground = group;
    }

    /** The settings that the terminal starts with, in the layout of TCGETS. */
    public void initialSettings(byte[] struct) {
        lock.lock();
        try {
            termios.decode(struct);
        } finally {
            lock.unlock();
        }
    }

    // ---- open and close of the slave ----

    /** A slave was opened: 0 or -errno. May make the terminal the caller's controlling one. */
    int slaveOpened(Caller c, int flags, boolean mayControl) {
        lock.lock();
        try {
            if (hungUp || locked) {
                return -EIO;
            }
            if (exclusive && !c.creds().has(io.sandjar.abi.Cap.CAP_SYS_ADMIN)) {
                return -EBUSY;
            }
            slaves++;
            slaveWasOpen = true;
            boolean reads = (flags & 3) != 1;
            if (mayControl && reads && session == 0 && jobs.isSessionLeader(c) && jobs.terminalOf(c) == null) {
                control(c);
            }
        } finally {
            lock.unlock();
        }
        masterQueue.wake(POLLOUT | POLLWRNORM);
        return 0;
    }

    private void control(Caller c) {
        session = jobs.sessionOf(c);
        foreground = jobs.groupOf(c);
        jobs.setTerminal(session, this);
    }

    void slaveClosed() {
        lock.lock();
        try {
            slaves--;
            if (slaves > 0) {
                return;
            }
            exclusive = false;
            if (!console && session != 0) {
                jobs.setTerminal(session, null);
                session = 0;
                foreground = 0;
            }
        } finally {
            lock.unlock();
        }
        masterQueue.wake(POLLIN | POLLRDNORM | POLLHUP);
    }

    /** The master went away: everybody at the slave is told, and the slave is of no use any more. */
    public void hangUp() {
        int leaderOf;
        int group;
        lock.lock();
        try {
            if (hungUp) {
                return;
            }
            hungUp = true;
            leaderOf = session;
            group = foreground;
            session = 0;
            foreground = 0;
            output.clear();
            heldEcho.clear();
            if (leaderOf != 0) {
                jobs.hangUp(leaderOf, group, console);
            }
        } finally {
            lock.unlock();
        }
        slaveQueue.wake(POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM | POLLHUP | POLLERR);
        masterQueue.wake(POLLIN | POLLHUP);
    }

    // ---- sessions ----

    /**
     * The leader of session {@code id} ends, or gives the terminal up: the foreground group gets SIGHUP. Called
     * without the task lock.
     */
    public void leaderLeaves(int id, boolean alsoContinue) {
        lock.lock();
        try {
            if (session != id || id == 0) {
                return;
            }
            if (foreground != 0) {
                jobs.signalGroup(foreground, Sig.SIGHUP, console);
                if (alsoContinue) {
                    jobs.signalGroup(foreground, Sig.SIGCONT, console);
                }
            }
            session = 0;
            foreground = 0;
            jobs.setTerminal(id, null);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Makes this the terminal of the caller's session (TIOCSCTTY).
     *
     * @param steal whether it may be taken from another session
     */
    int acquire(Caller c, boolean readable, boolean steal) {
        lock.lock();
        try {
            int own = jobs.sessionOf(c);
            if (jobs.isSessionLeader(c) && session == own) {
                return 0;
            }
            if (!jobs.isSessionLeader(c) || jobs.terminalOf(c) != null) {
                return -EPERM;
            }
            boolean admin = c.creds().has(io.sandjar.abi.Cap.CAP_SYS_ADMIN);
            if (session != 0) {
                if (!steal || !admin) {
                    return -EPERM;
                }
                jobs.setTerminal(session, null);
            }
            if (!readable && !admin) {
                return -EPERM;
            }
            control(c);
            return 0;
        } finally {
            lock.unlock();
        }
    }

    /** Makes this the terminal of the session that the caller leads, as the sandbox does for its first process. */
    public void adopt(Caller c) {
        lock.lock();
        try {
            if (session == 0) {
                control(c);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Whether the caller, if it belongs to this terminal, may use it now: 0, -EIO, or -ERESTARTSYS after its group was
     * sent {@code sig} (SIGTTIN, SIGTTOU). With the lock held.
     */
    int checkForeground(Caller c, int sig) {
        if (foreground == 0 || jobs.terminalOf(c) != this) {
            return 0;
        }
        int own = jobs.groupOf(c);
        if (own == foreground) {
            return 0;
        }
        if (jobs.blocksOrIgnores(c, sig)) {
            return sig == Sig.SIGTTIN ? -EIO : 0;
        }
        if (jobs.isOrphaned(c)) {
            return -EIO;
        }
        jobs.signalGroup(own, sig, false);
        return -ERESTARTSYS;
    }

    /** Sends a signal to the foreground group. */
    public void signalForeground(int sig) {
        lock.lock();
        try {
            signal(sig);
        } finally {
            lock.unlock();
        }
    }

    // ---- what the line discipline asks for; with the lock held ----

    @Override
    public void signal(int sig) {
        if (foreground != 0) {
            jobs.signalGroup(foreground, sig, console);
        }
    }

    @Override
    public void flushOutput() {
        output.clear();
        heldEcho.clear();
        packetEvent(TIOCPKT_FLUSHWRITE);
        slaveQueue.wake(POLLOUT | POLLWRNORM);
    }

    @Override
    public void stop() {
        if (!stopped) {
            stopped = true;
            line.output().redirect(heldEcho);
            packetStatus &= ~TIOCPKT_START;
            packetEvent(TIOCPKT_STOP);
        }
    }

    @Override
    public void start() {
        if (stopped) {
            stopped = false;
            line.output().redirect(output);
            byte[] held = new byte[heldEcho.size()];
            heldEcho.peek(held, 0, held.length);
            heldEcho.clear();
            output.add(held, 0, held.length);
            packetStatus &= ~TIOCPKT_STOP;
            packetEvent(TIOCPKT_START);
            slaveQueue.wake(POLLOUT | POLLWRNORM);
            if (held.length > 0) {
                masterQueue.wake(POLLIN | POLLRDNORM);
            }
        }
    }

    @Override
    public boolean stopped() {
        return stopped;
    }

    /** Tells a master in packet mode what happened. */
    void packetEvent(int bits) {
        if (packet && bits != 0) {
            packetStatus |= bits;
            masterQueue.wake(POLLIN | POLLRDNORM | POLLPRI);
        }
    }

    // ---- the slave's side ----

    /** Output of a program; count or -errno. */
    long slaveWrite(Caller c, IoBuffer src) {
        lock.lock();
        try {
            if (hungUp) {
                return -EIO;
            }
            if ((termios.lflag & TOSTOP) != 0) {
                int r = checkForeground(c, Sig.SIGTTOU);
                if (r < 0) {
                    return r;
                }
            }
            int room = stopped ? 0 : OUTPUT_LIMIT - output.size();
            int n = (int) Math.min(src.remaining(), room);
            if (n <= 0) {
                return src.remaining() == 0 ? 0 : -EAGAIN;
            }
            byte[] data = new byte[n];
            int r = src.get(data, 0, n);
            if (r < 0) {
                return r;
            }
            if ((termios.oflag & OPOST) == 0) {
                output.add(data, 0, n);
            } else {
                OutputProcessor p = line.output();
                for (int i = 0; i < n; i++) {
                    p.put(termios, data[i] & 0xff);
                }
            }
            masterQueue.wake(POLLIN | POLLRDNORM);
            return n;
        } finally {
            lock.unlock();
        }
    }

    /** Whether a reader would get something now, given the least that it waits for. With the lock held. */
    boolean inputAvailable(int min) {
        pump();
        return line.available(min);
    }

    int slavePoll() {
        lock.lock();
        try {
            if (hungUp) {
                return POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDNORM | POLLWRNORM;
            }
            int bits = 0;
            int min = termios.cc(VTIME) == 0 && termios.cc(VMIN) > 0 ? termios.cc(VMIN) : 1;
            if (inputAvailable(min)) {
                bits |= POLLIN | POLLRDNORM;
            }
            if (!stopped && output.size() < OUTPUT_LIMIT) {
                bits |= POLLOUT | POLLWRNORM;
            }
            return bits;
        } finally {
            lock.unlock();
        }
    }

    /** Moves waiting input into the line discipline; with the lock held. */
    void pump() {
        if (input.isEmpty()) {
            return;
        }
        byte[] some = new byte[Math.min(input.size(), LineDiscipline.SIZE)];
        int outputBefore = output.size();
        boolean moved = false;
        while (!input.isEmpty()) {
            int n = input.peek(some, 0, some.length);
            int taken = line.receive(some, 0, n);
            input.drop(taken);
            moved |= taken > 0;
            if (taken < n) {
                break;
            }
        }
        if (moved) {
            masterQueue.wake(POLLOUT | POLLWRNORM);
        }
        if (output.size() > outputBefore) {
            masterQueue.wake(POLLIN | POLLRDNORM);
        }
    }

    /** Throws queues away (TCFLSH); with the lock held. */
    void flush(boolean in, boolean out) {
        int bits = 0;
        if (in) {
            input.clear();
            line.flushInput();
            bits |= TIOCPKT_FLUSHREAD;
            masterQueue.wake(POLLOUT | POLLWRNORM);
        }
        if (out) {
            output.clear();
            heldEcho.clear();
            bits |= TIOCPKT_FLUSHWRITE;
            slaveQueue.wake(POLLOUT | POLLWRNORM);
        }
        packetEvent(bits);
    }

    /** Changes the settings as {@code change} says; with the lock held. */
    void apply(Termios next, boolean flushInput) {
        if (flushInput) {
            flush(true, false);
        }
        int oldLflag = termios.lflag;
        boolean oldFlow = normalFlow();
        byte[] all = new byte[Termios.SIZE2];
        next.encode2(all);
        termios.decode2(all);
        // a terminal of ours always has eight bits and a receiver
        termios.cflag = (termios.cflag & ~(CSIZE | PARENB)) | CS8 | CREAD;
        line.settingsChanged(oldLflag);
        if ((termios.iflag & IXON) == 0 && stopped) {
            start();
        }
        boolean flow = normalFlow();
        int bits = flow == oldFlow ? 0 : flow ? TIOCPKT_DOSTOP : TIOCPKT_NOSTOP;
        if (((oldLflag | termios.lflag) & EXTPROC) != 0) {
            bits |= TIOCPKT_IOCTL;
        }
        packetEvent(bits);
        slaveQueue.wake(POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM);
    }

    private boolean normalFlow() {
        return (termios.iflag & IXON) != 0 && termios.cc(VSTOP) == 19 && termios.cc(VSTART) == 17;
    }

    /** A new size; the foreground group hears of a change. */
    public void resize(byte[] size) {
        lock.lock();
        try {
            if (!java.util.Arrays.equals(size, winsize)) {
                System.arraycopy(size, 0, winsize, 0, winsize.length);
                signal(Sig.SIGWINCH);
            }
        } finally {
            lock.unlock();
        }
    }

    // ---- the master's side ----

    /** What was typed: the number of bytes taken, or -EAGAIN. */
    public int masterWrite(byte[] data, int off, int n) {
        lock.lock();
        try {
            if (hungUp) {
                return -EIO;
            }
            int taken = Math.min(n, INPUT_LIMIT - input.size());
            if (taken <= 0) {
                return n == 0 ? 0 : -EAGAIN;
            }
            int outputBefore = output.size();
            if (input.isEmpty()) {
                int now = line.receive(data, off, n);
                int later = Math.min(n - now, INPUT_LIMIT);
                input.add(data, off + now, later);
                taken = now + later;
            } else {
                input.add(data, off, taken);
                pump();
            }
            if (line.available(1)) {
                slaveQueue.wake(POLLIN | POLLRDNORM);
            }
            if (output.size() > outputBefore) {
                masterQueue.wake(POLLIN | POLLRDNORM);
            }
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** A character that overtakes the queues (TCIOFF, TCION); with the lock held. */
    void sendToMaster(int c) {
        if (c != 0) {
            output.add(c);
            masterQueue.wake(POLLIN | POLLRDNORM);
        }
    }

    long masterWrite(IoBuffer src) {
        lock.lock();
        try {
            int n = (int) Math.min(src.remaining(), INPUT_LIMIT - input.size());
            if (n <= 0) {
                return src.remaining() == 0 ? 0 : -EAGAIN;
            }
            byte[] data = new byte[n];
            int r = src.get(data, 0, n);
            return r < 0 ? r : masterWrite(data, 0, n);
        } finally {
            lock.unlock();
        }
    }

    /** Takes output that waits for the master: a count, 0 for none. */
    public int takeOutput(byte[] dst) {
        lock.lock();
        try {
            int n = output.peek(dst, 0, dst.length);
            output.drop(n);
            if (n > 0 && output.size() < OUTPUT_LIMIT) {
                slaveQueue.wake(POLLOUT | POLLWRNORM);
            }
            return n;
        } finally {
            lock.unlock();
        }
    }

    /** The queue that is woken when there is output. */
    public WaitQueue outputQueue() {
        return masterQueue;
    }

    long masterRead(IoBuffer dst) {
        lock.lock();
        try {
            if (dst.remaining() == 0) {
                return 0;
            }
            byte[] status = new byte[1];
            if (packet && packetStatus != 0) {
                status[0] = (byte) packetStatus;
                packetStatus = 0;
                int r = dst.put(status, 0, 1);
                return r < 0 ? r : 1;
            }
            if (output.isEmpty()) {
                return slaveWasOpen && slaves == 0 ? -EIO : -EAGAIN;
            }
            int done = 0;
            if (packet) {
                int r = dst.put(status, 0, 1);
                if (r < 0) {
                    return r;
                }
                done = 1;
            }
            byte[] data = new byte[(int) Math.min(dst.remaining(), output.size())];
            output.peek(data, 0, data.length);
            int r = dst.put(data, 0, data.length);
            if (r < 0) {
                return r;
            }
            output.drop(data.length);
            slaveQueue.wake(POLLOUT | POLLWRNORM);
            return done + data.length;
        } finally {
            lock.unlock();
        }
    }

    int masterPoll() {
        lock.lock();
        try {
            int bits = 0;
            if (!output.isEmpty()) {
                bits |= POLLIN | POLLRDNORM;
            }
            if (packet && packetStatus != 0) {
                bits |= POLLIN | POLLRDNORM | POLLPRI;
            }
            if (slaveWasOpen && slaves == 0) {
                bits |= POLLHUP;
            }
            if (input.size() < INPUT_LIMIT) {
                bits |= POLLOUT | POLLWRNORM;
            }
            return bits;
        } finally {
            lock.unlock();
        }
    }

    int outputSize() {
        return output.size();
    }

    /** The session's terminal, as the guest's processes see it in /proc. */
    public long rdev() {
        return io.sandjar.kernel.vfs.Stat.makedev(SLAVE_MAJOR, index);
    }

    /** The foreground group, 0 for none; for /proc. */
    public int foregroundGroup() {
        return foreground;
    }

    /** Whether the pair is the user's own terminal. */
    public boolean isConsole() {
        return console;
    }
}
