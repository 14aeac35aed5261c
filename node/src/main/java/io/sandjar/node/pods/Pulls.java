// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.Secret;
import io.sandjar.imagestore.Image;
import io.sandjar.imagestore.ImageException;
import io.sandjar.imagestore.PullOptions;
import io.sandjar.imagestore.PullProgress;
import io.sandjar.node.EventRecorder;
import io.sandjar.node.store.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Images for one pod's containers: fetched beside the worker, with the kubelet's back-off and words. */
final class Pulls {
    /** A pull under way or done, for the next start of one container. */
    private static final class Pull {
        Timing.@Nullable Job job;

        @Nullable
        Image image;
    }

    private static final Duration SHOWN = Duration.ofSeconds(1);

    private final Work work;
    private final Map<String, Pull> pulls = new HashMap<>();

    Pulls(Work work) {
        this.work = work;
    }

    /** The image for the next start of the container, once; null: not yet, the record says why. */
    @Nullable
    Image take(Container c, ContainerRecord r) {
        Pull p = pulls.get(c.getName());
        if (p != null && p.image != null) {
            pulls.remove(c.getName());
            return p.image;
        }
        if (p != null) {
            return null; // under way
        }
        Instant failed = r.pullFailed;
        Instant until = failed == null ? null : r.pull.until(failed, work.now());
        if (until != null) {
            backOff(c, r, until);
            return null;
        }
        PullOptions.Policy policy = policy(c);
        Optional<Image> found;
        try {
            found = work.node.images().find(c.getImage());
        } catch (ImageException e) {
            failed(c, r, e);
            return null;
        }
        if (policy == PullOptions.Policy.NEVER || policy == PullOptions.Policy.IF_NOT_PRESENT && !onThisMachine(c)) {
            Image here = present(c, r, policy, found);
            if (here != null || policy == PullOptions.Policy.NEVER) {
                return here;
            }
        }
        begin(c, r, policy);
        Pull started = pulls.get(c.getName());
        if (started != null && started.image != null) {
            pulls.remove(c.getName());
            return started.image;
        }
        return null;
    }

    private void backOff(Container c, ContainerRecord r, Instant until) {
        work.soon(until);
        Instant failed = r.pullFailed;
        if (failed != null && work.now().isBefore(failed.plus(SHOWN))) {
            work.soon(failed.plus(SHOWN)); // so long the failure itself is the reason
            return;
        }
        if (r.waitReason.equals("InvalidImageName")) {
            return; // no pull, no back-off: the name has to be changed
        }
        if (!r.waitReason.equals("ImagePullBackOff")) {
            work.event(c, EventRecorder.NORMAL, "BackOff", "Back-off pulling image \"" + c.getImage() + "\"");
            work.warn(c, "Failed", "Error: ImagePullBackOff");
            r.waitFor("ImagePullBackOff", "Back-off pulling image \"" + c.getImage() + "\": " + r.waitMessage);
        }
    }

    /** Layouts and archives that may have been written again: the store looks, and reads them only then. */
    private static boolean onThisMachine(Container c) {
        String image = String.valueOf(c.getImage());
        return image.startsWith("oci:") || image.startsWith("oci-archive:") || image.startsWith("docker-archive:");
    }

    private @Nullable Image present(Container c, ContainerRecord r, PullOptions.Policy policy, Optional<Image> found) {
        if (found.isPresent()) {
            work.normal(c, "Pulled", "Container image \"" + c.getImage() + "\" already present on machine");
            return found.get();
        }
        if (policy == PullOptions.Policy.NEVER) {
            String message = "Container image \"" + c.getImage() + "\" is not present with pull policy of Never";
            if (!r.waitReason.equals("ErrImageNeverPull")) {
                work.warn(c, "ErrImageNeverPull", message);
                work.warn(c, "Failed", "Error: ErrImageNeverPull");
            }
            r.waitFor("ErrImageNeverPull", message);
            work.soon(Duration.ofSeconds(10));
        }
        return null;
    }

