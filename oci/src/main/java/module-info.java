// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors

/** What the Open Container Initiative's runtime-spec says: a container's configuration, features and state. */
module sandjar.oci {
    requires static org.jspecify;
    requires com.google.gson;

    exports io.sandjar.oci;
}
