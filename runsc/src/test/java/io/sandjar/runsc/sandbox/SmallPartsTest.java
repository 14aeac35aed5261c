// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.sandbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sandjar.oci.Process;
import io.sandjar.oci.SpecReader;
import io.sandjar.runsc.Clock;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The pieces that requests and configurations are taken apart with. */
class SmallPartsTest {
    @Test
    void timesAreThoseOfJavaTime() {
        long[] all = {0, 1, 951_782_400, 951_868_799, 1_709_164_800, 1_735_689_599, 4_102_444_800L, -1, -86_401};
        for (long seconds : all) {
            Instant i = Instant.ofEpochSecond(seconds, 7);
            String want = i.toString(); // ends in .000000007Z
            assertEquals(want, Clock.text(seconds * 1_000_000_000L + 7));
        }
    }

    @Test
    void homes() {
        String passwd = "root:x:0:0:root:/root:/bin/sh\nbad\nnobody:x:65534:1::\nann:x:1000:1000::/home/ann:/bin/sh";
        assertEquals("/root", Users.home(passwd, 0));
        assertEquals("/home/ann", Users.home(passwd, 1000));
        assertEquals("/", Users.home(passwd, 65534));
        assertEquals("/", Users.home(passwd, 5));
        assertEquals("/", Users.home(null, 0));
        assertEquals("/", Users.home("x:x:0", 0));
        assertEquals("/", Users.home(":::::::::\n\n::0:", 0));
    }

    @Test
    void numbers() {
        assertEquals(0, Words.number("0", 0));
        assertEquals(15, Words.number("K15", 1));
        assertEquals(-1, Words.number("", 0));
        assertEquals(-1, Words.number("-1", 0));
        assertEquals(-1, Words.number("1234567890", 0));
        assertEquals(-1, Words.number("1x", 0));
        assertEquals(List.of("a", "b"), Words.list("a,b"));
        assertEquals(List.of(), Words.list(""));
    }

    @Test
    void createOptions() {
        CreateOptions o = CreateOptions.parse("a", "{\"id\":\"a\",\"hostPid\":7,\"sandbox\":false,\"unknown\":[1]}");
        assertEquals(7, o.hostPid);
        assertTrue(!o.first);
        assertThrows(Refusal.class, () -> CreateOptions.parse("b", "{\"id\":\"a\"}"));
        assertThrows(Refusal.class, () -> CreateOptions.parse("a", "{\"id\":7}"));
        assertThrows(Refusal.class, () -> CreateOptions.parse("a", "[]"));
        assertThrows(Refusal.class, () -> CreateOptions.parse("a", "{"));
    }

    private static Process base() {
        String json =
                "{\"args\":[\"x\"],\"cwd\":\"/w\",\"env\":[\"A=1\",\"PATH=/bin\"],\"user\":{\"uid\":3,\"gid\":4}}";
        return SpecReader.readProcess(json.getBytes(StandardCharsets.ISO_8859_1), new ArrayList<>());
    }

    private static Process exec(String json) {
        return ExecOptions.process(json, new Donated(), base());
    }

    @Test
    void execIsLikeTheContainersProcess() {
        Process p = exec("{\"args\":[\"id\"],\"env\":[\"A=2\",\"B=3\"]}");
        assertEquals(List.of("id"), p.args());
        assertEquals(List.of("PATH=/bin", "A=2", "B=3"), p.env());
        assertEquals("/w", p.cwd());
        assertEquals(3, p.user().uid());
    }

    @Test
    void execWithAUser() {
        Process p = exec("{\"args\":[\"id\"],\"user\":\"1000:50\",\"additionalGids\":[7],\"cwd\":\"/\"}");
        assertEquals(1000, p.user().uid());
        assertEquals(50, p.user().gid());
        assertEquals(List.of(7), p.user().additionalGids());
        assertEquals("/", p.cwd());
        assertEquals(
                -2, exec("{\"args\":[\"id\"],\"user\":\"4294967294\"}").user().uid());
        assertThrows(Refusal.class, () -> exec("{\"args\":[\"id\"],\"user\":\"ann\"}"));
        assertThrows(Refusal.class, () -> exec("{\"args\":[\"id\"],\"user\":\"-1\"}"));
    }

    @Test
    void execOfNothing() {
        assertThrows(Refusal.class, () -> exec("{}"));
        assertThrows(Refusal.class, () -> exec("{\"process\":{\"args\":[]}}"));
        assertThrows(Refusal.class, () -> exec("{\"args\":\"id\"}"));
        assertThrows(Refusal.class, () -> exec("null"));
    }

    @Test
    void bootFlags() {
        BootOptions o = BootOptions.parse(List.of("--debug", "--network=none", "--strace-syscalls=open,read", "--x=y"));
        assertTrue(o.debug);
        assertTrue(!o.hostSockets());
        assertEquals("open,read", o.strace);
        assertEquals("", BootOptions.parse(List.of("--strace")).strace);
        assertTrue(!BootOptions.parse(List.of("--debug=false")).debug);
    }
}
