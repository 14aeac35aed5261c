// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Rtnl;
import java.util.ArrayList;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The routing tables of one network, in one list. Guarded by the monitor of its {@link Interfaces}. */
final class RouteTable {
    /** Limit of what a guest can make the kernel keep. */
    private static final int ROUTES_MAX = 16384;

    private final ArrayList<Route> routes = new ArrayList<>();
    private final Changes news;

    RouteTable(Changes news) {
        this.news = news;
    }

    /** All in the order of their destinations. */
    Route[] all() {
        Route[] all = routes.toArray(new Route[0]);
        Arrays.sort(all, RouteTable::order);
        return all;
    }

    private static int order(Route a, Route b) {
        int r = Integer.compare(a.family(), b.family());
        r = r != 0 ? r : Integer.compare(a.table(), b.table());
        r = r != 0 ? r : Arrays.compareUnsigned(a.dst(), b.dst());
        r = r != 0 ? r : Integer.compare(a.bits(), b.bits());
        return r != 0 ? r : Integer.compareUnsigned(a.priority(), b.priority());
    }

    /** The route that an address takes; see {@link Interfaces#lookup}. */
    @Nullable
    Route lookup(byte[] address, @Nullable Link through) {
        Route best = null;
        for (Route r : routes) {
            boolean local = r.table() == Rtnl.RT_TABLE_LOCAL;
            if (!r.leads(address)
                    || (through != null && r.link() != through.index && !local)
                    || (!local && r.table() != Rtnl.RT_TABLE_MAIN && r.table() != Rtnl.RT_TABLE_DEFAULT)) {
                continue;
            }
            if (best == null || better(r, best)) {
                best = r;
            }
        }
        return best;
    }

    private static boolean better(Route a, Route b) {
        if (a.table() != b.table()) {
            return a.table() > b.table(); // local 255, main 254, default 253
        }
        return a.bits() != b.bits() ? a.bits() > b.bits() : Integer.compareUnsigned(a.priority(), b.priority()) < 0;
    }

    /** Adds or takes away a route that follows from an address. */
    void change(Route r, boolean gone) {
        for (int i = 0; i < routes.size(); i++) {
            Route o = routes.get(i);
            if (o.sameKey(r) && o.link() == r.link() && o.type() == r.type()) {
                if (gone) {
                    routes.remove(i);
                    news.route(o, true);
                }
                return;
            }
        }
        if (!gone && routes.size() < ROUTES_MAX) {
            routes.add(r);
            news.route(r, false);
        }
    }

    /** An interface goes down: its routes go. */
    void removeAll(Link l) {
        for (Route r : all()) {
            if (r.link() == l.index) {
                routes.remove(r);
                news.route(r, true);
            }
        }
    }

    int add(Route r, boolean create, boolean exclusive, boolean replace) {
        for (int i = 0; i < routes.size(); i++) {
            if (routes.get(i).sameKey(r)) {
                if (exclusive || !replace) {
                    return -EEXIST;
                }
                routes.set(i, r);
                news.route(r, false);
                return 0;
            }
        }
        if (!create) {
            return -ENOENT;
        }
        if (routes.size() >= ROUTES_MAX) {
            return -ENOBUFS;
        }
        routes.add(r);
        news.route(r, false);
        return 0;
    }

    int remove(Route like) {
        for (int i = 0; i < routes.size(); i++) {
            Route r = routes.get(i);
            if (r.family() == like.family()
                    && r.bits() == like.bits()
                    && r.table() == like.table()
                    && Arrays.equals(r.dst(), like.dst())
                    && (like.priority() == 0 || like.priority() == r.priority())
                    && (like.link() == 0 || like.link() == r.link())
                    && (like.type() == 0 || like.type() == r.type())
                    && (like.gateway() == null || Arrays.equals(like.gateway(), r.gateway()))) {
                routes.remove(i);
                news.route(r, true);
                return 0;
            }
        }
        return -ESRCH;
    }
}
