// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.cgroup;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.base.LockLevel;
import io.sandjar.kernel.base.OrderedLock;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.Caller;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A control group that guests made, or the root of their tree, which stands for the container's own group on the host. The tree
 * belongs to the kernel: who is in a group, how many they may be, whether they run, how much memory they take ({@link
 * MemoryWatch}). CPU time is the host's, which does not know these groups, so there is no such controller below the root.
 */
public final class Cgroup {
    /** A controller, for {@link #control}. */
    static final int PIDS = 1;

    static final int MEMORY = 2;

    /** Groups of one tree at a time. */
    private static final int MAX_GROUPS = 2048;

    private static final int MAX_DEPTH = 64;

    /** A process. */
    public interface Member {
        /** Its id for who asks; 0 when that one cannot see it. */
        int pidFor(Caller c);

        /** Adds the ids of its threads. */
        void threads(Caller c, List<Integer> out);

        /** Threads that live; a process that nobody has waited for counts as one. */
        int tasks();

        /** Whether it has ended. */
        boolean ended();

        /** Whether it is there and the host knows of it: one that is being made is not yet. */
        boolean present();

        void kill();

        /** Its group, or one around it, was frozen or thawed. */
        void frozen(boolean now);

        /** Whether none of its threads runs, because its group is frozen. */
        boolean standsStill();

        /** Adds user and system time so far, nanoseconds. */
        void cpuTime(long[] sum);

        /** The sum of both, by the quickest way. */
        long cpuNanos();

        /** Adds what it takes. */
        void memory(MemoryUse.Exactness how, MemoryUse sum);

        /** What it had of that when it came from other groups; null for nothing. */
        @Nullable
        BroughtMemory brought();

        /** The same for all processes that share their memory. */
        Object addressSpace();

        int oomScoreAdj();

        /** Ends it because its group has too much memory. */
        void killForMemory();

        /** Whether {@link #killForMemory} was called. */
        boolean dying();
    }

    /** What all groups of a tree share. */
    private static final class Tree {
        final OrderedLock lock = new OrderedLock(LockLevel.LEAF);
        volatile int groups = 1;
        volatile boolean devices;

        /** Memory was counted once. */
        volatile boolean memory;

        long lastIno = 1;

        /** Whose members changed since somebody looked. */
        final LinkedHashSet<Cgroup> changed = new LinkedHashSet<>();

        final MemoryWatch watch;

        Tree(Cgroup root) {
            watch = new MemoryWatch(root);
        }
    }

    private final Tree tree;
    private final @Nullable Cgroup parent;
    private final String name;
    private final long ino;
    private final int depth;

    // Guarded by the tree's lock.
    private final LinkedHashMap<String, Cgroup> children = new LinkedHashMap<>();
    private final LinkedHashSet<Member> members = new LinkedHashSet<>();
    private boolean removed;
    private int below;
    private int filesUid;
    private int filesGid;
    private boolean freeze;
    private long pidsMax = -1;
    private long pidsRefused;
    private long pidsPeak;
    private final long[] endedTime = new long[2];
    private final DevicePrograms devices = new DevicePrograms();

    private final CgroupEvents events = new CgroupEvents(this);
    private final GroupMemory memory = new GroupMemory();

    /** Limits are set here or around: forks have to count. */
    private volatile boolean limited;

    /** The root of a container's tree. */
    public Cgroup() {
        tree = new Tree(this);
        parent = null;
        name = "";
        ino = 1;
        depth = 0;
    }

    private Cgroup(Cgroup parent, String name) {
        this.tree = parent.tree;
        this.parent = parent;
        this.name = name;
        this.depth = parent.depth + 1;
        this.limited = parent.limited;
        tree.groups++;
        this.ino = ++tree.lastIno;
    }

    public boolean isRoot() {
        return parent == null;
    }

    public @Nullable Cgroup parent() {
        return parent;
    }

    public String name() {
        return name;
    }

    /** Its number within the tree. */
    public long ino() {
        return ino;
    }

    /** The way from {@code from} to this group, with .. where it does not lie below; "/" for the same. */
    public String pathFrom(Cgroup from) {
        ArrayList<Cgroup> mine = line();
        ArrayList<Cgroup> its = from.line();
        int same = 0;
        while (same < mine.size() && same < its.size() && mine.get(same) == its.get(same)) {
            same++;
        }
        StringBuilder b = new StringBuilder();
        for (int i = same; i < its.size(); i++) {
            b.append("/..");
        }
        for (int i = same; i < mine.size(); i++) {
            b.append('/').append(mine.get(i).name);
        }
        return b.isEmpty() ? "/" : b.toString();
    }

