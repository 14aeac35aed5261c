// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.overlay;

import io.sandjar.kernel.base.OrderedLock;
import io.sandjar.kernel.fs.memfd.FileData;
import io.sandjar.kernel.fs.memfd.FileStore;
import io.sandjar.kernel.fs.memfd.PageQuota;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileSystem;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.Stat;
import java.lang.ref.SoftReference;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A tree of nodes in memory, each perhaps over an inode of a lower tree. tmpfs is the case without a lower tree, an
 * overlay the one with; so both behave alike.
 */
public abstract class NodeFs extends FileSystem {
    final FileStore store;
    PageQuota pages;
    private boolean metered;
    private final AtomicLong meta = new AtomicLong();
    /** What a file takes beside its contents, as a file system on a disk would have it. */
    private static final int NODE_BYTES = 512;

    private final long maxNodes;
    private final AtomicLong nodes = new AtomicLong();
    private final AtomicLong nextIno;

    /** Files of the lower tree with several names: identity to Node (changed) or SoftReference (not changed). */
    private final ConcurrentHashMap<Object, Object> linked = new ConcurrentHashMap<>();

    protected NodeFs(String type, FileStore store, long maxPages, long maxNodes, long firstIno) {
        super(type);
        this.store = store;
        this.pages = new PageQuota(maxPages);
        this.maxNodes = maxNodes;
        this.nextIno = new AtomicLong(firstIno);
    }

    /**
     * Makes several file systems share one limit, in which names, attributes and all else that takes memory counts, too:
     * the quota of a writable layer. Before they are used.
     */
    public final void meter(PageQuota shared) {
        pages = shared;
        metered = true;
    }

    final boolean isMetered() {
        return metered;
    }

    /** Counts bytes that are not contents, by pages: false when there is no more room. */
    private boolean chargeMeta(long bytes) {
        while (metered) {
            long old = meta.get();
            long now = Math.max(0, old + bytes);
            long more = (now + PageQuota.PAGE - 1) / PageQuota.PAGE - (old + PageQuota.PAGE - 1) / PageQuota.PAGE;
            if (more > 0 && !pages.takeAll(more)) {
                return false;
            }
            if (meta.compareAndSet(old, now)) {
                if (more < 0) {
                    pages.give(-more);
                }
                return true;
            }
            if (more > 0) {
                pages.give(more);
            }
        }
        return true;
    }

    long newIno() {
        return nextIno.getAndIncrement();
    }

    FileData newData(OrderedLock lock, Caller maker) {
        return new FileData(store, pages.meteredBy(metersMakers() ? maker.pageMeter() : null), lock);
    }

    /** Whether contents are their makers' memory, and not what would lie on a disk. */
    protected boolean metersMakers() {
        return false;
    }

    boolean chargeNode(int more) {
        if (nodes.incrementAndGet() > maxNodes || !store.chargeNode(more)) {
            nodes.decrementAndGet();
            return false;
        }
        if (!chargeMeta(NODE_BYTES + more)) {
            nodes.decrementAndGet();
            store.unchargeNode(more);
            return false;
        }
        return true;
    }

    /** The root is one of the files. */
    protected final void countRoot() {
        nodes.incrementAndGet();
    }

    void unchargeNode(int more) {
        nodes.decrementAndGet();
        store.unchargeNode(more);
        chargeMeta(-NODE_BYTES - more);
    }

    /** Memory of the kernel's own beside files: false when there is no more. */
    boolean chargeHeap(long bytes) {
        if (!store.chargeHeap(bytes)) {
            return false;
        }
        if (!chargeMeta(bytes)) {
            store.chargeHeap(-bytes);
            return false;
        }
        return true;
    }

    /** The inode number that a lower file shows. */
    long lowerIno(long dev, long ino) {
        return ino;
    }

    /** The node of a lower inode that was found as {@code name} in {@code dir}. */
    Node fromLower(DirNode dir, String name, Inode lower) {
        Stat s = new Stat();
        lower.stat(s);
        long ino = lowerIno(s.dev, s.ino);
        if (lower.isDir() || s.nlink < 2) {
            return newLower(dir, name, lower, ino);
        }
        Object id = lower.identity();
        while (true) {
            Object have = linked.get(id);
            Node n = node(have);
            if (n != null) {
                return n;
            }
            Node made = newLower(dir, name, lower, ino);
            Object before = have == null ? linked.putIfAbsent(id, made.self()) : null;
            if (have == null ? before == null : linked.replace(id, have, made.self())) {
                return made;
            }
        }
    }

    /** A node in a table: itself or behind a reference. */
    static @Nullable Node node(@Nullable Object entry) {
        return entry instanceof Node n ? n : entry instanceof SoftReference<?> r ? (Node) r.get() : null;
    }

    /** A changed file of the lower tree must not be forgotten. */
    void keep(Node n, Object identity) {
        linked.replace(identity, n.self(), n);
    }

    void forget(Node n, Object identity) {
        linked.remove(identity, n);
    }

    private Node newLower(DirNode dir, String name, Inode lower, long ino) {
        return switch (lower.mode() & 0170000) {
            case 0040000 -> new DirNode(this, lower, ino, dir, name);
            case 0100000 -> new FileNode(this, lower, ino, dir, name);
            case 0120000 -> new LinkNode(this, lower, ino, dir, name);
            default -> new SpecialNode(this, lower, ino, dir, name);
        };
    }

    @Override
    public void statfs(StatFs out) {
        out.type = 0x01021994;
        boolean limited = pages.limit() != Long.MAX_VALUE;
        out.blocks = limited ? pages.limit() : 1L << 24;
        out.bfree = Math.max(0, out.blocks - pages.used());
        out.bavail = out.bfree;
        out.files = maxNodes == Long.MAX_VALUE ? 1L << 22 : maxNodes;
        out.ffree = Math.max(0, out.files - nodes.get());
    }
}
