// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.node.spec;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.SeccompProfile;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.Sysctl;
import io.sandjar.node.network.PodAddress;
import io.sandjar.node.volumes.VolumeMount;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The config.json of containers and of pod sandboxes, as the CRI's runtimes make them of a pod. */
public final class ConfigJson {
    private static final String TYPE = "io.kubernetes.cri.container-type";
    private static final String SANDBOX = "io.kubernetes.cri.sandbox-id";
    private static final List<String> MASKED = List.of(
            "/proc/asound",
            "/proc/acpi",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/proc/sched_debug",
            "/proc/scsi",
            "/sys/firmware",
            "/sys/devices/virtual/powercap");
    private static final List<String> READ_ONLY =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    private ConfigJson() {}

    /** Of a container. */
    public static JsonObject container(ConfigInput in) throws SpecException {
        JsonObject config = new JsonObject();
        config.addProperty("ociVersion", "1.0.2");
        List<String> capabilities = CapabilitySet.of(
                in.container().getSecurityContext() == null
                        ? null
                        : in.container().getSecurityContext().getCapabilities());
        config.add("process", process(in, capabilities));
        JsonObject root = new JsonObject();
        root.addProperty("path", in.rootfs().toString());
        root.addProperty("readonly", readOnly(in.container()));
        config.add("root", root);
        config.add("mounts", mounts(in));
        JsonObject annotations = annotations(in.pod(), "container", in.sandboxId());
        annotations.addProperty(
                "io.kubernetes.cri.container-name", in.container().getName());
        config.add("annotations", annotations);
        JsonObject linux = linux(in.pod(), in.cgroupsPath());
        linux.add("namespaces", namespaces(in));
        if (in.cgroupsPath() != null) {
            linux.add("resources", ResourcesJson.of(in.container()));
        }
        JsonElement seccomp = SeccompProfiles.of(seccomp(in), capabilities, in.profileDir());
        if (seccomp != null) {
            linux.add("seccomp", seccomp);
        }
        config.add("linux", linux);
        return config;
    }

    /**
     * Of a pod sandbox: our pause program in a root of its own.
     *
     * @param rootfs directory with the program /pause
     */
    public static JsonObject sandbox(
            Pod pod, String id, Path rootfs, PodAddress address, @Nullable String cgroupsPath, boolean podSandboxes) {
        JsonObject config = new JsonObject();
        config.addProperty("ociVersion", "1.0.2");
        JsonObject process = new JsonObject();
        process.add("user", user(65535, 65535, List.of()));
        process.add("args", array(List.of("/pause")));
        process.add("env", array(List.of("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")));
        process.addProperty("cwd", "/");
        process.addProperty("noNewPrivileges", true);
        process.addProperty("oomScoreAdj", OomScore.permitted(-998));
        config.add("process", process);
        JsonObject root = new JsonObject();
        root.addProperty("path", rootfs.toString());
        root.addProperty("readonly", true);
        config.add("root", root);
        if (!hostNetwork(pod) || podSandboxes) {
            config.addProperty("hostname", address.hostname());
        }
        JsonArray mounts = new JsonArray();
        mounts.add(mount("/proc", "proc", "proc", List.of("nosuid", "noexec", "nodev")));
        mounts.add(mount("/dev", "tmpfs", "tmpfs", List.of("nosuid", "strictatime", "mode=755", "size=65536k")));
        config.add("mounts", mounts);
        config.add("annotations", annotations(pod, "sandbox", id));
        JsonObject linux = linux(pod, cgroupsPath);
        JsonArray namespaces = new JsonArray();
        boolean host = !podSandboxes; // for runsc these are the sandbox's own in any case
        if (!host || !Boolean.TRUE.equals(pod.getSpec().getHostPID())) {
            namespaces.add(namespace("pid", null));
        }
        if (!host || !Boolean.TRUE.equals(pod.getSpec().getHostIPC())) {
            namespaces.add(namespace("ipc", null));
        }
        if (!host || !hostNetwork(pod)) {
            namespaces.add(namespace("uts", null));
        }
        namespaces.add(namespace("mount", null));
        addNetwork(namespaces, pod, address);
        linux.add("namespaces", namespaces);
        JsonObject sysctls = new JsonObject();
        PodSecurityContext security = pod.getSpec().getSecurityContext();
        if (security != null) {
            for (Sysctl s : security.getSysctls()) {
                sysctls.addProperty(s.getName(), s.getValue());
            }
        }
        if (!sysctls.isEmpty()) {
            linux.add("sysctl", sysctls);
        }
        if (cgroupsPath != null) {
            linux.add("resources", ResourcesJson.devicesOnly());
        }
        config.add("linux", linux);
        return config;
    }

