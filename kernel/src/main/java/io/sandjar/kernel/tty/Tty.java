// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.tty;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Poll.*;
import static io.sandjar.abi.Tty.*;

import io.sandjar.abi.Cap;
import io.sandjar.abi.Sig;
import io.sandjar.kernel.base.LockLevel;
import io.sandjar.kernel.base.OrderedLock;
import io.sandjar.kernel.base.WaitQueue;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.IoBuffer;
import io.sandjar.kernel.vfs.Stat;
import java.util.Arrays;

/**
 * A terminal: a pair of ends with a line discipline between them (pty(7)). Programs hold the slave; the master is held
 * by another program of the guest, or by {@link HostTerminal}, which carries it to the user's own terminal. One lock
 * guards both ends.
 */
public final class Tty implements LineDiscipline.Events {
    /** Major device number of /dev/pts/N. */
    public static final int SLAVE_MAJOR = 136;

    /** What has reached an end: it can be read, and is not on its way any more when the other end is flushed. */
    static final int ARRIVED = 4095;

    /** Output that waits for the master. */
    static final int OUTPUT_LIMIT = ARRIVED + 8192;

    /** Input that waits for room in the line discipline. */
    static final int INPUT_LIMIT = 8192;

    private final OrderedLock lock = new OrderedLock(LockLevel.TTY);
    private final int index;
    private final boolean console;
    private final Termios termios = new Termios();
    private final Termios locks = Termios.none();
    private final ByteQueue output = new ByteQueue();
    private final ByteQueue input = new ByteQueue();
    private final OutputProcessor processor = new OutputProcessor(termios, output);
    private final LineDiscipline line = new LineDiscipline(termios, processor, this);
    private final TtySession session;
    private final PacketMode packets = new PacketMode(this);
    private final byte[] winsize = new byte[8];

    /** Woken for users of the slave and of the master. */
    final WaitQueue slaveQueue = new WaitQueue();

    final WaitQueue masterQueue = new WaitQueue();

    /** Output that was there before the keys that are being looked at. */
    private int outputBefore;

    private int slaves;
    private boolean slaveWasOpen;
    private boolean masterClosed;
    private int hangUps;
    private boolean stopped;
    private boolean stoppedByProgram;
    private boolean masterStopped;
    private boolean locked;
    private boolean exclusive;

    /**
     * @param index its number in /dev/pts
     * @param console whether the master is the user's own terminal: then the pair outlives its users
     */
    public Tty(JobControl jobs, int index, boolean console) {
        this.index = index;
        this.console = console;
        this.locked = !console;
        this.session = new TtySession(this, jobs, console);
    }

    public int index() {
        return index;
    }

    OrderedLock lock() {
        return lock;
    }

    Termios termios() {
        return termios;
    }

    /** Settings that nobody may change (TIOCSLCKTRMIOS). */
    Termios locks() {
        return locks;
    }

    InputRing typed() {
        return line.ring();
    }

    TtySession session() {
        return session;
    }

    PacketMode packets() {
        return packets;
    }

