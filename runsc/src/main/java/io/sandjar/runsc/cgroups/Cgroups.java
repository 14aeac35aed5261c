// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.cgroups;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The groups of one container, one for each controller (v1) or one for all (v2).
 *
 * <p>The guests' memory is limited in a group of their own below the container's, because the host's OOM killer works
 * group by group: in one group with the guests it would now and then end the kernel JVM for what a guest has eaten. The
 * container's group itself has room for the kernel on top (BACKSTOP) and so bounds both. With v1 this is so in the memory
 * hierarchy of the sandbox's first container, where the JVM is accounted; elsewhere guests and launcher are in the
 * container's group, and of the JVM only what is accounted (ACCOUNTED): freezing or counting it with the guests would stop
 * what has to wake them. With v2 there are always two groups below, {@code guest} and {@code kernel}.
 *
 * <p>The launcher is where the guests are: engines find the container's groups by the launcher's pid.
 */
public final class Cgroups {
    /** What a process is to its container. */
    public enum Role {
        LAUNCHER,
        KERNEL,
        GUEST
    }

    /** One controller of one container: a line of the file {@code cgroups}. The path is absolute on the host. */
    public record Group(String controller, String path) {}

    private static final String GUEST = "/guest";
    private static final String KERNEL = "/kernel";

    /** Groups are seldom nested deeper. */
    private static final int MAX_LEVELS = 8;

    /** What the kernel may use above the guests' limit of memory. */
    static final long BACKSTOP = 128L << 20;

    /** Where the kernel JVM goes with v1. */
    private static final List<String> ACCOUNTED =
            List.of("memory", "cpu", "cpuacct", "cpuset", "blkio", "net_cls", "net_prio");

    private final List<Group> groups = new ArrayList<>();
    private final List<Group> missing = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final boolean kernelInside;

    /** With hybrid: the group in the unified hierarchy, made only when a limit wants a controller that is there. */
    private @Nullable Group spare;

    private Cgroups(boolean kernelInside) {
        this.kernelInside = kernelInside;
    }

    /**
     * Decides where the groups of a container are; nothing is made yet.
     *
     * @param cgroupsPath of the spec; null or empty: a group named by the id
     * @param systemd --systemd-cgroup
     * @param kernelInside whether the kernel JVM will live there too: the first container of a sandbox
     */
    public static Cgroups plan(
            Hierarchies hierarchies,
            @Nullable String cgroupsPath,
            String id,
            boolean systemd,
            boolean rootless,
            boolean kernelInside) {
        Cgroups c = new Cgroups(kernelInside);
        GroupPath where = GroupPath.of(cgroupsPath, id, systemd, rootless);
        if (systemd) {
            c.notes.add("systemd is not asked: the groups are made as directories (" + where.path() + ")");
        }
        for (Hierarchy h : hierarchies.all()) {
            if (h.v2() && !hierarchies.pureV2()) {
                continue; // see create
            }
            String path = hierarchies.root() + h.mount() + (where.relative() ? h.ownBelowMount() : "") + where.path();
            if (h.v2()) {
                c.groups.add(new Group("unified", path));
            } else {
                for (String controller : h.controllers()) {
                    c.groups.add(new Group(controller, path));
                }
            }
        }
        Hierarchy u = hierarchies.unified();
        if (u != null && !hierarchies.pureV2() && u.controllers().length > 0) {
            c.spare = new Group(
                    "unified",
                    hierarchies.root() + u.mount() + (where.relative() ? u.ownBelowMount() : "") + where.path());
        }
        return c;
    }

    /** The groups of a container that exists, from its file {@code cgroups}. */
    public static Cgroups load(String text) {
        Cgroups c = new Cgroups(false);
        for (String line : Text.lines(text)) {
            int blank = line.indexOf(' ');
            if (blank > 0 && blank + 1 < line.length()) {
                c.groups.add(new Group(line.substring(0, blank), line.substring(blank + 1)));
            }
        }
        return c;
    }

    /** Groups of the same controllers by a name below these. */
    public Cgroups below(String name) {
        Cgroups c = new Cgroups(false);
        for (Group g : groups) {
            c.groups.add(new Group(g.controller(), g.path() + "/" + name));
        }
        return c;
    }

    /** Makes groups that are to have groups below them and no processes. */
    public void createInner() {
        for (Group g : groups) {
            int error = Directories.makeInner(g);
            if (error != 0) {
                throw new CgroupError(g.path() + " cannot be made (error " + -error + ")", "");
            }
        }
    }

    /** The text of the file {@code cgroups}: lines of controller and path. */
    public String save() {
        StringBuilder b = new StringBuilder();
        for (Group g : groups) {
            b.append(g.controller()).append(' ').append(g.path()).append('\n');
        }
        return b.toString();
    }

    /**
     * Makes the groups. A hierarchy where that is not permitted is left out; {@link #apply} says so when a limit needs it.
     *
     * @throws CgroupError when there are processes in them already
     */
    public void create() {
        ArrayList<String> made = new ArrayList<>();
        for (int i = 0; i < groups.size(); i++) {
            Group g = groups.get(i);
            int error;
            try {
                error = made.contains(g.path()) ? 0 : Directories.make(g, kernelInside);
            } catch (CgroupError e) {
                groups.subList(i, groups.size()).clear(); // somebody else's: not to be removed
                remove();
                groups.clear();
                throw e;
            }
            if (error != 0) {
                missing.add(g);
                groups.remove(i--);
                notes.add(g.path() + " cannot be made (error " + -error + "): no limits by " + g.controller());
            } else {
                made.add(g.path());
            }
        }
    }

