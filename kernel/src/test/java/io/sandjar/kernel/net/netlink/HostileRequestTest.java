// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.netlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Net;
import io.sandjar.abi.Rtnl;
import io.sandjar.kernel.StubCaller;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.net.SocketInfo;
import io.sandjar.kernel.time.Timers;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Requests that no library writes: lengths, attributes and jumps at random must end in an answer, not in an exception. */
class HostileRequestTest {
    private static final int[] TYPES = {
        Net.RTM_NEWLINK,
        Net.RTM_DELLINK,
        Net.RTM_GETLINK,
        Net.RTM_SETLINK,
        Net.RTM_NEWADDR,
        Net.RTM_DELADDR,
        Net.RTM_GETADDR,
        Net.RTM_NEWROUTE,
        Net.RTM_DELROUTE,
        Net.RTM_GETROUTE,
        Net.RTM_GETNEIGH,
        Net.RTM_GETRULE,
        Rtnl.RTM_GETQDISC,
        Rtnl.SOCK_DIAG_BY_FAMILY
    };

    private static byte[] request(Random random, int type) {
        byte[] b = new byte[16 + random.nextInt(120)];
        random.nextBytes(b);
        for (int i = 16; i < b.length; i++) {
            if (random.nextInt(3) != 0) {
                b[i] = (byte) random.nextInt(4); // small numbers mean something more often
            }
        }
        for (int at = 32; at + 4 < b.length; at += 4 + random.nextInt(4) * 4) {
            Bytes.put16(b, at, random.nextInt(8) == 0 ? random.nextInt() : 4 + random.nextInt(20));
            Bytes.put16(b, at + 2, random.nextInt(60));
        }
        if (b.length > 16) {
            b[16] = (byte) new int[] {0, Net.AF_UNIX, Net.AF_INET, Net.AF_INET6, random.nextInt()}[random.nextInt(5)];
        }
        Bytes.put32(b, 0, b.length);
        Bytes.put16(b, 4, type);
        Bytes.put16(b, 6, random.nextInt(0x1000) | Net.NLM_F_REQUEST);
        return b;
    }

    @Test
    void randomRequestsAreAnswered() {
        Random random = new Random(4711);
        NetStack net = new NetStack(new Timers());
        RouteAnswers route = new RouteAnswers(net);
        SockDiag diag = new SockDiag(net);
        for (int i = 0; i < 60_000; i++) {
            int type = TYPES[random.nextInt(TYPES.length)];
            byte[] b = request(random, type);
            Request q = new Request(b, 0, b.length, 1, random.nextBoolean(), true, new StubCaller());
            NlWriter out = new NlWriter();
            int r = type == Rtnl.SOCK_DIAG_BY_FAMILY ? diag.answer(q, out) : route.answer(q, out);
            out.error(r, q, random.nextBoolean(), q.complaint);
            assertTrue(r <= 0 && r > -4096, "result " + r);
            assertEquals(0, out.take().length % 4);
        }
        assertTrue(net.interfaces().links().length <= 1024);
    }

    @Test
    void filtersEnd() {
        Random random = new Random(42);
        for (int i = 0; i < 60_000; i++) {
            byte[] code = new byte[random.nextInt(20) * 4];
            random.nextBytes(code);
            for (int at = 0; at + 4 <= code.length; at += 4) {
                code[at] = (byte) random.nextInt(14);
                code[at + 1] = (byte) (random.nextInt(5) * 4);
                Bytes.put16(code, at + 2, random.nextInt(6) * 4);
            }
            if (DiagFilter.valid(code)) {
                byte[] four = {127, 0, 0, 1};
                DiagFilter.matches(
                        code,
                        new SocketInfo("tcp", four, 80, four, 4000, 1, 1, 0, 0, 0, 1, 1, false, SocketInfo.Timer.NONE));
            }
        }
    }
}
