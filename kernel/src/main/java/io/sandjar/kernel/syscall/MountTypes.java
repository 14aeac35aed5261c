// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.syscall;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.Cap;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.fs.cgroup.Cgroup;
import io.sandjar.kernel.fs.cgroup.CgroupFs;
import io.sandjar.kernel.fs.devpts.DevPts;
import io.sandjar.kernel.fs.mqueue.MqueueFs;
import io.sandjar.kernel.fs.proc.ProcFs;
import io.sandjar.kernel.fs.sys.SysFs;
import io.sandjar.kernel.fs.tmpfs.TmpFs;
import io.sandjar.kernel.fs.tmpfs.TmpfsOptions;
import io.sandjar.kernel.net.NetStack;
import io.sandjar.kernel.task.CgroupMoves;
import io.sandjar.kernel.task.Namespaces;
import io.sandjar.kernel.task.Task;
import io.sandjar.kernel.task.TaskJobs;
import io.sandjar.kernel.vfs.FileSystem;
import io.sandjar.kernel.vfs.Mount;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.UserNamespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The file systems that a guest may mount, by name, and their options. */
final class MountTypes {
    private static final long DEFAULT_SHARE = 8;

    private MountTypes() {}

    /** Whether there is such a file system. */
    static boolean known(String type) {
        return switch (type) {
            case "tmpfs", "ramfs", "proc", "sysfs", "devpts", "mqueue", "cgroup2", "overlay" -> true;
            default -> false;
        };
    }

    /** Whether there is only one of it. */
    static boolean single(String type) {
        return type.equals("sysfs") || type.equals("cgroup2");
    }

    /** Options as mount(2) takes them, one by one; a comma after a backslash belongs to a name. */
    static List<String> split(String options) {
        ArrayList<String> all = new ArrayList<>();
        for (int from = 0; from < options.length(); ) {
            int comma = options.indexOf(',', from);
            while (comma > 0 && options.charAt(comma - 1) == '\\') {
                comma = options.indexOf(',', comma + 1);
            }
            int end = comma < 0 ? options.length() : comma;
            if (end > from) {
                all.add(options.substring(from, end));
            }
            from = end + 1;
        }
        return all;
    }

    /** Whose a new file system is: of who mounts it, or of the namespace that it shows. */
    private static UserNamespace owner(Task t, String type) {
        Namespaces ns = t.namespaces();
        return switch (type) {
            case "proc" -> t.pids().owner();
            case "sysfs" -> ns.net.owner();
            case "mqueue" -> ns.ipc.owner();
            case "cgroup2" -> ns.cgroup.owner();
            default -> t.creds().userNs();
        };
    }

    /**
     * As {@link #make} for who may mount it.
     *
     * @return -EPERM for who is not privileged in the namespace whose it is
     */
    static int makeFor(Task t, String type, List<String> options, Map<String, Path> places, Ref<FileSystem> out) {
        int r = type.equals("overlay") ? OverlayOptions.make(t, options, places, out) : make(t, type, options, out);
        if (r != 0) {
            return r;
        }
        UserNamespace owner = owner(t, type);
        FileSystem fs = out.get();
        if (!t.creds().has(owner, Cap.CAP_SYS_ADMIN)) {
            fs.close();
            return -EPERM;
        }
        if (!fs.isMounted()) {
            fs.setOwner(owner);
        }
        return 0;
    }

    /**
     * Makes a file system, or finds the one that there is only one of.
     *
     * @return 0; -ENODEV for an unknown type; -EINVAL for an option that is not known
     */
    static int make(Task t, String type, List<String> options, Ref<FileSystem> out) {
        switch (type) {
            case "tmpfs", "ramfs" -> {
                return tmpfs(t, type, options, out);
            }
            case "proc" -> {
                return proc(t, options, out);
            }
            case "devpts" -> {
                return devpts(t, options, out);
            }
            case "overlay" -> {
                return OverlayOptions.make(t, options, Map.of(), out);
            }
            case "sysfs" -> {
                NetStack net = t.namespaces().net;
                out.set(existing(t, type, SysFs.class) instanceof SysFs fs && fs.net() == net ? fs : new SysFs(net));
                return options.isEmpty() ? 0 : -EINVAL;
            }
            case "mqueue" -> {
                out.set(new MqueueFs(t.namespaces().ipc.queues));
                return options.isEmpty() ? 0 : -EINVAL;
            }
            case "cgroup2" -> {
                for (String o : options) {
                    switch (o) {
                        case "nsdelegate", "memory_recursiveprot", "memory_localevents", "favordynmods" -> {}
                        default -> {
                            return -EINVAL;
                        }
                    }
                }
                Cgroup top = t.namespaces().cgroup.top(t.container());
                out.set(
                        top.isRoot() && existing(t, type, CgroupFs.class) instanceof CgroupFs fs
                                ? fs
                                : CgroupMoves.fileSystem(t.container(), top));
                return 0;
            }
            default -> {
                return -ENODEV;
            }
        }
    }

