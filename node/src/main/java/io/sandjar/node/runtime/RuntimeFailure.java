// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.runtime;

/** A runtime that refused or failed; the message is the runtime's own where it gave one. */
public class RuntimeFailure extends Exception {
    private static final long serialVersionUID = 1;

    public RuntimeFailure(String message) {
        super(message);
    }

    public RuntimeFailure(String message, Throwable cause) {
        super(message, cause);
    }

    /** The exit status that Kubernetes shows for a container that could not be run: 127 no such program, 126 not to be executed. */
    public int exitCode() {
        String text = String.valueOf(getMessage());
        return text.contains("not found") || text.contains("no such file or directory")
                ? 127
                : text.contains("permission denied") || text.contains("exec format error") ? 126 : 128;
    }
}
