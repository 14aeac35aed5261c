// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.oci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files as the engines write them, and what may come instead. */
class SpecReaderTest {
    static byte[] sample(String name) {
        try (InputStream in = SpecReaderTest.class.getResourceAsStream(name + ".json")) {
            return Objects.requireNonNull(in).readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void docker() {
        Spec s = SpecReader.read(sample("docker"));
        assertEquals(List.of("nginx", "-g", "daemon off;"), s.process().args());
        String greeting = new String("GREETING=grüße 😀".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        assertEquals(greeting, s.process().env().get(3));
        assertEquals(new Process.ConsoleSize(24, 80), s.process().consoleSize());
        assertEquals(
                new Process.Rlimit("RLIMIT_NOFILE", 1024, -1),
                s.process().rlimits().get(0));
        assertEquals(List.of(0, 10), s.process().user().additionalGids());
        assertEquals(-1, s.process().user().umask());
        assertEquals("/proc/1201/exe", s.hooks().prestart().get(0).path());
        assertNull(s.hooks().prestart().get(0).env());
        assertEquals(0, s.hooks().prestart().get(0).timeoutSeconds());
        Resources r = Objects.requireNonNull(s.linux().resources());
        assertEquals(268435456L, Objects.requireNonNull(r.memory()).limit());
        assertEquals(100L, r.pidsLimit());
        assertEquals(
                new Resources.DeviceRule(false, "a", null, null, "rwm"),
                r.devices().get(0));
        Seccomp f = Objects.requireNonNull(s.linux().seccomp());
        assertEquals(7, f.syscalls().size());
        assertEquals(
                new Seccomp.Arg(0, 4294967295L, 0, "SCMP_CMP_EQ"),
                f.syscalls().get(4).args().get(0));
        assertNotNull(s.linux().namespace("network"));
        assertNull(s.linux().namespace("user"));
        assertEquals(1, s.warnings().size(), s.warnings().toString());
        assertTrue(s.warnings().get(0).startsWith("process.apparmorProfile: "));
    }

    @Test
    void containerd() {
        Spec s = SpecReader.read(sample("containerd"));
        assertTrue(s.root().readonly());
        assertTrue(s.process().noNewPrivileges());
        assertEquals(-998, s.process().oomScoreAdj());
        assertEquals(
                "/var/run/netns/cni-7a",
                Objects.requireNonNull(s.linux().namespace("network")).path());
        assertNull(s.linux().seccomp());
        assertEquals("sandbox", s.annotations().get("io.kubernetes.cri.container-type"));
        assertTrue(s.warnings().isEmpty());
    }

    @Test
    void podman() {
        Spec s = SpecReader.read(sample("podman"));
        assertEquals(18, s.process().user().umask());
        assertEquals(new IdMapping(1, 100000, 65536), s.linux().uidMappings().get(1));
        assertEquals("slave", s.linux().rootfsPropagation());
        assertEquals(
                "1000000",
                Objects.requireNonNull(s.linux().resources()).unified().get("memory.high"));
    }

    @Test
    void runcAndOurOwn() {
        Spec runc = SpecReader.read(sample("runc"));
        Spec ours = SpecReader.read(DefaultSpec.text().getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(runc.mounts(), ours.mounts());
        assertEquals(runc.linux().maskedPaths(), ours.linux().maskedPaths());
        assertEquals(runc.process().args(), ours.process().args());
        Spec rootless = SpecReader.read(DefaultSpec.rootless(1000, 1001).getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(List.of(new IdMapping(0, 1001, 1)), rootless.linux().gidMappings());
        assertNull(rootless.linux().namespace("network"));
        assertTrue(rootless.warnings().isEmpty() && ours.warnings().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"docker", "containerd", "podman", "runc"})
    void cutOffAnywhere(String name) {
        byte[] whole = sample(name);
        int end = whole.length;
        while (whole[end - 1] == '\n') {
            end--;
        }
        for (int n = 0; n < end; n++) {
            assertNotNull(error(java.util.Arrays.copyOf(whole, n)), name + " cut at " + n);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"docker", "podman"})
    void anyByteChanged(String name) {
        byte[] whole = sample(name);
        byte[] replacements = {0, '"', '{', ']', ',', '9', (byte) 0xff, (byte) 0xc3, '\\'};
        for (int n = 0; n < whole.length; n++) {
            byte was = whole[n];
            whole[n] = replacements[n % replacements.length];
            error(whole); // whatever it says, it is a SpecError or none
            whole[n] = was;
        }
    }

    /** The error's text, or null. */
    static @org.jspecify.annotations.Nullable String error(byte[] json) {
        try {
            SpecReader.read(json);
            return null;
        } catch (SpecError e) {
            assertFalse(e.text().isEmpty());
            assertTrue(e.text().indexOf('\n') < 0, e.text());
            return e.text();
        }
    }

    @Test
    void processAlone() {
        ArrayList<String> warnings = new ArrayList<>();
        Process p = SpecReader.readProcess(
                bytes("{'args':['a'],'cwd':'/','capabilities':{'bounding':['CAP_X']}}"), warnings);
        assertEquals(List.of("a"), p.args());
        assertEquals(List.of("capabilities.bounding[0]: unknown capability \"CAP_X\" ignored"), warnings);
        JsonObject outer = Json.object(bytes("{'process':{'args':[],'cwd':'/'}}"));
        try {
            SpecReader.readProcess(Objects.requireNonNull(outer.object("process")), warnings);
        } catch (SpecError e) {
            assertEquals("process.args: must not be empty", e.text());
        }
    }

    @Test
    void resourcesAlone() {
        Resources r = SpecReader.readResources(bytes("{'memory':{'limit':-1},'cpu':{'shares':18446744073709551615}}"));
        assertEquals(-1L, Objects.requireNonNull(r.memory()).limit());
        assertEquals(-1L, Objects.requireNonNull(r.cpu()).shares());
        assertEquals(Resources.NONE, SpecReader.readResources(bytes("{}")));
    }

    static byte[] bytes(String text) {
        return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }
}
