// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

/** The command line. */
module sandjar.runsc {
    requires static org.jspecify;
    requires sandjar.abi;
    requires sandjar.host;
    requires sandjar.kernel;
    requires sandjar.oci;
}
