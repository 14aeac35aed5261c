// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.sandjar.shim.proto.CheckpointRequest;
import io.sandjar.shim.proto.ConnectRequest;
import io.sandjar.shim.proto.ConnectResponse;
import io.sandjar.shim.proto.CreateRequest;
import io.sandjar.shim.proto.CreateResponse;
import io.sandjar.shim.proto.DeleteRequest;
import io.sandjar.shim.proto.DeleteResponse;
import io.sandjar.shim.proto.Envelope;
import io.sandjar.shim.proto.ExecRequest;
import io.sandjar.shim.proto.KillRequest;
import io.sandjar.shim.proto.Mount;
import io.sandjar.shim.proto.PauseRequest;
import io.sandjar.shim.proto.PidsRequest;
import io.sandjar.shim.proto.PidsResponse;
import io.sandjar.shim.proto.ResizeRequest;
import io.sandjar.shim.proto.Response;
import io.sandjar.shim.proto.ResumeRequest;
import io.sandjar.shim.proto.StartRequest;
import io.sandjar.shim.proto.StateRequest;
import io.sandjar.shim.proto.StateResponse;
import io.sandjar.shim.proto.Status;
import io.sandjar.shim.proto.TaskExit;
import io.sandjar.shim.proto.UpdateRequest;
import io.sandjar.shim.proto.WaitRequest;
import io.sandjar.shim.proto.WaitResponse;
import io.sandjar.shim.ttrpc.Frame;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Task service as containerd uses it. */
class ShimTest {
    @TempDir
    Path directory;

    Rig rig;

    @BeforeEach
    void up() throws Exception {
        rig = new Rig(directory);
    }

    @AfterEach
    void down() throws Exception {
        rig.close();
    }

    /** Another JVM after the death of this one. */
    private void again() throws Exception {
        rig.close();
        rig = new Rig(directory);
    }

    private CreateRequest.Builder request(String id) {
        return CreateRequest.newBuilder().setId(id).setBundle(rig.bundle.toString());
    }

    private int create(String id) throws Exception {
        return CreateResponse.parseFrom(rig.call("Create", request(id).build())).getPid();
    }

    private int running(String id) throws Exception {
        int pid = create(id);
        rig.call("Start", start(id, ""));
        return pid;
    }

    private static StartRequest start(String id, String exec) {
        return StartRequest.newBuilder().setId(id).setExecId(exec).build();
    }

    private static WaitRequest await(String id, String exec) {
        return WaitRequest.newBuilder().setId(id).setExecId(exec).build();
    }

    private static DeleteRequest delete(String id, String exec) {
        return DeleteRequest.newBuilder().setId(id).setExecId(exec).build();
    }

    private static KillRequest kill(String id, String exec, int signal) {
        return KillRequest.newBuilder()
                .setId(id)
                .setExecId(exec)
                .setSignal(signal)
                .build();
    }

    private static ExecRequest.Builder exec(String id, String exec) {
        return ExecRequest.newBuilder()
                .setId(id)
                .setExecId(exec)
                .setSpec(Any.newBuilder()
                        .setTypeUrl("types.containerd.io/opencontainers/runtime-spec/1/Process")
                        .setValue(ByteString.copyFromUtf8("{\"args\":[\"true\"]}")));
    }

    private Status status(String id) throws Exception {
        return state(id).getStatus();
    }

    private StateResponse state(String id) throws Exception {
        return StateResponse.parseFrom(
                rig.call("State", StateRequest.newBuilder().setId(id).build()));
    }

