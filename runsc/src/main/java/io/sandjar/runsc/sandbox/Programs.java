// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.runsc.sandbox;

import static io.sandjar.abi.Errno.*;

import io.sandjar.abi.O;
import io.sandjar.kernel.base.Ref;
import io.sandjar.kernel.vfs.KernelCaller;
import io.sandjar.kernel.vfs.Path;
import io.sandjar.kernel.vfs.PathWalk;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A container's program: found as runc finds it, and in runc's words when it is not to be had, because engines make exit
 * statuses of them.
 */
final class Programs {
    private Programs() {}

    /**
     * The path of {@code command}.
     *
     * @param caller with the working directory of the process
     */
    static String find(KernelCaller caller, String command, List<String> env) {
        if (command.indexOf('/') >= 0) {
            int r = executable(caller, command);
            if (r < 0) {
                throw unusable(command, command, r);
            }
            return command;
        }
        String path = variable(env, "PATH=");
        int from = 0;
        while (path != null && from <= path.length() && !command.isEmpty()) {
            int end = path.indexOf(':', from);
            if (end < 0) {
                end = path.length();
            }
            String candidate = (end == from ? "." : path.substring(from, end)) + "/" + command;
            if (executable(caller, candidate) == 0) {
                return candidate;
            }
            from = end + 1;
        }
        throw new Refusal(Refusal.NOT_FOUND, "exec: \"" + command + "\": executable file not found in $PATH");
    }

    /** 0 for a file that somebody may execute. */
    private static int executable(KernelCaller caller, String path) {
        Ref<Path> out = new Ref<>();
        int r = PathWalk.find(caller, O.AT_FDCWD, path, 0, out);
        if (r < 0) {
            return r;
        }
        int mode = out.get().inode().mode();
        return (mode & O.S_IFMT) == O.S_IFDIR || (mode & 0111) == 0 ? -EACCES : 0;
    }

    private static Refusal unusable(String command, String path, int r) {
        String exec = "exec: \"" + command + "\": ";
        return r == -EACCES
                ? new Refusal(Refusal.CANNOT_EXECUTE, exec + "permission denied")
                : new Refusal(Refusal.NOT_FOUND, exec + "stat " + path + ": " + Errors.text(r));
    }

    /** What to say when execve(2) of the found program fails. */
    static Refusal refused(String path, int r) {
        return new Refusal(
                r == -ENOENT ? Refusal.NOT_FOUND : Refusal.CANNOT_EXECUTE, "exec " + path + ": " + Errors.text(r));
    }

    /** The value of the first variable with a prefix such as "PATH="; null without. */
    static @Nullable String variable(List<String> env, String prefix) {
        for (int i = 0; i < env.size(); i++) {
            if (env.get(i).startsWith(prefix)) {
                return env.get(i).substring(prefix.length());
            }
        }
        return null;
    }
}
