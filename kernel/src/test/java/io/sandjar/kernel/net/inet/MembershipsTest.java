// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import static io.sandjar.abi.Errno.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sandjar.kernel.base.HeapRoom;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.time.Timers;
import org.junit.jupiter.api.Test;

/** The groups of a socket and their senders are counted, bounded and given back. */
class MembershipsTest {
    private static final int LINK = 1;
    private static final int MOST = 128 * 1024;

    private final Memberships groups = new Memberships(new NetStack(new Timers()));

    private static InetAddr group(int n) {
        return new InetAddr(0xff02L << 48, 0x770000 + n, 0);
    }

    private static Membership.Filter all(int sources) {
        InetAddr[] s = new InetAddr[sources];
        for (int i = 0; i < sources; i++) {
            s[i] = new InetAddr(0xfd00L << 48, i, 0);
        }
        return new Membership.Filter(false, s);
    }

    @Test
    void countedAndGivenBack() {
        long before = HeapRoom.OBJECTS.used();
        int n = 0;
        while (groups.join(group(n), LINK, Membership.Filter.ALL) == 0) {
            n++;
        }
        assertEquals(-ENOMEM, groups.join(group(n), LINK, Membership.Filter.ALL));
        assertTrue(n > 500 && HeapRoom.OBJECTS.used() - before <= MOST, n + " groups");
        assertEquals(-ENOBUFS, groups.filter(group(0), LINK, all(64)));
        for (int i = 1; i < 100; i++) {
            assertEquals(0, groups.leave(group(i), LINK));
        }
        assertEquals(0, groups.filter(group(0), LINK, all(64)));
        assertEquals(-EADDRNOTAVAIL, groups.source(group(0), LINK, all(1).sources()[0], false, true));
        assertEquals(0, groups.source(group(0), LINK, all(1).sources()[0], false, false));
        assertEquals(0, groups.filter(group(0), LINK, all(3)));
        groups.leaveAll();
        assertEquals(before, HeapRoom.OBJECTS.used());
    }
}
