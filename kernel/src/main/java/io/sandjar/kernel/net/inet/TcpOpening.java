// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Net;
import io.sandjar.kernel.net.NetStack;

/** How connections come to be: a client finds its listener, which gets the other end. */
final class TcpOpening {
    private static final byte[] NOTHING = {};

    private TcpOpening() {}

    /** Starts: 0, -errno, or -EAGAIN to wait for the outcome. */
    static int begin(TcpSocket s, byte[] addr, int len, boolean nonblock) {
        int[] err = new int[1];
        NetStack net = s.net();
        net.lock().lock();
        try {
            if (s.state == Net.TCP_SYN_SENT) {
                return nonblock ? -EALREADY : -EAGAIN;
            }
            if (s.connecting) {
                return outcome(s);
            }
            if (s.state != Net.TCP_CLOSE) {
                return -EISCONN;
            }
            InetAddr to = InetAddr.decode(s.family(), addr, len, err);
            if (to == null) {
                return err[0];
            }
            to = to.asDestination();
            boolean never = to.isV4() && s.family() == Net.AF_INET6 && s.v6only();
            Place place = s.place(to);
            NetStack there = place.found();
            Refusal no = place.refusal(hops(s, to.isV4()), to.isV4());
            if (never || there == null || no != null) {
                int e = never ? -ENETUNREACH : place.error();
                return e < 0 ? e : no == null ? -EHOSTUNREACH : -no.errno();
            }
            int r = s.takeToward(to, place.source());
            if (r < 0) {
                return r == -EADDRINUSE ? -EADDRNOTAVAIL : r;
            }
            s.remote = to;
            s.forgetError();
            InetSocket found = there.tcpPorts().receiver(s.local, to, place.in(), NOTHING);
            if (there != net && Place.of(there, s.local, 0).found() != net) {
                return -EHOSTUNREACH; // nothing would come back
            }
            Segments.opening(s);
            TcpBacklog backlog = found instanceof TcpSocket listener ? listener.backlog : null;
            if (backlog == null) {
                Segments.refused(s, there);
                return refused(s, nonblock);
            }
            s.state = Net.TCP_SYN_SENT;
            if (backlog.isFull()) {
                backlog.addOutside(s);
                s.connecting = true;
                return nonblock ? -EINPROGRESS : -EAGAIN;
            }
            establish(s, backlog);
            s.connecting = nonblock;
            return nonblock ? -EINPROGRESS : 0;
        } finally {
            net.lock().unlock();
        }
    }

    private static int hops(TcpSocket s, boolean four) {
        return four
                ? s.inet.get(Net.SOL_IP, Net.IP_TTL, Ip.TTL)
                : s.inet.get(Net.SOL_IPV6, Net.IPV6_UNICAST_HOPS, Ip.TTL);
    }

    private static int refused(TcpSocket s, boolean nonblock) {
        if (!nonblock) {
            s.remote = null;
            s.state = Net.TCP_CLOSE;
            return -ECONNREFUSED;
        }
        s.connecting = true;
        s.failed(ECONNREFUSED);
        return -EINPROGRESS;
    }

    /** What the guest gets to know of a connect that has ended. */
    static int outcome(TcpSocket s) {
        s.net().lock().lock();
        try {
            s.connecting = false;
            if (s.state == Net.TCP_ESTABLISHED) {
                return 0;
            }
            int e = s.takeError();
            return e != 0 ? -e : -ECONNABORTED;
        } finally {
            s.net().lock().unlock();
        }
    }

    /** Makes the server's side of a connection and puts it into the listener's queue. With the network's lock held. */
    static void establish(TcpSocket client, TcpBacklog backlog) {
        TcpSocket listener = backlog.listener;
        TcpSocket server = new TcpSocket(listener.net(), listener.ports, listener.family());
        InetAddr at = client.remote;
        server.local = at == null ? listener.local : at;
        server.remote = client.local;
        server.bound = true;
        server.options.inherit(listener.options);
        server.inet.inherit(listener.inet);
        server.ports.add(server);
        client.target = null;
        client.shut = 0;
        client.joined(server);
        server.joined(client);
        client.limits();
        server.limits();
        Segments.opened(client, server);
        backlog.add(server);
        listener.tellReadable();
        client.tellWritable();
    }
}