    private static boolean readOnly(Container c) {
        return c.getSecurityContext() != null
                && Boolean.TRUE.equals(c.getSecurityContext().getReadOnlyRootFilesystem());
    }

    private static boolean hostNetwork(Pod pod) {
        return Boolean.TRUE.equals(pod.getSpec().getHostNetwork());
    }

    private static @Nullable SeccompProfile seccomp(ConfigInput in) {
        SecurityContext own = in.container().getSecurityContext();
        PodSecurityContext all = in.pod().getSpec().getSecurityContext();
        return own != null && own.getSeccompProfile() != null
                ? own.getSeccompProfile()
                : all == null ? null : all.getSeccompProfile();
    }

    private static JsonObject process(ConfigInput in, List<String> capabilities) throws SpecException {
        Container c = in.container();
        boolean tty = Boolean.TRUE.equals(c.getTty());
        Map<String, String> all = Environment.merged(
                in.image().env(), in.environment(), in.address().hostname(), tty);
        Identity who = Identity.of(in.pod(), c, in.image().user(), in.rootfs());
        JsonObject process = new JsonObject();
        process.addProperty("terminal", tty);
        process.add("user", user(who.uid(), who.gid(), who.groups()));
        process.add("args", array(arguments(in)));
        List<String> env = new ArrayList<>();
        all.forEach((k, v) -> env.add(k + "=" + v));
        process.add("env", array(env));
        String cwd = c.getWorkingDir() != null && !c.getWorkingDir().isEmpty()
                ? c.getWorkingDir()
                : in.image().workingDir();
        process.addProperty("cwd", cwd.isEmpty() ? "/" : cwd);
        JsonObject sets = new JsonObject();
        for (String set : List.of("bounding", "effective", "permitted")) {
            sets.add(set, array(capabilities));
        }
        process.add("capabilities", sets);
        process.addProperty("noNewPrivileges", noNewPrivileges(in));
        process.addProperty("oomScoreAdj", OomScore.permitted(Qos.of(in.pod()).oomScoreAdj(c)));
        return process;
    }

    private static boolean noNewPrivileges(ConfigInput in) {
        SecurityContext own = in.container().getSecurityContext();
        return own != null && Boolean.FALSE.equals(own.getAllowPrivilegeEscalation());
    }

    /** command replaces the image's entry point and its cmd, args its cmd. */
    private static List<String> arguments(ConfigInput in) throws SpecException {
        List<String> command = in.container().getCommand();
        List<String> args = in.container().getArgs();
        List<String> words = new ArrayList<>();
        for (String w : command) {
            words.add(Expansion.expand(w, in.environment()));
        }
        if (command.isEmpty()) {
            words.addAll(in.image().entrypoint());
        }
        for (String w : args) {
            words.add(Expansion.expand(w, in.environment()));
        }
        if (command.isEmpty() && args.isEmpty()) {
            words.addAll(in.image().cmd());
        }
        if (words.isEmpty()) {
            throw new SpecException(
                    "CreateContainerError",
                    "no command specified: neither the image nor the container's command names a program");
        }
        return words;
    }

    private static JsonObject user(long uid, long gid, List<Long> groups) {
        JsonObject user = new JsonObject();
        user.addProperty("uid", uid);
        user.addProperty("gid", gid);
        if (!groups.isEmpty()) {
            JsonArray all = new JsonArray();
            groups.forEach(all::add);
            user.add("additionalGids", all);
        }
        return user;
    }

