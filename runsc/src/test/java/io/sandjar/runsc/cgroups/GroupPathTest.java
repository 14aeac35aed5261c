// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.cgroups;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class GroupPathTest {
    private static String path(String cgroupsPath, boolean systemd) {
        GroupPath p = GroupPath.of(cgroupsPath, "c1", systemd, false);
        return (p.relative() ? "own:" : "") + p.path();
    }

    @Test
    void threeForms() {
        assertEquals("/docker/abc", path("/docker/abc", false));
        assertEquals("own:/a/b", path("a/b", false));
        assertEquals("/system.slice/docker-abc.scope", path("system.slice:docker:abc", true));
        assertEquals("/system.slice/docker-abc.scope", path("system.slice:docker:abc", false));
        assertEquals("/a.slice/a-b.slice/a-b-c.slice/abc.scope", path("a-b-c.slice::abc", true));
        assertEquals("/x.scope", path("-.slice::x", true));
        assertEquals("/system.slice/my.slice", path(":p:my.slice", true));
    }

    @Test
    void withoutAPath() {
        assertEquals("/c1", path("", false));
        assertEquals("/system.slice/runsc-c1.scope", path("", true));
        assertEquals(
                "/user.slice/runsc-c1.scope",
                GroupPath.of(null, "c1", true, true).path());
    }

    @Test
    void nothingLeadsOut() {
        assertEquals("/etc", path("/../../etc", false));
        assertEquals("own:/x", path("../../x", false));
        assertEquals("/", path("/a/..", false));
    }

    @Test
    void wrongOnes() {
        assertThrows(CgroupError.class, () -> path("/docker/abc", true));
        assertThrows(CgroupError.class, () -> path("a/b.slice:x:y", true));
        assertThrows(CgroupError.class, () -> path("a--b.slice:x:y", true));
        assertThrows(CgroupError.class, () -> path("noslice:x:y", true));
    }
}