    private ArrayList<Cgroup> line() {
        ArrayList<Cgroup> all = new ArrayList<>();
        for (Cgroup g = this; g != null; g = g.parent) {
            all.add(0, g);
        }
        return all;
    }

    /** The nearest group around both. */
    public Cgroup around(Cgroup other) {
        ArrayList<Cgroup> mine = line();
        ArrayList<Cgroup> its = other.line();
        Cgroup found = mine.get(0);
        for (int i = 0; i < mine.size() && i < its.size() && mine.get(i) == its.get(i); i++) {
            found = mine.get(i);
        }
        return found;
    }

    // ---- the tree ----

    /** mkdir(2): 0 or -errno. */
    int make(String child, Ref<Cgroup> out) {
        if (child.indexOf('\n') >= 0) {
            return -EINVAL;
        }
        tree.lock.lock();
        try {
            if (removed) {
                return -ENOENT;
            }
            if (children.containsKey(child) || CgroupFile.reserved(child)) {
                return -EEXIST;
            }
            if (tree.groups >= MAX_GROUPS || depth >= MAX_DEPTH) {
                return -EAGAIN;
            }
            Cgroup g = new Cgroup(this, child);
            children.put(child, g);
            out.set(g);
            return 0;
        } finally {
            tree.lock.unlock();
        }
    }

    /** rmdir(2): 0 or -errno. */
    int remove(String child) {
        tree.lock.lock();
        try {
            Cgroup g = children.get(child);
            if (g == null) {
                return -ENOENT;
            }
            if (!g.children.isEmpty() || g.alive()) {
                return -EBUSY;
            }
            g.removed = true;
            children.remove(child);
            endedTime[0] += g.endedTime[0];
            endedTime[1] += g.endedTime[1];
            tree.groups--;
            g.memory.leaveTo(meterFrom(this));
            if (g.memory.limited()) {
                tree.watch.limited(anyMemoryLimit());
            }
            return 0;
        } finally {
            tree.lock.unlock();
        }
    }

    @Nullable
    Cgroup child(String of) {
        tree.lock.lock();
        try {
            return children.get(of);
        } finally {
            tree.lock.unlock();
        }
    }

    List<Cgroup> children() {
        tree.lock.lock();
        try {
            return new ArrayList<>(children.values());
        } finally {
            tree.lock.unlock();
        }
    }

    int descendants() {
        tree.lock.lock();
        try {
            return countBelow();
        } finally {
            tree.lock.unlock();
        }
    }

    private int countBelow() {
        int n = children.size();
        for (Cgroup g : children.values()) {
            n += g.countBelow();
        }
        return n;
    }

    // ---- who is in it ----

    /** A process that is being made. Its group may have gone: then it is a member all the same, until it ends. */
    public void add(Member m) {
        tree.lock.lock();
        try {
            members.add(m);
        } finally {
            tree.lock.unlock();
        }
    }

    /** A process is gone for good. */
    public void drop(Member m) {
        long[] time = new long[2];
        m.cpuTime(time);
        tree.lock.lock();
        try {
            if (members.remove(m)) {
                endedTime[0] += time[0];
                endedTime[1] += time[1];
            }
        } finally {
            tree.lock.unlock();
        }
    }

    /** Moves a process here: 0; -ENODEV when this group is gone; -EBUSY when it has controllers for groups below. */
    public int take(Member m, Cgroup from) {
        tree.lock.lock();
        try {
            if (removed) {
                return -ENODEV;
            }
            if (below != 0 && parent != null) {
                return -EBUSY;
            }
            from.members.remove(m);
            members.add(m);
            return 0;
        } finally {
            tree.lock.unlock();
        }
    }

    /** Whether a new process may begin here: 0, or the error of {@link #take}. */
    public int accepts() {
        tree.lock.lock();
        try {
            return removed ? -ENODEV : below != 0 && parent != null ? -EBUSY : 0;
        } finally {
            tree.lock.unlock();
        }
    }

    List<Member> members() {
        tree.lock.lock();
        try {
            return new ArrayList<>(members);
        } finally {
            tree.lock.unlock();
        }
    }

    /** All members of this group and those below. */
    private ArrayList<Member> everybody() {
        ArrayList<Member> all = new ArrayList<>();
        tree.lock.lock();
        try {
            collect(all);
        } finally {
            tree.lock.unlock();
        }
        return all;
    }

    private void collect(List<Member> all) {
        all.addAll(members);
        for (Cgroup g : children.values()) {
            g.collect(all);
        }
    }

