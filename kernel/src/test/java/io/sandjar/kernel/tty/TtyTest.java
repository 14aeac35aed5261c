// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.tty;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Poll.*;
import static io.sandjar.abi.Tty.*;
import static org.junit.jupiter.api.Assertions.*;

import io.sandjar.abi.O;
import io.sandjar.abi.Sig;
import io.sandjar.host.Scratch;
import io.sandjar.kernel.StubCaller;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.dev.Devices;
import io.sandjar.kernel.fs.devpts.DevPts;
import io.sandjar.kernel.vfs.Dentry;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.KernelIo;
import io.sandjar.kernel.vfs.Mount;
import io.sandjar.kernel.vfs.Path;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A pair from /dev/ptmx: open, close, job control, ioctls. */
class TtyTest {
    private final NoJobs jobs = new NoJobs();
    private final StubCaller caller = new StubCaller();
    private final DevPts pts = new DevPts(jobs, new Devices());
    private final Mount mount = new Mount(pts, new Dentry(null, "/", pts.root()), "devpts", 0);
    private final Scratch s = Scratch.take();

    private FileDescription open(String name, int flags) {
        Ref<FileDescription> out = new Ref<>();
        assertEquals(0, tryOpen(name, flags, out));
        return out.get();
    }

    private int tryOpen(String name, int flags, Ref<FileDescription> out) {
        Ref<Inode> i = new Ref<>();
        int r = pts.root().lookup(caller, name, i);
        return r < 0 ? r : i.get().open(caller, new Path(mount, mount.root().child(name, i.get())), flags, out);
    }

    private static long write(StubCaller c, FileDescription d, String text) {
        byte[] b = text.getBytes(StandardCharsets.ISO_8859_1);
        return d.write(c, new KernelIo(b, 0, b.length));
    }

    private String read(FileDescription d) {
        byte[] b = new byte[256];
        long n = d.read(caller, new KernelIo(b, 0, b.length));
        return n < 0 ? "error " + -n : new String(b, 0, (int) n, StandardCharsets.ISO_8859_1);
    }

    private long ioctl(FileDescription d, int cmd, int value) {
        s.buf.putInt(0, value);
        return d.ioctl(caller, cmd, s.address);
    }

    @Test
    void lifeOfAPair() {
        FileDescription m = open("ptmx", O.O_RDWR | O.O_NOCTTY);
        Ref<FileDescription> none = new Ref<>();
        assertEquals(-EIO, tryOpen("0", O.O_RDWR, none)); // locked
        assertEquals(0, ioctl(m, TIOCSPTLCK, 0));
        assertEquals(0, m.poll() & (POLLIN | POLLHUP));
        FileDescription t = open("0", O.O_RDWR);
        assertEquals(0, m.ioctl(caller, TIOCGPTN, s.address));
        assertEquals(0, s.buf.getInt(0));
        assertEquals(0, t.ioctl(caller, TIOCGPGRP, s.address)); // it became the controlling terminal
        assertEquals(1, s.buf.getInt(0));
        assertEquals(3, write(caller, m, "ls\r"));
        assertEquals(POLLIN, t.poll() & POLLIN);
        assertEquals("ls\r\n", read(m));
        assertEquals("ls\n", read(t));
        assertEquals(3, write(caller, t, "a\nb"));
        assertEquals("a\r\nb", read(m));
        t.release();
        assertEquals(POLLHUP, m.poll() & POLLHUP);
        assertEquals("error " + EIO, read(m));
        t = open("0", O.O_RDWR | O.O_NOCTTY);
        assertEquals(0, m.poll() & POLLHUP);
        m.release();
        assertEquals("", read(t));
        assertEquals(-EIO, write(caller, t, "x"));
        assertEquals(POLLHUP, t.poll() & POLLHUP);
        assertEquals(-ENOENT, tryOpen("0", O.O_RDWR, none));
        t.release();
    }

    @Test
    void signalsOfTheKeyboardAndTheSize() {
        FileDescription m = open("ptmx", O.O_RDWR);
        ioctl(m, TIOCSPTLCK, 0);
        FileDescription t = open("0", O.O_RDWR);
        assertEquals(0, ioctl(t, TIOCSPGRP, 7));
        write(caller, m, "\3\34\32");
        assertEquals(List.of("7:2", "7:3", "7:20"), jobs.sent);
        jobs.sent.clear();
        s.buf.putLong(0, 0x0000_0000_0050_0018L);
        assertEquals(0, m.ioctl(caller, TIOCSWINSZ, s.address));
        assertEquals(0, m.ioctl(caller, TIOCSWINSZ, s.address));
        assertEquals(List.of("7:" + Sig.SIGWINCH), jobs.sent);
        assertEquals(0, t.ioctl(caller, TIOCGWINSZ, s.address));
        assertEquals(24, s.buf.getShort(0));
        assertEquals(80, s.buf.getShort(2));
        jobs.sent.clear();
        m.release();
        assertEquals(List.of("hangup 1 7"), jobs.sent);
    }

