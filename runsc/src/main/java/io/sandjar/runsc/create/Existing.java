// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.create;

import io.sandjar.oci.Hooks;
import io.sandjar.oci.Json;
import io.sandjar.oci.Spec;
import io.sandjar.oci.SpecError;
import io.sandjar.oci.SpecReader;
import io.sandjar.oci.State;
import io.sandjar.runsc.EngineLog;
import io.sandjar.runsc.Failure;
import io.sandjar.runsc.hooks.HookRunner;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A container that was created, as far as its hooks go: {@code start} and {@code delete} of those that have some. What its
 * files say may be cut off anywhere (a loss of power); deleting it works all the same.
 */
public final class Existing {
    private final String root;
    private final String id;
    private final StateFiles files;
    private final NativeProgram program;
    private final EngineLog log;

    /** @param root of all containers' state */
    public Existing(String root, String id, NativeProgram program, EngineLog log) {
        this.root = root;
        this.id = id;
        this.files = new StateFiles(root + "/" + id);
        this.program = program;
        this.log = log;
    }

    /** {@code start}; the exit status. */
    public int start() {
        Spec spec = spec();
        if (spec == null || !"created".equals(status())) {
            return program.run("start", id);
        }
        Hooks hooks = spec.hooks();
        int pid = pid();
        HookRunner runner = new HookRunner(directory(), log);
        try {
            runner.run("startContainer", hooks.startContainer(), pid, state(spec, "created", pid));
        } catch (Failure e) {
            program.run("kill", "--all", id, "KILL");
            throw e;
        }
        int status = program.run("start", id);
        if (status == 0) {
            runner.runAll("poststart", hooks.poststart(), 0, state(spec, "running", pid));
        }
        return status;
    }

    /** {@code delete}; the exit status. */
    public int delete(boolean force) {
        Spec spec = spec();
        String directory = directory();
        String upper = upper();
        byte[] state = spec == null ? new byte[0] : state(spec, "stopped", 0); // its files will be gone
        int status = force ? program.run("delete", "--force", id) : program.run("delete", id);
        if (status != 0) {
            return status;
        }
        if (spec != null) {
            new HookRunner(directory, log).runAll("poststop", spec.hooks().poststop(), 0, state);
        }
        if (!upper.isEmpty()) {
            UpperDir.remove(upper);
        }
        return 0;
    }

    private @Nullable Spec spec() {
        byte[] text = files.read(StateFiles.CONFIG);
        if (text == null) {
            log.warning(root + "/" + id + "/" + StateFiles.CONFIG + " cannot be read; hooks are left out");
            return null;
        }
        try {
            return SpecReader.read(text);
        } catch (SpecError e) {
            log.warning(root + "/" + id + "/" + StateFiles.CONFIG + ": " + e.text() + "; hooks are left out");
            return null;
        }
    }

    private byte[] state(Spec spec, String status, int pid) {
        return new State(spec.ociVersion(), id, status, pid, bundle(), "", "", "", spec.annotations()).forHook();
    }

    private String bundle() {
        byte[] text = files.read(StateFiles.STATE);
        if (text == null) {
            return "";
        }
        try {
            return Json.object(text).string("bundle");
        } catch (SpecError e) {
            return "";
        }
    }

    /** Where hooks start: the bundle if it is still there. */
    private String directory() {
        String bundle = bundle();
        return !bundle.isEmpty() && StateFiles.isDirectory(bundle) ? bundle : "/";
    }

    /** The directory of the writable layer; empty: there is none. */
    private String upper() {
        for (String line : lines(StateFiles.HOOKS)) {
            if (line.startsWith("upper ")) {
                return line.substring(6);
            }
        }
        return "";
    }

    private List<String> lines(String name) {
        byte[] text = files.read(name);
        return text == null ? List.of() : List.of(new String(text, StandardCharsets.ISO_8859_1).split("\n", -1));
    }

    /** The launcher's pid; 0: unknown. */
    private int pid() {
        byte[] text = files.read("pid");
        int n = 0;
        for (int i = 0; text != null && i < text.length && text[i] >= '0' && text[i] <= '9' && i < 9; i++) {
            n = n * 10 + text[i] - '0';
        }
        return n;
    }

    /** As its sandbox sees it; null: that does not answer. */
    private @Nullable String status() {
        byte[] sandbox = files.read("sandbox");
        String of = sandbox == null ? id : new String(sandbox, StandardCharsets.ISO_8859_1).strip();
        try {
            SandboxClient client = new SandboxClient(root + "/" + of + "/sandbox.sock");
            if (client.ask(new Gifts(), "state", id) != 0) {
                return null;
            }
            return Json.object(client.out().getBytes(StandardCharsets.ISO_8859_1))
                    .string("status");
        } catch (Failure | SpecError e) {
            return null;
        }
    }
}