    /** A member lives here or below. */
    private boolean alive() {
        for (Member m : members) {
            if (!m.ended()) {
                return true;
            }
        }
        for (Cgroup g : children.values()) {
            if (g.alive()) {
                return true;
            }
        }
        return false;
    }

    boolean populated() {
        tree.lock.lock();
        try {
            return alive();
        } finally {
            tree.lock.unlock();
        }
    }

    /** Kills everybody; until nobody is left that was forked meanwhile, or it makes no difference. */
    void kill() {
        for (int round = 0; round < 64; round++) {
            boolean any = false;
            for (Member m : everybody()) {
                if (!m.ended()) {
                    m.kill();
                    any = true;
                }
            }
            if (!any) {
                return;
            }
        }
    }

    /** User and system time of all that are and were here and below, nanoseconds. */
    long[] cpuTime() {
        long[] sum = new long[2];
        for (Member m : everybody()) {
            m.cpuTime(sum);
        }
        tree.lock.lock();
        try {
            addEnded(sum);
        } finally {
            tree.lock.unlock();
        }
        return sum;
    }

    private void addEnded(long[] sum) {
        sum[0] += endedTime[0];
        sum[1] += endedTime[1];
        for (Cgroup g : children.values()) {
            g.addEnded(sum);
        }
    }

    // ---- cgroup.events ----

    CgroupEvents events() {
        return events;
    }

    /**
     * Members came, went, ended or stood still.
     *
     * @return whether {@link #tellChanges} is to be called, without any lock
     */
    public boolean changed() {
        if (tree.groups == 1) {
            return false; // nobody but the root, which has no such file on Linux either
        }
        tree.lock.lock();
        try {
            boolean first = tree.changed.isEmpty();
            tree.changed.add(this);
            return first;
        } finally {
            tree.lock.unlock();
        }
    }

    /** Tells those who watch the groups that have {@link #changed}, and the groups around them. */
    public void tellChanges() {
        LinkedHashSet<Cgroup> all = new LinkedHashSet<>();
        tree.lock.lock();
        try {
            for (Cgroup c : tree.changed) {
                for (Cgroup g = c; g != null && all.add(g); g = g.parent) {}
            }
            tree.changed.clear();
        } finally {
            tree.lock.unlock();
        }
        for (Cgroup g : all) {
            g.events.look();
        }
    }

    /** It and all groups below. */
    private void family(List<Cgroup> out) {
        out.add(this);
        for (Cgroup g : children.values()) {
            g.family(out);
        }
    }

    // ---- devices ----

    /** Programs that say which devices its processes may use. */
    public DevicePrograms devices() {
        return devices;
    }

    /** From now on opening a device asks programs. */
    public void useDevices() {
        tree.devices = true;
    }

    /** The attached program with this id; null when there is none. */
    public @Nullable DeviceProgram program(int id) {
        for (DeviceProgram p : devices.all()) {
            if (p.id() == id) {
                return p;
            }
        }
        for (Cgroup g : children()) {
            DeviceProgram p = g.program(id);
            if (p != null) {
                return p;
            }
        }
        return null;
    }

    /**
     * Whether its processes may use a device: what is attached here decides, and what is attached around, unless only the
     * nearest counts.
     */
    public boolean mayUse(int type, int access, int major, int minor) {
        if (!tree.devices) {
            return true;
        }
        for (Cgroup g = this; g != null; g = g.parent) {
            if (!g.devices.isEmpty()) {
                if (!g.devices.allow(type, access, major, minor)) {
                    return false;
                }
                if (g.devices.flags() != DevicePrograms.ALLOW_MULTI) {
                    return true;
                }
            }
        }
        return true;
    }

    // ---- the freezer ----

    /** Whether this group or one around it is frozen. */
    public boolean isFrozen() {
        tree.lock.lock();
        try {
            for (Cgroup g = this; g != null; g = g.parent) {
                if (g.freeze) {
                    return true;
                }
            }
            return false;
        } finally {
            tree.lock.unlock();
        }
    }

    /** What was written to cgroup.freeze. */
    boolean wantsFrozen() {
        tree.lock.lock();
        try {
            return freeze;
        } finally {
            tree.lock.unlock();
        }
    }

    void setFreeze(boolean on) {
        tree.lock.lock();
        try {
            freeze = on;
        } finally {
            tree.lock.unlock();
        }
        for (Member m : everybody()) {
            m.frozen(on);
        }
        ArrayList<Cgroup> all = new ArrayList<>();
        tree.lock.lock();
        try {
            family(all);
        } finally {
            tree.lock.unlock();
        }
        for (Cgroup g : all) {
            g.events.look();
        }
    }

