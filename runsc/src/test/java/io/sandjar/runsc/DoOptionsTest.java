// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DoOptionsTest {
    private static DoOptions options(String... words) {
        return new DoOptions(Arguments.parse(DoOptions.TABLE, List.of(words), 0), "/home/me");
    }

    private static UsageError wrong(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.add("true");
        return assertThrows(UsageError.class, () -> options(all.toArray(new String[0])));
    }

    @Test
    void defaults() {
        DoOptions o = options("ls", "-l");
        assertEquals("/", o.rootfs);
        assertEquals("sandjar", o.hostname);
        assertEquals(List.of("ls", "-l"), o.command);
        assertEquals(0, o.timeoutNanos);
        assertFalse(o.hostNetwork || o.strace || o.stats || o.quiet);
    }

    @Test
    void volumes() {
        DoOptions o = options("--volume", "src:/dst/", "--volume=./a/./b:/x:ro", "--volume", "/c:/d:rw", "true");
        assertEquals(new DoOptions.Volume("/home/me/src", "/dst", false), o.volumes.get(0));
        assertEquals(new DoOptions.Volume("/home/me/a/b", "/x", true), o.volumes.get(1));
        assertEquals(new DoOptions.Volume("/c", "/d", false), o.volumes.get(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"src", "src:", ":/dst", "src:dst", ":ro", "src:ro"})
    void wrongVolumes(String volume) {
        assertTrue(wrong("--volume", volume).text().startsWith("--volume: "));
    }

    @Test
    void tmpfs() {
        DoOptions o = options("--tmpfs", "/a", "--tmpfs=/b:64m", "--tmpfs", "/c:size=1g", "true");
        assertEquals(new DoOptions.Tmpfs("/a", 0), o.tmpfs.get(0));
        assertEquals(new DoOptions.Tmpfs("/b", 64 << 20), o.tmpfs.get(1));
        assertEquals(new DoOptions.Tmpfs("/c", 1 << 30), o.tmpfs.get(2));
        assertEquals(
                "--tmpfs: \"lots\" is not a size", wrong("--tmpfs", "/a:lots").text());
        assertEquals("--tmpfs: \"a\" is not absolute", wrong("--tmpfs", "a").text());
    }

    @Test
    void environment() {
        List<String> users = List.of("A=1", "B=2", "C=3");
        assertEquals(users, options("true").environment(users));
        assertEquals(
                List.of("A=1", "B=x=y", "C=3", "D="),
                options("--env", "B=x=y", "--env=D=", "--env", "C", "true").environment(users));
        assertEquals("--env: \"=x\" has no name", wrong("--env", "=x").text());
    }

    @ParameterizedTest
    @CsvSource({"10,10000", "1.5,1500", "250ms,250", "30s,30000", "2m,120000", "1h,3600000", "1d,86400000", "0,0"})
    void timeouts(String text, long millis) {
        assertEquals(millis * 1_000_000, options("--timeout", text, "true").timeoutNanos);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "-1", "1.2.3", "1y", "."})
    void wrongTimeouts(String text) {
        assertEquals(
                "--timeout: \"" + text + "\" is not a duration",
                wrong("--timeout", text).text());
    }

    @Test
    void network() {
        assertTrue(options("--network", "host", "true").hostNetwork);
        assertEquals(
                "--network: \"bridge\" is not there",
                wrong("--network", "bridge").text());
    }

    @Test
    void straceTakesAListOfCalls() {
        assertEquals(List.of(), options("--strace", "true").straceCalls);
        assertEquals(List.of("read", "write"), options("--strace=read,write", "true").straceCalls);
    }

    @Test
    void otherMistakes() {
        assertEquals("--workdir: a is not absolute", wrong("--workdir", "a").text());
        assertEquals("--user: no user given", wrong("--user", ":5").text());
        assertEquals(
                "--hostname: \"a/b\" is no host name",
                wrong("--hostname", "a/b").text());
        assertEquals(
                "no command given",
                assertThrows(UsageError.class, () -> options("--quiet")).text());
    }
}
