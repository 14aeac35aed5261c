// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import static io.sandjar.abi.Errno.ECONNREFUSED;

import io.sandjar.abi.Net;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.net.SocketInfo;
import java.util.ArrayDeque;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** The connections of a listener that nobody has accepted yet, and the clients that found no room. Guarded by the network's lock. */
final class TcpBacklog {
    final TcpSocket listener;
    private final ArrayDeque<TcpSocket> waiting = new ArrayDeque<>(1);
    private final ArrayDeque<TcpSocket> outside = new ArrayDeque<>(1);
    private volatile int max;
    private volatile int count;

    TcpBacklog(TcpSocket listener, int max) {
        this.listener = listener;
        this.max = max;
    }

    /** How many may wait. */
    int max() {
        return max;
    }

    /** How many wait. */
    int count() {
        return count;
    }

    void setMax(int connections) {
        max = connections;
        admit();
    }

    boolean isFull() {
        return waiting.size() > max;
    }

    void add(TcpSocket server) {
        server.waiting = true;
        waiting.addLast(server);
        count = waiting.size();
    }

    /** A client that has to wait outside. */
    void addOutside(TcpSocket client) {
        client.target = listener;
        outside.addLast(client);
    }

    /** The first that waits; null for nobody. */
    @Nullable
    TcpSocket take() {
        TcpSocket s = waiting.pollFirst();
        if (s != null) {
            s.waiting = false;
            count = waiting.size();
            admit();
        }
        return s;
    }

    /** Those that wait, but for connections that are over. */
    void list(ArrayList<SocketInfo> into) {
        for (TcpSocket s : waiting) {
            SocketInfo i = s.info();
            if (i != null) {
                into.add(i);
            }
        }
    }

    /** Lets clients in that found no room before. */
    private void admit() {
        while (!isFull()) {
            TcpSocket client = outside.pollFirst();
            if (client == null) {
                return;
            }
            if (client.state == Net.TCP_SYN_SENT && client.target == listener) {
                TcpOpening.establish(client, this);
            }
        }
    }

    /** Turns everybody away. */
    void refuseAll(NetStack net) {
        TcpSocket[] never = waiting.toArray(new TcpSocket[0]);
        TcpSocket[] refusedOnes = outside.toArray(new TcpSocket[0]);
        waiting.clear();
        count = 0;
        outside.clear();
        for (TcpSocket s : never) {
            s.neverAccepted(net);
        }
        for (TcpSocket s : refusedOnes) {
            if (s.state == Net.TCP_SYN_SENT && s.target == listener) {
                s.failed(ECONNREFUSED);
            }
        }
    }
}
