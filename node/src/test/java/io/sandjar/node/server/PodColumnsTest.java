// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

package io.sandjar.node.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sandjar.node.model.Json;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodColumnsTest {
    private static final String TWO = "{spec: {containers: [{name: a}, {name: b}]}, status: {phase: PHASE, STATUS}}";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Pending   | initContainerStatuses: []                                                                        | 0/2 Pending 0
            Running   | containerStatuses: [{ready: true, state: {running: {}}}, {ready: true, state: {running: {}}}]     | 2/2 Running 0
            Running   | containerStatuses: [{ready: true, state: {running: {}}}, {state: {waiting: {reason: CrashLoopBackOff}}, restartCount: 3, lastState: {terminated: {finishedAt: "5M"}}}] | 1/2 CrashLoopBackOff 3 (5m ago)
            Pending   | containerStatuses: [{state: {waiting: {reason: ImagePullBackOff}}}]                               | 0/2 ImagePullBackOff 0
            Succeeded | containerStatuses: [{state: {terminated: {reason: Completed, exitCode: 0}}}]                      | 0/2 Completed 0
            Failed    | containerStatuses: [{state: {terminated: {reason: OOMKilled, exitCode: 137}}}]                    | 0/2 OOMKilled 0
            Failed    | containerStatuses: [{state: {terminated: {exitCode: 139}}}]                                       | 0/2 Signal:11 0
            Failed    | containerStatuses: [{state: {terminated: {exitCode: 3}}}]                                         | 0/2 ExitCode:3 0
            Failed    | reason: OutOfcpu                                                                                  | 0/2 OutOfcpu 0
            Running   | containerStatuses: [{ready: true, state: {running: {}}}, {state: {terminated: {reason: Completed}}}], conditions: [{type: Ready, status: "False"}] | 1/2 NotReady 0
            """)
    void words(String phase, String status, String expected) {
        check(TWO, phase, status, expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Pending | initContainerStatuses: [{name: i, state: {running: {}}}]                                            | 0/2 Init:0/2 0
            Pending | initContainerStatuses: [{name: i, state: {terminated: {exitCode: 1, reason: Error}}, restartCount: 2}] | 0/2 Init:Error 2
            Pending | initContainerStatuses: [{name: i, state: {waiting: {reason: CrashLoopBackOff}}, restartCount: 4}]    | 0/2 Init:CrashLoopBackOff 4
            Pending | initContainerStatuses: [{name: i, state: {terminated: {exitCode: 0}}}, {name: s, started: true, ready: true, state: {running: {}}}], containerStatuses: [{state: {waiting: {reason: PodInitializing}}}] | 1/2 PodInitializing 0
            Running | initContainerStatuses: [{name: i, state: {terminated: {exitCode: 0}}}, {name: s, started: true, ready: true, state: {running: {}}}], containerStatuses: [{ready: true, state: {running: {}}}] | 2/2 Running 0
            """)
    void initContainers(String phase, String status, String expected) {
        check(
                "{spec: {initContainers: [{name: i}, {name: s, restartPolicy: Always}], containers: [{name: a}]}, status: {phase: PHASE, STATUS}}",
                phase,
                status,
                expected);
    }

    @ParameterizedTest
    @CsvSource({"Running,Terminating", "Succeeded,Succeeded"})
    void goingPods(String phase, String expected) {
        check(
                "{metadata: {deletionTimestamp: x}, spec: {containers: [{name: a}]}, status: {phase: PHASE}}",
                phase,
                "",
                "0/1 " + expected + " 0");
    }

    private static void check(String form, String phase, String status, String expected) {
        String yaml = form.replace("PHASE", phase)
                .replace("STATUS", status.strip())
                .replace("\"5M\"", "\"" + Instant.now().minusSeconds(301) + "\"");
        PodColumns columns = new PodColumns(io.sandjar.node.model.Manifests.tree(
                yaml.getBytes(java.nio.charset.StandardCharsets.UTF_8), new java.util.ArrayList<>()));
        assertEquals(
                expected.replace("5m ago", "5m1s ago"),
                columns.ready() + " " + columns.status() + " " + columns.restarts(),
                Json.text(yaml));
    }
}
