// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.create;

import io.sandjar.abi.Errno;
import io.sandjar.abi.Nr;
import io.sandjar.abi.O;
import io.sandjar.abi.Sig;
import io.sandjar.host.HostFs;
import io.sandjar.host.Processes;
import io.sandjar.host.Sys;
import io.sandjar.oci.Hooks;
import io.sandjar.oci.JsonOut;
import io.sandjar.oci.Spec;
import io.sandjar.oci.SpecError;
import io.sandjar.oci.SpecReader;
import io.sandjar.oci.State;
import io.sandjar.runsc.Clock;
import io.sandjar.runsc.ErrnoText;
import io.sandjar.runsc.Failure;
import io.sandjar.runsc.cgroups.CgroupError;
import io.sandjar.runsc.cgroups.Cgroups;
import io.sandjar.runsc.cgroups.Hierarchies;
import io.sandjar.runsc.cgroups.Limits;
import io.sandjar.runsc.cgroups.PodTotals;
import io.sandjar.runsc.cgroups.ResourceLimits;
import io.sandjar.runsc.hooks.HookRunner;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One {@code create} from the bundle to a container that is ready to start. While this goes on the sandbox's JVM starts, so
 * everything that needs it comes last. Whatever goes wrong, nothing stays behind.
 */
public final class Creation {
    /** Annotations go with the request when they are not longer; the sandbox has config.json anyway. */
    private static final int ANNOTATIONS_MAX = 16384;

    private final String created = Clock.text(Clock.now());
    private final CreateRequest request;
    private final Launch launch;
    private final StateFiles files;
    private final Gifts gifts = new Gifts();
    private @Nullable Cgroups cgroups;
    private @Nullable Spec spec;
    private @Nullable String upper;
    private boolean hooksRan;
    private boolean inSandbox;
    private boolean pidWritten;

    public Creation(CreateRequest request, Launch launch) {
        this.request = request;
        this.launch = launch;
        this.files = new StateFiles(launch.stateDir());
    }

    /**
     * Makes the container.
     *
     * @throws Failure when that cannot be; then everything is as before
     */
    public void run() {
        try {
            create();
        } catch (CgroupError e) {
            undo();
            throw new Failure(1, e.text(), e.hint());
        } catch (SpecError e) {
            undo();
            throw new Failure(1, configPath() + ": " + e.text(), "");
        } catch (RuntimeException | Error e) {
            undo();
            throw e;
        } finally {
            gifts.close();
        }
    }

    /**
     * Reads a bundle's spec and nothing more.
     *
     * @throws Failure when it is not usable
     */
    public static void check(String bundle) {
        String path = bundle + "/config.json";
        int fd = Sys.openat(Sys.AT_FDCWD, path, O.O_RDONLY, 0);
        if (fd < 0) {
            throw new Failure(1, path + ": " + ErrnoText.of(fd), "");
        }
        try {
            SpecReader.read(text(fd));
        } catch (SpecError e) {
            throw new Failure(1, path + ": " + e.text(), "");
        } finally {
            Sys.close(fd);
        }
    }

    private static byte[] text(int config) {
        byte[] text = StateFiles.readAll(config);
        if (text == null) {
            throw new SpecError("", "it cannot be read");
        }
        return text;
    }

    private static int copy(byte[] text) {
        int fd = Sys.memfd("config.json", 1);
        if (fd < 0 || Sys.write(fd, text, 0, text.length, 0) != text.length) {
            throw new Failure(1, "a memory file: " + ErrnoText.of(fd < 0 ? fd : -Errno.ENOSPC), "");
        }
        return fd;
    }

    private String configPath() {
        return request.bundle() + "/config.json";
    }

    private void create() {
        int config = Sys.openat(Sys.AT_FDCWD, configPath(), O.O_RDONLY, 0);
        if (config < 0) {
            throw new Failure(1, configPath() + ": " + ErrnoText.of(config), "");
        }
        byte[] text = text(config);
        Sys.close(config);
        gifts.add("config", copy(text)); // not the file itself, which it could open for writing
        Spec s = SpecReader.read(text);
        spec = s;
        for (String w : s.warnings()) {
            request.log().warning(configPath() + ": " + w);
        }
        PodChecks.check(s);
        Sources sources = new Sources(s, request.bundle(), gifts, request.log());
        sources.checkRoot();
        Cgroups groups = makeCgroups(s);
        hooks(s);
        sources.root();
        sources.mounts();
        sources.sealRoot(!request.overlay().medium().equals("none"));
        sources.cgroupViews(groups.groups());
        makeUpper(sources);
        streams(s);
        if (launch.kernel() > 0) {
            if (request.network().equals("host")) {
                NetSysctls.leaveOut(s.linux().sysctl(), request.log());
            } else {
                NetSysctls.apply(s.linux().sysctl(), launch.launcher());
            }
        }
        writeFiles(s, text, groups);
        ask(s);
        if (launch.kernel() > 0) { // now: what its start took is not the container's
            groups.move(launch.kernel(), Cgroups.Role.KERNEL);
        }
        writePidFile();
    }

