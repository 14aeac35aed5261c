// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.imagestore.registry;

import java.io.IOException;

/** An answer with a status that says no. */
final class StatusException extends IOException {
    private static final long serialVersionUID = 1;
    private final int status;
    private final String retryAfter;

    StatusException(int status, String retryAfter, String what) {
        super(what + " answers with status " + status);
        this.status = status;
        this.retryAfter = retryAfter;
    }

    int status() {
        return status;
    }

    /** Whether the same request may do better in a while. */
    boolean passing() {
        return status == 429 || status == 408 || status >= 500 && status != 501;
    }

    /** How long the server wants us to wait; -1: it does not say. */
    long retryAfterSeconds() {
        try {
            return Long.parseLong(retryAfter.strip());
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
