// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.network;

import io.sandjar.abi.Errno;
import io.sandjar.host.Sys;
import io.sandjar.host.WaitingSockets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One host port that is served by this process: connections and datagrams are passed on to the pod. For hosts without
 * nf_tables, and for pods that have a loopback only (their side of it is reached by a socket of their namespace).
 *
 * <p>It knows no more of the client than that: the pod sees the bridge or its own loopback as the other side.
 */
final class PortProxy implements AutoCloseable {
    private static final int MAX_CONNECTIONS = 512;
    private static final int MAX_CLIENTS = 256;
    private static final long CONNECT_MILLIS = 5_000;
    private static final long IDLE_MILLIS = 60_000;
    private static final int BUFFER = 32768;
    private static final int EAGAIN = 11;

    private final HostPort.Mapping mapping;
    private final @Nullable String netns;
    private final int listener;
    private final Set<Integer> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private PortProxy(HostPort.Mapping mapping, @Nullable String netns, int listener) {
        this.mapping = mapping;
        this.netns = netns;
        this.listener = listener;
    }

    /**
     * Listens.
     *
     * @param netns the pod's namespace; null: its address is reached from here
     */
    static PortProxy start(HostPort.Mapping mapping, @Nullable String netns) throws NetworkException {
        boolean tcp = mapping.protocol() == HostPort.Protocol.TCP;
        int type = tcp ? WaitingSockets.STREAM : WaitingSockets.DATAGRAM;
        int fd = WaitingSockets.socket(null, type);
        int r = fd < 0 ? fd : WaitingSockets.listen(fd, mapping.hostIp(), mapping.hostPort(), type);
        if (r < 0) {
            if (fd >= 0) {
                Sys.close(fd);
            }
            throw new NetworkException("hostPort " + mapping.where() + " cannot be opened: " + Errno.name(-r));
        }
        PortProxy p = new PortProxy(mapping, netns, fd);
        p.thread(tcp ? p::acceptAll : p::receiveAll);
        return p;
    }

    HostPort.Mapping mapping() {
        return mapping;
    }

    private void thread(Runnable work) {
        Thread.ofPlatform().daemon().name("hostport-" + mapping.hostPort()).start(work);
    }

    private int connect(int type) {
        int fd = WaitingSockets.socket(netns, type);
        if (fd < 0) {
            return fd;
        }
        WaitingSockets.timeouts(fd, 0, CONNECT_MILLIS);
        long to = mapping.podIp() == 0 ? 127L << 24 | 1 : mapping.podIp();
        int r = WaitingSockets.connect(fd, to, mapping.containerPort());
        if (r < 0) {
            Sys.close(fd);
            return r;
        }
        WaitingSockets.timeouts(fd, 0, 0);
        return fd;
    }

    private void acceptAll() {
        while (!closed) {
            int client = WaitingSockets.accept(listener);
            if (client < 0) {
                if (!closed && client != -EAGAIN) {
                    pause(); // out of descriptors, for example
                }
                continue;
            }
            if (open.size() >= 2 * MAX_CONNECTIONS) {
                Sys.close(client);
                continue;
            }
            open.add(client);
            thread(() -> serve(client));
        }
        Sys.close(listener);
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(int client) {
        int pod = connect(WaitingSockets.STREAM);
        if (pod >= 0) {
            open.add(pod);
            if (closed) {
                WaitingSockets.shutdown(pod, 2);
            }
            Thread back = Thread.ofPlatform().daemon().name("hostport-back").start(() -> pass(pod, client));
            pass(client, pod);
            boolean interrupted = false;
            while (true) {
                try {
                    back.join();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            close(pod);
        }
        close(client);
    }

    private void close(int fd) {
        synchronized (open) { // so that nobody shuts down a number that means something else by now
            open.remove(fd);
            Sys.close(fd);
        }
    }

    private static void pass(int from, int to) {
        byte[] data = new byte[BUFFER];
        int n = WaitingSockets.receive(from, data);
        while (n > 0 && WaitingSockets.sendAll(to, data, n) == 0) {
            n = WaitingSockets.receive(from, data);
        }
        WaitingSockets.shutdown(to, 1);
        if (n != 0) {
            WaitingSockets.shutdown(from, 0); // an error: the sender shall notice
        }
    }

    private record Client(long address, int port) {}

    private void receiveAll() {
        Map<Client, Integer> clients = new HashMap<>();
        byte[] data = new byte[65536];
        long[] from = new long[2];
        WaitingSockets.timeouts(listener, 1000, 1000);
        while (!closed) {
            int n = WaitingSockets.receiveFrom(listener, data, from);
            if (n < 0) {
                if (n != -EAGAIN) {
                    pause();
                }
                continue;
            }
            Client c = new Client(from[0], (int) from[1]);
            synchronized (clients) {
                Integer fd = clients.get(c);
                if (fd == null && clients.size() < MAX_CLIENTS) {
                    int made = connect(WaitingSockets.DATAGRAM);
                    if (made >= 0) {
                        fd = made;
                        clients.put(c, made);
                        thread(() -> answer(clients, c, made));
                    }
                }
                if (fd != null) {
                    WaitingSockets.sendAll(fd, data, n);
                }
            }
        }
        Sys.close(listener);
    }

    /** Passes the pod's datagrams to one client until there were none for a while. */
    private void answer(Map<Client, Integer> clients, Client c, int fd) {
        byte[] data = new byte[65536];
        WaitingSockets.timeouts(fd, 1000, 1000);
        long last = System.nanoTime();
        while (!closed && System.nanoTime() - last < IDLE_MILLIS * 1_000_000) {
            int n = WaitingSockets.receive(fd, data);
            if (n >= 0) {
                last = System.nanoTime();
                WaitingSockets.sendTo(listener, data, n, c.address(), c.port());
            } else if (n != -EAGAIN) {
                break; // refused: the next datagram of the client makes a new try
            }
        }
        synchronized (clients) {
            clients.remove(c);
            Sys.close(fd);
        }
    }

    /** Stops listening and ends all connections. The descriptors are closed by the threads that use them. */
    @Override
    public void close() {
        closed = true;
        WaitingSockets.shutdown(listener, 2);
        synchronized (open) {
            for (int fd : open) {
                WaitingSockets.shutdown(fd, 2);
            }
        }
    }
}
