// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import com.google.gson.JsonObject;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.LifecycleHandler;
import io.sandjar.imagestore.Image;
import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.Root;
import io.sandjar.imagestore.RootMode;
import io.sandjar.node.network.PodAddress;
import io.sandjar.node.runtime.ContainerOrder;
import io.sandjar.node.runtime.ContainerState;
import io.sandjar.node.runtime.RuntimeDriver;
import io.sandjar.node.runtime.RuntimeFailure;
import io.sandjar.node.spec.ConfigInput;
import io.sandjar.node.spec.ConfigJson;
import io.sandjar.node.spec.Environment;
import io.sandjar.node.spec.Quantities;
import io.sandjar.node.spec.SpecException;
import io.sandjar.node.volumes.MountedVolumes;
import io.sandjar.node.volumes.VolumeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Starts one container of a pod: image, root, config.json, create, start, the hook after it. */
final class Starter {
    private static final Duration CONFIG_RETRY = Duration.ofSeconds(5);
    private static final int LOGS_KEPT = 2;

    private final Work work;
    private final Pulls pulls;
    private final Actions actions;
    private final Killer killer;

    /** Images that were fetched for a start which then had to wait for something else. */
    private final Map<String, Image> fetched = new HashMap<>();

    Starter(Work work, Pulls pulls, Actions actions, Killer killer) {
        this.work = work;
        this.pulls = pulls;
        this.actions = actions;
        this.killer = killer;
    }

    /** A step towards the next instance of a container; the caller has decided that there is to be one. */
    void start(Container c, ContainerRecord r) throws InterruptedException {
        Instant retry = r.retryAt;
        if (retry != null && work.now().isBefore(retry)) {
            work.soon(retry);
            return;
        }
        r.retryAt = null;
        Image image = fetched.get(c.getName());
        if (image == null) {
            image = pulls.take(c, r);
            if (image == null) {
                return;
            }
            fetched.put(c.getName(), image);
        }
        try {
            prepare(c, r, image);
        } catch (SpecException e) {
            later(c, r, e.reason(), String.valueOf(e.getMessage()));
        } catch (VolumeException e) {
            later(c, r, "CreateContainerConfigError", String.valueOf(e.getMessage()));
        } catch (ImageException e) {
            fetched.remove(c.getName());
            later(c, r, "CreateContainerError", String.valueOf(e.getMessage()));
        } catch (IOException e) {
            later(c, r, "CreateContainerError", "cannot write the container's files: " + e.getMessage());
        } catch (RuntimeFailure e) {
            fetched.remove(c.getName());
            failed(c, r, e);
        }
    }

    private void later(Container c, ContainerRecord r, String reason, String message) {
        if (!r.waitReason.equals(reason) || !r.waitMessage.equals(message)) {
            work.warn(c, "Failed", "Error: " + message);
        }
        r.waitFor(reason, message);
        r.retryAt = work.now().plus(CONFIG_RETRY);
        work.soon(r.retryAt);
    }

    /** The runtime did not make or start it: an instance that ended at once. */
    private void failed(Container c, ContainerRecord r, RuntimeFailure e) {
        String message = "failed to start container \"" + c.getName() + "\": " + e.getMessage();
        work.warn(c, "Failed", "Error: " + message);
        Instant now = work.now();
        r.exit = new ExitInfo(r.id, e.exitCode(), 0, "ContainerCannotRun", message, now, now);
        r.phase = ContainerRecord.Phase.EXITED;
        r.waitFor("RunContainerError", message);
        work.soon(now);
    }

    private void prepare(Container c, ContainerRecord r, Image image)
            throws SpecException, VolumeException, ImageException, IOException, RuntimeFailure, InterruptedException {
        PodAddress address = work.address;
        MountedVolumes volumes = work.volumes;
        if (address == null || volumes == null) {
            throw new IllegalStateException("no network or volumes yet");
        }
        Map<String, String> environment =
                Environment.of(work.pod(), c, address, work.node.configSource(), work.node.nodeName());
        RuntimeDriver driver = work.driver();
        if (r.phase != ContainerRecord.Phase.CREATING) {
            nextAttempt(c, r);
        }
        r.image = c.getImage();
        r.imageId = image.imageId();
        r.stopSignal = image.config().stopSignal();
        work.save();
        Root root = work.node
                .images()
                .prepare(
                        image,
                        r.id,
                        driver.podSandboxes() ? RootMode.SANDBOX : RootMode.HOST,
                        Quantities.bytes(Quantities.limit(c, "ephemeral-storage")));
        String cgroup = work.node.cgroups().pathOf(work.pod(), r.id);
        ConfigInput input = new ConfigInput(
                work.pod(),
                c,
                image.config(),
                root.rootfs(),
                work.record.sandboxId,
                driver.podSandboxes() ? 0 : driver.state(work.record.sandboxId).pid(),
                driver.podSandboxes(),
                work.node.rootless(),
                address,
                environment,
                volumes.forContainer(c, environment),
                cgroup,
                terminationLog(r),
                hostnameFile(address),
                null,
                work.node.root().resolve("seccomp"));
        Path bundle = writeBundle(r.id, ConfigJson.container(input));
        run(c, r, driver, order(c, r, bundle, root, cgroup));
    }