    /**
     * Sets limits.
     *
     * @throws CgroupError when one cannot be set; the text names it by its place in the spec
     */
    public void apply(Limits limits) {
        new Settings(this).apply(limits);
    }

    /** The group of a controller; with v2 the one for all. Null: there is none, or it could not be made. */
    @Nullable
    Group find(String controller) {
        Group all = null;
        for (Group g : groups) {
            if (g.controller().equals(controller)) {
                return g;
            }
            if (g.controller().equals("unified")) {
                all = g;
            }
        }
        return all;
    }

    /** With hybrid, makes the group in the unified hierarchy if it has this controller. */
    @Nullable
    Group fetchSpare(String controller) {
        Group s = spare;
        if (s == null || find("unified") != null) {
            return null;
        }
        String there = Files.read(Directories.parent(s.path()) + "/cgroup.controllers");
        if (there == null || !Text.words(there).contains(controller) || Directories.make(s, false) != 0) {
            return null;
        }
        groups.add(s);
        return s;
    }

    /** Whether the controller exists but its group could not be made. */
    boolean refused(String controller) {
        for (Group g : missing) {
            if (g.controller().equals(controller) || g.controller().equals("unified")) {
                return true;
            }
        }
        return false;
    }

    void note(String text) {
        notes.add(text);
    }

    /** What was left out and why: for the log. */
    public List<String> notes() {
        return notes;
    }

    /** All groups that exist. */
    public List<Group> groups() {
        return groups;
    }

    /**
     * Where guests go: for each directory a name and a descriptor of its cgroup.procs, opened for writing. The caller
     * owns the descriptors.
     */
    public List<Join> joinFds() {
        ArrayList<Join> out = new ArrayList<>();
        ArrayList<String> seen = new ArrayList<>();
        for (Group g : groups) {
            if (seen.contains(g.path())) {
                continue;
            }
            seen.add(g.path());
            String procs = procs(g, Role.GUEST);
            int fd = Files.openForWriting(procs);
            if (fd < 0) {
                throw new CgroupError("cannot open " + procs + " (error " + -fd + ")", "");
            }
            out.add(new Join(g.controller(), fd));
        }
        return out;
    }

    /**
     * Where the guests' memory is limited and counted: pairs of descriptors, the limit's and the usage's, of their group and
     * of those above it. The caller owns them.
     */
    public List<Integer> memoryFds() {
        ArrayList<Integer> out = new ArrayList<>();
        Group g = find("memory");
        if (g == null) {
            return out;
        }
        boolean v2 = g.controller().equals("unified");
        String at = guests(g);
        for (int level = 0; level < MAX_LEVELS; level++) {
            int limit = Files.openForReading(at + (v2 ? "/memory.max" : "/memory.limit_in_bytes"));
            int used = Files.openForReading(at + (v2 ? "/memory.current" : "/memory.usage_in_bytes"));
            if (limit < 0 || used < 0) {
                Files.close(limit);
                Files.close(used);
                break; // the hierarchy's root with v2, or above it
            }
            out.add(limit);
            out.add(used);
            at = Directories.parent(at);
        }
        return out;
    }

    /** A descriptor of a cgroup.procs. */
    public record Join(String controller, int fd) {}

    /**
     * Moves a process (pid as this process sees it).
     *
     * @throws CgroupError when it does not go
     */
    public void move(int pid, Role role) {
        ArrayList<String> seen = new ArrayList<>();
        for (Group g : groups) {
            boolean wanted =
                    role != Role.KERNEL || g.controller().equals("unified") || ACCOUNTED.contains(g.controller());
            if (!wanted || seen.contains(g.path())) {
                continue;
            }
            seen.add(g.path());
            int r = Files.write(procs(g, role), Integer.toString(pid));
            if (r != 0 && r != -Files.ESRCH) {
                throw new CgroupError("cannot move process " + pid + " to " + g.path() + " (error " + -r + ")", "");
            }
        }
    }

    private static String procs(Group g, Role role) {
        if (role == Role.KERNEL) {
            String kernel = g.path() + KERNEL;
            return (Files.exists(kernel) ? kernel : g.path()) + "/cgroup.procs";
        }
        return guests(g) + "/cgroup.procs";
    }

    /** Whether guests are shown its figures. */
    public static boolean viewed(Group g) {
        return switch (g.controller()) {
            case "unified", "memory", "cpu", "cpuacct", "cpuset", "pids" -> true;
            default -> false;
        };
    }

    /** The group in which the guests are: the container's own or one below it. */
    public static String guests(Group g) {
        boolean own = g.controller().equals("memory") || g.controller().equals("unified");
        String guest = g.path() + GUEST;
        return own && Files.exists(guest) ? guest : g.path();
    }

    /** The file that freezes the guests, null if there is none. Values: see {@link #frozenText}. */
    public @Nullable String freezerFile() {
        Group g = find("freezer");
        if (g == null) {
            return null;
        }
        String file =
                g.controller().equals("unified") ? g.path() + GUEST + "/cgroup.freeze" : g.path() + "/freezer.state";
        return Files.exists(file) ? file : null;
    }

    /** What to write to {@link #freezerFile}. */
    public static String frozenText(String freezerFile, boolean frozen) {
        return freezerFile.endsWith("cgroup.freeze") ? frozen ? "1" : "0" : frozen ? "FROZEN" : "THAWED";
    }

    /** Kills what is left in the groups and removes them; true when they are gone. */
    public boolean remove() {
        String freezer = freezerFile();
        if (freezer != null) {
            Files.write(freezer, frozenText(freezer, false));
        }
        return Directories.remove(groups);
    }
}
