// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.oci;

import java.util.List;

/** The configuration that {@code spec} writes for people to start from: a shell in a container, as runc's. */
public final class DefaultSpec {
    private static final List<String> CAPABILITIES = List.of("CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE");

    private DefaultSpec() {}

    /** For root. */
    public static String text() {
        return text(false, 0, 0);
    }

    /** For an ordinary user: a user namespace with that user as its root, the host's network, no limits. */
    public static String rootless(int uid, int gid) {
        return text(true, uid, gid);
    }

    private static String text(boolean rootless, int uid, int gid) {
        JsonOut out = new JsonOut("\t");
        out.object().put("ociVersion", State.VERSION);
        process(out);
        out.object("root").put("path", "rootfs").put("readonly", true).end();
        out.put("hostname", "runsc");
        mounts(out, rootless);
        out.object("linux");
        if (rootless) {
            mapping(out, "uidMappings", uid);
            mapping(out, "gidMappings", gid);
        } else {
            out.object("resources").array("devices").object();
            out.put("allow", false).put("access", "rwm").end().endArray().end();
        }
        out.array("namespaces");
        namespace(out, "pid");
        if (!rootless) {
            namespace(out, "network");
        }
        namespace(out, "ipc");
        namespace(out, "uts");
        namespace(out, "mount");
        if (rootless) {
            namespace(out, "user");
        }
        namespace(out, "cgroup");
        out.endArray();
        out.put(
                "maskedPaths",
                List.of(
                        "/proc/acpi",
                        "/proc/asound",
                        "/proc/kcore",
                        "/proc/keys",
                        "/proc/latency_stats",
                        "/proc/timer_list",
                        "/proc/timer_stats",
                        "/proc/sched_debug",
                        "/sys/firmware",
                        "/proc/scsi"));
        out.put("readonlyPaths", List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"));
        return out.end().end().text() + "\n";
    }

    private static void process(JsonOut out) {
        out.object("process").put("terminal", true);
        out.object("user").put("uid", 0).put("gid", 0).end();
        out.put("args", List.of("sh"));
        out.put("env", List.of("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"));
        out.put("cwd", "/");
        out.object("capabilities");
        out.put("bounding", CAPABILITIES)
                .put("effective", CAPABILITIES)
                .put("permitted", CAPABILITIES)
                .end();
        out.array("rlimits").object();
        out.put("type", "RLIMIT_NOFILE")
                .put("hard", 1024)
                .put("soft", 1024)
                .end()
                .endArray();
        out.put("noNewPrivileges", true).end();
    }

    private static void mounts(JsonOut out, boolean rootless) {
        out.array("mounts");
        mount(out, "/proc", "proc", "proc");
        mount(out, "/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k");
        if (rootless) {
            mount(out, "/dev/pts", "devpts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620");
        } else {
            mount(
                    out,
                    "/dev/pts",
                    "devpts",
                    "devpts",
                    "nosuid",
                    "noexec",
                    "newinstance",
                    "ptmxmode=0666",
                    "mode=0620",
                    "gid=5");
        }
        mount(out, "/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k");
        mount(out, "/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev");
        mount(out, "/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", "ro");
        mount(out, "/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", "relatime", "ro");
        out.endArray();
    }

    private static void mount(JsonOut out, String destination, String type, String source, String... options) {
        out.object().put("destination", destination).put("type", type).put("source", source);
        if (options.length > 0) {
            out.put("options", List.of(options));
        }
        out.end();
    }

    private static void mapping(JsonOut out, String name, int id) {
        out.array(name).object();
        out.put("containerID", 0).put("hostID", Integer.toUnsignedLong(id)).put("size", 1);
        out.end().endArray();
    }

    private static void namespace(JsonOut out, String type) {
        out.object().put("type", type).end();
    }
}
