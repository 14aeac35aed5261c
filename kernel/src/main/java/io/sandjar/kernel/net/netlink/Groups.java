// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.netlink;

import io.sandjar.abi.Net;
import io.sandjar.abi.Rtnl;
import io.sandjar.kernel.net.Changes;
import io.sandjar.kernel.net.Link;
import io.sandjar.kernel.net.Route;
import java.util.concurrent.CopyOnWriteArrayList;

/** Who listens to which multicast groups of rtnetlink, and the notices that go to them. */
public final class Groups implements Changes.Watcher {
    private final CopyOnWriteArrayList<NetlinkSocket> sockets = new CopyOnWriteArrayList<>();

    void add(NetlinkSocket s) {
        sockets.addIfAbsent(s);
    }

    void remove(NetlinkSocket s) {
        sockets.remove(s);
    }

    private boolean wanted(int group) {
        for (NetlinkSocket s : sockets) {
            if (s.memberOf(group)) {
                return true;
            }
        }
        return false;
    }

    private void send(int group, NlWriter message) {
        byte[] m = message.take();
        for (NetlinkSocket s : sockets) {
            if (s.memberOf(group)) {
                s.notice(group, m);
            }
        }
    }

    @Override
    public void link(Link link, boolean gone) {
        if (wanted(Rtnl.RTNLGRP_LINK)) {
            NlWriter w = new NlWriter();
            RouteMessages.link(w, link, gone ? Net.RTM_DELLINK : Net.RTM_NEWLINK, 0, 0, 0);
            send(Rtnl.RTNLGRP_LINK, w);
        }
    }

    @Override
    public void address(Link link, Link.Address a, boolean gone) {
        int group = a.family() == Net.AF_INET ? Rtnl.RTNLGRP_IPV4_IFADDR : Rtnl.RTNLGRP_IPV6_IFADDR;
        if (wanted(group)) {
            NlWriter w = new NlWriter();
            RouteMessages.address(w, link, a, gone ? Net.RTM_DELADDR : Net.RTM_NEWADDR, 0, 0, 0);
            send(group, w);
        }
    }

    @Override
    public void route(Route r, boolean gone) {
        int group = r.family() == Net.AF_INET ? Rtnl.RTNLGRP_IPV4_ROUTE : Rtnl.RTNLGRP_IPV6_ROUTE;
        if (wanted(group)) {
            NlWriter w = new NlWriter();
            RouteMessages.route(w, r, gone ? Net.RTM_DELROUTE : Net.RTM_NEWROUTE, 0, 0, 0);
            send(group, w);
        }
    }
}