    private void begin(Container c, ContainerRecord r, PullOptions.Policy policy) {
        Pull p = new Pull();
        pulls.put(c.getName(), p);
        Instant begin = work.now();
        String reference = c.getImage();
        PullOptions options =
                new PullOptions(policy, dockerConfigs(), work.node.insecureRegistries(), PullProgress.NONE);
        work.normal(c, "Pulling", "Pulling image \"" + reference + "\"");
        p.job = work.fork("pull", () -> {
            try {
                Image image = work.node.images().pull(reference, options);
                work.post(() -> pulled(c, r, p, image, begin));
            } catch (ImageException e) {
                work.post(() -> {
                    pulls.remove(c.getName(), p);
                    if (e.kind() != ImageException.Kind.INTERRUPTED) {
                        failed(c, r, e);
                    }
                });
            } catch (RuntimeException e) {
                work.post(() -> {
                    pulls.remove(c.getName(), p);
                    failed(c, r, new ImageException(ImageException.Kind.STORE, String.valueOf(e), "", e));
                });
            }
        });
    }

    private void pulled(Container c, ContainerRecord r, Pull p, Image image, Instant begin) {
        String took = seconds(Duration.between(begin, work.now()));
        work.normal(
                c,
                "Pulled",
                "Successfully pulled image \"" + c.getImage() + "\" in " + took + " (" + took
                        + " including waiting). Image size: " + image.sizeBytes() + " bytes.");
        r.pull.reset();
        r.pullFailed = null;
        p.image = image;
    }

    private static String seconds(Duration d) {
        long ms = d.toMillis();
        return ms < 1000 ? ms + "ms" : String.format(Locale.ROOT, "%d.%03ds", ms / 1000, ms % 1000);
    }

    private void failed(Container c, ContainerRecord r, ImageException e) {
        String text = e.getMessage() + (e.advice().isEmpty() ? "" : " (" + e.advice() + ")");
        String reason = switch (e.kind()) {
            case INVALID_REFERENCE -> "InvalidImageName";
            case UNAVAILABLE -> "RegistryUnavailable";
            default -> "ErrImagePull";
        };
        if (reason.equals("InvalidImageName")) {
            text = "Failed to apply default image tag \"" + c.getImage() + "\": " + text;
            if (!r.waitReason.equals(reason)) {
                work.warn(c, "InspectFailed", text);
                work.warn(c, "Failed", "Error: InvalidImageName");
            }
        } else {
            work.warn(c, "Failed", "Failed to pull image \"" + c.getImage() + "\": " + text);
            work.warn(c, "Failed", "Error: " + reason);
        }
        Instant now = work.now();
        r.pull.next(now, now);
        r.pullFailed = now;
        r.waitFor(reason, text);
        Instant until = r.pull.until(now, now);
        if (until != null) {
            work.soon(until);
            work.soon(SHOWN);
        }
    }

    private static PullOptions.Policy policy(Container c) {
        String p = c.getImagePullPolicy();
        if (p == null || p.isEmpty()) {
            String image = String.valueOf(c.getImage());
            String last = image.substring(image.lastIndexOf('/') + 1);
            boolean fixed = image.contains("@") || (last.contains(":") && !last.endsWith(":latest"));
            boolean local = image.startsWith("sandjar.io/");
            return fixed || local ? PullOptions.Policy.IF_NOT_PRESENT : PullOptions.Policy.ALWAYS;
        }
        return switch (p) {
            case "Always" -> PullOptions.Policy.ALWAYS;
            case "Never" -> PullOptions.Policy.NEVER;
            default -> PullOptions.Policy.IF_NOT_PRESENT;
        };
    }

    private List<String> dockerConfigs() {
        List<String> texts = new ArrayList<>();
        for (LocalObjectReference ref : work.pod().getSpec().getImagePullSecrets()) {
            Secret s = work.node.store().get(Kind.SECRET, work.record.namespace, ref.getName());
            if (s == null) {
                work.event(
                        EventRecorder.WARNING,
                        "FailedToRetrieveImagePullSecret",
                        "Unable to retrieve some image pull secrets (" + ref.getName()
                                + "); attempting to pull the image may not succeed.");
                continue;
            }
            String text = s.getStringData() == null ? null : s.getStringData().get(".dockerconfigjson");
            String data = s.getData() == null ? null : s.getData().get(".dockerconfigjson");
            if (text == null && data != null) {
                text = new String(Base64.getMimeDecoder().decode(data), StandardCharsets.UTF_8);
            }
            if (text != null) {
                texts.add(text);
            }
        }
        return texts;
    }

    /** The pod ends: what is still fetched is of no use. */
    void cancel() {
        for (Pull p : pulls.values()) {
            if (p.job != null) {
                p.job.cancel();
            }
        }
        pulls.clear();
    }
}
