// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.volumes;

/**
 * A volume that cannot be had: the message of the pod's event. What may get better by itself (a ConfigMap that is not there
 * yet) is tried again by the pod's worker, as Kubernetes does; the pod waits with ContainerCreating meanwhile.
 */
public final class VolumeException extends Exception {
    private static final long serialVersionUID = 1;

    private final String reason;
    private final boolean retry;

    public VolumeException(String reason, boolean retry, String message) {
        super(message);
        this.reason = reason;
        this.retry = retry;
    }

    /** The event's reason: FailedMount. */
    public String reason() {
        return reason;
    }

    /** Whether trying again can help; else the pod cannot run here at all. */
    public boolean retry() {
        return retry;
    }
}
