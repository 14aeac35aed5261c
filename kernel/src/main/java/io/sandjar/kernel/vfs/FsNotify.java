// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.vfs;

import static io.sandjar.abi.Poll.*;

import java.util.Arrays;
import java.util.HashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Who watches the files of one file system (inotify(7)). System calls report what they have done through the static
 * methods, which cost one volatile read while nobody watches. To be called without locks.
 */
public final class FsNotify {
    private static final Watch[] NONE = new Watch[0];

    /** One watched inode of one inotify instance. */
    public interface Watch {
        /**
         * @param mask IN_* bits of what happened, with IN_ISDIR
         * @param cookie joins the halves of a rename
         * @param name the name in the watched directory; null for an event of the watched file itself
         */
        void event(int mask, int cookie, @Nullable String name);
    }

    /** By {@link Inode#identity}. */
    private final HashMap<Object, Watch[]> watches = new HashMap<>();

    private final AtomicInteger cookies = new AtomicInteger();
    private volatile int count;

    /** Watches an inode, which the caller keeps. */
    public void add(Inode inode, Watch w) {
        synchronized (watches) {
            Watch[] old = watches.getOrDefault(inode.identity(), NONE);
            Watch[] next = Arrays.copyOf(old, old.length + 1);
            next[old.length] = w;
            watches.put(inode.identity(), next);
            count++;
        }
    }

    public void remove(Inode inode, Watch w) {
        synchronized (watches) {
            Watch[] old = watches.get(inode.identity());
            for (int i = 0; old != null && i < old.length; i++) {
                if (old[i] == w) {
                    count--;
                    if (old.length == 1) {
                        watches.remove(inode.identity());
                        return;
                    }
                    Watch[] next = new Watch[old.length - 1];
                    System.arraycopy(old, 0, next, 0, i);
                    System.arraycopy(old, i + 1, next, i, old.length - 1 - i);
                    watches.put(inode.identity(), next);
                    return;
                }
            }
        }
    }

    private void tell(Inode inode, int mask, int cookie, @Nullable String name) {
        Watch[] all;
        synchronized (watches) {
            all = watches.getOrDefault(inode.identity(), NONE);
        }
        for (Watch w : all) {
            w.event(mask, cookie, name);
        }
    }

    /** Something happened to a file: the watchers of the file and of its directory hear of it. */
    public static void event(@Nullable Path path, int mask) {
        if (path == null) {
            return;
        }
        Dentry d = path.dentry();
        Inode inode = d.inode();
        FsNotify n = inode.fs.notify;
        if (n.count == 0) {
            return;
        }
        int bits = inode.isDir() ? mask | IN_ISDIR : mask;
        n.tell(inode, bits, 0, null);
        Dentry parent = d.parent();
        if (parent != null && !d.gone()) {
            n.tell(parent.inode(), bits, 0, d.name());
        }
    }

    /** Something happened to a file of which only the inode is known. */
    public static void event(Inode inode, int mask) {
        FsNotify n = inode.fs.notify;
        if (n.count != 0) {
            n.tell(inode, inode.isDir() ? mask | IN_ISDIR : mask, 0, null);
        }
    }

    /** A name was made: IN_CREATE. */
    public static void created(Inode dir, String name, boolean isDir) {
        FsNotify n = dir.fs.notify;
        if (n.count != 0) {
            n.tell(dir, isDir ? IN_CREATE | IN_ISDIR : IN_CREATE, 0, name);
        }
    }

    /** A name was removed; with the last one of an inode its own watches end. */
    public static void deleted(Inode dir, String name, Inode inode) {
        FsNotify n = dir.fs.notify;
        if (n.count == 0) {
            return;
        }
        boolean isDir = inode.isDir();
        gone(n, inode);
        n.tell(dir, isDir ? IN_DELETE | IN_ISDIR : IN_DELETE, 0, name);
    }

    /** A rename took a name away from this inode. */
    static void replaced(Inode inode) {
        FsNotify n = inode.fs.notify;
        if (n.count != 0) {
            gone(n, inode);
        }
    }

    private static void gone(FsNotify n, Inode inode) {
        boolean isDir = inode.isDir();
        if (!isDir) {
            n.tell(inode, IN_ATTRIB, 0, null);
        }
        Stat st = new Stat();
        if (isDir || inode.stat(st) < 0 || st.nlink == 0) {
            n.tell(inode, IN_DELETE_SELF, 0, null);
        }
    }

    /** A name was moved. */
    public static void moved(Inode oldDir, String oldName, Inode newDir, String newName, Inode inode) {
        FsNotify n = oldDir.fs.notify;
        if (n.count == 0) {
            return;
        }
        int cookie = n.cookies.incrementAndGet();
        int dir = inode.isDir() ? IN_ISDIR : 0;
        n.tell(oldDir, IN_MOVED_FROM | dir, cookie, oldName);
        n.tell(newDir, IN_MOVED_TO | dir, cookie, newName);
        n.tell(inode, IN_MOVE_SELF, 0, null);
    }
}
