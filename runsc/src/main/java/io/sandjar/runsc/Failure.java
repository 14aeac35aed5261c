// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

/** The reason why a command cannot go on: what happened, and the next step for the user. */
public class Failure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String hint;

    /**
     * @param status exit status
     * @param hint one line; may be empty
     */
    public Failure(int status, String message, String hint) {
        super(message, null, false, false);
        this.status = status;
        this.hint = hint;
    }

    public int status() {
        return status;
    }

    public String hint() {
        return hint;
    }

    /** What went wrong. */
    public String text() {
        return String.valueOf(getMessage());
    }
}
