// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net;

import static io.sandjar.abi.Errno.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Net;
import io.sandjar.abi.Poll;
import io.sandjar.kernel.StubCaller;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.time.Timers;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.KernelIo;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 20, unit = TimeUnit.SECONDS)
class InetSocketTest {
    private static final int LOCALHOST = 0x7f000001;

    private final NetStack net = new NetStack(new Timers());
    private final StubCaller c = new StubCaller();

    private Socket socket(int family, int type) {
        Ref<Socket> s = new Ref<>();
        assertEquals(0, net.create(c, family, type, 0, s));
        return s.get();
    }

    private Socket tcp() {
        return socket(Net.AF_INET, Net.SOCK_STREAM);
    }

    private static byte[] v4(int address, int port) {
        byte[] b = new byte[16];
        b[0] = Net.AF_INET;
        Bytes.putBe16(b, 2, port);
        Bytes.putBe32(b, 4, address);
        return b;
    }

    private static byte[] v6(int last, int port) {
        byte[] b = new byte[28];
        b[0] = Net.AF_INET6;
        Bytes.putBe16(b, 2, port);
        b[23] = (byte) last;
        return b;
    }

    private int connect(Socket s, byte[] addr, boolean nonblock) {
        return s.connect(c, addr, addr.length, nonblock, Caller.FOREVER);
    }

    private Socket listener(int port, int backlog) {
        Socket l = tcp();
        byte[] a = v4(0, port);
        assertEquals(0, l.bind(c, a, a.length));
        assertEquals(0, l.listen(c, backlog));
        return l;
    }

    private Socket accept(Socket l) {
        Ref<Socket> got = new Ref<>();
        assertEquals(0, l.accept(c, got));
        return got.get();
    }

    private long send(Socket s, String text) {
        byte[] b = text.getBytes(StandardCharsets.ISO_8859_1);
        return s.send(c, new KernelIo(b, 0, b.length), 0, null);
    }

    private String recv(Socket s) {
        byte[] b = new byte[100];
        long n = s.recv(c, new KernelIo(b, 0, 100), 0, null);
        return n < 0 ? "error " + -n : new String(b, 0, (int) n, StandardCharsets.ISO_8859_1);
    }

    private static int port(Socket s) {
        byte[] n = new byte[128];
        s.name(n);
        return Bytes.be16(n, 2);
    }

    @Test
    void aConnectionFromBeginningToEnd() {
        Socket l = listener(80, 5);
        Socket a = tcp();
        assertEquals(-EAGAIN, l.accept(c, new Ref<>()));
        assertEquals(0, connect(a, v4(LOCALHOST, 80), false));
        assertTrue((l.poll() & Poll.POLLIN) != 0);
        Socket b = accept(l);
        assertEquals("error 11", recv(b));
        assertEquals(5, send(a, "hello"));
        assertEquals("hello", recv(b));
        assertEquals(0, a.shutdown(c, Net.SHUT_WR));
        assertEquals("", recv(b));
        assertEquals(3, send(b, "bye"));
        assertEquals("bye", recv(a));
        b.close();
        assertEquals("", recv(a));
        assertTrue((a.poll() & Poll.POLLHUP) != 0);
    }

    @Test
    void refusedWithAndWithoutWaiting() {
        Socket a = tcp();
        assertEquals(-ECONNREFUSED, connect(a, v4(LOCALHOST, 81), false));
        Socket b = tcp();
        assertEquals(-EINPROGRESS, connect(b, v4(LOCALHOST, 81), true));
        assertTrue((b.poll() & Poll.POLLERR) != 0);
        assertEquals(ECONNREFUSED, b.takeError());
        assertEquals(-ENETUNREACH, connect(tcp(), v4(0x08080808, 53), false));
    }

