// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import java.io.IOException;

/** A life of the shim in small, so that the classes of it are loaded and noted. */
final class Training {
    private Training() {}

    static void run() throws IOException {}
}
