// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc;

import io.sandjar.abi.O;
import io.sandjar.host.Sys;
import io.sandjar.kernel.fs.sys.CgroupView;
import io.sandjar.kernel.mm.MemoryRoom;
import io.sandjar.kernel.task.Container;
import io.sandjar.runsc.cgroups.CgroupError;
import io.sandjar.runsc.cgroups.Cgroups;
import io.sandjar.runsc.cgroups.Hierarchies;
import io.sandjar.runsc.cgroups.Limits;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code --memory}, {@code --cpus} and {@code --pids} of {@code sandjar do}: control groups of the host for the guest's processes
 * alone, below those that the caller is in. The parent process removes them when this one has ended, however it ended.
 */
final class DoLimits {
    /** Set by the parent: a descriptor for the names of the groups. Not the guest's business. */
    static final String VARIABLE = "SANDJAR_GROUPS=";

    private static final String HINT =
            "limits need control groups that the caller may write: run it as root, or in a group that was "
                    + "delegated to you (systemd-run --user --scope -p Delegate=yes sandjar do ...)";
    private static final String NAME = "sandjar-do-";

    /** Younger ones may be about to be filled. */
    private static final long OLD_MILLIS = 60_000;

    private static final long CPU_PERIOD_MICROS = 100_000;

    private final Cgroups groups;
    private final Container container;

    private DoLimits(Cgroups groups, Container container) {
        this.groups = groups;
        this.container = container;
    }

    /**
     * Makes the groups and sets the limits.
     *
     * @return null: none are wanted
     */
    static @Nullable DoLimits make(DoOptions o, Container container) {
        if (o.memory == 0 && o.cpus == 0 && o.pids == 0) {
            return null;
        }
        try {
            Hierarchies h = Hierarchies.find("");
            if (h.none()) {
                throw new Failure(Command.FAILED, "there are no control groups on this host, thus no limits", HINT);
            }
            Cgroups c = Cgroups.plan(h, NAME + Sys.pid(), "", false, false, false);
            c.create();
            sweep(c);
            record(c);
            c.apply(limits(o));
            DoLimits l = new DoLimits(c, container);
            l.give();
            return l;
        } catch (CgroupError e) {
            throw new Failure(Command.FAILED, e.text(), e.hint().isEmpty() ? HINT : e.hint());
        }
    }

    /** Removes empty groups that were left when a parent was killed too. */
    private static void sweep(Cgroups c) {
        for (Cgroups.Group g : c.groups()) {
            File[] beside = new File(g.path()).getAbsoluteFile().getParentFile().listFiles();
            for (File f : beside == null ? new File[0] : beside) {
                String name = f.getName();
                if (name.startsWith(NAME)
                        && !new File("/proc/" + name.substring(NAME.length())).exists()
                        && System.currentTimeMillis() - f.lastModified() > OLD_MILLIS) {
                    f.delete(); // a group with processes stays
                }
            }
        }
    }

    private static Limits limits(DoOptions o) {
        Limits l = new Limits();
        if (o.memory > 0) {
            l.memoryLimit = o.memory;
            l.memorySwap = o.memory;
        }
        if (o.cpus > 0) {
            l.cpuPeriod = CPU_PERIOD_MICROS;
            l.cpuQuota = Math.max(1000, Math.round(o.cpus * CPU_PERIOD_MICROS));
        }
        if (o.pids > 0) {
            l.pids = o.pids;
        }
        return l;
    }

    /** Tells the parent what to remove. */
    private static void record(Cgroups c) {
        String number = System.getenv(VARIABLE.substring(0, VARIABLE.length() - 1));
        byte[] text = c.save().getBytes(StandardCharsets.ISO_8859_1);
        if (number == null || Sys.write((int) Values.number(number), text, 0, text.length, 0) != text.length) {
            c.remove();
            throw new IllegalStateException("no parent to remove the control groups");
        }
    }

    /** The guest's processes join the groups, it sees its own limits, and the kernel knows when memory is short. */
    private void give() {
        List<Cgroups.Join> joins = groups.joinFds();
        int[] procs = new int[joins.size()];
        for (int i = 0; i < procs.length; i++) {
            procs[i] = joins.get(i).fd();
        }
        container.cgroupProcs = procs;
        ArrayList<String> names = new ArrayList<>();
        ArrayList<Integer> fds = new ArrayList<>();
        for (Cgroups.Group g : groups.groups()) {
            int fd = Cgroups.viewed(g)
                    ? Sys.openat(Sys.AT_FDCWD, Cgroups.guests(g), O.O_PATH | O.O_DIRECTORY | O.O_CLOEXEC, 0)
                    : -1;
            if (fd >= 0) {
                names.add(g.controller());
                fds.add(fd);
            }
        }
        int[] directories = new int[fds.size()];
        for (int i = 0; i < directories.length; i++) {
            directories[i] = fds.get(i);
        }
        container.groups = new CgroupView(names.toArray(new String[0]), directories);
        container.memoryRoom = MemoryRoom.ofPairs(groups.memoryFds());
    }

    /** How many guest processes the host has killed because the limit of memory was reached. */
    long oomKills() {
        return container.groups.oomKills();
    }
}
