// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.sandjar.imagestore.ImageException;
import io.sandjar.node.model.Json;
import io.sandjar.node.runtime.ExecResult;
import io.sandjar.node.store.Kind;
import io.sandjar.node.volumes.VolumeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a pod does over time: restarts, back-off, probes, hooks, termination, all on a simulated clock. */
class PodMachineTest {
    @TempDir
    Path dir;

    private SimNode node;

    @BeforeEach
    void node() {
        node = new SimNode(dir);
    }

    /** A pod from a spec in JSON with single quotes. */
    static Pod pod(String spec) {
        return Json.read(
                ("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'p','namespace':'default'},'spec':" + spec + "}")
                        .replace('\'', '"'),
                Pod.class);
    }

    static Pod one(String rest) {
        return pod("{'containers':[{'name':'c','image':'here:1'" + (rest.isEmpty() ? "" : "," + rest) + "}]}");
    }

    @Test
    void aPodRuns() throws Exception {
        node.create(one(""));
        node.runFor(1);
        assertEquals("Running", node.phase());
        assertTrue(node.condition("Ready"));
        assertTrue(node.condition("Initialized"));
        assertEquals("10.88.0.7", node.pod().getStatus().getPodIP());
        assertEquals("BestEffort", node.pod().getStatus().getQosClass());
        assertTrue(node.status("c").getStarted());
        assertTrue(node.status("c").getContainerID().startsWith("sandjar://"));
        assertEquals(
                List.of(
                        "Normal Pulled: Container image \"here:1\" already present on machine",
                        "Normal Created: Created container: c",
                        "Normal Started: Started container c"),
                node.events);
    }

    @Test
    void aPodForWhichThereIsNoRoomWaits() throws Exception {
        Pod other = node.store.create(Kind.POD, Json.read("""
                        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"other","namespace":"default"},"spec":{"containers":
                        [{"name":"c","image":"here:1","resources":{"requests":{"memory":"6Gi"}}}]}}""", Pod.class));
        node.store.editStatus(Kind.POD, "default", "other", p -> p.getStatus().setStartTime("2026-01-01T00:00:00Z"));
        node.create(one("'resources':{'requests':{'memory':'3Gi'}}"));
        node.runFor(30);
        assertEquals("Pending", node.phase());
        assertFalse(node.condition("PodScheduled"));
        assertEquals(1, node.events.size(), node.events::toString);
        assertTrue(
                node.events
                        .getFirst()
                        .startsWith("Warning FailedScheduling: 0/1 nodes are available: 1 Insufficient memory. "),
                node.events::toString);
        assertTrue(node.pod().getStatus().getContainerStatuses().isEmpty());
        node.store.remove(Kind.POD, "default", "other", other.getMetadata().getUid());
        node.runFor(10);
        assertEquals("Running", node.phase());
        assertTrue(node.condition("PodScheduled"));
    }

    @Test
    void aPodThatWaitsForRoomCanBeDeleted() throws Exception {
        node.create(one("'resources':{'requests':{'cpu':'5'}}"));
        node.runFor(5);
        assertEquals("Pending", node.phase());
        node.delete(30);
        node.runFor(5);
        assertEquals("", node.leftovers());
    }

    @Test
    void archivesAreLookedAtAgain() throws Exception {
        node.present.add("oci-archive:/a.tar");
        node.create(pod("{'containers':[{'name':'c','image':'oci-archive:/a.tar','imagePullPolicy':'IfNotPresent'}]}"));
        node.runFor(1);
        assertEquals("Running", node.phase());
        assertEquals(1, node.pulls.size());
    }

    @Test
    void aNameThatIsNoneIsNotPulled() throws Exception {
        node.badNames.add("Bad::name");
        node.create(pod("{'containers':[{'name':'c','image':'Bad::name'}]}"));
        node.runFor(100);
        assertEquals(
                "InvalidImageName", node.status("c").getState().getWaiting().getReason());
        assertEquals(0, node.pulls.size());
        assertEquals(2, node.events.size(), node.events::toString);
    }

