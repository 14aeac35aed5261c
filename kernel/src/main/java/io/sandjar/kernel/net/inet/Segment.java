// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import io.sandjar.kernel.net.Link;
import io.sandjar.kernel.net.NetStack;
import org.jspecify.annotations.Nullable;

/** What an interface is connected with: the other end of its cable, and through bridges the ends of further ones. */
final class Segment {
    private Segment() {}

    /** The interface behind {@code out} whose network owns an address; null when nobody answers for it. */
    static @Nullable Link owner(Link out, byte[] address, int depth) {
        if ("bridge".equals(out.kind)) {
            return acrossBridge(out, null, address, depth);
        }
        Link far = out.peer;
        return far == null || !far.up() ? null : arrived(far, address, depth);
    }

    /** A question has come by {@code in}. */
    private static @Nullable Link arrived(Link in, byte[] address, int depth) {
        Link bridge = in.master;
        if (bridge == null) {
            return owns(in, address) ? in : null;
        }
        if (!bridge.up()) {
            return null;
        }
        return owns(bridge, address) ? bridge : acrossBridge(bridge, in, address, depth);
    }

    private static boolean owns(Link l, byte[] address) {
        NetStack home = l.home();
        return home != null && home.interfaces().isLocal(address);
    }

    private static @Nullable Link acrossBridge(Link bridge, @Nullable Link from, byte[] address, int depth) {
        NetStack home = bridge.home();
        if (home == null || depth == 0) {
            return null;
        }
        for (Link port : home.interfaces().links()) {
            Link far = port.peer;
            if (port.master == bridge && port != from && port.up() && far != null && far.up()) {
                Link found = arrived(far, address, depth - 1);
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }
}
