// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.proc;

/** The processors as lists are written: 0-3. */
final class CpuList {
    private CpuList() {}

    static String text(int cpus) {
        return cpus == 1 ? "0" : "0-" + (cpus - 1);
    }
}
