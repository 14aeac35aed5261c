// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

/** The fence: the only module with native access. */
module sandjar.host {
    requires static org.jspecify;
    requires transitive sandjar.abi;

    exports io.sandjar.host to
            sandjar.kernel,
            sandjar.runsc;
    exports io.sandjar.host.seccomp to
            sandjar.kernel,
            sandjar.runsc;
}
