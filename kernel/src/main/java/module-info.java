// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

/** The application kernel. */
module sandjar.kernel {
    requires static org.jspecify;
    requires transitive sandjar.abi;
    requires sandjar.host;

    exports io.sandjar.kernel.task to
            sandjar.runsc;
}