    @Test
    void aLife() throws Exception {
        int pid = create("c1");
        assertEquals(Status.CREATED, status("c1"));
        CompletableFuture<Response> wait = rig.begin("Wait", await("c1", ""));
        rig.call("Start", start("c1", ""));
        assertEquals(Status.RUNNING, status("c1"));
        assertFalse(wait.isDone());
        rig.exit(pid, 3 << 8);
        WaitResponse w = WaitResponse.parseFrom(Rig.good(wait));
        assertEquals(3, w.getExitStatus());
        assertTrue(w.getExitedAt().getSeconds() > 0);
        assertEquals(pid, rig.acknowledged.poll(5, TimeUnit.SECONDS));
        assertEquals(Status.STOPPED, status("c1"));
        assertEquals(
                3, WaitResponse.parseFrom(rig.call("Wait", await("c1", ""))).getExitStatus());
        DeleteResponse d = DeleteResponse.parseFrom(rig.call("Delete", delete("c1", "")));
        assertEquals(pid, d.getPid());
        assertEquals(3, d.getExitStatus());
        assertEquals("/tasks/create", rig.topic());
        assertEquals("/tasks/start", rig.topic());
        Envelope exit = rig.event();
        assertEquals("/tasks/exit", exit.getTopic());
        assertEquals("tests", exit.getNamespace());
        assertEquals("containerd.events.TaskExit", exit.getEvent().getTypeUrl());
        TaskExit e = TaskExit.parseFrom(exit.getEvent().getValue());
        assertEquals("c1", e.getId());
        assertEquals(3, e.getExitStatus());
        assertEquals("/tasks/delete", rig.topic());
        rig.fails(Failure.NOT_FOUND, "Delete", delete("c1", ""));
        rig.fails(
                Failure.NOT_FOUND,
                "State",
                StateRequest.newBuilder().setId("c1").build());
        assertFalse(Files.exists(directory.resolve("state/c1.json")));
    }

    @Test
    void startIsToldBeforeExitHoweverSoonItComes() throws Exception {
        int pid = create("c1");
        rig.runsc.beforeEnd = () -> rig.exit(pid, 0);
        rig.call("Start", start("c1", ""));
        assertEquals("/tasks/create", rig.topic());
        assertEquals("/tasks/start", rig.topic());
        assertEquals("/tasks/exit", rig.topic());
    }

    @Test
    void anEndThatIsReportedBeforeItsPidIsKnown() throws Exception {
        rig.runsc.beforeEnd = () -> rig.exit(1000, 9);
        int pid = create("c1");
        assertEquals(1000, pid);
        assertEquals(
                137, WaitResponse.parseFrom(rig.call("Wait", await("c1", ""))).getExitStatus());
    }

    @Test
    void pidsOfNobodyAreAcknowledged() throws Exception {
        rig.exit(77, 0);
        assertEquals(77, rig.acknowledged.poll(5, TimeUnit.SECONDS));
    }

    @Test
    void errorsOfTheRuntimeAreItsOwnWords() throws Exception {
        rig.runsc.failing = "create";
        rig.runsc.reason = "no such rootfs";
        String why = rig.fails(Failure.UNKNOWN, "Create", request("c1").build());
        assertEquals("OCI runtime create failed: no such rootfs", why);
        assertTrue(rig.runsc.last("delete").contains("--force"));
        rig.runsc.failing = "";
        create("c1");
    }

    @Test
    void codes() throws Exception {
        int pid = create("c1");
        rig.fails(Failure.ALREADY_EXISTS, "Create", request("c1").build());
        rig.fails(Failure.NOT_FOUND, "Start", start("nosuch", ""));
        rig.fails(Failure.NOT_FOUND, "Start", start("c1", "nosuch"));
        rig.fails(Failure.INVALID_ARGUMENT, "Create", request("../c1").build());
        rig.fails(
                Failure.UNIMPLEMENTED,
                "Checkpoint",
                CheckpointRequest.newBuilder().setId("c1").build());
        rig.fails(Failure.UNIMPLEMENTED, "Frob", await("c1", ""));
        rig.call("Start", start("c1", ""));
        rig.fails(Failure.FAILED_PRECONDITION, "Start", start("c1", ""));
        rig.fails(Failure.FAILED_PRECONDITION, "Delete", delete("c1", ""));
        rig.exit(pid, 0);
        rig.call("Wait", await("c1", ""));
        rig.fails(Failure.NOT_FOUND, "Kill", kill("c1", "", 9));
        Response r = rig.begin("no.such.Service", "Frob", await("c1", ""), 'F').get(5, TimeUnit.SECONDS);
        assertEquals(Failure.UNIMPLEMENTED, r.getStatus().getCode());
        assertEquals("service no.such.Service", r.getStatus().getMessage());
    }

