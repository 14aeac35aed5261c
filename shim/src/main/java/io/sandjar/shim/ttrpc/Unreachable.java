// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim.ttrpc;

import java.io.IOException;

/** Nobody listens at the socket. */
public final class Unreachable extends IOException {
    private static final long serialVersionUID = 1;

    Unreachable(String address, IOException cause) {
        super("nobody answers at " + address + " (" + cause.getMessage() + ")", cause);
    }
}
