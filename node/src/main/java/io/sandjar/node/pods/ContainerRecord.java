// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What was decided about a container and what became of it. It is written to disk before anything is done, and identifiers
 * follow from it, so that a new agent finds what an old one began.
 */
final class ContainerRecord {
    /** Where it is. */
    enum Phase {
        /** Nothing was begun. */
        NONE,
        /** An attempt is decided; perhaps the container exists already, perhaps it has even started. */
        CREATING,
        RUNNING,
        EXITED
    }

    /** Its hook after the start. */
    enum Hook {
        NONE,
        RUNNING,
        DONE
    }

    String name = "";
    Phase phase = Phase.NONE;
    int attempt = -1;
    String id = "";
    String image = "";
    String imageId = "";
    String stopSignal = "";

    @Nullable
    Instant startedAt;

    boolean started;
    boolean ready;
    Hook postStart = Hook.NONE;

    @Nullable
    ExitInfo exit;

    @Nullable
    ExitInfo last;

    Backoff crash = new Backoff();
    Backoff pull = new Backoff();

    @Nullable
    Instant pullFailed;

    String waitReason = "";
    String waitMessage = "";

    @Nullable
    Instant retryAt;

    @Nullable
    KillRecord kill;

    boolean live() {
        return phase == Phase.RUNNING;
    }

    int restarts() {
        return Math.max(attempt, 0);
    }

    void waitFor(String reason, String message) {
        waitReason = reason;
        waitMessage = message;
    }

    /** The end of a container that was asked to end. */
    static final class KillRecord {
        String message = "";
        Instant deadline = Instant.EPOCH;
        boolean announced;
        boolean hookBegun;
        boolean hookDone;

        @Nullable
        Instant signalled;

        @Nullable
        Instant killed;
    }
}
