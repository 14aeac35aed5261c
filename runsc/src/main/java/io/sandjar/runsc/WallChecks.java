// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import io.sandjar.abi.Clone;
import io.sandjar.abi.Nr;
import io.sandjar.host.HostTrees;
import io.sandjar.host.Processes;
import io.sandjar.host.SpawnPlan;
import io.sandjar.host.Sys;
import io.sandjar.runsc.cgroups.CgroupError;
import io.sandjar.runsc.cgroups.Cgroups;
import io.sandjar.runsc.cgroups.Hierarchies;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a host gives for the walls around the kernel (SECURITY.md): namespaces, clones of mounts, control groups. Asked by
 * trying, in a process that does nothing else, because settings that forbid it have many names.
 */
final class WallChecks {
    private static final long NAMESPACES = (long) Clone.CLONE_NEWNS
            | Clone.CLONE_NEWPID
            | Clone.CLONE_NEWIPC
            | Clone.CLONE_NEWUTS
            | Clone.CLONE_NEWCGROUP
            | Clone.CLONE_NEWNET;

    private static final int CLOEXEC = 02000000;
    private static final int OPEN_TREE_CLONE = 1;
    private static final int AT_RECURSIVE = 0x8000;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int FIRST_ARG_IS_PREVIOUS = 2;
    private static final String LESS = "containers run with fewer walls, see SECURITY.md; ";

    private WallChecks() {}

    static void add(List<Finding> findings) {
        findings.add(userNamespaces());
        findings.add(mounts());
        findings.add(cgroups());
    }

    private static Finding userNamespaces() {
        String subject = "namespaces";
        String error = attempt(Clone.CLONE_NEWUSER | NAMESPACES, new SpawnPlan());
        if (error.isEmpty()) {
            return Finding.ok(subject, "user, mount, pid, net, ipc, uts, cgroup");
        }
        if (attempt(NAMESPACES, new SpawnPlan()).isEmpty()) {
            return Finding.warn(subject, "all but a user namespace (" + error + ")", LESS + "to have it: " + remedy());
        }
        return Finding.warn(subject, "none (" + error + ")", LESS + "to have them: " + remedy());
    }

    private static String remedy() {
        if (starts("/proc/sys/user/max_user_namespaces", '0')) {
            return "sysctl user.max_user_namespaces=10000";
        }
        if (starts("/proc/sys/kernel/unprivileged_userns_clone", '0')) {
            return "sysctl kernel.unprivileged_userns_clone=1";
        }
        if (starts("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", '1')) {
            return "sysctl kernel.apparmor_restrict_unprivileged_userns=0, or an AppArmor profile that allows userns";
        }
        return "a kernel with CONFIG_USER_NS; in a container: --privileged, or a seccomp profile that allows "
                + "clone(2) with CLONE_NEWUSER (sandjar do does without)";
    }

    private static boolean starts(String file, char c) {
        String text = Sys.readText(file);
        return text != null && !text.isEmpty() && text.charAt(0) == c;
    }

    /** A clone of the root's mount, made read-only. */
    private static Finding mounts() {
        String subject = "clones of mounts";
        String error = attempt(Clone.CLONE_NEWUSER | NAMESPACES, clonePlan());
        if (!error.isEmpty()) {
            error = attempt(NAMESPACES, clonePlan());
        }
        return error.isEmpty()
                ? Finding.ok(subject, "open_tree, mount_setattr")
                : Finding.warn(
                        subject,
                        error,
                        LESS + "directories are given as they are; Linux 5.12 or newer, root or user namespaces");
    }

    private static SpawnPlan clonePlan() {
        SpawnPlan plan = new SpawnPlan();
        long flags = OPEN_TREE_CLONE | CLOEXEC | AT_RECURSIVE;
        plan.call(0, Nr.open_tree, Sys.AT_FDCWD, plan.string("/"), flags);
        long readOnly = plan.vector(HostTrees.RDONLY, 0, 0, 0);
        plan.call(FIRST_ARG_IS_PREVIOUS, Nr.mount_setattr, 0, plan.string(""), AT_EMPTY_PATH, readOnly, 32);
        return plan;
    }

    /** Carries a plan out in a process with new namespaces; what went wrong, or the empty string. */
    private static String attempt(long cloneFlags, SpawnPlan plan) {
        plan.call(0, Nr.exit_group, 0);
        int pid = plan.run(cloneFlags);
        String failure = pid < 0 ? ErrnoText.of(pid) : plan.failure();
        if (pid > 0) {
            Processes.reap(pid, new long[Processes.USAGE]);
        }
        plan.free();
        return failure == null ? "" : failure;
    }

    private static Finding cgroups() {
        String subject = "cgroups";
        String v2 = Sys.readText("/sys/fs/cgroup/cgroup.controllers");
        if (v2 != null) {
            return graded(subject, "v2: " + v2.strip(), missing(v2, null));
        }
        String v1 = Sys.readText("/proc/cgroups");
        if (v1 == null) {
            return Finding.warn(subject, "none", "limits of containers are refused; a kernel with CONFIG_CGROUPS");
        }
        boolean hybrid = Sys.readText("/sys/fs/cgroup/unified/cgroup.controllers") != null;
        return graded(subject, hybrid ? "v1 and v2 (hybrid)" : "v1", missing(v1, "/sys/fs/cgroup/"));
    }

    private static Finding graded(String subject, String found, String missing) {
        String refused = missing.isEmpty() ? mayMake() : "";
        if (!refused.isEmpty()) {
            return Finding.warn(
                    subject,
                    found + ", but not usable: " + refused,
                    "--memory, --cpus, --pids and limits of containers are refused: run as root, or in a group that was "
                            + "delegated (systemd-run --user --scope -p Delegate=yes); in a container: a writable /sys/fs/cgroup");
        }
        return missing.isEmpty()
                ? Finding.ok(subject, found)
                : Finding.warn(subject, found + ", without" + missing, "limits that need them are refused; mount them");
    }

    /** What hinders the making of a group below our own; the empty string for nothing. */
    private static String mayMake() {
        try {
            Cgroups c = Cgroups.plan(Hierarchies.find(""), "sandjar-doctor-" + Sys.pid(), "", false, false, false);
            try {
                c.create();
                StringBuilder made = new StringBuilder(" ");
                for (Cgroups.Group g : c.groups()) {
                    made.append(g.controller()).append(' ');
                }
                String all = made.toString();
                boolean usable = all.contains(" unified ") || (all.contains(" memory ") && all.contains(" pids "));
                return usable ? "" : "this user may not make groups";
            } finally {
                c.remove();
            }
        } catch (CgroupError e) {
            return e.text();
        }
    }

    /** Controllers of limits that people use and that are not there. */
    private static String missing(String listed, @Nullable String mountedAt) {
        StringBuilder b = new StringBuilder();
        for (String c : new String[] {"cpu", "memory", "pids"}) {
            boolean there =
                    listed.contains(c) && (mountedAt == null || Sys.readText(mountedAt + c + "/cgroup.procs") != null);
            if (!there) {
                b.append(' ').append(c);
            }
        }
        return b.toString();
    }
}
