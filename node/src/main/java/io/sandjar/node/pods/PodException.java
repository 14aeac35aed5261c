// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.pods;

/** A request about a pod that cannot be met; the message is for whoever asked. */
public final class PodException extends Exception {
    private static final long serialVersionUID = 1;

    /** The kind of failure, with the HTTP status that the API server gives it. */
    public enum Kind {
        NOT_FOUND(404),
        BAD_REQUEST(400),
        INTERNAL(500);

        private final int httpStatus;

        Kind(int httpStatus) {
            this.httpStatus = httpStatus;
        }

        public int httpStatus() {
            return httpStatus;
        }
    }

    private final Kind kind;

    public PodException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
