// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.cgroup;

import static io.sandjar.abi.Errno.*;

import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.pseudo.TextInode;
import io.sandjar.kernel.vfs.Caller;
import io.sandjar.kernel.vfs.FileDescription;
import io.sandjar.kernel.vfs.Path;
import java.util.ArrayList;

/** A file of a control group that the kernel keeps itself. */
final class CgroupFile extends TextInode {
    /** Which. */
    enum Kind {
        PROCS("cgroup.procs", 0644, true),
        THREADS("cgroup.threads", 0644, true),
        CONTROLLERS("cgroup.controllers", 0444, true),
        SUBTREE_CONTROL("cgroup.subtree_control", 0644, true),
        TYPE("cgroup.type", 0644, true),
        EVENTS("cgroup.events", 0444, true),
        STAT("cgroup.stat", 0444, true),
        MAX_DEPTH("cgroup.max.depth", 0444, true),
        FREEZE("cgroup.freeze", 0644, false),
        KILL("cgroup.kill", 0200, false),
        CPU_STAT("cpu.stat", 0444, false),
        PIDS_MAX("pids.max", 0644, false),
        PIDS_CURRENT("pids.current", 0444, false),
        PIDS_PEAK("pids.peak", 0444, false),
        PIDS_EVENTS("pids.events", 0444, false);

        final String fileName;
        private final int perm;
        final boolean inRoot;

        Kind(String fileName, int perm, boolean inRoot) {
            this.fileName = fileName;
            this.perm = perm;
            this.inRoot = inRoot;
        }
    }

    private final CgroupDir dir;
    private final Kind kind;

    CgroupFile(CgroupDir dir, Kind kind) {
        super(dir.tree, dir.tree.newIno(), kind.perm);
        this.dir = dir;
        this.kind = kind;
        if (kind == Kind.EVENTS) {
            dir.group().events().file().shownBy(this);
        }
    }

    @Override
    public int open(Caller c, Path path, int flags, Ref<FileDescription> out) {
        if (kind == Kind.EVENTS) {
            out.set(dir.group().events().file().new Open(this, path, flags));
            return 0;
        }
        return super.open(c, path, flags, out);
    }

    /** Whether a group cannot have this name. */
    static boolean reserved(String name) {
        for (Kind k : Kind.values()) {
            if (k.fileName.equals(name)) {
                return true;
            }
        }
        return MemoryFile.reserved(name);
    }

    @Override
    protected int text(Caller c, StringBuilder b) {
        Cgroup g = dir.group();
        switch (kind) {
            case PROCS -> procs(c, g, b);
            case THREADS -> threads(c, g, b);
            case CONTROLLERS ->
                b.append(g.isRoot() ? CgroupFs.CONTROLLERS : names(g.controllers()))
                        .append('\n');
            case SUBTREE_CONTROL -> b.append(names(g.controlled())).append('\n');
            case TYPE -> b.append("domain\n");
            case EVENTS ->
                b.append("populated ")
                        .append(g.populated() ? 1 : 0)
                        .append("\nfrozen ")
                        .append(g.standsStill() ? 1 : 0)
                        .append('\n');
            case STAT -> b.append("nr_descendants ").append(g.descendants()).append("\nnr_dying_descendants 0\n");
            case MAX_DEPTH -> b.append("max\n");
            case FREEZE -> b.append(g.wantsFrozen() ? "1\n" : "0\n");
            case KILL -> {
                return -EINVAL;
            }
            case CPU_STAT -> cpu(g, b);
            case PIDS_MAX ->
                b.append(g.pidsMax() < 0 ? "max" : Long.toString(g.pidsMax())).append('\n');
            case PIDS_CURRENT -> b.append(g.pids()).append('\n');
            case PIDS_PEAK -> b.append(g.pidsPeak()).append('\n');
            case PIDS_EVENTS -> b.append("max ").append(g.pidsRefused()).append('\n');
        }
        return 0;
    }

    private static void procs(Caller c, Cgroup g, StringBuilder b) {
        for (Cgroup.Member m : g.members()) {
            if (!m.ended()) {
                b.append(m.pidFor(c)).append('\n');
            }
        }
    }