    /** Whether it is frozen and everybody stands still. */
    boolean standsStill() {
        if (!isFrozen()) {
            return false;
        }
        for (Member m : everybody()) {
            if (!m.ended() && !m.standsStill()) {
                return false;
            }
        }
        return true;
    }

    // ---- controllers ----

    /** The controllers of its children. */
    int controlled() {
        tree.lock.lock();
        try {
            return below;
        } finally {
            tree.lock.unlock();
        }
    }

    /** The controllers of this group. */
    int controllers() {
        return parent == null ? 0 : parent.controlled();
    }

    /**
     * Turns controllers of its children on and off: all of them, or -errno.
     *
     * @param uid who has the files that come into being
     */
    int control(int on, int off, int uid, int gid) {
        tree.lock.lock();
        try {
            if (parent != null && (on & ~parent.below) != 0) {
                return -ENOENT;
            }
            int more = on & ~below;
            int less = off & below;
            for (Cgroup g : children.values()) {
                if ((g.below & less) != 0) {
                    return -EBUSY;
                }
            }
            if (more != 0 && parent != null && hasMembers()) {
                return -EBUSY;
            }
            below = (below | more) & ~less;
            tree.memory |= (below & MEMORY) != 0;
            for (Cgroup g : children.values()) {
                if ((less & PIDS) != 0) {
                    g.pidsMax = -1;
                    g.relimit(limited);
                }
                if ((less & MEMORY) != 0) {
                    g.memory.reset();
                }
                if ((more & MEMORY) != 0) {
                    g.filesUid = uid;
                    g.filesGid = gid;
                }
            }
            tree.watch.limited(anyMemoryLimit());
        } finally {
            tree.lock.unlock();
        }
        return 0;
    }

    private boolean hasMembers() {
        for (Member m : members) {
            if (!m.ended()) {
                return true;
            }
        }
        return false;
    }

    /** Who has the files of a controller. */
    void ownedBy(int uid, int gid) {
        tree.lock.lock();
        try {
            filesUid = uid;
            filesGid = gid;
        } finally {
            tree.lock.unlock();
        }
    }

    int filesUid() {
        tree.lock.lock();
        try {
            return filesUid;
        } finally {
            tree.lock.unlock();
        }
    }

    int filesGid() {
        tree.lock.lock();
        try {
            return filesGid;
        } finally {
            tree.lock.unlock();
        }
    }

    // ---- the controller "memory" ----

    GroupMemory memory() {
        return memory;
    }

    /** How the limits of all groups are kept. */
    public MemoryWatch watch() {
        return tree.watch;
    }

    /** Whether this group or one around it counts memory. */
    public boolean countsMemory() {
        return pageMeter() != null;
    }

    /** Who counts files in memory that its processes make; null for nobody. */
    public @Nullable GroupMemory pageMeter() {
        if (!tree.memory) {
            return null;
        }
        tree.lock.lock();
        try {
            return meterFrom(this);
        } finally {
            tree.lock.unlock();
        }
    }

    private static @Nullable GroupMemory meterFrom(Cgroup group) {
        for (Cgroup g = group; g.parent != null; g = g.parent) {
            if ((g.parent.below & MEMORY) != 0) {
                return g.memory;
            }
        }
        return null;
    }

    /** Whether this group has a limit. */
    boolean memoryLimited() {
        return leastMemory() != Long.MAX_VALUE;
    }

    long leastMemory() {
        tree.lock.lock();
        try {
            return memory.least();
        } finally {
            tree.lock.unlock();
        }
    }

    /** In the whole tree. With its lock. */
    private boolean anyMemoryLimit() {
        ArrayList<Cgroup> all = new ArrayList<>();
        rootOf().family(all);
        for (Cgroup g : all) {
            if (g.memory.limited()) {
                return true;
            }
        }
        return false;
    }

    private Cgroup rootOf() {
        Cgroup g = this;
        while (g.parent != null) {
            g = g.parent;
        }
        return g;
    }

    long memoryLimit(GroupMemory.Limit l) {
        tree.lock.lock();
        try {
            return memory.limit(l);
        } finally {
            tree.lock.unlock();
        }
    }

    void setMemoryLimit(GroupMemory.Limit l, long bytes) {
        tree.lock.lock();
        try {
            memory.setLimit(l, bytes);
            tree.watch.limited(anyMemoryLimit());
        } finally {
            tree.lock.unlock();
        }
        tree.watch.nudge(true);
    }