    @Test
    void backOffDoublesToFiveMinutes() throws Exception {
        node.driver.behaviours.put("c", FakeDriver.Behaviour.exits(0, 1));
        node.create(one(""));
        node.runFor(1300);
        List<Long> starts = node.driver.times("start c");
        assertEquals(List.of(0L, 0L, 10L, 30L, 70L, 150L, 310L, 610L, 910L, 1210L), starts);
        assertEquals(
                "CrashLoopBackOff", node.status("c").getState().getWaiting().getReason());
        assertEquals(9, node.status("c").getRestartCount());
        assertEquals("Error", node.status("c").getLastState().getTerminated().getReason());
        assertEquals("Running", node.phase());
        assertTrue(node.countEvents("Warning BackOff: Back-off restarting failed container c in pod p_default(") >= 8);
    }

    @Test
    void backOffIsForgottenAfterAQuietTime() throws Exception {
        node.driver.behaviours.put("c", FakeDriver.Behaviour.exits(0, 1));
        node.create(one(""));
        node.runFor(75);
        assertEquals(5, node.driver.times("start c").size());
        node.driver.behaviours.put("c", FakeDriver.Behaviour.exits(700, 1)); // the next one lasts
        node.runFor(1000);
        assertEquals(List.of(0L, 0L, 10L, 30L, 70L, 150L, 850L), node.driver.times("start c"));
    }

    @Test
    void onFailureEndsWithSuccess() throws Exception {
        node.driver.behaviours.put("c", FakeDriver.Behaviour.exits(1, 3));
        node.create(pod("{'restartPolicy':'OnFailure','containers':[{'name':'c','image':'here:1'}]}"));
        node.runFor(5);
        assertEquals("Running", node.phase());
        node.driver.behaviours.put("c", FakeDriver.Behaviour.exits(1, 0));
        node.runFor(60);
        assertEquals("Succeeded", node.phase());
        assertEquals("Completed", node.status("c").getState().getTerminated().getReason());
        assertEquals(3, node.status("c").getLastState().getTerminated().getExitCode());
        assertEquals("", node.leftovers());
    }

    @Test
    void neverFails() throws Exception {
        node.driver.behaviours.put("c", FakeDriver.Behaviour.exits(1, 3));
        node.create(
                pod(
                        "{'restartPolicy':'Never','containers':[{'name':'c','image':'here:1'},{'name':'d','image':'here:1'}]}"));
        node.runFor(5);
        assertEquals("Running", node.phase()); // d
        assertFalse(node.condition("Ready"));
        node.driver.boxes.values().stream()
                .filter(b -> b.name.equals("d"))
                .toList()
                .forEach(b -> node.driver.end(b, 0, 0, 0, false));
        node.runFor(5);
        assertEquals("Failed", node.phase());
        assertEquals(1, node.driver.times("start c").size());
        assertEquals("", node.leftovers());
    }

    @Test
    void initContainersRunInOrder() throws Exception {
        node.driver.behaviours.put("i1", FakeDriver.Behaviour.exits(2, 0));
        node.driver.behaviours.put("i2", FakeDriver.Behaviour.exits(3, 0));
        node.create(pod("{'initContainers':[{'name':'i1','image':'here:1'},{'name':'i2','image':'here:1'}],"
                + "'containers':[{'name':'c','image':'here:1'}]}"));
        node.runFor(1);
        assertEquals("Pending", node.phase());
        assertFalse(node.condition("Initialized"));
        assertEquals("PodInitializing", node.status("c").getState().getWaiting().getReason());
        node.runFor(10);
        assertEquals(List.of(0L), node.driver.times("start i1"));
        assertEquals(List.of(2L), node.driver.times("start i2"));
        assertEquals(List.of(5L), node.driver.times("start c"));
        assertTrue(node.condition("Ready"));
        assertEquals("Running", node.phase());
    }