    @Test
    void killOfOneThatIsGoneForTheRuntime() throws Exception {
        running("c1");
        rig.runsc.failing = "kill";
        rig.runsc.reason = "container not running (os: process already finished)";
        rig.fails(Failure.NOT_FOUND, "Kill", kill("c1", "", 15));
        rig.runsc.reason = "unknown signal";
        assertEquals("unknown signal", rig.fails(Failure.UNKNOWN, "Kill", kill("c1", "", 15)));
    }

    @Test
    void bothVersions() throws Exception {
        create("c1");
        for (String service : List.of(TaskService.V2, TaskService.V3)) {
            ConnectResponse c = ConnectResponse.parseFrom(Rig.good(rig.begin(
                    service, "Connect", ConnectRequest.newBuilder().setId("c1").build(), 'F')));
            assertEquals(4711, c.getShimPid());
            assertEquals(1000, c.getTaskPid());
        }
    }

    @Test
    void execs() throws Exception {
        int pid = running("c1");
        rig.call("Exec", exec("c1", "e1").build());
        rig.fails(Failure.ALREADY_EXISTS, "Exec", exec("c1", "e1").build());
        assertEquals("{\"args\":[\"true\"]}", Files.readString(rig.bundle.resolve("exec-e1.json")));
        CompletableFuture<Response> wait = rig.begin("Wait", await("c1", "e1"));
        rig.call("Start", start("c1", "e1"));
        rig.call("Kill", kill("c1", "e1", 9));
        assertEquals(List.of("helper", "signal", "1001", "9"), rig.runsc.last("signal"));
        rig.exit(1001, 9);
        assertEquals(137, WaitResponse.parseFrom(Rig.good(wait)).getExitStatus());
        assertEquals(
                137,
                DeleteResponse.parseFrom(rig.call("Delete", delete("c1", "e1"))).getExitStatus());
        assertFalse(Files.exists(rig.bundle.resolve("exec-e1.json")));
        rig.fails(Failure.NOT_FOUND, "Delete", delete("c1", "e1"));
        for (String topic : List.of("create", "start", "exec-added", "exec-started")) {
            assertEquals("/tasks/" + topic, rig.topic());
        }
        TaskExit e = TaskExit.parseFrom(rig.event().getEvent().getValue());
        assertEquals("e1", e.getId());
        assertEquals("c1", e.getContainerId());
        PidsResponse p = PidsResponse.parseFrom(
                rig.call("Pids", PidsRequest.newBuilder().setId("c1").build()));
        assertEquals(3, p.getProcessesCount());
        assertEquals(pid, p.getProcesses(0).getPid());
    }

    @Test
    void anExecThatFails() throws Exception {
        running("c1");
        rig.call("Exec", exec("c1", "e1").build());
        rig.runsc.failing = "exec";
        rig.runsc.reason = "no such program";
        assertEquals(
                "OCI runtime exec failed: no such program", rig.fails(Failure.UNKNOWN, "Start", start("c1", "e1")));
        rig.call("Delete", delete("c1", "e1"));
    }

    @Test
    void execsEndBeforeTheirContainer() throws Exception {
        int pid = running("c1");
        rig.call("Exec", exec("c1", "e1").build());
        rig.call("Start", start("c1", "e1"));
        rig.exit(pid, 0);
        Thread.sleep(100);
        rig.exit(1001, 9);
        rig.call("Wait", await("c1", ""));
        for (String topic : List.of("create", "start", "exec-added", "exec-started")) {
            assertEquals("/tasks/" + topic, rig.topic());
        }
        assertEquals("e1", TaskExit.parseFrom(rig.event().getEvent().getValue()).getId());
        assertEquals("c1", TaskExit.parseFrom(rig.event().getEvent().getValue()).getId());
    }