    /** What it takes now, as exactly as can be said. */
    MemoryUse memoryUse() {
        MemoryUse sum = new MemoryUse();
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Member m : everybody()) {
            if (m.present() && seen.add(m.addressSpace())) {
                MemoryUse its = new MemoryUse();
                m.memory(MemoryUse.Exactness.EXACT, its);
                sum.add(its, m.brought(), this);
            }
        }
        tree.lock.lock();
        try {
            ArrayList<Cgroup> all = new ArrayList<>();
            family(all);
            for (Cgroup g : all) {
                sum.files += g.memory.fileBytes();
            }
        } finally {
            tree.lock.unlock();
        }
        return sum;
    }

    /** Whether one was ended for its memory, here or below, and is there yet. */
    boolean somebodyDies() {
        for (Member m : everybody()) {
            if (m.dying() && !m.ended()) {
                return true;
            }
        }
        return false;
    }

    /** It takes so much: the most that was ever seen. */
    long sawMemory(long bytes) {
        tree.lock.lock();
        try {
            memory.peak = Math.max(memory.peak, bytes);
            return memory.peak;
        } finally {
            tree.lock.unlock();
        }
    }

    long memoryEvents(GroupMemory.Event e, boolean own) {
        tree.lock.lock();
        try {
            return memory.events(e, own);
        } finally {
            tree.lock.unlock();
        }
    }

    /** Counts what happened here, for the groups around as well. */
    void countMemory(GroupMemory.Event e) {
        tree.lock.lock();
        try {
            for (Cgroup g = this; g != null; g = g.parent) {
                g.memory.count(e, g == this);
            }
        } finally {
            tree.lock.unlock();
        }
        for (Cgroup g = this; g != null; g = g.parent) {
            g.memory.told().changed();
        }
    }

    boolean killsAll() {
        tree.lock.lock();
        try {
            return memory.killsAll;
        } finally {
            tree.lock.unlock();
        }
    }

    void setKillsAll(boolean on) {
        tree.lock.lock();
        try {
            memory.killsAll = on;
        } finally {
            tree.lock.unlock();
        }
    }

    /** The outermost group up to {@code limit} that goes as a whole if one of this group's processes does; null for none. */
    @Nullable
    Cgroup killedWhole(Cgroup limit) {
        Cgroup found = null;
        tree.lock.lock();
        try {
            for (Cgroup g = this; g != null; g = g.parent) {
                found = g.memory.killsAll ? g : found;
                if (g == limit) {
                    break;
                }
            }
            return found;
        } finally {
            tree.lock.unlock();
        }
    }

    /** Whether it is {@code g} or lies below it. */
    boolean isWithin(Cgroup g) {
        for (Cgroup at = this; at != null; at = at.parent) {
            if (at == g) {
                return true;
            }
        }
        return false;
    }

    // ---- the controller "pids" ----

    long pidsMax() {
        tree.lock.lock();
        try {
            return pidsMax;
        } finally {
            tree.lock.unlock();
        }
    }

    /** @param max -1 for none */
    void setPidsMax(long max) {
        tree.lock.lock();
        try {
            pidsMax = max;
            relimit(parent != null && parent.limited);
        } finally {
            tree.lock.unlock();
        }
    }

    private void relimit(boolean around) {
        limited = around || pidsMax >= 0;
        for (Cgroup g : children.values()) {
            g.relimit(limited);
        }
    }

    /** Processes and threads of this group and those below. */
    long pids() {
        tree.lock.lock();
        try {
            long n = count();
            pidsPeak = Math.max(pidsPeak, n);
            return n;
        } finally {
            tree.lock.unlock();
        }
    }

    long pidsPeak() {
        pids();
        tree.lock.lock();
        try {
            return pidsPeak;
        } finally {
            tree.lock.unlock();
        }
    }

    long pidsRefused() {
        tree.lock.lock();
        try {
            return pidsRefused;
        } finally {
            tree.lock.unlock();
        }
    }

    private long count() {
        long n = 0;
        for (Member m : members) {
            n += m.tasks();
        }
        for (Cgroup g : children.values()) {
            n += g.count();
        }
        return n;
    }

    /** Whether one more process or thread may begin here; a refusal is counted. */
    public boolean mayFork() {
        if (!limited) {
            return true;
        }
        tree.lock.lock();
        try {
            for (Cgroup g = this; g != null; g = g.parent) {
                if (g.pidsMax >= 0) {
                    long n = g.count() + 1;
                    if (n > g.pidsMax) {
                        g.pidsRefused++;
                        return false;
                    }
                    g.pidsPeak = Math.max(g.pidsPeak, n);
                }
            }
            return true;
        } finally {
            tree.lock.unlock();
        }
    }
}
