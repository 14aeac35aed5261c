// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.base;

/** Where a waiter can stand: one queue, or several at once. */
public interface WaitPlace {
    void add(WaitEntry entry);

    void remove(WaitEntry entry);
}
