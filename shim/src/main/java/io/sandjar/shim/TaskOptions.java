// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.shim;

import java.util.List;

/**
 * How the runtime is called for a container.
 *
 * @param binary the program
 * @param root its directory of states
 * @param flags global ones, --name=value
 */
record TaskOptions(String binary, String root, List<String> flags) {
    static final String DEFAULT_ROOT = "/run/containerd/runsc";
}