    @Test
    void aFailedInitContainerIsTriedAgainOrEndsThePod() throws Exception {
        node.driver.behaviours.put("i", FakeDriver.Behaviour.exits(0, 1));
        String rest = "'initContainers':[{'name':'i','image':'here:1'}],'containers':[{'name':'c','image':'here:1'}]}";
        node.create(pod("{" + rest));
        node.runFor(15);
        assertEquals(List.of(0L, 0L, 10L), node.driver.times("start i"));
        assertEquals("Pending", node.phase());
        node = new SimNode(dir);
        node.driver.behaviours.put("i", FakeDriver.Behaviour.exits(0, 1));
        node.create(pod("{'restartPolicy':'Never'," + rest));
        node.runFor(15);
        assertEquals("Failed", node.phase());
        assertEquals(0, node.driver.times("start c").size());
        assertEquals("", node.leftovers());
    }

    @Test
    void sidecarsStartBeforeAndEndAfter() throws Exception {
        node.driver.behaviours.put("c", FakeDriver.Behaviour.exits(20, 0));
        node.driver.commands = (c, words) -> new ExecResult(node.driver.seconds() >= 5 ? 0 : 1, false, "");
        node.create(
                pod("{'restartPolicy':'Never','initContainers':[{'name':'s','image':'here:1','restartPolicy':'Always',"
                        + "'startupProbe':{'exec':{'command':['up']},'periodSeconds':1,'failureThreshold':30}}],"
                        + "'containers':[{'name':'c','image':'here:1'}]}"));
        node.runFor(60);
        assertEquals(List.of(0L), node.driver.times("start s"));
        assertEquals(List.of(5L), node.driver.times("start c"));
        assertEquals(List.of(25L), node.driver.times("signal 15 s"));
        assertEquals("Succeeded", node.phase());
        assertEquals("", node.leftovers());
    }

    @Test
    void livenessRestarts() throws Exception {
        node.driver.commands = (c, words) -> new ExecResult(
                node.driver.seconds() >= 20 && node.driver.times("start c").size() == 1 ? 1 : 0, false, "broken");
        node.create(one("'livenessProbe':{'exec':{'command':['live']},'periodSeconds':5,'failureThreshold':2}"));
        node.runFor(27);
        assertEquals(2, node.countEvents("Warning Unhealthy: Liveness probe failed: broken"));
        assertEquals(List.of(25L), node.driver.times("signal 15 c"));
        assertEquals(1, node.countEvents("Normal Killing: Container c failed liveness probe, will be restarted"));
        assertEquals(List.of(0L, 25L), node.driver.times("start c"));
        assertEquals(1, node.status("c").getRestartCount());
    }

    @Test
    void theProbesOwnGraceHolds() throws Exception {
        node.driver.behaviours.put("c", new FakeDriver.Behaviour(-1, 0, -1, false, ""));
        node.driver.commands = (c, words) -> new ExecResult(1, false, "");
        node.create(one("'livenessProbe':{'exec':{'command':['live']},'initialDelaySeconds':10,'periodSeconds':1,"
                + "'failureThreshold':1,'terminationGracePeriodSeconds':4}"));
        node.runFor(20);
        assertEquals(List.of(10L), node.driver.times("signal 15 c"));
        assertEquals(14L, node.driver.times("signal 9 c").getFirst());
        assertEquals("Error", node.status("c").getLastState().getTerminated().getReason());
        assertEquals(137, node.status("c").getLastState().getTerminated().getExitCode());
    }

    @Test
    void startupHoldsTheOthersBack() throws Exception {
        node.statuses.put("10.88.0.7:80/up", 500);
        node.create(one("'ports':[{'name':'web','containerPort':80}],"
                + "'startupProbe':{'httpGet':{'path':'/up','port':'web'},'periodSeconds':2,'failureThreshold':10},"
                + "'livenessProbe':{'exec':{'command':['live']},'periodSeconds':1}"));
        node.runFor(9);
        assertFalse(node.status("c").getStarted());
        assertFalse(node.condition("Ready"));
        assertEquals(0, node.driver.times("exec c live").size());
        assertTrue(node.countEvents("Warning Unhealthy: Startup probe failed: HTTP probe failed with statuscode: 500")
                >= 4);
        node.statuses.put("10.88.0.7:80/up", 204);
        node.runFor(5);
        assertTrue(node.status("c").getStarted());
        assertTrue(node.condition("Ready"));
        assertTrue(node.driver.times("exec c live").size() >= 2);
    }

