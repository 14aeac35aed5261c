// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.cgroups;

/** Sets all limits of a container. */
final class Settings {
    private final Cgroups groups;

    Settings(Cgroups groups) {
        this.groups = groups;
    }

    void apply(Limits limits) {
        groups.note("limits are not set yet");
    }
}
