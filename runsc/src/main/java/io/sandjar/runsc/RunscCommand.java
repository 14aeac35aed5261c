// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

/** A verb of the container runtime: engines read its errors in a log of theirs, and every failure is status 1. */
abstract class RunscCommand extends Command {
    @Override
    String program() {
        return "runsc";
    }

    @Override
    int usageStatus() {
        return 1;
    }
}
