// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net;

/** The network of one sandbox: names, ports and sockets. */
public final class NetStack {
    private final HostPoller poller = new HostPoller();

    /** The waiter for host descriptors. */
    public HostPoller poller() {
        return poller;
    }
}
