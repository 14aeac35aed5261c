// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.base;

/** How many CPUs there are: as the JVM found it, whatever the thread that asks is bound to. */
public final class Cpus {
    private static final int COUNT = Runtime.getRuntime().availableProcessors();

    private Cpus() {}

    public static int count() {
        return COUNT;
    }
}
