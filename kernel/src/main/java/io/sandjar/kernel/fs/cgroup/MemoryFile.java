// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.cgroup;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.cgroup.GroupMemory.Event;
import io.sandjar.kernel.fs.cgroup.GroupMemory.Limit;
import io.sandjar.kernel.fs.pseudo.TextInode;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Path;
import org.jspecify.annotations.Nullable;

/** A file of the controller "memory" of a group. */
final class MemoryFile extends TextInode {
    static final String PREFIX = "memory.";

    /** Which. */
    enum Kind {
        CURRENT("memory.current", 0444, null),
        PEAK("memory.peak", 0444, null),
        STAT("memory.stat", 0444, null),
        EVENTS("memory.events", 0444, null),
        EVENTS_LOCAL("memory.events.local", 0444, null),
        OOM_GROUP("memory.oom.group", 0644, null),
        RECLAIM("memory.reclaim", 0200, null),
        MAX("memory.max", 0644, Limit.MAX),
        HIGH("memory.high", 0644, Limit.HIGH),
        LOW("memory.low", 0644, Limit.LOW),
        MIN("memory.min", 0644, Limit.MIN),
        SWAP_MAX("memory.swap.max", 0644, Limit.SWAP_MAX),
        SWAP_HIGH("memory.swap.high", 0644, Limit.SWAP_HIGH),
        SWAP_CURRENT("memory.swap.current", 0444, null),
        SWAP_PEAK("memory.swap.peak", 0444, null),
        SWAP_EVENTS("memory.swap.events", 0444, null);

        final String fileName;
        private final int perm;
        private final @Nullable Limit limit;

        Kind(String fileName, int perm, @Nullable Limit limit) {
            this.fileName = fileName;
            this.perm = perm;
            this.limit = limit;
        }
    }

    private static final long PAGE = 4096;

    /** Digits of a number that fits. */
    private static final int LONGEST = 18;

    /** What Linux counts and nobody has here: the kernel's own memory, and what could be written to a disk. */
    private static final String[] NOTHING = {
        "kernel",
        "kernel_stack",
        "pagetables",
        "percpu",
        "sock",
        "vmalloc",
        "file_dirty",
        "file_writeback",
        "swapcached",
    };

    private static final String[] NO_SLABS = {"slab_reclaimable", "slab_unreclaimable", "slab"};

    private final CgroupDir dir;
    private final Kind kind;

    MemoryFile(CgroupDir dir, Kind kind) {
        super(dir.tree, dir.tree.newIno(), kind.perm);
        this.dir = dir;
        this.kind = kind;
        if (kind == Kind.EVENTS) {
            dir.group().memory().told().shownBy(this);
        }
    }

    /** Whether a group cannot have this name. */
    static boolean reserved(String name) {
        for (Kind k : Kind.values()) {
            if (k.fileName.equals(name)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public int open(Caller c, Path path, int flags, Ref<FileDescription> out) {
        if (kind == Kind.EVENTS) {
            out.set(dir.group().memory().told().new Open(this, path, flags));
            return 0;
        }
        return super.open(c, path, flags, out);
    }

    @Override
    protected int text(Caller c, StringBuilder b) {
        Cgroup g = dir.group();
        Limit limit = kind.limit;
        if (limit != null) {
            long bytes = g.memoryLimit(limit);
            b.append(bytes == GroupMemory.NONE ? "max" : Long.toString(bytes)).append('\n');
            return 0;
        }
        switch (kind) {
            case CURRENT -> b.append(g.memoryUse().total()).append('\n');
            case PEAK -> b.append(g.sawMemory(g.memoryUse().total())).append('\n');
            case STAT -> stat(g.memoryUse(), b);
            case EVENTS, EVENTS_LOCAL -> {
                for (Event e : Event.values()) {
                    line(b, e.key, g.memoryEvents(e, kind == Kind.EVENTS_LOCAL));
                }
            }
            case OOM_GROUP -> b.append(g.killsAll() ? "1\n" : "0\n");
            case SWAP_CURRENT, SWAP_PEAK -> b.append("0\n");
            case SWAP_EVENTS -> b.append("high 0\nmax 0\nfail 0\n");
            default -> {
                return -EINVAL;
            }
        }
        return 0;
    }

    private static void stat(MemoryUse u, StringBuilder b) {
        long shmem = u.shmem();
        line(b, "anon", u.anonymous);
        line(b, "file", shmem);
        for (String name : NOTHING) {
            line(b, name, 0);
        }
        line(b, "shmem", shmem);
        line(b, "file_mapped", Math.min(u.shared, shmem));
        line(b, "inactive_anon", shmem);
        line(b, "active_anon", u.anonymous);
        line(b, "inactive_file", 0);
        line(b, "active_file", 0);
        line(b, "unevictable", 0);
        for (String name : NO_SLABS) {
            line(b, name, 0);
        }
    }

    private static void line(StringBuilder b, String key, long value) {
        b.append(key).append(' ').append(value).append('\n');
    }

    @Override
    protected int store(Caller c, String data) {
        String text = data.strip();
        Cgroup g = dir.group();
        if (kind == Kind.OOM_GROUP) {
            if (!text.equals("0") && !text.equals("1")) {
                return -EINVAL;
            }
            g.setKillsAll(text.equals("1"));
            return data.length();
        }
        long bytes = text.equals("max") && kind.limit != null ? GroupMemory.NONE : bytes(text);
        if (bytes < GroupMemory.NONE) {
            return -EINVAL;
        }
        if (kind == Kind.RECLAIM) {
            return -EAGAIN; // there is nothing that could be had again
        }
        Limit limit = kind.limit;
        if (limit == null) {
            return -EINVAL;
        }
        g.setMemoryLimit(limit, bytes);
        return data.length();
    }

    /**
     * Bytes in whole pages, with K, M, G, T, P, E for powers of 1024; {@link GroupMemory#NONE} for more than there can be;
     * -2: not a number.
     */
    static long bytes(String text) {
        int end = text.length();
        int unit = end == 0 ? -1 : "kmgtpe".indexOf(Character.toLowerCase(text.charAt(end - 1)));
        int shift = unit < 0 ? 0 : 10 * (unit + 1);
        String digits = unit < 0 ? text : text.substring(0, end - 1);
        if (digits.length() > LONGEST && CgroupFile.number(digits.substring(0, LONGEST)) >= 0) {
            return CgroupFile.number(digits.substring(LONGEST)) < 0 ? -2 : GroupMemory.NONE;
        }
        long n = CgroupFile.number(digits);
        if (n < 0) {
            return -2;
        }
        return n > Long.MAX_VALUE >> shift ? GroupMemory.NONE : (n << shift) / PAGE * PAGE;
    }
}