    @Test
    void readinessComesAndGoes() throws Exception {
        node.create(
                one(
                        "'readinessProbe':{'tcpSocket':{'port':80},'periodSeconds':1,'successThreshold':2,'failureThreshold':3}"));
        node.runFor(0.5);
        assertFalse(node.condition("Ready"));
        assertEquals("ContainersNotReady", reason("Ready"));
        node.runFor(1);
        assertTrue(node.condition("Ready"));
        node.statuses.put("10.88.0.7:80", 0);
        node.runFor(2);
        assertTrue(node.condition("Ready"));
        node.runFor(2);
        assertFalse(node.condition("Ready"));
        assertEquals(1, node.driver.times("start c").size());
    }

    private String reason(String type) {
        return node.pod().getStatus().getConditions().stream()
                .filter(c -> c.getType().equals(type))
                .findFirst()
                .orElseThrow()
                .getReason();
    }

    @Test
    void grpcProbesAreRefusedInWords() throws Exception {
        node.create(one("'readinessProbe':{'grpc':{'port':80},'periodSeconds':1}"));
        node.runFor(2);
        assertTrue(node.countEvents("Warning Unhealthy: Readiness probe failed: gRPC probes are not supported") >= 1);
    }

    @Test
    void deletionIsGentle() throws Exception {
        node.create(one(""));
        node.runFor(1);
        node.delete(30);
        node.runFor(5);
        assertTrue(node.removed());
        assertEquals(List.of(1L), node.driver.times("signal 15 c"));
        assertEquals(List.of(), node.driver.times("signal 9 c"));
        assertEquals("", node.leftovers());
        assertEquals(null, node.store.get(Kind.POD, "default", "p"));
        assertFalse(Files.exists(dir.resolve("pods").resolve(node.work().uid())));
        assertEquals(1, node.countEvents("Normal Killing: Stopping container c"));
    }

    @Test
    void whoDoesNotListenIsKilled() throws Exception {
        node.driver.behaviours.put("c", new FakeDriver.Behaviour(-1, 0, -1, false, ""));
        node.create(one(""));
        node.runFor(1);
        node.delete(7);
        node.runFor(60);
        assertEquals(List.of(1L), node.driver.times("signal 15 c"));
        assertEquals(List.of(8L), node.driver.times("signal 9 c"));
        assertTrue(node.removed());
    }

    @Test
    void aSecondDeletionCanOnlyHurry() throws Exception {
        node.driver.behaviours.put("c", new FakeDriver.Behaviour(-1, 0, -1, false, ""));
        node.create(one(""));
        node.runFor(1);
        node.delete(60);
        node.runFor(4);
        node.delete(2);
        node.runFor(60);
        assertEquals(List.of(7L), node.driver.times("signal 9 c"));
    }

    @Test
    void forcedDeletionTakesASecond() throws Exception {
        node.driver.behaviours.put("c", new FakeDriver.Behaviour(-1, 0, -1, false, ""));
        node.create(one(""));
        node.runFor(1);
        node.delete(0);
        node.runFor(60);
        assertTrue(node.removed());
        assertEquals(List.of(2L), node.driver.times("signal 9 c"));
        assertEquals("", node.leftovers());
    }

    @Test
    void hooksAreCalled() throws Exception {
        node.create(
                one(
                        "'lifecycle':{'postStart':{'exec':{'command':['hello']}},'preStop':{'sleep':{'seconds':5}},'stopSignal':'SIGINT'}"));
        node.runFor(1);
        assertEquals(List.of(0L), node.driver.times("exec c hello"));
        node.delete(30);
        node.runFor(60);
        assertEquals(List.of(6L), node.driver.times("signal 2 c"));
        assertTrue(node.removed());
    }

