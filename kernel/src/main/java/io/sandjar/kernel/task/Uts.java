// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

/** The names that uname(2) tells and that can be set: of one container, or of several that share them. */
public final class Uts {
    /** Tells it from others of its kernel. */
    public final int number;

    public volatile String hostname = "sandjar";
    public volatile String domainname = "(none)";

    Uts(int number) {
        this.number = number;
    }
}
