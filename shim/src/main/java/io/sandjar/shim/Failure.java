// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

/** An answer that is an error: one of gRPC's codes, by which containerd decides, and a sentence for people. */
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1;

    static final int UNKNOWN = 2;
    static final int INVALID_ARGUMENT = 3;
    static final int NOT_FOUND = 5;
    static final int ALREADY_EXISTS = 6;
    static final int RESOURCE_EXHAUSTED = 8;
    static final int FAILED_PRECONDITION = 9;
    static final int UNIMPLEMENTED = 12;

    final int code;

    private Failure(int code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    String text() {
        return String.valueOf(getMessage());
    }

    static Failure unknown(String message) {
        return new Failure(UNKNOWN, message);
    }

    static Failure invalid(String message) {
        return new Failure(INVALID_ARGUMENT, message);
    }

    /** containerd takes it for "gone already". */
    static Failure notFound(String message) {
        return new Failure(NOT_FOUND, message + ": not found");
    }

    static Failure alreadyExists(String message) {
        return new Failure(ALREADY_EXISTS, message + ": already exists");
    }

    static Failure precondition(String message) {
        return new Failure(FAILED_PRECONDITION, message);
    }

    static Failure unimplemented(String message) {
        return new Failure(UNIMPLEMENTED, message);
    }
}