    private Cgroups makeCgroups(Spec s) {
        if (request.ignoreCgroups()) {
            return Cgroups.load("");
        }
        byte[] above = launch.kernel() > 0 ? null : StateFiles.readFile(launch.sandboxDir() + "/" + StateFiles.POD);
        Cgroups c = above != null
                ? Cgroups.load(new String(above, StandardCharsets.ISO_8859_1)).below(request.id())
                : Cgroups.plan(
                        Hierarchies.find(""),
                        s.linux().cgroupsPath(),
                        request.id(),
                        request.systemdCgroup(),
                        request.rootless(),
                        launch.kernel() > 0);
        c.create();
        cgroups = c;
        if (s.linux().resources() != null) {
            c.apply(ResourceLimits.of(s.linux().resources()));
        }
        podTotals(s, c);
        c.move(launch.launcher(), Cgroups.Role.LAUNCHER);
        if (c.groups().isEmpty() && c.notes().size() > 1) {
            request.log()
                    .warning("no control groups, thus no limits and no figures: "
                            + c.notes().get(0));
        } else {
            for (String note : c.notes()) {
                request.log().warning(note);
            }
        }
        for (Cgroups.Join j : c.joinFds()) {
            gifts.add("cgroup:" + j.controller(), j.fd());
        }
        for (int fd : c.memoryFds()) {
            gifts.add("memory", fd);
        }
        return c;
    }

    private void podTotals(Spec s, Cgroups sandbox) {
        Limits totals = PodChecks.sandbox(s.annotations())
                ? PodTotals.of(s.annotations(), s.linux().cgroupsPath())
                : null;
        if (totals == null || launch.kernel() == 0) {
            return;
        }
        if (sandbox.groups().isEmpty()) {
            request.log().warning("the pod's totals of CPU and memory are not enforced: there are no control groups");
            return;
        }
        Cgroups pod = sandbox.below(PodTotals.NAME);
        pod.createInner();
        PodTotals.apply(sandbox, pod, totals);
        files.write(StateFiles.POD, pod.save().getBytes(StandardCharsets.ISO_8859_1));
    }

    private State state(Spec s, String status) {
        return new State(
                s.ociVersion(),
                request.id(),
                status,
                status.equals("stopped") ? 0 : launch.launcher(),
                request.bundle(),
                new Sources(s, request.bundle(), gifts, request.log()).rootfs(),
                created,
                Integer.toString(request.owner()),
                s.annotations());
    }

    private void hooks(Spec s) {
        Hooks h = s.hooks();
        if (h.prestart().isEmpty()
                && h.createRuntime().isEmpty()
                && h.createContainer().isEmpty()) {
            return;
        }
        hooksRan = true;
        HookRunner runner = new HookRunner(request.bundle(), request.log());
        byte[] state = state(s, "creating").forHook();
        runner.run("prestart", h.prestart(), 0, state);
        runner.run("createRuntime", h.createRuntime(), 0, state);
        runner.run("createContainer", h.createContainer(), launch.launcher(), state);
    }

    /** The directory for the writable layer, where --overlay2 wants one. */
    private void makeUpper(Sources sources) {
        String medium = request.overlay().medium();
        if (!medium.equals("dir") && !medium.equals("self")) {
            return;
        }
        String rootfs = sources.rootfs();
        String parent = medium.equals("dir")
                ? request.overlay().directory()
                : rootfs.substring(0, Math.max(1, rootfs.lastIndexOf('/')));
        String path = UpperDir.path(parent, request.id());
        int fd = UpperDir.make(path);
        if (fd < 0) {
            throw new Failure(1, "--overlay2: " + path + ": " + ErrnoText.of(fd), "");
        }
        upper = path;
        gifts.add("upper", fd);
    }