    @Test
    void background() {
        FileDescription m = open("ptmx", O.O_RDWR);
        ioctl(m, TIOCSPTLCK, 0);
        FileDescription t = open("0", O.O_RDWR);
        jobs.group = 9; // foreground is 1
        assertEquals("error " + ERESTARTSYS, read(t));
        assertEquals(List.of("9:" + Sig.SIGTTIN), jobs.sent);
        jobs.sent.clear();
        jobs.orphaned = true;
        assertEquals("error " + EIO, read(t));
        jobs.orphaned = false;
        jobs.blocks = true;
        assertEquals("error " + EIO, read(t));
        assertEquals(0, ioctl(t, TIOCSPGRP, 9));
        jobs.blocks = false;
        assertEquals(0, ioctl(t, TIOCSPGRP, 1));
        assertEquals(1, write(caller, t, "x")); // without TOSTOP
        assertEquals(-ERESTARTSYS, ioctl(t, TIOCSPGRP, 9));
        assertEquals(List.of("9:" + Sig.SIGTTOU), jobs.sent);
        jobs.group = 1;
        assertEquals(-ESRCH, ioctl(t, TIOCSPGRP, 500));
        assertEquals(-EPERM, ioctl(t, TIOCSPGRP, 150));
        assertEquals(-EINVAL, ioctl(t, TIOCSPGRP, -1));
        assertEquals(0, ioctl(t, TIOCSTI, 'x')); // the caller is root
    }

    @Test
    void vminAndVtime() {
        FileDescription m = open("ptmx", O.O_RDWR);
        ioctl(m, TIOCSPTLCK, 0);
        FileDescription t = open("0", O.O_RDWR);
        byte[] b = new byte[Termios.SIZE];
        new Termios().encode(b);
        b[12] = 0;
        b[13] = 0;
        b[17 + VMIN] = 0;
        set(t, b);
        assertEquals("", read(t));
        b[17 + VMIN] = 3;
        set(t, b);
        write(caller, m, "ab");
        assertEquals(0, t.poll() & POLLIN);
        write(caller, m, "c");
        assertEquals(POLLIN, t.poll() & POLLIN);
        assertEquals("abc", read(t));
        b[17 + VMIN] = 0;
        b[17 + VTIME] = 1;
        set(t, b);
        long start = System.nanoTime();
        assertEquals("", read(t));
        long took = System.nanoTime() - start;
        assertTrue(took >= 90_000_000L && took < 2_000_000_000L, "took " + took);
        b[17 + VMIN] = 3;
        set(t, b);
        write(caller, m, "xy");
        assertEquals("xy", read(t));
    }

    private void set(FileDescription t, byte[] b) {
        s.buf.put(0, b);
        assertEquals(0, t.ioctl(caller, TCSETS, s.address));
    }

    @Test
    void packetMode() {
        FileDescription m = open("ptmx", O.O_RDWR);
        ioctl(m, TIOCSPTLCK, 0);
        FileDescription t = open("0", O.O_RDWR);
        assertEquals(0, ioctl(m, TIOCPKT, 1));
        write(caller, t, "x");
        assertEquals("\0x", read(m));
        assertEquals(0, t.ioctl(caller, TCFLSH, TCIOFLUSH));
        assertEquals(POLLPRI, m.poll() & POLLPRI);
        assertEquals("\3", read(m));
        write(caller, m, "\23");
        assertEquals("\4", read(m));
        assertEquals(-EAGAIN, write(caller, t, "y"));
        write(caller, m, "\21");
        assertEquals("\10", read(m));
        assertEquals("error " + EAGAIN, read(m));
    }

    @Test
    void backPressure() {
        FileDescription m = open("ptmx", O.O_RDWR);
        ioctl(m, TIOCSPTLCK, 0);
        FileDescription t = open("0", O.O_RDWR | O.O_NONBLOCK);
        long n = 0;
        long r;
        while ((r = write(caller, t, "x".repeat(1000))) > 0) {
            n += r;
        }
        assertEquals(-EAGAIN, r);
        assertEquals(4095 + 8192, n);
        assertEquals(0, t.poll() & POLLOUT);
        byte[] b = new byte[Termios.SIZE];
        new Termios().encode(b);
        b[12] = 0;
        b[13] = 0;
        set(t, b);
        n = 0;
        while ((r = write(caller, m, "y".repeat(1000))) > 0) {
            n += r;
        }
        assertEquals(-EAGAIN, r);
        assertEquals(4095 + 8192, n);
        long got = 0;
        byte[] in = new byte[5000];
        while ((r = t.read(caller, new KernelIo(in, 0, in.length))) > 0) {
            got += r;
        }
        assertEquals(n, got);
    }
}
