// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.notify;

/** Where bugs of our own are told: the call that met one fails with EIO, the guest lives on. */
final class Bugs {
    private Bugs() {}

    static void report(Throwable e) {
        System.Logger log = System.getLogger("sandjar.kernel");
        log.log(System.Logger.Level.ERROR, "internal error in a system call; please report it", e);
    }
}
