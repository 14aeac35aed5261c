// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.cgroups;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits of a whole pod, from annotations, on a tree of files. */
class PodTotalsTest {
    private static final String GROUP = "/sys/fs/cgroup/k8s.io/p1";
    private static final Map<String, String> ANNOTATIONS = Map.of(
            "io.kubernetes.cri.sandbox-memory", "104857600",
            "io.kubernetes.cri.sandbox-cpu-quota", "50000",
            "io.kubernetes.cri.sandbox-cpu-period", "100000",
            "io.kubernetes.cri.sandbox-cpu-shares", "512");

    @TempDir
    Path dir;

    @Test
    void totalsOfAnnotations() {
        Limits l = PodTotals.of(ANNOTATIONS, "/k8s.io/p1");
        assertNotNull(l);
        assertEquals(104857600, l.memoryLimit);
        assertEquals(104857600, l.memorySwap);
        assertEquals(50000, l.cpuQuota);
        assertEquals(100000, l.cpuPeriod);
        assertEquals(512, l.cpuShares);
    }

    @Test
    void noTotals() {
        assertNull(PodTotals.of(Map.of(), "/k8s.io/p1"));
        assertNull(PodTotals.of(
                Map.of("io.kubernetes.cri.sandbox-memory", "0", "io.kubernetes.cri.sandbox-cpu-quota", "-1"),
                "/k8s.io/p1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/kubepods/burstable/pod1234/c",
                "/a/kubepods/pod1234/c",
                "kubepods-besteffort-pod1234.slice:cri-containerd:c",
                "/kubepods.slice/kubepods-pod1.slice/cri-containerd-c.scope"
            })
    void theKubeletSeesToItsOwn(String path) {
        assertNull(PodTotals.of(ANNOTATIONS, path));
    }

    @Test
    void groupsOfAPod() {
        FakeHost host = FakeHost.v2(dir, "/k8s.io/p1");
        host.put(GROUP + "/guest/memory.max", "max\n").put(GROUP + "/guest/memory.swap.max", "max\n");
        host.put(GROUP + "/pod/memory.max", "max\n").put(GROUP + "/pod/memory.swap.max", "max\n");
        host.put(GROUP + "/pod/cgroup.controllers", "cpuset cpu io memory pids\n");
        Cgroups sandbox = Cgroups.plan(Hierarchies.find(dir.toString()), "/k8s.io/p1", "p1", false, false, true);
        sandbox.create();
        Cgroups pod = sandbox.below(PodTotals.NAME);
        pod.createInner();
        Limits l = PodTotals.of(ANNOTATIONS, "/k8s.io/p1");
        assertNotNull(l);
        PodTotals.apply(sandbox, pod, l);
        assertEquals("104857600", host.get(GROUP + "/pod/memory.max"));
        assertEquals(Long.toString(104857600 + Cgroups.BACKSTOP), host.get(GROUP + "/memory.max"));
        assertEquals("50000 100000", host.get(GROUP + "/cpu.max"));
        assertFalse(host.has(GROUP + "/pod/guest"), "no processes of its own");
        Cgroups member = Cgroups.load(pod.save()).below("c1");
        assertEquals("unified " + dir + GROUP + "/pod/c1\n", member.save());
        member.create();
        assertTrue(host.has(GROUP + "/pod/c1/guest"));

        Limits more = new Limits();
        more.memoryLimit = 209715200L;
        PodTotals.apply(sandbox, pod, more);
        assertEquals("209715200", host.get(GROUP + "/pod/memory.max"));
        assertEquals("50000 100000", host.get(GROUP + "/cpu.max"));
    }
}
