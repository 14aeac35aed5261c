// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import io.sandjar.kernel.base.OrderedLock;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.net.Socket;
import java.lang.ref.WeakReference;
import java.util.ArrayList;

/** All networks of a kernel: after interfaces, addresses or routes have changed, each connection is told whether its way is open. */
public final class Ways {
    private final ArrayList<WeakReference<NetStack>> networks = new ArrayList<>(1);
    private final OrderedLock lock;

    /** @param lock that of all networks */
    public Ways(OrderedLock lock) {
        this.lock = lock;
    }

    public synchronized void add(NetStack n) {
        networks.removeIf(w -> w.get() == null);
        networks.add(new WeakReference<>(n));
    }

    private synchronized ArrayList<WeakReference<NetStack>> networks() {
        return new ArrayList<>(networks);
    }

    /** Something has changed. Called without locks. */
    public void changed() {
        for (WeakReference<NetStack> w : networks()) {
            NetStack n = w.get();
            if (n == null) {
                continue;
            }
            for (Socket s : n.open()) {
                if (s instanceof TcpSocket t && t.isConnected()) {
                    lock.lock();
                    try {
                        t.checkWay();
                    } finally {
                        lock.unlock();
                    }
                }
            }
        }
    }
}
