// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net;

import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** What happened to the interfaces of a network and was not yet told. Told without locks, so that the listener may ask back. */
public final class Changes {
    /** Hears of changes; called without locks. */
    public interface Watcher {
        void link(Link link, boolean gone);

        void address(Link link, Link.Address address, boolean gone);

        void route(Route route, boolean gone);
    }

    private record News(
            @Nullable Link link,
            Link.@Nullable Address address,
            @Nullable Route route,
            boolean gone) {}

    private static final Watcher NOBODY = new Watcher() {
        @Override
        public void link(Link link, boolean gone) {}

        @Override
        public void address(Link link, Link.Address address, boolean gone) {}

        @Override
        public void route(Route route, boolean gone) {}
    };

    private final ArrayList<News> news = new ArrayList<>();
    private volatile Watcher watcher = NOBODY;

    void setWatcher(Watcher w) {
        watcher = w;
    }

    synchronized void link(Link l, boolean gone) {
        news.add(new News(l, null, null, gone));
    }

    synchronized void address(Link l, Link.Address a, boolean gone) {
        news.add(new News(l, a, null, gone));
    }

    synchronized void route(Route r, boolean gone) {
        news.add(new News(null, null, r, gone));
    }

    synchronized void clear() {
        news.clear();
    }

    /** Tells everything: whether there was something. */
    boolean announce() {
        News[] all;
        synchronized (this) {
            all = news.toArray(new News[0]);
            news.clear();
        }
        Watcher w = watcher;
        for (News n : all) {
            if (n.route != null) {
                w.route(n.route, n.gone);
            } else if (n.link != null && n.address != null) {
                w.address(n.link, n.address, n.gone);
            } else if (n.link != null) {
                w.link(n.link, n.gone);
            }
        }
        return all.length > 0;
    }
}
