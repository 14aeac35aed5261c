// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.sandbox;

import io.sandjar.host.Sys;
import io.sandjar.oci.Capabilities;
import io.sandjar.oci.JsonObject;
import io.sandjar.oci.Process;
import io.sandjar.oci.SpecError;
import io.sandjar.oci.SpecReader;
import io.sandjar.oci.User;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The process that {@code exec} asks for: a document of its own, or the container's with changes. */
final class ExecOptions {
    private static final int MAX_DOCUMENT = 4 << 20;
    private static final int NO_UMASK = -1;

    private ExecOptions() {}

    /**
     * @param json {"process": {...}}, or any of args, env, cwd, user ("UID[:GID]"), additionalGids, caps, tty,
     *     noNewPrivs, umask
     * @throws Refusal when it makes no sense
     */
    static Process process(String json, Donated donated, Process base) {
        int fd = donated.take("process");
        ArrayList<String> warnings = new ArrayList<>();
        try {
            if (fd >= 0) {
                return SpecReader.readProcess(GuestText.readHost(fd, MAX_DOCUMENT, "process"), warnings);
            }
            JsonObject o = CreateOptions.object(json);
            JsonObject p = o.object("process");
            return p != null ? SpecReader.readProcess(p, warnings) : changed(o, base);
        } catch (SpecError e) {
            throw new Refusal(Refusal.EXEC_FAILED, e.text());
        } finally {
            if (fd >= 0) {
                Sys.close(fd);
            }
        }
    }

    /** Whether the client that waits for the process is what the engine takes for it. */
    static boolean detached(String json) {
        return CreateOptions.object(json).bool("detach");
    }

    private static Process changed(JsonObject o, Process base) {
        ArrayList<String> env = new ArrayList<>(base.env());
        List<String> more = o.strings("env");
        for (int i = 0; i < more.size(); i++) {
            String e = more.get(i);
            int equals = e.indexOf('=');
            String prefix = equals < 0 ? e + "=" : e.substring(0, equals + 1);
            env.removeIf(old -> old.startsWith(prefix));
            env.add(equals < 0 ? prefix : e);
        }
        String cwd = o.string("cwd");
        List<String> args = o.strings("args");
        if (args.isEmpty()) {
            throw new Refusal(Refusal.EXEC_FAILED, "process args cannot be empty");
        }
        return new Process(
                o.bool("tty"),
                null,
                user(o, base.user()),
                args,
                env,
                cwd.isEmpty() ? base.cwd() : cwd,
                capabilities(base.capabilities(), o.strings("caps")),
                base.rlimits(),
                o.has("noNewPrivs") ? o.bool("noNewPrivs") : base.noNewPrivileges(),
                base.apparmorProfile(),
                base.oomScoreAdj(),
                base.scheduler(),
                base.selinuxLabel(),
                base.ioPriority(),
                base.execCpuAffinity());
    }

    private static User user(JsonObject o, User base) {
        String text = o.string("user");
        List<Integer> gids = o.has("additionalGids") ? o.unsignedInts("additionalGids") : base.additionalGids();
        int umask = o.integer("umask", 0, 0777, NO_UMASK);
        int mask = umask == NO_UMASK ? base.umask() : umask;
        if (text.isEmpty()) {
            return new User(base.uid(), base.gid(), mask, gids, base.username());
        }
        int colon = text.indexOf(':');
        int uid = id(colon < 0 ? text : text.substring(0, colon), text);
        int gid = colon < 0 ? base.gid() : id(text.substring(colon + 1), text);
        return new User(uid, gid, mask, gids, "");
    }

    private static int id(String number, String whole) {
        try {
            return Integer.parseUnsignedInt(number);
        } catch (NumberFormatException e) {
            throw new Refusal(Refusal.EXEC_FAILED, "parsing --user \"" + whole + "\": ids must be numbers, UID[:GID]");
        }
    }

    private static @Nullable Capabilities capabilities(@Nullable Capabilities base, List<String> more) {
        if (more.isEmpty()) {
            return base;
        }
        if (base == null) {
            return new Capabilities(more, more, List.of(), more, List.of());
        }
        return new Capabilities(
                both(base.bounding(), more),
                both(base.effective(), more),
                base.inheritable(),
                both(base.permitted(), more),
                base.ambient());
    }

    private static List<String> both(List<String> a, List<String> b) {
        ArrayList<String> all = new ArrayList<>(a);
        all.addAll(b);
        return all;
    }
}
