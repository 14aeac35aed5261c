// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net;

import static io.sandjar.abi.Errno.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Net;
import io.sandjar.abi.Poll;
import io.sandjar.kernel.StubCaller;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.time.Timers;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.KernelIo;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 20, unit = TimeUnit.SECONDS)
class UnixSocketTest {
    private final NetStack net = new NetStack(new Timers());
    private final StubCaller c = new StubCaller();

    private SocketFile[] pair(int type) {
        Ref<Socket> a = new Ref<>();
        Ref<Socket> b = new Ref<>();
        assertEquals(0, net.createPair(c, Net.AF_UNIX, type, 0, a, b));
        return new SocketFile[] {new SocketFile(a.get(), 0), new SocketFile(b.get(), 0)};
    }

    private Socket socket(int type) {
        Ref<Socket> s = new Ref<>();
        assertEquals(0, net.create(c, Net.AF_UNIX, type, 0, s));
        return s.get();
    }

    private static byte[] bytes(String s) {
        return s.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] abstractName(String s) {
        return bytes("\1\0\0" + s);
    }

    private long send(Socket s, String text) {
        return s.send(c, new KernelIo(bytes(text), 0, text.length()), 0, null);
    }

    private String recv(Socket s, int max) {
        byte[] b = new byte[max];
        long n = s.recv(c, new KernelIo(b, 0, max), 0, null);
        return n < 0 ? "error " + -n : new String(b, 0, (int) n, StandardCharsets.ISO_8859_1);
    }

    private static Msg withFiles(FileDescription... files) {
        Ancillary a = new Ancillary();
        for (FileDescription f : files) {
            f.acquire();
        }
        a.setFiles(files);
        Msg m = new Msg();
        m.ancillary = a;
        return m;
    }

    @Test
    void bytesOfAPairHaveNoBoundaries() {
        SocketFile[] p = pair(Net.SOCK_STREAM);
        assertEquals("error 11", recv(p[1].socket(), 10));
        assertEquals(5, send(p[0].socket(), "hello"));
        assertEquals(6, send(p[0].socket(), " world"));
        assertEquals("hello wo", recv(p[1].socket(), 8));
        p[0].release();
        assertEquals("rld", recv(p[1].socket(), 8));
        assertEquals("", recv(p[1].socket(), 8));
        assertEquals(-EPIPE, send(p[1].socket(), "x"));
        assertTrue((p[1].poll() & Poll.POLLHUP) != 0);
    }

    @Test
    void aRingThatWrapsKeepsTheOrder() {
        SocketFile[] p = pair(Net.SOCK_STREAM);
        byte[] out = new byte[3000];
        byte[] in = new byte[3000];
        byte next = 0;
        for (int round = 0; round < 50; round++) {
            for (int i = 0; i < out.length; i++) {
                out[i] = next++;
            }
            assertEquals(3000, p[0].socket().send(c, new KernelIo(out, 0, 3000), 0, null));
            assertEquals(3000, p[1].socket().recv(c, new KernelIo(in, 0, 3000), 0, null));
            assertArrayEquals(out, in);
        }
        long total = 0;
        while (true) {
            long n = p[0].socket().send(c, new KernelIo(out, 0, 3000), 0, null);
            if (n < 0) {
                assertEquals(-EAGAIN, n);
                break;
            }
            total += n;
        }
        assertEquals(212992, total);
        assertEquals(0, p[0].poll() & Poll.POLLOUT);
    }

    @Test
    void listenConnectAccept() {
        Socket l = socket(Net.SOCK_STREAM);
        byte[] name = abstractName("srv");
        assertEquals(0, l.bind(c, name, name.length));
        Socket other = socket(Net.SOCK_STREAM);
        assertEquals(-EADDRINUSE, other.bind(c, name, name.length));
        assertEquals(-ECONNREFUSED, other.connect(c, name, name.length, true, Caller.FOREVER));
        assertEquals(0, l.listen(c, 0));
        assertEquals(0, other.connect(c, name, name.length, true, Caller.FOREVER));
        Socket more = socket(Net.SOCK_STREAM);
        assertEquals(-EAGAIN, more.connect(c, name, name.length, true, Caller.FOREVER));
        assertEquals(2, send(other, "hi"));
        Ref<Socket> got = new Ref<>();
        assertEquals(0, l.accept(c, got));
        assertEquals(-EAGAIN, l.accept(c, new Ref<>()));
        assertEquals("hi", recv(got.get(), 10));
        byte[] n = new byte[128];
        assertEquals(name.length, other.peerName(n));
        assertEquals(2, got.get().peerName(n));
        l.close();
        assertEquals(-ECONNREFUSED, more.connect(c, name, name.length, true, Caller.FOREVER));
    }

