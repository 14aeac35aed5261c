// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import com.google.gson.JsonObject;
import io.fabric8.kubernetes.api.model.Container;
import io.sandjar.node.EventRecorder;
import io.sandjar.node.cgroups.CgroupException;
import io.sandjar.node.network.NetworkException;
import io.sandjar.node.network.PodAddress;
import io.sandjar.node.runtime.ContainerOrder;
import io.sandjar.node.runtime.ContainerState;
import io.sandjar.node.runtime.RuntimeDriver;
import io.sandjar.node.runtime.RuntimeFailure;
import io.sandjar.node.spec.ConfigJson;
import io.sandjar.node.volumes.VolumeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a pod has before its first container runs: volumes, network, control group, the sandbox itself. */
final class Sandbox {
    private static final Duration MOST = Duration.ofSeconds(60);

    private final Work work;
    private final Killer killer;
    private Duration wait = Duration.ofSeconds(1);
    private @Nullable Instant retryAt;
    private String lastTrouble = "";

    Sandbox(Work work, Killer killer) {
        this.work = work;
        this.killer = killer;
    }

    /** A step towards a sandbox; true when it is there. */
    boolean ready() throws InterruptedException {
        Instant retry = retryAt;
        if (retry != null && work.now().isBefore(retry)) {
            work.soon(retry);
            return false;
        }
        retryAt = null;
        try {
            if (work.volumes == null) {
                work.volumes = work.node.volumes().mount(work.pod());
            }
            if (work.address == null) {
                work.node.cgroups().setUp(work.pod());
                PodAddress address = work.node.network().setUp(work.pod());
                for (PodAddress.Warning w : address.warnings()) {
                    work.event(EventRecorder.WARNING, w.reason(), w.message());
                }
                work.address = address;
            }
            boolean alive = alive();
            wait = Duration.ofSeconds(1);
            lastTrouble = "";
            return alive;
        } catch (VolumeException e) {
            if (!e.retry()) {
                work.event(EventRecorder.WARNING, e.reason(), String.valueOf(e.getMessage()));
                work.record.end("Failed", e.reason(), String.valueOf(e.getMessage()));
                return false;
            }
            trouble(e.reason(), String.valueOf(e.getMessage()));
        } catch (NetworkException | CgroupException | RuntimeFailure e) {
            trouble("FailedCreatePodSandBox", "Failed to create pod sandbox: " + e.getMessage());
        } catch (IOException e) {
            trouble(
                    "FailedCreatePodSandBox",
                    "Failed to create pod sandbox: cannot write its files: " + e.getMessage());
        }
        return false;
    }

    private void trouble(String reason, String message) {
        if (!message.equals(lastTrouble) || wait.compareTo(Duration.ofSeconds(16)) > 0) {
            work.event(EventRecorder.WARNING, reason, message);
        }
        lastTrouble = message;
        retryAt = work.now().plus(wait);
        work.soon(retryAt);
        wait = wait.multipliedBy(2).compareTo(MOST) > 0 ? MOST : wait.multipliedBy(2);
    }

    /** The sandbox is made, or made anew after it died. */
    private boolean alive() throws RuntimeFailure, InterruptedException, IOException, NetworkException {
        RuntimeDriver driver = work.driver();
        PodRecord record = work.record;
        if (record.sandboxAttempt >= 0) {
            ContainerState state = driver.state(record.sandboxId);
            if (state.phase() == ContainerState.Phase.RUNNING) {
                if (!record.sandboxMade) {
                    record.sandboxMade = true;
                    work.save();
                }
                return true;
            }
            if (record.sandboxMade) {
                return remake(driver);
            }
            driver.delete(record.sandboxId); // half made
        } else {
            next();
        }
        create(driver);
        return true;
    }

    private void next() {
        work.record.sandboxAttempt++;
        work.record.sandboxMade = false;
        work.record.sandboxId = Ids.sandbox(work.uid(), work.record.sandboxAttempt);
        work.save();
    }

    private void create(RuntimeDriver driver) throws RuntimeFailure, InterruptedException, IOException {
        PodAddress address = work.address;
        if (address == null) {
            throw new IllegalStateException("no network yet");
        }
        String id = work.record.sandboxId;
        String cgroup = work.node.cgroups().pathOf(work.pod(), id);
        Path bundle = writeBundle(
                work,
                id,
                ConfigJson.sandbox(work.pod(), id, work.node.pauseRoot(), address, cgroup, driver.podSandboxes()));
        driver.create(new ContainerOrder(
                id, id, bundle, null, work.node.rotation(), false, false, null, cgroup, network(work)));
        driver.start(id);
        work.record.sandboxMade = true;
        work.save();
        Starter.watch(work, id);
    }

    /** First all containers have to end, then the sandbox goes, and the pod begins anew. */
    private boolean remake(RuntimeDriver driver) throws RuntimeFailure, InterruptedException, NetworkException {
        boolean living = false;
        for (Container c : work.allContainers()) {
            ContainerRecord r = work.recordOf(c);
            if (r.live()) {
                living = true;
                killer.request(r, "Pod sandbox changed, it will be killed and re-created.", work.now());
            }
        }
        if (living) {
            killer.pump();
            return false;
        }
        work.event(EventRecorder.NORMAL, "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.");
        driver.delete(work.record.sandboxId);
        Trees.remove(work.dir().resolve("bundles").resolve(work.record.sandboxId));
        work.node.network().tearDown(work.uid());
        work.address = null;
        work.record.initialized = false;
        for (Container c : work.initContainers()) {
            ContainerRecord r = work.recordOf(c);
            if (!Work.isSidecar(c) && r.phase == ContainerRecord.Phase.EXITED) {
                r.last = r.exit; // it runs again
                r.phase = ContainerRecord.Phase.NONE;
            }
        }
        next();
        work.soon(work.now());
        return false;
    }

    /** For runtimes with a network of their own: the host's, or none where a pod has no namespace. */
    static @Nullable String network(Work work) {
        PodAddress address = work.address;
        return address != null && address.host() ? "host" : address == null || address.netns() == null ? "none" : null;
    }

    static Path writeBundle(Work work, String id, JsonObject config) throws IOException {
        Path bundle = work.dir().resolve("bundles").resolve(id);
        Files.createDirectories(bundle);
        Files.writeString(bundle.resolve("config.json"), config.toString());
        return bundle;
    }
}