    @Test
    void aFailedPostStartHookRestarts() throws Exception {
        node.driver.commands = (c, words) -> new ExecResult(7, false, "no");
        node.create(one("'lifecycle':{'postStart':{'exec':{'command':['hello']}}}"));
        node.runFor(5);
        assertTrue(
                node.countEvents("Warning FailedPostStartHook: PostStartHook failed: command exited with 7: no") >= 1);
        assertTrue(node.driver.times("start c").size() >= 2);
        assertFalse(node.condition("Ready"));
    }

    @Test
    void aPreStopHookHasTheGraceOnly() throws Exception {
        node.create(one("'lifecycle':{'preStop':{'sleep':{'seconds':500}}}"));
        node.runFor(1);
        node.delete(10);
        node.runFor(60);
        assertEquals(List.of(11L), node.driver.times("signal 15 c"));
        assertTrue(node.removed());
    }

    @Test
    void theActiveDeadlineEndsThePod() throws Exception {
        node.create(pod("{'activeDeadlineSeconds':20,'containers':[{'name':'c','image':'here:1'}]}"));
        node.runFor(60);
        assertEquals("Failed", node.phase());
        assertEquals("DeadlineExceeded", node.pod().getStatus().getReason());
        assertEquals(List.of(20L), node.driver.times("signal 15 c"));
        assertEquals("", node.leftovers());
    }

    @Test
    void imagesAreFetchedWithBackOff() throws Exception {
        node.badImages.put("gone:1", new ImageException(ImageException.Kind.NOT_FOUND, "no such image", ""));
        node.create(pod("{'containers':[{'name':'c','image':'gone:1'}]}"));
        node.runFor(0.5);
        assertEquals("ErrImagePull", node.status("c").getState().getWaiting().getReason());
        node.runFor(3);
        assertEquals(
                "ImagePullBackOff", node.status("c").getState().getWaiting().getReason());
        node.runFor(100);
        assertEquals(List.of(0L, 10L, 30L, 70L), node.pulls);
        assertEquals("Pending", node.phase());
        assertTrue(node.countEvents("Warning Failed: Failed to pull image \"gone:1\": no such image") >= 3);
        assertTrue(node.countEvents("Normal BackOff: Back-off pulling image \"gone:1\"") >= 1);
        node.badImages.clear();
        node.runFor(100);
        assertEquals("Running", node.phase());
        assertTrue(node.countEvents("Normal Pulled: Successfully pulled image \"gone:1\" in ") == 1);
    }

    @Test
    void imagesThatMayNotBeFetched() throws Exception {
        node.create(one("'imagePullPolicy':'Never'"));
        node.runFor(1);
        assertEquals("Running", node.phase());
        node = new SimNode(dir);
        node.create(pod("{'containers':[{'name':'c','image':'gone:1','imagePullPolicy':'Never'}]}"));
        node.runFor(15);
        assertEquals(
                "ErrImageNeverPull", node.status("c").getState().getWaiting().getReason());
        assertEquals(List.of(), node.pulls);
    }

    @Test
    void whatIsMissingIsWaitedFor() throws Exception {
        node.create(one("'env':[{'name':'X','valueFrom':{'configMapKeyRef':{'name':'m','key':'k'}}}]"));
        node.runFor(8);
        assertEquals(
                "CreateContainerConfigError",
                node.status("c").getState().getWaiting().getReason());
        assertEquals(
                "configmap \"m\" not found",
                node.status("c").getState().getWaiting().getMessage());
        node.store.create(
                Kind.CONFIG_MAP,
                new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName("m")
                        .withNamespace("default")
                        .endMetadata()
                        .addToData("k", "v")
                        .build());
        node.runFor(8);
        assertEquals("Running", node.phase());
        assertEquals(0, node.status("c").getRestartCount());
    }

