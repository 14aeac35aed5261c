// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net.inet;

import io.sandjar.kernel.net.NetSettings;
import io.sandjar.kernel.net.PacketFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Who has which port of one protocol. Guarded by the lock of the network. */
public final class Ports {
    private final HashMap<Integer, LinkedHashSet<InetSocket>> bound = new HashMap<>();
    private final HashMap<Integer, ArrayList<InetSocket>> receivers = new HashMap<>();
    private final NetSettings settings;
    private int next;

    /** @param settings the range of ports that are given to who wants any */
    public Ports(NetSettings settings) {
        this.settings = settings;
        next = settings.firstPort() + ThreadLocalRandom.current().nextInt(settings.lastPort() - settings.firstPort());
    }

    /** Whether {@code s} may not have {@code want}, because of who has it already. */
    boolean conflict(InetSocket s, InetAddr want) {
        LinkedHashSet<InetSocket> there = bound.get(want.port());
        if (there == null) {
            return false;
        }
        for (InetSocket o : there) {
            if (o == s || !overlap(s, want, o, o.local)) {
                continue;
            }
            int mine = s.options.deviceIndex();
            int other = o.options.deviceIndex();
            if (mine != 0 && other != 0 && mine != other) {
                continue;
            }
            if (s.options.reusePort && o.options.reusePort && s.uid() == o.uid()) {
                continue;
            }
            if (s.options.reuseAddr && o.options.reuseAddr && !o.listening()) {
                continue;
            }
            return true;
        }
        return false;
    }

    private static boolean overlap(InetSocket a, InetAddr x, InetSocket b, InetAddr y) {
        if (x.isV4() == y.isV4()) {
            return x.isAny() || y.isAny() || x.sameHost(y);
        }
        return x.isV4() ? y.isAny() && !b.v6only() : x.isAny() && !a.v6only();
    }

    /** A free port of the ephemeral range; 0 when there is none. */
    int ephemeral() {
        int first = settings.firstPort();
        int last = settings.lastPort();
        for (int i = first; i <= last; i++) {
            int p = next < first || next > last ? first : next;
            next = p + 1;
            if (!bound.containsKey(p)) {
                return p;
            }
        }
        return 0;
    }

    /** A port that nobody but connections to others than {@code remote} has, which connecting gave them; 0 for none. */
    int shared(InetAddr local, InetAddr remote) {
        int first = settings.firstPort();
        int last = settings.lastPort();
        for (int p = first; p <= last; p++) {
            LinkedHashSet<InetSocket> there = bound.get(p);
            boolean free = true;
            if (there != null) {
                for (InetSocket s : there) {
                    InetAddr r = s.remote;
                    boolean same = remote.equals(r) && s.local.sameHost(local);
                    free &= r != null && !same && !s.portChosen() && !s.listening();
                }
            }
            if (free) {
                return p;
            }
        }
        return 0;
    }

    void add(InetSocket s) {
        bound.computeIfAbsent(s.local.port(), p -> new LinkedHashSet<>(2)).add(s);
    }

    void remove(InetSocket s) {
        int p = s.local.port();
        LinkedHashSet<InetSocket> there = bound.get(p);
        if (there != null && there.remove(s) && there.isEmpty()) {
            bound.remove(p);
        }
    }

    /** {@code s} takes what comes to its port: a listener, or a bound datagram socket. */
    void addReceiver(InetSocket s) {
        ArrayList<InetSocket> r = receivers.computeIfAbsent(s.local.port(), p -> new ArrayList<>(1));
        if (!r.contains(s)) {
            r.add(s);
        }
    }

    void removeReceiver(InetSocket s) {
        ArrayList<InetSocket> r = receivers.get(s.local.port());
        if (r != null && r.remove(s) && r.isEmpty()) {
            receivers.remove(s.local.port());
        }
    }

    /**
     * Who takes what {@code from} sends to {@code to}: the most specific receiver. Equals (SO_REUSEPORT) share them by the sender, or as
     * a program of one of them says.
     *
     * @param data what is sent; nothing for a connection
     */
    @Nullable
    InetSocket receiver(InetAddr from, InetAddr to, int link, byte[] data) {
        ArrayList<InetSocket> all = receivers.get(to.port());
        if (all == null) {
            return null;
        }
        int best = 0;
        int equals = 0;
        InetSocket found = null;
        for (int i = 0; i < all.size(); i++) {
            InetSocket s = all.get(i);
            int score = s.score(from, to, link);
            if (score > best) {
                best = score;
                equals = 1;
                found = s;
            } else if (score == best && score > 0) {
                equals++;
            }
        }
        if (equals > 1) {
            ArrayList<InetSocket> group = new ArrayList<>(equals);
            for (int i = 0; i < all.size(); i++) {
                if (all.get(i).score(from, to, link) == best) {
                    group.add(all.get(i));
                }
            }
            return group.get(choose(group, from, data));
        }
        return found;
    }

    private static int choose(ArrayList<InetSocket> group, InetAddr from, byte[] data) {
        int n = group.size();
        for (int i = 0; i < n; i++) {
            PacketFilter program = group.get(i).options.chooser;
            if (program != null) {
                int index = program.run(data);
                if (index < n) {
                    return index;
                }
                break;
            }
        }
        return Math.floorMod(mix(from.hashCode()), n); // each client stays with one of them
    }

    private static int mix(int h) {
        int x = (h ^ h >>> 16) * 0x7feb352d;
        x = (x ^ x >>> 15) * 0x846ca68b;
        return x ^ x >>> 16;
    }

    /** Whether there is a connection between {@code to}, which is ours, and {@code from}. */
    boolean connected(InetAddr from, InetAddr to) {
        LinkedHashSet<InetSocket> there = bound.get(to.port());
        if (there != null) {
            for (InetSocket s : there) {
                if (from.equals(s.remote) && s.local.sameHost(to)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** All receivers of a port, for multicast and broadcast. */
    InetSocket[] receivers(int port) {
        ArrayList<InetSocket> all = receivers.get(port);
        return all == null ? new InetSocket[0] : all.toArray(new InetSocket[0]);
    }
}
