// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.cri;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.sandjar.cri.proto.ExecSyncResponse;
import io.sandjar.cri.proto.ImageStatusResponse;
import io.sandjar.cri.proto.PodSandboxConfig;
import io.sandjar.cri.proto.RunPodSandboxRequest;
import io.sandjar.cri.proto.RunPodSandboxResponse;
import io.sandjar.cri.proto.VersionResponse;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The client against a server of the same library on a real UNIX socket. */
@Timeout(30)
class CriClientTest {
    @TempDir
    Path dir;

    private EventLoopGroup loop;
    private Server server;
    private Path socket;
    private volatile RunPodSandboxRequest seen = RunPodSandboxRequest.getDefaultInstance();

    @BeforeEach
    @SuppressWarnings("deprecation")
    void serve() throws IOException {
        socket = dir.resolve("cri.sock");
        loop = new NioEventLoopGroup(1);
        ServerServiceDefinition runtime = ServerServiceDefinition.builder("runtime.v1.RuntimeService")
                .addMethod(CriMethods.VERSION, ServerCalls.asyncUnaryCall((q, out) -> {
                    out.onNext(VersionResponse.newBuilder()
                            .setRuntimeName("test")
                            .setRuntimeApiVersion("v1")
                            .build());
                    out.onCompleted();
                }))
                .addMethod(CriMethods.RUN_POD_SANDBOX, ServerCalls.asyncUnaryCall((q, out) -> {
                    seen = q;
                    out.onNext(RunPodSandboxResponse.newBuilder()
                            .setPodSandboxId("p1")
                            .build());
                    out.onCompleted();
                }))
                .addMethod(CriMethods.EXEC_SYNC, ServerCalls.asyncUnaryCall((q, out) -> {
                    out.onNext(ExecSyncResponse.newBuilder()
                            .setStdout(ByteString.copyFromUtf8(String.join(" ", q.getCmdList())))
                            .setExitCode(7)
                            .build());
                    out.onCompleted();
                }))
                .addMethod(
                        CriMethods.STOP_POD_SANDBOX,
                        ServerCalls.asyncUnaryCall((q, out) -> out.onError(Status.NOT_FOUND
                                .withDescription("no pod " + q.getPodSandboxId())
                                .asRuntimeException())))
                .addMethod(CriMethods.REMOVE_POD_SANDBOX, ServerCalls.asyncUnaryCall((q, out) -> {}))
                .build();
        ServerServiceDefinition images = ServerServiceDefinition.builder("runtime.v1.ImageService")
                .addMethod(CriMethods.IMAGE_STATUS, ServerCalls.asyncUnaryCall((q, out) -> {
                    out.onNext(ImageStatusResponse.getDefaultInstance());
                    out.onCompleted();
                }))
                .build();
        server = NettyServerBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .channelType(NioServerDomainSocketChannel.class)
                .bossEventLoopGroup(loop)
                .workerEventLoopGroup(loop)
                .addService(runtime)
                .addService(images)
                .build()
                .start();
    }

    @AfterEach
    void end() throws InterruptedException {
        server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    @Test
    void calls() throws CriException {
        try (CriClient client = CriClient.of(socket)) {
            assertEquals("v1", client.version().getRuntimeApiVersion());
            PodSandboxConfig config = PodSandboxConfig.newBuilder()
                    .setHostname("h")
                    .putAnnotations("a", "b")
                    .build();
            assertEquals("p1", client.runPodSandbox(config, "runsc"));
            assertEquals("runsc", seen.getRuntimeHandler());
            assertEquals("b", seen.getConfig().getAnnotationsMap().get("a"));
            ExecSyncResponse r = client.execSync("c", List.of("echo", "x"), Duration.ZERO);
            assertEquals("echo x", r.getStdout().toStringUtf8());
            assertEquals(7, r.getExitCode());
            assertTrue(client.imageStatus("none").isEmpty());
        }
    }

    @Test
    void refusals() {
        try (CriClient client = CriClient.of(socket)) {
            CriException e = assertThrows(CriException.class, () -> client.stopPodSandbox("x"));
            assertEquals(Status.Code.NOT_FOUND, e.code());
            assertEquals("StopPodSandbox: no pod x", e.getMessage());
            CriException none = assertThrows(CriException.class, client::runtimeConfig);
            assertEquals(Status.Code.UNIMPLEMENTED, none.code());
            assertTrue(none.getMessage().contains("CRI plugin"), none.getMessage());
        }
    }

    @Test
    void noAnswer() {
        try (CriClient client = CriClient.of(socket).withTimeout(Duration.ofMillis(200))) {
            CriException e = assertThrows(CriException.class, () -> client.removePodSandbox("x"));
            assertEquals(Status.Code.DEADLINE_EXCEEDED, e.code());
            assertFalse(e.isUnavailable());
        }
    }

    @Test
    void nobodyThere() {
        Path nowhere = dir.resolve("nowhere.sock");
        try (CriClient client = CriClient.of(nowhere)) {
            CriException e = assertThrows(CriException.class, client::version);
            assertTrue(e.isUnavailable());
            assertTrue(e.getMessage().contains(nowhere.toString()), e.getMessage());
            assertTrue(e.getMessage().contains("is it running"), e.getMessage());
        }
    }
}
