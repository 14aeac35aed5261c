// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.signal;

/** What is to be done about one signal (sigaction(2)). */
public record SigAction(long handler, long flags, long restorer, long mask) {
    public static final SigAction DEFAULT = new SigAction(0, 0, 0, 0);
    public static final SigAction IGNORE = new SigAction(1, 0, 0, 0);

    public boolean isDefault() {
        return handler == 0;
    }

    public boolean isIgnore() {
        return handler == 1;
    }
}