    @Test
    void autobind() {
        Socket s = socket(Net.SOCK_DGRAM);
        assertEquals(0, s.bind(c, new byte[] {1, 0}, 2));
        assertEquals(8, s.name(new byte[128]));
    }

    @Test
    void datagramsKeepBoundariesAndSources() {
        Socket a = socket(Net.SOCK_DGRAM);
        Socket b = socket(Net.SOCK_DGRAM);
        byte[] an = abstractName("a");
        byte[] bn = abstractName("b");
        a.bind(c, an, an.length);
        b.bind(c, bn, bn.length);
        assertEquals(0, a.connect(c, bn, bn.length, true, Caller.FOREVER));
        assertEquals(3, send(a, "one"));
        assertEquals(3, send(a, "two"));
        Msg m = new Msg();
        byte[] d = new byte[2];
        assertEquals(3, b.recv(c, new KernelIo(d, 0, 2), Net.MSG_TRUNC, m));
        assertEquals(Net.MSG_TRUNC, m.flags);
        assertArrayEquals(an, java.util.Arrays.copyOf(m.name, m.nameLen));
        assertEquals("two", recv(b, 100));
        int n = 0;
        while (send(a, "x") == 1) {
            n++;
        }
        assertEquals(11, n);
        assertEquals(0, a.poll() & Poll.POLLOUT);
        assertEquals("x", recv(b, 1));
        assertTrue((a.poll() & Poll.POLLOUT) != 0);
    }

    @Test
    void descriptorsTravelWithTheirBytes() {
        SocketFile[] p = pair(Net.SOCK_STREAM);
        SocketFile[] q = pair(Net.SOCK_STREAM);
        send(p[0].socket(), "ab");
        Msg m = withFiles(q[0]);
        assertEquals(1, p[0].socket().send(c, new KernelIo(bytes("c"), 0, 1), 0, m));
        send(p[0].socket(), "de");
        Msg r = new Msg();
        ControlOut control = new ControlOut(64, false);
        r.control = control;
        byte[] b = new byte[10];
        assertEquals(3, p[1].socket().recv(c, new KernelIo(b, 0, 10), 0, r));
        assertEquals(24, control.used());
        int fd = Bytes.i32(control.bytes(), 16);
        assertEquals(q[0], c.table.acquire(fd));
        assertEquals("de", recv(p[1].socket(), 10));
        assertEquals(0, net.rights().count());
    }

    @Test
    void cyclesAreCollected() {
        SocketFile[] p = pair(Net.SOCK_STREAM);
        SocketFile[] q = pair(Net.SOCK_DGRAM);
        // p[0] and q[0] lie in each other's queues
        p[1].socket().send(c, new KernelIo(bytes("c"), 0, 1), 0, withFiles(q[0]));
        q[1].socket().send(c, new KernelIo(bytes("c"), 0, 1), 0, withFiles(p[0]));
        assertEquals(2, net.rights().count());
        assertTrue(net.rights().collect());
        assertEquals(2, net.rights().count());
        p[0].release();
        assertTrue(net.rights().collect());
        assertEquals(2, net.rights().count());
        q[0].release();
        assertTrue(net.rights().collect());
        assertEquals(0, net.rights().count());
        assertEquals(0, p[0].references());
        assertEquals("", recv(p[1].socket(), 1).replace("error 104", ""));
    }

    @Test
    void aLongChainIsReleasedWithoutDeepRecursion() {
        SocketFile[] last = pair(Net.SOCK_STREAM);
        for (int i = 0; i < 5000; i++) {
            SocketFile[] next = pair(Net.SOCK_STREAM);
            next[1].socket().send(c, new KernelIo(bytes("c"), 0, 1), 0, withFiles(last[0]));
            last[0].release();
            last[1].release();
            last = next;
        }
        last[0].release();
        last[1].release();
        assertEquals(0, net.rights().count());
    }

    @Test
    void credentialsForWhoWantsThem() {
        SocketFile[] p = pair(Net.SOCK_SEQPACKET);
        byte[] one = {1, 0, 0, 0};
        assertEquals(0, p[1].socket().setsockopt(c, Net.SOL_SOCKET, Net.SO_PASSCRED, one, 4));
        c.pid = 77;
        send(p[0].socket(), "x");
        Msg r = new Msg();
        ControlOut control = new ControlOut(64, false);
        r.control = control;
        assertEquals(1, p[1].socket().recv(c, new KernelIo(new byte[4], 0, 4), 0, r));
        assertEquals(32, control.used());
        assertEquals(Net.SCM_CREDENTIALS, Bytes.i32(control.bytes(), 12));
        assertEquals(77, Bytes.i32(control.bytes(), 16));
    }
}
