// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import static io.sandjar.abi.Errno.ECONNREFUSED;

import io.sandjar.abi.Net;
import io.sandjar.kernel.base.HeapRoom;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.net.SocketInfo;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import org.jspecify.annotations.Nullable;

/** The connections of a listener that nobody has accepted yet, and the clients that found no room. Guarded by the network's lock. */
final class TcpBacklog {
    /** What a connection takes that nobody has accepted, and whose other end may be closed. */
    private static final int CONNECTION_BYTES = 1600;

    private static final int FEW = 64;

    final TcpSocket listener;
    private final ArrayDeque<TcpSocket> waiting = new ArrayDeque<>(1);

    /** Each once, however often it has given up and come again. */
    private final LinkedHashSet<TcpSocket> outside = new LinkedHashSet<>(1);

    private volatile int max;
    private volatile int count;
    private int lookAt = FEW;

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

    /** One may always wait, so that those outside come in some time. */
    boolean isFull() {
        return waiting.size() > max || (!waiting.isEmpty() && !HeapRoom.OBJECTS.has(CONNECTION_BYTES));
    }

    void add(TcpSocket server) {
        server.waiting = true;
        waiting.addLast(server);
        HeapRoom.OBJECTS.count(CONNECTION_BYTES);
        count = waiting.size();
    }

    /** A client that has to wait outside. */
    void addOutside(TcpSocket client) {
        if (outside.size() >= lookAt) {
            Iterator<TcpSocket> i = outside.iterator();
            while (i.hasNext()) {
                if (!isOutside(i.next())) {
                    i.remove(); // it was closed
                }
            }
            lookAt = Math.max(FEW, 2 * outside.size());
        }
        client.target = listener;
        outside.addLast(client);
    }

    private boolean isOutside(TcpSocket client) {
        return client.state == Net.TCP_SYN_SENT && client.target == listener;
    }

    /** The first that waits; null for nobody. */
    @Nullable
    TcpSocket take() {
        TcpSocket s = waiting.pollFirst();
        if (s != null) {
            s.waiting = false;
            HeapRoom.OBJECTS.give(CONNECTION_BYTES);
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
        while (!outside.isEmpty() && !isFull()) {
            TcpSocket client = outside.removeFirst();
            if (isOutside(client)) {
                TcpOpening.establish(client, this);
            }
        }
    }

    /** Turns everybody away. */
    void refuseAll(NetStack net) {
        TcpSocket[] never = waiting.toArray(new TcpSocket[0]);
        TcpSocket[] refusedOnes = outside.toArray(new TcpSocket[0]);
        HeapRoom.OBJECTS.give((long) waiting.size() * CONNECTION_BYTES);
        waiting.clear();
        count = 0;
        outside.clear();
        for (TcpSocket s : never) {
            s.neverAccepted(net);
        }
        for (TcpSocket s : refusedOnes) {
            if (isOutside(s)) {
                s.failed(ECONNREFUSED);
            }
        }
    }
}
