// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.seccomp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sandjar.abi.Bytes;
import io.sandjar.abi.Nr;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ProfileTest {
    private static final Profile.Comparison[] ALWAYS = {};
    private static final int EPERM = Verdict.ERRNO | 1;
    private static final int ENOSYS = Verdict.ERRNO | 38;

    private static int ask(SeccompFilter f, int nr, long a0, long a1) {
        return f.verdict(nr, 0, a0, a1, 0, 0, 0, 0);
    }

    private static Profile.Comparison on(int argument, int operator, long value, long second) {
        return new Profile.Comparison(argument, operator, value, second);
    }

    @Test
    void namesAndDefault() {
        Profile p = new Profile(EPERM);
        List<String> unknown = p.add(List.of("read", "fstat64", "openat2", "nosuch"), Verdict.ALLOW, ALWAYS);
        assertEquals(List.of("fstat64", "nosuch"), unknown);
        SeccompFilter f = p.filter();
        assertTrue(f.always(Nr.read));
        assertFalse(f.always(Nr.write));
        assertEquals(EPERM, ask(f, Nr.write, 0, 0));
        assertEquals(ENOSYS, ask(f, Nr.faccessat2, 0, 0)); // newer than what the profile knows
        assertEquals(ENOSYS, ask(f, 1000, 0, 0));
        assertEquals(2, f.mode());
    }

    @Test
    void permissiveDefault() {
        Profile p = new Profile(Verdict.ALLOW);
        p.add(List.of("mkdir"), Verdict.KILL_PROCESS, ALWAYS);
        SeccompFilter f = p.filter();
        assertTrue(f.always(Nr.faccessat2));
        assertEquals(Verdict.ALLOW, ask(f, 1000, 0, 0));
        assertEquals(Verdict.KILL_PROCESS, ask(f, Nr.mkdir, 0, 0));
    }

    @Test
    void comparisons() {
        long big = 0xffffffff00000000L;
        int[] operators = {Profile.NE, Profile.LT, Profile.LE, Profile.EQ, Profile.GE, Profile.GT};
        boolean[][] expected = { // argument below, equal, above the value, unsigned
            {true, false, true},
            {true, false, false},
            {true, true, false},
            {false, true, false},
            {false, true, true},
            {false, false, true},
        };
        for (int i = 0; i < operators.length; i++) {
            Profile p = new Profile(EPERM);
            p.add(List.of("dup"), Verdict.ALLOW, new Profile.Comparison[] {on(0, operators[i], big, 0)});
            SeccompFilter f = p.filter();
            assertFalse(f.always(Nr.dup));
            assertEquals(expected[i][0], ask(f, Nr.dup, 5, 0) == Verdict.ALLOW);
            assertEquals(expected[i][1], ask(f, Nr.dup, big, 0) == Verdict.ALLOW);
            assertEquals(expected[i][2], ask(f, Nr.dup, big + 1, 0) == Verdict.ALLOW);
        }
    }

    @Test
    void maskedAndTwoArguments() {
        Profile p = new Profile(EPERM);
        p.add(List.of("clone"), Verdict.ALLOW, new Profile.Comparison[] {on(0, Profile.MASKED_EQ, 0x7e020000, 0)});
        p.add(List.of("socket"), Verdict.ALLOW, new Profile.Comparison[] {
            on(0, Profile.EQ, 2, 0), on(1, Profile.EQ, 1, 0)
        });
        SeccompFilter f = p.filter();
        assertEquals(Verdict.ALLOW, ask(f, Nr.clone, 0x3d0f00, 0));
        assertEquals(EPERM, ask(f, Nr.clone, 0x10000000, 0));
        assertEquals(Verdict.ALLOW, ask(f, Nr.socket, 2, 1));
        assertEquals(EPERM, ask(f, Nr.socket, 2, 2));
    }

    /** As runc: either of two comparisons of one argument is enough. */
    @Test
    void oneArgumentTwice() {
        Profile p = new Profile(EPERM);
        p.add(List.of("personality"), Verdict.ALLOW, new Profile.Comparison[] {
            on(0, Profile.EQ, 0, 0), on(0, Profile.EQ, 8, 0)
        });
        SeccompFilter f = p.filter();
        assertEquals(Verdict.ALLOW, ask(f, Nr.personality, 0, 0));
        assertEquals(Verdict.ALLOW, ask(f, Nr.personality, 8, 0));
        assertEquals(EPERM, ask(f, Nr.personality, 1, 0));
    }

    @Test
    void ruleWithoutComparisonsOutweighs() {
        Profile p = new Profile(EPERM);
        p.add(List.of("socket"), Verdict.ERRNO | 97, new Profile.Comparison[] {on(0, Profile.EQ, 17, 0)});
        p.add(List.of("socket"), Verdict.ALLOW, ALWAYS);
        p.add(List.of("socket"), Verdict.TRAP, ALWAYS);
        SeccompFilter f = p.filter();
        assertTrue(f.always(Nr.socket));
        assertEquals(Verdict.ALLOW, ask(f, Nr.socket, 17, 0));
    }

    @Test
    void guestOnTop() {
        Profile few = new Profile(EPERM);
        few.add(List.of("getpid", "gettid", "rt_sigprocmask"), Verdict.ALLOW, ALWAYS);
        assertFalse(few.filter().leavesStubAlone(), "it returns from handlers too");
        Profile p = new Profile(EPERM);
        p.add(List.of("read", "write", "getpid", "gettid", "rt_sigprocmask", "rt_sigreturn"), Verdict.ALLOW, ALWAYS);
        SeccompFilter below = p.filter();
        assertTrue(below.leavesStubAlone());
        // if (nr == getpid) return ERRNO(5); return ALLOW
        byte[] code = new byte[32];
        instruction(code, 0, 0x20, 0, 0, 0);
        instruction(code, 1, 0x15, 0, 1, Nr.getpid);
        instruction(code, 2, 0x06, 0, 0, Verdict.ERRNO | 5);
        instruction(code, 3, 0x06, 0, 0, Verdict.ALLOW);
        SeccompFilter f = Objects.requireNonNull(SeccompFilter.ofGuest(code, below));
        assertFalse(f.leavesStubAlone());
        assertEquals(2, f.count());
        assertTrue(f.always(Nr.read));
        assertFalse(f.always(Nr.mkdir));
        assertEquals(Verdict.ERRNO | 5, ask(f, Nr.getpid, 0, 0));
        assertEquals(EPERM, ask(f, Nr.mkdir, 0, 0));
        assertTrue(f.growsFrom(below) && f.growsFrom(null) && !below.growsFrom(f));
        assertNotNull(SeccompFilter.ofGuest(code, null));
        assertNull(SeccompFilter.ofGuest(new byte[8], null)); // LD IMM 0 does not return
    }

    /** Any bytes are either refused or a program that ends. */
    @Test
    void anyProgram() {
        java.util.Random random = new java.util.Random(42);
        int[] codes = {
            0x20, 0x80, 0x00, 0x01, 0x60, 0x61, 0x02, 0x03, 0x06, 0x16, 0x07, 0x87, 0x05, 0x15, 0x1d, 0x25, 0x35, 0x45,
            0x04, 0x0c, 0x34, 0x3c, 0x64, 0x6c, 0x74, 0x7c, 0x84, 0xa4
        };
        int taken = 0;
        for (int i = 0; i < 20_000; i++) {
            int n = 1 + random.nextInt(12);
            byte[] code = new byte[n * 8];
            for (int k = 0; k < n; k++) {
                instruction(
                        code,
                        k,
                        codes[random.nextInt(codes.length)],
                        random.nextInt(4),
                        random.nextInt(4),
                        random.nextInt(20));
            }
            if (random.nextBoolean()) {
                instruction(code, n - 1, 0x06, 0, 0, Verdict.ALLOW);
            }
            SeccompFilter f = SeccompFilter.ofGuest(code, null);
            if (f != null) {
                taken++;
                int v = ask(f, random.nextInt(400), random.nextLong(), random.nextLong());
                assertTrue(Verdict.known(v & Verdict.ACTION) || (v & Verdict.ACTION) == Verdict.USER_NOTIF);
            }
        }
        assertTrue(taken > 500, taken + " of 20000");
    }

    private static void instruction(byte[] to, int at, int code, int jt, int jf, int k) {
        Bytes.put16(to, at * 8, code);
        to[at * 8 + 2] = (byte) jt;
        to[at * 8 + 3] = (byte) jf;
        Bytes.put32(to, at * 8 + 4, k);
    }
}
