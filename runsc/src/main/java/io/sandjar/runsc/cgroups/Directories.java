// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.cgroups;

import io.sandjar.host.Processes;
import io.sandjar.runsc.cgroups.Cgroups.Group;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Making and removing the directories of groups. */
final class Directories {
    private static final int SIGKILL = 9;
    private static final int TRIES = 60;
    private static final long FIRST_PAUSE_NANOS = 1_000_000;
    private static final long LAST_PAUSE_NANOS = 100_000_000;

    private Directories() {}

    static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash <= 0 ? "/" : path.substring(0, slash);
    }

    /** Makes the directory and those above it: 0 or -errno. */
    static int make(Group g, boolean kernelInside) {
        boolean v2 = g.controller().equals("unified");
        boolean there = Files.exists(g.path());
        if (there) {
            refuseUsed(g.path());
        }
        int r = descend(g.path(), v2);
        if (r == 0 && !Files.writable(g.path() + "/cgroup.procs") && Files.exists(g.path() + "/cgroup.procs")) {
            r = -Files.EACCES;
        }
        if (r == 0 && (v2 || (kernelInside && g.controller().equals("memory")))) {
            r = mkdir(g.path() + "/guest");
        }
        if (r == 0 && v2) {
            r = kernelInside ? mkdir(g.path() + "/kernel") : 0;
            enable(g.path());
        }
        if (r != 0 && !there && Files.exists(g.path())) {
            removeTree(g.path());
        }
        return r;
    }

    /** A group without processes of its own: 0 or -errno. */
    static int makeInner(Group g) {
        boolean v2 = g.controller().equals("unified");
        int r = descend(g.path(), v2);
        if (r == 0 && v2) {
            enable(g.path());
        }
        return r;
    }

    private static void refuseUsed(String path) {
        for (String dir : tree(path)) {
            String procs = Files.read(dir + "/cgroup.procs");
            if (procs != null && !procs.isEmpty()) {
                throw new CgroupError(
                        "the control group " + path + " is in use: there are processes in it",
                        "another container has the same linux.cgroupsPath, or one was not deleted");
            }
        }
    }

    /** From the mount point down, so that each level is ready for the next one. */
    private static int descend(String path, boolean v2) {
        String above = parent(path);
        boolean there = Files.exists(path);
        if (!there || Files.exists(above + (v2 ? "/cgroup.subtree_control" : "/cpuset.cpus"))) {
            int r = descend(above, v2);
            if (r != 0) {
                return r;
            }
        }
        if (v2) {
            enable(above);
        }
        int r = there ? 0 : mkdir(path);
        return r != 0 || v2 ? r : inheritCpuset(path);
    }

    private static int mkdir(String path) {
        int r = Files.mkdir(path);
        return r == -Files.EEXIST ? 0 : r;
    }

    /** Passes all controllers on; where one does not go it is missed only by a limit that needs it. */
    private static void enable(String dir) {
        String have = Files.read(dir + "/cgroup.controllers");
        String on = Files.read(dir + "/cgroup.subtree_control");
        if (have == null || on == null) {
            return;
        }
        List<String> already = Text.words(on);
        StringBuilder all = new StringBuilder();
        ArrayList<String> wanted = new ArrayList<>();
        for (String controller : Text.words(have)) {
            if (!already.contains(controller)) {
                wanted.add("+" + controller);
                all.append(all.isEmpty() ? "+" : " +").append(controller);
            }
        }
        if (!wanted.isEmpty() && Files.write(dir + "/cgroup.subtree_control", all.toString()) != 0) {
            for (String one : wanted) {
                Files.write(dir + "/cgroup.subtree_control", one);
            }
        }
    }

    /** A new group of v1's cpuset has neither CPUs nor memory nodes, and takes no process before it has. */
    private static int inheritCpuset(String path) {
        int r = inherit(path, "/cpuset.cpus");
        return r != 0 ? r : inherit(path, "/cpuset.mems");
    }

    private static int inherit(String path, String file) {
        String own = Files.line(path + file);
        if (own == null || !own.isEmpty()) {
            return 0;
        }
        String above = Files.line(parent(path) + file);
        return above == null || above.isEmpty() ? 0 : Files.write(path + file, above);
    }

    /** The directory and all below it, deepest first. */
    private static List<String> tree(String path) {
        ArrayList<String> out = new ArrayList<>();
        for (String name : Files.directories(path)) {
            out.addAll(tree(path + "/" + name));
        }
        out.add(path);
        return out;
    }

    /** Kills and removes; true when all are gone. */
    static boolean remove(List<Group> groups) {
        long pause = FIRST_PAUSE_NANOS;
        for (int i = 0; i < TRIES; i++) {
            boolean gone = true;
            for (Group g : groups) {
                if (Files.exists(g.path()) && !removeTree(g.path())) {
                    gone = false;
                    if (i % 4 == 0) {
                        kill(g.path());
                    }
                }
            }
            if (gone) {
                return true;
            }
            LockSupport.parkNanos(pause);
            pause = Math.min(pause * 2, LAST_PAUSE_NANOS);
        }
        return false;
    }

    private static boolean removeTree(String path) {
        boolean gone = true;
        for (String dir : tree(path)) {
            int r = Files.rmdir(dir);
            gone &= r == 0 || r == -Files.ENOENT;
        }
        return gone;
    }

    private static void kill(String path) {
        if (Files.write(path + "/cgroup.kill", "1") == 0) {
            return;
        }
        for (String dir : tree(path)) {
            String procs = Files.read(dir + "/cgroup.procs");
            for (String pid : Text.words(procs == null ? "" : procs)) {
                int n = (int) Text.number(pid, 0);
                if (n > 1) {
                    Processes.kill(n, SIGKILL);
                }
            }
        }
    }
}
