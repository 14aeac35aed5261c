// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.sandbox;

/** The reason why a request is not carried out: a sentence for the client's user and the exit status of its command. */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** A program that may not be executed, as shells have it. */
    public static final int CANNOT_EXECUTE = 126;

    /** A program that is not there. */
    public static final int NOT_FOUND = 127;

    /** What runc ends with when a process cannot be started in a running container. */
    public static final int EXEC_FAILED = 255;

    private final int status;

    public Refusal(int status, String text) {
        super(text, null, false, false);
        this.status = status;
    }

    /** An ordinary failure: status 1. */
    public Refusal(String text) {
        this(1, text);
    }

    public int status() {
        return status;
    }

    public String text() {
        return String.valueOf(getMessage());
    }
}
