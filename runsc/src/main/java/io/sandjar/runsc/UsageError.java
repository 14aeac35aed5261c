// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

/** A command line that makes no sense: what is wrong, and what to do about it. */
public final class UsageError extends Failure {
    private static final long serialVersionUID = 1;

    public UsageError(String message, String hint) {
        super(Command.USAGE, message, hint);
    }
}
