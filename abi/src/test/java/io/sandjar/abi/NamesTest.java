// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.abi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.lang.reflect.Field;
import org.junit.jupiter.api.Test;

/** The tables of names against the constants that they name, and the byte accessors. */
final class NamesTest {
    @Test
    void everyCallHasItsName() throws Exception {
        int calls = 0;
        for (Field field : Nr.class.getDeclaredFields()) {
            if (field.getType() == int.class && !field.getName().equals("MAX")) {
                assertEquals(field.getName(), Nr.name(field.getInt(null)));
                assertEquals(field.getInt(null), Nr.byName(field.getName()));
                calls++;
            }
        }
        int named = 0;
        for (int nr = -1; nr <= Nr.MAX + 1; nr++) {
            named += Nr.name(nr) == null ? 0 : 1;
        }
        assertEquals(calls, named);
        assertNull(Nr.name(400));
    }

    @Test
    void everyErrorHasItsName() throws Exception {
        for (Field field : Errno.class.getDeclaredFields()) {
            int errno = field.getInt(null);
            String name = Errno.name(errno);
            boolean alias = field.getName().equals("EWOULDBLOCK")
                    || field.getName().equals("EDEADLOCK")
                    || field.getName().equals("ENOTSUP");
            assertEquals(alias, !name.equals(field.getName()), field.getName());
        }
        assertEquals("E41", Errno.name(41));
        assertEquals("E-1", Errno.name(-1));
    }

    @Test
    void signalsHaveNamesAndDefaultActions() {
        assertEquals("SIGKILL", Sig.name(Sig.SIGKILL));
        assertEquals("SIGRT_2", Sig.name(34));
        assertEquals(Sig.SIGTERM, Sig.byName("TERM"));
        assertEquals(Sig.SIGHUP, Sig.byName("SIGHUP"));
        assertEquals(-1, Sig.byName("65"));
        assertEquals(Sig.DefaultAction.IGNORE, Sig.defaultAction(Sig.SIGCHLD));
        assertEquals(Sig.DefaultAction.CORE, Sig.defaultAction(Sig.SIGSEGV));
        assertEquals(Sig.DefaultAction.STOP, Sig.defaultAction(Sig.SIGTSTP));
        assertEquals(Sig.DefaultAction.CONTINUE, Sig.defaultAction(Sig.SIGCONT));
        assertEquals(Sig.DefaultAction.TERMINATE, Sig.defaultAction(Sig.SIGRTMAX));
        assertEquals(Sig.SIGINT, Sig.first(Sig.bit(Sig.SIGINT) | Sig.bit(Sig.SIGRTMAX)));
    }

    @Test
    void bytesGoOutAndComeBack() {
        byte[] b = new byte[16];
        Bytes.put64(b, 1, 0x81828384f5f6f7f8L);
        assertEquals(0x81828384f5f6f7f8L, Bytes.i64(b, 1));
        assertEquals(0xf7f8, Bytes.u16(b, 1));
        assertEquals(0xf5f6f7f8L, Bytes.u32(b, 1));
        assertEquals(0xf8, Bytes.u8(b, 1));
        Bytes.putBe32(b, 0, 0x80f0e0d1);
        assertEquals(0x80f0e0d1, Bytes.be32(b, 0));
        assertEquals((byte) 0x80, b[0]);
    }
}
