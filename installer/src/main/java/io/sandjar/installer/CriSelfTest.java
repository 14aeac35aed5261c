// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.installer;

import io.sandjar.cri.CriClient;
import io.sandjar.cri.CriException;
import io.sandjar.cri.proto.ContainerConfig;
import io.sandjar.cri.proto.ContainerMetadata;
import io.sandjar.cri.proto.ExecSyncResponse;
import io.sandjar.cri.proto.ImageSpec;
import io.sandjar.cri.proto.LinuxPodSandboxConfig;
import io.sandjar.cri.proto.LinuxSandboxSecurityContext;
import io.sandjar.cri.proto.NamespaceMode;
import io.sandjar.cri.proto.NamespaceOption;
import io.sandjar.cri.proto.PodSandboxConfig;
import io.sandjar.cri.proto.PodSandboxMetadata;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * A pod with one container, made, entered and removed through CRI with our handler. It uses the host's network, so that it tells about the
 * runtime and not about the cluster's network plugin, and an image of our own, so that no registry is asked for it.
 */
final class CriSelfTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Path socket;
    private final Setup setup;

    CriSelfTest(Path socket, Setup setup) {
        this.socket = socket;
        this.setup = setup;
    }

    /** What uname said inside. Fails with the step that failed. */
    String run() {
        String image = "sandjar.io/selftest:" + setup.version().replaceAll("[^A-Za-z0-9_.-]", "-");
        try (CriClient cri = CriClient.of(socket).withTimeout(LIMIT);
                TestImage test = TestImage.make(setup)) {
            pauseImage(cri);
            load(test, image);
            try {
                return pod(cri, image);
            } finally {
                removeImage(cri, image);
            }
        } catch (CriException e) {
            throw new Problem(
                    "the self-test failed at " + e.getMessage(),
                    "the engine's log says more; sandjar doctor tells what this machine lacks",
                    e);
        }
    }

    // A pod needs the engine's pause image; without it the self-test would blame the runtime.
    private static void pauseImage(CriClient cri) throws CriException {
        String pause = HandlersOfStatus.text(cri.status(true).getInfoMap(), "sandboxImage");
        if (pause == null || cri.imageStatus(pause).isPresent()) return;
        try {
            cri.withTimeout(Duration.ofMinutes(2)).pullImage(pause);
        } catch (CriException e) {
            throw new Problem(
                    "the engine's own pause image " + pause + " is not there and cannot be pulled: " + e.getMessage(),
                    "mend the access to that registry, or import the image; --no-test skips the self-test",
                    e);
        }
    }

    private void load(TestImage test, String image) {
        if (Shell.find("ctr") == null) {
            throw new Problem(
                    "the self-test loads its image with ctr, which is not on the PATH", "install it, or use --no-test");
        }
        Shell.Result result = Shell.run(
                LIMIT,
                "ctr",
                "--address",
                socket.toString(),
                "--namespace",
                "k8s.io",
                "images",
                "import",
                "--no-unpack",
                test.archive(image).toString());
        if (!result.ok()) {
            result = Shell.run(
                    LIMIT,
                    "ctr",
                    "--address",
                    socket.toString(),
                    "--namespace",
                    "k8s.io",
                    "images",
                    "import",
                    test.archive(image).toString());
        }
        if (!result.ok())
            throw new Problem("ctr images import: " + result.text().strip(), "--no-test skips the self-test");
    }

    private static void removeImage(CriClient cri, String image) {
        try {
            cri.removeImage(image);
        } catch (CriException e) {
            System.err.println("sandjar: warning: the image " + image + " stays: " + e.getMessage());
        }
    }

    private String pod(CriClient cri, String image) throws CriException {
        PodSandboxConfig config = PodSandboxConfig.newBuilder()
                .setMetadata(PodSandboxMetadata.newBuilder()
                        .setName("sandjar-selftest")
                        .setNamespace("sandjar-system")
                        .setUid(UUID.randomUUID().toString()))
                .setLinux(LinuxPodSandboxConfig.newBuilder()
                        .setSecurityContext(LinuxSandboxSecurityContext.newBuilder()
                                .setNamespaceOptions(
                                        NamespaceOption.newBuilder().setNetwork(NamespaceMode.NODE))))
                .build();
        String sandbox = cri.runPodSandbox(config, setup.handler());
        try {
            ContainerConfig container = ContainerConfig.newBuilder()
                    .setMetadata(ContainerMetadata.newBuilder().setName("selftest"))
                    .setImage(ImageSpec.newBuilder().setImage(image))
                    .addAllCommand(List.of("/bin/pause"))
                    .build();
            String id = cri.createContainer(sandbox, container, config);
            cri.startContainer(id);
            ExecSyncResponse answer = cri.execSync(id, List.of("/bin/uname", "-a"), Duration.ofSeconds(20));
            String said = answer.getStdout().toStringUtf8().strip();
            if (answer.getExitCode() != 0 || said.isEmpty()) {
                throw new Problem(
                        "a command in the container ended with status " + answer.getExitCode() + ": "
                                + answer.getStderr().toStringUtf8().strip(),
                        "sandjar doctor tells what this machine lacks");
            }
            return said;
        } finally {
            remove(cri, sandbox);
        }
    }

    private static void remove(CriClient cri, String sandbox) {
        try {
            cri.stopPodSandbox(sandbox);
            cri.removePodSandbox(sandbox);
        } catch (CriException e) {
            System.err.println("sandjar: warning: the pod of the self-test stays: " + e.getMessage());
        }
    }
}
