// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.host.HostFiles;

/**
 * Whether everybody may make characters appear as if they had been typed at its own terminal (TIOCSTI, sysctl
 * dev.tty.legacy_tiocsti). As on the host, where that can be seen, until the guest's root says otherwise; else not.
 */
public final class Typing {
    private static final int UNKNOWN = -1;

    private volatile int allowed = UNKNOWN;

    public boolean allowed() {
        if (allowed == UNKNOWN) {
            String text = HostFiles.procText("sys/dev/tty/legacy_tiocsti");
            allowed = text != null && text.startsWith("1") ? 1 : 0;
        }
        return allowed == 1;
    }

    public void allow(boolean on) {
        allowed = on ? 1 : 0;
    }
}
