// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import io.sandjar.kernel.net.Link;
import io.sandjar.kernel.net.NetStack;
import java.util.ArrayList;
import java.util.HashSet;
import org.jspecify.annotations.Nullable;

/** What an interface is connected with: the other end of its cable, and through bridges the ends of further ones. */
final class Segment {
    private final ArrayList<Link> ends = new ArrayList<>(2);

    /** Bridges whose ports are known: each is passed once, however many cables lead to it. */
    private final HashSet<Link> bridges = new HashSet<>(2);

    /** Bridges whose ports are to be followed. */
    private final ArrayList<Link> open = new ArrayList<>(1);

    private Segment(Link out) {
        if ("bridge".equals(out.kind)) {
            bridges.add(out);
            open.add(out);
        } else {
            cable(out);
        }
        while (!open.isEmpty()) {
            Link bridge = open.remove(open.size() - 1);
            NetStack home = bridge.home();
            if (home != null) {
                for (Link port : home.interfaces().links()) {
                    if (port.master == bridge && port.up() && port != out) {
                        cable(port);
                    }
                }
            }
        }
    }

    /** Follows a cable from its near end. */
    private void cable(Link near) {
        Link far = near.peer;
        if (far == null || !far.up()) {
            return;
        }
        Link bridge = far.master;
        if (bridge == null) {
            ends.add(far);
        } else if (bridge.up() && bridges.add(bridge)) {
            ends.add(bridge);
            open.add(bridge);
        }
    }

    /** All interfaces that get what leaves by {@code out} and is for all, bridges included. */
    static ArrayList<Link> behind(Link out) {
        return out.up() ? new Segment(out).ends : new ArrayList<>(0);
    }

    /** The interface behind {@code out} whose network owns an address; null when nobody answers for it. */
    static @Nullable Link owner(Link out, byte[] address) {
        if (out.peer instanceof Link far && far.master == null) { // a cable alone
            return far.up() && owns(far, address) ? far : null;
        }
        for (Link end : behind(out)) {
            if (owns(end, address)) {
                return end;
            }
        }
        return null;
    }

    private static boolean owns(Link l, byte[] address) {
        NetStack home = l.home();
        return home != null && home.interfaces().isLocal(address);
    }
}
