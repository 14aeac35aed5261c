// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is known of a pod beyond its object: the checkpoint. */
final class PodRecord {
    static final int VERSION = 1;

    int version = VERSION;
    String uid = "";
    String namespace = "";
    String name = "";
    String handler = "";
    boolean admitted;

    @Nullable
    Instant startTime;

    int sandboxAttempt = -1;
    String sandboxId = "";

    /** The sandbox of this attempt has run: if it does not now, it died. */
    boolean sandboxMade;

    boolean initialized;

    /** Succeeded or Failed, once decided; then reason and message as in the status. */
    String end = "";

    String endReason = "";
    String endMessage = "";

    /** Nothing of it is left on the machine but logs. */
    boolean freed;

    List<ContainerRecord> containers = new ArrayList<>();

    ContainerRecord container(String containerName) {
        for (ContainerRecord c : containers) {
            if (c.name.equals(containerName)) {
                return c;
            }
        }
        ContainerRecord c = new ContainerRecord();
        c.name = containerName;
        containers.add(c);
        return c;
    }

    boolean ended() {
        return !end.isEmpty();
    }

    void end(String phase, String reason, String message) {
        end = phase;
        endReason = reason;
        endMessage = message;
    }
}
