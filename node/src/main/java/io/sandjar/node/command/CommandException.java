// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.command;

/** The end of a command that failed: what is printed to stderr, and the exit status. */
final class CommandException extends RuntimeException {
    private final int status;

    CommandException(String message) {
        this(message, 1);
    }

    CommandException(String message, int status) {
        super(message, null, false, false);
        this.status = status;
    }

    int status() {
        return status;
    }

    String text() {
        String message = getMessage();
        return message == null ? "" : message;
    }
}