    private void streams(Spec s) {
        if (s.process().terminal() && launch.tty() >= 0) {
            gifts.lend("console", launch.tty());
        } else {
            gifts.lend("stdin", 0);
            gifts.lend("stdout", 1);
            gifts.lend("stderr", 2);
        }
        for (int i = 0; i < request.preserveFds(); i++) {
            if (Sys.call(Nr.fcntl, 3 + i, 1, 0) < 0) { // F_GETFD
                throw new Failure(1, "--preserve-fds: descriptor " + (3 + i) + " is not open", "");
            }
            gifts.lend("preserve:" + (3 + i), 3 + i);
        }
    }

    private void writeFiles(Spec s, byte[] text, Cgroups groups) {
        files.write(StateFiles.STATE, state(s, "stopped").text().getBytes(StandardCharsets.ISO_8859_1));
        files.write(StateFiles.CONFIG, text);
        files.write(StateFiles.CGROUPS, groups.save().getBytes(StandardCharsets.ISO_8859_1));
        String words = (s.hooks().startContainer().isEmpty() ? "" : "startContainer\n")
                + (s.hooks().poststart().isEmpty() ? "" : "poststart\n")
                + (s.hooks().poststop().isEmpty() && upper == null ? "" : "poststop\n")
                + (upper == null ? "" : "upper " + upper + "\n");
        if (!words.isEmpty()) {
            files.write(StateFiles.HOOKS, words.getBytes(StandardCharsets.ISO_8859_1));
        }
        files.settle();
    }

    private void ask(Spec s) {
        SandboxClient client = new SandboxClient(launch.socket());
        int status = client.ask(gifts, "create", request.id(), options(s));
        if (status != 0) {
            String why = client.errors();
            throw new Failure(1, why.isEmpty() ? "the sandbox refused the container" : why, "");
        }
        if (!client.errors().isEmpty()) {
            request.log().warning(client.errors());
        }
        inSandbox = true;
    }

    private String options(Spec s) {
        JsonOut o = new JsonOut("");
        o.object()
                .put("id", request.id())
                .put("bundle", request.bundle())
                .put("hostPid", launch.launcher())
                .put("sandbox", launch.kernel() > 0)
                .put("overlay", request.overlay().medium())
                .put("overlaySize", request.overlay().withDisk(s.annotations().get(Overlay.DISK)))
                .put("overlayOwners", request.overlay().owners())
                .put("network", request.network())
                .put("hostUds", request.hostUds())
                .put("strace", request.strace())
                .put("owner", Integer.toString(request.owner()))
                .put("created", created);
        JsonOut a = new JsonOut("");
        a.object().put("annotations", s.annotations()).end();
        if (a.text().length() <= ANNOTATIONS_MAX) {
            o.put("annotations", s.annotations());
        }
        o.end();
        return o.text();
    }

    private void writePidFile() {
        String path = request.pidFile();
        if (path == null || path.isEmpty()) {
            return;
        }
        int slash = path.lastIndexOf('/');
        String temporary = path.substring(0, slash + 1) + "." + path.substring(slash + 1);
        byte[] pid = Integer.toString(launch.launcher()).getBytes(StandardCharsets.ISO_8859_1);
        int r = StateFiles.replace(path, temporary, pid, 0644);
        if (r < 0) {
            throw new Failure(1, "--pid-file: " + path + ": " + ErrnoText.of(r), "");
        }
        pidWritten = true;
    }

    /** Takes back what was done. The launcher and with it the sandbox end; a sandbox of others forgets the container. */
    private void undo() {
        if (inSandbox && launch.kernel() == 0) {
            try {
                new SandboxClient(launch.socket()).ask(new Gifts(), "delete", request.id(), "force");
            } catch (Failure e) {
                // it has ended
            }
        }
        Processes.kill(launch.launcher(), Sig.SIGKILL);
        if (launch.kernel() > 0) {
            Processes.kill(launch.kernel(), Sig.SIGKILL);
        }
        String pidFile = request.pidFile();
        if (pidWritten && pidFile != null) {
            HostFs.nameCall(Nr.unlinkat, Sys.AT_FDCWD, pidFile, 0, 0, 0);
        }
        files.undo();
        gifts.close();
        Spec s = spec;
        if (hooksRan && s != null) {
            new HookRunner(request.bundle(), request.log())
                    .runAll(
                            "poststop",
                            s.hooks().poststop(),
                            0,
                            state(s, "stopped").forHook());
        }
        if (cgroups != null && !cgroups.remove()) {
            request.log().warning("control groups of " + request.id() + " could not be removed");
        }
        if (upper != null) {
            UpperDir.remove(upper);
        }
    }
}
