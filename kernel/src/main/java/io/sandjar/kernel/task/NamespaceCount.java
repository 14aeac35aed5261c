// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.task;

import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.Namespace;
import io.sandjar.kernel.vfs.UserNamespace;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The namespaces that guests have made and that something still refers to, so that they cannot fill the kernel's heap with
 * them, and the limits of their number in /proc/sys/user (namespaces(7)). Nobody counts references: that one is gone is known
 * from the collector, and where a limit is reached from a look at all processes and at what files keep.
 */
public final class NamespaceCount {
    /** Namespaces that a sandbox may have at a time. */
    private static final int MAX_ALIVE = 8192;

    private static final int UNLIMITED = Integer.MAX_VALUE;

    private final Kernel kernel;
    private final ArrayList<Made> alive = new ArrayList<>();
    private final WeakHashMap<UserNamespace, int[]> limits = new WeakHashMap<>();
    private int purgeAt = 64;

    NamespaceCount(Kernel kernel) {
        this.kernel = kernel;
    }

    /** A namespace and who made it. */
    private static final class Made {
        final WeakReference<Namespace> what;
        final Namespace.Kind kind;
        final int uid;

        /** Nobody was in it when somebody looked: it counts for no limit. */
        boolean left;

        Made(Namespace n, int uid) {
            this.what = new WeakReference<>(n);
            this.kind = n.kind();
            this.uid = uid;
        }
    }

    /** How many of a kind each user may have made in {@code ns} and below. */
    public synchronized int limit(UserNamespace ns, Namespace.Kind kind) {
        int[] own = limits.get(ns);
        int usual = ns == UserNamespace.FIRST ? MAX_ALIVE : UNLIMITED;
        return own == null || own[kind.ordinal()] < 0 ? usual : own[kind.ordinal()];
    }

    /** Sets {@link #limit}: for those that are made from now on. */
    public synchronized void setLimit(UserNamespace ns, Namespace.Kind kind, int max) {
        int[] own = limits.get(ns);
        if (own == null) {
            own = new int[Namespace.Kind.values().length];
            java.util.Arrays.fill(own, -1);
            limits.put(ns, own);
        }
        own[kind.ordinal()] = max;
    }

    /** Adds one that {@code maker} makes. @return false when there are too many */
    boolean add(Namespace n, Creds maker) {
        int uid = maker.euid();
        return (within(n, uid) || (look() && within(n, uid))) && keep(n, uid);
    }

    /** The user namespace in which it counts for its maker. */
    private static @Nullable UserNamespace home(Namespace n) {
        return n instanceof UserNamespace u ? u.parent() : n.owner();
    }

    /** Whether no limit is reached, from that of the maker's user namespace up to that of the first. */
    private synchronized boolean within(Namespace n, int uid) {
        int who = uid;
        for (UserNamespace at = home(n); at != null; at = at.parent()) {
            int max = limit(at, n.kind());
            if (max != UNLIMITED && (max == 0 || made(n.kind(), at, who) >= max)) {
                return false;
            }
            who = at.ownerUid();
        }
        return true;
    }

    /** How many of a kind count for a user in a user namespace. */
    private int made(Namespace.Kind kind, UserNamespace in, int uid) {
        int found = 0;
        for (Made m : alive) {
            Namespace n = m.kind == kind && !m.left ? m.what.get() : null;
            if (n != null) {
                int who = m.uid;
                UserNamespace at = home(n);
                while (at != null && at != in) {
                    who = at.ownerUid();
                    at = at.parent();
                }
                found += at == in && who == uid ? 1 : 0;
            }
        }
        return found;
    }

    /** Finds out which ones nobody is in and no file keeps. */
    private boolean look() {
        Set<Namespace> used = Collections.newSetFromMap(new IdentityHashMap<>());
        kernel.taskLock().lock();
        try {
            for (ThreadGroup g : kernel.containers().allGroups()) {
                use(used, g.pids());
                for (Task t : g.tasks) {
                    if (!t.dead) {
                        use(used, t.ns);
                        use(used, t.creds.userNs());
                    }
                }
            }
        } finally {
            kernel.taskLock().unlock();
        }
        synchronized (this) {
            for (Made m : alive) {
                Namespace n = m.what.get();
                if (n != null && n.kept()) {
                    use(used, n);
                }
            }
            for (Made m : alive) {
                m.left = !used.contains(m.what.get());
            }
        }
        return true;
    }

    private static void use(Set<Namespace> used, Namespaces set) {
        use(used, set.mountsIfAny());
        use(used, set.uts);
        use(used, set.ipc);
        use(used, set.net);
        use(used, set.cgroup);
        use(used, set.pidsOfChildren);
    }

    /** It, those around it and their owners. */
    private static void use(Set<Namespace> used, @Nullable Namespace n) {
        for (Namespace at = n; at != null && used.add(at); at = at.parent()) {
            if (at.owner() != at) {
                use(used, at.owner());
            }
        }
    }

    private synchronized boolean keep(Namespace n, int uid) {
        if (alive.size() >= Math.min(purgeAt, MAX_ALIVE)) {
            purge();
            if (alive.size() >= MAX_ALIVE) {
                System.gc(); // they may be gone for long, in old generations
                purge();
            }
            purgeAt = Math.max(64, alive.size() * 2);
        }
        if (alive.size() >= MAX_ALIVE) {
            return false;
        }
        alive.add(new Made(n, uid));
        return true;
    }

    private void purge() {
        alive.removeIf(NamespaceCount::gone);
    }

    private static boolean gone(Made m) {
        return m.what.get() == null;
    }
}