    private static JsonArray mounts(ConfigInput in) {
        JsonArray all = new JsonArray();
        all.add(mount("/proc", "proc", "proc", List.of("nosuid", "noexec", "nodev")));
        all.add(mount("/dev", "tmpfs", "tmpfs", List.of("nosuid", "strictatime", "mode=755", "size=65536k")));
        List<String> pts = new ArrayList<>(List.of("nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"));
        if (!in.rootless()) {
            pts.add("gid=5");
        }
        all.add(mount("/dev/pts", "devpts", "devpts", pts));
        all.add(mount("/dev/mqueue", "mqueue", "mqueue", List.of("nosuid", "noexec", "nodev")));
        all.add(mount("/sys", "sysfs", "sysfs", List.of("nosuid", "noexec", "nodev", "ro")));
        all.add(mount("/sys/fs/cgroup", "cgroup", "cgroup", List.of("nosuid", "noexec", "nodev", "relatime", "ro")));
        Path shm = in.shm();
        if (shm == null) {
            all.add(mount(
                    "/dev/shm", "tmpfs", "shm", List.of("nosuid", "noexec", "nodev", "mode=1777", "size=65536k")));
        } else {
            all.add(mount("/dev/shm", "bind", shm.toString(), List.of("rbind", "rprivate", "rw", "nosuid", "nodev")));
        }
        String access = readOnly(in.container()) ? "ro" : "rw";
        file(all, in, "/etc/hosts", in.address().hosts(), access);
        file(all, in, "/etc/resolv.conf", in.address().resolvConf(), access);
        file(all, in, "/etc/hostname", in.hostnameFile(), access);
        String message = in.container().getTerminationMessagePath();
        file(
                all,
                in,
                message == null || message.isEmpty() ? "/dev/termination-log" : message,
                in.terminationLog(),
                "rw");
        for (VolumeMount v : in.volumes()) {
            all.add(mount(v.destination(), v.type(), v.source(), v.options()));
        }
        return all;
    }

    /** A file of ours, unless a volume is mounted there. */
    private static void file(JsonArray all, ConfigInput in, String at, @Nullable Path source, String access) {
        if (source != null
                && in.volumes().stream().noneMatch(v -> v.destination().equals(at))) {
            all.add(mount(at, "bind", source.toString(), List.of("rbind", "rprivate", access)));
        }
    }

    private static JsonObject mount(String destination, String type, String source, List<String> options) {
        JsonObject m = new JsonObject();
        m.addProperty("destination", destination);
        m.addProperty("type", type);
        m.addProperty("source", source);
        m.add("options", array(options));
        return m;
    }

    private static JsonObject annotations(Pod pod, String type, String sandboxId) {
        JsonObject a = new JsonObject();
        a.addProperty(TYPE, type);
        a.addProperty(SANDBOX, sandboxId);
        a.addProperty("io.kubernetes.cri.sandbox-name", pod.getMetadata().getName());
        a.addProperty("io.kubernetes.cri.sandbox-namespace", pod.getMetadata().getNamespace());
        a.addProperty("io.kubernetes.cri.sandbox-uid", pod.getMetadata().getUid());
        return a;
    }

    private static JsonObject linux(Pod pod, @Nullable String cgroupsPath) {
        JsonObject linux = new JsonObject();
        if (cgroupsPath != null) {
            linux.addProperty("cgroupsPath", cgroupsPath);
        }
        linux.add("maskedPaths", array(MASKED));
        linux.add("readonlyPaths", array(READ_ONLY));
        return linux;
    }

    private static JsonArray namespaces(ConfigInput in) {
        JsonArray all = new JsonArray();
        PodSpec pod = in.pod().getSpec();
        boolean sharedPids = Boolean.TRUE.equals(pod.getShareProcessNamespace());
        boolean hostPids = Boolean.TRUE.equals(pod.getHostPID());
        all.add(namespace("mount", null));
        all.add(namespace("cgroup", null));
        if (in.podSandboxes()) {
            // A path stands for the sandbox's; without an entry that is what a member gets too.
            if (!sharedPids && !hostPids) {
                all.add(namespace("pid", null));
            }
            addNetwork(all, in.pod(), in.address());
            return all;
        }
        String proc = "/proc/" + in.sandboxPid() + "/ns/";
        if (!hostPids) {
            all.add(namespace("pid", sharedPids ? proc + "pid" : null));
        }
        if (!Boolean.TRUE.equals(pod.getHostIPC())) {
            all.add(namespace("ipc", proc + "ipc"));
        }
        if (!hostNetwork(in.pod())) {
            all.add(namespace("uts", proc + "uts"));
            all.add(namespace("network", proc + "net"));
        }
        return all;
    }

    private static void addNetwork(JsonArray namespaces, Pod pod, PodAddress address) {
        Path netns = address.netns();
        if (!hostNetwork(pod)) {
            namespaces.add(namespace("network", netns == null ? null : netns.toString()));
        }
    }

    private static JsonObject namespace(String type, @Nullable String path) {
        JsonObject n = new JsonObject();
        n.addProperty("type", type);
        if (path != null) {
            n.addProperty("path", path);
        }
        return n;
    }

    static JsonArray array(List<String> strings) {
        JsonArray a = new JsonArray();
        strings.forEach(a::add);
        return a;
    }
}
