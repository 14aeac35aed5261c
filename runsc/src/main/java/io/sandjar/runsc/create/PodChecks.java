// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.create;

import io.sandjar.oci.Spec;
import io.sandjar.runsc.Failure;
import java.util.Map;

/**
 * What a Kubernetes pod must not ask of a sandbox. The processes and the System V memory of the host are not in it, and a pod that was
 * given its own instead would run and find nothing; so its author is told.
 */
final class PodChecks {
    private static final String[] TYPES = {"io.kubernetes.cri.container-type", "io.kubernetes.cri-o.ContainerType"};

    private PodChecks() {}

    static void check(Spec spec) {
        if (!sandbox(spec.annotations())) {
            return;
        }
        if (spec.linux().namespace("pid") == null) {
            throw refused("hostPID", "processes");
        }
        if (spec.linux().namespace("ipc") == null) {
            throw refused("hostIPC", "shared memory, semaphores and message queues");
        }
    }

    /** Whether this is the container that stands for its pod. */
    static boolean sandbox(Map<String, String> annotations) {
        boolean sandbox = false;
        for (String type : TYPES) {
            sandbox |= "sandbox".equals(annotations.get(type));
        }
        return sandbox;
    }

    private static Failure refused(String field, String what) {
        return new Failure(
                1,
                "the pod asks for " + field + ": true, and the host's " + what + " cannot be seen from a sandbox",
                "leave " + field + " out of the pod, or give it another runtimeClassName");
    }
}