    /** The container's own, which all mounts of it show. */
    private static @org.jspecify.annotations.Nullable FileSystem existing(Task t, String type, Class<?> c) {
        for (Mount m : t.container().mounts().mounts()) {
            if (m.fs().type().equals(type) && c.isInstance(m.fs())) {
                return m.fs();
            }
        }
        return null;
    }

    private static int tmpfs(Task t, String type, List<String> options, Ref<FileSystem> out) {
        TmpfsOptions o = new TmpfsOptions(Runtime.getRuntime().maxMemory() * DEFAULT_SHARE);
        o.uid = t.creds().fsuid();
        o.gid = t.creds().fsgid();
        for (String s : options) {
            int eq = s.indexOf('=');
            String name = eq < 0 ? s : s.substring(0, eq);
            if (!TmpfsOptions.knows(name)) {
                if (type.equals("ramfs")) {
                    continue;
                }
                return -EINVAL;
            }
            o.option(s);
            if (o.wrong != null) {
                return -EINVAL;
            }
            if (name.equals("uid")) {
                o.uid = t.creds().userNs().kernelUid(o.uid);
            } else if (name.equals("gid")) {
                o.gid = t.creds().userNs().kernelGid(o.gid);
            }
        }
        if (o.uid == -1 || o.gid == -1) {
            return -EINVAL;
        }
        TmpFs fs = o.make(t.kernel().files, type);
        fs.endUnmounted();
        out.set(fs);
        return 0;
    }

    private static int proc(Task t, List<String> options, Ref<FileSystem> out) {
        ProcFs.Hide hide = ProcFs.Hide.NOTHING;
        int gid = 0;
        boolean only = false;
        for (String o : options) {
            switch (o) {
                case "hidepid=0", "hidepid=off" -> hide = ProcFs.Hide.NOTHING;
                case "hidepid=1", "hidepid=noaccess" -> hide = ProcFs.Hide.CONTENTS;
                case "hidepid=2", "hidepid=invisible" -> hide = ProcFs.Hide.EXISTENCE;
                case "hidepid=4", "hidepid=ptraceable" -> hide = ProcFs.Hide.UNTRACEABLE;
                case "subset=pid" -> only = true;
                default -> {
                    gid = o.startsWith("gid=") ? groupOf(t, o.substring(4)) : -1;
                    if (gid == -1) {
                        return -EINVAL;
                    }
                }
            }
        }
        ProcFs fs = new ProcFs(t.pids());
        if (existing(t, "proc", ProcFs.class) instanceof ProcFs first) {
            fs.inherit(first);
        }
        fs.restrict(hide, gid, only);
        out.set(fs);
        return 0;
    }

    /** The kernel's number of a group; -1 for none. */
    private static int groupOf(Task t, String number) {
        try {
            return t.creds().userNs().kernelGid(Integer.parseUnsignedInt(number));
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static int devpts(Task t, List<String> options, Ref<FileSystem> out) {
        int gid = t.creds().fsgid();
        int mode = 0600;
        int ptmx = 0;
        for (String o : options) {
            int eq = o.indexOf('=');
            String name = eq < 0 ? o : o.substring(0, eq);
            try {
                switch (name) {
                    case "gid" -> gid = groupOf(t, o.substring(eq + 1));
                    case "mode" -> mode = Integer.parseInt(o.substring(eq + 1), 8);
                    case "ptmxmode" -> ptmx = Integer.parseInt(o.substring(eq + 1), 8);
                    case "uid", "max" -> Integer.parseUnsignedInt(o.substring(eq + 1));
                    case "newinstance" -> {}
                    default -> {
                        return -EINVAL;
                    }
                }
            } catch (NumberFormatException e) {
                return -EINVAL;
            }
        }
        if (gid == -1) {
            return -EINVAL;
        }
        DevPts fs = new DevPts(new TaskJobs(t.pids()), null);
        fs.setModes(gid, mode, ptmx);
        out.set(fs);
        return 0;
    }
}
