// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.stdio;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.Poll.*;
import static org.junit.jupiter.api.Assertions.*;

import io.sandjar.abi.Nr;
import io.sandjar.abi.O;
import io.sandjar.host.Scratch;
import io.sandjar.host.Sys;
import io.sandjar.kernel.StubCaller;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.net.HostPoller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.KernelIo;
import io.sandjar.kernel.vfs.Stat;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class HostStreamTest {
    private final HostStdio stdio = new HostStdio(new HostPoller());
    private final StubCaller caller = new StubCaller();

    private static int[] pair(int nr) {
        Scratch s = Scratch.take();
        try {
            long r = nr == Nr.socketpair ? Sys.call(nr, 1, 1, 0, s.address, 0, 0) : Sys.call(nr, s.address, 0, 0);
            assertEquals(0, r);
            return new int[] {s.buf.getInt(0), s.buf.getInt(4)};
        } finally {
            s.give();
        }
    }

    private FileDescription open(int fd) {
        Ref<FileDescription> ref = new Ref<>();
        assertEquals(0, stdio.open(fd, ref));
        return ref.get();
    }

    private static byte[] bytes(String s) {
        return s.getBytes(StandardCharsets.ISO_8859_1);
    }

    private long read(FileDescription d, byte[] b) {
        return d.read(caller, new KernelIo(b, 0, b.length));
    }

    @Test
    void pipeNeverBlocksAndLeavesTheHostsFlagsAlone() {
        int[] p = pair(Nr.pipe);
        FileDescription in = open(p[0]);
        FileDescription out = open(p[1]);
        byte[] b = new byte[16];
        assertEquals(-EAGAIN, read(in, b));
        assertEquals(0, in.poll() & POLLIN);
        assertEquals(3, out.write(caller, new KernelIo(bytes("abc"), 0, 3)));
        assertEquals(POLLIN, in.poll() & POLLIN);
        assertEquals(3, read(in, b));
        byte[] big = new byte[1 << 20];
        long n = out.write(caller, new KernelIo(big, 0, big.length));
        assertTrue(n > 0 && n < big.length, "wrote " + n);
        assertEquals(-EAGAIN, out.write(caller, new KernelIo(big, 0, big.length)));
        assertEquals(0, out.poll() & POLLOUT);
        assertEquals(0, Sys.call(Nr.fcntl, p[0], 3, 0) & O.O_NONBLOCK);
        assertEquals(0, Sys.call(Nr.fcntl, p[1], 3, 0) & O.O_NONBLOCK);
        assertEquals(-ESPIPE, in.lseek(caller, 0, 0));
        in.release();
        out.release();
        Sys.close(p[0]);
        Sys.close(p[1]);
    }

    @Test
    void aWaiterHearsOfData() throws Exception {
        int[] p = pair(Nr.pipe);
        FileDescription in = open(p[0]);
        Thread t = new Thread(() -> {
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                return;
            }
            Sys.write(p[1], bytes("x"), 0, 1, -1);
        });
        t.start();
        assertEquals(0, caller.waitFor(in, POLLIN, System.nanoTime() + 5_000_000_000L));
        assertEquals(1, read(in, new byte[4]));
        t.join();
        Sys.close(p[1]);
        assertEquals(0, caller.waitFor(in, POLLIN, System.nanoTime() + 5_000_000_000L));
    }

    @Test
    void socketWritesAreCutWhereTheyWouldBlock() {
        int[] p = pair(Nr.socketpair);
        FileDescription a = open(p[0]);
        byte[] big = new byte[4 << 20];
        long n = a.write(caller, new KernelIo(big, 0, big.length));
        assertTrue(n > 0 && n < big.length, "wrote " + n);
        assertEquals(-EAGAIN, a.write(caller, new KernelIo(big, 0, big.length)));
        assertEquals(-EAGAIN, read(a, new byte[4]));
        Sys.write(p[1], bytes("hi"), 0, 2, -1);
        assertEquals(2, read(a, new byte[4]));
        Sys.close(p[0]);
        Sys.close(p[1]);
        a.release();
    }

    @Test
    void regularFileSharesItsPosition() {
        int fd = Sys.memfd("t", 0);
        FileDescription d = open(fd);
        assertEquals(5, d.write(caller, new KernelIo(bytes("hello"), 0, 5)));
        assertEquals(5, Sys.call(Nr.lseek, fd, 0, 1));
        assertEquals(0, d.lseek(caller, 0, 0));
        byte[] b = new byte[5];
        assertEquals(5, read(d, b));
        assertEquals("hello", new String(b, StandardCharsets.ISO_8859_1));
        assertEquals(0, read(d, b));
        assertFalse(d.pollable());
        Stat st = new Stat();
        assertEquals(0, d.inode().stat(st));
        assertEquals(O.S_IFREG, st.mode & O.S_IFMT);
        assertEquals(5, st.size);
    }
}