    @Test
    void aFullBacklogMakesClientsWait() {
        Socket l = listener(82, 0);
        assertEquals(0, connect(tcp(), v4(LOCALHOST, 82), false));
        Socket late = tcp();
        assertEquals(-EINPROGRESS, connect(late, v4(LOCALHOST, 82), true));
        assertEquals(0, late.poll() & Poll.POLLOUT);
        assertEquals(-EALREADY, connect(late, v4(LOCALHOST, 82), true));
        accept(l);
        assertTrue((late.poll() & Poll.POLLOUT) != 0);
        assertEquals(0, connect(late, v4(LOCALHOST, 82), true));
        assertEquals(-EISCONN, connect(late, v4(LOCALHOST, 82), true));
    }

    @Test
    void closingWithUnreadDataResets() {
        Socket l = listener(83, 5);
        Socket a = tcp();
        connect(a, v4(LOCALHOST, 83), false);
        Socket b = accept(l);
        send(a, "unread");
        send(b, "before");
        b.close();
        assertEquals("before", recv(a));
        assertEquals("error 104", recv(a));
        assertEquals("", recv(a));
        assertEquals(-EPIPE, send(a, "x"));
    }

    @Test
    void oneWriteAfterThePeersCloseSucceeds() {
        Socket l = listener(84, 5);
        Socket a = tcp();
        connect(a, v4(LOCALHOST, 84), false);
        accept(l).close();
        assertEquals(1, send(a, "x"));
        assertEquals(-EPIPE, send(a, "x"));
        assertEquals("", recv(a));
    }

    @Test
    void portsAreTaken() {
        Socket l = listener(85, 5);
        Socket o = tcp();
        assertEquals(-EADDRINUSE, o.bind(c, v4(LOCALHOST, 85), 16));
        Socket six = socket(Net.AF_INET6, Net.SOCK_STREAM);
        assertEquals(-EADDRINUSE, six.bind(c, v6(0, 85), 28));
        assertEquals(0, six.setsockopt(c, Net.SOL_IPV6, Net.IPV6_V6ONLY, new byte[] {1, 0, 0, 0}, 4));
        assertEquals(0, six.bind(c, v6(0, 85), 28));
        l.close();
        assertEquals(0, o.bind(c, v4(LOCALHOST, 85), 16));
        Socket any = tcp();
        assertEquals(0, any.bind(c, v4(0, 0), 16));
        assertTrue(port(any) >= 32768);
        assertEquals(-EADDRNOTAVAIL, tcp().bind(c, v4(0x0a000001, 0), 16));
    }

    @Test
    void aDualStackListenerTakesBothFamilies() {
        Socket l = socket(Net.AF_INET6, Net.SOCK_STREAM);
        assertEquals(0, l.bind(c, v6(0, 86), 28));
        assertEquals(0, l.listen(c, 5));
        assertEquals(0, connect(tcp(), v4(LOCALHOST, 86), false));
        Socket b = accept(l);
        byte[] n = new byte[128];
        assertEquals(28, b.peerName(n));
        assertEquals(0xff, n[18] & 0xff);
        assertEquals(127, n[20]);
        Socket six = socket(Net.AF_INET6, Net.SOCK_STREAM);
        assertEquals(0, connect(six, v6(1, 86), false));
        accept(l);
    }

    @Test
    void datagrams() {
        Socket a = socket(Net.AF_INET, Net.SOCK_DGRAM);
        Socket b = socket(Net.AF_INET, Net.SOCK_DGRAM);
        assertEquals(0, b.bind(c, v4(LOCALHOST, 53), 16));
        assertEquals(-EDESTADDRREQ, send(a, "x"));
        Msg m = new Msg();
        m.source(v4(LOCALHOST, 53), 16);
        assertEquals(1, a.send(c, new KernelIo(new byte[] {'q'}, 0, 1), 0, m));
        Msg r = new Msg();
        assertEquals(1, b.recv(c, new KernelIo(new byte[9], 0, 9), 0, r));
        assertEquals(port(a), Bytes.be16(r.name, 2));
        Socket d = socket(Net.AF_INET, Net.SOCK_DGRAM);
        assertEquals(0, connect(d, v4(LOCALHOST, 54), false));
        assertEquals(1, send(d, "x"));
        assertEquals("error 111", recv(d));
    }
}
