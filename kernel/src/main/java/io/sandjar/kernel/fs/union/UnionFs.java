// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.union;

import static io.sandjar.abi.Errno.*;
import static io.sandjar.abi.O.*;

import io.sandjar.kernel.base.OrderedLock;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.InoSpaces;
import io.sandjar.kernel.fs.TreeRemoval;
import io.sandjar.kernel.vfs.Anonymous;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.Creds;
import io.sandjar.kernel.vfs.Dentry;
import io.sandjar.kernel.vfs.FileSystem;
import io.sandjar.kernel.vfs.Inode;
import io.sandjar.kernel.vfs.KernelCaller;
import io.sandjar.kernel.vfs.Permissions;
import io.sandjar.kernel.vfs.Stat;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Directories of the guest shown as one (overlay of mount(2), Linux's Documentation/filesystems/overlayfs). What is there
 * is asked of the layers each time, and all changes are made in the uppermost one, whose form is Linux's: device nodes
 * 0:0 are names that are gone, an attribute says that nothing of the layers below is to be seen in a directory. So other
 * programs can read, move and mount it again. (The container's own root is {@link io.sandjar.kernel.fs.overlay.OverlayFs},
 * whose changes are nothing but memory.)
 */
public final class UnionFs extends FileSystem {
    /** Overlays on overlays, as Linux allows them. */
    private static final int MAX_DEPTH = 2;

    private static final int OVERLAYFS_MAGIC = 0x794c7630;

    final KernelCaller kernel;
    final Creds mounter;
    private final int forced;
    private final @Nullable Inode upper;
    private final Inode[] layers;
    private final @Nullable Inode work;
    private final String options;
    private final int depth;
    private final InoSpaces numbers;
    private final UnionDir root;
    private final AtomicLong temporary = new AtomicLong();

    /** Prefix of the attributes that are its own. */
    private volatile String prefix;

    /** By the file of a layer that they show, or by directory and name. Those that nobody uses may go. */
    private final ConcurrentHashMap<Object, Keyed> nodes = new ConcurrentHashMap<>();

    private final ReferenceQueue<UnionNode> unused = new ReferenceQueue<>();

    /** Numbers of files that were copied up, by those of the copies. */
    private final ConcurrentHashMap<Long, Long> origins = new ConcurrentHashMap<>();

    private static final class Keyed extends WeakReference<UnionNode> {
        final Object key;

        Keyed(Object key, UnionNode node, ReferenceQueue<UnionNode> queue) {
            super(node, queue);
            this.key = key;
        }
    }

    /** A name of a directory, for files of lower layers with several names: each is copied for itself. */
    private record Place(UnionDir dir, String name) {}

    /**
     * @param upper where changes go; null for none
     * @param workdir an empty directory of the same file system, for what is not finished
     * @param lowers the other layers, uppermost first
     * @param userxattr whether its attributes are those that any user may set
     * @param options as /proc/mounts shows them
     * @param forced MS_* bits of the layers' mounts that hold here as well
     * @param mounter whose rights changes of the upper layer are made with, beside those of whoever makes them
     */
    public UnionFs(
            @Nullable Inode upper,
            @Nullable Inode workdir,
            List<Inode> lowers,
            boolean userxattr,
            String options,
            int forced,
            Creds mounter) {
        super("overlay");
        this.upper = upper;
        this.options = options;
        this.forced = forced;
        this.mounter = mounter;
        this.prefix = userxattr ? "user.overlay." : "trusted.overlay.";
        this.layers = lowers.toArray(new Inode[0]);
        Inode first = upper != null ? upper : layers[0];
        this.kernel = new KernelCaller(Anonymous.path(first, "/"));
        Stat s = new Stat();
        first.stat(s);
        this.numbers = new InoSpaces(s.dev);
        this.depth = 1 + depthOf(lowers);
        this.work = upper == null || workdir == null ? null : workIn(workdir);
        if (upper == null) {
            setReadOnly(true);
        } else {
            upper.fs.use(1);
            upper.pin();
        }
        for (Inode l : layers) {
            l.fs.use(1);
        }
        this.root = new UnionDir(this, upper, layers, null, "", s.ino);
        root.checkAttributes();
    }

    /** How many overlays lie on each other in one that has these layers. */
    private static int depthOf(List<Inode> lowers) {
        int d = 0;
        for (Inode l : lowers) {
            d = Math.max(d, l.fs instanceof UnionFs u ? u.depth : 0);
        }
        return d;
    }

    /** Whether another one may lie on these. */
    public static boolean tooDeep(List<Inode> lowers) {
        return depthOf(lowers) >= MAX_DEPTH;
    }

    /** The directory "work" in the work directory, emptied of what was not finished. */
    private @Nullable Inode workIn(Inode workdir) {
        Ref<Inode> made = new Ref<>();
        int r = workdir.lookup(kernel, "work", made);
        if (r == 0 && made.get().isDir()) {
            new TreeRemoval(kernel).empty(made.get());
            return made.get();
        }
        return workdir.mkdir(kernel, "work", 0, made) == 0 ? made.get() : null;
    }

    /** Whether it came into being whole: 0 or -errno. */
    public int check() {
        return upper != null && work == null ? -EINVAL : 0;
    }

    @Override
    public Inode root() {
        return root;
    }

    Inode work() {
        Inode w = work;
        if (w == null) {
            throw new IllegalStateException("nothing is written here");
        }
        return w;
    }

    /** A name in the work directory that nobody has. */
    String temporary() {
        return "#" + Long.toHexString(temporary.getAndIncrement());
    }

    @Override
    public boolean isStacked() {
        return true;
    }

    @Override
    public int forcedFlags() {
        return forced;
    }

    @Override
    public boolean neverWritable() {
        return upper == null;
    }

    @Override
    public OrderedLock renameLock() {
        return upper == null ? super.renameLock() : upper.fs.renameLock();
    }

    @Override
    public void statfs(StatFs out) {
        (upper != null ? upper : layers[0]).fs.statfs(out);
        out.type = OVERLAYFS_MAGIC;
    }

    @Override
    public String options() {
        return options;
    }

    @Override
    public void close() {
        if (endsUnmounted()) {
            nodes.clear();
            if (upper != null) {
                upper.unpin();
                upper.fs.use(-1);
            }
            for (Inode l : layers) {
                l.fs.use(-1);
            }
        }
    }

    /** Whether names of a directory of the upper layer may be changed: 0 or -errno. */
    int mayChange(Inode dir) {
        return Permissions.may(mounter, dir, Permissions.MAY_WRITE | Permissions.MAY_EXEC);
    }

    /** A rename in the upper layer. */
    static int rename(Caller c, Inode dir, String name, Inode to, String newName, int flags) {
        int r = dir.rename(c, name, to, newName, flags);
        Dentry.forgetIn(dir, name);
        Dentry.forgetIn(to, newName);
        return r;
    }

    // ---- attributes of its own ----

    boolean usesTrusted() {
        return prefix.startsWith("trusted.");
    }

    /** The layer has no attributes that only root may set: those of users will do. */
    void useUserAttributes() {
        prefix = "user.overlay.";
    }

    String opaqueName() {
        return prefix + "opaque";
    }

    boolean isOwn(String attr) {
        return attr.startsWith(prefix);
    }

    /** What an attribute is called in the layers: those with a name like ours have a longer one there. */
    String below(String attr) {
        return isOwn(attr) ? prefix + "overlay." + attr.substring(prefix.length()) : attr;
    }

    /** What an attribute of a layer is called here; null when it is not to be seen. */
    @Nullable
    String above(String attr) {
        if (!isOwn(attr)) {
            return attr;
        }
        String escaped = prefix + "overlay.";
        return attr.startsWith(escaped) ? prefix + attr.substring(escaped.length()) : null;
    }

    boolean isOpaque(Inode dir) {
        Ref<byte[]> v = new Ref<>();
        return dir.getxattr(kernel, opaqueName(), v) == 0 && v.get().length == 1 && v.get()[0] == 'y';
    }

    int makeOpaque(Inode dir) {
        int r = dir.setxattr(kernel, opaqueName(), new byte[] {'y'}, 0);
        return r == 0 ? 0 : -EIO;
    }

    static boolean isWhiteout(Inode i) {
        return (i.mode() & S_IFMT) == S_IFCHR && i.rdev() == 0;
    }

    // ---- nodes ----

    long number(long dev, long ino) {
        long n = numbers.number(dev, ino);
        if (!origins.isEmpty()) {
            Long first = origins.get(n);
            return first == null ? n : first;
        }
        return n;
    }

    /** The node of what was found under a name. */
    UnionNode node(@Nullable Inode up, Inode[] lowers, UnionDir dir, String name) {
        forgetUnused();
        Inode real = up != null ? up : lowers[0];
        Stat s = new Stat();
        real.stat(s);
        Object key = up == null && !real.isDir() && s.nlink > 1 ? new Place(dir, name) : real.identity();
        long ino = number(s.dev, s.ino);
        while (true) {
            Keyed have = nodes.get(key);
            UnionNode n = have == null ? null : have.get();
            if (n != null && n.shows(real)) {
                n.place(dir, name);
                return n;
            }
            UnionNode made = real.isDir()
                    ? new UnionDir(this, up, lowers, dir, name, ino)
                    : new UnionNode(this, up, up != null ? null : real, dir, name, ino);
            made.key = key;
            Keyed ref = new Keyed(key, made, unused);
            if (have == null ? nodes.putIfAbsent(key, ref) == null : nodes.replace(key, have, ref)) {
                return made;
            }
        }
    }

    /** A node has a file in the upper layer now. */
    void copied(UnionNode n, Inode up) {
        Stat s = new Stat();
        up.stat(s);
        Object old = n.key;
        n.key = up.identity();
        nodes.put(n.key, new Keyed(n.key, n, unused));
        if (old != null) {
            Keyed before = nodes.get(old);
            if (before != null && before.get() == n) {
                nodes.remove(old, before);
            }
        }
        origins.put(numbers.number(s.dev, s.ino), n.ino());
    }

    /** The file in the upper layer is gone, and its number may come again. */
    void forgetOrigin(Inode up) {
        Stat s = new Stat();
        if (!origins.isEmpty() && (up.stat(s) != 0 || s.nlink == 0 || up.isDir())) {
            origins.remove(numbers.number(s.dev, s.ino));
        }
    }

    private void forgetUnused() {
        for (Object r = unused.poll(); r != null; r = unused.poll()) {
            Keyed k = (Keyed) r;
            nodes.remove(k.key, k);
        }
    }
}