    byte[] winsize() {
        return winsize;
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

    /** The settings that the terminal starts with, in the layout of TCGETS. */
    public void initialSettings(byte[] struct) {
        lock.lock();
        try {
            Termios t = termios.copy();
            t.decode(struct);
            apply(t);
        } finally {
            lock.unlock();
        }
    }

    // ---- open and close ----

    /**
     * A slave was opened, by which the terminal may become the caller's controlling one.
     *
     * @return {@link #hangUps} or -errno
     */
    int slaveOpened(Caller c, int flags, boolean mayControl) {
        lock.lock();
        try {
            if (masterClosed || locked) {
                return -EIO;
            }
            if (exclusive && !c.creds().has(Cap.CAP_SYS_ADMIN)) {
                return -EBUSY;
            }
            slaves++;
            slaveWasOpen = true;
            if (mayControl && (flags & 3) != 1) {
                session.opened(c);
            }
            masterQueue.wake(POLLOUT | POLLWRNORM);
            return hangUps;
        } finally {
            lock.unlock();
        }
    }

    /** The master still has it, and with it session and settings: a slave may be opened again. */
    void slaveClosed() {
        lock.lock();
        try {
            slaves--;
            if (slaves > 0) {
                return;
            }
        } finally {
            lock.unlock();
        }
        masterQueue.wake(POLLIN | POLLRDNORM | POLLHUP);
    }

    /** The master went away: everybody at the slave is told, and the slave is of no use any more. */
    public void hangUp() {
        cut(true);
    }

    /** Cuts the line for those who have the slave open (vhangup(2)); it may be opened again. */
    public void hangUpSlaves() {
        cut(false);
    }

    private void cut(boolean forEver) {
        lock.lock();
        try {
            if (masterClosed) {
                return;
            }
            masterClosed = forEver;
            hangUps++;
            if (forEver) {
                output.clear();
            } else {
                apply(new Termios());
                line.flushInput();
                input.clear();
            }
            session.hangUp();
        } finally {
            lock.unlock();
        }
        slaveQueue.wake(POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM | POLLHUP | POLLERR);
        masterQueue.wake(POLLIN | POLLHUP);
    }

    /** The master went away; with the lock held. */
    boolean masterClosed() {
        return masterClosed;
    }

    /** Counts the times that open slaves were cut off. */
    int hangUps() {
        return hangUps;
    }

    // ---- sessions, for package task; without the task lock ----

    /** See {@link TtySession#leaderLeaves}. */
    public void leaderLeaves(int id) {
        lock.lock();
        try {
            session.leaderLeaves(id, false);
        } finally {
            lock.unlock();
        }
    }

    /** See {@link TtySession#adopt}. */
    public void adopt(Caller c) {
        lock.lock();
        try {
            session.adopt(c);
        } finally {
            lock.unlock();
        }
    }

    // ---- what the line discipline asks for; with the lock held ----

    @Override
    public void signal(int sig) {
        session.signal(sig);
    }

    @Override
    public void flushed() {
        output.truncate(Math.min(ARRIVED, outputBefore));
        packets.event(TIOCPKT_FLUSHREAD | TIOCPKT_FLUSHWRITE);
        slaveQueue.wake(POLLOUT | POLLWRNORM);
    }

    @Override
    public void stop() {
        if (!stopped) {
            stopped = true;
            packets.replace(TIOCPKT_START, TIOCPKT_STOP);
        }
    }

    @Override
    public void start() {
        if (stopped && !stoppedByProgram) {
            stopped = false;
            packets.replace(TIOCPKT_STOP, TIOCPKT_START);
            slaveQueue.wake(POLLOUT | POLLWRNORM);
        }
    }

    @Override
    public boolean stopped() {
        return stopped;
    }

    /** TCOOFF and TCOON: what a program holds, keys do not release; with the lock held. */
    void hold(boolean on) {
        if (stoppedByProgram != on) {
            stoppedByProgram = on;
            if (on) {
                stop();
            } else {
                start();
            }
        }
    }

    /** The same for what the master writes. */
    void holdMaster(boolean on) {
        masterStopped = on;
        if (!on) {
            masterQueue.wake(POLLOUT | POLLWRNORM);
        }
    }

    // ---- the slave's side ----

    /** Output of a program; count or -errno. With the lock held. */
    long slaveWrite(IoBuffer src) {
        int before = output.size();
        line.showEchoes();
        int room = stopped ? 0 : OUTPUT_LIMIT - output.size();
        int n = (int) Math.min(src.remaining(), room);
        if (n > 0) {
            byte[] data = new byte[n];
            int r = src.get(data, 0, n);
            if (r < 0) {
                return r;
            }
            for (int i = 0; i < n; i++) {
                processor.put(data[i] & 0xff);
            }
        }
        if (output.size() > before) {
            masterQueue.wake(POLLIN | POLLRDNORM);
        }
        return n > 0 || src.remaining() == 0 ? n : -EAGAIN;
    }

    /** Whether a reader would get something now, given the least that it waits for. With the lock held. */
    boolean inputAvailable(int min) {
        pump();
        return typed().available(min);
    }

    /** What poll(2) tells at the slave; with the lock held. */
    int slavePoll() {
        int bits = 0;
        int min = termios.cc(VTIME) == 0 && termios.cc(VMIN) > 0 ? termios.cc(VMIN) : 1;
        if (inputAvailable(min)) {
            bits |= POLLIN | POLLRDNORM;
        }
        if (!stopped && output.size() < OUTPUT_LIMIT) {
            bits |= POLLOUT | POLLWRNORM;
        }
        return bits;
    }

    /** Moves waiting input into the line discipline; with the lock held. */
    void pump() {
        if (input.isEmpty()) {
            return;
        }
        byte[] some = new byte[Math.min(input.size(), InputRing.SIZE)];
        outputBefore = output.size();
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

    /** Throws away what was typed and what was written (TCFLSH at the slave); with the lock held. */
    void flush(boolean in, boolean out) {
        if (in) {
            input.clear();
            line.flushInput();
            packets.event(TIOCPKT_FLUSHREAD);
            masterQueue.wake(POLLOUT | POLLWRNORM);
        }
        if (out) {
            output.truncate(ARRIVED);
            packets.event(TIOCPKT_FLUSHWRITE);
            slaveQueue.wake(POLLOUT | POLLWRNORM);
        }
    }

    /** The same at the master; with the lock held. */
    void flushMaster(boolean in, boolean out) {
        if (in) {
            output.clear();
            slaveQueue.wake(POLLOUT | POLLWRNORM);
        }
        if (out) {
            input.clear();
            masterQueue.wake(POLLOUT | POLLWRNORM);
        }
    }

    /** Throws away what a reader of the slave has before it (TCSETSF); with the lock held. */
    void flushTyped() {
        line.flushInput();
        packets.event(TIOCPKT_FLUSHREAD);
    }

    /** Changes the settings as {@code change} says; with the lock held. */
    void apply(Termios change) {
        Termios old = termios.copy();
        change.keep(old, locks);
        termios.set(change);
        // a terminal of ours always has eight bits and a receiver
        termios.cflag = (termios.cflag & ~(CSIZE | PARENB)) | CS8 | CREAD;
        line.settingsChanged(old.lflag);
        if ((old.iflag & ~termios.iflag & IXON) != 0) {
            start();
            line.showEchoes();
        }
        packets.settingsChanged(old, termios);
        slaveQueue.wake(POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM);
    }

    /** A new size; the foreground group hears of a change. */
    public void resize(byte[] size) {
        lock.lock();
        try {
            if (!Arrays.equals(size, winsize)) {
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
            if (masterClosed) {
                return -EIO;
            }
            int taken = masterStopped ? 0 : Math.min(n, INPUT_LIMIT - input.size());
            if (taken <= 0) {
                return n == 0 ? 0 : -EAGAIN;
            }
            outputBefore = output.size();
            if (input.isEmpty()) {
                int now = line.receive(data, off, n);
                int later = Math.min(n - now, INPUT_LIMIT);
                input.add(data, off + now, later);
                taken = now + later;
            } else {
                input.add(data, off, taken);
                pump();
            }
            if (typed().available(1)) {
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

    /** A character as if it were typed (TIOCSTI); with the lock held. */
    void type(byte[] one) {
        outputBefore = output.size();
        line.receive(one, 0, 1);
        slaveQueue.wake(POLLIN | POLLRDNORM);
        masterQueue.wake(POLLIN | POLLRDNORM);
    }

    /** A character that overtakes what is held (TCIOFF, TCION at the slave); with the lock held. */
    void sendToMaster(int c) {
        if (stoppedByProgram) {
            return;
        }
        output.add(c);
        if (stopped) { // Linux starts output for it and stops it again
            packets.replace(TIOCPKT_START, TIOCPKT_STOP);
        }
        masterQueue.wake(POLLIN | POLLRDNORM);
    }

    /** Takes output that waits for the master: a count, 0 for none. */
    public int takeOutput(byte[] dst) {
        lock.lock();
        try {
            int n = output.peek(dst, 0, dst.length);
            dropOutput(n);
            return n;
        } finally {
            lock.unlock();
        }
    }

    /** Copies output for a reader of the master; with the lock held. */
    int peekOutput(byte[] dst) {
        return output.peek(dst, 0, dst.length);
    }

    /** Output has been read; with the lock held. */
    void dropOutput(int n) {
        output.drop(n);
        if (n > 0) {
            slaveQueue.wake(POLLOUT | POLLWRNORM);
        }
    }

    /** The queue that is woken when there is output. */
    public WaitQueue outputQueue() {
        return masterQueue;
    }

    int masterPoll() {
        lock.lock();
        try {
            int bits = 0;
            if (!output.isEmpty()) {
                bits |= POLLIN | POLLRDNORM;
            }
            if (packets.pending()) {
                bits |= POLLIN | POLLRDNORM | POLLPRI;
            }
            if (slavesGone()) {
                bits |= POLLHUP;
            }
            if (!masterStopped && input.size() < INPUT_LIMIT) {
                bits |= POLLOUT | POLLWRNORM;
            }
            return bits;
        } finally {
            lock.unlock();
        }
    }

    /** Whether a slave was open and none is. */
    boolean slavesGone() {
        return slaveWasOpen && slaves == 0;
    }

    int outputSize() {
        return output.size();
    }

    /** The session's terminal, as the guest's processes see it in /proc. */
    public long rdev() {
        return Stat.makedev(SLAVE_MAJOR, index);
    }

    /** The foreground group, 0 for none; for /proc. */
    public int foregroundGroup() {
        return session.foreground();
    }
}
