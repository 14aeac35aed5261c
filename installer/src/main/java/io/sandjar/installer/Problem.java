// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.installer;

import java.io.Serial;

/** What went wrong, to what, and what to do next; ends the command with status 1. */
final class Problem extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final String remedy;

    Problem(String what, String remedy) {
        super(what);
        this.remedy = remedy;
    }

    Problem(String what, String remedy, Throwable cause) {
        super(what, cause);
        this.remedy = remedy;
    }

    String remedy() {
        return remedy;
    }
}
