// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

import static io.sandjar.abi.Cap.*;
import static io.sandjar.abi.Errno.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.IdMap;
import io.sandjar.kernel.vfs.UserNamespace;
import org.junit.jupiter.api.Test;

/** Maps of ids: their syntax, chains of them, and whose capabilities count where. */
final class IdMapTextTest {
    private static IdMap map(String text, IdMap above) {
        IdMapText t = new IdMapText(text);
        assertEquals(0, t.parse());
        IdMap m = t.through(above);
        assertTrue(m != null);
        return m == null ? above : m;
    }

    @Test
    void rangesChain() {
        IdMap outer = map("0 100000 1000\n5000 200000 10\n", IdMap.ALL);
        assertEquals(100999, outer.toKernel(999));
        assertEquals(-1, outer.toKernel(1000));
        assertEquals(5009, outer.fromKernel(200009));
        IdMap inner = map("0 5 1\n7 5000 10", outer);
        assertEquals(100005, inner.toKernel(0));
        assertEquals(200009, inner.toKernel(16));
        assertEquals(-1, inner.toKernel(1));
        IdMapText across = new IdMapText("0 999 2");
        assertEquals(0, across.parse());
        assertNull(across.through(outer)); // one line may not span two ranges
    }

    @Test
    void badText() {
        String[] bad = {"", "1", "0 0 0", "0 0 1 x", "x 0 1", "0 0 1\n0 5 1", "4294967295 0 1", "1 0 4294967295", "\n"};
        for (String text : bad) {
            assertEquals(-EINVAL, new IdMapText(text).parse(), text);
        }
        assertEquals(0, new IdMapText("0 0 4294967294").parse());
    }

    @Test
    void whoseCapabilitiesCount() {
        Creds user = Creds.of(1000, 1000);
        UserNamespace own = new UserNamespace(user);
        Creds inside = user.withCaps(Creds.ALL_CAPS, Creds.ALL_CAPS, 0).withUserNs(own);
        UserNamespace deeper = new UserNamespace(inside);
        assertTrue(inside.has(own, CAP_SYS_ADMIN));
        assertTrue(inside.has(deeper, CAP_SYS_ADMIN));
        assertFalse(inside.has(UserNamespace.FIRST, CAP_SYS_ADMIN));
        assertFalse(inside.has(CAP_SYS_ADMIN));
        assertTrue(user.has(own, CAP_KILL)); // who made it
        assertTrue(user.has(deeper, CAP_KILL));
        assertFalse(Creds.of(1001, 1001).has(own, CAP_KILL));
        assertTrue(Creds.of(0, 0).has(deeper, CAP_KILL));
        assertEquals(UserNamespace.OVERFLOW_ID, own.shownUid(1000));
        assertEquals(-1, own.kernelUid(0));
        assertTrue(own.setUids(map("0 1000 1", IdMap.ALL)));
        assertFalse(own.setUids(IdMap.ALL)); // once
        assertEquals(1000, own.kernelUid(0));
        assertEquals(0, own.shownUid(1000));
    }
}