    @Test
    void streamsAndTerminals() throws Exception {
        Path out = Files.createFile(directory.resolve("out"));
        rig.call("Create", request("c1").setStdout(out.toString()).build());
        assertTrue(rig.ordered("keep c1  " + out + " "));
        rig.call(
                "Create",
                request("c2")
                        .setTerminal(true)
                        .setStdin("/in")
                        .setStdout(out.toString())
                        .build());
        List<String> create = rig.runsc.last("create");
        String socket = create.get(create.indexOf("--console-socket") + 1);
        assertTrue(rig.ordered("console c2 " + socket + " /in " + out));
        rig.call(
                "ResizePty",
                ResizeRequest.newBuilder()
                        .setId("c2")
                        .setWidth(80)
                        .setHeight(24)
                        .build());
        rig.exit(1001, 0);
        rig.call("Wait", await("c2", ""));
        assertTrue(rig.ordered("resize c2 80 24"));
        assertTrue(rig.ordered("drop c2"));
        rig.fails(
                Failure.INVALID_ARGUMENT,
                "Create",
                request("c3").setStdout("ftp://x/y").build());
    }

    @Test
    void rootfs() throws Exception {
        Mount.Builder m = Mount.newBuilder()
                .setType("overlay")
                .setSource("overlay")
                .addOptions("lowerdir=/a:/b")
                .addOptions("ro");
        rig.call("Create", request("c1").addRootfs(m).build());
        assertEquals(List.of("helper", "mount", "overlay", "overlay", rig.bundle + "/rootfs"), rig.runsc.last("mount"));
        assertEquals("lowerdir=/a:/b\0ro\0", rig.runsc.input("mount"));
        rig.exit(1000, 0);
        rig.call("Wait", await("c1", ""));
        rig.call("Delete", delete("c1", ""));
        assertEquals(List.of("helper", "unmount", rig.bundle + "/rootfs"), rig.runsc.last("unmount"));
        String why = rig.fails(
                Failure.UNIMPLEMENTED,
                "Create",
                request("c2").addRootfs(m.setType("erofs")).build());
        assertTrue(why.contains("erofs"), why);
        create("c2");
    }

    @Test
    void pauseAndUpdate() throws Exception {
        running("c1");
        rig.call("Pause", PauseRequest.newBuilder().setId("c1").build());
        assertEquals(Status.PAUSED, status("c1"));
        rig.fails(
                Failure.FAILED_PRECONDITION,
                "Pause",
                PauseRequest.newBuilder().setId("c1").build());
        rig.repeat("Pause", PauseRequest.newBuilder().setId("c1").build());
        rig.call("Resume", ResumeRequest.newBuilder().setId("c1").build());
        assertEquals(Status.RUNNING, status("c1"));
        rig.call(
                "Update",
                UpdateRequest.newBuilder()
                        .setId("c1")
                        .setResources(Any.newBuilder().setValue(ByteString.copyFromUtf8("{\"pids\":{\"limit\":9}}")))
                        .build());
        assertEquals("{\"pids\":{\"limit\":9}}", rig.runsc.input("update"));
        for (String topic : List.of("create", "start", "paused", "resumed")) {
            assertEquals("/tasks/" + topic, rig.topic());
        }
    }

    @Test
    void anotherJvmFindsEverything() throws Exception {
        int running = running("r");
        int stopped = running("s");
        create("c");
        rig.call("Exec", exec("r", "e").build());
        rig.call("Start", start("r", "e"));
        rig.exit(stopped, 5 << 8);
        rig.call("Wait", await("s", ""));
        while (!rig.event().getTopic().equals("/tasks/exit")) {
            // until containerd knows
        }
        Thread.sleep(100);
        again();
        assertEquals(Status.RUNNING, status("r"));
        assertEquals(Status.STOPPED, status("s"));
        assertEquals(5, state("s").getExitStatus());
        assertEquals(Status.CREATED, status("c"));
        assertEquals(
                5, WaitResponse.parseFrom(rig.repeat("Wait", await("s", ""))).getExitStatus());
        CompletableFuture<Response> wait = rig.begin(TaskService.V2, "Wait", await("r", "e"), 'R');
        rig.exit(1003, 2 << 8); // while nobody was there
        assertEquals(2, WaitResponse.parseFrom(Rig.good(wait)).getExitStatus());
        rig.exit(running, 0);
        rig.call("Wait", await("r", ""));
        assertEquals("/tasks/exit", rig.topic());
        assertEquals("/tasks/exit", rig.topic());
        assertNull(rig.events.poll(100, TimeUnit.MILLISECONDS));
    }