    @Test
    void aProgramThatIsNotThere() throws Exception {
        node.driver.behaviours.put(
                "c", new FakeDriver.Behaviour(-1, 0, 0, false, "exec: \"x\": executable file not found in $PATH"));
        node.create(one(""));
        node.runFor(1);
        assertEquals(
                "RunContainerError", node.status("c").getState().getWaiting().getReason());
        assertEquals(127, node.status("c").getLastState().getTerminated().getExitCode());
        assertEquals(
                "ContainerCannotRun",
                node.status("c").getLastState().getTerminated().getReason());
        node.runFor(5);
        assertEquals(
                "CrashLoopBackOff", node.status("c").getState().getWaiting().getReason());
        node = new SimNode(dir);
        node.driver.behaviours.put("c", new FakeDriver.Behaviour(-1, 0, 0, false, "permission denied"));
        node.create(pod("{'restartPolicy':'Never','containers':[{'name':'c','image':'here:1'}]}"));
        node.runFor(5);
        assertEquals("Failed", node.phase());
        assertEquals(126, node.status("c").getState().getTerminated().getExitCode());
        assertEquals("", node.leftovers());
    }

    @Test
    void outOfMemoryIsSaid() throws Exception {
        node.driver.behaviours.put("c", new FakeDriver.Behaviour(3, 137, 0, true, ""));
        node.create(pod("{'restartPolicy':'Never','containers':[{'name':'c','image':'here:1'}]}"));
        node.runFor(10);
        assertEquals("OOMKilled", node.status("c").getState().getTerminated().getReason());
        assertEquals(137, node.status("c").getState().getTerminated().getExitCode());
    }

    @Test
    void theTerminationMessageIsTaken() throws Exception {
        node.driver.behaviours.put("c", FakeDriver.Behaviour.exits(3, 1));
        node.create(pod("{'restartPolicy':'Never','containers':[{'name':'c','image':'here:1'}]}"));
        node.runFor(1);
        Files.writeString(
                Termination.messageFile(node.work(), node.work().record.container("c")), "the end is near");
        node.runFor(5);
        assertEquals(
                "the end is near", node.status("c").getState().getTerminated().getMessage());
    }

    @Test
    void withoutAMessageTheLogMaySpeak() throws Exception {
        node.driver.behaviours.put("c", FakeDriver.Behaviour.exits(3, 1));
        node.create(pod("{'restartPolicy':'Never','containers':[{'name':'c','image':'here:1',"
                + "'terminationMessagePolicy':'FallbackToLogsOnError'}]}"));
        node.runFor(1);
        Files.writeString(
                node.work().logFile("c", 0),
                "2026-01-01T00:00:00Z stdout F one\n2026-01-01T00:00:00Z stderr P tw\n2026-01-01T00:00:00Z stderr F o\n");
        node.runFor(5);
        assertEquals("one\ntwo\n", node.status("c").getState().getTerminated().getMessage());
    }

    @Test
    void anUnknownRuntimeClassIsRefused() throws Exception {
        node.create(pod("{'runtimeClassName':'nope','containers':[{'name':'c','image':'here:1'}]}"));
        node.runFor(2);
        assertEquals("Failed", node.phase());
        assertEquals("RuntimeClassNotFound", node.pod().getStatus().getReason());
        assertTrue(node.pod().getStatus().getMessage().contains("RuntimeClass \"nope\" not found"));
        assertEquals(List.of(), node.driver.log);
    }

    @Test
    void privilegedIsRefused() throws Exception {
        node.create(one("'securityContext':{'privileged':true}"));
        node.runFor(2);
        assertEquals("Failed", node.phase());
        assertEquals("PrivilegedNotSupported", node.pod().getStatus().getReason());
    }

    @Test
    void volumesAreWaitedFor() throws Exception {
        node.volumeTrouble = new VolumeException("FailedMount", true, "configmap \"m\" not found");
        node.create(one(""));
        node.runFor(10);
        assertEquals("Pending", node.phase());
        assertEquals(
                "ContainerCreating", node.status("c").getState().getWaiting().getReason());
        assertTrue(node.countEvents("Warning FailedMount: configmap \"m\" not found") >= 1);
        node.volumeTrouble = null;
        node.runFor(20);
        assertEquals("Running", node.phase());
    }

