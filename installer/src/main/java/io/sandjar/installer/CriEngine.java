// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.installer;

import io.sandjar.cri.CriClient;
import io.sandjar.cri.CriException;
import io.sandjar.cri.proto.PodSandbox;
import io.sandjar.cri.proto.PodSandboxFilter;
import io.sandjar.cri.proto.StatusResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An engine that speaks CRI: what it answers there is what the kubelet would see, and the only thing that counts. */
abstract class CriEngine extends Engine {
    CriEngine(Setup setup) {
        super(setup);
    }

    abstract Path socket();

    @Override
    @Nullable
    Boolean offersHandler() {
        if (!setup.live() || !Files.exists(socket())) return null;
        try (CriClient cri = CriClient.of(socket()).withTimeout(Duration.ofSeconds(20))) {
            StatusResponse status = cri.status(true);
            if (status.getRuntimeHandlersCount() > 0) {
                return status.getRuntimeHandlersList().stream()
                        .anyMatch(h -> h.getName().equals(setup.handler()));
            }
            return HandlersOfStatus.in(status.getInfoMap()).contains(setup.handler());
        } catch (CriException e) {
            return null;
        }
    }

    @Override
    boolean answers(Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        do {
            try (CriClient cri = CriClient.of(socket()).withTimeout(Duration.ofSeconds(5))) {
                cri.version();
                return true;
            } catch (CriException e) {
                if (!e.isUnavailable()
                        && !e.code().name().equals("DEADLINE_EXCEEDED")
                        && !e.code().name().equals("UNIMPLEMENTED")) return true;
            }
            try {
                Thread.sleep(200);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        } while (System.nanoTime() < end);
        return false;
    }

    private List<PodSandbox> sandboxes(CriClient cri) throws CriException {
        List<PodSandbox> ours = new ArrayList<>();
        for (PodSandbox sandbox : cri.listPodSandbox(PodSandboxFilter.getDefaultInstance())) {
            if (sandbox.getRuntimeHandler().equals(setup.handler())) ours.add(sandbox);
        }
        return ours;
    }

    @Override
    List<String> users() {
        if (!setup.live() || !Files.exists(socket())) return List.of();
        try (CriClient cri = CriClient.of(socket()).withTimeout(Duration.ofSeconds(20))) {
            return sandboxes(cri).stream()
                    .map(s -> s.getMetadata().getNamespace() + "/"
                            + s.getMetadata().getName())
                    .toList();
        } catch (CriException e) {
            if (e.isUnavailable()) return List.of();
            throw new Problem("cannot ask which pods run: " + e.getMessage(), "is " + name() + " healthy?", e);
        }
    }

    @Override
    void drain() {
        try (CriClient cri = CriClient.of(socket())) {
            for (PodSandbox sandbox : sandboxes(cri)) {
                cri.stopPodSandbox(sandbox.getId());
                cri.removePodSandbox(sandbox.getId());
            }
        } catch (CriException e) {
            throw new Problem(
                    "cannot end the pods: " + e.getMessage(),
                    "end them with kubectl drain or crictl, then try again",
                    e);
        }
    }

    @Override
    String selfTest() {
        return new CriSelfTest(socket(), setup).run();
    }
}