    @Test
    void anEndThatContainerdHasNotHeardOfIsToldByTheNextJvm() throws Exception {
        int pid = running("c1");
        assertEquals("/tasks/create", rig.topic());
        assertEquals("/tasks/start", rig.topic());
        rig.containerdAway = true;
        rig.exit(pid, 0);
        rig.call("Wait", await("c1", ""));
        again();
        assertEquals("/tasks/exit", rig.topic());
    }

    @Test
    void requestsThatAreRepeated() throws Exception {
        CreateRequest r = request("c1").build();
        int pid = CreateResponse.parseFrom(rig.call("Create", r)).getPid();
        again();
        assertEquals(pid, CreateResponse.parseFrom(rig.repeat("Create", r)).getPid());
        assertFalse(rig.runsc.verbs().contains("create"));
        rig.call("Start", start("c1", ""));
        again();
        rig.repeat("Start", start("c1", ""));
        assertFalse(rig.runsc.verbs().contains("start"));
        rig.exit(pid, 4 << 8);
        rig.call("Wait", await("c1", ""));
        rig.call("Delete", delete("c1", ""));
        rig.close();
        Path gone = directory.resolve("state/c1.deleted");
        byte[] kept = Files.readAllBytes(gone);
        rig = new Rig(directory); // a first JVM forgets the answers of another time
        rig.fails(Failure.NOT_FOUND, "Delete", delete("c1", "")); // answered when all is loaded
        assertFalse(Files.exists(gone));
        Files.write(gone, kept);
        assertEquals(
                4,
                DeleteResponse.parseFrom(rig.repeat("Delete", delete("c1", ""))).getExitStatus());
    }

    @Test
    void whatWasHalfMadeIsMadeAnew() throws Exception {
        create("c1");
        Path state = directory.resolve("state/c1.json");
        String half = Files.readString(state)
                .replace("\"complete\":true", "\"complete\":false")
                .replace("CREATED", "ADDED")
                .replace("\"pid\":1000", "\"pid\":0");
        rig.close();
        Files.writeString(state, half);
        rig = new Rig(directory);
        assertEquals(Status.STOPPED, status("c1"));
        assertEquals(
                1000,
                CreateResponse.parseFrom(rig.repeat("Create", request("c1").build()))
                        .getPid());
        assertTrue(rig.runsc.last("delete").contains("--force"));
        assertEquals(Status.CREATED, status("c1"));
    }

    @Test
    void aProcessThatHasGoneUnseen() throws Exception {
        running("c1");
        again(); // pid 1000 is nobody's here, or somebody else's; then the test proves nothing
        if (!Files.exists(Path.of("/proc/1000"))) {
            assertEquals(
                    137,
                    WaitResponse.parseFrom(rig.call("Wait", await("c1", ""))).getExitStatus());
        }
    }

    @Test
    void outOfMemory() throws Exception {
        int pid = running("c1");
        assertEquals("/tasks/create", rig.topic());
        assertEquals("/tasks/start", rig.topic());
        rig.send('M', 0, "c1".getBytes(StandardCharsets.UTF_8)); // nothing has grown
        rig.exit(pid, 9);
        assertEquals("/tasks/exit", rig.topic());
    }

    @Test
    void streamNumbers() throws Exception {
        byte[] frame = Frame.request(2, new byte[0]).bytes();
        rig.send('F', 1, frame);
        rig.call("Create", request("c1").build());
        assertNotNull(rig.runsc.last("create"));
    }
}
