// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.spec;

/** A container that cannot be described to a runtime: what Kubernetes shows as the reason and the message of its waiting. */
public final class SpecException extends Exception {
    private static final long serialVersionUID = 1;

    private final String reason;

    public SpecException(String message) {
        this("CreateContainerConfigError", message);
    }

    public SpecException(String reason, String message) {
        super(message);
        this.reason = reason;
    }

    public String reason() {
        return reason;
    }
}