    @Test
    void aLostSandboxIsMadeAgain() throws Exception {
        node.create(one(""));
        node.runFor(1);
        for (FakeDriver.Box b : List.copyOf(node.driver.boxes.values())) {
            node.driver.end(b, 0, 137, 9, false);
        }
        node.runFor(15);
        assertEquals(2, node.driver.times("start sandbox").size());
        assertEquals(2, node.driver.times("start c").size());
        assertEquals(1, node.countEvents("Normal SandboxChanged"));
        assertEquals("Running", node.phase());
    }

    @Test
    void afterAReboot() throws Exception {
        node.driver.behaviours.put("i", FakeDriver.Behaviour.exits(0, 0));
        node.create(
                pod("{'initContainers':[{'name':'i','image':'here:1'}],'containers':[{'name':'c','image':'here:1'}]}"));
        node.runFor(5);
        node.driver.boxes.clear();
        node.restartAgent();
        node.runFor(20);
        assertEquals("Running", node.phase());
        assertEquals(2, node.driver.times("start i").size()); // as Kubernetes does in a new sandbox
        assertEquals(2, node.driver.times("start c").size());
        assertEquals(
                "ContainerStatusUnknown",
                node.status("c").getLastState().getTerminated().getReason());
    }

    @Test
    void anotherImageRestartsTheContainer() throws Exception {
        node.create(one(""));
        node.runFor(1);
        node.present.add("new:2");
        node.store.edit(
                Kind.POD,
                "default",
                "p",
                p -> p.getSpec().getContainers().getFirst().setImage("new:2"));
        node.runFor(5);
        assertEquals(1, node.countEvents("Normal Killing: Container c definition changed, will be restarted"));
        assertEquals("new:2", node.status("c").getImage());
        assertEquals(2, node.driver.times("start c").size());
    }

    /** The agent is killed at each of its calls in turn; what runs and what is counted does not show it. */
    @Test
    void killedAnywhereNothingIsDoubledOrLost() throws Exception {
        String spec = "{'restartPolicy':'OnFailure',"
                + "'initContainers':[{'name':'i','image':'here:1'},{'name':'s','image':'here:1','restartPolicy':'Always'}],"
                + "'containers':[{'name':'c','image':'here:1','lifecycle':{'preStop':{'exec':{'command':['bye']}}}},{'name':'job','image':'here:1'}]}";
        int points = 0;
        for (int point = 1; ; point++) {
            node = new SimNode(Files.createDirectories(dir.resolve("n" + point)));
            node.driver.behaviours.put("i", FakeDriver.Behaviour.exits(1, 0));
            node.driver.behaviours.put("job", FakeDriver.Behaviour.exits(2, 0));
            node.create(pod(spec));
            node.dieAfter = point;
            survive(30);
            Set<String> kinds = Set.of("i", "s", "c", "job", "sandbox");
            for (String name : kinds) {
                assertEquals(
                        1, node.driver.times("start " + name).size(), name + " at " + point + ": " + node.driver.log);
            }
            assertEquals("Running", node.phase(), "at " + point);
            assertEquals(0, node.status("c").getRestartCount());
            assertEquals(
                    "Completed", node.status("job").getState().getTerminated().getReason());
            if (!node.removed()) {
                node.delete(30);
                survive(60);
            }
            assertTrue(node.removed(), "at " + point);
            assertEquals("", node.leftovers(), "at " + point);
            assertTrue(node.driver.times("exec c bye").size() <= 1, "at " + point);
            if (node.dieAfter > 0) {
                points = point;
                break;
            }
        }
        assertTrue(points > 25, "only " + points + " points");
    }

    private void survive(double seconds) throws InterruptedException {
        try {
            node.runFor(seconds);
        } catch (SimNode.Died e) {
            node.restartAgent();
            node.runFor(seconds);
        }
    }
}
