// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.net;

import io.sandjar.kernel.vfs.FileDescription;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Descriptors on their way over unix sockets (SCM_RIGHTS), and the collector of those that nobody can receive any more.
 *
 * <p>A socket may lie in its own queue, or two in each other's; when the last descriptor outside goes, nothing but
 * their queues refers to them. As in Linux, sockets in flight whose references all come from queues are candidates; a
 * candidate that some queue outside the candidates holds is alive, and so is what its queue holds; the queues of the
 * rest are emptied.
 */
public final class Rights {
    private static final int MAX_FILES = 16384;

    /** References that come from queues, for each unix socket in flight. Guarded by itself. */
    private final IdentityHashMap<SocketFile, int[]> inFlight = new IdentityHashMap<>();

    private volatile int total;

    /** All descriptors in flight. */
    private final AtomicInteger files = new AtomicInteger();

    /** Counts what happens to sockets in flight: a collection during which it moves is void. */
    private final AtomicLong changes = new AtomicLong();

    /** A collection is to come, or goes on. */
    private final AtomicBoolean scheduled = new AtomicBoolean();

    /** Something was closed after the collection began. */
    private volatile boolean again;

    private final ConcurrentLinkedQueue<FileDescription> dying = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean releasing = new AtomicBoolean();

    /** To be called before control data is put into a queue. */
    public void sending(@Nullable Ancillary a) {
        if (a != null && a.hasFiles()) {
            count(a.files(), 1);
        }
    }

    /** The queue did not take it: the files are the sender's again. */
    public void notSent(@Nullable Ancillary a) {
        if (a != null && a.hasFiles()) {
            count(a.files(), -1);
        }
    }

    /** Files were taken from a queue. */
    public void received(FileDescription[] files, boolean peek) {
        if (!peek) {
            count(files, -1);
        } else {
            changes.incrementAndGet();
        }
    }

    /** Whether so many are on their way that more are refused (ETOOMANYREFS). */
    public boolean tooMany(int more) {
        return files.get() + more > MAX_FILES;
    }

    private void count(FileDescription[] files, int by) {
        this.files.addAndGet(by * files.length);
        for (FileDescription d : files) {
            if (!(d instanceof SocketFile s) || s.socket().family() != 1) {
                continue;
            }
            synchronized (inFlight) {
                changes.incrementAndGet();
                int[] n = inFlight.get(s);
                if (n == null) {
                    n = new int[1];
                    inFlight.put(s, n);
                }
                n[0] += by;
                if (n[0] == 0) {
                    inFlight.remove(s);
                }
                total = inFlight.size();
            }
        }
    }

    /** Control data of a queue that died. */
    public void dropped(Ancillary a) {
        if (a.hasFiles()) {
            FileDescription[] files = a.takeFiles();
            count(files, -1);
            for (FileDescription d : files) {
                release(d);
            }
        }
    }

    /**
     * Lets a description go. Not recursive: a socket whose queue holds a socket whose queue holds a socket, and so on,
     * must not exhaust the stack.
     */
    public void release(FileDescription d) {
        dying.add(d);
        while (!dying.isEmpty() && releasing.compareAndSet(false, true)) {
            try {
                FileDescription x;
                while ((x = dying.poll()) != null) {
                    x.release();
                }
            } finally {
                releasing.set(false);
            }
        }
    }

    /** A descriptor of a socket was closed, which may have cut off a cycle. */
    public void descriptorClosed() {
        if (total > 0) {
            again = true;
            if (scheduled.compareAndSet(false, true)) {
                Thread.ofVirtual().name("rights").start(this::collectSoon);
            }
        }
    }

    /** In one thread at a time: those who close much must not make many that wait for each other. */
    private void collectSoon() {
        do {
            try {
                for (int attempt = 0; attempt < 50; attempt++) {
                    Thread.sleep(10);
                    again = false;
                    if (collect()) {
                        break;
                    }
                }
            } catch (InterruptedException e) {
                again = false;
            } finally {
                scheduled.set(false);
            }
        } while (again && scheduled.compareAndSet(false, true));
    }

    /** Sockets in flight, for tests. */
    public int count() {
        return total;
    }

    /** Empties the queues that nobody can reach; one look at a time. @return false when something moved meanwhile */
    public synchronized boolean collect() {
        long before = changes.get();
        IdentityHashMap<SocketFile, int[]> candidates = candidates();
        if (candidates.isEmpty()) {
            return true;
        }
        ArrayList<SocketFile> all = new ArrayList<>(candidates.keySet());
        for (SocketFile s : all) {
            s.socket().forEachAncillary(a -> {
                for (FileDescription d : a.files()) {
                    int[] n = d instanceof SocketFile f ? candidates.get(f) : null;
                    if (n != null) {
                        n[0]--;
                    }
                }
            });
        }
        ArrayDeque<SocketFile> alive = new ArrayDeque<>();
        for (SocketFile s : all) {
            int[] n = candidates.get(s);
            if (n != null && n[0] > 0) {
                alive.add(s);
            }
        }
        revive(candidates, alive);
        if (candidates.isEmpty()) {
            return true;
        }
        if (changes.get() != before) {
            return false;
        }
        ArrayList<SocketFile> ours = new ArrayList<>(candidates.size());
        for (SocketFile s : candidates.keySet()) {
            if (s.tryAcquire()) { // emptying one queue must not end another before its turn
                ours.add(s);
            }
        }
        for (SocketFile s : ours) {
            s.socket().dropAncillary();
        }
        for (SocketFile s : ours) {
            release(s);
        }
        return true;
    }

    private IdentityHashMap<SocketFile, int[]> candidates() {
        IdentityHashMap<SocketFile, int[]> found = new IdentityHashMap<>();
        synchronized (inFlight) {
            for (Map.Entry<SocketFile, int[]> e : inFlight.entrySet()) {
                if (e.getKey().references() == e.getValue()[0]) {
                    found.put(e.getKey(), new int[] {e.getValue()[0]});
                }
            }
        }
        return found;
    }

    private static void revive(IdentityHashMap<SocketFile, int[]> candidates, ArrayDeque<SocketFile> alive) {
        SocketFile s;
        while ((s = alive.poll()) != null) {
            if (candidates.remove(s) == null) {
                continue;
            }
            s.socket().forEachAncillary(a -> {
                for (FileDescription d : a.files()) {
                    if (d instanceof SocketFile f && candidates.containsKey(f)) {
                        alive.add(f);
                    }
                }
            });
        }
    }
}
