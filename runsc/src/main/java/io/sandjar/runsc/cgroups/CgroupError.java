// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.cgroups;

/** Why a container's groups could not be made or set: what happened, and a hint that may be empty. */
public final class CgroupError extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String hint;

    CgroupError(String message, String hint) {
        super(message, null, false, false);
        this.hint = hint;
    }

    public String hint() {
        return hint;
    }

    /** What went wrong. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