    private static void threads(Caller c, Cgroup g, StringBuilder b) {
        ArrayList<Integer> all = new ArrayList<>();
        for (Cgroup.Member m : g.members()) {
            m.threads(c, all);
        }
        for (int tid : all) {
            b.append(tid).append('\n');
        }
    }

    private static void cpu(Cgroup g, StringBuilder b) {
        long[] time = g.cpuTime();
        b.append("usage_usec ").append((time[0] + time[1]) / 1000);
        b.append("\nuser_usec ").append(time[0] / 1000);
        b.append("\nsystem_usec ").append(time[1] / 1000).append('\n');
    }

    @Override
    protected int store(Caller c, String data) {
        String text = data.strip();
        Cgroup g = dir.group();
        int r = switch (kind) {
            case PROCS -> move(c, text);
            case SUBTREE_CONTROL -> control(c, g, text);
            case FREEZE -> freeze(g, text);
            case KILL -> kill(g, text);
            case PIDS_MAX -> limit(g, text);
            case THREADS, TYPE -> -EOPNOTSUPP; // no threaded groups
            default -> -EINVAL;
        };
        return r < 0 ? r : data.length();
    }

    private int move(Caller c, String text) {
        long pid = number(text);
        return pid < 0 || pid > Integer.MAX_VALUE ? -EINVAL : dir.tree.mover().move(c, (int) pid, dir);
    }

    /** Names with + or - before each; all of them or none. */
    private static int control(Caller c, Cgroup g, String text) {
        int on = 0;
        int off = 0;
        for (int at = 0; at < text.length(); ) {
            int end = text.indexOf(' ', at);
            end = end < 0 ? text.length() : end;
            String word = text.substring(at, end);
            at = end + 1;
            if (word.isEmpty()) {
                continue;
            }
            char sign = word.charAt(0);
            String name = word.substring(1);
            if ((sign != '+' && sign != '-') || !CgroupFs.known(name)) {
                return -EINVAL;
            }
            int controller = controller(name);
            if (controller == 0 && sign == '+') {
                return g.isRoot() ? -EOPNOTSUPP : -ENOENT; // what the host controls knows only the container as a whole
            }
            on = sign == '+' ? on | controller : on & ~controller;
            off = sign == '-' ? off | controller : off & ~controller;
        }
        return g.control(on, off, c.creds().fsuid(), c.creds().fsgid());
    }

    /** 0 for one that groups of guests do not have. */
    private static int controller(String name) {
        return name.equals("memory") ? Cgroup.MEMORY : name.equals("pids") ? Cgroup.PIDS : 0;
    }

    private static String names(int controllers) {
        return switch (controllers) {
            case Cgroup.MEMORY -> "memory";
            case Cgroup.PIDS -> "pids";
            case Cgroup.MEMORY | Cgroup.PIDS -> "memory pids";
            default -> "";
        };
    }

    private static int freeze(Cgroup g, String text) {
        if (!text.equals("0") && !text.equals("1")) {
            return number(text) < 0 ? -EINVAL : -ERANGE;
        }
        g.setFreeze(text.equals("1"));
        return 0;
    }

    private static int kill(Cgroup g, String text) {
        if (!text.equals("1")) {
            return number(text) < 0 ? -EINVAL : -ERANGE;
        }
        g.kill();
        return 0;
    }

    private static int limit(Cgroup g, String text) {
        if (text.equals("max")) {
            g.setPidsMax(-1);
            return 0;
        }
        long max = number(text);
        if (max < 0) {
            return -EINVAL;
        }
        g.setPidsMax(max);
        return 0;
    }

    /** A decimal number; -1 for anything else. */
    static long number(String text) {
        if (text.isEmpty() || text.length() > 18) {
            return -1;
        }
        long n = 0;
        for (int i = 0; i < text.length(); i++) {
            char d = text.charAt(i);
            if (d < '0' || d > '9') {
                return -1;
            }
            n = n * 10 + d - '0';
        }
        return n;
    }
}