    private ContainerOrder order(
            Container c, ContainerRecord r, Path bundle, Root root, @org.jspecify.annotations.Nullable String cgroup)
            throws IOException {
        Path log = work.logFile(r.name, r.attempt);
        Files.createDirectories(log.getParent());
        return new ContainerOrder(
                r.id,
                work.record.sandboxId,
                bundle,
                log,
                work.node.rotation(),
                Boolean.TRUE.equals(c.getTty()),
                Boolean.TRUE.equals(c.getStdin()),
                root.overlay2(),
                cgroup,
                Sandbox.network(work));
    }

    /** The instance before this one goes; the record of the new one is on the disk before anything is made. */
    private void nextAttempt(Container c, ContainerRecord r)
            throws RuntimeFailure, ImageException, InterruptedException {
        work.save();
        if (!r.id.isEmpty()) {
            discard(work, r);
        }
        if (r.exit != null) {
            r.last = r.exit;
            r.exit = null;
        }
        r.attempt++;
        r.id = Ids.container(work.uid(), c.getName(), r.attempt);
        r.phase = ContainerRecord.Phase.CREATING;
        r.startedAt = null;
        r.started = false;
        r.ready = false;
        r.kill = null;
        r.postStart = ContainerRecord.Hook.NONE;
        r.waitFor("", "");
        for (int old = r.attempt - LOGS_KEPT; old >= 0 && old > r.attempt - LOGS_KEPT - 3; old--) {
            Trees.removeWithPrefix(work.logFile(r.name, old));
        }
        Trees.remove(work.dir().resolve("termination").resolve(r.name).resolve(Integer.toString(r.attempt - 2)));
    }

    /** Removes what an instance had; the log stays. */
    static void discard(Work work, ContainerRecord r) throws RuntimeFailure, ImageException, InterruptedException {
        work.driver().delete(r.id);
        work.node.images().release(r.id);
        MountedVolumes volumes = work.volumes;
        if (volumes != null) {
            volumes.release(r.name);
        }
        Trees.remove(work.dir().resolve("bundles").resolve(r.id));
    }

    private Path terminationLog(ContainerRecord r) throws IOException {
        Path file = Termination.messageFile(work, r);
        Files.createDirectories(file.getParent());
        Files.write(file, new byte[0]);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        return file;
    }

    private Path hostnameFile(PodAddress address) throws IOException {
        Path file = work.dir().resolve("hostname");
        if (!Files.exists(file)) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, address.hostname() + "\n");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        }
        return file;
    }

    private Path writeBundle(String id, JsonObject config) throws IOException {
        return Sandbox.writeBundle(work, id, config);
    }

    private void run(Container c, ContainerRecord r, RuntimeDriver driver, ContainerOrder order)
            throws RuntimeFailure, InterruptedException {
        ContainerState state = driver.state(r.id);
        if (state.phase() != ContainerState.Phase.RUNNING) {
            driver.create(order);
            work.normal(c, "Created", "Created container: " + c.getName());
            try {
                driver.start(r.id);
            } catch (RuntimeFailure e) {
                driver.delete(r.id);
                throw e;
            }
        }
        running(c, r);
    }

    /** It runs: just started, or found after a crash before that was written down. */
    void running(Container c, ContainerRecord r) {
        fetched.remove(c.getName());
        r.phase = ContainerRecord.Phase.RUNNING;
        r.startedAt = work.now();
        r.waitFor("", "");
        work.normal(c, "Started", "Started container " + c.getName());
        LifecycleHandler hook =
                c.getLifecycle() == null ? null : c.getLifecycle().getPostStart();
        r.postStart = hook == null ? ContainerRecord.Hook.DONE : ContainerRecord.Hook.RUNNING;
        work.save();
        work.soon(work.now());
        watch(work, r.id);
        if (hook != null) {
            postStart(c, r, hook);
        }
    }

    /** Begins the hook, or begins it again after a crash in its middle. */
    void postStart(Container c, ContainerRecord r, LifecycleHandler hook) {
        String id = r.id;
        if (actions.running(id)) {
            return;
        }
        actions.hook(c, r, hook, Duration.ofHours(1), failure -> {
            if (!r.id.equals(id) || r.postStart != ContainerRecord.Hook.RUNNING) {
                return;
            }
            r.postStart = ContainerRecord.Hook.DONE;
            if (!failure.isEmpty() && r.live()) {
                work.warn(c, "FailedPostStartHook", "PostStartHook failed: " + failure);
                killer.request(r, "FailedPostStartHook", work.now().plusSeconds(work.graceSeconds()));
            }
        });
    }

    /** The worker is to be woken when the container ends. */
    static void watch(Work work, String id) {
        RuntimeDriver driver = work.driver();
        work.fork("end of " + id, () -> {
            try {
                driver.awaitExit(id);
                work.wake.ring();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }
}
