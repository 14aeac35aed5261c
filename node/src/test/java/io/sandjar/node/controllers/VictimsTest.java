// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.controllers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class VictimsTest {
    private static Pod pod(
            String name, String node, String phase, String readySince, int restarts, String created, String cost) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withCreationTimestamp(created)
                .addToAnnotations("controller.kubernetes.io/pod-deletion-cost", cost)
                .endMetadata()
                .withNewSpec()
                .withNodeName(node)
                .endSpec()
                .withNewStatus()
                .withPhase(phase)
                .addNewCondition()
                .withType("Ready")
                .withStatus(readySince.isEmpty() ? "False" : "True")
                .withLastTransitionTime(readySince)
                .endCondition()
                .addNewContainerStatus()
                .withRestartCount(restarts)
                .endContainerStatus()
                .endStatus()
                .build();
    }

    @Test
    void theOrderOfKubernetes() {
        String t1 = "2026-01-01T00:00:01Z";
        String t2 = "2026-01-01T00:00:02Z";
        List<Pod> ordered = List.of(
                pod("unassigned", "", "Pending", "", 0, t1, "9"),
                pod("pending", "n", "Pending", "", 0, t1, "9"),
                pod("not ready", "n", "Running", "", 0, t1, "9"),
                pod("cheap", "n", "Running", t1, 0, t1, "-5"),
                pod("ready for short", "n", "Running", t2, 0, t1, "0"),
                pod("restarted", "n", "Running", t1, 4, t1, "0"),
                pod("young", "n", "Running", t1, 0, t2, "0"),
                pod("old", "n", "Running", t1, 0, t1, "0"));
        for (int seed = 0; seed < 20; seed++) {
            List<Pod> shuffled = new ArrayList<>(ordered);
            Collections.shuffle(shuffled, new Random(seed));
            shuffled.sort(new Victims());
            assertEquals(
                    ordered.stream().map(Objects::name).toList(),
                    shuffled.stream().map(Objects::name).toList());
        }
    }
}
